"""Losses, optimizers, metrics and activations by names that Keras does not have."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import keras

from explorer.keras_source import LOSSES, METRICS, OPTIMIZERS
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.reader.library.paths import object_at, spoken
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.spelling import nearest
from explorer.snippet.reader.values import Known
from explorer.tensors.text import joined


@dataclass(frozen=True)
class _Named:
    """What a word names. kind: in words. names: all that Keras takes. common: some that most codes need. get: Keras's own
    look-up, which raises.
    """

    kind: str
    names: tuple[str, ...]
    common: tuple[str, ...]
    get: Callable[[Any], Any]


# Keras makes these of the shapes of output and target, and its look-up does not know them.
_BY_SHAPE = ("crossentropy", "ce")
_LOSS = _Named("loss", (*LOSSES, *_BY_SHAPE), ("mse", "binary_crossentropy", "categorical_crossentropy"), keras.losses.get)
_METRIC = _Named("metric", ("accuracy", "acc", *METRICS, *_BY_SHAPE), ("accuracy", "mae", "auc"), keras.metrics.get)
_OPTIMIZER = _Named("optimizer", tuple(OPTIMIZERS), ("adam", "sgd", "rmsprop"), keras.optimizers.get)
_OF_COMPILE = {"loss": _LOSS, "metrics": _METRIC, "weighted_metrics": _METRIC}
_OF_LAYERS: dict[str, Any] = {
    "activation": keras.activations,
    "initializer": keras.initializers,
    "regularizer": keras.regularizers,
    "constraint": keras.constraints,
}


def unknown_optimizer(case: Case) -> Iterator[Finding]:
    """An optimizer that Keras does not have: `compile` raises."""
    given = compiled(case).get("optimizer")
    if isinstance(given, str) and given.lower() not in _OPTIMIZER.names:
        yield _finding(case, _OPTIMIZER, given, case.whole.compiled_at)
    if isinstance(given, Known) and given.path.startswith("keras.optimizers."):
        found = object_at(given.path, given.top)
        if isinstance(found, type):
            yield _class_alone(case, given, found)


def unknown_names(case: Case) -> Iterator[Finding]:
    """A loss or a metric that Keras does not have: `fit` raises. The first of them is enough."""
    told = compiled(case)
    for argument, named in _OF_COMPILE.items():
        for given in _words(told.get(argument)):
            if given not in named.names and given.lower() not in (*_BY_SHAPE, "accuracy", "acc"):
                yield _finding(case, named, given, case.whole.compiled_at)
                return
    if told.get("loss") is None:
        for given in _words(case.given.loss):
            if given not in _LOSS.names:
                yield _finding(case, _LOSS, given, None)
                return


def unknown_of_layer(case: Case, kind: str, kwargs: dict[str, Any], node: ast.Call, says: str) -> Finding | None:
    """An activation, initializer, regularizer or constraint that Keras does not have: making the layer raises."""
    for argument, given in kwargs.items():
        word = argument.rpartition("_")[2]
        module = _OF_LAYERS.get(word)
        if module is None or not isinstance(given, str) or "nterpret" not in says or given not in says:
            continue
        names = tuple(each for each in dir(module) if each.islower() and each not in ("get", "serialize", "deserialize"))
        named = _Named(word, names, names[:3], module.get)
        return replace(_finding(case, named, given, node), keras_says=says)
    return None


def compiled(case: Case) -> dict[str, Any]:
    """What `compile` is given, by the names of its arguments."""
    return (case.model.compiled if case.model else None) or {}


def _words(value: Any) -> Iterator[str]:
    """Every word in nested lists and dictionaries."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _words(each)


def _finding(case: Case, named: _Named, given: str, node: ast.Call | None) -> Finding:
    near, place = nearest(given, named.names), place_of(node, given)
    others = joined([f"`{name}`" for name in named.common if name in named.names])
    hint = f"The nearest is `{near}`: write it instead." if near else f"Write another one, such as {others}."
    title = f'Use "{near}"'
    candidates = []
    if near and isinstance(place, ast.Constant):
        candidates.append(Candidate(title, (case.source.replaced(place, f'"{near}"'),), rename=True))
    elif near and node is None:
        candidates.append(Candidate(title, (), replace(case.data, loss=near), rename=True))
    message = f"Keras has no {named.kind} called `{given[:40]}`. {hint}"
    return Finding("keras3_api", message, None, place, _error_message(named, given), False, tuple(candidates))


def _class_alone(case: Case, given: Known, found: type) -> Finding:
    """The class of an optimizer, where one is to be made of it."""
    node = case.whole.compiled_at
    keyword = case.source.keyword(node, "optimizer") if node else None
    place = keyword.value if keyword else node.args[0] if node and node.args else None
    message = f"`compile` needs an optimizer, and `{given.last}` is a class: write `{given.last}()`."
    candidates = []
    if place is not None:
        edits = (case.source.replaced(place, f"{case.text(place)}()"),)
        candidates.append(Candidate(f"Make an optimizer: {given.last}()", edits))
    return Finding("keras3_api", message, None, place or node, _error_message(_OPTIMIZER, found), False, tuple(candidates))


def place_of(node: ast.Call | None, given: str) -> Node | None:
    """Where a word stands in a call; the call where it comes from elsewhere."""
    constants = (each for each in ast.walk(node) if isinstance(each, ast.Constant)) if node else ()
    return next((each for each in constants if each.value == given), node)


def _error_message(named: _Named, given: Any) -> str | None:
    try:
        named.get(given)
    except Exception as error:
        return spoken(error)
    return None
