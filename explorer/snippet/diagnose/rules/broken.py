"""What an event means that ended the reading, or the run: the rule for each kind of event."""

from __future__ import annotations

import ast
from collections.abc import Callable

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding, finding_of
from explorer.snippet.diagnose.rules.batches import stateful
from explorer.snippet.diagnose.rules.constructor import float_units, make
from explorer.snippet.diagnose.rules.embeddings import embedding
from explorer.snippet.diagnose.rules.masks import masks
from explorer.snippet.diagnose.rules.merging import merge
from explorer.snippet.diagnose.rules.ndim import wrong_ndim
from explorer.snippet.diagnose.rules.none_value import none_value
from explorer.snippet.diagnose.rules.reshaping import array_reshape, reshape
from explorer.snippet.diagnose.rules.shape_text import all_in_words
from explorer.snippet.diagnose.rules.states import states
from explorer.snippet.diagnose.rules.unknown import unknown
from explorer.snippet.diagnose.rules.unpacking import several, unpack
from explorer.snippet.diagnose.rules.wrappers import time_distributed
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import ATTENTION, MERGING
from explorer.snippet.reader.values import Call, Event


def broken(case: Case, event: Event) -> Finding:
    """What an event that ended the reading, or the run, means."""
    rule = _RULES.get(event.what, _other)
    return rule(case, event)


def _call(case: Case, event: Event) -> Finding:
    call: Call = event.given["call"]
    shapes = [tuple(each) for each in event.given.get("received") or [each.shape for each in call.inputs]]
    if (found := float_units(case, event, call)) is not None:
        return found
    for rule in (several, stateful, masks, states, time_distributed, merge, unknown, embedding, wrong_ndim, reshape):
        found = rule(case, event, call, shapes)
        if found is not None:
            return found
    if call.kind in ATTENTION and len(shapes) == 1 and not isinstance(call.layer, str) and len(shapes[0]) > 2:
        return _without_value(case, event, call)
    if call.kind in MERGING and len(shapes) == 1:
        message = f"{case.name(call)} merges several tensors, but its input is one, {all_in_words(case, call, shapes)}."
        alone = Candidate(f"Remove {call.name}", tuple(code_edits.removed(case, call)))
        return finding_of(event, "merge_mismatch", call, message, [alone])
    kind = "merge_mismatch" if len(shapes) > 1 else "input_rank"
    if call.kind == "RepeatVector":
        kind = "time_axis_extra"
    return finding_of(event, kind, call, f"{case.name(call)} cannot take {all_in_words(case, call, shapes)}.")


def _numpy(case: Case, event: Event) -> Finding:
    message = f"NumPy cannot do this with arrays of these shapes: {event.says.partition(': ')[2]}."
    return Finding("input_rank", message, None, event.node, event.says)


def _name(case: Case, event: Event) -> Finding:
    name, near, node = event.given["name"], event.given["near"], event.node
    message = f"{event.given.get('of', 'Keras 3')} has no `{name}`.{event.given['hint']}"
    if event.given.get("of") == "Python":
        message = f"There is no module `{name}`.{event.given['hint']}"
    candidates = []
    if "edits" in event.given:
        candidates.append(Candidate(f"Use {near}", event.given["edits"], rename=True))
    elif near and isinstance(node, ast.Attribute):
        _, end = case.source.span(node)
        candidates.append(Candidate(f"Use {near}", (Edit(end - len(name), end, near),), rename=True))
    return Finding("keras3_api", message, None, node, event.says, False, tuple(candidates))


def _shape(case: Case, event: Event) -> Finding:
    shape = event.given["shape"]
    message = f"The shape of an Input is a tuple without the batch, such as (20, 5). Received: {str(shape)[:60]}."
    node, source = event.node, case.source
    candidates = []
    if isinstance(shape, int):
        made = event.called
        keyword = source.keyword(made, "shape") or source.keyword(made, "input_shape")
        place = keyword.value if keyword else made.args[0] if made.args else None
        if place is not None:
            text = source.text(place)
            given = case.data.x[0] if case.data.x else None
            if given and len(given) == 3:
                candidates.append(Candidate("Use the shape of your data", (source.replaced(place, str(given[1:])),)))
            candidates.append(Candidate("Write a tuple", (source.replaced(place, f"({text},)"),)))
            candidates.append(Candidate("Timesteps with one feature", (source.replaced(place, f"({text}, 1)"),)))
    return Finding("input_rank", message, None, node, event.says, False, tuple(candidates))


def _grown(case: Case, event: Event) -> Finding:
    """A layer added to a model that was made from inputs to outputs."""
    model, name, source, node = event.given["model"], event.given["name"], case.source, event.called
    message = (
        f"Only a Sequential model has `{name}`. A layer after the last one of this model is called on its output, before "
        "keras.Model(inputs, outputs) is made of both."
    )
    candidates, made = [], model.node
    keyword = source.keyword(made, "outputs")
    outputs = keyword.value if keyword else made.args[1] if len(made.args) > 1 else None
    if name == "add" and outputs is not None and node.args and not isinstance(outputs, (ast.List, ast.Tuple)):
        text = f"{source.text(node.args[0])}({source.text(outputs)})"
        edits = (source.replaced(outputs, text), source.statement_removed(node))
        candidates.append(Candidate("Call the layer on the output of the model", edits))
    return Finding(
        "unreadable" if name == "pop" else "keras3_api", message, None, node, event.says, False, tuple(candidates)
    )


def _without_value(case: Case, event: Event, call: Call) -> Finding:
    """Attention that is given a single tensor: it needs at least what asks and what is asked."""
    source, node = case.source, call.node
    message = (
        f"{case.name(call)} needs a query and a value, and is called on one tensor. For self-attention both are the same "
        "tensor."
    )
    candidates = []
    if isinstance(node, ast.Call) and len(node.args) == 1 and not code_edits.in_sequential(call):
        text = source.text(node.args[0])
        both = f"{text}, {text}" if call.kind == "MultiHeadAttention" else f"[{text}, {text}]"
        candidates.append(Candidate("Self-attention: give the tensor twice", (source.replaced(node.args[0], both),)))
    return finding_of(event, "merge_mismatch", call, message, candidates)


def _other(case: Case, event: Event) -> Finding:
    says = event.says.partition(": ")[2] or event.says
    says = says if says[-1:] in (".", "!", "?") else f"{says}."
    return Finding("unreadable", f"Keras gives an error here: {says}", None, event.node, event.says)


_RULES: dict[str, Callable[[Case, Event], Finding]] = {
    "call": _call,
    "run": _call,
    "make": make,
    "unpack": unpack,
    "numpy": _numpy,
    "reshape": array_reshape,
    "name": _name,
    "shape": _shape,
    "grown": _grown,
    "none": none_value,
}
