"""One batch in four phases: forward, loss, backward, update; each with what it changes, in one sentence and its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from explorer.tensors.text import count
from explorer.training.narration import part, short

# So far apart two losses of one batch may be by the order of sums alone.
SAME = 1e-3
# Of directions of recurrent layers, and of layers that a step has changed: the sentences name the first ones.
MOST_TOLD, MOST_CHANGED = 2, 3
STEP = "Adam works out a step for every weight, from its gradients in this batch and in those before."
# A loss that differs in none of so many digits hardly changes.
MOST_DIGITS = 5


class DirectionNorms(NamedTuple):
    """`explorer.models.one_batch.DirectionNorms` as plain data, (timesteps,) each."""

    layer: str
    role: str
    backwards: bool
    windows: int
    states: tuple[float, ...]
    gradient: tuple[float, ...]

    @property
    def name(self) -> str:
        return f"“{self.layer}”" + (f" ({self.role})" if self.role else "")


class SlowBatch(NamedTuple):
    """One batch. number: from 1 on. samples: how many sequences. loss: of the step itself, as
    `explorer.training.batches.Batch` has it. evaluated, after: of the same batch without dropout and without what layers
    add of their own, before and after the step. by_timestep: of `evaluated`, None where the model has one output per
    sequence. changes: as `Batch` has them.
    """

    number: int
    samples: int
    loss: float
    evaluated: float
    after: float
    by_timestep: tuple[float, ...] | None
    directions: tuple[DirectionNorms, ...]
    changes: dict[str, float | None]


class Phase(NamedTuple):
    """name: "forward", "loss", "backward" or "update". sentence: what it does, what it changes, and its numbers."""

    name: str
    sentence: str


def whose(batch: SlowBatch) -> str:
    """Of which sequences the numbers of slow motion are, and of which those that stay in the drawing above them."""
    sequences = count(batch.samples, "training sequences")
    return (
        f"These sentences and bars are of the whole batch: {sequences}. "
        "The numbers in the drawing above stay those of one validation sequence at the end of the epoch."
    )


def phases(batch: SlowBatch) -> tuple[Phase, ...]:
    """The four phases in their order.

    >>> norms = DirectionNorms("memory", "", False, 1, (0.5, 2.0), (0.001, 0.04))
    >>> batch = SlowBatch(1, 32, 0.25, 0.25, 0.24, (0.1, 0.4), (norms,), {"memory": 0.0083, "answer": 0.0031})
    >>> phases(batch)[3].sentence.split(". ")[2]
    'The loss of this batch goes from 0.25 to 0.24.'
    """
    told = {"forward": _forward, "loss": _loss, "backward": _backward, "update": _update}
    return tuple(Phase(name, f"{name.capitalize()}: {tell(batch)}") for name, tell in told.items())


def _forward(batch: SlowBatch) -> str:
    go = "goes" if batch.samples == 1 else "go"
    parts = [f"{count(batch.samples, 'sequences')} {go} through the model."]
    for norms in batch.directions[:MOST_TOLD]:
        first, last = _ends(norms.states, norms)
        verb = "grows" if last > first else "goes"
        if math.isfinite(first) and math.isfinite(last):
            norm = f"the norm of its state {verb} from {short(first)} to {short(last)}"
            parts.append(f"{norms.name} reads {_reading(norms)}; {norm}.")
    return " ".join([*parts, "No weight changes."])


def _loss(batch: SlowBatch) -> str:
    if not math.isfinite(batch.evaluated):
        return "it is no finite number, so that no gradient of it is either."
    sequences = count(batch.samples, "sequences")
    steps = batch.by_timestep
    if steps is None:
        found = f"{short(batch.evaluated)}, the mean over {sequences}, each with one output."
    else:
        known = [(value, place) for place, value in enumerate(steps, 1) if math.isfinite(value)]
        found = f"{short(batch.evaluated)}, the mean over {sequences} and {count(len(known), 'timesteps')}."
        if len(known) > 1:
            (high, most), (low, least) = max(known), min(known)
            found += f" It is largest at timestep {most} ({short(high)}) and smallest at timestep {least} ({short(low)})."
    if abs(batch.loss - batch.evaluated) > SAME * max(abs(batch.loss), abs(batch.evaluated)):
        found += f" In the step itself it was {short(batch.loss)}, with what layers drop, add or normalize only in training."
    return f"{found} No weight changes."


def _backward(batch: SlowBatch) -> str:
    parts = ["the gradient goes from the loss back through the model."]
    if not batch.directions:
        parts.append("No layer carries a state: it does not go through time.")
    for norms in batch.directions[:MOST_TOLD]:
        if not all(map(math.isfinite, norms.gradient)):
            parts.append(f"In {norms.name} it is NaN or infinite.")
            continue
        largest, place = max((value, place) for place, value in enumerate(norms.gradient, 1))
        if largest == 0:
            parts.append(f"In {norms.name} it is 0 at every timestep.")
            continue
        far = len(norms.gradient) if norms.backwards else 1
        share = norms.gradient[far - 1] / largest
        rest = "" if place == far else f", and at {_at(norms, far)} it is {part(share)} of that"
        strongest = f"strongest at {_at(norms, place)} ({short(largest)}){rest}"
        parts.append(f"In {norms.name} it goes {_reading(norms, back=True)}; it is {strongest}.")
    return " ".join([*parts, "No weight changes yet."])


def _update(batch: SlowBatch) -> str:
    sizes = {name: math.inf if share is None else share for name, share in batch.changes.items()}
    moved = sorted((name for name, size in sizes.items() if size > 0), key=lambda name: -sizes[name])
    if not moved:
        found = "no weight changed."
    else:
        words = [f"“{name}” {_by(batch.changes[name])}" for name in moved[:MOST_CHANGED]]
        words[0] += " of the norm of its weights" if batch.changes[moved[0]] is not None else ""
        left = len(moved) - MOST_CHANGED
        more = f"; {count(left, 'more layers')} by less" if left > 0 else ""
        listed = " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
        found = f"{STEP} It changes {listed}{more}."
    if math.isfinite(batch.evaluated) and math.isfinite(batch.after):
        found += f" The loss of this batch {_goes(batch.evaluated, batch.after)}."
    return found


def _goes(before: float, after: float) -> str:
    """With as many digits as tell the two apart.

    >>> _goes(1.42e-4, 1.39e-4), _goes(0.25, 0.25), _goes(0.2504, 0.2501)
    ('goes from 1.42e-4 to 1.39e-4', 'hardly changes: it stays at 0.25', 'goes from 0.2504 to 0.2501')
    """
    if short(before) != short(after):
        return f"goes from {short(before)} to {short(after)}"
    for digits in range(3, MOST_DIGITS + 1):
        first, last = (_written(value, digits) for value in (before, after))
        if first != last:
            return f"goes from {first} to {last}"
    return f"hardly changes: it stays at {short(before)}"


def _written(value: float, digits: int) -> str:
    if value and not 0.001 <= abs(value) < 10000:
        number, power = f"{value:.{digits - 1}e}".split("e")
        return f"{number}e{int(power):+d}"
    return f"{value:.{digits}g}"


def _by(share: float | None) -> str:
    return "from 0" if share is None else f"by {part(share)}"


def _ends(values: Sequence[float], norms: DirectionNorms) -> tuple[float, float]:
    """The value after the timestep that is read first, and after the one that is read last."""
    each = len(values) // norms.windows
    first, last = values[0], values[each - 1]
    return (last, first) if norms.backwards else (first, last)


def _reading(norms: DirectionNorms, back: bool = False) -> str:
    each = len(norms.states) // norms.windows
    first, last = (each, 1) if norms.backwards is not back else (1, each)
    if each == 1:
        return "timestep 1 alone"
    within = " of each window" if norms.windows > 1 else ""
    return f"from timestep {first} to {last}{within}"


def _at(norms: DirectionNorms, timestep: int) -> str:
    each = len(norms.states) // norms.windows
    if norms.windows == 1:
        return f"timestep {timestep}"
    return f"timestep {(timestep - 1) % each + 1} of window {(timestep - 1) // each + 1}"
