"""Timesteps that a layer needs and does not get, or gets and cannot use."""

from __future__ import annotations

import ast
import math
from dataclasses import replace

from explorer.keras_internals import node_of
from explorer.layers.base import LayerCall, LayerRules, rules_for
from explorer.shapes.in_words import needs_in_words
from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding, finding_of
from explorer.snippet.diagnose.rules.shape_text import answer_in_words, axes_at, given_in_words
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import ATTENTION, FLATTENING, RECURRENT
from explorer.snippet.reader.values import Call, Event, LayerValue, TensorValue, full
from explorer.tensors.tensor import Tensor, is_named
from explorer.tensors.text import count, joined


def needs_steps(case: Case, event: Event, call: Call, shape: Shape) -> Finding:
    """A layer that reads timesteps was given a vector."""
    inputs = [each for each in call.inputs if len(each.shape) < 3] or call.inputs
    droppers = list(dict.fromkeys(each for tensor in inputs for each in case.droppers(tensor)))
    source = case.source_of(inputs[0])
    if not droppers:
        return _input_rank(case, event, call, shape, source)
    message = f"{lost_in_words(case, droppers)}, but {case.name(call)} needs {needs_in_words(call.value.core.kind)}."
    kind = "time_axis_missing" if all(drops_time(case, each) for each in droppers) else "input_rank"
    return finding_of(event, kind, call, message, steps_back(case, call, droppers, shape))


def lost_in_words(case: Case, droppers: list[Call]) -> str:
    """What made vectors of sequences, and how: with the axes that are gone, where it was no recurrent layer."""
    last = [each for each in droppers if code_edits.keeps_steps(case, each)]
    if len(last) == len(droppers):
        names = joined([case.name(each) for each in droppers])
        return f"{names} {'each ' if len(droppers) > 1 else ''}returned only the last hidden state, without timesteps"
    told = []
    for each in droppers:
        given, made = each.inputs[0], each.outputs[0]
        gone = _gone_in_words(case, each)
        if each in last:
            lost = "returned only the last hidden state"
        elif each.kind in FLATTENING and gone is None:
            lost = "laid all axes out as one vector"
        else:
            lost = f"removed {gone}" if gone else f"took {answer_in_words(case, given, case.shape(given))}"
        told.append(f"{case.name(each)} {lost} and returned {answer_in_words(case, made, case.shape(made))}")
    return joined(told)


def drops_time(case: Case, call: Call) -> bool:
    """Whether a call that made a vector took the timesteps away, and not the features or the places of an image."""
    if code_edits.keeps_steps(case, call):
        return True
    axes, gone = axes_at(case, call.inputs[0], call), _gone(call)
    if gone is None:
        return call.kind in FLATTENING
    # Where the channels stand first, what is called timesteps stands where others have their features.
    return any(axes[place] == "timesteps" for place in gone) and not _channels_first(call)


def _gone(call: Call) -> list[int] | None:
    """The axes that a call takes away from its first input, None where the rules of its class do not tell."""
    if not call.inputs or not call.outputs:
        return None
    node = node_of(call.outputs[0].tensor)
    if type(rules_for(node.operation)).held is not LayerRules.held:
        # What a wrapper does is told by what it holds, which is not described here.
        return None
    shape, shapes = call.inputs[0].shape, [each.shape for each in call.outputs]
    places = tuple(f"place {place}" for place in range(len(shape)))
    held = LayerCall(node.operation, [Tensor(shape, places)], [], node)
    found = held.rules.axes(held, shapes)
    if not found or len(found[0]) != len(shapes[0]) or not set(found[0]) <= set(places):
        return None
    return [place for place, name in enumerate(places) if name not in found[0]]


