"""A model with layers or functions of other packages: what does not depend on what they return is known all the same."""

from __future__ import annotations

from dataclasses import replace

from explorer.snippet.diagnose.cases import Case, without_nested
from explorer.snippet.reader.library.followed import followed_in


def before_unknown_outputs(case: Case) -> Case | None:
    """The layers of a code that do not depend on what it asks for; None where it asks for numbers, on which any may.

    case: of the reading that asked.
    """
    if not all(name in case.reader.outputs for name in case.reader.asked):
        return None
    waiting: set[int] = set()
    # From there on a number, or which way the code takes, may depend on such a shape.
    read_at = case.reader.shape_read_at
    known = []
    for call in without_nested(case.working()):
        late = read_at is not None and call.place >= read_at
        if late or any(each.waits for each in followed_in(call)) or any(id(each) in waiting for each in call.inputs):
            waiting.update(map(id, call.outputs))
        else:
            known.append(call)
    return replace(case, model=None, broken=True, known=known, _axes={})
