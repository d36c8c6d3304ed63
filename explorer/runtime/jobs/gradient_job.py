"""The gradient through time of a run's model, of the same model with another cell, and the norms of its layers' gradients.

A worker trains to the epoch from a state that was kept, as for the tensors (`replay_job`). See `jobs` for rules.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from explorer.catalog import program_key, resolve
from explorer.catalog.pasted import loss_name
from explorer.errors.cleaning import one_line
from explorer.experiment import Experiment
from explorer.runtime.jobs import jobs, replay_job
from explorer.runtime.jobs.jobs import trainer_of, training, with_plain_errors
from explorer.runtime.jobs.replay_job import SECONDS_OF_A_SLICE, SECONDS_TO_GIVE_WAY
from explorer.runtime.jobs.worker_environment import warm
from explorer.training import checkpoint

if TYPE_CHECKING:
    import keras

    from explorer.training.trainer import Trainer

# Of nets with another cell, which nothing but a comparison asks for.
KEPT_TRAINERS = 4
# How many points the chart of norms has, where the run is short enough to be trained again between the states of it.
POINTS = 30

_trainers: OrderedDict[tuple[str, str, str], Trainer] = OrderedDict()
_MakeTrainer = Callable[[Experiment], AbstractContextManager["Trainer"]]


class Slopes(NamedTuple):
    """The lengths of a gradient with respect to each timestep of a layer, (timesteps,) each.

    inputs, state: |dloss/dx[t]| and |dloss/ds[t]|. loss: at the timestep, of this sequence or the mean. at: that timestep,
    from 1; None where there is one output, or each sequence has another one. spoken: (timesteps,), true where a timestep is
    not masked. to: the timestep, from 1, beside which the others are told, or None. until: the last timestep that can
    count, where later ones cannot, or None. samples, of: how many sequences it is the mean of, and how many there were;
    1 of 1 of one sequence.
    """

    inputs: np.ndarray
    state: np.ndarray
    loss: float
    at: int | None
    spoken: np.ndarray
    to: int | None
    until: int | None
    samples: int = 1
    of: int = 1


class Through(NamedTuple):
    """The gradient through time at one epoch. kind, units: of the cell. both: that two of them are in a Bidirectional, one
    for each direction. backwards: that the one reads backwards. answers: how many timesteps have a loss; 0 where the
    model has one output per sequence. at: whose loss it is; None: that of the one output, or of each sequence's last
    timestep. ends: that sequences end at different timesteps. sequence: None, with `note` saying why, where the timestep of
    this sequence has no loss."""

    layer: str
    kind: str
    units: int
    both: bool
    backwards: bool
    answers: int
    at: int | None
    ends: bool
    windows: int
    mean: Slopes
    sequence: Slopes | None
    note: str = ""


class Found(NamedTuple):
    """What comes back. state: in which the training ended, to go on from; None: that of the start. epoch: its epoch.
    val_loss: after it, None where nothing was trained. refusal: why there is nothing to see, a sentence. seconds: how long
    all epochs would take, where that is too long."""

    state: bytes | None
    epoch: int
    val_loss: float | None = None
    through: Through | None = None
    refusal: str = ""
    seconds: float = 0.0


class Norms(NamedTuple):
    """As `explorer.training.gradient_norms.Norms`, as plain data, with the states that were trained on the way."""

    begin: int
    epochs: list[int]
    layers: dict[str, list[float]]


@with_plain_errors
def through_at(
    experiment: dict[str, Any],
    state: bytes | None,
    epoch: int,
    sequence: int,
    layer: str | None,
    timestep: int | None,
    most_seconds: float,
) -> Found:
    """Train on from `state` (None: the start) to `epoch`, as long as that takes less than `most_seconds`, and take the
    gradient of the loss at a timestep (from 1; None: the last one) through a recurrent layer (None: the first one)."""
    warm()
    wanted = Experiment.from_dict(experiment)
    found = _reach(trainer_of, wanted, state, epoch, most_seconds, whole=True)
    if found.refusal or found.epoch != epoch:
        return found
    with replay_job.model_of(jobs.known(wanted), found.state) as model:
        return _seen(found, model, wanted, sequence, layer, timestep)


@with_plain_errors
def other_cell_at(
    experiment: dict[str, Any],
    state: bytes | None,
    epoch: int,
    sequence: int,
    layer: str,
    timestep: int | None,
    kind: str,
    most_seconds: float,
) -> Found:
    """The same of the experiment's model with a cell of another kind in this layer. It trains for `most_seconds` and is then
    asked again, from the state that it came to, until it is at `epoch`."""
    warm()
    wanted = Experiment.from_dict(experiment)
    try:
        with _trainer_with_cell(layer, kind, wanted) as trainer:
            trainer.prepare()
    except ValueError as error:
        return Found(None, 0, refusal=one_line(str(error)))
    found = _reach(partial(_trainer_with_cell, layer, kind), wanted, state, epoch, most_seconds, whole=False)
    if found.refusal or found.epoch != epoch:
        return found
    with _trainer_with_cell(layer, kind, wanted) as trainer:
        model = trainer.model_at(found.state if found.state is not None else trainer.start())
        return _seen(found, model, wanted, sequence, layer, timestep)


@with_plain_errors
def norms_of(experiment: dict[str, Any], states: Sequence[bytes], until: int, most_seconds: float) -> Norms:
    """The norms of the layers' gradients up to epoch `until`, between the start and the states, which are in the order of
    their epochs; as long as it takes less than `most_seconds`, epochs between them are trained again for more points."""
    warm()
    from explorer.training.gradient_norms import norms

    wanted = Experiment.from_dict(experiment)
    with trainer_of(wanted) as trainer:
        known = {0: trainer.start()} | {checkpoint.epoch_of(state): state for state in states}
    known = {epoch: state for epoch, state in known.items() if epoch <= until}
    began, pace = time.perf_counter(), 0.0
    for stop in sorted({round(until * point / POINTS) for point in range(1, POINTS + 1)}):
        left = most_seconds - (time.perf_counter() - began)
        nearest = max(epoch for epoch in known if epoch <= stop)
        if stop == nearest or left <= 0 or (stop - nearest) * pace > left:
            continue
        before = time.perf_counter()
        reached = _reach(trainer_of, wanted, known[nearest], stop, left, whole=True)
        if reached.state is not None:
            known[reached.epoch] = reached.state
        if reached.refusal:
            break
        pace = (time.perf_counter() - before) / max(1, reached.epoch - nearest)
    with replay_job.model_of(jobs.known(wanted), None) as model:
        found = norms(wanted, model, [known[epoch] for epoch in sorted(known)])
    return Norms(found.begin, found.epochs, found.layers)


def _reach(
    make: _MakeTrainer, experiment: Experiment, state: bytes | None, epoch: int, most_seconds: float, whole: bool
) -> Found:
    """Train on to an epoch, and give way to chunks meanwhile. whole: whether to end as soon as the pace says that it will
    take too long; else it ends when the time is over."""
    done = begun = 0 if state is None else checkpoint.epoch_of(state)
    spent, val_loss = 0.0, None
    while done < epoch:
        with make(experiment) as trainer:
            trainer.prepare()
            with training:
                began = time.perf_counter()
                state, frames = trainer.run(state, epoch - done, SECONDS_OF_A_SLICE)
                spent += time.perf_counter() - began
        done, val_loss = checkpoint.epoch_of(state), frames[-1].val_loss
        if not frames[-1].finite:
            return Found(state, done, val_loss, refusal=f"The loss is no finite number from epoch {done} on.")
        seconds = spent / (done - begun) * (epoch - begun)
        if done < epoch and (seconds if whole else spent) > most_seconds:
            return Found(state, done, val_loss, seconds=seconds)
        time.sleep(SECONDS_TO_GIVE_WAY)
    return Found(state, done, val_loss)


@contextmanager
def _trainer_with_cell(layer: str, kind: str, experiment: Experiment) -> Iterator[Trainer]:
    """A trainer on a program of its own kind, for one thread at a time: with the same data, batches and seed."""
    from explorer.models.other_cells import build_with_cell
    from explorer.training.program import Program
    from explorer.training.trainer import Trainer

    experiment = jobs.known(experiment)
    key = program_key(experiment), layer, kind
    with jobs.lock_of("\n".join(key)):
        trainer = _trainers.get(key)
        if trainer is None or trainer.experiment.key != experiment.key:
            program = (
                Program(experiment, build=partial(build_with_cell, layer=layer, kind=kind))
                if trainer is None
                else trainer.program
            )
            trainer = Trainer(experiment, program)
        _trainers[key] = trainer
        _trainers.move_to_end(key)
        while len(_trainers) > KEPT_TRAINERS:
            _trainers.popitem(last=False)
        yield trainer


def _seen(
    found: Found, model: keras.Model, experiment: Experiment, sequence: int, layer: str | None, timestep: int | None
) -> Found:
    try:
        return found._replace(through=through(model, experiment, sequence, layer, timestep))
    except ValueError as error:
        return found._replace(refusal=one_line(str(error)))


def through(model: keras.Model, experiment: Experiment, sequence: int, layer: str | None, timestep: int | None) -> Through:
    """The gradient through a recurrent layer, of one probe sequence and as the mean over those that are held out.

    Raises ValueError with a sentence, as `explorer.models.through_time.gradients` does.
    """
    from explorer.models.inside import found_call
    from explorer.models.other_cells import cell_of
    from explorer.models.through_time import gradients, mean
    from explorer.training import data

    held_out, probe = data.make(experiment, "held out"), data.make(experiment, "probe")
    loss = loss_name(resolve(experiment).task.loss)
    # The probe's sequence goes first, through the same steps as the others.
    mine = slice(sequence, sequence + 1)
    inputs = [np.concatenate([one[mine], all]) for one, all in zip(probe.inputs, held_out.inputs, strict=True)]
    targets = np.concatenate([probe.targets[mine], held_out.targets])
    found = gradients(model, layer, inputs, targets, loss, timestep)
    of_all = mean(found, first=1)
    call = found_call(model, layer)
    kind, units, backwards, both = cell_of(call.layer)
    (output,) = model.outputs
    answers = int(output.shape[1]) if len(output.shape) > 2 else 0
    timesteps = len(of_all.inputs)

    last = 1 if backwards else timesteps

    def slopes(inputs: np.ndarray, state: np.ndarray, loss: float, at: int | None, mask: np.ndarray, *of: int) -> Slopes:
        spoken, to, until = mask > 0, last, None
        if at is not None and answers == timesteps:
            # What comes after the loss cannot count, unless something reads backwards, or all before it answers.
            if not np.nan_to_num(inputs[at:], nan=1.0).any():
                until = at
            if both or until or not spoken[at:].any():
                to = at
        return Slopes(inputs, state, loss, at, spoken, to if mask[to - 1] == 1 else None, until, *of)

    # Of sequences that end at different timesteps there is no one last one.
    ends = found.timesteps is not None and timestep is None and len(set(found.timesteps[found.counts].tolist())) > 1
    at = None if ends else timestep or (None if found.timesteps is None else int(found.timesteps[0]))
    all = slopes(of_all.inputs, of_all.state, of_all.loss, at, of_all.counts, of_all.samples, len(held_out.targets))
    one, note = None, ""
    if found.counts[0]:
        place = None if found.timesteps is None else int(found.timesteps[0])
        one = slopes(found.inputs[0], found.state[0], float(found.loss[0]), place, found.mask[0])
    else:
        note = f"Timestep {timestep} of this sequence is masked: its loss does not count."
    windows = int(call.inputs[0].shape[1]) if len(call.inputs[0].shape) == 4 else 1
    return Through(call.name, kind, units, both, backwards, answers, timestep, ends, windows, all, one, note)
