"""What the units of a layer follow, by Pearson's correlation over all timesteps that count of some sequences."""

from __future__ import annotations

import numpy as np

from explorer.inside.states import Follow

# Below this a unit is said to follow none of them.
CLEAR = 0.3
_ORDER = {"target": 0, "feature": 1, "time": 2, "": 3}


def follows(
    hidden: np.ndarray, inputs: np.ndarray, counts: np.ndarray, target: np.ndarray | None, timesteps: int
) -> tuple[Follow, ...]:
    """For each unit, what its hidden state goes along with most strongly.

    hidden: (samples, timesteps, units). inputs: (samples, timesteps, features). counts: (samples, timesteps), true where a
    timestep counts. target: (samples, timesteps, outputs), None where it is not one for each timestep. timesteps: of one
    window; time begins anew in each. Sequences with a state that is NaN or infinite where it counts are left out; where none
    is left, or no timestep counts, what a unit follows is "unknown".

    >>> up = np.arange(4.0)[None, :, None]
    >>> follows(up, up % 2, np.ones((1, 4), bool), None, 4)
    (Follow(kind='time', place=0, correlation=1.0),)
    """
    samples, length, units = hidden.shape
    finite = (np.isfinite(hidden).all(axis=-1) | ~counts).all(axis=1)
    counts = counts & finite[:, None]
    if not counts.any():
        return tuple(Follow("unknown", 0, 0.0) for _ in range(units))
    time = np.broadcast_to((np.arange(length) % timesteps)[None, :, None], (samples, length, 1))
    named = [("target", target), ("feature", inputs), ("time", time)]
    columns, names = [], []
    for kind, numbers in named:
        if numbers is not None:
            columns.append(numbers[counts].astype(np.float64))
            names += [(kind, 0 if kind == "time" else place + 1) for place in range(numbers.shape[-1])]
    found = _correlations(hidden[counts].astype(np.float64), np.concatenate(columns, axis=1))
    strongest = np.abs(found).argmax(axis=1)
    told = []
    for unit, place in enumerate(strongest):
        correlation = float(found[unit, place])
        kind, column = names[place]
        told.append(Follow(kind, column, round(correlation, 6)) if correlation else Follow("", 0, 0.0))
    return tuple(told)


def ordered(found: tuple[Follow, ...]) -> list[int]:
    """The places of the units: those that follow the target, the input, time, and none of these clearly; in each group the
    strongest first.

    >>> ordered((Follow("time", 0, 0.9), Follow("feature", 2, 0.5), Follow("target", 1, -0.4), Follow("target", 1, 0.1)))
    [2, 1, 0, 3]
    """

    def key(place: int) -> tuple[int, int, float]:
        each = found[place]
        group = _ORDER[each.kind if abs(each.correlation) >= CLEAR else ""]
        return group, each.place if group == _ORDER["feature"] else 0, -abs(each.correlation)

    return sorted(range(len(found)), key=key)


def _correlations(units: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Of each column of one with each of the other, (units, others); 0 where one does not change or is not finite."""
    with np.errstate(all="ignore"):
        one, other = (each - each.mean(axis=0) for each in (units, others))
        lengths = np.linalg.norm(one, axis=0)[:, None] * np.linalg.norm(other, axis=0)[None, :]
        # What does not change has a rest of rounding.
        still = np.ptp(units, axis=0)[:, None] * np.ptp(others, axis=0)[None, :] if len(units) else np.zeros_like(lengths)
        found: np.ndarray = np.where(still > 0, (one.T @ other) / lengths, 0.0)
    clipped: np.ndarray = np.clip(np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0), -1.0, 1.0)
    return clipped
