"""What a browser is given: the page's own modules and styles, Streamlit's files, and text as it can be sent there."""
