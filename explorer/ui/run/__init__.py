"""What a page shows of a run: the live panel, and Look inside."""
