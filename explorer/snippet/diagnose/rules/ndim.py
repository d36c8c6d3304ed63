"""Layers that are given too few or too many axes."""

from __future__ import annotations

import ast
import math
from dataclasses import replace

from explorer.shapes.in_words import needs_in_words
from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding, finding_of
from explorer.snippet.diagnose.rules.embeddings import two_levels
from explorer.snippet.diagnose.rules.output_layer import keeper_of
from explorer.snippet.diagnose.rules.shape_text import axes_at, given_in_words
from explorer.snippet.diagnose.rules.steps import extra, needs_steps
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import CONV_RECURRENT, KEEPING, RECURRENT, SEQUENCE, SLIDING
from explorer.snippet.reader.names import LAYERS
from explorer.snippet.reader.values import Call, Event, LayerValue, TensorValue, full
from explorer.tensors.tensor import is_named
from explorer.tensors.text import count


def wrong_ndim(case: Case, event: Event, call: Call, shapes: list[Shape]) -> Finding | None:
    """A layer that reads sequences was given something with too few or too many axes."""
    if not shapes or not isinstance(call.layer, LayerValue):
        return None
    kind = call.layer.core.kind
    (shape, *_) = shapes
    if call.kind == "RepeatVector" and len(shape) > 2:
        return extra(case, event, call, shape)
    if "2D" in kind or "3D" in kind or kind in CONV_RECURRENT:
        return _images(case, event, call, shape)
    if kind not in SEQUENCE and "ndim" not in event.says and kind not in ("Permute",):
        return None
    wanted = 3
    if len(shape) < wanted:
        return needs_steps(case, event, call, shape)
    if len(shape) > wanted:
        return _too_many(case, event, call, shape)
    if kind in SLIDING:
        return _too_short(case, event, call, shape)
    if event.what == "run" and "axis" in event.says:
        return finding_of(
            event,
            "axes_swapped",
            call,
            f"{case.name(call)} was built for another number of features than its input has: "
            f"{given_in_words(case, call, shape)}.",
        )
    return None


def _too_short(case: Case, event: Event, call: Call, shape: Shape) -> Finding | None:
    """A window that is longer than the sequence."""
    name = axes_at(case, call.inputs[0], call)[_along(call)]
    more = f"more {name}" if is_named(name) else f"a larger {name}"
    message = f"{case.name(call)} needs {more} than its input has: {given_in_words(case, call, shape)}."
    swapped = len(shape) == 3 and None not in shape[1:] and full(shape[1:])[1] > full(shape[1:])[0]
    source = case.source_of(call.inputs[0])
    direct = all(each.kind in KEEPING for each in case.up(call.inputs[0]))
    candidates = []
    if isinstance(call.layer, LayerValue) and hasattr(call.layer.core.layer, "padding"):
        candidates.append(
            Candidate(
                f"Keep {f'all {name}' if is_named(name) else 'the size'} (padding=same)",
                (case.source.with_keyword(call.layer.core.node, "padding", '"same"'),),
            )
        )
    if swapped and direct and source:
        edits = code_edits.shaped(case, source, (shape[2], shape[1]))
        data = case.data
        if data.x and len(data.x) == 1 and len(data.x[0]) == 3:
            n, first, second = data.x[0]
            candidates.insert(
                0,
                Candidate(
                    "Put timesteps before features",
                    tuple(edits),
                    replace(data, x=((n, second, first),)),
                    "x = np.swapaxes(x, 1, 2)",
                ),
            )
        else:
            candidates.insert(0, Candidate("Put timesteps before features", tuple(edits)))
        return finding_of(event, "axes_swapped", call, message, candidates)
    return finding_of(event, "input_rank", call, message, candidates)


def _along(call: Call) -> int:
    """The axis that a layer of sequences slides along."""
    return 2 if getattr(call.value.core.layer, "data_format", "") == "channels_first" else 1


