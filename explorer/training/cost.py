"""What a run will cost, estimated before it starts, so that one that is past the limit is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from explorer.description import Description, Source
from explorer.experiment import HELD_OUT_SAMPLES, PROBE_SEQUENCES, Experiment
from explorer.tensors.tensor import ORDERED
from explorer.tensors.text import count

MAX_SECONDS = 3600
# Multiplications a second of one worker in small recurrent steps, the fixed cost of one step of the loop over time, and
# the memory of a worker that has only imported TensorFlow. `make bench` prints how close the estimate comes.
MULTIPLICATIONS_A_SECOND = 8e9
SECONDS_A_STEP = 8e-6
WORKER_BASE_BYTES = 900 * 2**20
# Forward values, gradients, and what XLA holds beside them, for every number that a layer returns.
COPIES_OF_A_VALUE = 12


@dataclass(frozen=True)
class Estimate:
    """seconds: of training, on one worker, alone. bytes: at most, in the worker, beside TensorFlow itself."""

    seconds: float
    bytes: float


def estimate(experiment: Experiment, description: Description) -> Estimate:
    """What a run will cost, from its sizes and from what Keras says of the shapes (`explorer.shapes.describe_model`).

    Every weight is multiplied once for every step of every sequence, and twice more on the way back.
    """
    looked_at = HELD_OUT_SAMPLES + PROBE_SEQUENCES
    sequence = _sequence(description.sources[0])
    steps, weights = prod(sequence), description.params or 0
    passes = 3 * experiment.samples + looked_at
    batches = experiment.samples / experiment.batch + 1
    # A row of an Embedding is looked up, and multiplied with nothing.
    rows = sum(layer.params or 0 for layer in description.layers if (layer.wraps or layer.type) == "Embedding")
    work = passes * steps * (weights - rows) / MULTIPLICATIONS_A_SECOND
    loops = batches * (sequence or [1])[-1] * len(description.layers) * SECONDS_A_STEP
    shapes = [shape for layer in description.layers for shape in layer.output]
    values = sum(_numbers(shape) for shape in shapes)
    inputs = sum(_numbers(shape) for shape in description.inputs)
    memory = 4 * (
        values * COPIES_OF_A_VALUE * max(experiment.batch, looked_at)
        + inputs * (experiment.samples + looked_at)
        + weights * 8
    )
    return Estimate(experiment.epochs * (work + loops), memory)


def _sequence(source: Source) -> list[int]:
    """The sizes of the axes that are counted along; of an input without named ones all but the batch and the last."""
    along = [size for size, axis in zip(source.shape, source.axes, strict=True) if axis in ORDERED]
    return [size or 1 for size in along or source.shape[1:-1]]


def _numbers(shape: Sequence[int | None]) -> int:
    """How many numbers one sample has, a size that is unknown left out."""
    return prod(size or 1 for size in shape[1:])


def refusal(experiment: Experiment, description: Description, worker_bytes: float) -> str:
    """Why a run must not start, with the estimate, as a sentence; an empty string where it may."""
    cost = estimate(experiment, description)
    free = worker_bytes - WORKER_BASE_BYTES
    if cost.bytes > free:
        return (
            f"This run would need about {cost.bytes / 2**30:.1f} GiB of memory, and a worker has "
            f"{max(free, 0) / 2**30:.1f} GiB free. Use fewer units, timesteps or samples, or a smaller batch."
        )
    if cost.seconds > MAX_SECONDS:
        return (
            f"This run would take about {in_words(cost.seconds)}, and the limit is {in_words(MAX_SECONDS)}. "
            "Use fewer epochs, samples, timesteps or units."
        )
    return ""


def in_words(seconds: float) -> str:
    """A time for a reader.

    >>> in_words(1), in_words(90), in_words(5400)
    ('1 second', '2 minutes', '90 minutes')
    """
    if seconds < 60:
        return count(round(seconds), "seconds")
    if seconds == 3600:
        return "1 hour"
    return count(round(seconds / 60), "minutes") if seconds < 7200 else f"{seconds / 3600:.3g} hours"
