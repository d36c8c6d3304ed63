"""Tensors with a name for each axis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from explorer.tensors.symbols import Size

Shape = tuple[int | None, ...]
Axes = tuple[str, ...]
Sizes = tuple["Size | None", ...]
Rule = TypeVar("Rule")

# Axes that are counted along, one after the other; all others are the width of what stands at one place.
ORDERED = ("windows", "timesteps")
# Axes of pictures. They have an order, too, but none of them is time.
SPATIAL = ("depth", "rows", "columns")


def is_named(axis: str) -> bool:
    """Whether it is known what an axis means: one that is not known is called by its place, "axis 2".

    >>> is_named("timesteps"), is_named("axis 2")
    (True, False)
    """
    return not axis.startswith("axis ")


@dataclass(frozen=True)
class Tensor:
    """A shape with a name for each axis, such as (None, 20, 5) and (batch, timesteps, features).

    masked: whether a mask comes with it that marks some steps to be skipped.
    sizes: the shape in symbols, None where an axis has none.
    """

    shape: Shape
    axes: Axes
    masked: bool = False
    sizes: Sizes = ()

    def __post_init__(self) -> None:
        if len(self.sizes) != len(self.shape):
            object.__setattr__(self, "sizes", (None,) * len(self.shape))

    @property
    def width(self) -> tuple[int | None, str] | None:
        """Size and name of the last axis, unless it is counted along, or one of a picture whose channels come first."""
        if len(self.shape) < 2 or self.axes[-1] in (*ORDERED, *SPATIAL):
            return None
        return self.shape[-1], self.axes[-1]

    @property
    def places(self) -> dict[str, int | None]:
        """The axes between batch and width, with their sizes."""
        end = len(self.axes) - (self.width is not None)
        return dict(zip(self.axes[1:end], self.shape[1:end], strict=True))

    def without(self, axis: int) -> Tensor:
        kept = [place for place in range(len(self.shape)) if place != axis]
        shape, axes = tuple(self.shape[place] for place in kept), tuple(self.axes[place] for place in kept)
        return Tensor(shape, axes, self.masked, tuple(self.sizes[place] for place in kept))


def known(shape: Iterable[int | None]) -> tuple[int, ...]:
    """The sizes of a shape that are known.

    >>> known((None, 20, 5))
    (20, 5)
    """
    return tuple(size for size in shape if size is not None)
