"""Two streams multiplied: what an answer that only adds cannot say."""

from __future__ import annotations

import numpy as np

from explorer.registry import Floor, task


def one_stream_loss(timesteps: int, features: int, second_features: int) -> float:
    """A product of two independent numbers, each of variance 1/3 and mean 0, has mean 0 whatever one of them is."""
    return 1 / 9


def say_mean(inputs: tuple[np.ndarray, np.ndarray], second_features: int) -> np.ndarray:
    return np.zeros_like(inputs[0][..., :1])


@task(
    title="Product of two streams",
    answers="every step",
    inputs="two streams",
    second_features=range(1, 33),
    help={"second_features": "How many numbers come in at every step of the second stream."},
    floors=(
        Floor(
            "streams not multiplied",
            one_stream_loss,
            say_mean,
            "only a model that brings both streams together before it answers can be there",
        ),
    ),
)
def two_streams_product(
    rng: np.random.Generator, samples: int, timesteps: int, features: int, second_features: int = 2
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Say at each step what the first stream says times what the second says.

    Inputs (samples, timesteps, features) and (samples, timesteps, second_features), targets (samples, timesteps, 1),
    all float32, in [-1, 1]; the first feature of each stream counts.
    Floor of a model that hears one stream, or that adds what it makes of each: 1/9, the squared error of always saying
    0. The article's third model is such a one: its streams meet only in a Dense without activation, which adds. It
    learns its training samples by heart and stays above the floor on the others.

    >>> (first, second), said = two_streams_product(np.random.default_rng(0), samples=1, timesteps=4, features=3)
    >>> second.shape, bool((said == first[..., :1] * second[..., :1]).all())
    ((1, 4, 2), True)
    """
    first = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    second = rng.uniform(-1, 1, (samples, timesteps, second_features)).astype(np.float32)
    return (first, second), first[..., :1] * second[..., :1]
