"""Equations as the page shows them, worked out from their very text, so that they can be held against Keras.

Places are counted from 1, the steps of a window from 0, and what lies outside of an array is padding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np

Env = Mapping[str, int]


def steps_of(sum_of: str) -> Iterator[dict[str, int]]:
    """Every combination of the letters in "i, j = 0 … 2, k = 0 … 1"; one without letters where there are none."""
    ranges = {
        letter.strip(): range(int(last) + 1)
        for letters, last in re.findall(r"((?:\w, )*\w) = 0 … (\d+)", sum_of)
        for letter in letters.split(",")
    }
    for values in product(*ranges.values()):
        yield dict(zip(ranges, values, strict=True))


def place_of(text: str, env: Env) -> tuple[int, ...]:
    """The numbers that "2r + i − 1, ⌈c / 2⌉" comes to."""
    found = []
    for part in text.split(", "):
        code = re.sub(r"⌈(\w) / (\d+)⌉", r"(-(-\1 // \2))", part.replace("−", "-"))
        code = re.sub(r"(\d)([a-z])", r"\1*\2", code)
        found.append(int(eval(code, {"__builtins__": {}}, dict(env))))
    return tuple(found)


def read(array: np.ndarray, place: tuple[int, ...]) -> np.ndarray | None:
    """What stands at a place that is counted from 1; None outside."""
    inside = all(1 <= at <= size for at, size in zip(place, array.shape, strict=False))
    return array[tuple(at - 1 for at in place)] if inside else None


def places(shape: tuple[int, ...], letters: str) -> Iterator[dict[str, int]]:
    """Every place of an array of this shape, by the letters that stand for its axes."""
    names = letters.split(", ")
    for at in product(*(range(1, size + 1) for size in shape[: len(names)])):
        yield dict(zip(names, at, strict=True))


def inner_of(line: str) -> tuple[str, str]:
    """What is computed, and where: "relu(Σ(k = 0 … 2) ...)" of "y[t] = ..."."""
    left, right = line.split(" = ", 1)
    return left[left.index("[") + 1 : -1], right
