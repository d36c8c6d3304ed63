"""Odd or even, counted at every timestep: one bit to remember, which every input may change."""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell, drawn_middle
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def without_memory(timesteps: int, features: int) -> float:
    """The target is the input at the first timestep, and independent of it at all others: its mean, given the input x, is
    x / timesteps, and the variance around that 1 - 1 / timesteps^2."""
    return 1 - 1 / timesteps**2


def predict_from_input(inputs: np.ndarray) -> np.ndarray:
    predicted: np.ndarray = inputs[..., :1] / inputs.shape[1]
    return predicted


def arrow(inputs: np.ndarray) -> Arrow | None:
    """Every -1 up to a target in the middle."""
    target = drawn_middle(len(inputs))
    flips = [int(step) for step in np.flatnonzero(inputs[: target + 1, 0] < 0)]
    if not flips:
        return None
    return Arrow(f"{'odd' if len(flips) % 2 else 'even'}: {len(flips)} of −1", tuple(map(Cell, flips)), target)


@task(
    title="Parity",
    arrow=arrow,
    answers="every step",
    timesteps=range(2, 201),
    baselines=(
        Baseline(
            "without memory",
            without_memory,
            predict_from_input,
            "Only a model that uses earlier timesteps can.",
            needs="earlier",
        ),
    ),
)
def parity(rng: np.random.Generator, samples: int, timesteps: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Output 1 while the number of −1 so far is even, and −1 while it is odd.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 1), float32. The first feature is +1 or -1, the
    others are uniform in [-1, 1] and do not matter. The target is the product of the first feature so far.
    Baseline without memory: 1 - 1 / timesteps^2, of predicting input / timesteps.

    >>> inputs, targets = parity(np.random.default_rng(2), samples=1, timesteps=5, features=1)
    >>> inputs[0, :, 0].astype(int).tolist(), targets[0, :, 0].astype(int).tolist()
    ([1, 1, 1, -1, 1], [1, 1, 1, -1, -1])
    """
    inputs = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    inputs[..., 0] = rng.choice([-1, 1], (samples, timesteps))
    return inputs, np.cumprod(inputs[..., :1], axis=1)
