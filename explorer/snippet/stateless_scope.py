"""Keras without memory for weights: layers are made by shape alone, with the names of a fresh process."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import keras

from explorer.keras_source import named_anew, no_weights_waiting


@contextmanager
def stateless_scope() -> Iterator[None]:
    """Within it no weight takes memory, and layers are named as in a fresh process."""
    with (
        no_weights_waiting(),
        named_anew(),
        warnings.catch_warnings(),
        keras.StatelessScope(initialize_variables=False),
    ):
        warnings.simplefilter("ignore")
        yield