def _images(case: Case, event: Event, call: Call, shape: Shape) -> Finding:
    wanted = 5 if call.value.core.kind == "ConvLSTM2D" or "3D" in call.value.core.kind else 4
    message = (
        f"{case.name(call)} needs {wanted} axes, {needs_in_words(call.value.core.kind)}, but its input is "
        f"{given_in_words(case, call, shape)}."
    )
    source = case.source_of(call.inputs[0])
    candidates = []
    direct = all(each.kind in KEEPING for each in case.up(call.inputs[0]))
    if len(shape) == wanted - 1 and direct and source is not None:
        edits = code_edits.shaped(case, source, (*source.shape[1:], 1))
        data = case.data
        if data.x and len(data.x[0]) == wanted:
            candidates.append(
                Candidate("Declare all axes of the data", tuple(code_edits.shaped(case, source, data.x[0][1:])))
            )
        elif data.x and len(data.x) == 1:
            candidates.append(
                Candidate(
                    "Add a channel axis of size 1",
                    tuple(edits),
                    replace(data, x=((*data.x[0], 1),)),
                    "x = x[..., np.newaxis]",
                )
            )
        else:
            candidates.append(Candidate("Add a channel axis of size 1", tuple(edits)))
    if isinstance(call.layer, LayerValue) and (other := _of_other_rank(case, call, len(shape))):
        candidates.append(other)
    keeper = keeper_of(case, call.inputs[0])
    if len(shape) == wanted + 1 and keeper and (dropped := code_edits.drops_steps(case, keeper)):
        candidates.append(Candidate(f"Return only the last hidden state of {keeper.name}", tuple(dropped)))
    if len(shape) == wanted + 1:
        wrapper, edits = code_edits.class_text(case, call.made_at, "TimeDistributed")
        text = case.text(call.made_at)
        candidates.append(
            Candidate(
                "Wrap the layer in TimeDistributed", (case.source.replaced(call.made_at, f"{wrapper}({text})"), *edits)
            )
        )
        if direct and source.shape[0] is None and case.data.x and len(case.data.x[0]) == wanted:
            candidates.append(
                Candidate("Remove the batch from the shape", tuple(code_edits.shaped(case, source, source.shape[2:])))
            )
    drops = case.droppers(call.inputs[0])
    if drops and len(shape) < wanted:
        for drop in drops:
            if kept := code_edits.keeps_steps(case, drop):
                candidates.append(Candidate("return_sequences=True in", tuple(kept), layers=(drop.name,)))
        return finding_of(event, "time_axis_missing", call, message, candidates)
    kind = "time_axis_extra" if len(shape) > wanted and keeper else "input_rank"
    # Frames of a film, one axis more than an image: each of them is meant.
    if len(shape) == wanted + 1 == 5 and direct and source.shape[0] is None and not _batch_inside(case, source):
        kind = "time_distributed_inner"
    return finding_of(event, kind, call, message, candidates)


def _of_other_rank(case: Case, call: Call, rank: int) -> Candidate | None:
    """The layer of the same family that slides along as many axes as its input has: a Conv2D for a Conv3D."""
    kind, func = call.value.core.kind, call.value.core.node.func
    if kind[-2:-1] not in ("1", "2", "3") or kind.startswith("ConvLSTM"):
        return None
    today = f"{kind[:-2]}{rank - 2}D"
    if today == kind or today not in LAYERS:
        return None
    named, edits = code_edits.class_text(case, call.value.core.node, today)
    return Candidate(f"Use a {today}", (case.source.replaced(func, named), *edits))


def _batch_inside(case: Case, source: TensorValue) -> bool:
    """Whether the shape that an Input declares begins with the batch."""
    return any(tuple(given) == tuple(source.shape[1:]) for given in case.data.x or ())


