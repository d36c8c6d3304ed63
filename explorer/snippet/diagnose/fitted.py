"""What every call of `fit`, `evaluate` and `predict` is given, by shape, with the places in the code where it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.training_data import array_in
from explorer.snippet.reader.data_values import Array, Batches, Shape
from explorer.snippet.reader.nodes import Node

_ORDER = {
    "fit": ("x", "y", "batch_size"),
    "evaluate": ("x", "y", "batch_size", "verbose", "sample_weight"),
    "predict": ("x", "batch_size"),
    "train_on_batch": ("x", "y", "sample_weight"),
    "test_on_batch": ("x", "y", "sample_weight"),
    "predict_on_batch": ("x",),
}
BATCH = 32


@dataclass(frozen=True)
class Fitted:
    """What one call is given, or the `validation_data` of one.

    name: of the method, or "validation_data". call: where it stands. x, y: an array for every input and output, None where
    nothing is known of one; none where they are not given. weight: `sample_weight`. batch: how many samples at a time,
    None where that is not known. first: whether its x and y are those that the model is checked with. given: all arguments.
    places: the expressions of x, y and sample_weight.
    """

    name: str
    call: ast.Call
    x: tuple[Array | None, ...]
    y: tuple[Array | None, ...]
    weight: Array | None
    batch: int | None
    first: bool
    given: dict[str, Any]
    places: dict[str, Node]

    @property
    def samples(self) -> int | None:
        """How many samples there are, None where that is not known, or where they come in batches."""
        shape = self.x[0].shape if self.x and self.x[0] is not None else None
        return shape[0] if shape and "batches" not in self.given else None

    @property
    def node(self) -> Node:
        """Where its data stand."""
        return self.places.get("x", self.call)


def fitted(case: Case) -> Iterator[Fitted]:
    """Every call of the checked model, in order; after one with `validation_data`, these."""
    calls = [each for each in case.whole.fits if each[0] in _ORDER]
    first = next((each for each in calls if each[0] == "fit"), next(iter(calls), None))
    for each in calls:
        name, node, given = each
        places = _places(case, node, _ORDER[name])
        batch = given.get("batch_size", BATCH if name in ("fit", "evaluate", "predict") else None)
        yield _of(name, node, given, batch, each is first, places)
        held = given.get("validation_data")
        if isinstance(held, Batches) and held and isinstance(held[0], tuple):
            told = {**dict(zip(("x", "y", "sample_weight"), held[0], strict=False)), "batches": held}
            yield _of("validation_data", node, told, None, False, {})
        if isinstance(held, (list, tuple)) and not isinstance(held, Batches) and 1 < len(held) < 4:
            keyword = case.source.keyword(node, "validation_data")
            names = ("x", "y", "sample_weight")[: len(held)]
            parts = keyword.value.elts if keyword and isinstance(keyword.value, (ast.Tuple, ast.List)) else []
            where: dict[str, Node] = dict(zip(names, parts, strict=False))
            if keyword and not where:
                where["x"] = keyword.value
            told = dict(zip(names, held, strict=True))
            yield _of("validation_data", node, told, given.get("validation_batch_size", batch), False, where)


def known(array: Array | None) -> Shape | None:
    """The shape of an array, None where not all of it is known but for the number of samples."""
    shape = array.shape if array is not None and not array.open else None
    return shape if shape and None not in shape[1:] else None


def _of(name: str, node: ast.Call, given: dict[str, Any], batch: Any, first: bool, places: dict[str, Node]) -> Fitted:
    x, y = (() if given.get(side) is None else _arrays(given[side]) for side in ("x", "y"))
    weight = given.get("sample_weight")
    size = BATCH if batch is None and name in ("fit", "evaluate", "predict", "validation_data") else batch
    size = size if isinstance(size, int) and size > 0 else None
    return Fitted(name, node, x, y, None if weight is None else array_in(weight), size, first, given, places)


def _arrays(value: Any) -> tuple[Array | None, ...]:
    if isinstance(value, dict):
        value = list(value.values())
    if (
        isinstance(value, (list, tuple))
        and not isinstance(value, Batches)
        and any(isinstance(each, Array) for each in value)
    ):
        return tuple(each if isinstance(each, Array) else None for each in value)
    return (value if isinstance(value, Array) else array_in(value),)


def _places(case: Case, node: ast.Call, order: tuple[str, ...]) -> dict[str, Node]:
    found: dict[str, Node] = dict(zip(order, node.args, strict=False))
    for name in ("x", "y", "sample_weight"):
        if keyword := case.source.keyword(node, name):
            found[name] = keyword.value
    return found
