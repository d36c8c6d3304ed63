"""NumPy calls of pasted code, by shape alone: what is made of arrays that hold no numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from explorer.snippet.reader.limits import LARGEST_NUMBER, bounded_number, plainly
from explorer.snippet.reader.literals import MOST_AXES, array_of, checked, is_whole, literal
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import Array, Broken, Event, Full, Opaque, Unreadable

_ELEMENTWISE = frozenset(
    (
        *("abs", "absolute", "sin", "cos", "tan", "exp", "log", "log1p", "expm1", "sqrt", "square", "tanh", "sign", "round"),
        *("rint", "floor", "ceil", "clip", "nan_to_num", "cumsum", "cumprod", "flip", "roll", "fliplr", "flipud", "copy"),
        *("sort", "negative", "power", "float32", "float64", "asarray", "ascontiguousarray", "add", "subtract", "multiply"),
        *("divide", "maximum", "minimum", "mod", "int32", "int64", "random.permutation", "random.shuffle", "isnan", "where"),
    )
)
_REDUCED = frozenset(
    (
        *("mean", "sum", "max", "min", "std", "var", "median", "argmax", "argmin", "prod", "any", "all", "amax", "amin"),
        *("nanmean",),
    )
)
_RANDOM = frozenset(
    (
        *("rand", "randn", "random", "random_sample", "normal", "uniform", "standard_normal", "randint", "integers"),
        *("choice", "binomial"),
    )
)
_FROM_SHAPE = frozenset(["zeros", "ones", "empty", "full"])
_LIKE = frozenset(["zeros_like", "ones_like", "empty_like", "full_like"])
METHODS = frozenset(
    (
        *("reshape", "astype", "transpose", "flatten", "ravel", "copy", "squeeze", "mean", "sum", "max", "min", "std"),
        *("var", "argmax", "argmin", "repeat", "tolist", "swapaxes"),
    )
)


def call(name: str, args: list[Any], kwargs: dict[str, Any], node: Node) -> Any:
    """What `np.<name>(...)` gives, as shapes; an unknown function gives an `Opaque`.

    Raises Broken where NumPy would raise, and Unreadable where a size is missing or absurd.
    """
    with plainly(node):
        return _call(name, args, kwargs, node)


def _call(name: str, args: list[Any], kwargs: dict[str, Any], node: Node) -> Any:
    last = name.rpartition(".")[2]
    if name in ("random.permutation", "random.shuffle") and args:
        return array_of(args[0], node)
    if name.startswith("random.") and last in ("seed", "default_rng", "RandomState"):
        return Opaque("np.random")
    if last in _RANDOM and name != "random":
        return _random(last, args, kwargs, node)
    if last in _FROM_SHAPE:
        shape = shape_of_argument(args[0] if args else kwargs.get("shape"), node)
        value = args[1] if last == "full" and len(args) > 1 else 0 if last == "zeros" else 1
        whole = is_whole(kwargs.get("dtype", args[1] if last != "full" and len(args) > 1 else None))
        number = value if isinstance(value, (int, float)) else None
        return Array(shape, whole, number, number, node=node)
    if last in _LIKE:
        given = array_of(args[0], node)
        return Array(given.shape, given.whole, node=node)
    if last in ("array", "asarray") or last in ("float32", "float64", "int32", "int64"):
        return literal(args[0], node, kwargs.get("dtype", args[1] if len(args) > 1 else None))
    if last == "arange":
        numbers = [each for each in args if isinstance(each, (int, float))]
        if len(numbers) == len(args) and args:
            start, stop, step = (0, *numbers, 1)[:3] if len(numbers) == 1 else (*numbers, 1)[:3]
            size = max(0, math.ceil((stop - start) / step)) if step else 0
            whole = all(isinstance(each, int) for each in numbers) and is_whole(kwargs.get("dtype"), True)
            return Array(checked((size,), node), whole, start, stop - 1 if size else start, node=node)
        return Array(None, node=node)
    if last == "linspace":
        size = args[2] if len(args) > 2 else kwargs.get("num", 50)
        return Array(checked((size,), node) if isinstance(size, int) else None, node=node)
    if last in ("eye", "identity"):
        size = args[0]
        return Array(checked((size, args[1] if len(args) > 1 and isinstance(args[1], int) else size), node), node=node)
    if last in METHODS or last in ("expand_dims", "moveaxis", "tile"):
        if not args:
            return Opaque(f"np.{name}")
        return method(array_of(args[0], node), last, args[1:], kwargs, node)
    if last in ("concatenate", "stack", "vstack", "hstack", "dstack", "column_stack", "append"):
        parts = args[0] if last != "append" else args[:2]
        axis = kwargs.get("axis", args[1] if len(args) > 1 and last in ("concatenate", "stack") else 0)
        return _joined(last, parts, axis, node)
    if last == "sliding_window_view" and len(args) > 1:
        given, size = array_of(args[0], node), args[1]
        axis = kwargs.get("axis", args[2] if len(args) > 2 else 0)
        if given.shape and isinstance(size, int) and isinstance(axis, int) and -len(given.shape) <= axis < len(given.shape):
            sizes = list(given.shape)
            sizes[axis] = sizes[axis] - size + 1
            return Array(checked((*sizes, size), node), given.whole, given.low, given.high, node=node)
        return Array(None, node=node)
    if last in _ELEMENTWISE and args:
        shapes = [array_of(each, node) for each in args if isinstance(each, (Array, list, tuple, int, float))]
        return broadcast(shapes, node) if shapes else Array(None, node=node)
    if last in ("newaxis", "pi", "e", "inf", "nan"):
        return Opaque(f"np.{name}")
    if last in ("shape",) and args:
        found = array_of(args[0], node).shape
        return found if found is not None else Opaque("a shape that is not known")
    if last == "prod" and args and isinstance(args[0], (list, tuple)):
        # One number after the other, so that none grows without end.
        total = 1
        for each in args[0]:
            total = bounded_number(total * each, node)
        return total
    return Opaque(f"np.{name}")


def method(given: Array, name: str, args: Sequence[Any], kwargs: dict[str, Any], node: Node) -> Any:
    """What a method of an array gives. Raises what `call` raises."""
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
        made = _view(shape)
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
        made = _view(given.shape)[index]
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


def shape_of_argument(value: Any, node: Node) -> Full:
    """A shape as a function is given it: one number or a sequence of them."""
    sizes = (value,) if isinstance(value, int) else value
    if isinstance(sizes, (list, tuple)) and all(isinstance(each, int) for each in sizes):
        return checked(tuple(sizes), node)
    raise Unreadable(
        f"The shape of this array is not known here: {_short(value)}. Write numbers, such as np.zeros((8, 20, 5)).",
        node.lineno,
    )


def _view(shape: Full) -> np.ndarray:
    """An array of any shape that takes no memory."""
    return np.broadcast_to(np.zeros((), np.int8), shape)


def _short(value: Any) -> str:
    return (
        value.why if isinstance(value, Opaque) else type(value).__name__ if not isinstance(value, tuple) else str(value)[:60]
    )


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


def _random(name: str, args: list[Any], kwargs: dict[str, Any], node: Node) -> Any:
    if name in ("rand", "randn"):
        if not args:
            return Opaque("a random number")
        return Array(shape_of_argument(tuple(args), node), node=node, fractions=True)
    if name in ("random", "random_sample", "standard_normal"):
        size = kwargs.get("size", args[0] if args else None)
        return Opaque("a random number") if size is None else Array(shape_of_argument(size, node), node=node, fractions=True)
    size = kwargs.get("size", args[2] if len(args) > 2 else args[1] if name == "choice" and len(args) > 1 else None)
    if size is None:
        return Opaque("a random number")
    whole = name in ("randint", "integers", "binomial")
    low = high = None
    if name in ("randint", "integers"):
        bounds = [each for each in (*args[:2], kwargs.get("high")) if isinstance(each, int)]
        if bounds:
            low, high = (0, bounds[0] - 1) if len(bounds) == 1 else (bounds[0], bounds[1] - 1)
    if name == "choice" and args:
        if isinstance(args[0], int) and args[0] > 0:
            whole, low, high = True, 0, args[0] - 1
        drawn = args[0] if isinstance(args[0], (list, range)) else []
        if len(drawn) and all(isinstance(each, int) for each in drawn):
            whole, low, high = True, min(drawn), max(drawn)
    return Array(shape_of_argument(size, node), whole, low, high, node=node, fractions=name in ("normal", "uniform"))


def _joined(name: str, parts: Any, axis: Any, node: Node) -> Any:
    if not isinstance(parts, (list, tuple)) or not parts:
        return Array(None, node=node)
    arrays = [array_of(each, node) for each in parts]
    shapes = [each.shape for each in arrays if each.shape is not None]
    if len(shapes) < len(arrays) or not isinstance(axis, int):
        return Array(None, node=node)
    if len(arrays) > 1000:
        return Array(None, node=node)
    if name == "stack" and len({shape[1:] for shape in shapes if shape}) == 1 and len({shape[:1] for shape in shapes}) > 1:
        return Array(None, ragged=True, node=node)
    try:
        views = [_view(shape) for shape in shapes]
        # NumPy copies what it joins: only the sizes across the seam are real, the others stand for themselves.
        if sum(view.size for view in views) > 200_000:
            return _joined_large(name, shapes, axis, arrays, node)
        joined = getattr(np, name)(views, **({"axis": axis} if name in ("concatenate", "stack") else {}))
    except (ValueError, IndexError, TypeError) as error:
        raise Broken(Event("numpy", node, f"{type(error).__name__}: {error}")) from None
    known = [each for array in arrays for each in (array.low, array.high) if each is not None]
    low, high = (min(known), max(known)) if len(known) == 2 * len(arrays) else (None, None)
    return Array(checked(joined.shape, node), all(each.whole for each in arrays), low, high, node=node)


def _joined_large(name: str, shapes: list[Full], axis: int, arrays: list[Array], node: Node) -> Array:
    whole = all(each.whole for each in arrays)
    if name == "concatenate" and all(len(shape) == len(shapes[0]) for shape in shapes) and axis < len(shapes[0]):
        sizes = list(shapes[0])
        sizes[axis] = sum(shape[axis] for shape in shapes)
        return Array(checked(sizes, node), whole, node=node)
    if name == "stack" and len(set(shapes)) == 1:
        place = axis % (len(shapes[0]) + 1)
        return Array(checked((*shapes[0][:place], len(shapes), *shapes[0][place:]), node), whole, node=node)
    return Array(None, node=node)
