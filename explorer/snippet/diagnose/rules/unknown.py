"""Sizes that are None where a number is needed."""

from __future__ import annotations

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding, finding_of
from explorer.snippet.diagnose.rules.shape_text import axes_at, given_in_words
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import CONV_RECURRENT, SEQUENCE
from explorer.snippet.reader.values import Call, Event, LayerValue
from explorer.tensors.tensor import is_named


def unknown(case: Case, event: Event, call: Call, shapes: list[Shape]) -> Finding | None:
    """A size that was left None, where a layer has weights or a shape that depend on it."""
    gaps = [shape for shape in shapes if None in shape[1:]]
    about = "None" in event.says or "defined" in event.says or "NoneType" in event.says or "unknown" in event.says
    if not gaps or not about:
        return None
    (shape, *_) = gaps
    if (
        call.layer
        and isinstance(call.layer, LayerValue)
        and call.kind in SEQUENCE
        and len(shape) != 3
        and call.kind not in CONV_RECURRENT
    ):
        return None
    return unknown_size(case, event, call, shape)


def unknown_size(case: Case, event: Event, call: Call | None, shape: Shape) -> Finding:
    """A size that is None and must be a number. `shape`: what the layer is given."""
    source = case.source_of(call.inputs[0]) if call and call.inputs else next(iter(case.inputs()), None)
    declared = source.shape if source else ()
    gaps = [place for place, size in enumerate(declared) if size is None and place]
    names = [axes_at(case, source, call)[place] for place in gaps] if source else []
    which = names[0] if len(names) == 1 and is_named(names[0]) else "sizes"
    who = case.name(call) if call else "a layer here"
    told = given_in_words(case, call) if call and call.inputs else "(batch, unknown)"
    message = (
        f"The {which} of the Input are unknown (None), and the input of {who} is {told}: the size of its weights or of its "
        "output depends on that number, so the Input must declare it."
    )
    candidates = []
    inputs = case.inputs()
    if source is not None:
        shapes = (
            [case.data.x[inputs.index(source)]]
            if case.data.x and source in inputs and len(case.data.x) == len(inputs)
            else []
        )
        for given in shapes:
            if len(given) == len(source.shape):
                known = [size if mine is None else mine for mine, size in zip(source.shape[1:], given[1:], strict=True)]
                candidates.append(Candidate("Declare the sizes of your data", tuple(code_edits.shaped(case, source, known))))
                if which == "features" and len(given) > 2:
                    open_length = [None, *given[2:]]
                    candidates.append(
                        Candidate(
                            "Declare the features, and leave the timesteps None",
                            tuple(code_edits.shaped(case, source, open_length)),
                        )
                    )
        if not shapes:
            known = [size or 20 for size in source.shape[1:]]
            candidates.append(Candidate(f"Declare the {which}, here 20", tuple(code_edits.shaped(case, source, known))))
    if call and call.kind == "Flatten":
        found = _replaced_kind(case, call, "GlobalAveragePooling1D")
        candidates.append(Candidate("Average over time, which works for any number of timesteps", tuple(found)))
    return finding_of(event, "unknown_length", call, message, candidates)


def _replaced_kind(case: Case, call: Call, kind: str) -> list[Edit]:
    text, edits = code_edits.layer_text(case, call.made_at, kind)
    return [case.source.replaced(call.made_at, text), *edits]
