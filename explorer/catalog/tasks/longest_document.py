"""How long is the longest of some documents?"""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def longest_chances(timesteps: int, documents: int, at_least: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """The lengths that the longest may have, as shares of timesteps, and how likely each is, where one has `at_least`.

    Lengths are uniform from 1 to timesteps: all others are at most l with (l / timesteps)^documents.
    """
    lengths = np.arange(1, timesteps + 1)
    at_most = np.where(lengths < at_least, 0, (lengths / timesteps) ** documents)
    return lengths / timesteps, np.diff(at_most, prepend=0)


def variance(timesteps: int, documents: int, at_least: int = 1) -> float:
    lengths, chances = longest_chances(timesteps, documents, at_least)
    return float(lengths**2 @ chances - (lengths @ chances) ** 2)


def mean_loss(timesteps: int, features: int, windows: int) -> float:
    """The variance of the longest length."""
    return variance(timesteps, windows)


def one_document_loss(timesteps: int, features: int, windows: int) -> float:
    """The variance that is left where the length of one document is known, over all that it may have."""
    return sum(variance(timesteps, windows - 1, length) for length in range(1, timesteps + 1)) / timesteps


def predict_mean(inputs: np.ndarray, windows: int) -> np.ndarray:
    lengths, chances = longest_chances(inputs.shape[2], windows)
    return np.full((len(inputs), 1), lengths @ chances)


def predict_first(inputs: np.ndarray, windows: int) -> np.ndarray:
    timesteps = inputs.shape[2]
    means = [np.dot(*longest_chances(timesteps, windows - 1, length)) for length in range(1, timesteps + 1)]
    predicted: np.ndarray = np.array(means)[inputs[:, 0].any(axis=-1).sum(axis=-1) - 1][:, None]
    return predicted


def arrow(inputs: np.ndarray, windows: int) -> Arrow:
    """The last timestep of the longest document."""
    lengths = inputs.any(axis=-1).sum(axis=-1)
    longest = int(lengths.argmax())
    words = f"{lengths[longest]} of {inputs.shape[1]} timesteps"
    return Arrow(words, tuple(Cell(step, window=longest) for step in range(lengths[longest])))


@task(
    title="Longest document",
    arrow=arrow,
    answers="once",
    inputs="windows",
    timesteps=range(2, 51),
    windows=range(2, 9),
    help={"windows": "How many documents one sequence has, each a window with its own timesteps."},
    baselines=(
        Baseline("always the mean", mean_loss, predict_mean, "Only a model that uses the input can."),
        Baseline("one document alone", one_document_loss, predict_first, "Only a model that compares documents can."),
    ),
)
def longest_document(
    rng: np.random.Generator, samples: int, timesteps: int, features: int, windows: int = 4
) -> tuple[np.ndarray, np.ndarray]:
    """Output how long the longest document is, as a share of all timesteps of a window.

    Inputs (samples, windows, timesteps, features) and targets (samples, 1), float32. Each window is a document; its numbers
    are uniform in [-1, 1], and do not matter. Lengths are uniform from 1 to timesteps; after its length a document is padded
    with zeros.
    Baseline of always predicting the mean: the variance of the longest length, whose distribution is
    P(longest <= l) = (l / timesteps)^windows. Baseline of one document alone: the mean, over its lengths, of the variance
    that is left.

    >>> inputs, targets = longest_document(np.random.default_rng(0), samples=1, timesteps=5, features=1, windows=3)
    >>> (inputs[0, ..., 0] != 0).sum(axis=-1).tolist(), round(targets[0, 0].item(), 1)
    ([5, 4, 3], 1.0)
    """
    lengths = rng.integers(1, timesteps + 1, (samples, windows))
    inputs = rng.uniform(-1, 1, (samples, windows, timesteps, features)).astype(np.float32)
    inputs[np.arange(timesteps) >= lengths[..., None]] = 0
    return inputs, (lengths.max(axis=1, keepdims=True) / timesteps).astype(np.float32)
