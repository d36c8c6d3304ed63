"""A sum that goes on from one sequence to the next."""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell, drawn_middle
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def mean_loss(timesteps: int, features: int, pieces: int) -> float:
    """The sum of s numbers, uniform in [-1, 1], has variance s / 3; s goes from 1 to the length n, and is over n."""
    return (pieces * timesteps + 1) / (pieces * timesteps) / 6


def carried_nothing_loss(timesteps: int, features: int, pieces: int) -> float:
    """In piece k, from 0, the sum of k * timesteps earlier numbers is missing, with variance k / pieces / 3."""
    return (pieces - 1) / pieces / 6


def predict_mean(inputs: np.ndarray, pieces: int) -> np.ndarray:
    return np.zeros_like(inputs[..., :1])


def predict_own_sum(inputs: np.ndarray, pieces: int) -> np.ndarray:
    return np.cumsum(inputs[..., :1], axis=1) / np.float32(np.sqrt(pieces * inputs.shape[1]))


def arrow(inputs: np.ndarray, pieces: int) -> Arrow:
    target = drawn_middle(len(inputs))
    return Arrow("plus the pieces before", tuple(Cell(step) for step in range(target + 1)), target)


@task(
    title="Long sum",
    arrow=arrow,
    answers="every step",
    timesteps=range(2, 101),
    consecutive="pieces",
    pieces=(2, 4, 8),
    help={"pieces": "Into how many consecutive sequences a long one is cut; each continues where the one before ended."},
    baselines=(
        Baseline("always the mean", mean_loss, predict_mean, "Only a model that uses the input can."),
        Baseline(
            "without state across batches",
            carried_nothing_loss,
            predict_own_sum,
            "Only a model that carries its state from batch to batch can.",
            needs="earlier",
        ),
    ),
)
def long_sum(
    rng: np.random.Generator, samples: int, timesteps: int, features: int, pieces: int = 8
) -> tuple[np.ndarray, np.ndarray]:
    """Output the sum of all first features so far; each sequence is one piece of a long one.

    Inputs (samples, timesteps, features), in [-1, 1], and targets (samples, timesteps, 1), float32. Sequences number k and
    k + 1 are consecutive pieces of one long sequence, but for every pieces-th, where another one begins. The sum is divided
    by the square root of the length of the long sequence, pieces * timesteps, so that it stays about as large as its inputs.
    Baseline of always predicting the mean, 0: (n + 1) / (6 n), with n = pieces * timesteps. Baseline without state across
    batches, the sum within the piece alone: (pieces - 1) / (6 * pieces).

    >>> inputs, targets = long_sum(np.random.default_rng(0), samples=4, timesteps=5, features=2, pieces=2)
    >>> wanted = np.cumsum(inputs[:2, :, 0].reshape(-1)) / np.sqrt(10)
    >>> bool(np.allclose(targets[:2].reshape(-1), wanted)), bool(np.isclose(targets[2, 0, 0], inputs[2, 0, 0] / np.sqrt(10)))
    (True, True)
    """
    length = pieces * timesteps
    inputs = rng.uniform(-1, 1, (-(-samples // pieces), length, features)).astype(np.float32)
    sums = np.cumsum(inputs[..., :1], axis=1, dtype=np.float64) / np.sqrt(length)
    cut = [array.reshape(-1, timesteps, array.shape[-1])[:samples] for array in (inputs, sums.astype(np.float32))]
    return cut[0], cut[1]