def _too_many(case: Case, event: Event, call: Call, shape: Shape) -> Finding:
    """A layer that reads one sequence was given an axis too many."""
    chain = list(case.up(call.inputs[0]))
    source = case.source_of(call.inputs[0])
    changing = [each for each in chain if each.kind not in KEEPING]
    message = (
        f"{case.name(call)} needs {needs_in_words(call.value.core.kind)}, but its input is "
        f"{given_in_words(case, call, shape)}: {count(len(shape) - 3, 'axes') if len(shape) > 4 else 'one axis'} too many."
    )
    data, candidates = case.data, []
    if not changing:
        sizes = source.shape
        given = data.x[0] if data.x and len(data.x) == 1 else None
        if given and len(given) == len(sizes) - 1:
            candidates.append(Candidate("Remove the batch from the shape", tuple(_without_batch(case, call, source))))
        if sizes[-1] == 1:
            changed = replace(data, x=(given[:-1],)) if given and len(given) == len(sizes) and given[-1] == 1 else None
            candidates.append(
                Candidate(
                    "Remove the last axis of size 1",
                    tuple(code_edits.shaped(case, source, sizes[1:-1])),
                    changed,
                    "x = x[..., 0]" if changed else None,
                )
            )
        if sizes[1] == 1:
            changed = (
                replace(data, x=((given[0], *given[2:]),)) if given and len(given) == len(sizes) and given[1] == 1 else None
            )
            candidates.append(
                Candidate(
                    "Remove the axis of size 1",
                    tuple(code_edits.shaped(case, source, sizes[2:])),
                    changed,
                    "x = x[:, 0]" if changed else None,
                )
            )
        if None not in sizes[2:]:
            width = f"({_known(sizes[1])}, {math.prod(full(sizes[2:]))})"
            candidates.append(
                Candidate("Reshape: join the last axes to features", tuple(code_edits.before(case, call, "Reshape", width)))
            )
        if call.value.core.kind in RECURRENT and len(sizes) == 4:
            candidates.append(
                Candidate(
                    "Read each inner sequence with TimeDistributed, then the sequence of results",
                    tuple(two_levels(case, call)),
                )
            )
        return finding_of(event, "input_rank", call, message, candidates)
    sizes = shape
    last = changing[0]
    if None not in sizes[2:]:
        inner = math.prod(full(sizes[2:]))
        wrapper, edits = code_edits.class_text(case, call.made_at, "TimeDistributed")
        flatten, more = code_edits.class_text(case, call.made_at, "Flatten")
        each_step = f"{wrapper}({flatten}())"
        found = _before_text(case, call, each_step)
        candidates.append(Candidate("Flatten each timestep (TimeDistributed)", (*found, *edits, *more)))
        candidates.append(
            Candidate(
                "Reshape: join the last axes to features",
                tuple(code_edits.before(case, call, "Reshape", f"({_known(sizes[1])}, {inner})")),
            )
        )
    if (
        last.kind == "TimeDistributed"
        and last.value.core.kind in RECURRENT
        and (fewer := code_edits.drops_steps(case, last))
    ):
        candidates.insert(0, Candidate(f"return_sequences=False in {last.name}", tuple(fewer)))
    spatial = any(
        "2D" in each.kind or "3D" in each.kind or (isinstance(each.layer, LayerValue) and "2D" in each.layer.core.kind)
        for each in changing
    )
    return finding_of(
        event,
        "input_rank" if spatial or last.kind in ("Reshape", "expand_dims") else "time_axis_extra",
        call,
        message,
        candidates,
    )


def _before_text(case: Case, call: Call, text: str) -> list[Edit]:
    if code_edits.in_sequential(call):
        return code_edits.placed(case, call.made_at, text, after=False)
    if isinstance(call.node, ast.Call) and call.node.args:
        argument = call.node.args[0]
        return [case.source.replaced(argument, f"{text}({case.text(argument)})")]
    return []


def _without_batch(case: Case, call: Call, source: TensorValue) -> list[Edit]:
    """An Input whose shape began with the batch; a stateful layer needs that batch written down elsewhere."""
    stateful = any(
        isinstance(each.layer, LayerValue) and getattr(each.layer.core, "stateful", False)
        for each in (*case.reader.calls, call)
    )
    node = source.node
    if stateful and isinstance(node, ast.Call) and case.text(node.func).endswith("Input"):
        keyword = case.source.keyword(node, "shape")
        shape = keyword.value if keyword else node.args[0]
        if isinstance(shape, ast.Tuple) and len(shape.elts) > 1:
            rest = ", ".join(case.text(each) for each in shape.elts[1:])
            return [case.source.replaced(shape, f"({rest})"), *_batch_named(case, node, case.text(shape.elts[0]))]
    return code_edits.shaped(case, source, source.shape[2:])


def _batch_named(case: Case, node: ast.Call, text: str) -> list[Edit]:
    if keyword := case.source.keyword(node, "batch_size"):
        return [case.source.replaced(keyword.value, text)]
    end = case.source.span(node)[1] - 1
    return [Edit(end, end, f", batch_size={text}")]


def _known(size: int | None) -> str:
    return "-1" if size is None else str(size)
