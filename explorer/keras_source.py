"""What this package takes from Keras's own source, `keras.src`, and from other modules that Keras does not document.

Read in Keras 3.15.1. tests/test_keras_internals.py fails where another version has one of them elsewhere, and names it.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import keras._tf_keras.keras as tensorflow_keras
from keras.src import backend
from keras.src.backend.common import global_state
from keras.src.layers import RNN
from keras.src.losses import ALL_OBJECTS_DICT as LOSSES
from keras.src.losses.loss import squeeze_or_expand_to_same_rank
from keras.src.metrics import ALL_OBJECTS_DICT as METRICS
from keras.src.optimizers import ALL_OBJECTS_DICT as OPTIMIZERS
from keras.src.utils import tracking
from keras.src.utils.naming import auto_name

# What Keras keeps for each thread: how often it gave a name, and the weights that wait to be made.
NAMES_GIVEN = "object_name_uids"
WAITING_WEIGHTS = "uninitialized_variables"


@contextmanager
def named_anew() -> Iterator[None]:
    """Within it layers are named as in a fresh process: "gru", "gru_1"; Keras counts them for each thread."""
    with _in_place_of(NAMES_GIVEN, collections.defaultdict(int)):
        yield


@contextmanager
def no_weights_waiting() -> Iterator[None]:
    """Within it the weights that wait to be made are others, and after it those of before again."""
    with _in_place_of(WAITING_WEIGHTS, []):
        yield


@contextmanager
def _in_place_of(name: str, value: Any) -> Iterator[None]:
    before = global_state.get_global_attribute(name)
    global_state.set_global_attribute(name, value)
    try:
        yield
    finally:
        global_state.set_global_attribute(name, before)


@tracking.no_automatic_dependency_tracking  # type: ignore[untyped-decorator]  # Keras has no types
def _waiting_states(self: Any, batch_size: int) -> None:
    self.states = keras.tree.map_structure(
        lambda zeros: keras.Variable(
            "zeros", shape=zeros.shape, dtype=self.variable_dtype, trainable=False, name="rnn_state"
        ),
        self.get_initial_state(batch_size),
    )


def let_states_wait() -> None:
    """Have recurrent layers with stateful=True make the variables of their states by an initializer, as they make weights:
    these may wait to be made, in a StatelessScope. They are Keras's own in all else, and this may be called again."""
    RNN._create_state_variables = _waiting_states


def traced_output(function: Callable[..., Any], *tensors: Any) -> Any:
    """The shapes and dtypes that a function returns for symbolic tensors, found by tracing it on placeholders."""
    return backend.compute_output_spec(function, *tensors)


__all__ = [
    "LOSSES",
    "METRICS",
    "NAMES_GIVEN",
    "OPTIMIZERS",
    "WAITING_WEIGHTS",
    "auto_name",
    "let_states_wait",
    "named_anew",
    "no_weights_waiting",
    "squeeze_or_expand_to_same_rank",
    "tensorflow_keras",
    "traced_output",
]
