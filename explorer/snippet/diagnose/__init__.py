"""Says what is wrong with code that was read, and which changes may fix it."""
