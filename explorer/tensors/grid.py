"""One sequence's numbers of a tensor as a grid: how they are laid out, and which rows and columns of it are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from explorer.tensors.tensor import ORDERED, Tensor

LONGEST = 32


@dataclass(frozen=True)
class GridLayout:
    """A row for each number of the last axis, a column for each timestep, windows laid side by side; a vector is one column.

    of_rows, of_columns: all that there are. rows, columns: those that are drawn, at most LONGEST, evenly picked.
    """

    of_rows: int
    of_columns: int

    @property
    def rows(self) -> int:
        return min(self.of_rows, LONGEST)

    @property
    def columns(self) -> int:
        return min(self.of_columns, LONGEST)

    @property
    def picked(self) -> tuple[np.ndarray, np.ndarray]:
        """Which rows and which columns are drawn."""
        return _picked(self.of_rows), _picked(self.of_columns)

    def drawn(self, numbers: np.ndarray) -> np.ndarray:
        """The numbers of one sequence, without the batch, as the grid that is drawn, (rows, columns)."""
        laid: np.ndarray = numbers.reshape(self.of_columns, self.of_rows).T[np.ix_(*self.picked)]
        return laid


def tensor_name(layer: str, output: int) -> str:
    """What the numbers of a layer's output go by: those of its first by its own name. No name in Keras has a slash."""
    return f"{layer}/{output}" if output else layer


Named = tuple[str, tuple[int | None, ...], tuple[str, ...]]


def named_tensors(layer: str, shapes: Sequence[tuple[int | None, ...]], axes: Sequence[tuple[str, ...]]) -> list[Named]:
    """The outputs of a layer, each with the name of its numbers, its shape and its axes.

    >>> named_tensors("encoder", [(None, 5, 8), (None, 8)], [("batch", "timesteps", "units"), ("batch", "units")])[1]
    ('encoder/1', (None, 8), ('batch', 'units'))
    """
    return [(tensor_name(layer, place), *each) for place, each in enumerate(zip(shapes, axes, strict=True))]


def grid_layout(shape: Sequence[int | None], axes: Sequence[str]) -> GridLayout | None:
    """How a tensor is laid out, by its shape, (batch, ...), and the names of its axes; None where a size is not known."""
    sizes = [size for size in shape[1:] if size is not None]
    if len(sizes) != len(shape) - 1 or not shape:
        return None
    return array_layout(sizes, axes)


def array_layout(sizes: Sequence[int], axes: Sequence[str]) -> GridLayout:
    """How one sequence's numbers are laid out, by the sizes of their axes without the batch, and the names of all axes."""
    if Tensor((None, *sizes), tuple(axes)).width is None and axes[-1] in ORDERED:
        sizes = [*sizes, 1]
    return GridLayout(sizes[-1] if sizes else 1, prod(sizes[:-1]))


def _picked(size: int) -> np.ndarray:
    """Places that stand for `size` places, the first and the last among them."""
    return np.linspace(0, size - 1, min(size, LONGEST)).round().astype(int)
