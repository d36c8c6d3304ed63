"""What one layer holds within another, and the weights of each: what rules say of them, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.description import TimeFlow
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import Axes, Shape, Sizes, Tensor

# What a rule gives for the size of an axis: symbols, a number that the layer sets itself, or None where it knows nothing.
AxisSize = Size | int | None
Number = int | Size
# Products that are added up to give the number of weights, each of factors and a sum that they multiply:
# [([3, U], [F, U, 2])] is 3 · U · (F + U + 2).
Terms = list[tuple[list[Number], list[Number]]]
# Of a weight: the meaning and the size of each axis, and the equal parts that its last axis has, with their letters.
WeightAxis = tuple[str, Number]
WeightMeaning = tuple[Sequence[WeightAxis], Mapping[str, str]]


@dataclass(frozen=True)
class NamedWeight:
    """One array of weights, as Keras names and shapes it.

    axes: the name of each axis. sizes: in symbols, None where there is none. parts: the equal parts that the last axis
    has, such as a GRU's three gates. letters: of each part.
    """

    name: str
    shape: tuple[int, ...]
    axes: tuple[str, ...]
    sizes: tuple[Size | None, ...]
    parts: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeldLayer:
    """What is known of a layer that a wrapper holds: what it returns, and its weights. Of a nested model there is one for
    each layer, and at the end one for all of it; a layer that is called again has no weights at its second call.
    """

    name: str
    axes: tuple[Axes, ...]
    sizes: tuple[Sizes, ...]
    time_flow: TimeFlow
    terms: Terms | None
    weights: tuple[NamedWeight, ...]


@dataclass(frozen=True)
class HeldPart:
    """A layer that another one holds, before it is described: its role there, and what it takes and gives.

    received: empty for a layer that takes the first tensor of the part before it. ends: whether what it gives is what its
    holder gives.
    """

    layer: Any
    role: str
    received: list[Tensor]
    shapes: list[Shape]
    ends: bool = True
