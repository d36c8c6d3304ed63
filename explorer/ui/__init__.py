"""The page: Streamlit scripts, the two components, and the stream of events that the live panel listens to."""
