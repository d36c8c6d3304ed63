"""The types of what workers answer about a model, written out: what the page is given, and `/shapes` with it."""

from __future__ import annotations

from typing import Any

from explorer.description import Description, Plain
from explorer.drawings import Drawing
from explorer.shapes.compare import Broken, Changed

# A row for each of at most 32 features or units, of a number from 0 to 255 for each of at most 32 steps.
Shades = list[list[int]]


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

    values, drawings: None where no numbers flow. comparable: what could be otherwise. hindrance: why it cannot be trained
    here, or an empty string.
    """

    description: Description
    values: dict[str, Shades] | None
    drawings: dict[str, Drawing] | None
    comparable: tuple[ComparableSetting, ...]
    hindrance: str


class CompareAnswer(Plain, frozen=True, kw_only=True):
    """The same of a variant, as far as it can be built. broken: where it cannot, None where all of it holds."""

    changed: Changed
    description: Description | None
    broken: Broken | None
    values: dict[str, Shades] | None
    drawings: dict[str, Drawing] | None
