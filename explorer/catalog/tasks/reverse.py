"""The sequence in reverse order."""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def mean_loss(timesteps: int, features: int) -> float:
    """A number uniform in [-1, 1] has variance 1/3."""
    return 1 / 3


def forward_loss(timesteps: int, features: int) -> float:
    """Before the middle the target has not come in yet; from the middle on it can be remembered."""
    return timesteps // 2 / timesteps / 3


def predict_mean(inputs: np.ndarray) -> np.ndarray:
    return np.zeros_like(inputs[..., :1])


def predict_known(inputs: np.ndarray) -> np.ndarray:
    known = inputs[:, ::-1, :1].copy()
    known[:, : inputs.shape[1] // 2] = 0
    return known


def arrow(inputs: np.ndarray) -> Arrow:
    return Arrow("first becomes last", (Cell(0),), len(inputs) - 1)


@task(
    title="Reverse",
    arrow=arrow,
    answers="every step",
    # Longer ones are memorized before they are learned: 512 sequences and 60 epochs do not teach 20 steps.
    timesteps=range(2, 11),
    baselines=(
        Baseline("always the mean", mean_loss, predict_mean, "Only a model that uses the input can."),
        Baseline(
            "one direction",
            forward_loss,
            predict_known,
            "Only a model that uses later timesteps can.",
            needs="later",
        ),
    ),
)
def reverse(rng: np.random.Generator, samples: int, timesteps: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Output the first feature in reverse order: the last number first.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 1), float32, in [-1, 1]; only the first feature
    matters.
    Baseline of always predicting the mean, 0: 1/3. Baseline of reading in one direction, with a perfect memory:
    (timesteps // 2) / timesteps / 3, since the targets before the middle have not come in yet.

    >>> inputs, targets = reverse(np.random.default_rng(0), samples=1, timesteps=5, features=2)
    >>> bool((targets[0, :, 0] == inputs[0, ::-1, 0]).all())
    True
    """
    inputs = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    return inputs, inputs[:, ::-1, :1].copy()
