"""Numbers and lists of which only a part is known: arithmetic with them, and their parts."""

from __future__ import annotations

import ast
from typing import Any

from explorer.snippet.reader.data_values import Items, Opaque


def counted(op: ast.operator, left: Any, right: Any) -> Any:
    """Arithmetic with a number that is not known: how far it is from another one is kept."""
    one = next(side for side in (left, right) if isinstance(side, Opaque))
    if isinstance(op, ast.Add) and type(right) is int and isinstance(left, Opaque):
        return left.plus(right)
    if isinstance(op, ast.Add) and type(left) is int and isinstance(right, Opaque):
        return right.plus(left)
    if isinstance(op, ast.Sub) and type(right) is int and isinstance(left, Opaque):
        return left.plus(-right)
    if isinstance(op, ast.Sub) and isinstance(left, Opaque) and isinstance(right, Opaque):
        far = left.minus(right)
        if far is not None:
            return far
    lost = any(isinstance(side, Opaque) and side.lost for side in (left, right))
    return Opaque(one.why, one.name, one.line, lost=lost)


def part_of_grown(owner: Items, index: int | slice) -> Any:
    """A part of a list of which only the first elements are held."""
    if isinstance(index, int):
        found = owner[index] if 0 <= index < len(owner) else owner[-1] if owner else Opaque("an element")
        # Of numbers only those are known that are held.
        return Opaque("an element of a list") if isinstance(found, (int, float)) and not 0 <= index < len(owner) else found
    found = Items(owner[-1:])
    cut = [each for each in (index.stop, index.start) if each is not None]
    last = index.stop is None and isinstance(index.start, int) and index.start < 0
    first = not index.start and isinstance(index.stop, int) and index.stop > 0
    if found and len(cut) == 1 and index.step in (None, 1) and (last or first):
        # As of an array: there are as many as are asked for, unless it is known that there are fewer.
        many = abs(cut[0]) if owner.size is None else min(abs(cut[0]), owner.size)
        found.rest = max(0, many - len(found))
    else:
        found.rest = None
    return found
