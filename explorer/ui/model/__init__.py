"""What a page shows of a model: the chain of its layers, its code, its comparison with another setting, the quiz."""
