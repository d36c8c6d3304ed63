"""The types of what workers answer about a model, written out: what the page is given, and `/shapes` with it."""

from __future__ import annotations

from typing import Any

from explorer.description import Description, Plain
from explorer.drawings import Drawing
from explorer.shapes.compare import Broken, Changed


class Numbers(Plain, frozen=True, kw_only=True):
    """One tensor's numbers for one sequence, as a grid: a row for each feature or unit, a column for each timestep, windows
    side by side. of_rows, of_columns: how many there are; rows, columns: how many of them are here, evenly picked.

    numbers: whole numbers from -127 to 127, row by row: a number of the tensor is one of them / 127 * largest.
    """

    rows: int
    columns: int
    of_rows: int
    of_columns: int
    largest: float
    numbers: tuple[tuple[int, ...], ...]


class ComparableSetting(Plain, frozen=True):
    """A setting of a layer that could be otherwise; what the fields mean stands at `explorer.models.variants.Setting`."""

    layer: str
    setting: str
    value: Any
    of: str
    label: str
    others: tuple[Any, ...]


class Answer(Plain, frozen=True, kw_only=True):
    """A model with the numbers that flow through it for one sequence, by the names of sources and layers.

    values, drawings: None where no numbers flow. masks: of each tensor that a mask comes with, for each probe sequence 1
    where a column of its grid counts and 0 where it is masked; only of masks that follow from the inputs. comparable: what
    could be otherwise. hindrance: why it cannot be trained here, or an empty string.
    """

    description: Description
    values: dict[str, Numbers] | None
    drawings: dict[str, Drawing] | None
    comparable: tuple[ComparableSetting, ...]
    hindrance: str
    masks: dict[str, tuple[tuple[int, ...], ...]] | None = None


class CompareAnswer(Plain, frozen=True, kw_only=True):
    """The same of a variant, as far as it can be built. broken: where it cannot, None where all of it holds."""

    changed: Changed
    description: Description | None
    broken: Broken | None
    values: dict[str, Numbers] | None
    drawings: dict[str, Drawing] | None
