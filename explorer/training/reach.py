"""How far back a loss reaches: what a gradient through time says, in a sentence that is worked out from its numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.tensors.text import count, ranges, ranges_text
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
# From so many percent on the weakest timestep counts about as much as the strongest.
ALIKE = 99


@dataclass(frozen=True)
class Reach:
    """What the gradient with respect to each timestep says.

    percent: (timesteps,), of that of timestep `most`, from 1, which is the largest; None where it is no finite number. most:
    None where no timestep has a gradient. low: ranges of timesteps, from 1, both ends included, that are below
    `OUT_OF_REACH`. sentence: what is seen.
    """

    percent: list[float | None]
    most: int | None
    low: list[tuple[int, int]]
    sentence: str


def reach(slopes: np.ndarray, to: int | None = None, counts: np.ndarray | None = None, until: int | None = None) -> Reach:
    """What is seen in the lengths of a gradient, (timesteps,).

    to: the timestep, from 1, that is told beside the one that counts most. counts: (timesteps,), false for timesteps that
    are not spoken of: those that are masked. until: the last timestep that can change the loss, where later ones cannot,
    which are not spoken of either.

    >>> reach(np.array([1e-6, 1e-5, 0.2, 1.0]), to=4).sentence
    'Timestep 4 counts most. Timesteps 1 to 2 hardly change the loss: each has less than 1% of the gradient at timestep 4.'
    >>> reach(np.array([0.7, 1.0, 0.61]), to=3).sentence.split("; ")[1]
    'the weakest is timestep 3, with 61% of the gradient at timestep 2.'
    >>> reach(np.array([900.0, 30.0, 4.0, 1.0]), to=4).sentence
    'The gradient grows with the distance: at timestep 1 it is 900 times that of timestep 4. It explodes.'
    """
    finite = np.isfinite(slopes)
    unmasked = np.ones(len(slopes), bool) if counts is None else counts.astype(bool)
    spoken = unmasked & (np.arange(len(slopes)) < (until or len(slopes)))
    largest = float(np.max(slopes[spoken & finite], initial=0.0))
    percent = [
        (float(f"{100 * slope / largest:.4g}") if largest else 0.0) if is_finite else None
        for slope, is_finite in zip(slopes, finite, strict=True)
    ]
    places = np.flatnonzero(spoken & finite)
    most = int(places[np.argmax(slopes[places])]) + 1 if largest else None
    wrong = np.flatnonzero(spoken & ~finite) + 1
    if len(wrong):
        where = f"at timestep {wrong[0]}" if len(wrong) == 1 else f"at {len(wrong)} timesteps, the first is {wrong[0]}"
        return Reach(percent, most, [], f"The gradient is NaN or infinite {where}: what the loss depends on is not known.")
    if most is None:
        return Reach(percent, None, [], "The gradient is 0 at every timestep: the loss does not depend on any of them.")
    which = f" up to {until}" if until and until < len(slopes) else ""
    which += " that is not masked" if not unmasked[: until or len(slopes)].all() else ""
    sentence, low = _reach_sentence(slopes, places, to, most, which)
    return Reach(percent, most, low, sentence)


def _reach_sentence(
    slopes: np.ndarray, places: np.ndarray, to: int | None, most: int, which: str
) -> tuple[str, list[tuple[int, int]]]:
    """The sentence, and the ranges of timesteps that are out of reach. which: of the timesteps are spoken of, in words."""
    largest, base = float(slopes[most - 1]), float(slopes[to - 1]) if to is not None else 0.0
    if len(places) == 1:
        return f"Only timestep {most} counts.", []
    than = ""
    if to is not None and math.isfinite(base) and 0 < CLEARLY_MORE * base <= largest:
        if _explodes(slopes, places, to):
            grows = f"at timestep {most} it is {_times(largest / base)} times that of timestep {to}"
            return f"The gradient grows with the distance: {grows}. It explodes.", []
        than = f", {_times(largest / base)} times as much as timestep {to}"
    begin = f"Timestep {most} counts most{than}. "
    low = ranges([int(place) + 1 for place in places if slopes[place] < OUT_OF_REACH * largest])
    if low:
        return begin + _low(low, len(places), most), low
    least = int(places[np.argmin(slopes[places])]) + 1
    part = math.floor(100 * slopes[least - 1] / largest)
    if part >= ALIKE:
        return f"Every timestep{which} counts about the same.", []
    weakest = f"the weakest is timestep {least}, with {part}% of the gradient at timestep {most}"
    return f"{begin}Every timestep{which} changes the loss; {weakest}.", []


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


def _low(low: Sequence[tuple[int, int]], of: int, most: int) -> str:
    """Which timesteps hardly count: those that the loss does not reach, and those that a net does not need."""
    number = sum(last - first + 1 for first, last in low)
    which = f"Timestep{'s' * (number > 1)} {ranges_text(low)}"
    if len(low) > MOST_RANGES:
        which = f"{number} of {count(of, 'timesteps')}"
    do, have = ("change", "each has") if number > 1 else ("changes", "it has")
    return f"{which} hardly {do} the loss: {have} less than {100 * OUT_OF_REACH:.0f}% of the gradient at timestep {most}."


def _times(ratio: float) -> str:
    return f"{ratio:.2g}" if ratio < 10 else f"{ratio:,.0f}" if ratio < 1e6 else short(ratio)


def loss_sentence(loss: float | None, baselines: Mapping[str, float]) -> str:
    """A validation loss beside the baselines that are known beforehand: beyond which it is, or which stops it.

    >>> loss_sentence(0.171, {"always the mean": 1 / 6, "one mark alone": 1 / 12})
    'loss 0.171: no better than “always the mean” (0.167)'
    >>> loss_sentence(0.1, {"always the mean": 1 / 6, "one mark alone": 1 / 12})
    'loss 0.1: better than “always the mean” (0.167)'
    >>> loss_sentence(0.004, {}), loss_sentence(None, {})
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
