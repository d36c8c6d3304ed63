"""Weights of samples and of timesteps that do not fit the loss."""

from __future__ import annotations

import ast

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.fitted import Fitted, known
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.diagnose.running import loss_of, weighed
from explorer.snippet.reader.data_values import Full, Shape
from explorer.snippet.reader.values import full


def weights(case: Case, each: Fitted) -> Finding | None:
    """`sample_weight` of another shape than the loss of a batch has."""
    given, outputs, loss = known(each.weight), case.whole.outputs, case.data.loss
    target = known(each.y[0]) if len(each.y) == 1 else None
    if given is None or target is None or len(outputs) != 1 or not isinstance(loss, str) or given[0] is None:
        return None
    place = each.places.get("sample_weight")
    if target[0] is not None and target[0] != given[0]:
        says = (
            "ValueError: Data cardinality is ambiguous. Make sure all arrays contain the same number of samples. 'y' sizes: "
            f"{target[0]} 'sample_weight' sizes: {given[0]}"
        )
        message = f"`sample_weight` has {given[0]} weights, {given}, for {target[0]} samples: each sample needs one."
        return Finding("fit_arguments", message, None, place or each.call, says)
    rows = min(each.batch or given[0], given[0])
    answer = (rows, *(case.ran.outputs[0] if case.ran else outputs[0].shape)[1:])
    if None in answer:
        return None
    wanted, says = loss_of(loss, full((rows, *target[1:])), answer)
    weight = full((rows, *given[1:]))
    if wanted is None or says or _fits(weight, wanted):
        return None
    says = weighed(loss, full((rows, *target[1:])), answer, weight)
    right = " or ".join(str((given[0], *more)) for more in dict.fromkeys([tuple(wanted[1:]), (1,) * (len(wanted) - 1)]))
    one = "one value for each sample" if len(wanted) == 1 else "a value for each timestep of a sample"
    message = f"The loss {loss} has {one}, so `sample_weight` must have the shape {right}. Received: {given}."
    return Finding(
        "fit_arguments",
        message,
        None,
        place or each.call,
        says or None,
        not says,
        tuple(_mended(case, place, weight, wanted)),
    )


def _fits(weight: Full, wanted: Shape) -> bool:
    """Whether weights have the axes of a loss, once a last axis of 1 is dropped."""
    if len(weight) == len(wanted) + 1 and weight[-1] == 1:
        weight = weight[:-1]
    return len(weight) == len(wanted) and all(mine in (1, its) for mine, its in zip(weight, wanted, strict=True))


def _mended(case: Case, place: ast.AST | None, weight: Full, wanted: Shape) -> list[Candidate]:
    if not isinstance(place, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
        return []
    text = case.text(place)
    if len(weight) == 1 and len(wanted) == 2:
        edit = case.source.replaced(place, f"{text}[:, None]")
        return [Candidate("One weight for all timesteps of a sample", (edit,))]
    if len(weight) == 2 and len(wanted) == 1:
        edit = case.source.replaced(place, f"{text}.mean(axis=-1)")
        return [Candidate("One weight per sample: the mean of its weights", (edit,))]
    return []
