"""An epoch of before, batch by batch: a worker trains it again from a state that was kept. See `jobs` for rules."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from explorer.experiment import Experiment
from explorer.runtime.jobs.jobs import trainer_of, training, with_plain_errors
from explorer.runtime.jobs.replay_job import SECONDS_OF_A_SLICE, SECONDS_TO_GIVE_WAY, look
from explorer.runtime.jobs.worker_environment import warm
from explorer.training import checkpoint
from explorer.training.batches import Batch, run_batch


class Walk(NamedTuple):
    """What comes back. state: that before the epoch, to begin with the next time; None: none was reached. batches: in order,
    without gaps. seconds: how long the epochs before this one would take, where that is too long; else 0.
    """

    state: bytes | None
    batches: list[Batch]
    seconds: float = 0.0


class Reached(NamedTuple):
    """Where training on has ended. there: whether at the epoch that was wanted. finite: whether the last loss is a number.
    seconds: how long the epochs to it would take, where that is too long; else 0."""

    state: bytes
    there: bool
    finite: bool = True
    seconds: float = 0.0


def train_to(wanted: Experiment, state: bytes | None, epoch: int, most_seconds: float) -> Reached:
    """Train on from `state` (None: the start) until `epoch` epochs are behind it, in slices that give way to chunks.

    Ends early where the pace says that it takes more than `most_seconds`, and where the loss is no finite number.
    """
    with trainer_of(wanted) as trainer:
        trainer.prepare()
        state = state or trainer.start()
    done = begun = checkpoint.epoch_of(state)
    spent = 0.0
    while done < epoch:
        with trainer_of(wanted) as trainer, training:
            began = time.perf_counter()
            state, frames = trainer.run(state, epoch - done, SECONDS_OF_A_SLICE)
            spent += time.perf_counter() - began
        done = checkpoint.epoch_of(state)
        if not frames[-1].finite:
            return Reached(state, done == epoch, finite=False)
        seconds = spent / (done - begun) * (epoch - begun)
        if done < epoch and seconds > most_seconds:
            return Reached(state, False, seconds=seconds)
        time.sleep(SECONDS_TO_GIVE_WAY)
    return Reached(state, True)


def behind_batches(wanted: Experiment, state: bytes, batches: int) -> bytes:
    """The state behind the first `batches` batches of the epoch that comes after `state`."""
    if not batches:
        return state
    with trainer_of(wanted) as trainer, training:
        after, _ = trainer.run_batches(state, 0, batches)
    return after


@with_plain_errors
def batches_at(
    experiment: dict[str, Any],
    state: bytes | None,
    epoch: int,
    first: int,
    most: int,
    sequence: int,
    most_seconds: float,
    layer: str | None = None,
) -> Walk:
    """Train on from `state` (None: the start) to the epoch before `epoch`, then on its batches. From batch `first` (from 1)
    on, at most `most` of them are brought along, with the tensors of one probe sequence, and the drawing of a layer where
    one is named.

    Ends early after `most_seconds`, and where the loss is no finite number, but not before one batch.
    """
    warm()
    wanted = Experiment.from_dict(experiment)
    reached = train_to(wanted, state, epoch - 1, most_seconds)
    state = reached.state
    if not (reached.there and reached.finite):
        return Walk(state, [], reached.seconds)
    with trainer_of(wanted) as trainer:
        batches, within = trainer.program.batches, trainer.program.shows_tensors
    found: list[Batch] = []
    at = behind_batches(wanted, state, first - 1)
    began = time.perf_counter()
    for number in range(first, min(batches, first + most - 1) + 1):
        with trainer_of(wanted) as trainer, training:
            at, batch = run_batch(trainer, at, number, sequence)
        if layer is not None or not within:
            tensors, drawing = look(wanted, at, sequence, layer)
            batch = batch._replace(tensors=batch.tensors or tensors, drawing=None if layer is None else drawing)
        found.append(batch)
        if not batch.finite or time.perf_counter() - began > most_seconds:
            break
        time.sleep(SECONDS_TO_GIVE_WAY)
    return Walk(state, found)
