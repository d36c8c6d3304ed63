"""The page "Lessons", and the panel of a lesson beside the other pages."""
