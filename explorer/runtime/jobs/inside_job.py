"""The inside of a recurrent layer at an epoch of before, to which a worker trains from a state. See `jobs` for rules."""

from __future__ import annotations

from typing import Any, NamedTuple

from explorer.errors.cleaning import one_line
from explorer.experiment import Experiment
from explorer.inside.states import LayerStates
from explorer.runtime.jobs import jobs
from explorer.runtime.jobs.batch_job import Reached, train_to
from explorer.runtime.jobs.jobs import with_plain_errors
from explorer.runtime.jobs.replay_job import model_of
from explorer.runtime.jobs.worker_environment import warm


class InsideReply(NamedTuple):
    """What comes back: where training on has ended, None where nothing was trained, and what there is to see; None where the
    epoch was not reached, or where the layer cannot be looked into: then refusal says why."""

    reached: Reached | None
    layer_states: LayerStates | None
    refusal: str = ""


@with_plain_errors
def inside_at(
    experiment: dict[str, Any], state: bytes | None, epoch: int, sequence: int, layer: str | None, most_seconds: float
) -> InsideReply:
    """Train on from `state` (None: the start) to `epoch`, as long as that takes less than `most_seconds`, and look into a
    recurrent layer (None: the first one) with one probe sequence. Nothing is trained or compiled for epoch 0."""
    warm()
    wanted, reached = Experiment.from_dict(experiment), None
    if epoch > 0:
        reached = train_to(wanted, state, epoch, most_seconds)
        if not reached.there:
            return InsideReply(reached, None)
        state = reached.state
    try:
        return InsideReply(reached, look(wanted, state, sequence, layer))
    except ValueError as error:
        return InsideReply(reached, None, one_line(str(error)))


def look(experiment: Experiment, state: bytes | None, sequence: int, layer: str | None) -> LayerStates:
    """What the layer holds with the weights of a state. By NumPy and Keras: nothing is compiled for it."""
    from explorer.models.look_inside import look_inside
    from explorer.training import data

    experiment = jobs.known(experiment)
    probe = data.make(experiment, "probe")
    # Of classes and of pasted code the target may have another shape than the answer: then nothing is said of it.
    targets = data.probe_targets(experiment)
    with model_of(experiment, state) as model:
        return look_inside(model, layer, list(probe.inputs), targets, sequence)
