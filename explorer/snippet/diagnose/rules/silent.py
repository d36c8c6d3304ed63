"""Mistakes that Keras does not report: the model trains, but it is wrong."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.diagnose.rules.activations import lone_softmax, raw_scores, sigmoids_of_one_class, softmax_of_many
from explorer.snippet.diagnose.rules.backwards import backwards, last_of_both
from explorer.snippet.diagnose.rules.batches import shuffled
from explorer.snippet.diagnose.rules.embeddings import no_words
from explorer.snippet.diagnose.rules.masks import mask_destroyed, mask_late, mask_unread, never_masked, other_value
from explorer.snippet.diagnose.rules.reshaping import mixed
from explorer.snippet.diagnose.rules.states import nested_states, too_many_states
from explorer.snippet.diagnose.rules.steps import lost_in_words, steps_back
from explorer.snippet.diagnose.rules.unknown import unknown_size
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.families import ATTENTION, KEEPING, RECURRENT
from explorer.snippet.reader.values import Call, Event, LayerValue
from explorer.tensors.text import count

# Names of numbers of timesteps.
_STEPS = re.compile(
    r"look|back|step|lag|window|seq|past|hist|time|days|hours|minutes|weeks|months|maxlen|max_len|length|n_in|period", re.I
)


def silent_mistakes(case: Case) -> Iterator[Finding]:
    """Every silent mistake of a model whose shapes hold, the surest first."""
    for rule in (
        mixed,
        _across_the_batch,
        _unknown_steps,
        no_words,
        too_many_states,
        nested_states,
        _one_step,
        backwards,
        mask_late,
        other_value,
        mask_destroyed,
        mask_unread,
        never_masked,
        last_of_both,
        lone_softmax,
        raw_scores,
        softmax_of_many,
        sigmoids_of_one_class,
        shuffled,
    ):
        found = rule(case)
        if found is not None:
            yield found


def hints(case: Case) -> list[str]:
    """What is right, and good to know."""
    found = []
    for tensor, shape in zip(case.whole.inputs, case.data.x or (), strict=False):
        if len(shape) == len(tensor.shape) - 1:
            found.append(
                f"The data {shape} have no last axis of size 1; Keras adds it, because the Input declares {tensor.shape}."
            )
        elif len(shape) == len(tensor.shape) + 1:
            found.append(f"The data {shape} have an additional last axis of size 1; Keras removes it.")
        elif len(shape) > 2 and tensor.shape[1] not in (None, shape[1]):
            found.append(
                f"The Input declares {count(tensor.shape[1], 'timesteps')} and the data have {shape[1]}; a Sequential model "
                "accepts both."
            )
        if len(shape) == 3 and shape[1] == 1 < shape[2]:
            reader = next((each for each in case.readers_of(tensor) if isinstance(each.layer, LayerValue)), None)
            if reader is not None and reader.value.core.kind in RECURRENT and _rows(case, reader, shape):
                found.append(
                    f"Every sequence has one timestep with {shape[2]} features, so `{reader.name}` never uses its hidden "
                    f"state. If they are {shape[2]} timesteps of one feature, the data must be (batch, {shape[2]}, 1)."
                )
    for call in case.called():
        if call.kind == "Embedding" and case.source.keyword(call.made_at, "input_length"):
            found.append(f"`{call.name}` takes the number of timesteps from the data: input_length can be removed.")
        if call.kind == "TimeDistributed" and call.inputs and call.inputs[0].shape[1] is None:
            found.append(
                f"`{call.name}` gets an unknown number of timesteps, and then TimeDistributed may loop over the batch "
                "instead: declare the timesteps, or remove the wrapper if the layer inside accepts sequences."
            )
    return [re.sub(r"\s+", " ", each) for each in found]


def _unknown_steps(case: Case) -> Finding | None:
    """TimeDistributed behind a layer that shapes to an unknown number of timesteps: it loops over the batch instead."""
    for call in case.called():
        if call.kind != "TimeDistributed" or not call.inputs or call.inputs[0].shape[1:2] != (None,):
            continue
        shaping = next((each for each in case.up(call.inputs[0]) if each.kind not in KEEPING), None)
        if shaping is None or shaping.kind not in ("Reshape", "reshape"):
            continue
        message = (
            f"`{shaping.name}` leaves the number of timesteps unknown, and then `{call.name}` loops over the batch instead: "
            "the model is built, but returns other shapes when it runs. Declare the timesteps in the Input."
        )
        event = Event("run", call.node, "", {})
        found = unknown_size(case, event, call, call.inputs[0].shape)
        return replace(found, message=message, keras_says="InvalidArgumentError: Incompatible shapes")
    return None


def _across_the_batch(case: Case) -> Finding | None:
    """Attention over vectors: without timesteps it attends from sample to sample."""
    for call in case.called():
        ranks = [len(each.shape) for each in call.inputs]
        if call.kind in ATTENTION and call.kind != "MultiHeadAttention" and ranks and min(ranks) == 2:
            vectors = [tensor for tensor in call.inputs if len(tensor.shape) == 2]
            droppers = list(dict.fromkeys(each for tensor in vectors for each in case.droppers(tensor)))
            lost = lost_in_words(case, droppers) or f"What `{call.name}` is given has no timesteps"
            message = f"{lost}: `{call.name}` now attends from one sample of the batch to the others."
            return Finding(
                "time_axis_missing",
                message,
                call,
                None,
                None,
                True,
                tuple(steps_back(case, call, droppers, vectors[0].shape)),
            )
    return None


def _one_step(case: Case) -> Finding | None:
    """A hidden state over sequences of a single timestep is never used."""
    if case.data.x is None and not all(tensor.shape[1:2] == (1,) for tensor in case.whole.inputs):
        return None
    for call in case.called():
        if not isinstance(call.layer, LayerValue) or call.layer.core.kind not in RECURRENT or len(call.inputs) != 1:
            continue
        core = call.layer.core
        chain = [each for each in case.up(call.inputs[0]) if each.kind not in KEEPING]
        shape = case.shape(call.inputs[0])
        if chain or core.stateful or core.layer.return_state or len(shape) != 3 or shape[1] != 1:
            continue
        if "initial_state" in call.keywords or len(call.arguments) > 1:
            continue
        if _rows(case, call, shape):
            return None
        return _single(case, call, shape)
    return None


def _rows(case: Case, call: Call, shape: Shape) -> bool:
    """Whether the features of a single timestep may be just that: nothing in the code says that they are timesteps.

    A layer that is given its states reads one timestep on purpose.
    """
    if not shape[2] or shape[2] == 1 or len(call.inputs) != 1:
        return False
    tensor = call.inputs[0]
    places: list[ast.AST] = [case.source_of(tensor).node, call.made_at]
    named = {each.id for place in places for each in ast.walk(place) if isinstance(each, ast.Name)}
    named |= {each.attr for place in places for each in ast.walk(place) if isinstance(each, ast.Attribute)}
    windows = any(
        isinstance(each, ast.Slice)
        and each.lower is not None
        and each.upper is not None
        and {one.id for one in ast.walk(each.lower) if isinstance(one, ast.Name)}
        & {one.id for one in ast.walk(each.upper) if isinstance(one, ast.Name)}
        for each in ast.walk(case.source.tree)
    )
    return not windows and not any(_STEPS.search(name) for name in named)


def _single(case: Case, call: Call, shape: Shape) -> Finding:
    width, data = shape[2], case.data
    (tensor,) = call.inputs
    source = case.source_of(tensor)
    place = case.whole.inputs.index(source) if source in case.whole.inputs else 0
    candidates = []
    if width and width > 1:
        edits = code_edits.shaped(case, source, (width, 1))
        changed = None
        line = None
        if data.x:
            x = list(data.x)
            x[place] = (x[place][0], width, 1)
            changed, line = replace(data, x=tuple(x)), "x = x.reshape(len(x), -1, 1)"
        candidates.append(Candidate(f"{width} timesteps with one feature", tuple(edits), changed, line))
        message = (
            f"Every sequence has one timestep with {width} features, so `{call.name}` never uses its hidden state: the "
            "axes are (batch, timesteps, features)."
        )
        return Finding("axes_swapped", message, call, source.node, None, True, tuple(candidates))
    declared = source.shape[1]
    if declared not in (None, 1):
        message = (
            f"The Input declares {declared} timesteps, but every sample of the data has one: `{call.name}` starts each with "
            "a zero state. Put the timesteps of one sequence into one sample."
        )
        if data.x and len(data.x) == 1 and data.x[0][0] >= declared:
            many = data.x[0][0] // declared
            y = (many, *data.y[1:]) if isinstance(data.y, tuple) and data.y else data.y
            line = f"x = x[:{many * declared}].reshape({many}, {declared}, 1); y = y[{declared - 1}::{declared}][:{many}]"
            candidates.append(
                Candidate(f"Windows of {declared} timesteps", (), replace(data, x=((many, declared, 1),), y=y), line)
            )
        return Finding("input_rank", message, None, source.node, None, True, tuple(candidates))
    steps = 3
    edits = code_edits.shaped(case, source, (steps, 1))
    if data.x and len(data.x) == 1:
        many = data.x[0][0]
        y = (many - steps + 1, *data.y[1:]) if isinstance(data.y, tuple) and data.y else data.y
        changed = replace(data, x=((many - steps + 1, steps, 1),), y=y)
        line = f"x = np.stack([x[i:i + {steps}, 0] for i in range(len(x) - {steps - 1})]); y = y[{steps - 1}:]"
        candidates.append(Candidate(f"Windows of {steps} timesteps", tuple(edits), changed, line))
    else:
        candidates.append(Candidate(f"Windows of {steps} timesteps", tuple(edits)))
    message = (
        f"Every sequence has a single timestep, so `{call.name}` never uses its hidden state: earlier timesteps are in "
        "other samples, and each sample starts with a zero state."
    )
    return Finding("input_rank", message, call, source.node, None, True, tuple(candidates))
