"""Dask imports this in every worker before the worker signs on, so that its first chunk finds TensorFlow imported."""

from explorer.work import warm

warm()
