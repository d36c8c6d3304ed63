"""What loops, conditions and assignments to several names take from a value."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from explorer.snippet.reader.array_methods import indexed
from explorer.snippet.reader.data_values import Array, Items, Opaque, Pairs, Range, Sizes, Table
from explorer.snippet.reader.limits import LONGEST, light
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.plain import PLAIN
from explorer.snippet.reader.values import Broken, Event, Method, TensorValue, Unreadable, tensors_in


@dataclass
class Run:
    """What is gone through in a loop. held: the first of it. many: how many there are, None where that is not known."""

    held: list[Any]
    many: int | None

    @property
    def whole(self) -> bool:
        return self.many == len(self.held)


def run_of(value: Any, node: Node) -> Run:
    """What is gone through in a loop. Raises Unreadable where nothing can be."""
    if isinstance(value, (Items, Pairs)):
        if not value:
            # Of a list that grew where nobody saw it, one element is looked at.
            return Run([], 0) if value.rest == 0 else Run([Opaque("an element of a list")], value.rest)
        return Run(list(value), value.size)
    if isinstance(value, (list, tuple, range, str, dict)):
        if len(value) > LONGEST:
            raise Unreadable(f"A loop over {len(value):,} elements is too long to be read here.", node.lineno)
        return Run(list(value), len(value))
    if isinstance(value, Array):
        if not value.shape:
            return Run([Array(None, value.whole, node=node)], None)
        many = value.shape[0]
        one = indexed(value, 0, node)
        return Run([one] * min(many, LONGEST), many) if many is not None and many <= LONGEST else Run([one], many)
    if isinstance(value, Table):
        return Run([Opaque("the name of a column")], None)
    if isinstance(value, Range):
        return Run([Opaque("a number of a loop", whole=True)], value.many)
    if isinstance(value, Opaque):
        return Run([Opaque(f"an element of {value.why}"[:80])], None)
    raise Unreadable(f"The values of this loop are not known here: {shown(value)}. Write a range or a list.", node.lineno)


def truth(value: Any) -> bool | None:
    """Whether a value holds; None where that is not known."""
    if isinstance(value, (Items, Pairs)):
        return True if value else None if value.rest is None else bool(value.rest)
    if isinstance(value, PLAIN):
        return bool(value)
    if isinstance(value, (Opaque, Array, Method)):
        return None
    return True


def unpacked(target: ast.Tuple | ast.List, value: Any, given: ast.expr) -> list[Any]:
    """What each of several names gets of one value. Raises Broken where Python or Keras would raise."""
    wanted = len(target.elts)
    if isinstance(value, Opaque):
        value = [Opaque(value.why, later=value.later and value.later.part(place)) for place in range(wanted)]
    elif isinstance(value, Array):
        value = [indexed(value, 0, given)] * wanted
    elif isinstance(value, Sizes):
        value = [*value, *(Opaque("a size that is not known", whole=True) for _ in range(wanted - len(value)))]
    elif isinstance(value, TensorValue):
        says = "Iterating over a symbolic KerasTensor is not supported."
        raise Broken(Event("unpack", given, says, {"wanted": wanted, "got": 1, "tensors": [value], "target": target}))
    run = run_of(light(value, given), given)
    parts = run.held
    if not run.whole:
        parts = (parts + [parts[-1]] * wanted)[:wanted]
    starred = [place for place, each in enumerate(target.elts) if isinstance(each, ast.Starred)]
    if starred:
        (place,) = starred[:1]
        rest = wanted - place - 1
        if len(parts) >= wanted - 1:
            parts = [*parts[:place], Items(parts[place : len(parts) - rest]), *parts[len(parts) - rest :]]
    if len(parts) != wanted:
        many = f"too many values to unpack (expected {wanted})"
        few = f"not enough values to unpack (expected {wanted}, got {len(parts)})"
        says = f"ValueError: {many if len(parts) > wanted else few}"
        raise Broken(
            Event(
                "unpack",
                given,
                says,
                {"wanted": wanted, "got": len(parts), "tensors": tensors_in(value), "target": target},
            )
        )
    return parts


def shown(value: Any) -> str:
    return value.why if isinstance(value, Opaque) else f"a value of type {type(value).__name__}"
