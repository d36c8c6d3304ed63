"""The task that needs no memory."""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell, drawn_middle
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def mean_loss(timesteps: int, features: int) -> float:
    """The mean of sin² over whole periods."""
    return 1 / 2


def predict_mean(inputs: np.ndarray) -> np.ndarray:
    return np.zeros_like(inputs[..., :1])


def arrow(inputs: np.ndarray) -> Arrow:
    step = drawn_middle(len(inputs))
    return Arrow("sin(π · input)", (Cell(step),), step)


@task(
    title="Sine of each input",
    arrow=arrow,
    answers="every step",
    baselines=(
        Baseline("always the mean", mean_loss, predict_mean, "Only a model that uses the input can; no memory is needed."),
    ),
)
def pointwise(rng: np.random.Generator, samples: int, timesteps: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Output the sine of pi times the first feature of the same timestep.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 1), float32, in [-1, 1]; only the first feature
    matters.
    Baseline of always predicting the mean, 0: 1/2. A model without memory can reach 0.

    >>> inputs, targets = pointwise(np.random.default_rng(0), samples=1, timesteps=4, features=2)
    >>> bool(np.allclose(targets, np.sin(np.pi * inputs[..., :1]), atol=1e-6)), targets.shape
    (True, (1, 4, 1))
    """
    inputs = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    return inputs, np.sin(np.float32(np.pi) * inputs[..., :1])
