"""Masks that come too late, end too early, or fit no timesteps."""

from __future__ import annotations

import ast

from explorer.keras_internals import is_from_keras, mask_of
from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding, finding_of
from explorer.snippet.diagnose.rules.shape_text import mask_in_words
from explorer.snippet.reader.data_values import Array, Shape
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import COMPUTING, MERGING, READING_MASK, RECURRENT, RESHAPING, SLIDING
from explorer.snippet.reader.values import Call, Event, LayerValue, TensorValue


def masks(case: Case, event: Event, call: Call, shapes: list[Shape]) -> Finding | None:
    """A mask with other axes than the sequence that it travels with."""
    if event.what != "run" or not call.inputs or call.kind in MERGING:
        return None
    at = event.given.get("at", {})
    held = at.get(id(call.inputs[0]))
    mask = mask_of(held) if held is not None else None
    if mask is None or len(held.shape) < 2 or tuple(mask.shape) == tuple(held.shape[:2]):
        return None
    makers = [each for each in case.up(call.inputs[0]) if makes_mask(each)]
    if not makers:
        return None
    maker = makers[-1]
    message = (
        f"{case.name(maker)} makes a mask of {mask_in_words(mask.shape)}, but {case.name(call)} needs one value for each of "
        f"its {held.shape[1]} timesteps: the mask has one axis too many."
    )
    candidates = []
    if maker.kind == "Masking":
        after = case.readers_of(maker.outputs[0])
        if after and after[0].kind == "TimeDistributed":
            candidates.append(
                Candidate(
                    "Mask after each timestep is one vector",
                    (*code_edits.removed(case, maker), *_moved_after(case, maker, after[0])),
                )
            )
        candidates.append(Candidate("Remove the mask", tuple(code_edits.removed(case, maker))))
    else:
        node = maker.made_at
        candidates.append(Candidate("Remove the mask", (case.source.with_keyword(node, "mask_zero", "False"),)))
    return finding_of(event, "mask_lost", call, message, candidates)


def mask_late(case: Case) -> Finding | None:
    """Masking of what a layer has computed: its numbers are no padding any more."""
    calls = case.called()
    for call in calls:
        if call.kind != "Masking" or not call.inputs:
            continue
        made = [each for each in case.up(call.inputs[0]) if isinstance(each.layer, LayerValue)]
        computed = [each for each in made if each.value.core.kind in COMPUTING]
        if not computed:
            continue
        first = computed[-1]
        message = (
            f"`{call.name}` looks for padding in the output of `{computed[0].name}`, where zeros of the data are no longer "
            "zero: Masking must come before the first layer that reads the sequence."
        )
        text = case.text(call.made_at)
        candidates = []
        if code_edits.in_sequential(call) and code_edits.in_sequential(first):
            candidates.append(
                Candidate(
                    "Mask the input",
                    (*code_edits.removed(case, call), *code_edits.placed(case, first.made_at, text, after=False)),
                )
            )
        elif isinstance(first.node, ast.Call) and first.node.args and isinstance(call.node, ast.Call):
            argument = first.node.args[0]
            edits = [case.source.replaced(argument, f"{text}({case.text(argument)})"), *code_edits.removed(case, call)]
            candidates.append(Candidate("Mask the input", tuple(edits)))
        candidates.append(Candidate("Remove the mask", tuple(code_edits.removed(case, call))))
        return Finding("mask_lost", message, call, None, None, True, tuple(candidates))
    return None


def mask_destroyed(case: Case) -> Finding | None:
    """A mask that ends at a layer that does not know masks, before a layer that would read it."""
    for maker in _makers(case):
        carrying = {id(each) for each in maker.outputs}
        lost: Call | None = None
        beyond: set[int] = set()
        for call in case.called():
            took = any(id(each) in carrying for each in call.inputs)
            past = any(id(each) in beyond for each in call.inputs)
            if not (took or past) or not call.outputs:
                continue
            kind = call.layer.core.kind if isinstance(call.layer, LayerValue) else call.kind
            sequence = len(call.outputs[0].shape) >= 3
            if past and not took:
                if lost is not None and kind in READING_MASK and len(case.shape(call.inputs[0])) == 3:
                    return _destroyed(case, maker, lost, call)
                if sequence and not getattr(getattr(call.layer, "layer", None), "return_state", False):
                    beyond |= {id(each) for each in call.outputs}
                continue
            keeps = not isinstance(call.layer, LayerValue) or call.layer.layer.supports_masking
            if not sequence:
                continue
            if keeps:
                carrying |= {id(each) for each in call.outputs}
            elif isinstance(call.layer, LayerValue) and kind in SLIDING | RESHAPING:
                lost = lost or call
                beyond |= {id(each) for each in call.outputs}
    return None


def mask_unread(case: Case) -> Finding | None:
    """A mask that ends at a layer that reads none and passes none on. Keras warns of it."""
    for call in case.called():
        layer = call.layer.layer if isinstance(call.layer, LayerValue) else None
        if layer is None or layer.supports_masking or not is_from_keras(layer):
            continue
        masked = next((each for each in call.inputs if mask_of(each.tensor) is not None), None)
        makers = [] if masked is None else [each for each in case.up(masked) if makes_mask(each)]
        if masked is None or not makers:
            continue
        return _unread(case, makers[0], call, masked)
    return None


