"""The input again, some timesteps later."""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell, drawn_middle
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def without_memory(timesteps: int, features: int, delay: int) -> float:
    """The squared error of always predicting 0: x uniform in [-1, 1] has variance 1/3, and the first targets are 0."""
    if delay == 0:
        return 0.0
    return (timesteps - delay) / timesteps / 3


def predict_zero(inputs: np.ndarray, delay: int) -> np.ndarray:
    first = inputs[..., :1]
    return first if delay == 0 else np.zeros_like(first)


def arrow(inputs: np.ndarray, delay: int) -> Arrow:
    target = max(delay, drawn_middle(len(inputs)))
    return Arrow(f"delay {delay}", (Cell(target - delay),), target)


@task(
    title="Delayed echo",
    goal="Output the first feature from {delay} ago, and 0 before that.",
    arrow=arrow,
    answers="every step",
    timesteps=range(2, 201),
    delay=range(0, 8),
    at_most={"delay": lambda timesteps, features: timesteps - 1},
    help={"delay": "How many timesteps later a number must be output."},
    baselines=(
        Baseline(
            "without memory",
            without_memory,
            predict_zero,
            "Only a model that uses what came {delay} earlier can.",
            needs="earlier",
        ),
    ),
)
def delayed_echo(
    rng: np.random.Generator, samples: int, timesteps: int, features: int, delay: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Output the first feature from delay timesteps ago, and 0 before that.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 1), float32, in [-1, 1]; only the first feature
    matters.
    Baseline without memory: (timesteps - delay) / timesteps / 3, the squared error of always predicting 0.

    Raises ValueError unless 0 <= delay < timesteps.

    >>> inputs, targets = delayed_echo(np.random.default_rng(0), samples=1, timesteps=5, features=1, delay=2)
    >>> targets[0, :2, 0].tolist(), bool((targets[0, 2:] == inputs[0, :3]).all())
    ([0.0, 0.0], True)
    """
    if not 0 <= delay < timesteps:
        raise ValueError(f"delay must be from 0 to timesteps - 1 = {timesteps - 1}. Received: delay={delay}")
    inputs = rng.uniform(-1, 1, (samples, timesteps, features)).astype(np.float32)
    targets = np.zeros((samples, timesteps, 1), np.float32)
    targets[:, delay:] = inputs[:, : timesteps - delay, :1]
    return inputs, targets
