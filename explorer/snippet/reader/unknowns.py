"""What a reading says of what it does not know: lines that were not followed, and numbers that are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# A number, or a shape without the batch, by the name that it was asked for by.
Given = Mapping[str, int | tuple[int, ...]]
# Stands where a number is asked for, so that the rest can be read: nothing that is worked out with it is shown. What does
# not depend on it, `explorer.snippet.unknown_sizes` finds out.
STAND_IN = 7
LARGEST = 10_000_000
MOST_AXES = 8


@dataclass(frozen=True)
class Remark:
    """Something about a line of the code (from 1)."""

    line: int
    why: str


@dataclass(frozen=True)
class Ask:
    """A number that the code does not say. name: how the code calls it. shape: whether it is a shape, without the batch.

    node: where it was needed.
    """

    name: str
    line: int
    why: str
    shape: bool = False
    node: Any = None


def sizes_of(sizes: Given | None) -> Given:
    """Numbers that were given for what was asked, as the reader takes them. Raises ValueError for what is none."""
    found: dict[str, int | tuple[int, ...]] = {}
    for name, given in (sizes or {}).items():
        many = tuple(given) if isinstance(given, (list, tuple)) else (given,)
        if (
            not isinstance(name, str)
            or not 0 < len(many) <= MOST_AXES
            or not all(type(each) is int and 0 <= each <= LARGEST for each in many)
        ):
            raise ValueError(
                f"A size is a whole number from 0 to {LARGEST:,}, or a shape of such. Received: {name!r:.80}: {given!r:.80}"
            )
        found[name] = many if isinstance(given, (list, tuple)) else many[0]
    return found
