"""Losses, or targets, of several outputs that are given in the order of other outputs."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, permutations
from typing import Any

from explorer.report import Loss
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.fitted import fitted
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.diagnose.rules.answers import alike, answered, mask_mismatch
from explorer.snippet.diagnose.rules.labels import CATEGORICAL, activation_of
from explorer.snippet.diagnose.rules.several_outputs import argument_of
from explorer.snippet.diagnose.running import loss_of
from explorer.snippet.diagnose.training_data import loss_in_code, names_of_outputs
from explorer.snippet.reader.data_values import Full
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import full
from explorer.tensors.text import joined

# Of so many outputs every order is tried.
MOST_IN_EVERY_ORDER = 4
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
    if case.ran is None or many < 2 or any(None in shape for shape in case.ran.outputs):
        return None
    answers = [full(shape) for shape in case.ran.outputs]
    own, orders = tuple(range(many)), _orders(many)
    ways = [(own, order) for order in orders]
    if isinstance(losses, tuple) and _gives_all(case) and _ranks_fit(answers, targets):
        ways = [*((order, own) for order in orders), *ways]
    # Where all shapes fit as they stand, labels alone are wrong: then they must say themselves where they belong.
    strict = not any(_says(answers, losses, targets)) and _ranks_fit(answers, targets)
    # Of several the one whose losses go best with the outputs, and which moves least.
    ways.sort(key=lambda way: (-_suited(case, losses, way[0]), len(_moved(way[0])) + len(_moved(way[1]))))
    for of_losses, of_targets in ways:
        if _holds(case, answers, losses, targets, (of_losses, of_targets), strict):
            says = next((each for each in _says(answers, losses, targets) if each), None)
            found = replace(found, keras_says=says, silent=says is None)
            if of_targets == own and isinstance(losses, tuple):
                return _losses(case, answers, losses, of_losses, found)
            return _targets(case, answers, targets, of_targets, found)
    return None


def silent_order(case: Case, targets: Sequence[Full]) -> Finding | None:
    """That losses are in an order in which Keras takes them, and fewer outputs have one that goes with their activation than
    in another order, where all have.
    """
    losses, many = case.data.loss, len(targets)
    own = tuple(range(many))
    if case.ran is None or not isinstance(losses, tuple) or many < 2 or not _gives_all(case):
        return None
    if _suited(case, losses, own) > many - 2 or any(None in shape for shape in case.ran.outputs):
        return None
    answers = [full(shape) for shape in case.ran.outputs]
    for order in sorted(_orders(many), key=lambda order: len(_moved(order))):
        suited = _suited(case, losses, order) == many
        if suited and _holds(case, answers, losses, targets, (order, own), strict=False):
            return _losses(case, answers, losses, order, Finding("fit_arguments", "", None, None, None, True))
    return None


def silent_targets(case: Case, targets: Sequence[Full]) -> Finding | None:
    """That numbers which are none of classes are the target of classes, and that labels stand where they would be."""
    losses, many = case.data.loss, len(targets)
    if case.ran is None or many < 2 or not isinstance(losses, tuple) or any(None in shape for shape in case.ran.outputs):
        return None
    held = [case.arrays.get(f"y{place}") for place, loss in enumerate(losses) if str(loss).startswith("sparse")]
    if not any(each is not None and each.fractions for each in held):
        return None
    answers, own = [full(shape) for shape in case.ran.outputs], tuple(range(many))
    for order in sorted(_orders(many), key=lambda order: len(_moved(order))):
        if _holds(case, answers, losses, targets, (own, order), strict=True):
            return _targets(case, answers, targets, order, Finding("fit_arguments", "", None, None, None, True))
    return None


def _orders(many: int) -> list[tuple[int, ...]]:
    """The orders that are tried, without the one that it has: of many outputs only those that swap two, and the reverse."""
    own = tuple(range(many))
    if many <= MOST_IN_EVERY_ORDER:
        return [order for order in permutations(own) if order != own]
    swaps = [tuple({one: two, two: one}.get(place, place) for place in own) for one, two in combinations(own, 2)]
    return [*swaps, own[::-1]]


def _gives_all(case: Case) -> bool:
    """Whether each output has a loss of its own, a name or a function."""
    losses, held = case.data.loss, loss_in_code(case)
    many = len(case.whole.outputs)
    if isinstance(held, list):
        return len(held) == many and all(each is not None for each in held)
    return isinstance(losses, tuple) and len(losses) == many and all(losses)


def _says(answers: Sequence[Full], losses: Any, targets: Sequence[Full]) -> list[str]:
    """What Keras says of the loss of each output as they are given, "" where it takes it."""
    given = losses if isinstance(losses, tuple) else (losses,) * len(answers)
    pairs = zip(given, targets, answers, strict=False)
    return [loss_of(loss, target, answer)[1] if isinstance(loss, str) else "" for loss, target, answer in pairs]


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
    case: Case,
    answers: Sequence[Full],
    losses: Any,
    targets: Sequence[Full],
    orders: tuple[Sequence[int], Sequence[int]],
    strict: bool,
) -> bool:
    """Whether nothing is wrong with any output, with losses and targets in other orders: the places that they come from.

    strict: whether the labels of classes have to be known, and to be whole numbers.
    """
    output, arrays = case.output, case.arrays
    of_losses, of_targets = orders
    case.arrays = arrays | {f"y{place}": arrays.get(f"y{source}") for place, source in enumerate(of_targets)}
    try:
        for place, (tensor, answer) in enumerate(zip(case.whole.outputs, answers, strict=True)):
            loss = losses[of_losses[place]] if isinstance(losses, tuple) else losses
            case.output = place
            given = (case, tensor, answer, targets[of_targets[place]], loss)
            if answered(*given) or mask_mismatch(*given) or (strict and not _are_classes(case, answer, loss)):
                return False
    finally:
        case.output, case.arrays = output, arrays
    return True


def _are_classes(case: Case, answer: Full, loss: str | None) -> bool:
    """Whether a target of classes is known to be one: whole numbers, no more than there are. True for other losses."""
    many = 2 if loss == "binary_crossentropy" else answer[-1] if loss == "sparse_categorical_crossentropy" else None
    if many is None:
        return True
    held = case.target
    return held is not None and held.whole and held.high is not None and held.high < many


def _losses(
    case: Case, answers: Sequence[Full], losses: Sequence[str | None], order: Sequence[int], found: Finding
) -> Finding:
    node, names = case.whole.compiled_at, names_of_outputs(case.whole)
    given = argument_of(case, node, "loss", 1)
    in_order = isinstance(given, (ast.List, ast.Tuple))
    gets = [
        f"{_output(names, place)} {answers[place]} gets {losses[place] or 'a function of the code'}"
        for place in _moved(order)
    ]
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
