"""One batch of a run in slow motion as JSON: forward, loss, backward and update, each with a sentence and its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from explorer.runtime.engine.engine import Engine, Refused
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.training import data
from explorer.training.slow_motion import SlowBatch, phases, whose
from explorer.ui.routes.tensors import HEADERS, SECONDS, refused


async def slow(request: Request, engine: Engine) -> Response:
    """GET /slow/{run}?epoch=N&batch=B: batch B of epoch N, both from 1.

    Returns epoch, batch, of (how many batches an epoch has), samples (how many sequences), loss, by_timestep and after (of
    this batch before its step, of each timestep of the output or null, and after the step), directions (of each recurrent
    layer: layer, role, backwards, windows, states, gradient), changes (by layer), phases (name and sentence),
    whose (of which sequences this is, a sentence) and reason (a sentence where there is no batch, then nothing
    else). A number that is not finite is null. Refuses as /tensors.
    """
    query = request.query_params
    received = [query.get("epoch", ""), query.get("batch", "1")]
    if not all(each.isdecimal() and each.isascii() and len(each) < 7 and int(each) for each in received):
        sentence = "epoch and batch must be an epoch and a batch of it, whole numbers from 1 on."
        return refused(400, f"{sentence} Received: {', '.join(each[:40] for each in received)}")
    epoch, number = map(int, received)
    run_id = request.path_params["run"]
    try:
        run = await run_in_threadpool(engine.store.run, run_id)
        if run is None:
            return refused(404, f"There is no run called {run_id[:40]}.")
        if number > (of := data.batches(run.experiment)):
            return refused(400, f"An epoch of this run has {of} batches. Received: batch={number}")
        seen = await run_in_threadpool(engine.slow_motions.at, run, epoch, number, SECONDS)
    except Refused as refusal:
        return refused(422, str(refusal))
    except (DatabaseUnavailable, TimeoutError) as error:
        return refused(503, str(error), {"Retry-After": "2"})
    if seen.batch is None:
        return JSONResponse({"reason": seen.reason}, headers=HEADERS)
    return JSONResponse({"epoch": epoch, "of": of, "reason": "", **written(seen.batch)}, headers=HEADERS)


def written(batch: SlowBatch) -> dict[str, Any]:
    return {
        "batch": batch.number,
        "samples": batch.samples,
        "loss": _finite(batch.evaluated),
        "after": _finite(batch.after),
        "by_timestep": None if batch.by_timestep is None else _listed(batch.by_timestep),
        "directions": [
            {**norms._asdict(), "states": _listed(norms.states), "gradient": _listed(norms.gradient)}
            for norms in batch.directions
        ],
        "changes": {name: None if share is None else _finite(share) for name, share in batch.changes.items()},
        "whose": whose(batch),
        "phases": [phase._asdict() for phase in phases(batch)],
    }


def _listed(numbers: Sequence[float]) -> list[float | None]:
    return [_finite(number) for number in numbers]


def _finite(number: float) -> float | None:
    return float(f"{number:.6g}") if math.isfinite(number) else None
