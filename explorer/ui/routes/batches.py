"""One epoch of a run as JSON, batch by batch: what each batch changed, and what flows within the model after it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from explorer.description import Description
from explorer.runtime.engine.engine import Engine
from explorer.runtime.storage.records import Run, finite
from explorer.training import data
from explorer.training.batches import Batch
from explorer.training.narration import narrate_batch
from explorer.ui.routes.events import decoded
from explorer.ui.routes.tensors import (
    HEADERS,
    SECONDS,
    SEQUENCE,
    Place,
    answered,
    bytes_of,
    layout_of,
    refused,
    sequence_of,
    spelled,
    wrong_layer,
)


async def batches(request: Request, engine: Engine) -> Response:
    """GET /batches/{run}?sequence=S&epoch=N[&from=B][&layer=NAME]: the batches of epoch N, from batch B on (else from the
    first); with a layer batch B alone.

    Returns layout and sources as `explorer.ui.routes.tensors` does, epoch, of (how many batches an epoch has), batches (at
    most 64 of them, in order) and reason (a sentence where there are none, else empty). Of each batch: number, samples
    (which training sequences it has), loss and accuracy before its step, val_loss, val_accuracy, outputs and tensors after
    it, changes (by layer, by which part of their length its weights changed), sentence (the same in words) and drawing
    (what the drawing of the layer shows after it, null without one). Refuses as /tensors does.
    """
    asked = _asked(request)
    if isinstance(asked, str):
        return refused(400, asked)
    sequence, epoch, first = asked
    layer = request.query_params.get("layer") or None

    def answer(run: Run, description: Description, places: list[Place]) -> Response:
        of = data.batches(run.experiment)
        if first > of:
            return refused(400, f"An epoch of this run has {of} batches. Received: from={first}")
        if wrong := wrong_layer(description, layer):
            return refused(400, wrong)
        found = engine.batches(run, sequence, epoch, first, SECONDS, layer)
        size = bytes_of(places)
        body = {
            **layout_of(run.experiment, sequence, places),
            "epoch": epoch,
            "of": of,
            "batches": [_written(run, epoch, each) for each in found.batches if len(each.tensors) == size],
            "reason": found.reason,
        }
        return JSONResponse(body, headers=HEADERS)

    return await answered(request, engine, answer)


def _written(run: Run, epoch: int, batch: Batch) -> dict[str, Any]:
    return {
        "number": batch.number,
        "samples": data.batch_of(run.experiment, epoch, batch.number),
        "loss": finite(batch.loss),
        "val_loss": finite(batch.val_loss),
        "accuracy": batch.accuracy,
        "val_accuracy": batch.val_accuracy,
        "outputs": spelled(batch.outputs),
        "tensors": spelled(batch.tensors),
        "changes": {name: None if share is None else finite(share) for name, share in batch.changes.items()},
        "sentence": narrate_batch(batch.loss, batch.changes),
        "drawing": batch.drawing or None,
    } | decoded(batch)


def _asked(request: Request) -> tuple[int, int, int] | str:
    """Sequence, epoch and first batch that are asked for, or what is wrong with the question."""
    query = request.query_params
    sequence = sequence_of(query.get("sequence"))
    if sequence is None:
        return f"{SEQUENCE} Received: {query.get('sequence', '')[:40]!r}"
    received = [query.get("epoch", ""), query.get("from", "1")]
    if not all(each.isdecimal() and each.isascii() and len(each) < 7 and int(each) for each in received):
        sentence = "epoch and from must be an epoch and a batch of it, whole numbers from 1 on."
        return f"{sentence} Received: {', '.join(each[:40] for each in received)}"
    epoch, first = map(int, received)
    return sequence, epoch, first
