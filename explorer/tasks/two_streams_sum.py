"""Two streams, and an answer that needs both."""

from __future__ import annotations

import numpy as np

from explorer.registry import Floor, task


def mean_loss(timesteps: int, features: int, second_features: int, apart: int) -> float:
    """Each stream adds a number of variance 1/3, but for the steps where it has none to say."""
    return 2 * (timesteps - apart) / timesteps / 3


def one_stream_loss(timesteps: int, features: int, second_features: int, apart: int) -> float:
    """What the other stream adds is unknown."""
    return (timesteps - apart) / timesteps / 3


def say_mean(inputs: tuple[np.ndarray, np.ndarray], second_features: int, apart: int) -> np.ndarray:
    return np.zeros_like(inputs[0][..., :1])


def say_first(inputs: tuple[np.ndarray, np.ndarray], second_features: int, apart: int) -> np.ndarray:
    said = np.zeros_like(inputs[0][..., :1])
    said[:, apart:] = inputs[0][:, : said.shape[1] - apart, :1]
    return said


@task(
    title="Sum of two streams",
    answers="every step",
    inputs="two streams",
    timesteps=range(2, 201),
    second_features=range(1, 33),
    apart=range(0, 6),
    at_most={"apart": lambda timesteps, features: timesteps - 1},
    help={
        "second_features": "How many numbers come in at every step of the second stream.",
        "apart": "How far back the first stream's number lies, and how far ahead the second's.",
    },
    floors=(
        Floor("always the mean", mean_loss, say_mean, "only a model that listens can be there"),
        Floor("one stream alone", one_stream_loss, say_first, "only a model that hears both streams can be there"),
    ),
)
def two_streams_sum(
    rng: np.random.Generator,
    samples: int,
    timesteps: int,
    features: int,
    second_features: int = 2,
    apart: int = 1,
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Say at step t the sum of what the first stream said apart steps before and the second will say apart steps later.

    Inputs (samples, timesteps, features) and (samples, timesteps, second_features), targets (samples, timesteps, 1),
    all float32, the inputs in [-1, 1]; only the first feature of each stream counts, and 0 stands for what is outside.
    Floor of always saying the mean, 0: 2 (timesteps - apart) / timesteps / 3. Floor of hearing one stream alone, in
    both directions: half of that.

    Raises ValueError unless 0 <= apart < timesteps.

    >>> (first, second), said = two_streams_sum(np.random.default_rng(0), samples=1, timesteps=5, features=3, apart=2)
    >>> second.shape, bool(said[0, 2, 0] == first[0, 0, 0] + second[0, 4, 0])
    ((1, 5, 2), True)
    """
    if not 0 <= apart < timesteps:
        raise ValueError(f"apart must be from 0 to timesteps - 1 = {timesteps - 1}. Received: apart={apart}")
    first = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    second = rng.uniform(-1, 1, (samples, timesteps, second_features)).astype(np.float32)
    said = np.zeros((samples, timesteps, 1), np.float32)
    said[:, apart:] += first[:, : timesteps - apart, :1]
    said[:, : timesteps - apart] += second[:, apart:, :1]
    return (first, second), said
