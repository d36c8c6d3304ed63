"""The mean of all inputs so far."""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell, drawn_middle
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def share(timesteps: int) -> float:
    """The mean of 1 / (t + 1) over the steps t: how much of the target is the input of its own timestep."""
    return float(np.mean(1 / np.arange(1, timesteps + 1)))


def mean_loss(timesteps: int, features: int) -> float:
    """The mean of t + 1 numbers of variance 1/3 has variance 1 / (3 (t + 1))."""
    return share(timesteps) / 3


def memoryless_loss(timesteps: int, features: int) -> float:
    """The best guess from x_t alone, not knowing t, is share · x_t; it takes share² / 3 off the variance."""
    return (share(timesteps) - share(timesteps) ** 2) / 3


def predict_mean(inputs: np.ndarray) -> np.ndarray:
    return np.zeros_like(inputs[..., :1])


def predict_share(inputs: np.ndarray) -> np.ndarray:
    return inputs[..., :1] * share(inputs.shape[1])


def arrow(inputs: np.ndarray) -> Arrow:
    target = drawn_middle(len(inputs))
    return Arrow("mean so far", tuple(Cell(step) for step in range(target + 1)), target)


@task(
    title="Running mean",
    arrow=arrow,
    answers="every step",
    timesteps=range(2, 201),
    baselines=(
        Baseline("always the mean", mean_loss, predict_mean, "Only a model that uses the input can."),
        Baseline(
            "without memory",
            memoryless_loss,
            predict_share,
            "Only a model that uses earlier timesteps can.",
            needs="earlier",
        ),
    ),
)
def running_mean(rng: np.random.Generator, samples: int, timesteps: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Output the mean of the first feature up to each timestep.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 1), float32, in [-1, 1]; only the first feature
    matters.
    With s = (1 + 1/2 + ... + 1/timesteps) / timesteps, the baseline of always predicting the mean, 0, is s / 3,
    and the baseline without memory, of the best prediction from the timestep alone, is (s - s²) / 3.

    >>> inputs, targets = running_mean(np.random.default_rng(0), samples=1, timesteps=4, features=2)
    >>> bool(np.isclose(targets[0, 3, 0], inputs[0, :, 0].mean(), atol=1e-6)), bool(targets[0, 0, 0] == inputs[0, 0, 0])
    (True, True)
    """
    inputs = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    steps = np.arange(1, timesteps + 1, dtype=np.float32)[:, None]
    return inputs, np.cumsum(inputs[..., :1], axis=1) / steps
