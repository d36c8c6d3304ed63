"""Arrays and numbers of the code beside symbolic tensors."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from explorer.snippet.reader.data_values import Array, Opaque
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import TensorValue, Unreadable

# Of an array that stands beside tensors: what is kept of it are zeros.
MOST_NUMBERS = 1_000_000


def constant(record: Record, value: Any, node: Node) -> Any:
    """An array as Keras takes it beside tensors: in a layer of the code's own a tensor, else zeros of its shape.

    Raises Unreadable for one whose shape is not known.
    """
    if not isinstance(value, Array):
        return value
    sizes = [size for size in value.shape or () if size is not None]
    if value.shape is None or None in value.shape or math.prod(sizes) > MOST_NUMBERS:
        raise Unreadable("The shape of an array beside a symbolic tensor is not known here. Make it an Input.", node.lineno)
    dtype = "int32" if value.whole else "float32"
    if record.inside:
        return TensorValue(keras.KerasTensor(value.shape, dtype), node)
    return np.zeros(sizes, dtype)


def mixed(record: Record, value: Any, node: Node) -> Any:
    """An array or a number that is not known, beside a tensor. Raises Unreadable for what may be anything."""
    if isinstance(value, Array) and value.shape != ():
        return constant(record, value, node)
    if isinstance(value, Opaque) and value.lost:
        raise Unreadable(f"What stands beside a tensor is not known here: it is {value.why}.", node.lineno)
    # A number that is not known changes no shape.
    return 1.0 if isinstance(value, (Opaque, Array)) else value
