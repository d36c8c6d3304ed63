"""Sequences of different lengths, each with one yes or no."""

from __future__ import annotations

import math

import numpy as np

from explorer.catalog.arrows import Arrow, Cell
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def half_loss(timesteps: int, features: int) -> float:
    """The binary cross-entropy of 1/2, in nats."""
    return math.log(2)


def one_step_loss(timesteps: int, features: int) -> float:
    """The entropy of the answer when one vote is known, in nats."""
    right = one_vote_right(timesteps)
    return -right * math.log(right) - (1 - right) * math.log(1 - right)


def one_vote_right(timesteps: int) -> float:
    """How often one vote agrees with the majority.

    Of 2m + 1 fair votes it does with 1/2 + binomial(2m, m) / 2^(2m + 1): it decides where the others are tied.
    """
    rights = []
    for length in range(1, timesteps + 1, 2):
        ties = math.exp(math.lgamma(length) - 2 * math.lgamma((length + 1) / 2) - (length - 1) * math.log(2))
        rights.append(1 / 2 + ties / 2)
    return sum(rights) / len(rights)


def predict_half(inputs: np.ndarray) -> np.ndarray:
    return np.full((len(inputs), 1), 1 / 2)


def predict_first_vote(inputs: np.ndarray) -> np.ndarray:
    right = one_vote_right(inputs.shape[1])
    return np.where(inputs[:, 0, :1] > 0, right, 1 - right)


def arrow(inputs: np.ndarray) -> Arrow:
    """All that is not padding."""
    votes = inputs[inputs.any(axis=-1), 0]
    words = f"{int((votes > 0).sum())} of {len(votes)} are +1"
    return Arrow(words, tuple(Cell(step) for step in range(len(votes))))


@task(
    title="Majority of a padded sequence",
    arrow=arrow,
    answers="once",
    answer="yes/no",
    inputs="padded",
    timesteps=range(3, 201),
    baselines=(
        Baseline("always one half", half_loss, predict_half, "Only a model that uses the input can."),
        Baseline(
            "one timestep alone", one_step_loss, predict_first_vote, "Only a model that uses more than one timestep can."
        ),
    ),
)
def majority(rng: np.random.Generator, samples: int, timesteps: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Tell whether +1 occurs more often than −1 in the first feature.

    Inputs (samples, timesteps, features) and targets (samples, 1), 1 for yes and 0 for no, float32. The first feature
    is +1 or -1, the others are uniform in [-1, 1] and do not matter. The lengths are the odd numbers up to timesteps,
    all equally likely, so there are no ties; after its length a sequence is padded with zeros.
    Baseline of always predicting one half: ln 2 = 0.693. Baseline of the first timestep alone: -r ln r - (1 - r) ln(1 - r),
    where r is the mean over the lengths 2m + 1 of 1/2 + binomial(2m, m) / 2^(2m + 1).

    Raises ValueError unless timesteps is at least 3.

    >>> inputs, targets = majority(np.random.default_rng(0), samples=4, timesteps=5, features=1)
    >>> inputs[2:, :, 0].astype(int).tolist(), targets[2:, 0].tolist()
    ([[1, -1, -1, 1, 1], [1, -1, 1, 0, 0]], [1.0, 1.0])
    """
    if timesteps < 3:
        raise ValueError(f"timesteps must be at least 3, for different lengths. Received: timesteps={timesteps}")
    inputs = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    inputs[..., 0] = rng.choice([-1, 1], (samples, timesteps))
    lengths = rng.choice(np.arange(1, timesteps + 1, 2), samples)
    inputs[np.arange(timesteps) >= lengths[:, None]] = 0
    return inputs, (inputs[..., 0].sum(axis=1, keepdims=True) > 0).astype(np.float32)
