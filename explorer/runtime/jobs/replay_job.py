"""What flowed within a model at epochs of before: a worker trains again from a state that was kept. See `jobs` for rules.

A chunk from the same state gives the same weights, bit for bit, so a replay shows what was there.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from explorer.catalog import program_key
from explorer.experiment import Experiment
from explorer.runtime.jobs import jobs
from explorer.runtime.jobs.jobs import trainer_of, training, with_plain_errors
from explorer.runtime.jobs.worker_environment import warm
from explorer.training import checkpoint

if TYPE_CHECKING:
    import keras

# A replay holds its program for so long, then gives way to chunks of the same program.
SECONDS_OF_A_SLICE = 0.1
SECONDS_TO_GIVE_WAY = 0.003
KEPT_MODELS = 8

_models: OrderedDict[str, keras.Model] = OrderedDict()
_looking = threading.Lock()


class Replay(NamedTuple):
    """What a replay brings back.

    state: to go on from; None: that of the start. tensors: by epoch, all grids of layers as `explorer.experiment.Frame` has
    them. drawings: by epoch, what the drawing of the opened layer shows, empty where it has none. seconds: how long the
    epochs that are wanted would take, where that is too long and not all of them were trained again; else 0.
    """

    state: bytes | None
    tensors: dict[int, bytes]
    drawings: dict[int, dict[str, Any]]
    seconds: float = 0.0


@with_plain_errors
def tensors_at(
    experiment: dict[str, Any],
    state: bytes | None,
    epochs: Sequence[int],
    sequence: int,
    layer: str | None,
    most_seconds: float,
) -> Replay:
    """Train on from `state` (None: the start) to the last of `epochs`, and bring along the tensors of every epoch on the
    way, for one probe sequence; for `epochs` alone the drawing of one layer too, where one is named.

    Where the pace of the first moments says that all of them take more than `most_seconds`, only those are trained that do
    not. Ends early where the loss is no finite number.
    """
    warm()
    wanted = Experiment.from_dict(experiment)
    done = checkpoint.epoch_of(state) if state is not None else 0
    stops = [epoch for epoch in sorted(set(epochs)) if epoch >= done]
    tensors: dict[int, bytes] = {}
    drawings: dict[int, dict[str, Any]] = {}
    if done in stops:
        tensors[done], drawings[done] = look(wanted, state, sequence, layer)
    spent, seconds, trained = 0.0, 0.0, 0
    while stops and done < stops[-1]:
        with trainer_of(wanted) as trainer:
            by_hand = layer is not None or not trainer.program.shows_tensors
            until = next(stop for stop in stops if stop > done) if by_hand else stops[-1]
            trainer.prepare()
            with training:
                began = time.perf_counter()
                state, frames = trainer.run(state, until - done, SECONDS_OF_A_SLICE, (sequence,))
                spent += time.perf_counter() - began
        tensors |= {frame.epoch: frame.tensors[sequence] for frame in frames if sequence in frame.tensors}
        done, trained = checkpoint.epoch_of(state), trained + len(frames)
        if by_hand and done in stops:
            began = time.perf_counter()
            numbers, drawings[done] = look(wanted, state, sequence, layer)
            tensors.setdefault(done, numbers)
            spent += time.perf_counter() - began
        if not frames[-1].finite:
            break
        pace = spent / trained
        if (trained + stops[-1] - done) * pace > most_seconds:
            seconds = max(seconds, (trained + stops[-1] - done) * pace)
            stops = [stop for stop in stops if (trained + stop - done) * pace <= most_seconds]
        time.sleep(SECONDS_TO_GIVE_WAY)
    return Replay(state, tensors, drawings, seconds)


def look(experiment: Experiment, state: bytes | None, sequence: int, layer: str | None) -> tuple[bytes, dict[str, Any]]:
    """What flows within a model with the weights of a state, and what the drawing of a layer shows, empty where it has none.

    By NumPy and Keras: nothing is compiled for it.
    """
    from explorer.models import carried, layer_views
    from explorer.shapes.describe_model import describe
    from explorer.tensors.grid import array_layout, named_tensors
    from explorer.training import data
    from explorer.training.probe_grids import packed

    experiment = jobs.known(experiment)
    probe = data.make(experiment, "probe")
    with model_of(experiment, state) as model:
        flow, pieces = carried.flow(model, probe.inputs, sequence, data.carried_pieces(experiment))
        description = describe(model)
        named = {each.name: each for each in description.layers}
        grids = []
        for each in description.layers:
            for name, _, axes in named_tensors(each.name, each.output, each.axes_out):
                layout = array_layout(flow.tensors[name].shape[1:], axes)
                grids.append(layout.drawn(flow.tensors[name][0].astype(np.float32)).ravel())
        drawing = None
        if layer in named and named[layer].explained:
            drawing = layer_views.draw(model, *flow, {layer}, pieces).get(layer)
    return packed(np.concatenate(grids)), drawing.to_dict() if drawing is not None else {}


@contextmanager
def model_of(experiment: Experiment, state: bytes | None) -> Iterator[keras.Model]:
    """The kept model of this kind with the weights of a state (None: untrained ones), for one thread at a time."""
    with _looking:
        yield _model_at(experiment, state)


def _model_at(experiment: Experiment, state: bytes | None) -> keras.Model:
    """A kept model of this kind with the weights of a state."""
    from explorer.models.build import build_experiment

    key = program_key(experiment)
    # One sequence at a time, also of a model that fixes the batch size.
    if state is None:
        model = build_experiment(experiment, batch=1)  # Its weights follow from its seed.
    else:
        model = _models.get(key) or build_experiment(experiment, batch=1)
        values, _ = checkpoint.unpack(state, [variable.numpy() for variable in model.variables], whole=False)
        for variable, value in zip(model.variables, values, strict=True):
            variable.assign(value)
    _models[key] = model
    _models.move_to_end(key)
    while len(_models) > KEPT_MODELS:
        _models.popitem(last=False)
    return model
