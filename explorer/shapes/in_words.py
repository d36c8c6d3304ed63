"""Shapes in words, of which not every axis need have a name: what a layer is given, and what it needs."""

from __future__ import annotations

from explorer.layers.base import RULES
from explorer.layers.conv_recurrent import PLACES
from explorer.layers.reading import numbered
from explorer.shapes.axes import BY_RANK
from explorer.tensors.tensor import Axes, Shape, is_named

# What the axes of data are called that no layer names.
SEQUENCE_AXES = ("batch", "timesteps", "features")


def in_words(shape: Shape, axes: Axes) -> str:
    """A shape with the names of its axes where they are known; a size that is open is "unknown".

    >>> in_words((None, 20, 5), ("batch", "timesteps", "features")), in_words((8, None, 5), ("batch", "axis 1", "axis 2"))
    ('(batch, timesteps 20, features 5)', '(batch, unknown, 5)')
    """
    if len(axes) != len(shape):
        # What a batch meets may have other axes than Keras said before.
        axes = BY_RANK.get(len(shape), numbered(len(shape)))
    parts = []
    for axis, size in zip(axes, shape, strict=True):
        number = "unknown" if size is None else str(size)
        parts.append(axis if axis == "batch" else f"{axis} {number}" if is_named(axis) else number)
    return f"({', '.join(parts)})"


def needs_in_words(kind: str) -> str:
    """The axes that a layer of a kind needs.

    >>> needs_in_words("LSTM"), needs_in_words("Conv2D")
    ('(batch, timesteps, features)', '(batch, rows, columns, channels)')
    """
    return f"({', '.join(needed_axes(kind))})"


def needed_axes(kind: str) -> Axes:
    """The same as names."""
    number = next((number for number in PLACES if f"{number}D" in kind), 1)
    rules = RULES.get(kind)
    if rules is not None and rules.family == "convolutional recurrent":
        return ("batch", "timesteps", *PLACES[number], "channels")
    return ("batch", *PLACES[number], "channels") if number > 1 else SEQUENCE_AXES
