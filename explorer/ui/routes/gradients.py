"""The gradient through time of a run as JSON, beside the same with other cells, and the norms of its layers' gradients."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from explorer.catalog import resolve
from explorer.description import Description
from explorer.runtime.engine.engine import Engine
from explorer.runtime.jobs.gradient_job import Slopes, Through
from explorer.runtime.storage.records import Run, finite
from explorer.training import gradient_words as words
from explorer.training.reach import loss_sentence, reach
from explorer.ui.routes.tensors import HEADERS, SECONDS, SEQUENCE, Place, answered, refused, sequence_of, wrong_layer
from explorer.ui.state.inside_place import KINDS

_LONGEST = 40


class Asked(NamedTuple):
    """cell: the kind of the net that is compared; None: the run itself. norms: whether the norms are wanted instead."""

    sequence: int
    epoch: int
    layer: str | None
    timestep: int | None
    cell: str | None
    norms: bool


async def gradients(request: Request, engine: Engine) -> Response:
    """GET /gradients/{run}?sequence=S&epoch=N[&layer=NAME][&timestep=T][&cell=KIND], or /gradients/{run}?norms=1.

    How the loss at timestep T (from 1; the last unless named) reacts to each timestep that a recurrent layer (the first
    unless named) reads, after epoch N. Returns layer, epoch, answers (how many timesteps have a loss, 0 where there is one
    output), at (T or null), ends (whether sequences end at different timesteps, so that no T means the last one of each),
    kinds (of cells, in order), others (those to compare with), waits (what is said of each before it answers), feet (what
    holds for the nets that are drawn, by their kinds with + between them), net and reason (a sentence where there is no
    net, else empty). A net: kind, title, loss (in words), mean and sequence (null, with note, where this sequence has no
    such loss), each with of, inputs and state: about, numbers (in % of the largest; null where not finite), unit, low
    (ranges of timesteps out of reach), measure and sentence.

    With a cell: the same net with cells of another kind, trained to the same epoch. It trains a while for each request:
    trained says how far it is, progress says so in words, and net is null until it is there.

    With norms: begin, epochs, layers (name and numbers, null where not known), unit and sentence: the norm of each layer's
    gradient, a root mean square over the steps up to each epoch.

    Refuses as /tensors does.
    """
    asked = _asked(request)
    if isinstance(asked, str):
        return refused(400, asked)

    def answer(run: Run, description: Description, _: list[Place]) -> Response:
        if wrong := wrong_layer(description, asked.layer):
            return refused(400, wrong)
        found = (
            _norms(engine, run) if asked.norms else _compared(engine, run, asked) if asked.cell else _own(engine, run, asked)
        )
        return JSONResponse(found, headers=HEADERS)

    return await answered(request, engine, answer)


def _own(engine: Engine, run: Run, asked: Asked) -> dict[str, Any]:
    seen = engine.gradients.through(run, asked.sequence, asked.epoch, asked.layer, asked.timestep, SECONDS)
    found = seen.through
    told: dict[str, Any] = {"epoch": asked.epoch, "at": asked.timestep, "reason": seen.reason}
    if found is None:
        nothing: dict[str, Any] = {"others": [], "kinds": [], "waits": {}, "feet": {}}
        return told | {"layer": asked.layer, "answers": 0, "ends": False, **nothing, "net": None}
    frames = engine.store.frames(run.id, asked.epoch - 1, 1) if asked.epoch else []
    return told | {
        "layer": found.layer,
        "answers": found.answers,
        "ends": found.ends,
        "others": [kind for kind in KINDS if kind != found.kind],
        "waits": {kind: words.waits(kind) for kind in KINDS if kind != found.kind},
        "net": _net(run, found, asked, frames[0].val_loss if frames else None),
        "kinds": list(KINDS),
        "feet": {"+".join(kinds): words.foot(kinds, asked.epoch) for kinds in _chosen(found.kind)},
    }


def _chosen(own: str) -> list[list[str]]:
    """All ways to draw a net alone or beside others, by their kinds."""
    others = [kind for kind in KINDS if kind != own]
    chosen = [[own], *([own, other] for other in others), list(KINDS)]
    return [sorted(kinds, key=KINDS.index) for kinds in chosen]


def _compared(engine: Engine, run: Run, asked: Asked) -> dict[str, Any]:
    seen = engine.gradients.compared(
        run, asked.sequence, asked.epoch, str(asked.layer), asked.timestep, str(asked.cell), SECONDS
    )
    net = None if seen.through is None else _net(run, seen.through, asked, seen.val_loss)
    progress = "" if net or seen.reason else words.progress(str(asked.cell), seen.epoch, asked.epoch)
    return {"epoch": asked.epoch, "trained": seen.epoch, "net": net, "reason": seen.reason, "progress": progress}


def _norms(engine: Engine, run: Run) -> dict[str, Any]:
    found = engine.gradients.norms(run, SECONDS)
    layers = [{"name": name, "numbers": [finite(number) for number in each]} for name, each in found.layers.items()]
    sentence = words.norms_sentence(found.epochs, found.layers, found.begin)
    return {
        "begin": found.begin,
        "epochs": found.epochs,
        "layers": layers,
        "sentence": sentence,
        "unit": words.UNIT_OF_NORMS,
    }


def _net(run: Run, found: Through, asked: Asked, val_loss: float | None) -> dict[str, Any]:
    baselines = resolve(run.experiment).baselines
    return {
        "kind": found.kind,
        "title": words.title(found.kind, found.units, found.both, found.backwards),
        "loss": loss_sentence(val_loss, baselines) if asked.epoch else "untrained",
        "mean": _bars(found, found.mean, words.taken(found.mean.samples, found.mean.of)),
        "sequence": found.sequence and _bars(found, found.sequence, f"validation sequence {asked.sequence + 1}"),
        "note": found.note,
    }


def _bars(found: Through, slopes: Slopes, of: str) -> dict[str, Any]:
    def bars(what: str, numbers: np.ndarray) -> dict[str, Any]:
        seen = reach(numbers, slopes.to, slopes.spoken, slopes.until)
        last = found.ends and slopes.at is not None
        return {
            "about": words.about(what, found.answers, slopes.at, last, found.windows),
            "numbers": seen.percent,
            "unit": words.unit(seen.most),
            "low": seen.low,
            "measure": words.measure(what, found.kind, found.answers, slopes.at, seen.most),
            "sentence": seen.sentence,
        }

    return {"of": of, "inputs": bars("inputs", slopes.inputs), "state": bars("state", slopes.state)}


def _asked(request: Request) -> Asked | str:
    """What is asked for, or what is wrong with the question."""
    query = request.query_params
    if query.get("norms"):
        return Asked(0, 0, None, None, None, norms=True)
    sequence = sequence_of(query.get("sequence"))
    if sequence is None:
        return f"{SEQUENCE} Received: {query.get('sequence', '')[:_LONGEST]!r}"
    epoch, timestep = query.get("epoch", ""), query.get("timestep") or None
    if not _is_number(epoch):
        return f"epoch must be a whole number from 0 on. Received: {epoch[:_LONGEST]!r}"
    if timestep is not None and not (_is_number(timestep) and int(timestep)):
        return f"timestep must be a whole number from 1 on. Received: {timestep[:_LONGEST]!r}"
    layer, cell = query.get("layer") or None, query.get("cell") or None
    if cell is not None and (cell not in KINDS or layer is None):
        return f"cell must be {', '.join(KINDS[:-1])} or {KINDS[-1]}, with a layer. Received: {cell[:_LONGEST]!r}"
    return Asked(sequence, int(epoch), layer, int(timestep) if timestep else None, cell, norms=False)


def _is_number(received: str) -> bool:
    return received.isdecimal() and received.isascii() and len(received) < 7
