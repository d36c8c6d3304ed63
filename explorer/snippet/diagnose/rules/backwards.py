"""Layers that read backwards, and steps that come out in reverse."""

from __future__ import annotations

import ast

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import ATTENTION, KEEPING, RECURRENT
from explorer.snippet.reader.library.followed import Followed
from explorer.snippet.reader.library.old import keras_imported
from explorer.snippet.reader.values import Call, Event, LayerValue

# Layers that treat every timestep by itself.
_STEP_BY_STEP = KEEPING | {"Dense", "TimeDistributed"}
# What a Lambda is called that was followed.
_LAMBDA = "Lambda of the code"
_TURNING = ("flip", "reverse", "get_item")


def backward_layer(case: Case, event: Event, call: Call) -> Finding:
    """Bidirectional with a layer of its own for backwards, where both read in one direction."""
    node, source = event.called, case.source
    keyword = source.keyword(node, "backward_layer")
    held = (event.given.get("kwargs") or {}).get("backward_layer")
    inner = held.node if isinstance(held, LayerValue) else None
    message = (
        "A Bidirectional layer reads forwards with one layer and backwards with the other: exactly one of them must have "
        "go_backwards=True."
    )
    candidates = []
    first = next((each for each in event.given.get("args") or [] if isinstance(each, LayerValue)), None)
    forward = first.node if first else None
    if keyword and isinstance(inner, ast.Call):
        candidates.append(
            Candidate("go_backwards=True for the backward layer", (source.with_keyword(inner, "go_backwards", "True"),))
        )
        if isinstance(forward, ast.Call):
            edit = source.without_keyword(forward, "go_backwards")
            if edit:
                candidates.append(Candidate("go_backwards=False for the forward layer", (edit,)))
                candidates.append(
                    Candidate("Exchange the two directions", (edit, source.with_keyword(inner, "go_backwards", "True")))
                )
        candidates.append(Candidate("Let Keras make the backward layer", (source.without(node, keyword),)))
    return Finding("backward_order", message, call, node, event.says, False, tuple(candidates))


def backwards(case: Case) -> Finding | None:
    """The steps of a layer that reads backwards come out in reverse, and meet steps in their normal order."""
    turned: dict[int, Call] = {}
    for call in case.called():
        held = [turned.get(id(each)) for each in call.inputs]
        before = next((each for each in held if each is not None), None)
        out = call.outputs[0] if call.outputs else None
        if out is None:
            continue
        core = call.layer.core if isinstance(call.layer, LayerValue) else None
        if core is not None and isinstance(core.layer, Followed):
            # It may turn them round again: the code says what it does, and no rule knows it.
            continue
        if call.kind in _TURNING and (call.kind != "get_item" or _reversing(case, call)):
            continue
        if len(call.inputs) > 1 and before is not None and any(each is None for each in held) and len(out.shape) >= 3:
            if call.kind in ATTENTION or (core is not None and core.kind in RECURRENT):
                continue
            if all(len(each.shape) >= 3 for each in call.inputs):
                return _turned(case, before, f"`{call.name}` combines them with timesteps in normal order")
        reading_back = (
            core is not None
            and core.kind in RECURRENT
            and call.kind != "Bidirectional"
            and getattr(core.layer, "go_backwards", False) is True
            and getattr(core.layer, "return_sequences", False) is True
        )
        if reading_back:
            if before is None:
                turned[id(out)] = call
        elif (
            before is not None
            and len(out.shape) >= 3
            and not (core is not None and core.kind in RECURRENT and not core.layer.return_sequences)
        ):
            turned[id(out)] = before
    for tensor, shape in zip(
        case.whole.outputs, case.ran.outputs if case.ran else [each.shape for each in case.whole.outputs], strict=True
    ):
        target = case.data.y
        if (
            turned.get(id(tensor)) is not None
            and len(shape) >= 3
            and isinstance(target, tuple)
            and len(target) >= 2
            and shape[1] == target[1]
            and shape[1] != 1
        ):
            return _turned(case, turned[id(tensor)], "the target is in normal order")
    return None


