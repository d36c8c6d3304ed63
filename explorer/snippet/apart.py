"""A place apart in which Keras makes layers without giving a weight memory, and after which nothing of it is left."""

from __future__ import annotations

import collections
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import keras
from keras.src.backend.common import global_state

# What Keras keeps for each thread: how often it gave a name, and the weights that wait to be made.
_NAMES = "object_name_uids"
_WAITING = "uninitialized_variables"


@contextmanager
def named_anew() -> Iterator[None]:
    """Within it layers are named as in a fresh process: "gru", "gru_1"; Keras counts them for each thread."""
    before = global_state.get_global_attribute(_NAMES)
    global_state.set_global_attribute(_NAMES, collections.defaultdict(int))
    try:
        yield
    finally:
        global_state.set_global_attribute(_NAMES, before)


@contextmanager
def apart() -> Iterator[None]:
    """Within it no weight takes memory, and layers are named as in a fresh process."""
    before = global_state.get_global_attribute(_WAITING)
    global_state.set_global_attribute(_WAITING, [])
    try:
        with named_anew(), warnings.catch_warnings(), keras.StatelessScope(initialize_variables=False):
            warnings.simplefilter("ignore")
            yield
    finally:
        global_state.set_global_attribute(_WAITING, before)
