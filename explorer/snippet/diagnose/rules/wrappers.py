"""TimeDistributed around a layer that needs the timesteps itself."""

from __future__ import annotations

import ast
from dataclasses import replace

from explorer.shapes.in_words import needs_in_words
from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding, finding_of
from explorer.snippet.diagnose.rules.steps import needs_steps
from explorer.snippet.diagnose.rules.unknown import unknown
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import KEEPING, MERGING, RECURRENT
from explorer.snippet.reader.values import Call, Event, LayerValue
from explorer.tensors.text import an


def time_distributed(case: Case, event: Event, call: Call, shapes: list[Shape]) -> Finding | None:
    """A wrapped layer gets each timestep alone, (batch, features), and needs more axes than that."""
    # Of a model that is wrapped, Keras says itself what it takes.
    if call.kind != "TimeDistributed" or not shapes or call.value.wraps is None:
        return None
    if len(call.inputs) > 1:
        return _of_several(case, event, call)
    (shape,) = shapes[:1]
    inner = call.value.core
    if len(shape) < 3:
        return needs_steps(case, event, call, shape)
    if (shape[1] is None and None in shape[2:]) or None in shape[2:]:
        return unknown(case, event, call, shapes)
    step = (shape[0], *shape[2:])
    message = (
        f"TimeDistributed gives {an(inner.kind)} each of the {shape[1] or 'unknown number of'} timesteps by itself, as "
        f"{step}, but {an(inner.kind)} needs {needs_in_words(inner.kind)}: one axis is missing."
    )
    candidates = []
    unwrapped = code_edits.unwrapped(case, call)
    if (unwrapped and inner.kind in (*RECURRENT, "Bidirectional", "Conv1D")) or call.value.wraps.kind == "Bidirectional":
        edits = list(unwrapped or [])
        inner_node = inner.node
        plain = [*_unwrap_by_ends(case, call)]
        candidates.append(
            Candidate(
                "Remove TimeDistributed, with return_sequences=True",
                (*plain, case.source.with_keyword(inner_node, "return_sequences", "True")),
            )
            if inner.kind in RECURRENT
            else Candidate("Use the layer on the whole sequence", tuple(edits))
        )
        if inner.kind in RECURRENT:
            candidates.append(Candidate("Remove TimeDistributed, return only the last hidden state", tuple(plain)))
    elif unwrapped:
        candidates.append(Candidate("Remove TimeDistributed", tuple(unwrapped)))
    candidates += _more_axes(case, call, inner)
    return finding_of(event, "time_distributed_inner", call, message, candidates)


def _of_several(case: Case, event: Event, call: Call) -> Finding:
    """TimeDistributed around a layer that is called on a list."""
    inner = call.value.core
    message = f"{case.name(call)} takes one tensor of timesteps and is called on {len(call.inputs)}."
    candidates = []
    if inner.kind in MERGING:
        message += f" The {inner.kind} needs no TimeDistributed: it merges sequences step by step."
        candidates.append(Candidate("Remove TimeDistributed", tuple(code_edits.unwrapped(case, call) or [])))
    elif isinstance(call.node, ast.Call) and call.node.args and call.node is not call.value.node:
        message += " Concatenate their features first."
        argument = call.node.args[0]
        text, edits = code_edits.layer_text(case, call.made_at, "Concatenate")
        merged = case.source.replaced(argument, f"{text}({case.text(argument)})")
        candidates.append(Candidate("Concatenate the features first", (merged, *edits)))
    return finding_of(event, "time_distributed_inner", call, message, candidates)


def _unwrap_by_ends(case: Case, call: Call) -> list[Edit]:
    """The wrapper around a layer cut away at both ends, so that the layer itself can be changed at the same time."""
    start, end = case.source.span(call.made_at)
    inner_start, inner_end = case.source.span(code_edits.wrapped(case, call.value))
    return [Edit(start, inner_start, ""), Edit(inner_end, end, "")]


def _more_axes(case: Case, call: Call, inner: LayerValue) -> list[Candidate]:
    """Data (or an Input) with one more axis, so that each timestep is a sequence of its own."""
    source = case.source_of(call.inputs[0])
    found: list[Candidate] = []
    if source.made is not None or any(each is not source for each in case.inputs()):
        return found
    data = case.data
    if inner.kind in ("Conv2D", "MaxPooling2D", "Conv2DTranspose", "GlobalAveragePooling2D") and len(source.shape) == 4:
        # Frames without a sequence around them.
        if data.x:
            x = ((1, *data.x[0]),)
            y = (1, *data.y) if data.y and data.y[0] == data.x[0][0] else data.y
            whole = (
                [case.source.replaced(keyword.value, f"(1, {', '.join(map(str, data.x[0]))})")]
                if (isinstance(source.node, ast.Call) and (keyword := case.source.keyword(source.node, "batch_shape")))
                else code_edits.shaped(case, source, data.x[0])
            )
            changed = replace(data, x=x, y=y)
            line = "x = x[np.newaxis]" + ("; y = y[np.newaxis]" if y != data.y else "")
            found.append(Candidate("The frames as one sequence", tuple(whole), changed, line))
        found.append(Candidate("One sequence of frames", tuple(code_edits.shaped(case, source, (None, *source.shape[1:])))))
        return found
    if all(each.kind in KEEPING for each in case.up(call.inputs[0])):
        edits = code_edits.shaped(case, source, (*source.shape[1:], 1))
        if data.x:
            changed = replace(data, x=((*data.x[0], 1),))
            found.append(
                Candidate("Each timestep as a sequence of single numbers", tuple(edits), changed, "x = x[..., np.newaxis]")
            )
        else:
            found.append(Candidate("Each timestep as a sequence of single numbers", tuple(edits)))
    return found
