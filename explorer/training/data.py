"""The data of an experiment: what it trains on, what is held out, and the probe; made anew from the seed each time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.catalog import resolve
from explorer.catalog.pasted import ASKS, loss_name, target_shape
from explorer.experiment import HELD_OUT_SAMPLES, PROBE_SEQUENCES, Experiment

# A pasted model may answer with a word of thousands at each of thousands of steps.
SHOWN_STEPS = 256
SHOWN_OUTPUTS = 16


@dataclass(frozen=True)
class Part:
    """Some sequences and their answers.

    inputs: one array for each stream, (samples, timesteps, features) or (samples, windows, timesteps, features).
        Of symbols, which are whole numbers, (samples, timesteps).
    targets: (samples, timesteps, outputs), or (samples, outputs) where the task asks once; without outputs where the target
        is the number of a class. All float32.
    Of pasted code both are of any shape that begins with the samples.
    """

    inputs: tuple[np.ndarray, ...]
    targets: np.ndarray


def make(experiment: Experiment, part: str) -> Part:
    """One part of an experiment's data: "training", "held out" or "probe".

    Each part has a random generator of its own, so that more samples do not change the probe.
    """
    found = resolve(experiment)
    place, samples = {
        "training": (0, experiment.samples),
        "held out": (1, HELD_OUT_SAMPLES),
        "probe": (2, PROBE_SEQUENCES),
    }[part]
    rng = np.random.default_rng([experiment.seed, place])
    inputs, targets = found.task.make(rng, samples, found.timesteps, found.features, experiment.knobs)
    if experiment.pasted is not None:
        # Keras takes a target with a last axis of 1 more or less than the answer; one of the answer's own shape is the same.
        targets = targets.reshape(samples, *target_shape(experiment.pasted))
    return Part(inputs, targets)


def shown(answers: np.ndarray) -> np.ndarray:
    """What is kept and drawn of answers or targets, (samples, ...): (samples, timesteps, outputs), with one timestep for
    what is said once, axes between the first and the last laid end to end, and no more than can be drawn."""
    if answers.ndim < 3:
        answers = answers.reshape(len(answers), 1, -1)
    laid = answers.reshape(len(answers), -1, answers.shape[-1])
    return laid[:, :SHOWN_STEPS, :SHOWN_OUTPUTS]


def probe_targets(experiment: Experiment) -> np.ndarray:
    """The probe's targets in the shape of `Frame.outputs`; a class as a 1 in its place."""
    targets, pasted, task = make(experiment, "probe").targets, experiment.pasted, resolve(experiment).task
    outputs = task.outputs if pasted is None else (pasted.output or (0,))[-1]
    if outputs and ASKS.get(loss_name(task.loss)) == "class numbers":
        targets = np.eye(outputs, dtype=np.float32)[targets.astype(int)]
    return shown(targets)


def probe_lengths(experiment: Experiment) -> list[int]:
    """How many timesteps of each target of the probe are not padding."""
    part = make(experiment, "probe")
    task = resolve(experiment).task
    if task.is_padded:
        # A shifted target ends where the target does.
        return valid_steps(part, 1 if task.is_forced else 0)
    return [probe_targets(experiment).shape[1]] * len(part.targets)


def order(experiment: Experiment, epoch: int) -> np.ndarray:
    """The order in which epoch `epoch` (from 1) sees the training sequences, (samples,) int32.

    It depends on the seed and the epoch alone, so a run that is paused or moved sees the same batches.
    """
    rng = np.random.default_rng([experiment.seed, 3, epoch])
    if (pieces := carried_pieces(experiment)) > 1:
        # Batch after batch the next piece of as many long sequences as a batch has places.
        sequences = rng.permutation(experiment.samples // pieces).reshape(-1, 1, experiment.batch)
        return (sequences * pieces + np.arange(pieces)[:, None]).reshape(-1).astype(np.int32)
    return rng.permutation(experiment.samples).astype(np.int32)


def carried_pieces(experiment: Experiment) -> int:
    """Through how many sequences, one after the other, the state is carried; 1 where every sequence begins anew."""
    found = resolve(experiment)
    return found.task.pieces(experiment.knobs) if found.architecture.carries else 1


def batches(experiment: Experiment) -> int:
    """How many batches an epoch has; the last one may be smaller."""
    return -(-experiment.samples // experiment.batch)


def batch_of(experiment: Experiment, epoch: int, number: int) -> list[int]:
    """The places of the training sequences that batch `number` (from 1) of an epoch has."""
    return [int(place) for place in order(experiment, epoch)[(number - 1) * experiment.batch : number * experiment.batch]]


def valid_steps(part: Part, stream: int = 0) -> list[int]:
    """How many steps of each sequence are not padding, by one of its streams."""
    filled = part.inputs[stream] != 0
    if filled.ndim > 2:
        filled = filled.any(axis=-1)
    if filled.ndim == 3:
        filled = filled.any(axis=1)
    steps = np.arange(1, filled.shape[1] + 1)
    return [int(n) for n in (filled * steps).max(axis=1)]
