"""Reshapes to another number of values."""

from __future__ import annotations

import ast
import math

from explorer.shapes.in_words import in_words
from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding, finding_of
from explorer.snippet.diagnose.rules.shape_text import axes_at, given_in_words
from explorer.snippet.reader.data_values import Full, Shape
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import KEEPING
from explorer.snippet.reader.values import Call, Event, LayerValue, full
from explorer.tensors.text import joined


def reshape(case: Case, event: Event, call: Call, shapes: list[Shape]) -> Finding | None:
    """A Reshape layer or operation to another number of values."""
    if call.kind not in ("Reshape", "reshape") or not shapes:
        return None
    (shape, *_) = shapes
    target = call.layer.layer.target_shape if isinstance(call.layer, LayerValue) else ()
    droppers = case.droppers(call.inputs[0])
    wanted = f"(batch, {', '.join(map(str, target))})"
    message = (
        f"{case.name(call)} cannot turn {given_in_words(case, call, shape)} into {wanted}: the total number of values must "
        "stay the same."
    )
    steps = case.steps()
    if len(shape) == 2 and droppers and code_edits.keeps_steps(case, droppers[0]) and target:
        drop = droppers[0]
        units = shape[-1]
        message = (
            f"The {units} units of {case.name(drop)} are the size of its hidden state, not timesteps: it returns "
            f"{given_in_words(case, call, shape)}, which {case.name(call)} cannot turn into {wanted}."
        )
        candidates = []
        keep = code_edits.keeps_steps(case, drop) or []
        if target[0] == steps and len(target) == 2:
            dense, edits = code_edits.layer_text(
                case, call.layer.node if isinstance(call.layer, LayerValue) else call.node, "Dense", str(target[1])
            )
            if isinstance(call.layer, LayerValue):
                candidates.append(
                    Candidate("One output per timestep", (*keep, case.source.replaced(call.layer.node, dense), *edits))
                )
        total = math.prod(target)
        candidates.append(
            Candidate(
                f"Add a Dense layer with {total} units before it", tuple(code_edits.before(case, call, "Dense", str(total)))
            )
        )
        if wider := code_edits.with_units(case, drop, str(total)):
            candidates.append(Candidate(f"Use {total} units, one for each value", tuple(wider)))
        kind = "time_axis_missing" if len(target) == 2 and target[1] == units and units != 1 else "units_misread"
        return finding_of(event, kind, call, message, candidates)
    candidates = []
    if isinstance(call.layer, LayerValue) and all(isinstance(each, int) for each in (*shape[1:], *target)) and target:
        total = math.prod(shape[1:])
        for place in range(len(target)):
            rest = math.prod(size for other, size in enumerate(target) if other != place)
            if rest > 0 and total % rest == 0:
                sizes = [str(total // rest) if other == place else str(size) for other, size in enumerate(target)]
                text = f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
                if other_target := code_edits.with_units(case, call, text, "target_shape"):
                    candidates.append(Candidate(f"Reshape to {text}", tuple(other_target)))
    direct = all(each.kind in KEEPING for each in case.up(call.inputs[0]))
    return finding_of(event, "input_rank" if direct else "units_misread", call, message, candidates)


def mixed(case: Case) -> Finding | None:
    """A Reshape that looks like putting axes elsewhere: it keeps the order of the values, so it mixes them."""
    for call in case.called():
        if call.kind not in ("Reshape", "reshape") or not call.inputs:
            continue
        before, after = case.shape(call.inputs[0]), case.shape(call.outputs[0])
        if None in before or None in after or not 3 <= len(before) <= 5:
            continue
        order = moved(full(before)[1:], full(after)[1:])
        if order is None:
            continue
        axes = axes_at(case, call.inputs[0], call)
        given, made = in_words(before, axes), f"(batch, {', '.join(map(str, after[1:]))})"
        first, *rest = order
        what = f"{joined([axes[place] for place in rest])} with {axes[first]}"
        if len(before) == 3:
            what = joined([axes[1], axes[2]])
        message = (
            f"`{call.name}` keeps the values in their order: from {given} to {made} it mixes {what}; Permute would move "
            "the axes."
        )
        turned = f"({', '.join(map(str, order))})"
        if len(before) == len(after) and isinstance(call.layer, LayerValue):
            text, edits = code_edits.layer_text(case, call.made_at, "Permute", turned)
            fix = Candidate("Swap the axes with Permute", (case.source.replaced(call.made_at, text), *edits))
        else:
            fix = Candidate(f"Permute the axes first: {turned}", tuple(code_edits.before(case, call, "Permute", turned)))
        return Finding("axes_swapped", message, call, None, None, True, (fix,))
    return None


def moved(before: Full, after: Full) -> tuple[int, ...] | None:
    """In which order a reshape seems to want the axes, counted from 1; None where it cuts and joins neighbours only.

    before, after: shapes without the batch.

    >>> moved((20, 5), (5, 20)), moved((4, 16, 8), (16, 32)), moved((4, 16, 8), (4, 128)), moved((4, 16, 8), (64, 8))
    ((2, 1), (2, 1, 3), None, None)
    """
    if len(before) == len(after):
        wide = [size for size in before if size != 1]
        if sorted(before) != sorted(after) or len(set(wide)) < len(wide) or wide == [size for size in after if size != 1]:
            return None
        return tuple(before.index(size) + 1 for size in after) if 1 not in before else None
    if len(before) < 3 or len(after) != 2 or 1 in after:
        return None
    # Whole rows: as many values as come before some axis are one step.
    if after[0] in [math.prod(before[:place]) for place in range(len(before) + 1)] or before.count(after[0]) != 1:
        return None
    first = before.index(after[0])
    rest = [place + 1 for place in range(len(before)) if place != first]
    return (first + 1, *rest) if math.prod(before) == math.prod(after) else None


def array_reshape(case: Case, event: Event) -> Finding:
    """A reshape of the data by NumPy to another number of values."""
    before, after = event.given["from"], event.given["to"]
    total = math.prod(before)
    message = (
        f"The array has {total:,} values, {before}, but {after} needs another number: reshape cannot add or remove values."
    )
    node, source = event.called, case.source
    candidates = []
    args = node.args[0].elts if len(node.args) == 1 and isinstance(node.args[0], (ast.Tuple, ast.List)) else node.args
    if source.text(node.func).rpartition(".")[0] in ("np", "numpy"):
        args = node.args[1].elts if len(node.args) > 1 and isinstance(node.args[1], (ast.Tuple, ast.List)) else node.args[1:]
    if len(args) == len(after):
        for place in range(len(after)):
            rest = math.prod(size for other, size in enumerate(after) if other != place)
            if rest > 0 and total % rest == 0 and total // rest > 0:
                edit = source.replaced(args[place], str(total // rest))
                where = ("samples", "timesteps", "features")[place] if len(after) == 3 else f"in axis {place}"
                candidates.append(Candidate(f"Use {total // rest} {where}", (edit,)))
    rest, inner = math.prod(size for size in after if size != -1), math.prod(before[1:])
    if list(after).count(-1) == 1 and rest > 0 and inner > 0 and isinstance(node.func, ast.Attribute):
        rows = total // rest * rest // inner
        owner = node.func.value
        if 0 < rows < before[0] and source.text(owner) not in ("np", "numpy"):
            edit = source.replaced(owner, f"{source.text(owner)}[:{rows}]")
            candidates.append(Candidate(f"Remove the last {before[0] - rows} rows, so that the rest is complete", (edit,)))
    if len(before) == 2 and len(after) == 3 and before[1] == after[2]:
        steps = after[1]
        start, end = source.span(node)
        rows_of = source.text(node.func.value) if isinstance(node.func, ast.Attribute) else "rows"
        if rows_of not in ("np", "numpy"):
            text = f"np.stack([{rows_of}[i:i + {steps}] for i in range({before[0] - steps + 1})])"
            candidates.append(Candidate("Overlapping windows", (Edit(start, end, text),)))
    return Finding("input_rank", message, None, node, event.says, False, tuple(candidates))
