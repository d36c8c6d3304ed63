"""The task that needs no memory."""

from __future__ import annotations

import numpy as np

from explorer.registry import Floor, task


def mean_loss(timesteps: int, features: int) -> float:
    """The mean of sin² over whole periods."""
    return 1 / 2


def say_mean(inputs: np.ndarray) -> np.ndarray:
    return np.zeros_like(inputs[..., :1])


@task(
    title="Step by step, no memory needed",
    answers="every step",
    floors=(
        Floor("always the mean", mean_loss, say_mean, "only a model that listens can be there, and no memory is needed"),
    ),
)
def pointwise(rng: np.random.Generator, samples: int, timesteps: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Say the sine of pi times the number just heard.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 1), float32, in [-1, 1]; the first feature counts.
    Floor of always saying the mean, 0: 1/2. A model without memory can come down to 0.

    >>> heard, said = pointwise(np.random.default_rng(0), samples=1, timesteps=4, features=2)
    >>> bool(np.allclose(said, np.sin(np.pi * heard[..., :1]), atol=1e-6)), said.shape
    (True, (1, 4, 1))
    """
    heard = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    return heard, np.sin(np.float32(np.pi) * heard[..., :1])
