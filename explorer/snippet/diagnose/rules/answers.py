"""Whether what the model answers can be compared with its target, by the loss that it is given."""

from __future__ import annotations

from dataclasses import replace

from explorer.keras_internals import mask_of
from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.diagnose.rules.labels import constant, label, sparse_labels
from explorer.snippet.diagnose.rules.output_layer import READING, decoder_edits, keeper_of, output_layer_of
from explorer.snippet.diagnose.rules.shape_text import answer_in_words, axes_at
from explorer.snippet.diagnose.rules.sizes import different_lengths, different_widths
from explorer.snippet.diagnose.running import loss_of
from explorer.snippet.reader.data_values import Full
from explorer.snippet.reader.families import ATTENTION, CONVOLUTION, FLATTENING, KEEPING, RECURRENT, SEQUENCE
from explorer.snippet.reader.values import LayerValue, TensorValue
from explorer.tensors.tensor import ORDERED, is_named
from explorer.tensors.text import count, joined

# What makes one vector of an answer with so many axes.
_POOLED = {
    3: (("GlobalAveragePooling1D", "Average over time"), ("Flatten", "Flatten all timesteps into one vector")),
    4: (("GlobalAveragePooling2D", "Average over rows and columns"), ("Flatten", "Flatten them into one vector")),
}


def answered(case: Case, tensor: TensorValue, answer: Full, target: Full, loss: str | None) -> list[Finding]:
    """The problem between one output and its target, if there is one.

    answer: the shape of the output, batch included. target: of the target. loss: its name as Keras spells it.
    """
    sparse = loss is not None and loss.startswith("sparse")
    says = ""
    if loss:
        _, says = loss_of(loss, target, answer)
    if loss and sparse:
        found = sparse_labels(case, tensor, answer, target, loss, says)
        if found is not None:
            return found
    elif alike(answer, target) and not says:
        return constant(case, tensor, answer, loss)
    elif (encoded := label(case, tensor, answer, target, loss, says)) is not None:
        return [encoded]
    mismatch = _mismatch(case, tensor, answer, target, loss, says)
    return [mismatch] if mismatch else []


def alike(answer: Full, target: Full) -> bool:
    """Whether both have one shape, once Keras has added or dropped a last axis of 1."""
    if answer == target:
        return True
    if not target:
        return True
    if len(answer) == len(target) + 1 and answer[-1] == 1:
        return answer[:-1] == target
    return len(target) == len(answer) + 1 and target[-1] == 1 and target[:-1] == answer


def mask_mismatch(case: Case, tensor: TensorValue, answer: Full, target: Full, loss: str | None) -> list[Finding]:
    """A target without its last axis of 1, where a mask has one mark for every timestep.

    Keras drops that axis of the answer too, and then weighs a loss for each sequence with a mask for each step.
    """
    held = case.ran.at.get(id(tensor)) if case.ran else None
    masked = held is not None and mask_of(held) is not None
    if not masked or len(answer) != 3 or answer[-1] != 1 or target != answer[:-1] or not loss or loss.startswith("sparse"):
        return []
    samples, steps = target
    message = (
        f"The output {answer} has a mask with {steps} timesteps, and for the target {target} Keras drops the last axis of "
        "both: the loss then has no timesteps that the mask could fit."
    )
    says = f"InvalidArgumentError: Incompatible shapes: [{samples}] vs. [{samples},{steps}]"
    data = replace(case.data, y=answer)
    candidates = (Candidate("Keep the last axis of the target", (), data, "y = y[..., np.newaxis]"),)
    return [Finding("target_mismatch", message, None, case.whole.node, says, False, candidates)]


def _mismatch(case: Case, tensor: TensorValue, answer: Full, target: Full, loss: str | None, says: str) -> Finding | None:
    if alike(answer, target) and not says:
        return None
    sparse = loss is not None and loss.startswith("sparse")
    # A sparse target has no axis for the classes.
    classes = (*target, answer[-1]) if sparse and len(target) < len(answer) else target
    if sparse and len(target) == len(answer) and target[-1] == 1:
        classes = (*target[:-1], answer[-1])
    silent = not says
    if len(answer) >= 3 and (len(classes) < len(answer) or (sparse and len(target) == 1) or _flat(answer, target, sparse)):
        return _still_steps(case, tensor, answer, target, loss, says)
    if len(answer) == 2 and len(target) >= 2 and (len(classes) == 3 or (sparse and len(target) == 2 and target[1] != 1)):
        return _no_steps(case, tensor, answer, target, loss, says)
    if len(answer) == len(classes) and len(answer) >= 3 and answer[1] != classes[1]:
        return different_lengths(case, tensor, answer, target, classes, says, silent)
    head = output_layer_of(case, tensor)
    return different_widths(case, tensor, head, answer, target, classes, says, silent, loss)


