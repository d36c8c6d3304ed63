"""Layers that merge tensors whose shapes do not fit."""

from __future__ import annotations

from typing import Any

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding, finding_of
from explorer.snippet.diagnose.rules.shape_text import all_in_words, axes_at
from explorer.snippet.diagnose.rules.steps import keeping_layer, needs_steps
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import ATTENTION, CONVOLUTION, MERGING, RECURRENT, SEQUENCE
from explorer.snippet.reader.values import Call, Event, LayerValue
from explorer.tensors.text import joined

_MERGING_OPERATIONS = frozenset(
    (
        *("add", "subtract", "multiply", "divide", "concatenate", "stack", "matmul", "maximum", "minimum", "einsum", "dot"),
        *("tensordot",),
    )
)


def merge(case: Case, event: Event, call: Call, shapes: list[Shape]) -> Finding | None:
    """A layer that joins several tensors was given some whose axes differ. shapes: of its inputs, batch included."""
    merging = call.kind in MERGING or call.kind in _MERGING_OPERATIONS
    if not (merging or call.kind in ATTENTION) or len(shapes) < 2:
        return None
    if call.kind in ATTENTION and min(map(len, shapes)) < 3:
        return needs_steps(case, event, call, min(shapes, key=len))
    message = f"The inputs of {case.name(call)} are {all_in_words(case, call, shapes)}: {_difference(case, call, shapes)}."
    return finding_of(event, "merge_mismatch", call, message, _merged(case, call, shapes))


def _difference(case: Case, call: Call, shapes: list[Shape]) -> str:
    """Which axes do not fit each other, of those that this layer needs alike."""
    other = next((place for place, shape in enumerate(shapes) if shape != shapes[0]), 1)
    first, second = shapes[0], shapes[other]
    if call.kind == "Dot" and (along := _multiplied(call, first, second)):
        mine, its = along
        return (
            f"axis {mine} of the first ({first[mine]}) and axis {its} of the second ({second[its]}), along which it "
            "multiplies, must be the same"
        )
    if {len(first), len(second)} == {2, 3}:
        return "a sequence and a vector, which has no timesteps"
    if len(first) != len(second):
        return f"one has {len(first)} axes, the other {len(second)}"
    free = _free(call, len(first))
    places = [place for place in range(1, len(first)) if first[place] != second[place] and place not in free]
    axes, others = (axes_at(case, call.inputs[place], call) for place in (0, other))
    names = [axes[place] if axes[place] == others[place] else f"axis {place}" for place in range(len(axes))]
    told = [f"{names[place]} ({first[place]} and {second[place]})" for place in places]
    return f"their {joined(told)} must be the same" if told else "they do not fit"


def _multiplied(call: Call, first: Shape, second: Shape) -> tuple[int, int] | None:
    """The axes of both inputs along which a Dot multiplies, where it does so along one of each."""
    axes = call.value.layer.axes
    mine, its = axes if isinstance(axes, (list, tuple)) and len(axes) == 2 else (axes, axes)
    if not isinstance(mine, int) or not isinstance(its, int):
        return None
    return (mine % len(first), its % len(second)) if mine < len(first) and its < len(second) else None


def _free(call: Call, rank: int) -> set[int]:
    """The axes that may differ between the inputs of a layer."""
    layer: Any = call.layer.layer if isinstance(call.layer, LayerValue) else None
    if call.kind in ATTENTION:
        return {1}
    if call.kind == "Concatenate":
        return {layer.axis % rank}
    if call.kind == "concatenate":
        named = dict(zip(("xs", "axis"), call.arguments, strict=False)) | call.keywords
        axis = named.get("axis", 0)
        return {axis % rank} if isinstance(axis, int) else set()
    return set()


def _merged(case: Case, call: Call, shapes: list[Shape]) -> list[Candidate]:
    ranks = {len(shape) for shape in shapes}
    if ranks == {2, 3} and call.kind == "Dot":
        return _same_units(case, call, shapes)
    if ranks == {2, 3}:
        return _sequence_and_vector(case, call, shapes)
    if ranks == {3}:
        return [*_widths(case, call, shapes), *_lengths(case, call, shapes)]
    return _vectors(case, call, shapes) if ranks == {2} else []


def _sequence_and_vector(case: Case, call: Call, shapes: list[Shape]) -> list[Candidate]:
    found: list[Candidate] = []
    tensors = call.inputs
    sequence = next(place for place, shape in enumerate(shapes) if len(shape) == 3)
    vector = next(place for place, shape in enumerate(shapes) if len(shape) == 2)
    keeper = keeping_layer(case, tensors[sequence])
    if keeper and (edits := code_edits.drops_steps(case, keeper)):
        found.append(Candidate("Both as vectors: return only the last hidden state", tuple(edits)))
    for dropper in case.droppers(tensors[vector]):
        if edits := code_edits.keeps_steps(case, dropper):
            found.append(Candidate("Both as sequences: return_sequences=True", tuple(edits)))
    steps = shapes[sequence][1]
    if steps:
        found.append(
            Candidate(
                f"Repeat the vector {steps} times (RepeatVector)",
                tuple(code_edits.before(case, call, "RepeatVector", str(steps), vector)),
            )
        )
    found.append(
        Candidate(
            "Average the sequence over time",
            tuple(code_edits.before(case, call, "GlobalAveragePooling1D", "", sequence)),
        )
    )
    return found


