"""What a reading says of what it does not know: lines that were not followed, and numbers that are asked for."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# A number, or a shape without the batch, by the name that it was asked for by.
Given = Mapping[str, int | tuple[int, ...]]
# Stands where a number is asked for, so that the rest can be read: nothing that is worked out with it is shown. What does
# not depend on it, `explorer.snippet.unknown_sizes` finds out.
STAND_IN = 7
LARGEST = 10_000_000
MOST_AXES = 8
OUTPUT_OF = "the output of "


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


def output_of(kind: str, number: int) -> str:
    """What the shape that a layer of another package returns is asked for by. number: which one of its class, from 1.

    The class stands last, whichever one it is.

    >>> output_of("TCN", 1), output_of("TCN", 2), output_of("TCN", 11), output_of("TCN", 23)
    ('the output of TCN', 'the output of the 2nd TCN', 'the output of the 11th TCN', 'the output of the 23rd TCN')
    """
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{OUTPUT_OF}{kind}" if number == 1 else f"{OUTPUT_OF}the {number}{ending} {kind}"


def sizes_of(sizes: Given | None) -> Given:
    """Numbers that were given for what was asked, as the reader takes them. Raises ValueError for what is none.

    >>> sizes_of({"n_features": 5, "the output of TCN": [20, 64]})
    {'n_features': 5, 'the output of TCN': (20, 64)}
    """
    if sizes is not None and not isinstance(sizes, Mapping):
        raise ValueError(
            f'Sizes are a dictionary of names and numbers, such as {{"n_features": 5}}. Received: {sizes!r:.80}'
        )
    found: dict[str, int | tuple[int, ...]] = {}
    for name, given in (sizes or {}).items():
        is_shape = isinstance(given, (list, tuple))
        parts: Sequence[Any] = given if isinstance(given, (list, tuple)) else (given,)
        many = tuple(map(_whole, parts))
        # A number may be 0 in the code; an axis has at least one place.
        least = 1 if is_shape or str(name).startswith(OUTPUT_OF) else 0
        if (
            not isinstance(name, str)
            or not 0 < len(many) <= MOST_AXES
            or not all(each is not None and least <= each <= LARGEST for each in many)
        ):
            wanted = f"A size is a whole number from 0 to {LARGEST:,}, or a shape of whole numbers from 1 on."
            raise ValueError(f"{wanted} Received: {name!r:.80}: {given!r:.80}")
        taken = tuple(each for each in many if each is not None)
        found[name] = taken if is_shape else taken[0]
    return found


def _whole(given: Any) -> int | None:
    """A whole number, NumPy's as well; None for anything else, True and False included."""
    if isinstance(given, (bool, np.bool_)):
        return None
    try:
        return operator.index(given)
    except TypeError:
        return None
