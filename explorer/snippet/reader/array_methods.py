"""Methods, parts and arithmetic of arrays in pasted code, by shape alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from explorer.snippet.reader.limits import LARGEST_NUMBER, plainly
from explorer.snippet.reader.literals import MOST_AXES, checked, is_whole
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import Array, Broken, Event, Full, Opaque, Unreadable

METHODS = frozenset(
    (
        *("reshape", "astype", "transpose", "flatten", "ravel", "copy", "squeeze", "mean", "sum", "max", "min", "std"),
        *("var", "argmax", "argmin", "repeat", "tolist", "swapaxes"),
    )
)
_REDUCED = frozenset(
    (
        *("mean", "sum", "max", "min", "std", "var", "median", "argmax", "argmin", "prod", "any", "all", "amax", "amin"),
        *("nanmean",),
    )
)


def method(given: Array, name: str, args: Sequence[Any], kwargs: dict[str, Any], node: Node) -> Any:
    """What a method of an array gives. Raises what `arrays.call` raises."""
    with plainly(node):
        return _method(given, name, args, kwargs, node)


def _method(given: Array, name: str, args: Sequence[Any], kwargs: dict[str, Any], node: Node) -> Any:
    shape = given.shape
    keep = replace(given, ragged=False, turned=None, filled=None, fractions=False, node=node)
    if name == "astype":
        dtype = args[0] if args else kwargs.get("dtype")
        return Array(shape, is_whole(dtype), given.low, given.high, given.ragged, given.padded, node)
    if name == "tolist":
        return given
    if shape is None:
        return Array(None, ragged=given.ragged, node=node)
    if name == "reshape":
        wanted = args[0] if len(args) == 1 else tuple(args)
        wanted = kwargs.get("newshape", kwargs.get("shape", wanted))
        new = _reshaped(shape, wanted, node)
        turned = len(shape) == len(new) == 3 and shape[1:] == new[:0:-1] and shape[1] != shape[2] and 1 not in shape[1:]
        return replace(keep, shape=new, turned=shape if turned else None)
    if name in ("flatten", "ravel"):
        return replace(keep, shape=(math.prod(shape),))
    if name == "repeat":
        times, axis = args[0] if args else kwargs.get("repeats"), kwargs.get("axis", args[1] if len(args) > 1 else None)
        if isinstance(times, int) and isinstance(axis, int):
            sizes = list(shape)
            sizes[axis] *= times
            return replace(keep, shape=checked(tuple(sizes), node))
        return Array(None, node=node)
    if name == "tile":
        return Array(None, node=node)
    if name in _REDUCED:
        axis = kwargs.get("axis", args[0] if args else None)
        if axis is None:
            return Opaque("a single number of an array")
        axes = axis if isinstance(axis, tuple) else (axis,)
        if not all(isinstance(each, int) and -len(shape) <= each < len(shape) for each in axes):
            raise Broken(
                Event("numpy", node, f"AxisError: axis {axis} is out of bounds for array of dimension {len(shape)}")
            )
        gone = {each % len(shape) for each in axes}
        whole = name.startswith("arg")
        return Array(tuple(size for index, size in enumerate(shape) if index not in gone), whole, node=node)
    if name == "copy":
        return given
    try:
        made = view(shape)
        if name == "transpose":
            order = args[0] if len(args) == 1 and isinstance(args[0], (tuple, list)) else tuple(args) or kwargs.get("axes")
            made = np.transpose(made, order or None)
        else:
            made = getattr(np, name)(made, *args, **kwargs)
    except (ValueError, IndexError, TypeError) as error:
        raise Broken(Event("numpy", node, f"{type(error).__name__}: {error}")) from None
    return replace(keep, shape=checked(made.shape, node))


def indexed(given: Array, index: Any, node: Node) -> Any:
    """A part of an array."""
    if given.shape is None:
        return Array(None, given.whole, ragged=given.ragged, node=node)
    parts = index if isinstance(index, tuple) else (index,)
    if not all(each is None or each is Ellipsis or isinstance(each, (int, slice)) for each in parts):
        return Array(None, given.whole, node=node)
    if any(isinstance(each, bool) for each in parts):
        # True and False choose values, which NumPy copies.
        return Array(None, given.whole, node=node)
    try:
        made = view(given.shape)[index]
    except (IndexError, ValueError, TypeError) as error:
        raise Broken(Event("numpy", node, f"{type(error).__name__}: {error}")) from None
    return Array(made.shape, given.whole, given.low, given.high, False, given.padded, node)


def broadcast(parts: Sequence[Array], node: Node) -> Array:
    """What arithmetic makes of arrays."""
    known = [each.shape for each in parts if each.shape is not None]
    if len(known) < len(parts):
        return Array(None, node=node)
    try:
        shape = np.broadcast_shapes(*known)
    except ValueError:
        shapes = " ".join(str(each.shape).replace(" ", "") for each in parts)
        raise Broken(
            Event("numpy", node, f"ValueError: operands could not be broadcast together with shapes {shapes}")
        ) from None
    return Array(checked(shape, node), all(each.whole for each in parts), node=node)


def view(shape: Full) -> np.ndarray:
    """An array of any shape that takes no memory."""
    return np.broadcast_to(np.zeros((), np.int8), shape)


def _reshaped(shape: Full, wanted: Any, node: Node) -> Full:
    sizes = (wanted,) if isinstance(wanted, int) else wanted
    if not isinstance(sizes, (list, tuple)) or not all(isinstance(each, int) for each in sizes):
        raise Unreadable("The sizes of this reshape are not known here. Write them as numbers.", node.lineno)
    if len(sizes) > MOST_AXES or any(abs(each) > LARGEST_NUMBER for each in sizes):
        raise Unreadable(f"A reshape to {str(sizes[:MOST_AXES])[:60]} is not read here. Write fewer axes.", node.lineno)
    total, known = math.prod(shape), math.prod(each for each in sizes if each != -1)
    if list(sizes).count(-1) > 1 or (-1 in sizes and (known <= 0 or total % known)) or (-1 not in sizes and known != total):
        written = ",".join(map(str, sizes))
        says = f"ValueError: cannot reshape array of size {total} into shape ({written})"
        raise Broken(Event("reshape", node, says, {"from": shape, "to": tuple(sizes)}))
    return checked([total // known if each == -1 else each for each in sizes], node)
