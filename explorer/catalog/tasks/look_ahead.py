"""The input of later timesteps, now."""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell, drawn_middle
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def forward_loss(timesteps: int, features: int, ahead: int) -> float:
    """What is still to come is unknown, of variance 1/3; the last targets are 0."""
    return (timesteps - ahead) / timesteps / 3


def predict_zero(inputs: np.ndarray, ahead: int) -> np.ndarray:
    return np.zeros_like(inputs[..., :1])


def arrow(inputs: np.ndarray, ahead: int) -> Arrow:
    target = min(drawn_middle(len(inputs)), len(inputs) - 1 - ahead)
    return Arrow(f"ahead {ahead}", (Cell(target + ahead),), target)


@task(
    title="Look ahead",
    goal="Output the first feature of {ahead} later, and 0 at the end.",
    arrow=arrow,
    answers="every step",
    timesteps=range(2, 201),
    ahead=range(1, 8),
    at_most={"ahead": lambda timesteps, features: timesteps - 1},
    help={"ahead": "How many timesteps earlier a number must be output."},
    baselines=(
        Baseline(
            "without looking ahead",
            forward_loss,
            predict_zero,
            "Only a model that uses later timesteps can.",
            needs="later",
        ),
    ),
)
def look_ahead(
    rng: np.random.Generator, samples: int, timesteps: int, features: int, ahead: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Output the first feature of ahead timesteps later, and 0 at the end.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 1), float32, in [-1, 1]; only the first feature
    matters.
    Baseline without looking ahead: (timesteps - ahead) / timesteps / 3, the squared error of always predicting 0, the mean.

    Raises ValueError unless 1 <= ahead < timesteps.

    >>> inputs, targets = look_ahead(np.random.default_rng(0), samples=1, timesteps=5, features=1, ahead=2)
    >>> targets[0, 3:, 0].tolist(), bool((targets[0, :3] == inputs[0, 2:]).all())
    ([0.0, 0.0], True)
    """
    if not 1 <= ahead < timesteps:
        raise ValueError(f"ahead must be from 1 to timesteps - 1 = {timesteps - 1}. Received: ahead={ahead}")
    inputs = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    targets = np.zeros((samples, timesteps, 1), np.float32)
    targets[:, : timesteps - ahead] = inputs[:, ahead:, :1]
    return inputs, targets
