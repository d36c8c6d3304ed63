"""The tensors of a run as JSON: what flows within its model at epochs that were trained, for one probe sequence."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from explorer.description import Description
from explorer.experiment import PROBE_SEQUENCES, Experiment
from explorer.runtime.engine.engine import Engine, Refused
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.records import Run
from explorer.tensors.grid import GridLayout, grid_layout, named_tensors, tensor_name
from explorer.training import data

SECONDS = 10.0
MOST_EPOCHS = 100
# With drawings, which are computed one by one.
MOST_DRAWINGS = 10
HEADERS = {"Cache-Control": "no-store"}
SEQUENCE = f"The sequence must be one of the probe's, from 0 to {PROBE_SEQUENCES - 1}."
_NUMBER_BYTES = 2


class Place(NamedTuple):
    """Where a tensor's grid stands among those that are sent: sources first, then layers, in the description's order.

    bound: what its numbers are drawn against at every epoch; None where they may be of any size.
    """

    name: str
    layout: GridLayout
    source: bool
    bound: float | None

    def written(self) -> dict[str, Any]:
        layout = self.layout
        sizes = {"rows": layout.rows, "columns": layout.columns, "of_rows": layout.of_rows, "of_columns": layout.of_columns}
        return {"name": self.name, **sizes, "source": self.source, "bound": self.bound}


async def tensors(request: Request, engine: Engine) -> Response:
    """GET /tensors/{run}?sequence=S&from=A&to=B[&layer=NAME]: the numbers of one probe sequence at epochs A to B.

    Returns layout (a grid's name, sizes and bound, for each tensor), sources (their grids, base64 of float16, one after the
    other, each row by row), epochs (the grids of all layers, by epoch; 0 is the untrained model), drawings (what the drawing
    of the layer shows, by epoch) and reason (a sentence where epochs that were trained are missing, else empty). Epochs that
    are not trained yet are absent. 400 for what is no such question, 404 for an unknown run, 422 for a model whose numbers
    cannot be shown, 503 while the workers are busy; each with a sentence.
    """
    asked = _asked(request)
    if isinstance(asked, str):
        return refused(400, asked)
    sequence, first, last = asked
    layer = request.query_params.get("layer") or None

    def answer(run: Run, description: Description, places: list[Place]) -> Response:
        if wrong := wrong_layer(description, layer):
            return refused(400, wrong)
        shown = engine.tensors(run, sequence, first, last, layer, SECONDS)
        size = bytes_of(places)
        body = {
            **layout_of(run.experiment, sequence, places),
            "epochs": {str(epoch): spelled(each) for epoch, each in sorted(shown.tensors.items()) if len(each) == size},
            "drawings": {str(epoch): each for epoch, each in sorted(shown.drawings.items())},
            "reason": shown.reason,
        }
        return JSONResponse(body, headers=HEADERS)

    return await answered(request, engine, answer)


async def answered(
    request: Request,
    engine: Engine,
    answer: Callable[[Run, Description, list[Place]], Response],
    untrained: Run | None = None,
) -> Response:
    """What `answer` says, in a thread, to a question about the run in the address; or why it cannot be said. untrained:
    a run that was never begun, where the address names none."""
    try:
        run = untrained
        if run is None:
            run_id = request.path_params["run"]
            run = await run_in_threadpool(engine.store.run, run_id)
        if run is None:
            return refused(404, f"There is no run called {run_id[:40]}.")
        described = await run_in_threadpool(engine.describe, run.experiment, SECONDS)
        description = Description.read(described["description"])
        places = await run_in_threadpool(places_of, run.experiment, description)
        if places is None:
            return refused(422, "A size of this model is not known, so that its numbers cannot be laid out.")
        return await run_in_threadpool(answer, run, description, places)
    except Refused as refusal:
        return refused(422, str(refusal))
    except (DatabaseUnavailable, TimeoutError) as error:
        return refused(503, str(error), {"Retry-After": "2"})


def wrong_layer(description: Description, layer: str | None) -> str:
    """Why a layer cannot be asked for, or an empty string."""
    known = layer is None or layer in {each.name for each in description.layers}
    return "" if known else f"This run's model has no layer called {str(layer)[:40]}."


def layout_of(experiment: Experiment, sequence: int, places: Sequence[Place]) -> dict[str, Any]:
    """How the grids of a model are laid out, and those of its sources, as they are sent."""
    sources = _sources(experiment, sequence, [each for each in places if each.source])
    return {"layout": [each.written() for each in places], "sources": spelled(sources)}


def bytes_of(places: Sequence[Place]) -> int:
    """What the grids of all layers take."""
    return _NUMBER_BYTES * sum(each.layout.rows * each.layout.columns for each in places if not each.source)


def sequence_of(received: str | None) -> int | None:
    """The probe sequence that an address names, None where it names none."""
    return int(received) if received in {str(place) for place in range(PROBE_SEQUENCES)} else None


def spelled(numbers: bytes) -> str:
    return base64.b64encode(numbers).decode()


def places_of(experiment: Experiment, description: Description) -> list[Place] | None:
    """Where each tensor of a model stands; None where a size is not known."""
    bounds = _bounds(experiment, description)
    named = [(each.name, each.shape, each.axes, True) for each in description.sources]
    for layer in description.layers:
        named += [(*each, False) for each in named_tensors(layer.name, layer.output, layer.axes_out)]
    places = []
    for name, shape, axes, is_source in named:
        layout = grid_layout(shape, axes)
        if layout is None:
            return None
        places.append(Place(name, layout, is_source, bounds.get(name)))
    return places


def _bounds(experiment: Experiment, description: Description) -> dict[str, float]:
    """How large numbers are, by the names of tensors, as far as that does not depend on weights: of all probe sequences.

    Those of a model's output may be larger than its targets, which they are drawn against.
    """
    inputs = data.make(experiment, "probe").inputs
    bounds = {source.name: _largest(stream) for source, stream in zip(description.sources, inputs, strict=True)}
    for layer in description.layers:
        given = [bounds.get(tensor_name(each.name, each.output)) for each in layer.origins]
        known = [each for each in given if each is not None]
        for place, kind in enumerate(layer.ranges):
            if kind == "one":
                bounds[tensor_name(layer.name, place)] = 1.0
            elif kind == "inputs" and known and len(known) == len(given):
                bounds[tensor_name(layer.name, place)] = max(known)
    targets = _largest(data.probe_targets(experiment))
    for each in description.returns:
        bounds.setdefault(tensor_name(each.name, each.output), targets)
    return bounds


def _largest(numbers: np.ndarray) -> float:
    return float(np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0))


def _asked(request: Request) -> tuple[int, int, int] | str:
    """Sequence, first and last epoch that are asked for, or what is wrong with the question."""
    query = request.query_params
    sequence = sequence_of(query.get("sequence"))
    if sequence is None:
        return f"{SEQUENCE} Received: {query.get('sequence', '')[:40]!r}"
    received = [query.get(name, "") for name in ("from", "to")]
    if not all(each.isdecimal() and each.isascii() and len(each) < 7 for each in received):
        return f"from and to must be epochs, whole numbers from 0 on. Received: {', '.join(each[:40] for each in received)}"
    first, last = map(int, received)
    most = MOST_DRAWINGS if query.get("layer") else MOST_EPOCHS
    if not first <= last < first + most:
        return f"from must not be after to, and at most {most} epochs may be asked for at once. Received: {first} to {last}"
    return sequence, first, last


def _sources(experiment: Experiment, sequence: int, places: Sequence[Place]) -> bytes:
    probe = data.make(experiment, "probe")
    grids = [each.layout.drawn(stream[sequence]).ravel() for each, stream in zip(places, probe.inputs, strict=True)]
    return np.concatenate(grids).astype("<f2").tobytes()


def refused(status: int, sentence: str, more: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": sentence}, status_code=status, headers=HEADERS | (more or {}))
