"""What the model answers beside its targets, output by output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.fitted import fitted
from explorer.snippet.diagnose.problems import Candidate, Finding, Target, one_target, several_targets
from explorer.snippet.diagnose.rules.answers import answered, mask_mismatch
from explorer.snippet.diagnose.rules.output_order import other_order, silent_order, silent_targets
from explorer.snippet.diagnose.rules.several_outputs import NO_TARGET, different_structures, targets_in_code
from explorer.snippet.diagnose.training_data import loss_in_code
from explorer.snippet.reader.data_values import Full, Shape
from explorer.snippet.reader.values import LayerValue, full
from explorer.tensors.text import count


def compared(case: Case) -> Iterator[Finding]:
    """Every output with its target, by the loss that it is given."""
    outputs = case.whole.outputs
    if case.ran is None:
        return
    shapes = case.ran.outputs
    target = case.data.y or _one_hot(case, shapes)
    if target is None:
        return
    whole = one_target(target)
    weighed = _with_loss(case)
    if len(outputs) > 1 and whole is not None and len(weighed) == 1:
        # Keras then takes one target alone, that of the one output.
        yield from _agree(case, weighed[0], whole)
        return
    targets = [whole] if len(outputs) == 1 and whole is not None else several_targets(target)
    if len(targets) == len(weighed) < len(outputs):
        # Keras takes those of the outputs that have a loss.
        for place, each in zip(weighed, targets, strict=True):
            yield from _agree(case, place, each)
        return
    if len(targets) != len(outputs):
        if len(outputs) > 1 and whole is not None:
            yield _many_outputs(case, whole)
        elif whole is None:
            yield from _other_number(case, len(targets))
        return
    for place in weighed:
        found = [*_agree(case, place, targets[place])]
        if found and len(outputs) > 1:
            found = [other_order(case, targets, found[0]) or found[0]]
        yield from found
        if case.data.y is None:
            return
    for order in (silent_order(case, targets), silent_targets(case, targets)):
        if order is not None:
            yield order


def _with_loss(case: Case) -> list[int]:
    """The outputs that have a loss, by their places: a list of losses may be shorter, or hold None."""
    losses, outputs = loss_in_code(case), len(case.whole.outputs)
    if not isinstance(losses, list):
        return list(range(outputs))
    return [place for place, each in enumerate(losses[:outputs]) if each is not None]


def _agree(case: Case, place: int, wanted: Full) -> Iterator[Finding]:
    """The output at a place, and its target."""
    if case.ran is None:
        return
    shape, losses = case.ran.outputs[place], case.data.loss
    if None in shape or not shape or not wanted:
        return
    answer = full(shape)
    # Outputs were worked out for as many samples as there are inputs; a batch fit takes is a part of them.
    if wanted[0] != answer[0]:
        return
    loss = (losses[place] if place < len(losses) else None) if isinstance(losses, tuple) else losses
    tensor, many = case.whole.outputs[place], len(case.whole.outputs)
    case.output = place if many > 1 else None
    found = [*answered(case, tensor, answer, wanted, loss), *mask_mismatch(case, tensor, answer, wanted, loss)]
    if many > 1:
        found = [_for_output(case, each, place) for each in found]
    held, key = case.target, case.key_of_target
    case.output = None
    if found and held is not None and held.open and case.given.y is None:
        # It may have more axes than is known.
        case.arrays[key], case.data = None, replace(case.data, y=None)
        return
    yield from found


def _for_output(case: Case, finding: Finding, place: int) -> Finding:
    """A finding about one output of several: what its fixes change of targets and losses is that of this output alone.

    A fix that changes the loss of all is none.
    """
    kept = []
    for each in finding.candidates:
        data, line = each.data, each.line
        targets = several_targets(case.data.y)
        target = one_target(data.y) if data is not None else None
        if data is not None and target is not None and targets:
            own = tuple(target if at == place else held for at, held in enumerate(targets))
            data, line = replace(data, y=own), line and re.sub(r"\by\b", f"y[{place}]", line)
        if data is None or not isinstance(data.loss, str) or data.loss == case.data.loss:
            kept.append(replace(each, data=data, line=line))
    return replace(finding, candidates=tuple(kept))


def _other_number(case: Case, many: int) -> Iterator[Finding]:
    """Another number of targets than the model has outputs, as far as all of them are known."""
    says, own = None, targets_in_code(case)
    if case.given.y is None:
        if own is None or len(own) != many:
            return
        says = different_structures(case, "(" + ", ".join(["'*'"] * many) + ")")
    outputs, targets = count(len(case.whole.outputs), "outputs"), "one target was" if many == 1 else f"{many} targets were"
    message = f"The model has {outputs}, but {targets} given: give one for each."
    first = next((each for each in fitted(case) if each.first), None)
    node = first.places.get("y") if first is not None and case.given.y is None else None
    yield Finding("target_mismatch", message, None, node or case.whole.node, says)


def _one_hot(case: Case, shapes: list[Shape]) -> Target | None:
    """One-hot targets whose width is not known: that of the answer, as nothing says otherwise."""
    held = next((each.y[0] for each in fitted(case) if each.first and len(each.y) == 1), None)
    if held is None or not held.onehot or not held.shape or len(shapes) != 1 or not shapes[0] or None in shapes[0]:
        return None
    sizes = full(shapes[0])
    middle = held.shape[1:-1]
    if None in middle or (held.open and len(held.shape) != len(sizes)):
        return None
    case.data = replace(case.data, y=(sizes[0], *full(middle), sizes[-1]))
    return case.data.y


def _many_outputs(case: Case, target: Full) -> Finding:
    """A model with several outputs, mostly the states of a memory, and one target."""
    outputs = case.whole.outputs
    makers = {id(each.made): each.made for each in outputs if each.made}
    maker = next(iter(makers.values()), None)
    message = f"The model has {len(outputs)} outputs, but there is one target of shape {target}: fit needs one for each."
    # Of a loss for all outputs Keras makes one for each, and finds no target for the second.
    says = NO_TARGET if isinstance(case.data.loss, str) else None
    candidates = []
    if (
        len(makers) == 1
        and maker
        and isinstance(maker.layer, LayerValue)
        and getattr(maker.layer.core.layer, "return_state", False)
    ):
        edit = case.source.without_keyword(maker.layer.core.node, "return_state")
        if edit:
            candidates.append(Candidate("Return only the output (return_state=False)", (edit,)))
        return Finding("state_unpacking", message, maker, None, says, False, tuple(candidates))
    if len(makers) == 1 and maker and maker.kind == "Bidirectional" and maker.value.layer.merge_mode is None:
        edit = case.source.with_keyword(maker.made_at, "merge_mode", '"concat"')
        return Finding(
            "merge_mismatch", message, maker, None, says, False, (Candidate("Concatenate the two directions", (edit,)),)
        )
    return Finding("target_mismatch", message, None, case.whole.node, says, False, ())
