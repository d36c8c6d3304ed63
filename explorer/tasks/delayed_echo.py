"""Say later what was heard before."""

from __future__ import annotations

import numpy as np

from explorer.registry import Floor, task


def without_memory(timesteps: int, features: int, delay: int) -> float:
    """The squared error of always saying 0: x uniform in [-1, 1] has variance 1/3, and the first steps ask for 0."""
    if delay == 0:
        return 0.0
    return (timesteps - delay) / timesteps / 3


def say_nothing(inputs: np.ndarray, delay: int) -> np.ndarray:
    heard = inputs[..., :1]
    return heard if delay == 0 else np.zeros_like(heard)


@task(
    title="Delayed echo",
    answers="every step",
    timesteps=range(2, 201),
    delay=range(0, 8),
    at_most={"delay": lambda timesteps, features: timesteps - 1},
    help={"delay": "How many steps after hearing a number it must be said."},
    floors=(
        Floor("without memory", without_memory, say_nothing, "only a model that remembers {delay} steps back can be there"),
    ),
)
def delayed_echo(
    rng: np.random.Generator, samples: int, timesteps: int, features: int, delay: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Say at step t what was heard at step t - delay, and 0 before that.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 1), float32, in [-1, 1]; the first feature counts.
    Floor without memory: (timesteps - delay) / timesteps / 3, the squared error of always saying 0.

    Raises ValueError unless 0 <= delay < timesteps.

    >>> heard, said = delayed_echo(np.random.default_rng(0), samples=1, timesteps=5, features=1, delay=2)
    >>> said[0, :2, 0].tolist(), bool((said[0, 2:] == heard[0, :3]).all())
    ([0.0, 0.0], True)
    """
    if not 0 <= delay < timesteps:
        raise ValueError(f"delay must be from 0 to timesteps - 1 = {timesteps - 1}. Received: delay={delay}")
    heard = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    said = np.zeros((samples, timesteps, 1), np.float32)
    said[:, delay:] = heard[:, : timesteps - delay, :1]
    return heard, said
