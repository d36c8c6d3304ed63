"""Tries the changes that may fix a problem, and keeps those that do."""
