"""The layer that decides the size of an output, and a decoder that gives it timesteps."""

from __future__ import annotations

import ast

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import ATTENTION, CONV_RECURRENT, CONVOLUTION, KEEPING, RECURRENT, SEQUENCE
from explorer.snippet.reader.values import Call, LayerValue, TensorValue

# Layers that read a whole sequence, and give one again: what came before them does not decide whether time stays.
READING = ATTENTION | (CONVOLUTION & SEQUENCE)


def output_layer_of(case: Case, tensor: TensorValue) -> Call | None:
    """The layer that decides the last axis of an answer: behind activations and dropout."""
    for call in case.up(tensor):
        if isinstance(call.layer, LayerValue) and call.kind not in KEEPING and call.layer.core.kind not in KEEPING:
            return call
    return None


def keeper_of(case: Case, tensor: TensorValue) -> Call | None:
    """The nearest layer with `return_sequences=True` whose steps reach the answer."""
    for call in case.up(tensor):
        if len(case.shape(call.outputs[0])) < 3 or call.kind in READING:
            return None
        if isinstance(call.layer, LayerValue) and call.layer.core.kind in (*RECURRENT, *CONV_RECURRENT):
            return call if getattr(call.layer.core.layer, "return_sequences", False) else None
    return None


def decoder_edits(case: Case, drop: Call, steps: int) -> list[Edit]:
    """A vector repeated, and a memory that runs through the copies, right after the layer that dropped the steps."""
    near = drop.made_at
    units = getattr(drop.value.core.layer, "units", 32)
    repeat, first = code_edits.class_text(case, near, "RepeatVector")
    kind = drop.value.core.kind if drop.value.core.kind in ("GRU", "LSTM", "SimpleRNN") else "GRU"
    memory, second = code_edits.class_text(case, near, kind)
    memory_text = f"{memory}({units}, return_sequences=True)"
    number = case.number(steps)
    if code_edits.in_sequential(drop):
        for each in ast.walk(case.source.tree):
            if isinstance(each, ast.List) and any(near is element for element in each.elts):
                indent = case.source.indentation(near.lineno)
                edit = case.source.element_after(near, f"{repeat}({number})")
                edit = Edit(
                    edit.start,
                    edit.end,
                    f"{edit.text},\n{indent}{memory_text}" if "\n" in edit.text else f"{edit.text}, {memory_text}",
                )
                return [edit, *first, *second]
            if (
                isinstance(each, ast.Call)
                and isinstance(each.func, ast.Attribute)
                and each.func.attr == "add"
                and near in each.args
            ):
                owner = case.text(each.func)
                indent = case.source.indentation(each.lineno)
                edit = case.source.after(near, f"{owner}({repeat}({number}))\n{indent}{owner}({memory_text})")
                return [edit, *first, *second]
        return []
    return [case.source.replaced(drop.node, f"{memory_text}({repeat}({number})({case.text(drop.node)}))"), *first, *second]
