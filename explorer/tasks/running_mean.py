"""The task that asks for a little of everything heard."""

from __future__ import annotations

import numpy as np

from explorer.registry import Floor, task


def share(timesteps: int) -> float:
    """The mean of 1 / (t + 1) over the steps t: how much of the answer is the number just heard."""
    return float(np.mean(1 / np.arange(1, timesteps + 1)))


def mean_loss(timesteps: int, features: int) -> float:
    """The mean of t + 1 numbers of variance 1/3 has variance 1 / (3 (t + 1))."""
    return share(timesteps) / 3


def memoryless_loss(timesteps: int, features: int) -> float:
    """The best guess from x_t alone, not knowing t, is share · x_t; it takes share² / 3 off the variance."""
    return (share(timesteps) - share(timesteps) ** 2) / 3


def say_mean(inputs: np.ndarray) -> np.ndarray:
    return np.zeros_like(inputs[..., :1])


def say_share(inputs: np.ndarray) -> np.ndarray:
    return inputs[..., :1] * share(inputs.shape[1])


@task(
    title="Running mean",
    answers="every step",
    timesteps=range(2, 201),
    floors=(
        Floor("always the mean", mean_loss, say_mean, "only a model that listens can be there"),
        Floor("without memory", memoryless_loss, say_share, "only a model that remembers what came before can be there"),
    ),
)
def running_mean(rng: np.random.Generator, samples: int, timesteps: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Say at each step the mean of all that was heard up to and including it.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 1), float32, in [-1, 1]; the first feature counts.
    With s = (1 + 1/2 + ... + 1/timesteps) / timesteps, the floor of always saying the mean, 0, is s / 3,
    and the floor without memory, of the best answer from the step alone, is (s - s²) / 3.

    >>> heard, said = running_mean(np.random.default_rng(0), samples=1, timesteps=4, features=2)
    >>> bool(np.isclose(said[0, 3, 0], heard[0, :, 0].mean(), atol=1e-6)), bool(said[0, 0, 0] == heard[0, 0, 0])
    (True, True)
    """
    heard = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    steps = np.arange(1, timesteps + 1, dtype=np.float32)[:, None]
    return heard, np.cumsum(heard[..., :1], axis=1) / steps
