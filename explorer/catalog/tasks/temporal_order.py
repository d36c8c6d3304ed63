"""Which of two marks came first: a test of whether a model knows the order of the timesteps."""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def without_order(timesteps: int, features: int) -> float:
    """Both orders are equally likely, and the same numbers come in both: 1 and -1 have variance 1."""
    return 1.0


def predict_mean(inputs: np.ndarray) -> np.ndarray:
    return np.zeros_like(inputs[:, 0, :1])


def arrow(inputs: np.ndarray) -> Arrow:
    """Both marks, the first one first."""
    marks = [int(step) for step in np.flatnonzero(np.abs(inputs[:, 0]) == 1)]
    words = "+1 before −1" if inputs[marks[0], 0] > 0 else "−1 before +1"
    return Arrow(words, tuple(map(Cell, marks)))


@task(
    title="Temporal order",
    arrow=arrow,
    answers="once",
    timesteps=range(2, 201),
    # Of more that do not matter, 512 sequences are memorized before the order is learned.
    features=range(1, 3),
    baselines=(
        Baseline("without order", without_order, predict_mean, "Only a model that knows the order of the timesteps can."),
    ),
)
def temporal_order(rng: np.random.Generator, samples: int, timesteps: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Output 1 if the mark +1 comes before the mark −1, and −1 if it comes after.

    Inputs (samples, timesteps, features) and targets (samples, 1), float32. The first feature is +1 at one timestep, -1 at
    another, and uniform in [-0.5, 0.5) at all others; a second feature is uniform in [-1, 1] and does not matter. After
    the temporal order problem of Hochreiter and Schmidhuber (1997), with marks anywhere.
    Baseline without order: 1, of always predicting the mean, 0.

    Raises ValueError unless timesteps is at least 2.

    >>> inputs, targets = temporal_order(np.random.default_rng(4), samples=2, timesteps=6, features=1)
    >>> inputs[..., 0].argmax(axis=1).tolist(), inputs[..., 0].argmin(axis=1).tolist(), targets[:, 0].tolist()
    ([3, 5], [0, 0], [-1.0, -1.0])
    """
    if timesteps < 2:
        raise ValueError(f"timesteps must be at least 2, for two marks. Received: timesteps={timesteps}")
    inputs = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    inputs[..., 0] /= 2
    marked = rng.random((samples, timesteps)).argsort(axis=1)[:, :2]
    np.put_along_axis(inputs[..., 0], marked, np.array([[1, -1]], np.float32), axis=1)
    return inputs, np.sign(marked[:, 1:] - marked[:, :1]).astype(np.float32)
