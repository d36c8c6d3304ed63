"""What loops, conditions and assignments to several names take from a value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from explorer.snippet.reader.array_methods import indexed
from explorer.snippet.reader.limits import LONGEST, light
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.plain import PLAIN
from explorer.snippet.reader.values import Array, Broken, Event, Opaque, TensorValue, Unreadable, tensors_in


def items(value: Any, node: Node) -> Iterator[Any]:
    """What is gone through in a loop. Raises Unreadable where that is not known, or too long."""
    if isinstance(value, (list, tuple, range, str, dict)):
        if len(value) > LONGEST:
            raise Unreadable(f"A loop over {len(value):,} elements is too long to be read here.", node.lineno)
        return iter(list(value))
    if isinstance(value, Array) and value.shape:
        return iter([indexed(value, 0, node)] * min(value.shape[0] or 0, 1000))
    raise Unreadable(f"The values of this loop are not known here: {shown(value)}. Write a range or a list.", node.lineno)


def truth(value: Any, node: Node) -> bool:
    """Whether a value holds. Raises Unreadable where that is not known."""
    if isinstance(value, PLAIN):
        return bool(value)
    if isinstance(value, Opaque):
        raise Unreadable(f"This condition is not known here: it depends on {value.why}. Write True or False.", node.lineno)
    return True


def unpacked(target: ast.Tuple | ast.List, value: Any, given: ast.expr) -> list[Any]:
    """What each of several names gets of one value. Raises Broken where Python or Keras would raise."""
    wanted = len(target.elts)
    if isinstance(value, Opaque):
        value = [value] * wanted
    elif isinstance(value, Array):
        value = [indexed(value, 0, given)] * wanted
    elif isinstance(value, TensorValue):
        says = "Iterating over a symbolic KerasTensor is not supported."
        raise Broken(Event("unpack", given, says, {"wanted": wanted, "got": 1, "tensors": [value], "target": target}))
    parts = list(items(light(value, given), given))
    starred = [place for place, each in enumerate(target.elts) if isinstance(each, ast.Starred)]
    if starred:
        (place,) = starred[:1]
        rest = wanted - place - 1
        if len(parts) >= wanted - 1:
            parts = [*parts[:place], parts[place : len(parts) - rest], *parts[len(parts) - rest :]]
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
