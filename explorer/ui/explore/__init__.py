"""The page "Explore": settings on the left, the task as a picture, the model, the run."""
