"""One batch of an epoch of before in slow motion: a worker trains it again from a state that was kept. See `jobs` for
rules."""

from __future__ import annotations

from typing import Any, NamedTuple

from explorer.catalog import resolve
from explorer.catalog.pasted import loss_name
from explorer.experiment import Experiment
from explorer.runtime.jobs import jobs
from explorer.runtime.jobs.batch_job import behind_batches, train_to
from explorer.runtime.jobs.jobs import trainer_of, training, with_plain_errors
from explorer.runtime.jobs.replay_job import model_of
from explorer.runtime.jobs.worker_environment import warm
from explorer.training import data
from explorer.training.batches import run_batch
from explorer.training.slow_motion import DirectionNorms, SlowBatch

CARRIED = (
    "“{}” begins each batch with the state that the batch before has left (stateful=True). Slow motion shows a batch alone, "
    "so that it does not know this state."
)


class Slow(NamedTuple):
    """What comes back. state: that before the epoch, to begin with the next time. batch: None where the epoch was not
    reached. seconds: how long the epochs before it would take, where that is too long; else 0. refusal: why no batch of
    this model can be shown."""

    state: bytes | None
    batch: SlowBatch | None
    seconds: float = 0.0
    refusal: str = ""


@with_plain_errors
def slow_at(experiment: dict[str, Any], state: bytes | None, epoch: int, number: int, most_seconds: float) -> Slow:
    """Train on from `state` (None: the start) to batch `number` (from 1) of an epoch, and look at its four phases."""
    warm()
    from explorer.models.one_batch import one_batch

    wanted = Experiment.from_dict(experiment)
    with trainer_of(wanted) as trainer:
        if carrying := [layer.name for layer in trainer.program.model.layers if getattr(layer, "stateful", False) is True]:
            return Slow(state, None, refusal=CARRIED.format(carrying[0]))
    reached = train_to(wanted, state, epoch - 1, most_seconds)
    if not (reached.there and reached.finite):
        return Slow(reached.state, None, reached.seconds)
    before = behind_batches(wanted, reached.state, number - 1)
    with trainer_of(wanted) as trainer, training:
        after, batch = run_batch(trainer, before, number, 0)
    known = jobs.known(wanted)
    part = data.make(known, "training")
    chosen = data.batch_of(known, epoch, number)
    inputs, targets = [stream[chosen] for stream in part.inputs], part.targets[chosen]
    loss = loss_name(resolve(known).task.loss)
    with model_of(known, before) as model:
        found = one_batch(model, inputs, targets, loss)
    with model_of(known, after) as model:
        later = one_batch(model, inputs, targets, loss).loss
    directions = [
        DirectionNorms(
            norms.layer,
            norms.role,
            norms.backwards,
            norms.windows,
            tuple(norms.states.tolist()),
            tuple(norms.gradient.tolist()),
        )
        for norms in found.directions
    ]
    steps = None if found.by_timestep is None else tuple(found.by_timestep.tolist())
    slow = SlowBatch(number, len(chosen), batch.loss, found.loss, later, steps, tuple(directions), batch.changes)
    return Slow(reached.state, slow)
