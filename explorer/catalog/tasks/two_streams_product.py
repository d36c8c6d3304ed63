"""Two inputs multiplied: what a layer that only adds cannot compute."""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell, drawn_middle
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def one_stream_loss(timesteps: int, features: int, second_features: int) -> float:
    """A product of two independent numbers, each of variance 1/3 and mean 0, has mean 0 whatever one of them is."""
    return 1 / 9


def predict_mean(inputs: tuple[np.ndarray, np.ndarray], second_features: int) -> np.ndarray:
    return np.zeros_like(inputs[0][..., :1])


def arrow(inputs: tuple[np.ndarray, np.ndarray], second_features: int) -> Arrow:
    step = drawn_middle(len(inputs[0]))
    return Arrow("product", (Cell(step), Cell(step, stream=1)), step)


@task(
    title="Product of two inputs",
    arrow=arrow,
    answers="every step",
    inputs="two streams",
    second_features=range(1, 33),
    help={"second_features": "How many numbers the second input has at each timestep."},
    baselines=(
        Baseline(
            "inputs not multiplied",
            one_stream_loss,
            predict_mean,
            "Only a model that combines both inputs before its last layer can.",
        ),
    ),
)
def two_streams_product(
    rng: np.random.Generator, samples: int, timesteps: int, features: int, second_features: int = 2
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Output the first feature of one input times the first feature of the other.

    Inputs (samples, timesteps, features) and (samples, timesteps, second_features), targets (samples, timesteps, 1),
    all float32, in [-1, 1]; only the first feature of each matters.
    Baseline of a model that uses one input, or that adds a function of each: 1/9, the squared error of always predicting
    0. The article's third model is one of these: its inputs meet only in a Dense without activation, which adds. It
    memorizes its training samples and stays above the baseline on the others.

    >>> (first, second), targets = two_streams_product(np.random.default_rng(0), samples=1, timesteps=4, features=3)
    >>> second.shape, bool((targets == first[..., :1] * second[..., :1]).all())
    ((1, 4, 2), True)
    """
    first = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    second = rng.uniform(-1, 1, (samples, timesteps, second_features)).astype(np.float32)
    return (first, second), first[..., :1] * second[..., :1]
