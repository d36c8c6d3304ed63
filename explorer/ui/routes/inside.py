"""The inside of a recurrent layer of a run as JSON: states, gates, and the equation of one unit at one timestep."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from explorer.catalog import read_experiment, resolve
from explorer.description import Description
from explorer.experiment import PROBE_SEQUENCES
from explorer.inside.panel import ORDERS, About, Choice, panel_answer
from explorer.runtime.engine.engine import Engine
from explorer.runtime.storage.records import Run
from explorer.tensors.text import count
from explorer.training import data
from explorer.ui.routes.tensors import HEADERS, SECONDS, SEQUENCE, Place, answered, refused, sequence_of

LONGEST_NAME = 80


async def inside(request: Request, engine: Engine) -> Response:
    """GET /inside/{run}?sequence=S&epoch=N[&layer=NAME][&direction=W][&unit=U][&timestep=T][&order=O][&pin=P]: what
    `explorer.inside.answer.InsideAnswer` says of a recurrent layer (the first one) at epoch N, 0 for untrained weights. Of
    an untrained model /inside?sequence=S&architecture=..., named as in the page's address.

    S from 0; U, T and P from 1; W is "forward" or "backward"; O is "follows" or "layer". 400 for what is no such question,
    or asks for a unit, timestep or direction that there is not; 422 where the layer cannot be looked into or the epoch
    cannot be shown; otherwise as `explorer.ui.routes.tensors.tensors`; each with a sentence.
    """
    asked = _asked(request)
    if isinstance(asked, str):
        return refused(400, asked)
    sequence, epoch, layer, choice = asked

    def answer(run: Run, description: Description, places: list[Place]) -> Response:
        if layer is not None and layer not in {each.name for each in description.layers}:
            known = ", ".join(each.name for each in description.layers)
            return refused(400, f"This run's model has no layer called “{layer[:LONGEST_NAME]}”. It has: {known}.")
        seen = engine.inside(run, sequence, epoch, layer, SECONDS)
        if seen.layer_states is None:
            return refused(422, seen.reason)
        try:
            found = panel_answer(
                seen.layer_states, _about(run, description, seen.layer_states.layer, sequence, epoch), choice
            )
        except ValueError as error:
            return refused(400, str(error))
        return JSONResponse(msgspec.to_builtins(found), headers=HEADERS)

    return await answered(request, engine, answer, _untrained(request))


def _untrained(request: Request) -> Run | None:
    """A run that was never begun, of the experiment in the address; None where that names a run."""
    if request.path_params.get("run") is not None:
        return None
    experiment = read_experiment(dict(request.query_params)).experiment
    return Run(experiment.key, "", experiment, "paused", "", "", 0)


def _about(run: Run, description: Description, name: str, sequence: int, epoch: int) -> About:
    layer = next(each for each in description.layers if each.name == name)
    trained = f"trained for {count(epoch, 'epochs')}" if epoch else "with untrained weights"
    task = resolve(run.experiment).task
    source = layer.reads[0] if layer.reads else ""
    return About(
        title=f"Inside {layer.as_code}, {trained}",
        task=f"{task.title}.",
        parameters=layer.arithmetic or "",
        source="" if source in {each.name for each in description.sources} else source,
        epoch=epoch,
        sequence=sequence,
        sequences=PROBE_SEQUENCES,
        classes=tuple(task.classes or map(str, range(task.outputs))) if task.answer == "class" else (),
        symbols=_symbols(run, description, source, sequence),
    )


def _symbols(run: Run, description: Description, source: str, sequence: int) -> tuple[str, ...]:
    """The symbols that an Embedding looks up for a layer, one for each timestep; none where it reads anything else."""
    named = resolve(run.experiment).task.symbols
    embedding = next((each for each in description.layers if each.name == source), None)
    sources = [each.name for each in description.sources]
    if not named or embedding is None or embedding.type != "Embedding" or embedding.reads[0] not in sources:
        return ()
    read = data.make(run.experiment, "probe").inputs[sources.index(embedding.reads[0])][sequence]
    return tuple(named[int(each)] for each in read)


def _asked(request: Request) -> tuple[int, int, str | None, Choice] | str:
    """Sequence, epoch, layer and choice that are asked for, or what is wrong with the question."""
    query = request.query_params
    sequence = sequence_of(query.get("sequence"))
    if sequence is None:
        return f"{SEQUENCE} Received: {query.get('sequence', '')[:40]!r}"
    numbers: dict[str, Any] = {}
    no_epoch = "" if request.path_params.get("run") is not None else "0"
    for name, otherwise, least in (("epoch", no_epoch, 0), ("unit", None, 1), ("timestep", None, 1), ("pin", "0", 0)):
        received = query.get(name, otherwise)
        if received is None:
            numbers[name] = None
        elif received.isdecimal() and received.isascii() and len(received) < 7 and int(received) >= least:
            numbers[name] = int(received)
        else:
            return f"{name} must be a whole number from {least} on. Received: {received[:40]!r}"
    order = query.get("order", ORDERS[0])
    if order not in ORDERS:
        return f"order must be one of {', '.join(ORDERS)}. Received: {order[:40]!r}"
    choice = Choice(query.get("direction", ""), numbers["unit"], numbers["timestep"], order, numbers["pin"])
    return sequence, numbers["epoch"], query.get("layer") or None, choice
