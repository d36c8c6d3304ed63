"""Methods and arithmetic of arrays in pasted code, by shape alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from explorer.snippet.reader.data_values import Array, Opaque, Shape, Turned
from explorer.snippet.reader.limits import LARGEST_NUMBER, plainly
from explorer.snippet.reader.literals import MOST_AXES, checked, is_whole
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.parts_of_arrays import indexed, part_of_table, probed, view
from explorer.snippet.reader.values import Broken, Event, Unreadable

METHODS = frozenset(
    (
        *("reshape", "astype", "transpose", "flatten", "ravel", "copy", "squeeze", "mean", "sum", "max", "min", "std"),
        *("var", "argmax", "argmin", "repeat", "tolist", "swapaxes", "to_numpy", "dropna", "fillna", "sort_values", "head"),
        *(
            "tail",
            "reset_index",
            "round",
            "numpy",
            "clip",
            "cumsum",
            "any",
            "all",
            "interpolate",
            "sample",
            "apply",
            "map",
            "toarray",
        ),
    )
)
_REDUCED = frozenset(
    (
        *("mean", "sum", "max", "min", "std", "var", "median", "argmax", "argmin", "prod", "any", "all", "amax", "amin"),
        *("nanmean",),
    )
)
# Methods that leave every size as it is, and those that leave all but the number of rows.
_SAME = frozenset(
    ["to_numpy", "fillna", "reset_index", "round", "numpy", "clip", "cumsum", "interpolate", "apply", "map", "toarray"]
)
_ROWS = frozenset(["dropna", "sort_values", "sample"])


def method(given: Array, name: str, args: Sequence[Any], kwargs: dict[str, Any], node: Node) -> Any:
    """What a method of an array gives. Raises what `arrays.call` raises."""
    with plainly(node):
        try:
            return _method(given, name, args, kwargs, node)
        except Broken:
            if given.typed:
                return Array(None, node=node)
            raise


def _method(given: Array, name: str, args: Sequence[Any], kwargs: dict[str, Any], node: Node) -> Any:
    shape = given.shape
    changes: dict[str, Any] = {"turned": None, "filled": None, "fractions": False, "onehot": False, "rows": False}
    keep = replace(given, typed=False, ragged=False, node=node, **changes)
    if name == "astype":
        dtype = args[0] if args else kwargs.get("dtype")
        return given.made(shape, node, whole=is_whole(dtype), ragged=given.ragged, padded=given.padded, filled=given.filled)
    if name == "tolist":
        return given
    if name == "reshape":
        wanted = args[0] if len(args) == 1 else tuple(args)
        wanted = kwargs.get("newshape", kwargs.get("shape", wanted))
        new = _reshaped(None if given.open else shape, wanted, node)
        turned = None if shape is None or new is None or given.open else _turned(shape, new)
        return replace(keep, shape=new, open=False, turned=None if turned is None else Turned(*turned, node))
    if shape is None:
        if name in ("flatten", "ravel"):
            return replace(keep, shape=(None,))
        return Array(None, ragged=given.ragged, node=node)
    if name in _SAME:
        return replace(keep, shape=shape, turned=given.turned)
    if name in _ROWS:
        return replace(keep, shape=(None, *shape[1:]), turned=given.turned)
    if name in ("head", "tail"):
        many = args[0] if args else kwargs.get("n", 5)
        held = shape[0] if shape else None
        some = many if isinstance(many, int) and many >= 0 else None
        return replace(keep, shape=(some if held is None or some is None else min(some, held), *shape[1:]))
    if given.open:
        # Where an axis stands, counted from the end, is not known, nor is how many values there are.
        return Array((None,) if name in ("flatten", "ravel") else None, given.whole, node=node)
    if name in ("flatten", "ravel"):
        return replace(keep, shape=(None if None in shape else math.prod(size or 0 for size in shape),))
    if name == "repeat":
        times, axis = args[0] if args else kwargs.get("repeats"), kwargs.get("axis", args[1] if len(args) > 1 else None)
        if isinstance(times, int) and isinstance(axis, int):
            sizes = list(shape)
            held = sizes[axis]
            sizes[axis] = None if held is None else held * times
            return replace(keep, shape=_checked(tuple(sizes), node))
        return Array(None, node=node)
    if name == "tile":
        return Array(None, node=node)
    if name in _REDUCED:
        axis = kwargs.get("axis", args[0] if args else None)
        if axis is None:
            return Opaque("a single number of an array")
        axes = axis if isinstance(axis, tuple) else (axis,)
        if any(isinstance(each, (Opaque, Array)) for each in axes):
            return Array(None, node=node)
        strange = next((each for each in axes if not isinstance(each, int)), None)
        if strange is not None:
            says = f"TypeError: '{type(strange).__name__}' object cannot be interpreted as an integer"
            raise Broken(Event("numpy", node, says))
        if not all(-len(shape) <= each < len(shape) for each in axes):
            raise Broken(
                Event("numpy", node, f"AxisError: axis {axis} is out of bounds for array of dimension {len(shape)}")
            )
        gone = {each % len(shape) for each in axes}
        whole = name.startswith("arg")
        kept = [
            1 if index in gone else size for index, size in enumerate(shape) if index not in gone or kwargs.get("keepdims")
        ]
        return Array(tuple(kept), whole, node=node)
    if name == "copy":
        return given
    if name == "transpose":
        order = args[0] if len(args) == 1 and isinstance(args[0], (tuple, list)) else tuple(args) or kwargs.get("axes")
        made = probed([shape], lambda sizes: np.transpose(view(sizes), order or None).shape, node)
    elif any(isinstance(each, Opaque) for each in (*args, *kwargs.values())):
        made = None
    else:
        made = probed([shape], lambda sizes: getattr(np, name)(view(sizes), *args, **kwargs).shape, node)
    if name in ("transpose", "swapaxes") and given.rows and made is not None and made != shape and made == shape[::-1]:
        return replace(keep, shape=made, turned=Turned(shape, made, node, True))
    return replace(keep, shape=made)


def broadcast(parts: Sequence[Array], node: Node) -> Array:
    """What arithmetic makes of arrays."""
    known = [each.shape for each in parts if each.shape is not None]
    if len(known) < len(parts) or not parts:
        return Array(None, node=node)
    try:
        shape = probed(known, lambda *shapes: np.broadcast_shapes(*shapes), node)
    except Broken:
        shapes = " ".join(str(each.shape).replace(" ", "") for each in parts)
        raise Broken(
            Event("numpy", node, f"ValueError: operands could not be broadcast together with shapes {shapes}")
        ) from None
    held = next((each for each in parts if each.shape == shape), parts[0])
    turned = held.turned if held.turned and all(each.shape in ((), shape) for each in parts) else None
    return Array(shape, all(each.whole for each in parts), node=node, turned=turned, open=any(e.open for e in parts))


def _turned(shape: Shape, new: Shape) -> tuple[Shape, Shape] | None:
    """The shapes of a reshape that looks like turning rows and columns round, and keeps the values in their order."""
    if len(shape) == len(new) == 3 and None not in shape[1:]:
        mixes = shape[1:] == new[:0:-1] and shape[1] != shape[2] and 1 not in shape[1:]
        return (shape, new) if mixes else None
    windows = len(new) == 3 and 1 not in new[1:] and new[2] not in new[:2]
    if windows and len(shape) == 2 and None not in shape and shape[0] == new[2]:
        # Rows of one feature each, cut into windows of as many features.
        return shape, new
    # A few columns under each other, cut into rows: with or without an axis for one timestep.
    flat = tuple(size for size in new if size != 1)
    known = None not in shape and len(shape) == 2 and 1 not in shape and shape[0] != shape[1]
    return (shape, new) if known and flat == shape[::-1] and len(new) in (2, 3) and new[0] == flat[0] else None


def _checked(shape: Shape, node: Node) -> Shape:
    checked([size for size in shape if size is not None], node)
    return shape


def _reshaped(shape: Shape | None, wanted: Any, node: Node) -> Shape | None:
    sizes = (wanted,) if isinstance(wanted, (int, Opaque)) else wanted
    if not isinstance(sizes, (list, tuple)):
        raise Unreadable("The sizes of this reshape are not known here. Write them as numbers.", node.lineno)
    if len(sizes) == 1 and isinstance(sizes[0], Opaque) and not sizes[0].whole:
        # It may be a shape as a whole.
        return None
    if not all(isinstance(each, (int, Opaque)) for each in sizes):
        raise Unreadable("The sizes of this reshape are not known here. Write them as numbers.", node.lineno)
    numbers = [each for each in sizes if isinstance(each, int)]
    if len(sizes) > MOST_AXES or any(abs(each) > LARGEST_NUMBER for each in numbers):
        raise Unreadable(f"A reshape to {str(sizes[:MOST_AXES])[:60]} is not read here. Write fewer axes.", node.lineno)
    unknown = len(sizes) - len(numbers)
    if shape is None or None in shape or unknown:
        return _partly_reshaped(shape, sizes, unknown, node)
    total, known = math.prod(size or 0 for size in shape), math.prod(each for each in sizes if each != -1)
    if list(sizes).count(-1) > 1 or (-1 in sizes and (known <= 0 or total % known)) or (-1 not in sizes and known != total):
        written = ",".join(map(str, sizes))
        says = f"ValueError: cannot reshape array of size {total} into shape ({written})"
        raise Broken(Event("reshape", node, says, {"from": shape, "to": tuple(sizes)}))
    return checked([total // known if each == -1 else each for each in sizes], node)


def _partly_reshaped(shape: Shape | None, sizes: Sequence[Any], unknown: int, node: Node) -> Shape:
    """A reshape with sizes that are not known: what is left over for the one that may be anything."""
    found: list[int | None] = [each if isinstance(each, int) and each >= 0 else None for each in sizes]
    rest = [size for size in (shape or (None,)) if size is not None]
    open_now = sum(size is None for size in (shape or (None, None)))
    places = [place for place, each in enumerate(sizes) if isinstance(each, int) and each == -1]
    if shape is not None and open_now == 1 and unknown == 1 and len(places) == 1:
        # The one open size is the same before and after: the rest is shared out among the others.
        known = math.prod(size for size in found if size is not None)
        if known and math.prod(rest) % known == 0:
            found[places[0]] = math.prod(rest) // known
    elif shape is not None and open_now == 0 and unknown + len(places) == 1:
        known = math.prod(size for size in found if size is not None)
        at = next(place for place, size in enumerate(found) if size is None)
        if known and math.prod(rest) % known == 0:
            found[at] = math.prod(rest) // known
    return _checked(tuple(found), node)


__all__ = ["METHODS", "broadcast", "indexed", "method", "part_of_table", "view"]
