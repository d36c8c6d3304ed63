"""What the sizes, settings and knobs of an experiment may be, for an architecture and a task together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import gcd
from typing import TYPE_CHECKING, Any

from explorer.experiment.experiment import HELD_OUT_SAMPLES, Experiment
from explorer.experiment.learning_rates import DEFAULT, default_rate

if TYPE_CHECKING:
    from explorer.catalog.entries import Architecture, Knob, Task


@dataclass(frozen=True)
class Limit:
    """What a number may be: `low` to `high`, both included, and `default` where nothing is said."""

    low: float
    high: float
    default: float
    help: str
    step: float = 1
    whole: bool = True

    def narrowed(self, low: float | None, high: float | None) -> Limit:
        """The same limit, within `low` and `high`; the default moves to the nearest allowed value."""
        low = self.low if low is None else max(self.low, low)
        high = self.high if high is None else min(self.high, high)
        high = max(low, high)
        return replace(self, low=low, high=high, default=min(max(self.default, low), high))


LIMITS: dict[str, Limit] = {
    "timesteps": Limit(1, 200, 20, "How many timesteps one sequence has."),
    "features": Limit(1, 64, 5, "How many numbers the input has at each timestep."),
    "units": Limit(
        1, 256, Experiment.units, "How many numbers a layer returns; in a recurrent layer, the size of its hidden state."
    ),
    "samples": Limit(32, 4096, 512, "How many sequences the model is trained on.", step=32),
    "batch": Limit(1, 256, 32, "How many sequences the model sees before its weights change once."),
    "epochs": Limit(1, 500, 60, "How many times the model sees every training sequence."),
    "learning_rate": Limit(
        0.0001,
        1.0,
        DEFAULT,
        "How far Adam changes the weights with each batch: large is fast, too large never settles.",
        step=0.001,
        whole=False,
    ),
    "seed": Limit(0, 999_999, 0, "The same seed gives the same data, weights and losses."),
}


def size_limit(name: str, architecture: Architecture, task: Task) -> Limit:
    """What a size or setting may be for this architecture and this task together."""
    limit = LIMITS[name]
    for part in (architecture, task):
        if name in part.ranges:
            allowed = part.ranges[name]
            limit = limit.narrowed(min(allowed), max(allowed))
        limit = replace(limit, help=part.size_help.get(name, limit.help))
    if name == "learning_rate":
        return replace(limit, default=default_rate(architecture.name, task.name))
    return limit


def size_reason(name: str, architecture: Architecture, task: Task) -> str | None:
    """Why a size cannot be turned here, in a sentence, or None where it can."""
    if name == "units" and not architecture.takes("units"):
        return f"{architecture.title} has no units to set."
    limit = size_limit(name, architecture, task)
    if limit.low < limit.high:
        return None
    for part in (task, architecture):
        if name in part.ranges and name in part.why:
            return part.why[name]
    return f"{task.title} on {architecture.title} always has {int(limit.low)} {name}."


def knobs_of(architecture: Architecture, task: Task) -> dict[str, Knob]:
    """The knobs of both; where both name the same, one knob that both are given."""
    return {**architecture.knobs, **task.knobs}


def knob_choices(knob: Knob, sizes: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values that a knob may take at these sizes, never none."""
    if knob.at_most is None:
        return knob.choices
    most = knob.at_most(**{name: sizes[name] for name in ("timesteps", "features")})
    return tuple(choice for choice in knob.choices if choice <= most) or knob.choices[:1]


def carried_samples(samples: int, pieces: int) -> int:
    """The largest number of sequences, at most this one, that whole long sequences of so many pieces have; one at least."""
    return max(samples // pieces, 1) * pieces


def carried_batches(samples: int, pieces: int) -> tuple[int, ...]:
    """The batch sizes with which every batch is whole, in training and on the held-out sequences, where each batch has the
    next piece of as many long sequences.

    >>> carried_batches(samples=512, pieces=8)
    (1, 2, 4, 8, 16, 32)
    """
    shared = gcd(max(samples // pieces, 1), HELD_OUT_SAMPLES // pieces)
    return tuple(size for size in range(1, shared + 1) if shared % size == 0)
