"""The pages "Paste" and "Find my error": pasted code, what is wrong with it, and how to fix or train it."""