def _flat(answer: Full, target: Full, sparse: bool) -> bool:
    """A target of one answer for each sequence, (batch, 1), against one for each step."""
    return len(target) == 2 and len(answer) == 3 and (target[1] == 1 if sparse else True)


def _still_steps(case: Case, tensor: TensorValue, answer: Full, target: Full, loss: str | None, says: str) -> Finding:
    keeper = keeper_of(case, tensor)
    embedding = next((each for each in case.up(tensor) if each.kind == "Embedding"), None)
    head = output_layer_of(case, tensor)
    steps, axes = answer[1], axes_at(case, tensor)
    timed = any(axis in ORDERED for axis in axes) or len(answer) == 3
    sparse = loss is not None and loss.startswith("sparse")
    data, candidates = case.data, []
    if keeper and (edits := code_edits.drops_steps(case, keeper)):
        wrapped = [each for each in case.up(tensor) if each.place > keeper.place and each.kind == "TimeDistributed"]
        more = [edit for each in wrapped for edit in code_edits.unwrapped(case, each) or []]
        candidates.append(Candidate(f"Return only the last hidden state of {keeper.name}", (*edits, *more)))
    anchor = head
    if (
        anchor is not None
        and isinstance(anchor.layer, LayerValue)
        and anchor.inputs
        and len(case.shape(anchor.inputs[0])) in ((3,) if timed else (4,))
    ):
        more = []
        if anchor.kind == "TimeDistributed":
            more = code_edits.unwrapped(case, anchor) or []
        for kind, title in _POOLED[len(case.shape(anchor.inputs[0]))]:
            before = code_edits.before(case, anchor, kind)
            if more and not code_edits.in_sequential(anchor):
                continue
            candidates.append(Candidate(title, (*before, *more)))
    elif timed:
        last = tensor.made
        if last is not None and isinstance(last.layer, LayerValue):
            candidates.append(
                Candidate(
                    "Average over time",
                    tuple(code_edits.after(case, last, "GlobalAveragePooling1D")),
                )
            )
    width = () if sparse else (answer[-1],)
    y = (answer[0], *answer[1:-1], *width)
    line = (
        f"y = np.repeat(y.reshape(len(y), 1, -1), {steps}, axis=1)"
        if not sparse
        else f"y = np.repeat(y.reshape(len(y), 1), {steps}, axis=1)"
    )
    if timed and ((not sparse and len(target) == 2 and target[-1] == answer[-1]) or len(target) == 1):
        candidates.insert(1, Candidate("One target per timestep: repeat the same target", (), replace(data, y=y), line))
    silent = not says
    compared = "every timestep is compared with it" if silent else "they cannot be compared"
    if silent and len(target) == 1:
        compared = (
            f"each of the {count(steps, axes_at(case, tensor)[1])} is compared with the targets of all {target[0]} samples"
        )
    keeps = [each for each in case.up(tensor) if isinstance(each.layer, LayerValue) and each.kind not in KEEPING]
    sequence = [each for each in keeps if each.value.core.kind in RECURRENT | ATTENTION | (CONVOLUTION & SEQUENCE)]
    if embedding and not sequence:
        message = (
            f"{case.name(embedding)} returns a vector for each of the {steps} words, and no layer combines them: the "
            f"output is {answer_in_words(case, tensor, answer)}, and the target {target} has one value per sequence."
        )
        return Finding("embedding_input", message, embedding, None, says or None, silent, tuple(candidates))
    reading = next((each for each in case.up(tensor) if each.kind in READING or case.is_unknown(each)), None)
    blamed = keeper or reading or head or tensor.made
    if len(answer) > 3 and target == (answer[0], *answer[2:]):
        title = "One target per timestep: repeat the same target"
        candidates.append(Candidate(title, (), replace(data, y=answer), f"y = np.repeat(y[:, np.newaxis], {steps}, axis=1)"))
    who = case.name(blamed) if blamed else "The model"
    places = [f"{answer[place]} {axes[place]}" for place in range(1, len(answer) - 1) if is_named(axes[place])]
    stays = f"keeps all {joined(places)}, so the model has an output at each" if places else "returns more axes"
    if blamed is not None and case.is_unknown(blamed):
        # What its axes are is not known.
        returned = answer_in_words(case, blamed.outputs[0], case.shape(blamed.outputs[0]))
        stays = f"returns {returned}, so the model has an output at each of the {steps} timesteps"
    message = (
        f"{who} {stays}, {answer_in_words(case, tensor, answer)}; the target {target} has one value per "
        f"{'sequence' if timed else 'sample'}: {compared}."
    )
    kind = "time_axis_extra" if timed else "target_mismatch"
    return Finding(kind, message, blamed, None, says or None, silent, tuple(candidates))


