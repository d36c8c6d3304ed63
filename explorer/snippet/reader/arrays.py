"""NumPy calls of pasted code, by shape alone: what is made of arrays that hold no numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from explorer.snippet.reader.array_methods import METHODS, broadcast, method, view
from explorer.snippet.reader.data_values import Array, Opaque, Shape, Sizes
from explorer.snippet.reader.limits import bounded_number, plainly
from explorer.snippet.reader.literals import array_of, checked, is_whole, literal
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import Broken, Event, Unreadable

_ELEMENTWISE = frozenset(
    (
        *("abs", "absolute", "sin", "cos", "tan", "exp", "log", "log1p", "expm1", "sqrt", "square", "tanh", "sign", "round"),
        *("rint", "floor", "ceil", "clip", "nan_to_num", "cumsum", "cumprod", "flip", "roll", "fliplr", "flipud", "copy"),
        *("sort", "negative", "power", "float32", "float64", "asarray", "ascontiguousarray", "add", "subtract", "multiply"),
        *("divide", "maximum", "minimum", "mod", "int32", "int64", "random.permutation", "random.shuffle", "isnan", "where"),
    )
)
# What NumPy makes of a single number, as Python's own function does.
_OF_NUMBERS = {
    **{name: name for name in ("ceil", "floor", "sqrt", "log", "log2", "log10", "exp")},
    **{name: "fabs" for name in ("abs", "absolute")},
}
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
        try:
            return _call(name, args, kwargs, node)
        except Broken:
            if any(isinstance(each, Array) and each.typed for each in args):
                return Array(None, node=node)
            raise


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
        return Array((None,), is_whole(kwargs.get("dtype"), all(isinstance(e, (int, Opaque)) for e in args)), node=node)
    if last == "linspace":
        size = args[2] if len(args) > 2 else kwargs.get("num", 50)
        return Array(checked((size,), node) if isinstance(size, int) else None, node=node)
    if last in ("eye", "identity"):
        sizes = [each if isinstance(each, int) else None for each in (args[0], args[1] if len(args) > 1 else args[0])]
        return Array(_known(sizes, node), low=0, high=1, node=node, onehot=True)
    if last == "one_hot" and args:
        return onehot(array_of(args[0], node), kwargs.get("num_classes", args[1] if len(args) > 1 else None), node)
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
            held = sizes[axis]
            sizes[axis] = None if held is None else held - size + 1
            return Array(_known((*sizes, size), node), given.whole, given.low, given.high, node=node)
        return Array(None, node=node)
    if last == "diff" and args:
        given = array_of(args[0], node)
        return Array(None if given.shape is None else (*given.shape[:-1], None), node=node)
    if last == "pad" and args:
        given = array_of(args[0], node)
        return Array(
            None if given.shape is None else _padded(given.shape, args[1] if len(args) > 1 else kwargs.get("pad_width")),
            node=node,
        )
    if last == "unique" and args:
        return Array((None,), node=node)
    if last in ("meshgrid", "split", "array_split"):
        return Opaque(f"np.{name}")
    if last in _OF_NUMBERS and len(args) == 1 and isinstance(args[0], (int, float)):
        return bounded_number(getattr(math, _OF_NUMBERS[last])(args[0]), node)
    if last in _ELEMENTWISE and args:
        shapes = [array_of(each, node) for each in args if isinstance(each, (Array, list, tuple, int, float))]
        return broadcast(shapes, node) if shapes else Array(None, node=node)
    if last in ("newaxis", "pi", "e", "inf", "nan"):
        return Opaque(f"np.{name}")
    if last in ("shape",) and args:
        found = array_of(args[0], node).shape
        return shape_value(found)
    if last == "prod" and args and isinstance(args[0], (list, tuple)):
        # One number after the other, so that none grows without end.
        total = 1
        for each in args[0]:
            total = bounded_number(total * each, node)
        return total
    return Opaque(f"np.{name}")


def onehot(given: Array, many: Any, node: Node) -> Array:
    """A vector for each class number, with a 1 at its place. many: how many classes there are, where that is a number."""
    many = many if isinstance(many, int) else None
    if given.shape is None:
        return Array((None, many), low=0, high=1, node=node, open=True, onehot=True)
    checked([size for size in (*given.shape, many) if size is not None], node)
    return Array((*given.shape, many), low=0, high=1, node=node, open=given.open, onehot=True)


def _padded(shape: Shape, widths: Any) -> Shape:
    """The sizes of an array that is padded on both sides."""
    if (
        isinstance(widths, (list, tuple))
        and len(widths) == len(shape)
        and all(isinstance(each, (list, tuple)) for each in widths)
    ):
        return tuple(
            size
            if tuple(width) == (0, 0)
            else size + sum(width)
            if size is not None and all(isinstance(e, int) for e in width)
            else None
            for size, width in zip(shape, widths, strict=True)
        )
    return (None,) * len(shape)


def shape_value(shape: Shape | None, name: str | None = None, line: int | None = None, more: bool = False) -> Any:
    """A shape as the code gets it: sizes that are not known have names of their own. more: whether others may follow."""
    if shape is None:
        return Opaque("a shape that is not known", f"{name}.shape" if name else None, line)
    sizes = [
        Opaque("the data", f"{name}.shape[{place}]" if name else None, line, whole=True) if size is None else size
        for place, size in enumerate(shape)
    ]
    return Sizes(sizes) if more else tuple(sizes)


def shape_of_argument(value: Any, node: Node) -> Shape:
    """A shape as a function is given it: one number or a sequence of them; None for those that are not known."""
    sizes = (value,) if isinstance(value, (int, Opaque)) else value
    if isinstance(sizes, (list, tuple)) and all(isinstance(each, (int, Opaque)) for each in sizes):
        if isinstance(value, Opaque) and not value.whole:
            raise Unreadable(
                f"The shape of this array is not known here: {_short(value)}. Write numbers, such as np.zeros((8, 20, 5)).",
                node.lineno,
            )
        checked([each for each in sizes if isinstance(each, int)], node)
        return tuple(each if isinstance(each, int) else None for each in sizes)
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
    if len(shapes) < len(arrays) or not isinstance(axis, int) or getattr(parts, "rest", 0) != 0:
        return _joined_alike(name, parts, shapes, node)
    if len(arrays) > 1000:
        return Array(None, node=node)
    if name == "stack" and len({shape[1:] for shape in shapes if shape}) == 1 and len({shape[:1] for shape in shapes}) > 1:
        return Array(None, ragged=not any(None in shape for shape in shapes), node=node)
    whole = all(each.whole for each in arrays)
    # NumPy copies what it joins: only the sizes across the seam are real, the others stand for themselves.
    if any(None in shape for shape in shapes) or sum(math.prod(size or 1 for size in shape) for shape in shapes) > 200_000:
        made = _joined_large(name, shapes, axis, whole, node)
        return replace(made, open=any(each.open for each in arrays), onehot=all(each.onehot for each in arrays))
    try:
        views = [view([size or 0 for size in shape]) for shape in shapes]
        joined = getattr(np, name)(views, **({"axis": axis} if name in ("concatenate", "stack") else {}))
    except (ValueError, IndexError, TypeError) as error:
        raise Broken(Event("numpy", node, f"{type(error).__name__}: {error}")) from None
    known = [each for array in arrays for each in (array.low, array.high) if each is not None]
    low, high = (min(known), max(known)) if len(known) == 2 * len(arrays) else (None, None)
    alike = arrays[0].traits if len({tuple(each.traits.items()) for each in arrays}) == 1 else {}
    return Array(checked(joined.shape, node), all(each.whole for each in arrays), low, high, node=node, **alike)


def _joined_large(name: str, shapes: list[Shape], axis: int, whole: bool, node: Node) -> Array:
    """Large arrays, or some whose sizes are not all known."""
    first, rank = shapes[0], len(shapes[0])
    alike = all(len(shape) == rank for shape in shapes)
    if name in ("vstack", "append", "hstack", "column_stack"):
        axis = 0 if name in ("vstack", "append") or rank == 1 else 1
        if name == "append" or rank == 1:
            return Array(None, node=node)
        name = "concatenate"
    if name == "concatenate" and alike and -rank <= axis < rank:
        sizes = [
            across[0] if len(set(across)) == 1 else next((size for size in across if size is not None), None)
            for across in zip(*shapes, strict=True)
        ]
        parts = [shape[axis] for shape in shapes]
        sizes[axis % rank] = None if None in parts else sum(size or 0 for size in parts)
        return Array(_known(sizes, node), whole, node=node)
    if name == "stack" and len(set(shapes)) == 1:
        place = axis % (rank + 1)
        return Array(_known((*first[:place], len(shapes), *first[place:]), node), whole, node=node)
    return Array(None, node=node)


def _joined_alike(name: str, parts: Any, shapes: list[Shape], node: Node) -> Array:
    """A list that grew in a loop, joined: its elements are all alike."""
    if not shapes or len(set(shapes)) > 1 or getattr(parts, "rest", 0) == 0:
        return Array(None, node=node)
    (shape,) = set(shapes)
    first = array_of(parts[0], node)
    if name == "stack":
        return Array((parts.size, *shape), node=node, **first.traits)
    if name in ("concatenate", "vstack") and len(shape) > 1:
        return Array((None, *shape[1:]), node=node, **first.traits)
    return Array(None, node=node)


def _known(sizes: Any, node: Node) -> Shape:
    checked([size for size in sizes if size is not None], node)
    return tuple(sizes)
