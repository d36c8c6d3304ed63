"""What every recurrent layer of a run's model computes at each timestep. See `jobs` for rules."""

from __future__ import annotations

from typing import Any, NamedTuple

from explorer.experiment import Experiment
from explorer.runtime.jobs import jobs
from explorer.runtime.jobs.batch_job import behind_batches, train_to
from explorer.runtime.jobs.jobs import with_plain_errors
from explorer.runtime.jobs.replay_job import model_of
from explorer.runtime.jobs.worker_environment import warm


class WalkedTrack(NamedTuple):
    """`explorer.models.walk.Track` as plain data: numbers is (timesteps, strips, units drawn) as float32, row by row."""

    role: str
    kind: str
    backwards: bool
    strips: tuple[str, ...]
    numbers: bytes
    largest: tuple[float, ...]


class WalkedLayer(NamedTuple):
    """`explorer.models.walk.Walked` as plain data."""

    layer: str
    timesteps: int
    windows: int
    units: int
    places: tuple[int, ...]
    counts: tuple[bool, ...] | None
    tracks: tuple[WalkedTrack, ...]
    notes: tuple[str, ...]


class WalkThrough(NamedTuple):
    """What comes back. state: to go on from, at the end of an epoch; None: that of the start. layers: None where the epoch
    was not reached. refused: why recurrent layers cannot be looked into. seconds: how long the epochs would take, where
    that is too long; else 0."""

    state: bytes | None
    layers: list[WalkedLayer] | None
    refused: list[str]
    seconds: float = 0.0


@with_plain_errors
def walk_at(
    experiment: dict[str, Any], state: bytes | None, epoch: int, batch: int, sequence: int, most_seconds: float
) -> WalkThrough:
    """Train on from `state` (None: the start) to the end of `epoch`, or behind batch `batch` of it where that is not 0, and
    walk one probe sequence through the model. Nothing is trained or compiled for epoch 0."""
    warm()
    from explorer.models.walk import walk
    from explorer.training import data

    wanted = Experiment.from_dict(experiment)
    at = state
    if epoch > 0:
        reached = train_to(wanted, state, epoch - 1 if batch else epoch, most_seconds)
        state = reached.state
        if not reached.there:
            return WalkThrough(state, None, [], reached.seconds)
        at = behind_batches(wanted, state, batch)
    wanted = jobs.known(wanted)
    inputs = [stream[sequence : sequence + 1] for stream in data.make(wanted, "probe").inputs]
    with model_of(wanted, at) as model:
        found, refused = walk(model, inputs)
    layers = []
    for each in found:
        tracks = [
            WalkedTrack(track.role, track.kind, track.backwards, track.strips, track.numbers.tobytes(), track.largest)
            for track in each.tracks
        ]
        layers.append(WalkedLayer(*each[:6], tuple(tracks), each.notes))
    return WalkThrough(state, layers, refused)
