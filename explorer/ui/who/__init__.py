"""The page "Who can?": a table of measurements."""
