"""Losses, or targets, of several outputs that are given in the order of other outputs."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

from explorer.report import Loss
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.fitted import fitted
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.diagnose.rules.answers import alike, answered, mask_mismatch
from explorer.snippet.diagnose.rules.labels import CATEGORICAL, activation_of
from explorer.snippet.diagnose.rules.several_outputs import argument_of
from explorer.snippet.diagnose.training_data import names_of_outputs
from explorer.snippet.reader.data_values import Full
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import full
from explorer.tensors.text import joined

# Of so many outputs each order is tried.
MOST_OUTPUTS = 4
# The activations that a loss is mostly used with.
_SUITED = dict.fromkeys((*CATEGORICAL, "sparse_categorical_crossentropy"), ("softmax",)) | {
    "binary_crossentropy": ("sigmoid",)
}
_OTHERS = ("", "linear", "relu", "tanh")


def other_order(case: Case, targets: Sequence[Full], found: Finding) -> Finding | None:
    """That losses or targets are in the wrong order; None unless all outputs hold once they are in another one.

    targets: the shape of each, in the order of the outputs as they are given. found: what is wrong with the first that does
    not hold.
    """
    losses, many = case.data.loss, len(targets)
    if case.ran is None or not 1 < many <= MOST_OUTPUTS or any(None in shape for shape in case.ran.outputs):
        return None
    answers = [full(shape) for shape in case.ran.outputs]
    own = tuple(range(many))
    orders = [order for order in permutations(own) if order != own]
    ways = [(own, order) for order in orders]
    if isinstance(losses, tuple) and len(losses) == many and all(losses) and _ranks_fit(answers, targets):
        ways = [*((order, own) for order in orders), *ways]
    # Of several the one whose losses go best with the outputs, and which moves least.
    ways.sort(key=lambda way: (-_suited(case, losses, way[0]), len(_moved(way[0])) + len(_moved(way[1]))))
    for of_losses, of_targets in ways:
        if _holds(case, answers, losses, targets, (of_losses, of_targets)):
            if of_targets == own and isinstance(losses, tuple):
                return _losses(case, answers, losses, of_losses, found)
            return _targets(case, answers, targets, of_targets, found)
    return None


def _suited(case: Case, losses: Loss | None, order: Sequence[int]) -> int:
    """How many outputs have a loss that goes with their activation."""
    if not isinstance(losses, tuple):
        return 0
    pairs = zip(case.whole.outputs, order, strict=True)
    return sum(activation_of(case, tensor) in _SUITED.get(losses[place] or "", _OTHERS) for tensor, place in pairs)


def _ranks_fit(answers: Sequence[Full], targets: Sequence[Full]) -> bool:
    """Whether each target has as many axes as its output, or one less, as whole numbers of classes have."""
    return all(
        alike(answer, target) or len(answer) - len(target) in (0, 1) for answer, target in zip(answers, targets, strict=True)
    )


def _holds(
    case: Case, answers: Sequence[Full], losses: Any, targets: Sequence[Full], orders: tuple[Sequence[int], Sequence[int]]
) -> bool:
    """Whether nothing is wrong with any output, with losses and targets in other orders: the places that they come from."""
    output, arrays = case.output, case.arrays
    of_losses, of_targets = orders
    case.arrays = arrays | {f"y{place}": arrays.get(f"y{source}") for place, source in enumerate(of_targets)}
    try:
        for place, (tensor, answer) in enumerate(zip(case.whole.outputs, answers, strict=True)):
            loss = losses[of_losses[place]] if isinstance(losses, tuple) else losses
            case.output = place
            given = (case, tensor, answer, targets[of_targets[place]], loss)
            if answered(*given) or mask_mismatch(*given):
                return False
    finally:
        case.output, case.arrays = output, arrays
    return True


def _losses(
    case: Case, answers: Sequence[Full], losses: Sequence[str | None], order: Sequence[int], found: Finding
) -> Finding:
    node, names = case.whole.compiled_at, names_of_outputs(case.whole)
    given = argument_of(case, node, "loss", 1)
    in_order = isinstance(given, (ast.List, ast.Tuple))
    gets = [f"{_output(names, place)} {answers[place]} gets {losses[place]}" for place in _moved(order)]
    rule = " A list of losses has the order of the outputs." if in_order else ""
    message = f"The losses belong to other outputs: {joined(gets)}.{rule}"
    edits = _edits(case, given, names, order)
    data = replace(case.data, loss=tuple(losses[place] for place in order))
    candidates = (Candidate("Give each output its own loss", tuple(edits), data),) if edits else ()
    return Finding("fit_arguments", message, None, given or node, found.keras_says, found.silent, candidates)


def _targets(case: Case, answers: Sequence[Full], targets: Sequence[Full], order: Sequence[int], found: Finding) -> Finding:
    names = names_of_outputs(case.whole)
    first = next((each for each in fitted(case) if each.first), None)
    given = first.places.get("y") if first is not None else None
    gets = [f"{_output(names, place)} {answers[place]} gets the target {targets[place]}" for place in _moved(order)]
    message = f"The targets belong to other outputs: {joined(gets)}."
    edits = _edits(case, given, names, order)
    line = None if edits else f"y = [{', '.join(f'y[{place}]' for place in order)}]"
    data = replace(case.data, y=tuple(targets[place] for place in order))
    candidates = (Candidate("Give each output its own target", tuple(edits), data, line),)
    return Finding("fit_arguments", message, None, given, found.keras_says, found.silent, candidates)


def _moved(order: Sequence[int]) -> list[int]:
    return [place for place, source in enumerate(order) if place != source]


def _output(names: Sequence[str], place: int) -> str:
    return f"`{names[place]}`" if names[place] else f"output {place + 1}"


def _edits(case: Case, given: Node | None, names: Sequence[str], order: Sequence[int]) -> list[Edit]:
    """What is given in another order; nothing where it does not stand there one by one."""
    parts: list[ast.expr] = []
    if isinstance(given, (ast.List, ast.Tuple)):
        parts = list(given.elts)
    elif isinstance(given, ast.Dict):
        keys = {
            key.value: value for key, value in zip(given.keys, given.values, strict=True) if isinstance(key, ast.Constant)
        }
        parts = [keys[name] for name in names if name in keys]
    if len(parts) != len(order):
        return []
    return [case.source.replaced(parts[place], case.text(parts[order[place]])) for place in _moved(order)]
