"""A model with layers or functions of other packages: what does not depend on what they return is known all the same."""

from __future__ import annotations

from dataclasses import replace

from explorer.snippet.diagnose.cases import Case, followed_in, without_nested


def before_unknown_outputs(case: Case) -> Case | None:
    """The layers of a code that do not depend on what it asks for; None where it asks for numbers, on which any may.

    case: of the reading that asked.
    """
    if not all(name in case.reader.outputs for name in case.reader.asked):
        return None
    waiting: set[int] = set()
    known = []
    for call in without_nested(case.working()):
        if any(each.waits for each in followed_in(call)) or any(id(each) in waiting for each in call.inputs):
            waiting.update(map(id, call.outputs))
        else:
            known.append(call)
    return replace(case, model=None, broken=True, known=known, _axes={})
