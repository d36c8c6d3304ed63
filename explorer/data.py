"""The data of an experiment: what it trains on, what is held out, and the probe; made anew from the seed each time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.catalog import TASKS
from explorer.spec import HELD_OUT_SAMPLES, PROBE_SEQUENCES, Experiment


@dataclass(frozen=True)
class Part:
    """Some sequences and their answers.

    inputs: one array for each stream, (samples, timesteps, features) or (samples, windows, timesteps, features).
    targets: (samples, timesteps, outputs), or (samples, outputs) where the task asks once. All float32.
    """

    inputs: tuple[np.ndarray, ...]
    targets: np.ndarray


def make(experiment: Experiment, part: str) -> Part:
    """One part of an experiment's data: "training", "held out" or "probe".

    Each part has a random generator of its own, so that more samples do not change the probe.
    """
    task = TASKS[experiment.task]
    place, samples = {
        "training": (0, experiment.samples),
        "held out": (1, HELD_OUT_SAMPLES),
        "probe": (2, PROBE_SEQUENCES),
    }[part]
    rng = np.random.default_rng([experiment.seed, place])
    inputs, targets = task.make(rng, samples, experiment.timesteps, experiment.features, experiment.knobs)
    return Part(inputs, targets)


def order(experiment: Experiment, epoch: int) -> np.ndarray:
    """The order in which epoch `epoch` (from 1) sees the training sequences, (samples,) int32.

    It depends on the seed and the epoch alone, so a run that is paused or moved sees the same batches.
    """
    rng = np.random.default_rng([experiment.seed, 3, epoch])
    return rng.permutation(experiment.samples).astype(np.int32)


def valid_steps(part: Part) -> list[int]:
    """How many steps of each sequence are not padding, by its first stream."""
    first = part.inputs[0]
    filled = np.any(first != 0, axis=-1)
    if filled.ndim == 3:
        filled = filled.any(axis=1)
    steps = np.arange(1, filled.shape[1] + 1)
    return [int(n) for n in (filled * steps).max(axis=1)]