def last_of_both(case: Case) -> Finding | None:
    """The last timestep of a Bidirectional layer's sequence: its backward half has read that one timestep only."""
    for call in case.called():
        part = _part(call)
        if part is None or not call.inputs or len(call.inputs[0].shape) != 3 or len(call.outputs[0].shape) != 2:
            continue
        if call.outputs[0].shape[-1] != call.inputs[0].shape[-1]:
            # A part of the features may be the forward half.
            continue
        if not _takes_last(part, case.shape(call.inputs[0])[1]):
            continue
        maker = next((each for each in case.up(call.inputs[0]) if each.kind not in _STEP_BY_STEP), None)
        if maker is None or maker.kind != "Bidirectional" or getattr(maker.value.layer, "merge_mode", None) is None:
            continue
        return _last(case, call, maker, part)
    return None


def _last(case: Case, call: Call, maker: Call, node: ast.Subscript) -> Finding:
    source, text = case.source, case.text(node)
    message = (
        f"`{text}` takes the last timestep of `{maker.name}`. There the forward half has read the whole sequence, but the "
        "backward half, which starts at the end, has read one timestep: its last hidden state is at timestep 0."
    )
    candidates = []
    core, direct = maker.value.core, call.inputs[0] is maker.outputs[0]
    gone = source.without_keyword(core.node, "return_sequences")
    alone = len(case.readers_of(call.inputs[0])) == 1
    if direct and gone and alone:
        taken = code_edits.removed(case, call) if call.kind == _LAMBDA else [source.replaced(node, source.text(node.value))]
        edits = (gone, *taken)
        candidates.append(Candidate("Return the last hidden state of both directions (return_sequences=False)", edits))
    units = getattr(core.layer, "units", None)
    if call.kind != _LAMBDA and isinstance(node.value, ast.Name) and direct and maker.value.layer.merge_mode == "concat":
        name = node.value.id
        wrapper, more = code_edits.class_text(case, maker.made_at, "Concatenate")
        both = f"{wrapper}()([{name}[:, -1, :{units}], {name}[:, 0, {units}:]])"
        candidates.append(Candidate("Take timestep 0 of the backward half", (source.replaced(node, both), *more)))
    return Finding("backward_order", message, maker, node, None, True, tuple(candidates))


def _part(call: Call) -> ast.Subscript | None:
    """Where a part of a tensor is taken, by brackets or in a Lambda."""
    if call.kind == "get_item":
        return call.node if isinstance(call.node, ast.Subscript) else None
    if call.kind != _LAMBDA or not isinstance(call.layer, LayerValue):
        return None
    given = [*call.made_at.args[:1], *(each.value for each in call.made_at.keywords if each.arg == "function")]
    body = given[0].body if given and isinstance(given[0], ast.Lambda) else None
    return body if isinstance(body, ast.Subscript) and isinstance(body.value, ast.Name) else None


def _takes_last(part: ast.Subscript, steps: int | None) -> bool:
    """Whether a part of a tensor is its last timestep: `h[:, -1]`, `h[:, -1, :]`."""
    index = part.slice
    if not isinstance(index, ast.Tuple) or len(index.elts) < 2 or ast.unparse(index.elts[0]) != ":":
        return False
    place = ast.unparse(index.elts[1])
    return place == "-1" or (steps is not None and place == str(steps - 1) != "0")


def _reversing(case: Case, call: Call) -> bool:
    return (
        isinstance(call.node, ast.Subscript)
        and "-1" in case.text(call.node.slice)
        and "::" in case.text(call.node.slice).replace(" ", "")
    )


def _turned(case: Case, call: Call, meets: str) -> Finding:
    node, source = call.value.core.node, case.source
    message = f"`{call.name}` reads backwards and returns its timesteps in that order, the last one first; {meets}."
    candidates = []
    edit = source.without_keyword(node, "go_backwards")
    wrapper, edits = code_edits.class_text(case, node, "Bidirectional")
    start, end = source.span(call.made_at)
    if edit:
        around = (Edit(start, start, f"{wrapper}("), edit, Edit(end, end, ")"), *edits)
        candidates.append(Candidate("Read in both directions (Bidirectional)", around))
        candidates.append(Candidate("Read forwards", (edit,)))
    if not code_edits.in_sequential(call):
        text = source.text(call.node)
        held = case.reader.names.get("keras")
        more = () if held is not None else tuple(keras_imported(case.reader))
        candidates.insert(
            0,
            Candidate("Reverse its timesteps again", (source.replaced(call.node, f"keras.ops.flip({text}, axis=1)"), *more)),
        )
    return Finding("backward_order", message, call, None, None, True, tuple(candidates))
