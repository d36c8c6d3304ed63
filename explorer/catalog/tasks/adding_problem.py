"""The task of the two marked numbers, the classic test of a long memory."""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def mean_loss(timesteps: int, features: int) -> float:
    """Two independent numbers, uniform in [0, 1), have variance 1/12 each."""
    return 1 / 6


def one_mark_loss(timesteps: int, features: int) -> float:
    """The variance of the number that is not known."""
    return 1 / 12


def predict_mean(inputs: np.ndarray) -> np.ndarray:
    return np.ones_like(inputs[:, 0, :1])


def predict_first_mark(inputs: np.ndarray) -> np.ndarray:
    first = inputs[..., 1].argmax(axis=1)
    return inputs[np.arange(len(inputs)), first, :1] + 1 / 2


def arrow(inputs: np.ndarray) -> Arrow:
    """Both numbers with their marks."""
    marked = [int(step) for step in np.flatnonzero(inputs[:, 1])]
    return Arrow("sum", tuple(Cell(step, feature) for step in marked for feature in (0, 1)))


@task(
    title="Adding problem",
    arrow=arrow,
    answers="once",
    timesteps=range(2, 201),
    features=2,
    why={"features": "The adding problem always has 2 features: the number and its mark."},
    baselines=(
        Baseline("always the mean", mean_loss, predict_mean, "Only a model that knows what the marks mean can."),
        Baseline("one mark alone", one_mark_loss, predict_first_mark, "Only a model that adds both marked numbers can."),
    ),
)
def adding_problem(
    rng: np.random.Generator, samples: int, timesteps: int, features: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """Output the sum of the two marked numbers.

    Inputs (samples, timesteps, 2) and targets (samples, 1), float32. The first feature is the number, uniform in
    [0, 1); the second its mark, 1 at two steps and 0 at all others.
    Baseline of always predicting the mean, 1: 1/6. Baseline of knowing one marked number only: 1/12.

    Raises ValueError unless features is 2 and timesteps at least 2.

    >>> inputs, targets = adding_problem(np.random.default_rng(0), samples=1, timesteps=6, features=2)
    >>> inputs[0, :, 1].sum().item(), bool(np.isclose(targets[0, 0], (inputs[0, :, 0] * inputs[0, :, 1]).sum()))
    (2.0, True)
    """
    if features != 2:
        raise ValueError(f"features must be 2: the number and its mark. Received: features={features}")
    if timesteps < 2:
        raise ValueError(f"timesteps must be at least 2, for two marks. Received: timesteps={timesteps}")
    numbers = rng.random((samples, timesteps), np.float32)
    marked = rng.random((samples, timesteps)).argsort(axis=1)[:, :2]
    marks = np.zeros_like(numbers)
    np.put_along_axis(marks, marked, 1, axis=1)
    return np.stack([numbers, marks], axis=-1), (numbers * marks).sum(axis=1, keepdims=True)