def _same_units(case: Case, call: Call, shapes: list[Shape]) -> list[Candidate]:
    """A sequence and a vector that are multiplied along their last axes, made as wide as each other."""
    found: list[Candidate] = []
    for place, other in ((0, shapes[1][-1]), (1, shapes[0][-1])):
        maker = call.inputs[place].made
        if (
            maker is not None
            and isinstance(other, int)
            and (edits := code_edits.with_units(case, maker, case.number(other)))
        ):
            found.append(Candidate(f"Give {maker.name} the same size, {other}", tuple(edits)))
    return found


def _widths(case: Case, call: Call, shapes: list[Shape]) -> list[Candidate]:
    """Two sequences with the same last axis."""
    left, right = shapes[:2]
    if left[2] == right[2]:
        return []
    found: list[Candidate] = []
    tensors = call.inputs
    for place, other in ((0, right), (1, left), (0, left), (1, right)):
        maker = tensors[place].made
        if maker is None or not isinstance(other[2], int):
            continue
        if maker.kind == "Bidirectional" and maker.value.layer.merge_mode == "concat" and other[2] * 2 == shapes[place][2]:
            edit = case.source.with_keyword(maker.made_at, "merge_mode", '"sum"')
            found.append(Candidate("Add the two directions (merge_mode=sum)", (edit,)))
        elif maker.kind == "Bidirectional" and other[2] % 2 == 0 and other[2] != shapes[place][2]:
            if edits := code_edits.with_units(case, maker, str(other[2] // 2)):
                found.append(Candidate(f"Give {maker.name} the same size, {other[2]}", tuple(edits)))
        elif isinstance(maker.layer, LayerValue) and other[2] != shapes[place][2]:
            name = "filters" if "Conv" in maker.kind else "output_dim" if maker.kind == "Embedding" else "units"
            if maker.layer.core.kind in (*RECURRENT, "Dense", "Conv1D", "Embedding") and (
                edits := code_edits.with_units(case, maker, case.number(other[2]), name)
            ):
                found.append(Candidate(f"Give {maker.name} the same size, {other[2]}", tuple(edits)))
    for place, other in ((0, right), (1, left)):
        if isinstance(other[2], int):
            found.append(
                Candidate(
                    f"Add a Dense layer with {other[2]} units to one side",
                    tuple(code_edits.before(case, call, "Dense", str(other[2]), place)),
                )
            )
    return found


def _lengths(case: Case, call: Call, shapes: list[Shape]) -> list[Candidate]:
    """Sequences with the same number of timesteps, or without any."""
    if len({shape[1] for shape in shapes}) == 1:
        return []
    found: list[Candidate] = []
    tensors = call.inputs
    makers = [each.made for each in tensors if each.made and each.made.kind in CONVOLUTION & SEQUENCE]
    same = [case.source.with_keyword(each.made_at, "padding", '"same"') for each in makers]
    if same:
        found.append(Candidate("padding=same in every convolution", tuple(dict.fromkeys(same))))
    for maker, edit in zip(makers, same, strict=True):
        found.append(Candidate(f"padding=same in {maker.name}", (edit,)))
    keepers = [keeping_layer(case, each) for each in tensors]
    edits = [edit for keeper in keepers if keeper for edit in code_edits.drops_steps(case, keeper) or []]
    if edits:
        found.append(Candidate("Merge vectors: return only the last hidden state of each", tuple(edits)))
    pooled = [
        edit for place in range(len(shapes)) for edit in code_edits.before(case, call, "GlobalAveragePooling1D", "", place)
    ]
    found.append(Candidate("Merge vectors: average each over time", tuple(pooled)))
    if shapes[0][2] == shapes[1][2]:
        found.append(Candidate("Concatenate along the timesteps (axis=1)", tuple(_along_time(case, call))))
    return found


def _vectors(case: Case, call: Call, shapes: list[Shape]) -> list[Candidate]:
    found: list[Candidate] = []
    tensors = call.inputs
    for place, other in ((0, shapes[1]), (1, shapes[0])):
        maker = tensors[place].made
        if not isinstance(other[1], int):
            continue
        sized = maker is not None and isinstance(maker.layer, LayerValue) and maker.layer.core.kind in (*RECURRENT, "Dense")
        if maker is not None and sized and (edits := code_edits.with_units(case, maker, case.number(other[1]))):
            found.append(Candidate(f"Give {maker.name} the same size, {other[1]}", tuple(edits)))
        found.append(
            Candidate(
                f"Add a Dense layer with {other[1]} units to one side",
                tuple(code_edits.before(case, call, "Dense", str(other[1]), place)),
            )
        )
    return found


def _along_time(case: Case, call: Call) -> list[Edit]:
    if call.kind == "Concatenate" and isinstance(call.layer, LayerValue) and call.layer.node is not None:
        return [case.source.with_keyword(call.layer.node, "axis", "1")]
    return []
