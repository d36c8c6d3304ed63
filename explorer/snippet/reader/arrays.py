"""NumPy calls of pasted code, by shape alone: what is made of arrays that hold no numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from explorer.snippet.reader.array_methods import METHODS, broadcast, method, view
from explorer.snippet.reader.limits import bounded_number, plainly
from explorer.snippet.reader.literals import array_of, checked, is_whole, literal
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
_RANDOM = frozenset(
    (
        *("rand", "randn", "random", "random_sample", "normal", "uniform", "standard_normal", "randint", "integers"),
        *("choice", "binomial"),
    )
)
_FROM_SHAPE = frozenset(["zeros", "ones", "empty", "full"])
_LIKE = frozenset(["zeros_like", "ones_like", "empty_like", "full_like"])


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


def shape_of_argument(value: Any, node: Node) -> Full:
    """A shape as a function is given it: one number or a sequence of them."""
    sizes = (value,) if isinstance(value, int) else value
    if isinstance(sizes, (list, tuple)) and all(isinstance(each, int) for each in sizes):
        return checked(tuple(sizes), node)
    raise Unreadable(
        f"The shape of this array is not known here: {_short(value)}. Write numbers, such as np.zeros((8, 20, 5)).",
        node.lineno,
    )


def _short(value: Any) -> str:
    return (
        value.why if isinstance(value, Opaque) else type(value).__name__ if not isinstance(value, tuple) else str(value)[:60]
    )


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
        views = [view(shape) for shape in shapes]
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