def _gone_in_words(case: Case, call: Call) -> str | None:
    gone, axes = _gone(call), axes_at(case, call.inputs[0], call)
    if not gone:
        return None
    told = []
    for place in gone:
        size = call.inputs[0].shape[place]
        named = f"{axes[place]} " if is_named(axes[place]) else ""
        told.append(f"axis {place} ({named}{'unknown' if size is None else size})")
    why = ', as data_format="channels_first" says,' if _channels_first(call) else ""
    return f"{joined(told)}{why}"


def _channels_first(call: Call) -> bool:
    return isinstance(call.layer, LayerValue) and getattr(call.layer.layer, "data_format", "") == "channels_first"


def steps_back(case: Case, call: Call, droppers: list[Call], shape: Shape) -> list[Candidate]:
    """How a layer gets its timesteps again. droppers: what made vectors of them. shape: what came, (batch, features)."""
    found: list[Candidate] = []
    if len(droppers) == 1 and (axis := _axis_kept(case, droppers[0])):
        found.append(Candidate(f"Keep the last axis, with one feature: keepdims=True in {droppers[0].name}", tuple(axis)))
    kept = [edits for each in droppers if (edits := code_edits.keeps_steps(case, each))]
    steps = (
        case.data.y[1] if isinstance(case.data.y, tuple) and len(case.data.y) == 3 and type(case.data.y[1]) is int else None
    )
    keep = None
    if len(kept) == len(droppers):
        names = tuple(each.name for each in droppers)
        keep = Candidate("return_sequences=True in", tuple(edit for edits in kept for edit in edits), layers=names)
        if len(droppers) == 1 and (but_last := code_edits.keeps_steps_but_last(case, droppers[0])):
            found.append(Candidate("return_sequences=True in all but the last layer of the loop", tuple(but_last)))
    repeated = None
    number = case.number(steps) if steps else str(case.steps() or 1)
    if call.kind not in ATTENTION:
        repeated = Candidate(
            _repeated(steps or case.steps() or 1),
            tuple(code_edits.before(case, call, "RepeatVector", number)),
        )
    # Where the target has another number of timesteps than the input, one vector must be repeated.
    order: tuple[Candidate | None, ...] = (repeated, keep) if steps and steps != case.steps() else (keep, repeated)
    each_step = call.kind == "TimeDistributed" and call.value.core.kind in ("Dense", "Activation", "Dropout")
    if each_step and (edits := code_edits.unwrapped(case, call)):
        plain = Candidate("One output per sequence: remove TimeDistributed", tuple(edits))
        order = (keep, plain, repeated)
    found += [each for each in order if each is not None]
    if len(droppers) == 1 and droppers[0].kind in FLATTENING:
        (drop,) = droppers
        found.append(Candidate(f"Remove {drop.name}", tuple(code_edits.removed(case, drop))))
        given = case.shape(drop.inputs[0])
        if len(given) == 4 and None not in given[1:]:
            steps_in, *inner = full(given[1:])
            text, edits = code_edits.layer_text(case, drop.made_at, "Reshape", f"({steps_in}, {math.prod(inner)})")
            found.append(Candidate("Read the image row by row", (case.source.replaced(drop.made_at, text), *edits)))
    width = shape[-1] if shape else None
    vectors = [place for place, each in enumerate(call.inputs) if len(each.shape) == 2]
    if call.kind in ATTENTION and isinstance(width, int) and len(vectors) == 1 < len(call.inputs):
        # One vector that asks a sequence is a sequence of one timestep.
        alone = code_edits.before(case, call, "Reshape", f"(1, {width})", vectors[0])
        found.append(Candidate("The vector as one timestep (Reshape)", tuple(alone)))
    if steps and isinstance(width, int) and width % steps == 0:
        found.insert(
            1,
            Candidate(
                f"Reshape the vector to {steps} timesteps",
                tuple(code_edits.before(case, call, "Reshape", f"({steps}, {width // steps})")),
            ),
        )
    elif isinstance(width, int):
        found.append(
            Candidate(
                "Rarely right: reshape the vector to timesteps with one feature",
                tuple(code_edits.before(case, call, "Reshape", f"({width}, 1)")),
            )
        )
    return found


