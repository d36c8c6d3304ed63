"""What the server answers beside its pages: a run's news, and its tensors, batches and gradients as JSON."""
