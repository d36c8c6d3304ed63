"""What `compile` and `fit` give for several outputs: losses, their weights, metrics and targets, one for each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.fitted import fitted
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.diagnose.rules.compiling import compiled, place_of
from explorer.snippet.diagnose.training_data import names_of_outputs
from explorer.snippet.reader.data_values import Array, Batches, Items
from explorer.snippet.reader.spelling import nearest
from explorer.tensors.text import count, joined

NO_TARGET = (
    "KeyError: \"The path: (0,) in the `loss` argument, can't be found in either the model's output (`y_pred`) or in the "
    'labels (`y_true`)."'
)
_NO_LOSS = "ValueError: No loss to compute. Provide a `loss` argument in `compile()`."


def compiled_for_outputs(case: Case) -> Iterator[Finding]:
    """Losses, weights of losses and metrics that do not go with the outputs."""
    yield from _losses(case)
    yield from _weights_of_losses(case)
    yield from _metrics(case)
    yield from _named_targets(case)


def _losses(case: Case) -> Iterator[Finding]:
    """Losses that do not go with the outputs: more than there are, none at all, or under other names. `fit` raises then."""
    model, losses, names = case.whole, compiled(case).get("loss"), names_of_outputs(case.whole)
    if model.own is not None or not all(names) or not any(name == "fit" for name, *_ in model.fits):
        return
    node = model.compiled_at
    if model.keys:
        # A dictionary of outputs may have losses for some of them.
        if isinstance(losses, dict) and not set(losses) <= set(names):
            yield _other_names(case, losses, names)
        return
    several = len(names) > 1 and isinstance(losses, (list, tuple))
    if several and isinstance(losses, (list, tuple)) and len(losses) > len(names):
        says = (
            f"KeyError: \"The path: ({len(names)},) in the `loss` argument, can't be found in either the model's output "
            '(`y_pred`) or in the labels (`y_true`)."'
        )
        message = (
            f"`compile` is given {len(losses)} losses, and the model has {len(names)} outputs: give at most one for each."
        )
        yield Finding("fit_arguments", message, None, node, says)
    elif isinstance(losses, dict) and set(losses) != set(names):
        yield _other_names(case, losses, names)
    elif (several or isinstance(losses, dict)) and losses is not None and not any(_given(losses)):
        message = "`compile` is given no loss for any output, so there is nothing to train for: give one output a loss."
        yield Finding("fit_arguments", message, None, node, _NO_LOSS)


def _given(losses: Any) -> list[bool]:
    return [each is not None for each in (losses.values() if isinstance(losses, dict) else losses)]


def _other_names(case: Case, losses: dict[Any, Any], names: list[str]) -> Finding:
    """A dictionary of losses that leaves out an output, or names one that there is not."""
    node = case.whole.compiled_at
    says = f"ValueError: Expected keys {names} in loss dict, but found loss.keys()={list(losses)}"
    if case.whole.keys:
        first = next(each for each in losses if each not in names)
        says = (
            f"KeyError: \"The path: ('{first}',) in the `loss` argument, can't be found in either the model's output "
            '(`y_pred`) or in the labels (`y_true`)."'
        )
    has = f"the model has the {'output' if len(names) == 1 else 'outputs'} {joined([f'`{name}`' for name in names])}"
    foreign = [str(each)[:40] for each in losses if each not in names]
    missing = [name for name in names if name not in losses]
    if not foreign:
        left_out = joined([f"`{name}`" for name in missing])
        advice = "A dictionary of losses names every output. Write None for one without a loss."
        message = f"`compile` gives no loss for the {'output' if len(missing) == 1 else 'outputs'} {left_out}. {advice}"
        return Finding("fit_arguments", message, None, node, says)
    message = f"`compile` gives a loss for `{foreign[0]}`, and {has}: use the name of an output."
    return _under_other_name(case, node, message, foreign[0], missing, says)


def _weights_of_losses(case: Case) -> Iterator[Finding]:
    """Another number of `loss_weights` than there are losses, or under other names."""
    told, node = compiled(case), case.whole.compiled_at
    losses, weights = told.get("loss"), told.get("loss_weights")
    place = argument_of(case, node, "loss_weights", 2)
    if losses is not None and _is_trained(case) and type(weights) in (int, float) and _is_whole(losses):
        message = "`loss_weights` takes a list or a dictionary, with a number for each loss."
        says = f"TypeError: object of type '{type(weights).__name__}' has no len()"
        yield Finding("fit_arguments", message, None, place or node, says)
    if losses is None or not _is_trained(case) or not _is_whole(weights) or not weights:
        return
    if isinstance(losses, dict) and isinstance(weights, dict) and not case.whole.keys:
        missing = next((name for name in losses if name not in weights), None)
        if missing is not None:
            message = f"`loss_weights` has no number for `{str(missing)[:40]}`: give one for each loss."
            yield Finding("fit_arguments", message, None, place or node, f"KeyError: '{missing}'")
        return
    many = len(losses) if isinstance(losses, (list, tuple, dict)) else 1
    if len(weights) == many or (isinstance(losses, (list, tuple)) and not _is_whole(losses)):
        return
    says = f"ValueError: `loss_weights` must match the number of losses, got {many} losses and {len(weights)} weights."
    has = f"`loss_weights` has {count(len(weights), 'numbers')}, and `loss`"
    if many == 1:
        message = f"{has} is one loss: give one number, or write the loss once for each output."
    else:
        message = f"{has} has {many} losses: give one number for each."
    outputs, loss = len(case.whole.outputs), argument_of(case, node, "loss", 1)
    candidates = []
    if many == 1 < outputs == len(weights) and loss is not None and not isinstance(losses, (list, tuple, dict)):
        text = ", ".join([case.text(loss)] * outputs)
        candidates.append(Candidate("Give each output the loss", (case.source.replaced(loss, f"[{text}]"),)))
    yield Finding("fit_arguments", message, None, place or node, says, False, tuple(candidates))


def _metrics(case: Case) -> Iterator[Finding]:
    """A metric that stands in no list; of several outputs another number of lists, or lists under other names."""
    told, node = compiled(case), case.whole.compiled_at
    names = names_of_outputs(case.whole)
    for place, argument in ((3, "metrics"), (6, "weighted_metrics")):
        given, at = told.get(argument), argument_of(case, node, argument, place)
        if isinstance(given, str):
            says = (
                f"ValueError: Expected `{argument}` argument to be a list, tuple, or dict. Received instead: "
                f"{argument}={given} of type <class 'str'>"
            )
            message = f"`{argument}` takes a list, also for one metric: write brackets around it."
            edits = (case.source.replaced(at, f"[{case.text(at)}]"),) if at is not None else ()
            candidates = (Candidate("Put the metric into a list", edits),) if edits else ()
            yield Finding("fit_arguments", message, None, at or node, says, False, candidates)
            return
        if len(names) < 2 or not all(names) or case.whole.keys or not given or not _is_whole(given):
            continue
        if not _is_trained(case):
            continue
        says = (
            f"ValueError: ... Invalid `{argument}`. `{argument}` should contain metrics objects and either be a dict or a "
            f"list matching the output names of the functional model {names} ..."
        )
        if isinstance(given, dict):
            foreign = next((name for name in given if name not in names), None)
            if foreign is not None:
                outputs = joined([f"`{name}`" for name in names])
                message = f"`{argument}` names the output `{str(foreign)[:40]}`, and the model has the outputs {outputs}."
                left = [name for name in names if name not in given]
                yield _under_other_name(case, node, message, str(foreign), left, says)
        elif len(given) != len(names):
            message = (
                f"`{argument}` is a list of {len(given)}, and the model has {len(names)} outputs: give each of them a "
                "list of metrics."
            )
            candidates = ()
            if isinstance(at, (ast.List, ast.Tuple)) and not any(isinstance(each, (list, tuple)) for each in given):
                text = ", ".join([f"[{', '.join(map(case.text, at.elts))}]"] * len(names))
                candidates = (Candidate("Give each output these metrics", (case.source.replaced(at, f"[{text}]"),)),)
            yield Finding("fit_arguments", message, None, at or node, says, False, candidates)


def _under_other_name(case: Case, node: ast.Call | None, message: str, foreign: str, left: list[str], says: str) -> Finding:
    """A name in a call that no output has. left: the outputs that nothing is given for."""
    near, place = nearest(foreign, left), place_of(node, foreign)
    candidates: tuple[Candidate, ...] = ()
    if near and isinstance(place, ast.Constant):
        candidates = (Candidate(f'Use "{near}"', (case.source.replaced(place, f'"{near}"'),), rename=True),)
    return Finding("fit_arguments", message, None, place, says, False, candidates)


def argument_of(case: Case, node: ast.Call | None, name: str, place: int) -> ast.expr | None:
    """Where an argument stands in a call, by its name or its place; None where it does not."""
    if node is None:
        return None
    keyword = case.source.keyword(node, name)
    return keyword.value if keyword else node.args[place] if len(node.args) > place else None


def _is_trained(case: Case) -> bool:
    return case.whole.own is None and any(not name.startswith("predict") for name, *_ in case.whole.fits)


def _is_whole(value: Any) -> bool:
    """Whether it is a list or a dictionary of which each element is known to be there."""
    if isinstance(value, Items):
        return value.rest == 0
    return isinstance(value, (list, tuple, dict))


def _named_targets(case: Case) -> Iterator[Finding]:
    """Targets under names that no output has."""
    names = names_of_outputs(case.whole)
    first = next((each for each in fitted(case) if each.first and each.name == "fit"), None)
    given = first.given.get("y") if first is not None else None
    if first is None or not isinstance(given, dict) or case.whole.keys or case.whole.own is not None or not all(names):
        return
    foreign = [name for name in given if name not in names]
    if not all(isinstance(name, str) for name in given) or not foreign or len(given) != len(names) or len(names) < 2:
        return
    outputs = joined([f"`{name}`" for name in names])
    message = f"`fit` is given a target for `{foreign[0][:40]}`, and the model has the outputs {outputs}."
    says = f"TypeError: Expected float32, but got {min(given)} of type 'str'."
    yield _under_other_name(case, first.call, message, foreign[0], [name for name in names if name not in given], says)


def targets_in_code(case: Case) -> list[Any] | None:
    """The targets that the code's own `fit` is given in a list or a tuple, None where it gives no such."""
    first = next((each for each in fitted(case) if each.first), None)
    given = first.given.get("y") if first is not None else None
    return list(given) if isinstance(given, (list, tuple)) and _is_whole(given) and not isinstance(given, Batches) else None


