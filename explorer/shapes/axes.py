"""The names of the axes of a tensor.

Names start at the inputs and are handed on from call to call, by the rules of every layer (`explorer.layers`). Where no rule
says what an axis means, it is numbered: "axis 2".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.layers.base import LayerCall, rules_for
from explorer.shapes.graph import Call
from explorer.tensors.tensor import Axes, Shape

# What three axes mean in this project, where the layers that read them say nothing else: a sequence of vectors.
BY_RANK: dict[int, Axes] = {
    1: ("batch",),
    2: ("batch", "features"),
    3: ("batch", "timesteps", "features"),
}


def source_axes(tensor: Any, steps: Sequence[Call]) -> Axes:
    """The names of an input's axes: as the layers call them that read it, else by how many there are."""
    rank = len(tensor.shape)
    return _as_read(tensor, rank, steps) or BY_RANK.get(rank, numbered(rank))


def numbered(rank: int, batched: bool = True) -> Axes:
    """The names of axes that nothing is known of. batched: whether the first one is the batch.

    >>> numbered(3)
    ('batch', 'axis 1', 'axis 2')
    """
    return tuple(f"axis {place}" if place or not batched else "batch" for place in range(rank))


def _as_read(tensor: Any, rank: int, steps: Sequence[Call]) -> Axes | None:
    for step in steps:
        if not any(each is tensor for each in step.inputs):
            continue
        rules = rules_for(step.layer)
        found = rules.input_axes(step.layer, rank)
        if found is None and rules.keeps_axes:
            found = _as_read(step.outputs[0], rank, steps)
        if found is not None:
            return found
    return None


def named(call: LayerCall, shapes: list[Shape]) -> list[Axes]:
    """A name for each axis of the tensors that a layer returns; numbers where its rules do not fit a shape."""
    found = call.rules.axes(call, shapes)
    if found is None or len(found) != len(shapes):
        found = [()] * len(shapes)
    return [
        _in_place(axes) if len(axes) == len(shape) == len(set(axes)) else numbered(len(shape), _is_batched(call, shape))
        for axes, shape in zip(found, shapes, strict=True)
    ]


def _in_place(axes: Axes) -> Axes:
    """An axis without a name is called by where it stands now."""
    return tuple(f"axis {place}" if axis.startswith("axis ") else axis for place, axis in enumerate(axes))


def _is_batched(call: LayerCall, shape: Shape) -> bool:
    """Whether what no rule knows has as many samples as what comes in."""
    return not call.received or not shape or shape[0] == call.first.shape[0]
