"""Two inputs added, one from the past and one from the future."""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell, drawn_middle
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def mean_loss(timesteps: int, features: int, second_features: int, apart: int) -> float:
    """Each input adds a number of variance 1/3, except at the timesteps where it adds nothing."""
    return 2 * (timesteps - apart) / timesteps / 3


def one_stream_loss(timesteps: int, features: int, second_features: int, apart: int) -> float:
    """What the other input adds is unknown."""
    return (timesteps - apart) / timesteps / 3


def predict_mean(inputs: tuple[np.ndarray, np.ndarray], second_features: int, apart: int) -> np.ndarray:
    return np.zeros_like(inputs[0][..., :1])


def predict_first(inputs: tuple[np.ndarray, np.ndarray], second_features: int, apart: int) -> np.ndarray:
    first = np.zeros_like(inputs[0][..., :1])
    first[:, apart:] = inputs[0][:, : first.shape[1] - apart, :1]
    return first


def arrow(inputs: tuple[np.ndarray, np.ndarray], second_features: int, apart: int) -> Arrow | None:
    """Both inputs, at a target that has both."""
    last = len(inputs[0]) - 1
    target = min(max(apart, drawn_middle(last + 1)), last - apart)
    return Arrow("sum", (Cell(target - apart), Cell(target + apart, stream=1)), target) if target >= apart else None


@task(
    title="Sum of two inputs",
    goal="Output the first input from {apart} ago plus the second from {apart} later.",
    arrow=arrow,
    answers="every step",
    inputs="two streams",
    timesteps=range(2, 201),
    second_features=range(1, 33),
    apart=range(0, 6),
    at_most={"apart": lambda timesteps, features: timesteps - 1},
    help={
        "second_features": "How many numbers the second input has at each timestep.",
        "apart": "How many timesteps back the first input is taken, and how many ahead the second.",
    },
    baselines=(
        Baseline("always the mean", mean_loss, predict_mean, "Only a model that uses the input can."),
        Baseline("one input alone", one_stream_loss, predict_first, "Only a model that uses both inputs can."),
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
    """Output the first input from apart timesteps ago plus the second from apart timesteps later.

    Inputs (samples, timesteps, features) and (samples, timesteps, second_features), targets (samples, timesteps, 1),
    all float32, the inputs in [-1, 1]; only the first feature of each matters, and 0 stands for what is outside.
    Baseline of always predicting the mean, 0: 2 (timesteps - apart) / timesteps / 3. Baseline of one input alone, read in
    both directions: half of that.

    Raises ValueError unless 0 <= apart < timesteps.

    >>> (first, second), targets = two_streams_sum(np.random.default_rng(0), samples=1, timesteps=5, features=3, apart=2)
    >>> second.shape, bool(targets[0, 2, 0] == first[0, 0, 0] + second[0, 4, 0])
    ((1, 5, 2), True)
    """
    if not 0 <= apart < timesteps:
        raise ValueError(f"apart must be from 0 to timesteps - 1 = {timesteps - 1}. Received: apart={apart}")
    first = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    second = rng.uniform(-1, 1, (samples, timesteps, second_features)).astype(np.float32)
    targets = np.zeros((samples, timesteps, 1), np.float32)
    targets[:, apart:] += first[:, : timesteps - apart, :1]
    targets[:, : timesteps - apart] += second[:, apart:, :1]
    return (first, second), targets