def _unread(case: Case, maker: Call, call: Call, masked: TensorValue) -> Finding:
    message = (
        f"`{maker.name}` masks the padding, but `{call.name}` reads no mask and passes none on: from there on the padding "
        "counts like data."
    )
    candidates = []
    if call.kind in ("Flatten", "GlobalMaxPooling1D") and len(masked.shape) == 3 and masked.shape[-1] != 1:
        text, edits = code_edits.layer_text(case, call.made_at, "GlobalAveragePooling1D")
        title = "Average the timesteps that are no padding (GlobalAveragePooling1D)"
        candidates.append(Candidate(title, (case.source.replaced(call.made_at, text), *edits)))
    between = [each for each in case.up(masked) if each.place > maker.place and isinstance(each.layer, LayerValue)]
    if not any(each.value.core.kind in READING_MASK for each in between):
        edits = code_edits.removed(case, maker)
        if maker.kind == "Embedding":
            edits = [case.source.with_keyword(maker.made_at, "mask_zero", "False")]
        candidates.append(Candidate("Remove the mask, which nothing reads", tuple(edits)))
    return Finding("mask_lost", message, call, None, None, True, tuple(candidates))


def never_masked(case: Case) -> Finding | None:
    """Zeros were put at the end of sequences, and a memory reads them like data."""
    given = case.arrays.get("x")
    padded = (
        given
        if given is not None and given.padded
        else next((held for held in case.reader.names.values() if isinstance(held, Array) and held.padded), None)
    )
    if padded is None or padded.padded != "post" or _makers(case) or len(case.whole.inputs) != 1:
        return None
    (source,) = case.whole.inputs
    if padded.shape and case.data.x and tuple(padded.shape[1:]) != tuple(case.data.x[0][1:]):
        return None
    readers = case.readers_of(source)
    memories = [each for each in case.called() if isinstance(each.layer, LayerValue) and each.layer.core.kind in RECURRENT]
    if not readers or not memories:
        return None
    first = readers[0]
    message = (
        "The sequences are padded with zeros at the end, and no mask hides them: the recurrent layer reads the padding, "
        "and its hidden state fades."
    )
    if first.kind == "Embedding":
        edit = case.source.with_keyword(first.made_at, "mask_zero", "True")
        return Finding(
            "mask_lost", message, first, None, None, True, (Candidate("mask_zero=True in the Embedding", (edit,)),)
        )
    if isinstance(first.layer, LayerValue) and first.layer.core.kind in RECURRENT:
        edits = code_edits.before(case, first, "Masking", "mask_value=0.0")
        return Finding(
            "mask_lost", message, first, None, None, True, (Candidate("Add Masking for the padding", tuple(edits)),)
        )
    return None


def other_value(case: Case) -> Finding | None:
    """A mask that looks for another value than the padding has."""
    given = case.arrays.get("x")
    if given is None or not given.padded or given.filled is None:
        return None
    for call in _makers(case):
        looked_for = getattr(call.value.layer, "mask_value", 0.0)
        if call.inputs[0] is not case.whole.inputs[0] or looked_for == given.filled or len(case.whole.inputs) != 1:
            continue
        message = (
            f"The sequences are padded with {given.filled:g}, but `{call.name}` masks {looked_for:g}: nothing is masked."
        )
        pad = _padded_with(case, given, looked_for)
        candidates = [Candidate(f"Pad with {looked_for:g}", (pad,))] if pad else []
        if call.kind == "Masking":
            edit = case.source.with_keyword(call.made_at, "mask_value", f"{given.filled}")
            if not case.source.keyword(call.made_at, "mask_value") and call.made_at.args:
                edit = case.source.replaced(call.made_at.args[0], f"{given.filled}")
            candidates.insert(0, Candidate(f"Mask {given.filled:g}", (edit,)))
        return Finding("mask_lost", message, call, None, None, True, tuple(candidates))
    return None


def _padded_with(case: Case, given: Array, value: float) -> Edit | None:
    """Another value for the padding, where the code names it."""
    if not isinstance(given.node, ast.Call):
        return None
    if given.padded != "filled":
        return case.source.with_keyword(given.node, "value", f"{value}")
    keyword = case.source.keyword(given.node, "fill_value")
    full = case.text(given.node.func).endswith(("full", "full_like"))
    place = keyword.value if keyword else given.node.args[1] if full and len(given.node.args) > 1 else None
    return None if place is None else case.source.replaced(place, f"{value}")


def mask_first(case: Case) -> list[Edit]:
    """A Masking layer right after the Input, where what follows it is a recurrent layer."""
    inputs = case.inputs()
    if len(inputs) != 1:
        return []
    readers = case.readers_of(inputs[0])
    if len(readers) == 1 and isinstance(readers[0].layer, LayerValue) and readers[0].layer.core.kind in RECURRENT:
        return code_edits.before(case, readers[0], "Masking", "mask_value=0.0")
    return []


def makes_mask(call: Call) -> bool:
    """Whether a layer masks padding."""
    if not isinstance(call.layer, LayerValue):
        return False
    return call.kind == "Masking" or (call.kind == "Embedding" and bool(call.layer.layer.mask_zero))


def _moved_after(case: Case, maker: Call, later: Call) -> list[Edit]:
    text = case.text(maker.made_at)
    if code_edits.in_sequential(later):
        return code_edits.placed(case, later.made_at, text, after=True)
    return [case.source.replaced(later.node, f"{text}({case.text(later.node)})")]


def _destroyed(case: Case, maker: Call, lost: Call, reader: Call) -> Finding:
    message = (
        f"`{maker.name}` masks the padding, but `{lost.name}` does not pass the mask on: `{reader.name}` reads the padding "
        "like data."
    )
    candidate = Candidate(f"Remove {lost.name}", tuple(code_edits.removed(case, lost)))
    return Finding("mask_lost", message, lost, None, None, True, (candidate,))


def _makers(case: Case) -> list[Call]:
    return [call for call in case.called() if makes_mask(call)]
