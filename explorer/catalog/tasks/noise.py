"""Nothing to learn."""

from __future__ import annotations

import numpy as np

from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def mean_loss(timesteps: int, features: int) -> float:
    """A number uniform in [0, 1) has variance 1/12."""
    return 1 / 12


def predict_mean(inputs: np.ndarray) -> np.ndarray:
    return np.full((*inputs.shape[:2], 3), 1 / 2)


@task(
    title="Noise",
    answers="every step",
    outputs=3,
    baselines=(
        Baseline(
            "nothing to learn",
            mean_loss,
            predict_mean,
            "This is luck: the targets have nothing to do with the inputs.",
            best=True,
        ),
    ),
)
def noise(rng: np.random.Generator, samples: int, timesteps: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Output random numbers that have nothing to do with the input.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 3), float32, all independent and uniform in
    [0, 1).
    Baseline of always predicting the mean, 1/2: 1/12 = 0.083. A model may memorize its training samples and fall below;
    on sequences that it has not seen it cannot.

    >>> inputs, targets = noise(np.random.default_rng(0), samples=2, timesteps=4, features=5)
    >>> inputs.shape, targets.shape
    ((2, 4, 5), (2, 4, 3))
    """
    return rng.random((samples, timesteps, features), np.float32), rng.random((samples, timesteps, 3), np.float32)
