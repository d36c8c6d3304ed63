"""Dask imports this in every worker before the worker signs on, so that its first chunk finds TensorFlow imported."""

import logging

import distributed  # noqa: F401  (it sets up its own logging, which is changed below)

from explorer.runtime.worker_environment import warm

# Work that is cancelled when a server ends is no news for whoever ends it.
logging.getLogger("distributed").setLevel(logging.ERROR)
warm()
