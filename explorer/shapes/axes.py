"""The names of the axes of a tensor.

Names start at the inputs and are handed on from call to call, by the rules of every layer (`explorer.layers`). Where no rule
says what an axis means, it is numbered: "axis 2".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.layers.base import LayerCall, class_name, rules_for
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


def numbered(rank: int) -> Axes:
    """The names of axes that nothing is known of.

    >>> numbered(3)
    ('batch', 'axis 1', 'axis 2')
    """
    return tuple(f"axis {place}" if place else "batch" for place in range(rank))


def _as_read(tensor: Any, rank: int, steps: Sequence[Call]) -> Axes | None:
    for step in steps:
        if not any(each is tensor for each in step.inputs):
            continue
        rules = rules_for(step.layer)
        if class_name(step.layer) == "Embedding":
            # Numbers to look up have no features yet.
            return ("batch", "timesteps")[:rank] if rank <= 2 else numbered(rank)
        found = rules.input_axes(step.layer, rank)
        if found is None and rules.keeps_axes:
            found = _as_read(step.outputs[0], rank, steps)
        if found is not None:
            return found
    return None


def named(call: LayerCall, shapes: list[Shape]) -> list[Axes]:
    """A name for each axis of the tensors that a layer returns; numbers where its rules do not fit a shape."""
    found = rules_for(call.layer).axes(call, shapes) if call.received else None
    if found is None or len(found) != len(shapes):
        return [numbered(len(shape)) for shape in shapes]
    return [
        axes if len(axes) == len(shape) == len(set(axes)) else numbered(len(shape))
        for axes, shape in zip(found, shapes, strict=True)
    ]
