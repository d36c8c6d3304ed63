"""Outputs and targets with the same axes, of which one differs in size."""

from __future__ import annotations

from dataclasses import replace

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.diagnose.rules.labels import CATEGORICAL, loss_node, other_loss
from explorer.snippet.diagnose.rules.output_layer import decoder_edits, keeper_of
from explorer.snippet.diagnose.rules.shape_text import answer_in_words, axes_at
from explorer.snippet.reader.data_values import Full
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import RECURRENT
from explorer.snippet.reader.values import Call, LayerValue, TensorValue
from explorer.tensors.tensor import is_named
from explorer.tensors.text import count

_WIDTHS = {"Dense": "units", "Conv1D": "filters", "EinsumDense": "output_shape"}


def different_lengths(
    case: Case, tensor: TensorValue, answer: Full, target: Full, classes: Full, says: str, silent: bool
) -> Finding:
    """Both are sequences, and one is longer.

    answer: (batch, timesteps, outputs). target: as it came. classes: the target with an axis for its classes.
    """
    mine, its, axes = answer[1], classes[1], axes_at(case, tensor)
    data, candidates = case.data, []
    chain = list(case.up(tensor))
    blamed = None
    for each in chain:
        if not isinstance(each.layer, LayerValue) or not each.inputs:
            continue
        before, after = case.shape(each.inputs[0]), case.shape(each.outputs[0])
        kind = each.layer.core.kind
        if kind == "RepeatVector":
            blamed = each
            if edits := code_edits.with_units(case, each, str(its), "n"):
                candidates.append(Candidate(f"Repeat {its} times in {each.name}", tuple(edits)))
            break
        if len(before) == len(after) == 3 and before[1] != after[1]:
            blamed = each
            core = each.layer.core
            if hasattr(core.layer, "padding") and core.layer.padding == "valid":
                candidates.append(
                    Candidate(
                        f"Keep all {axes[1]} in {each.name} (padding=same)",
                        (case.source.with_keyword(core.node, "padding", '"same"'),),
                    )
                )
            if core.layer is not None and getattr(core.layer, "strides", (1,)) not in ((1,), 1) and "Pooling" not in kind:
                edits = [
                    case.source.with_keyword(core.node, "strides", "1"),
                    case.source.with_keyword(core.node, "padding", '"same"'),
                ]
                candidates.append(Candidate(f"Keep all {axes[1]} in {each.name} (padding=same)", tuple(edits)))
            if "Pool" in kind:
                candidates.append(Candidate(f"Remove {each.name}", tuple(code_edits.removed(case, each))))
                if mine and its % mine == 0:
                    candidates.append(
                        Candidate(
                            f"Repeat each output {its // mine} times (UpSampling1D)",
                            tuple(code_edits.after(case, chain[0], "UpSampling1D", str(its // mine))),
                        )
                    )
            break
    if blamed is None and data.x and len(data.x) == 1 and len(data.x[0]) >= 2 and data.x[0][1] == mine:
        if mine > its:
            changed = replace(data, x=((data.x[0][0], its, *data.x[0][2:]),))
            candidates.append(Candidate("Cut the inputs to the timesteps of the targets", (), changed, f"x = x[:, :{its}]"))
        else:
            candidates.append(
                Candidate(
                    "Cut the targets to the timesteps of the inputs",
                    (),
                    replace(data, y=(target[0], mine, *target[2:])),
                    f"y = y[:, :{mine}]",
                )
            )
    if blamed is not None and blamed.kind == "Permute":
        candidates.append(Candidate(f"Remove {blamed.name}", tuple(code_edits.removed(case, blamed))))
        again = code_edits.after(case, chain[0], "Permute", "(2, 1)")
        candidates.append(Candidate("Put the axes back with Permute", tuple(again)))
    elif blamed is not None and mine and mine < its:
        changed = replace(data, y=(target[0], mine, *target[2:]))
        candidates.append(Candidate("Remove the targets of the first timesteps", (), changed, f"y = y[:, {its - mine}:]"))
    misread = next((each for each in chain if _units_are(each, its)), None) if blamed is None and mine != its else None
    if blamed is None and mine and mine > its:
        keeper = keeper_of(case, tensor)
        if keeper and (dropped := code_edits.drops_steps(case, keeper)):
            repeated = decoder_edits(case, keeper, its)
            candidates.append(
                Candidate(f"Add a decoder: RepeatVector({its}) and a recurrent layer", tuple(_both(case, dropped, repeated)))
            )
    if misread is not None:
        message = (
            f"{case.name(misread)} has {its} units, and {its} timesteps are wanted, but units is the size of the hidden "
            f"state: the output has {mine} timesteps, and the target {target} has {its}."
        )
        return Finding("units_misread", message, misread, None, says or None, silent, tuple(candidates))
    who, told = f"{case.name(blamed)} returns" if blamed else "The output has", answer_in_words(case, tensor, answer)
    message = f"{who} {count(mine, axes[1])}, {told}, but the target {target} has {its}."
    if not is_named(axes[1]):
        message = f"{axes[1].capitalize()} of the output {told} is {mine}, and that of the target {target} is {its}."
    return Finding(
        "target_mismatch", message, blamed, None if blamed else loss_node(case), says or None, silent, tuple(candidates)
    )


def _units_are(call: Call, size: int) -> bool:
    return isinstance(call.layer, LayerValue) and getattr(call.layer.core.layer, "units", None) == size > 1


def different_widths(
    case: Case,
    tensor: TensorValue,
    head: Call | None,
    answer: Full,
    target: Full,
    classes: Full,
    says: str,
    silent: bool,
    loss: str | None,
) -> Finding:
    """Both have the same axes, and the last one differs.

    answer: (batch, ..., outputs). target: as it came. classes: the target with an axis for its classes.
    """
    last = classes[-1] if len(classes) == len(answer) else 1 if len(classes) == len(answer) - 1 else classes[-1]
    candidates = []
    timesteps = case.steps()
    memory = head is not None and isinstance(head.layer, LayerValue) and head.layer.core.kind in RECURRENT
    misread = len(answer) == 3 and answer[-1] in (timesteps, answer[1]) and last != answer[-1]
    if head is not None and isinstance(head.layer, LayerValue):
        name = _WIDTHS.get(head.layer.core.kind, "units")
        number = case.number(last)
        if memory:
            activation = (
                ', activation="softmax"'
                if loss in CATEGORICAL
                else ', activation="sigmoid"'
                if loss == "binary_crossentropy"
                else ""
            )
            final = tensor.made or head
            candidates.append(
                Candidate(
                    f"Add a Dense layer with {count(last, 'units')}",
                    tuple(code_edits.after(case, final, "Dense", f"{number}{activation}")),
                )
            )
        divided = (
            last // 2 if head.kind == "Bidirectional" and last % 2 == 0 and head.layer.layer.merge_mode == "concat" else last
        )
        if edits := code_edits.with_units(case, head, str(divided) if divided != last else number, name):
            candidates.append(Candidate(f"Use {count(last, 'units')} in {head.name}", tuple(edits)))
    if len(answer) == 2 and len(target) == 2 and target[1] == timesteps and head is not None:
        droppers = case.droppers(tensor)
        kept = [edits for each in droppers if (edits := code_edits.keeps_steps(case, each))]
        if kept and len(kept) == len(droppers) and answer[-1] == 1:
            candidates.insert(0, Candidate("One output per timestep", tuple(edit for edits in kept for edit in edits)))
    if loss and loss.startswith("sparse"):
        candidates += other_loss(case, "categorical_crossentropy", "Use the loss for one-hot targets")
    if misread:
        who = case.name(head) if head else "The last layer"
        message = (
            f"{who} has {answer[-1]} units, as many as there are timesteps, but units is the size at each timestep: the "
            f"target {target} has {count(last, 'values')} at each timestep."
        )
        return Finding("units_misread", message, head, None, says or None, silent, tuple(candidates))
    who = case.name(head) if head else "The model"
    told = answer_in_words(case, tensor, answer)
    message = f"{who} has {count(answer[-1], 'outputs')}, {told}, but the target {target} has {last}."
    if silent:
        message += " Keras broadcasts the smaller one to the larger shape, so the wrong values are compared."
    return Finding("target_mismatch", message, head, None, says or None, silent, tuple(candidates))


def _both(case: Case, dropped: list[Edit], repeated: list[Edit]) -> list[Edit]:
    """The changes of a call inside of a text that is replaced as a whole are made in that text."""
    found = []
    for edit in repeated:
        inside = [each for each in dropped if edit.start <= each.start and each.end <= edit.end and edit.end > edit.start]
        if not inside:
            found.append(edit)
            continue
        original = case.source.code[edit.start : edit.end]
        changed = original
        for each in sorted(inside, reverse=True):
            changed = changed[: each.start - edit.start] + each.text + changed[each.end - edit.start :]
        found.append(Edit(edit.start, edit.end, edit.text.replace(original, changed)))
        dropped = [each for each in dropped if each not in inside]
    return [*found, *dropped]
