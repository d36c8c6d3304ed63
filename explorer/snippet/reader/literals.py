"""Nested lists of numbers as NumPy would make arrays of them: their shapes, and what their values are like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.snippet.reader.data_values import Array, Full, Items, Opaque
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import Unreadable

LARGEST_AXIS = 100_000_000
MOST_AXES = 8


def array_of(value: Any, node: Node) -> Array:
    """The array itself, or what nested lists would make."""
    return value if isinstance(value, Array) else literal(value, node)


def literal(value: Any, node: Node, dtype: Any = None) -> Array:
    """The array that `np.array` makes of nested lists; `ragged` where their lengths differ."""
    if isinstance(value, Array):
        kept = {"ragged": value.ragged, "padded": value.padded, "filled": value.filled}
        return value.made(value.shape, node, whole=is_whole(dtype, value.whole), **kept)
    if not isinstance(value, (list, tuple, int, float, bool, range)):
        return Array(None, node=node)
    shape = _nested(value)
    leaves = _leaves(value)
    numbers = [each for each in leaves if isinstance(each, (int, float))]
    known = numbers if len(numbers) == len(leaves) else []
    whole = bool(known) and all(isinstance(each, int) for each in known)
    low, high = (min(known), max(known)) if known else (None, None)
    if shape is None:
        return Array(None, whole, low, high, ragged=True, node=node)
    if "?" in shape:
        return Array(None, whole, node=node)
    if None in shape:
        checked([size for size in shape if size is not None], node)
        return Array(shape, is_whole(dtype, whole), node=node, **_first(value).traits)
    return Array(checked(shape, node), is_whole(dtype, whole), low, high, node=node, **_first(value).traits)


def _first(value: Any) -> Array:
    """The first array in nested lists: the others are like it."""
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return value if isinstance(value, Array) else Array(None)


def has_fractions(value: Any) -> bool:
    """Whether nested lists of numbers hold one that is not whole."""
    return any(isinstance(each, float) and not each.is_integer() for each in _leaves(value))


def lengths(value: Any) -> tuple[int, int, Full] | None:
    """How many sequences nested lists hold, the most steps of one, and the shape of a step; None where not known."""
    if not isinstance(value, (list, tuple)) or not value:
        return None
    found = []
    if isinstance(value, Items) and value.rest != 0:
        return None
    for each in value:
        shape = each.shape if isinstance(each, Array) else _nested(each)
        if not shape or "?" in shape or None in shape:
            return None
        found.append(tuple(shape))
    if len({shape[1:] for shape in found}) > 1:
        return None
    return len(value), max(shape[0] for shape in found), found[0][1:]


def unequal(value: Any) -> bool:
    """Whether the sequences of nested lists have different lengths."""
    if not isinstance(value, (list, tuple)):
        return False
    return len({(each.shape or ("?",))[0] if isinstance(each, Array) else len(each) for each in value if _sized(each)}) > 1


def checked(shape: Sequence[int], node: Node) -> Full:
    """The shape, as whole numbers. Raises Unreadable where an axis, or their number, is absurd."""
    shape = tuple(int(each) for each in shape)
    if len(shape) > MOST_AXES or any(not 0 <= each <= LARGEST_AXIS for each in shape):
        raise Unreadable(
            f"An array of shape {str(shape)[:60]} is not read here: at most {MOST_AXES} axes, each from 0 to "
            f"{LARGEST_AXIS:,}.",
            getattr(node, "lineno", None),
        )
    return shape


def is_whole(dtype: Any, otherwise: bool = False) -> bool:
    """Whether a dtype, as the code names it, holds whole numbers."""
    if dtype is None:
        return otherwise
    name = str(getattr(dtype, "path", getattr(dtype, "why", dtype)))
    return "int" in name.rpartition(".")[2]


def _sized(value: Any) -> bool:
    return isinstance(value, (list, tuple, Array))


def _nested(value: Any) -> tuple[Any, ...] | None:
    """The shape of nested lists, None where it is ragged; "?" where something in them is not known."""
    if isinstance(value, Array):
        return ("?",) if value.shape is None else tuple(value.shape)
    if isinstance(value, (int, float, bool, str)) or (isinstance(value, Opaque) and value.whole):
        return ()
    if not isinstance(value, (list, tuple, range)):
        return ("?",)
    if isinstance(value, Items) and value.rest != 0:
        # All further elements are like the last one.
        one = _nested(value[-1]) if value else ("?",)
        return None if one is None else ("?",) if "?" in one else (value.size, *one)
    shapes = [_nested(each) for each in value]
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes):
        return None
    if any("?" in shape for shape in known):
        return ("?",)
    if len(set(known)) > 1:
        ranks = {len(shape) for shape in known}
        if len(ranks) == 1 and any(None in shape for shape in known):
            across = zip(*known, strict=True)
            return (len(value), *(sizes[0] if len(set(sizes)) == 1 else None for sizes in across))
        return None
    return (len(value), *(known[0] if known else ()))


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple, range)):
        return [leaf for each in value for leaf in _leaves(each)]
    if isinstance(value, Array):
        return [each for each in (value.low, value.high) if each is not None] or [None]
    return [value]
