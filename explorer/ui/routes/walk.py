"""A walk through time as JSON: what every recurrent layer of a model computes at some timesteps of one probe sequence."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from explorer.catalog import read_experiment
from explorer.runtime.engine.engine import Engine, Refused
from explorer.runtime.jobs.walk_job import WalkedLayer, WalkedTrack
from explorer.runtime.questions.replayed import Walked
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.training import data
from explorer.ui.routes.tensors import HEADERS, SECONDS, SEQUENCE, refused, sequence_of

# Of numbers, before they are spelled: an answer takes a third more, and stays under 100 KB.
MOST_BYTES = 60_000
MOST_TIMESTEPS = 48
_NUMBER_BYTES = 4
_PLACES = {"epoch": 0, "batch": 0, "from": 1}


async def walk(request: Request, engine: Engine) -> Response:
    """GET /walk/{run}?sequence=S&epoch=N[&batch=B]&from=T, or of an untrained model
    /walk?sequence=S&from=T&architecture=...: the recurrent layers from the T-th timestep on, in the order in which each
    reads.

    Returns from, until (the last timestep that is sent), layers, refused (why recurrent layers cannot be looked into) and
    reason (a sentence where there are none though the epoch was trained, else empty). Of each layer: name, timesteps (of
    all windows together), windows, units, places (the units that are sent, from 1; at most 64), counts (1 where a timestep
    is not masked, in the timesteps' own order; null without a mask), notes, and tracks: role, kind, backwards, strips (key
    and largest number over all timesteps of each) and numbers (base64 of float32: for each timestep its strips, each with
    its units). Refuses as /tensors does.
    """
    asked = _asked(request)
    if isinstance(asked, str):
        return refused(400, asked)
    sequence, epoch, batch, first = asked
    run_id = request.path_params.get("run")
    try:
        run = None
        if run_id is not None:
            run = await run_in_threadpool(engine.store.run, run_id)
            if run is None:
                return refused(404, f"There is no run called {run_id[:40]}.")
            if batch > (of := data.batches(run.experiment)):
                return refused(400, f"An epoch of this run has {of} batches. Received: batch={batch}")
        experiment = run.experiment if run is not None else read_experiment(dict(request.query_params)).experiment
        found = await run_in_threadpool(engine.walk, experiment, sequence, run, epoch, batch, SECONDS)
    except Refused as refusal:
        return refused(422, str(refusal))
    except (DatabaseUnavailable, TimeoutError) as error:
        return refused(503, str(error), {"Retry-After": "2"})
    return JSONResponse(written(found, first), headers=HEADERS)


def written(found: Walked, first: int) -> dict[str, Any]:
    """The answer, from the first timestep (from 1) on, with as many as it may have."""
    a_timestep = sum(_NUMBER_BYTES * len(each.places) * len(track.strips) for each in found.layers for track in each.tracks)
    until = first - 1 + max(1, min(MOST_TIMESTEPS, MOST_BYTES // max(1, a_timestep)))
    last = max((each.timesteps for each in found.layers), default=0)
    return {
        "from": first,
        "until": max(first, min(until, last)),
        "layers": [_layer(each, first, until) for each in found.layers],
        "refused": found.refused,
        "reason": found.reason,
    }


def _layer(layer: WalkedLayer, first: int, until: int) -> dict[str, Any]:
    return {
        "name": layer.layer,
        "timesteps": layer.timesteps,
        "windows": layer.windows,
        "units": layer.units,
        "places": layer.places,
        "counts": None if layer.counts is None else [int(each) for each in layer.counts],
        "notes": layer.notes,
        "tracks": [_track(layer, track, first, until) for track in layer.tracks],
    }


def _track(layer: WalkedLayer, track: WalkedTrack, first: int, until: int) -> dict[str, Any]:
    numbers = np.frombuffer(track.numbers, np.float32).reshape(layer.timesteps, len(track.strips), len(layer.places))
    return {
        "role": track.role,
        "kind": track.kind,
        "backwards": track.backwards,
        "strips": [{"key": key, "largest": largest} for key, largest in zip(track.strips, track.largest, strict=True)],
        "numbers": base64.b64encode(numbers[first - 1 : until].astype("<f4").tobytes()).decode(),
    }


def _asked(request: Request) -> tuple[int, int, int, int] | str:
    """Sequence, epoch, batch and first timestep that are asked for, or what is wrong with the question."""
    query = request.query_params
    sequence = sequence_of(query.get("sequence"))
    if sequence is None:
        return f"{SEQUENCE} Received: {query.get('sequence', '')[:40]!r}"
    if request.path_params.get("run") is None:
        # `epoch` is none of an untrained model's settings that are read here, and `batch` is its size of a batch.
        received = ["0", "0", query.get("from", "1")]
    else:
        received = [query.get(name, str(least)) for name, least in _PLACES.items()]
    if not all(each.isdecimal() and each.isascii() and len(each) < 7 for each in received) or not int(received[2]):
        sentence = "epoch and batch must be whole numbers from 0 on, and from a timestep, a whole number from 1 on."
        return f"{sentence} Received: {', '.join(each[:40] for each in received)}"
    epoch, batch, first = map(int, received)
    if batch and not epoch:
        return f"batch names one of an epoch, from 1 on, and epoch is 0. Received: batch={batch}"
    return sequence, epoch, batch, first
