"""The future of a wave."""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell, drawn_middle
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task

SLOWEST, FASTEST = 0.2, 1.0


def mean_loss(timesteps: int, features: int, horizon: int, noise: float) -> float:
    """A sine of random phase has variance 1/2."""
    return 1 / 2 + noise**2


def memoryless_loss(timesteps: int, features: int, horizon: int, noise: float) -> float:
    """The best guess from one number is that number times the mean of cos(frequency · horizon)."""
    return 1 / 2 - mean_cosine(horizon) ** 2 / 2 + noise**2


def noise_loss(timesteps: int, features: int, horizon: int, noise: float) -> float:
    """What is left when the wave itself is known."""
    return noise**2


def mean_cosine(horizon: int) -> float:
    """The mean of cos(frequency · horizon) over all frequencies from SLOWEST to FASTEST."""
    return float((np.sin(FASTEST * horizon) - np.sin(SLOWEST * horizon)) / (FASTEST - SLOWEST) / horizon)


def predict_mean(inputs: np.ndarray, horizon: int, noise: float) -> np.ndarray:
    return np.zeros_like(inputs[..., :1])


def predict_cosine(inputs: np.ndarray, horizon: int, noise: float) -> np.ndarray:
    return inputs[..., :1] * mean_cosine(horizon)


def predict_wave(inputs: np.ndarray, horizon: int, noise: float) -> np.ndarray:
    """Find the wave in the whole sequence: three steps of a sine give x[t-1] + x[t+1] = 2 cos(frequency) x[t]."""
    first = inputs[..., 0].astype(float)
    middle, around = first[:, 1:-1], first[:, :-2] + first[:, 2:]
    frequency = np.arccos((around * middle).sum(axis=1) / (middle**2).sum(axis=1) / 2)
    angles = frequency[:, None] * np.arange(first.shape[1])
    waves = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    amplitudes = np.linalg.pinv(waves) @ first[..., None]
    later = angles + frequency[:, None] * horizon
    found: np.ndarray = np.stack([np.sin(later), np.cos(later)], axis=-1) @ amplitudes
    return found


def arrow(inputs: np.ndarray, horizon: int, noise: float) -> Arrow | None:
    """The target is the wave as the input will have it, where the sequence is long enough to show that."""
    target = min(drawn_middle(len(inputs)), len(inputs) - 1 - horizon)
    return Arrow(f"horizon {horizon}", (Cell(target + horizon),), target) if target >= 0 else None


@task(
    title="Sine forecast",
    goal="Output the first feature's wave {horizon} later, with some noise.",
    arrow=arrow,
    answers="every step",
    timesteps=range(3, 201),
    horizon=range(1, 9),
    noise=(0.0, 0.05, 0.1, 0.2, 0.3),
    help={
        "horizon": "How many timesteps ahead the wave must be predicted.",
        "noise": "The standard deviation of the noise on the targets; the inputs have none.",
    },
    baselines=(
        Baseline("always the mean", mean_loss, predict_mean, "Only a model that uses the input can."),
        Baseline(
            "without memory",
            memoryless_loss,
            predict_cosine,
            "Only a model that uses earlier timesteps can.",
        ),
        Baseline(
            "noise", noise_loss, predict_wave, "This is luck: what is left is noise, which cannot be learned.", best=True
        ),
    ),
)
def sine_forecast(
    rng: np.random.Generator, samples: int, timesteps: int, features: int, horizon: int = 3, noise: float = 0.1
) -> tuple[np.ndarray, np.ndarray]:
    """Output the first feature's wave horizon timesteps later, with some noise.

    Inputs (samples, timesteps, features) and targets (samples, timesteps, 1), float32. Every feature of every sample is
    a sine of its own, of amplitude 1, random phase and a frequency w uniform in [0.2, 1] radians a step. The inputs are
    clean; the targets have gaussian noise.
    Baseline of always predicting the mean, 0: 1/2 + noise². Baseline without memory: 1/2 - c²/2 + noise², where c is
    the mean of cos(w · horizon), (sin(horizon) - sin(horizon / 5)) / (0.8 · horizon). Baseline of the noise: noise², of
    a model that knows the wave; at the first timestep no model that reads forwards can know it.

    Raises ValueError unless horizon is at least 1 and noise at least 0.

    >>> inputs, targets = sine_forecast(np.random.default_rng(0), samples=1, timesteps=8, features=2, horizon=3, noise=0.0)
    >>> bool(np.allclose(targets[0, :-3, 0], inputs[0, 3:, 0], atol=1e-6))
    True
    """
    if horizon < 1 or noise < 0:
        raise ValueError(f"horizon must be at least 1 and noise at least 0. Received: horizon={horizon}, noise={noise}")
    frequency = rng.uniform(SLOWEST, FASTEST, (samples, 1, features))
    phase = rng.uniform(0, 2 * np.pi, (samples, 1, features))
    wave = np.sin(frequency * np.arange(timesteps + horizon)[:, None] + phase)
    targets = wave[:, horizon:, :1] + noise * rng.standard_normal((samples, timesteps, 1))
    return wave[:, :timesteps].astype(np.float32), targets.astype(np.float32)
