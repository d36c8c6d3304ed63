"""Say now what will be heard later."""

from __future__ import annotations

import numpy as np

from explorer.registry import Floor, task


def forward_loss(timesteps: int, features: int, ahead: int) -> float:
    """What is still to come is unknown, of variance 1/3; the last steps ask for 0."""
    return (timesteps - ahead) / timesteps / 3


def say_nothing(inputs: np.ndarray, ahead: int) -> np.ndarray:
    return np.zeros_like(inputs[..., :1])


@task(
    title="Look ahead",
    answers="every step",
    timesteps=range(2, 201),
    ahead=range(1, 8),
    at_most={"ahead": lambda timesteps, features: timesteps - 1},
    help={"ahead": "How many steps before hearing a number it must be said."},
    floors=(
        Floor(
            "without looking ahead",
            forward_loss,
            say_nothing,
            "only a model that also hears the sequence backwards can be there",
        ),
    ),
)
def look_ahead(
    rng: np.random.Generator, samples: int, timesteps: int, features: int, ahead: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Say at step t what will be heard at step t + ahead, and 0 where nothing more comes.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 1), float32, in [-1, 1]; the first feature counts.
    Floor without looking ahead: (timesteps - ahead) / timesteps / 3, the squared error of always saying 0, the mean.

    Raises ValueError unless 1 <= ahead < timesteps.

    >>> heard, said = look_ahead(np.random.default_rng(0), samples=1, timesteps=5, features=1, ahead=2)
    >>> said[0, 3:, 0].tolist(), bool((said[0, :3] == heard[0, 2:]).all())
    ([0.0, 0.0], True)
    """
    if not 1 <= ahead < timesteps:
        raise ValueError(f"ahead must be from 1 to timesteps - 1 = {timesteps - 1}. Received: ahead={ahead}")
    heard = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    said = np.zeros((samples, timesteps, 1), np.float32)
    said[:, : timesteps - ahead] = heard[:, ahead:, :1]
    return heard, said