def nested_targets(case: Case) -> Finding | None:
    """Targets in a list within a list: Keras then takes the inner list for the target of the first output."""
    targets = targets_in_code(case) if case.model is not None else None
    if targets is None or len(targets) != 1 or not isinstance(targets[0], (list, tuple)):
        return None
    inner = targets[0]
    if not inner or not all(isinstance(each, Array) for each in inner):
        return None
    losses = compiled(case).get("loss")
    if isinstance(losses, (list, tuple)):
        # Keras then looks only at how many they are.
        return None
    first = next(each for each in fitted(case) if each.first)
    at = first.places.get("y")
    message = f"The {count(len(inner), 'targets')} stand in a list within a list: take away the outer brackets."
    edits = []
    if isinstance(at, (ast.List, ast.Tuple)) and len(at.elts) == 1:
        edits.append(case.source.replaced(at, case.text(at.elts[0])))
    candidates = (Candidate("Take away the outer brackets", tuple(edits)),) if edits else ()
    forms = ", ".join(["'*'"] * len(inner))
    says = NO_TARGET if isinstance(losses, dict) else different_structures(case, f"(({forms}),)")
    return Finding("fit_arguments", message, None, at, says, False, candidates)


def different_structures(case: Case, targets: str) -> str:
    """What Keras says of targets in another form than the outputs. targets: how it writes them."""
    outputs = ["'*'"] * len(case.whole.outputs)
    form = f"[{', '.join(outputs)}]" if len(outputs) > 1 else "*"
    return f"ValueError: y_true and y_pred have different structures. y_true: {targets} y_pred: {form}"