def _no_steps(case: Case, tensor: TensorValue, answer: Full, target: Full, loss: str | None, says: str) -> Finding:
    droppers = case.droppers(tensor)
    steps = target[1]
    candidates = []
    sparse = loss is not None and loss.startswith("sparse")
    now = case.steps()
    kept = [edits for each in droppers if (edits := code_edits.keeps_steps(case, each))]
    all_kept = tuple(edit for edits in kept for edit in edits) if droppers and len(kept) == len(droppers) else ()
    head = output_layer_of(case, tensor)
    wider = []
    if not sparse and head is not None and target[-1] != answer[-1]:
        wider = code_edits.with_units(case, head, case.number(target[-1])) or []
    if all_kept and steps == now:
        names = tuple(each.name for each in droppers)
        title = "return_sequences=True in"
        candidates.append(Candidate(title, (*all_kept, *wider), layers=names))
    # As many numbers at once as the target has timesteps: the answer is all of them, flat.
    flat = len(target) == 3 and answer[-1] == steps != now
    many = f"{case.number(steps)} * {case.number(target[-1])}"
    if flat and head is not None and (more := code_edits.with_units(case, head, many)):
        shaped = code_edits.after(case, tensor.made or head, "Reshape", f"({case.number(steps)}, {case.number(target[-1])})")
        candidates.append(Candidate(f"{steps * target[-1]} outputs, reshaped to {steps} timesteps", (*more, *shaped)))
    if len(target) == 3 and steps == 1:
        data = replace(case.data, y=(target[0], target[2]))
        candidates.append(Candidate("Remove the axis of size 1 from the target", (), data, "y = y[:, 0]"))
    elif droppers and isinstance(droppers[0].layer, LayerValue):
        drop = droppers[0]
        repeated = decoder_edits(case, drop, steps)
        candidates.append(Candidate(f"Add a decoder: RepeatVector({steps}) and a recurrent layer", (*repeated, *wider)))
        if drop.kind in FLATTENING:
            candidates.insert(0, Candidate(f"Remove {drop.name}", (*code_edits.removed(case, drop), *wider)))
    if not sparse and steps > 1 and target[-1] == answer[-1]:
        data = replace(case.data, y=(target[0], *target[2:]))
        candidates.append(Candidate("One target per sequence: the last one of each", (), data, "y = y[:, -1]"))
    elif sparse:
        data = replace(case.data, y=(target[0],))
        candidates.append(Candidate("One target per sequence: the last one of each", (), data, "y = y[:, -1]"))
    blamed = head if flat else None if len(target) == 3 and steps == 1 else droppers[0] if droppers else head
    silent = not says
    who = case.name(blamed) if blamed else "The model"
    wants = f"{steps} timesteps" if steps != 1 else "an axis for its one timestep"
    message = (
        f"{who} returns only one vector per sequence, so the output is {answer_in_words(case, tensor, answer)}; the "
        f"target {target} has {wants}."
    )
    if silent:
        message += " Keras broadcasts the output to the shape of the target, so the wrong values are compared."
    return Finding("target_mismatch", message, blamed, None, says or None, silent, tuple(candidates))
