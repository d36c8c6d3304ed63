"""Is there a long enough run in any one window?"""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def half_loss(timesteps: int, features: int, windows: int, run_length: int) -> float:
    """The binary cross-entropy of 1/2, in nats."""
    return float(np.log(2))


def predict_half(inputs: np.ndarray, windows: int, run_length: int) -> np.ndarray:
    return np.full((len(inputs), 1), 1 / 2)


def no_run(timesteps: int, run_length: int, positive: float) -> float:
    """The probability that no run_length steps in a row are positive, each of them with probability `positive`.

    >>> no_run(timesteps=2, run_length=2, positive=0.5)
    0.75
    """
    ends_here = (1 - positive) * positive**run_length
    chances = [1.0] * run_length + [1 - positive**run_length]
    for t in range(run_length + 1, timesteps + 1):
        chances.append(chances[t - 1] - ends_here * chances[t - run_length - 1])
    return chances[timesteps]


def fair_chance(timesteps: int, windows: int, run_length: int) -> float:
    """How often a number must be positive for yes and no to be equally likely, found by halving."""
    low, high = 0.0, 1.0
    for _ in range(50):
        positive = (low + high) / 2
        if no_run(timesteps, run_length, positive) ** windows > 1 / 2:
            low = positive
        else:
            high = positive
    return low


def arrow(inputs: np.ndarray, windows: int, run_length: int) -> Arrow | None:
    """The first run that is long enough."""
    runs = np.lib.stride_tricks.sliding_window_view(inputs[..., 0] > 0, run_length, axis=-1).all(axis=-1)
    if not runs.any():
        return None
    window, first = (int(each) for each in np.argwhere(runs)[0])
    return Arrow(f"{run_length} in a row", tuple(Cell(first + step, window=window) for step in range(run_length)))


@task(
    title="Run within a window",
    goal="Tell whether any window has {run_length} in a row with a positive first feature.",
    arrow=arrow,
    answers="once",
    answer="yes/no",
    inputs="windows",
    timesteps=range(4, 51),
    windows=range(2, 17),
    run_length=range(2, 9),
    at_most={"run_length": lambda timesteps, features: timesteps},
    help={
        "windows": "How many windows one sequence is cut into; each has its own timesteps.",
        "run_length": "How many positive numbers in a row make the target yes.",
    },
    baselines=(Baseline("always one half", half_loss, predict_half, "Only a model that uses the input can."),),
)
def longest_window(
    rng: np.random.Generator,
    samples: int,
    timesteps: int,
    features: int,
    windows: int = 8,
    run_length: int = 4,
) -> tuple[np.ndarray, np.ndarray]:
    """Tell whether any window has run_length positive numbers in a row.

    Inputs (samples, windows, timesteps, features) and targets (samples, 1), 1 for yes and 0 for no, float32. Only
    the first feature matters, its numbers in [-1, 1]. A run that crosses the border of two windows counts in
    neither. Positive numbers are just so frequent that yes and no are equally likely.
    Baseline of always predicting one half: ln 2 = 0.693.

    Raises ValueError unless 1 <= run_length <= timesteps.

    >>> inputs, targets = longest_window(np.random.default_rng(0), samples=1000, timesteps=5, features=1, windows=2)
    >>> inputs.shape, bool(0.45 < targets.mean() < 0.55)
    ((1000, 2, 5, 1), True)
    """
    if not 1 <= run_length <= timesteps:
        raise ValueError(f"run_length must be from 1 to timesteps = {timesteps}. Received: run_length={run_length}")
    inputs = rng.uniform(-1, 1, (samples, windows, timesteps, features)).astype(np.float32)
    positive = rng.random((samples, windows, timesteps)) < fair_chance(timesteps, windows, run_length)
    size = rng.uniform(0.5, 1, positive.shape)
    inputs[..., 0] = np.where(positive, size, -size)
    runs = np.lib.stride_tricks.sliding_window_view(positive, run_length, axis=-1)
    found: np.ndarray = np.any(np.all(runs, axis=-1), axis=(1, 2))
    return inputs, found[:, None].astype(np.float32)
