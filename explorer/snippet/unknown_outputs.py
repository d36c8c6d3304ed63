"""A model with layers or functions of other packages: what does not depend on what they return is known all the same."""

from __future__ import annotations

from dataclasses import replace

from explorer.keras_internals import layer_and_sublayers
from explorer.snippet.diagnose.cases import Case, without_nested
from explorer.snippet.reader.library.followed import Followed
from explorer.snippet.reader.values import Call


def before_unknown_outputs(case: Case) -> Case | None:
    """The layers of a code that do not depend on what it asks for; None where it asks for numbers, on which any may.

    case: of the reading that asked.
    """
    if not all(name in case.reader.outputs for name in case.reader.asked):
        return None
    waiting: set[int] = set()
    known = []
    for call in without_nested(case.working()):
        if _waits(call) or any(id(each) in waiting for each in call.inputs):
            waiting.update(map(id, call.outputs))
        else:
            known.append(call)
    return replace(case, model=None, broken=True, known=known, _axes={})


def _waits(call: Call) -> bool:
    """Whether a shape that is asked for is that of what this layer returns, or of a part of it."""
    layer = None if isinstance(call.layer, str) else getattr(call.layer, "keras", None) or getattr(call.layer, "layer", None)
    parts = layer_and_sublayers(layer) if layer is not None else []
    return any(isinstance(each, Followed) and each.waits for each in parts)
