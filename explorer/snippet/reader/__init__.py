"""Reads pasted code without executing it: what its names stand for, and which layers Keras makes of it."""
