"""Say the sequence backwards."""

from __future__ import annotations

import numpy as np

from explorer.registry import Floor, task


def mean_loss(timesteps: int, features: int) -> float:
    """A number uniform in [-1, 1] has variance 1/3."""
    return 1 / 3


def forward_loss(timesteps: int, features: int) -> float:
    """Before the middle the number asked for has not been heard; from the middle on it can be remembered."""
    return timesteps // 2 / timesteps / 3


def say_mean(inputs: np.ndarray) -> np.ndarray:
    return np.zeros_like(inputs[..., :1])


def say_heard(inputs: np.ndarray) -> np.ndarray:
    said = inputs[:, ::-1, :1].copy()
    said[:, : inputs.shape[1] // 2] = 0
    return said


@task(
    title="Reverse",
    answers="every step",
    # Longer ones are learned by heart before they are learned: 512 sequences and 60 epochs do not teach 20 steps.
    timesteps=range(2, 11),
    floors=(
        Floor("always the mean", mean_loss, say_mean, "only a model that listens can be there"),
        Floor("one direction", forward_loss, say_heard, "only a model that hears the end before it speaks can be there"),
    ),
)
def reverse(rng: np.random.Generator, samples: int, timesteps: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Say at step t what is heard at step timesteps - 1 - t: the last number first.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 1), float32, in [-1, 1]; the first feature counts.
    Floor of always saying the mean, 0: 1/3. Floor of hearing in one direction, with a perfect memory:
    (timesteps // 2) / timesteps / 3, since the number asked for before the middle has not been heard yet.

    >>> heard, said = reverse(np.random.default_rng(0), samples=1, timesteps=5, features=2)
    >>> bool((said[0, :, 0] == heard[0, ::-1, 0]).all())
    True
    """
    heard = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    return heard, heard[:, ::-1, :1].copy()
