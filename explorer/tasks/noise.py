"""Nothing to learn."""

from __future__ import annotations

import numpy as np

from explorer.registry import Floor, task


def mean_loss(timesteps: int, features: int) -> float:
    """A number uniform in [0, 1) has variance 1/12."""
    return 1 / 12


def say_mean(inputs: np.ndarray) -> np.ndarray:
    return np.full((*inputs.shape[:2], 3), 1 / 2)


@task(
    title="Noise",
    answers="every step",
    outputs=3,
    floors=(Floor("nothing to learn", mean_loss, say_mean, "this is luck: the answers have nothing to do with the inputs"),),
)
def noise(rng: np.random.Generator, samples: int, timesteps: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Say random numbers that have nothing to do with what was heard.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 3), float32, all independent and uniform in
    [0, 1).
    Floor of always saying the mean, 1/2: 1/12 = 0.083. A model may learn its training samples by heart and fall below;
    on sequences that it has not seen it cannot.

    >>> heard, said = noise(np.random.default_rng(0), samples=2, timesteps=4, features=5)
    >>> heard.shape, said.shape
    ((2, 4, 5), (2, 4, 3))
    """
    return rng.random((samples, timesteps, features), np.float32), rng.random((samples, timesteps, 3), np.float32)
