"""How far back a loss reaches: what a gradient through time says, in a sentence that is worked out from its numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.tensors.text import count
from explorer.training.narration import CLEARLY_BELOW, short

# A timestep with less than this part hardly changes the loss.
OUT_OF_REACH = 0.01
# From so many times on a timestep is said to count more than another one.
CLEARLY_MORE = 2.0
# A gradient that explodes grows from timestep to timestep: at the far end so many times, and in this order of ranks.
EXPLODES = 10.0
STEADILY = 0.9
FEWEST_TIMESTEPS = 4
# Of ranges of timesteps, before they are only counted.
MOST_RANGES = 3
# From so many percent on a timestep gets through well, and the weakest one is not named.
WELL = 10


@dataclass(frozen=True)
class Reach:
    """What the gradient by each timestep says.

    relative: (timesteps,), to that of timestep `to`, which is 1, or to the largest where `to` is None; None where it is no
    finite number. low: ranges of timesteps, from 1, both ends included, that are below `OUT_OF_REACH`. sentence: what is
    seen.
    """

    relative: list[float | None]
    to: int | None
    low: list[tuple[int, int]]
    sentence: str


def reach(slopes: np.ndarray, to: int | None, counts: np.ndarray | None = None) -> Reach:
    """What is seen in the lengths of a gradient, (timesteps,).

    to: the timestep, from 1, beside which the others are told; None: the largest. counts: (timesteps,), false for timesteps
    that are not spoken of: those that are masked, and those that come later than what they could change.

    >>> reach(np.array([1e-6, 1e-5, 0.2, 1.0]), to=4).sentence
    'Below 1 %: timesteps 1 to 2 are out of reach.'
    >>> reach(np.array([0.7, 1.1, 0.61, 1.0]), to=4).sentence
    'Every timestep gets through, 61 % or more.'
    >>> reach(np.array([900.0, 30.0, 4.0, 1.0]), to=4).sentence
    'The gradient grows with the distance: at timestep 1 it is 900 times that of timestep 4. It explodes.'
    >>> reach(np.array([0.001, 9.0, 0.5, 1.0]), to=4).sentence
    'Timestep 2 counts most, 9 times as much as timestep 4. Below 1 % of it: timestep 1 hardly counts.'
    """
    finite = np.isfinite(slopes)
    spoken = np.ones(len(slopes), bool) if counts is None else counts.astype(bool)
    largest = float(np.max(slopes[spoken & finite], initial=0.0))
    base = float(slopes[to - 1]) if to is not None else 0.0
    if not (math.isfinite(base) and base > 0):
        base, to = largest, None
    relative = [
        (float(f"{slope / base:.4g}") if base else 0.0) if is_finite else None
        for slope, is_finite in zip(slopes, finite, strict=True)
    ]
    wrong = np.flatnonzero(spoken & ~finite) + 1
    if len(wrong):
        where = f"at timestep {wrong[0]}" if len(wrong) == 1 else f"at {len(wrong)} timesteps, the first is {wrong[0]}"
        return Reach(relative, to, [], f"The gradient is NaN or infinite {where}: what the loss depends on is not known.")
    if not largest:
        return Reach(relative, None, [], "The gradient is 0 at every timestep: the loss does not depend on any of them.")
    sentence, low = _told(slopes, np.flatnonzero(spoken), to, base, largest)
    return Reach(relative, to, low, sentence)


def _told(
    slopes: np.ndarray, places: np.ndarray, to: int | None, base: float, largest: float
) -> tuple[str, list[tuple[int, int]]]:
    """The sentence, and the ranges of timesteps that are out of reach."""
    most = int(places[np.argmax(slopes[places])]) + 1
    if len(places) == 1:
        return f"Only timestep {most} counts.", []
    if to is not None and _explodes(slopes, places, to):
        times = _times(largest / base)
        grows = f"The gradient grows with the distance: at timestep {most} it is {times} times that of timestep {to}."
        return f"{grows} It explodes.", []
    begin, of = "", ""
    if to is None or largest >= CLEARLY_MORE * base:
        than = "" if to is None else f", {_times(largest / base)} times as much as timestep {to}"
        begin, of, base = f"Timestep {most} counts most{than}. ", " of it", largest
    low = ranges([int(place) + 1 for place in places if slopes[place] < OUT_OF_REACH * base])
    if low:
        far_end = (
            not begin and len(low) == 1 and to is not None and (low[0][0] == places[0] + 1 or low[0][1] == places[-1] + 1)
        )
        return f"{begin}Below 1 %{of}: {_low(low, len(places), far_end)}", low
    least = int(places[np.argmin(slopes[places])]) + 1
    part = math.floor(100 * slopes[least - 1] / base)
    if part >= WELL:
        return f"{begin}Every timestep gets through, {part} %{of} or more.", []
    return f"{begin}Every timestep gets through, the weakest is timestep {least} with {part} %{of}.", []


def _explodes(slopes: np.ndarray, places: np.ndarray, to: int) -> bool:
    """Whether a gradient grows steadily with the distance from a timestep."""
    if len(places) < FEWEST_TIMESTEPS or (slopes[places] <= 0).any():
        return False
    ordered = slopes[places[np.argsort(np.abs(places - (to - 1)), kind="stable")]]
    quarter = max(1, len(ordered) // 4)
    if ordered[-quarter:].mean() < EXPLODES * ordered[:quarter].mean():
        return False
    ranks = np.argsort(np.argsort(ordered, kind="stable"), kind="stable")
    return float(np.corrcoef(ranks, np.arange(len(ranks)))[0, 1]) >= STEADILY


def _low(low: Sequence[tuple[int, int]], of: int, far_end: bool) -> str:
    """Which timesteps hardly count: out of reach are those at the far end, and not those that a net does not need."""
    number = sum(last - first + 1 for first, last in low)
    one = number == 1
    what = ("is" if one else "are") + " out of reach" if far_end else "hardly counts" if one else "hardly count"
    if len(low) > MOST_RANGES:
        return f"{number} of {count(of, 'timesteps')} {what}."
    return f"timestep{'s' * (not one)} {spelled(low)} {what}."


def _times(ratio: float) -> str:
    return f"{ratio:.2g}" if ratio < 10 else f"{ratio:,.0f}" if ratio < 1e6 else short(ratio)


def ranges(places: Sequence[int]) -> list[tuple[int, int]]:
    """Whole numbers in order as ranges, both ends included.

    >>> ranges([1, 2, 3, 7, 9, 10])
    [(1, 3), (7, 7), (9, 10)]
    """
    found: list[tuple[int, int]] = []
    for place in places:
        if found and place == found[-1][1] + 1:
            found[-1] = found[-1][0], place
        else:
            found.append((place, place))
    return found


def spelled(found: Sequence[tuple[int, int]]) -> str:
    """Ranges as short as they can be told.

    >>> spelled(ranges([1, 2, 3, 7, 9, 10]))
    '1 to 3, 7, 9 to 10'
    """
    return ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in found)


def loss_told(loss: float | None, baselines: Mapping[str, float]) -> str:
    """A validation loss beside the baselines that are known beforehand: beyond which it is, or which stops it.

    >>> loss_told(0.171, {"always the mean": 1 / 6, "one mark alone": 1 / 12})
    'loss 0.171: no better than “always the mean” (0.167)'
    >>> loss_told(0.1, {"always the mean": 1 / 6, "one mark alone": 1 / 12})
    'loss 0.1: better than “always the mean” (0.167)'
    >>> loss_told(0.004, {}), loss_told(None, {})
    ('loss 0.004', 'the loss is no finite number')
    """
    if loss is None or not math.isfinite(loss):
        return "the loss is no finite number"
    words = f"loss {short(loss)}"
    standing = {name: value for name, value in baselines.items() if value > 0}
    passed = {name: value for name, value in standing.items() if loss < value * CLEARLY_BELOW}
    if passed:
        name = min(passed, key=lambda each: passed[each])
        return f"{words}: better than “{name}” ({short(passed[name])})"
    if standing:
        name = max(standing, key=lambda each: standing[each])
        return f"{words}: no better than “{name}” ({short(standing[name])})"
    return words