def _axis_kept(case: Case, call: Call) -> list[Edit]:
    """`keepdims=True` for a call that took only the last axis away, where it has such a switch."""
    node = call.node if isinstance(call.layer, str) else call.made_at
    operation = node_of(call.outputs[0].tensor).operation
    if (
        _gone(call) != [len(call.inputs[0].shape) - 1]
        or not hasattr(operation, "keepdims")
        or not isinstance(node, ast.Call)
    ):
        return []
    return [case.source.with_keyword(node, "keepdims", "True")]


def _repeated(times: int) -> str:
    return f"Repeat the vector {'once' if times == 1 else f'{times} times'} (RepeatVector)"


def extra(case: Case, event: Event, call: Call, shape: Shape) -> Finding:
    """A layer that repeats one vector was given a sequence."""
    keeper = keeping_layer(case, call.inputs[0])
    message = (
        f"{case.name(call)} repeats one vector, (batch, features), but its input is {given_in_words(case, call, shape)}, "
        f"which has {count(len(shape), 'axes')}."
    )
    candidates = []
    if keeper and (edits := code_edits.drops_steps(case, keeper)):
        candidates.append(Candidate(f"Return only the last hidden state of {keeper.name}", tuple(edits)))
    candidates.append(Candidate("Average over time first", tuple(code_edits.before(case, call, "GlobalAveragePooling1D"))))
    candidates.append(Candidate(f"Remove {call.name}", tuple(code_edits.removed(case, call))))
    return finding_of(event, "time_axis_extra", call, message, candidates)


def keeping_layer(case: Case, tensor: TensorValue) -> Call | None:
    """The nearest recurrent layer behind a tensor that keeps its steps."""
    for call in case.up(tensor):
        if isinstance(call.layer, LayerValue) and call.layer.core.kind in RECURRENT:
            return call if getattr(call.layer.core.layer, "return_sequences", False) else None
    return None


def _input_rank(case: Case, event: Event, call: Call, shape: Shape, source: TensorValue | None) -> Finding:
    """Too few axes from the Input on."""
    inputs, data = case.inputs(), case.data
    candidates: list[Candidate] = []
    message = (
        f"{case.name(call)} needs {needs_in_words(call.value.core.kind)}, but the Input is "
        f"{given_in_words(case, call, shape)}: one axis is missing."
    )
    given = data.x[inputs.index(source)] if data.x and source in inputs and len(data.x) == len(inputs) else None
    one = len(inputs) == 1
    if source is not None and given and len(given) == len(source.shape) + 1:
        candidates.append(Candidate("Declare all axes of the data", tuple(code_edits.shaped(case, source, given[1:]))))
    elif source is not None and len(source.shape) == 2:
        edits = code_edits.shaped(case, source, (source.shape[1], 1))
        more = replace(data, x=((*given, 1),)) if given and one else None
        candidates.append(
            Candidate(
                "Every number is a timestep with one feature", tuple(edits), more, "x = x[..., np.newaxis]" if more else None
            )
        )
        wide = replace(data, x=((given[0], 1, given[1]),)) if given and one and len(given) == 2 else None
        edits = code_edits.shaped(case, source, (1, source.shape[1]))
        candidates.append(
            Candidate(
                "All numbers are features of a single timestep",
                tuple(edits),
                wide,
                "x = x[:, np.newaxis, :]" if wide else None,
            )
        )
    steps = data.y[1] if isinstance(data.y, tuple) and len(data.y) == 3 and isinstance(data.y[1], int) else None
    if call.kind not in ATTENTION:
        many = steps or 1
        candidates.append(
            Candidate(
                _repeated(many),
                tuple(code_edits.before(case, call, "RepeatVector", case.number(many))),
            )
        )
    return finding_of(event, "input_rank", call, message, candidates)
