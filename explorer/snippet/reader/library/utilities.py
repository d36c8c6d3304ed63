"""Functions of Keras, TensorFlow and scikit-learn that shape data or tensors."""

from __future__ import annotations

import ast
import math
from typing import Any

from explorer.snippet.reader import arrays, literals
from explorer.snippet.reader.library.calling import operation
from explorer.snippet.reader.library.old import keras_imported, note
from explorer.snippet.reader.library.paths import object_at, spoken, written
from explorer.snippet.reader.names import OPERATIONS, TENSORFLOW_OPERATIONS
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import Array, Broken, Event, Known, Opaque, TensorValue, Unreadable, tensors_in


def operation_named(record: Record, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """`keras.ops.<name>(...)`, on tensors or on data. Raises Unreadable for an operation that is not supported."""
    if name == "shape" and args and isinstance(args[0], TensorValue):
        return args[0].shape
    tensors = tensors_in((args, kwargs))
    if not tensors:
        if name in ("zeros", "ones", "full", "arange", "linspace", "array", "expand_dims", "reshape"):
            return arrays.call(name, args, kwargs, node)
        if name == "convert_to_tensor" and args:
            return args[0]
        return Opaque(f"keras.ops.{name}")
    if name not in OPERATIONS:
        raise Unreadable(
            f"`keras.ops.{name}` is not supported here. Use a layer, or an operation that only shapes.", node.lineno
        )
    return operation(record, name, args, kwargs, node)


def tensorflow(record: Record, called: Known, rest: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """`tf.<rest>(...)`: on tensors the operation of Keras that takes its place, else arrays by shape alone.

    Raises Unreadable for a tensor that goes where it is not supported.
    """
    tensors = tensors_in((args, kwargs))
    if tensors and rest in TENSORFLOW_OPERATIONS:
        today = TENSORFLOW_OPERATIONS[rest]
        says = "ValueError: A KerasTensor cannot be used as input to a TensorFlow function."
        edits = [record.source.replaced(node.func, f"keras.ops.{today}"), *keras_imported(record)]
        if rest == "cast" and "dtype" not in kwargs and len(args) > 1 and isinstance(args[1], Known):
            args = [args[0], args[1].last]
        note(record, node, f"`tf.{rest}`", says, *edits)
        return operation_named(record, today, args, kwargs, node)
    if tensors:
        raise Unreadable(f"`tf.{rest}` is not supported on a Keras tensor. Use a layer or keras.ops.", node.lineno)
    name = called.last
    if rest.startswith(("random.", "zeros", "ones", "fill", "constant", "convert_to_tensor", "expand_dims", "range")):
        if name in ("set_seed", "Generator"):
            return None
        alike = {"constant": "array", "convert_to_tensor": "array", "fill": "full", "range": "arange"}.get(name, name)
        if rest.startswith("random.") and args and name in ("normal", "uniform", "truncated_normal"):
            return arrays.call("zeros", [args[0]], {}, node)
        return arrays.call(alike, args, {key: kwargs[key] for key in kwargs if key in ("dtype", "axis", "shape")}, node)
    return Opaque(f"tf.{rest}")


def utility(record: Record, called: Known, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """What else Keras has: functions that shape data by their shapes, the rest as values that are not followed.

    Raises Unreadable for what downloads something, and for a tensor that goes where it is not supported.
    """
    if name == "to_categorical" and args:
        given = literals.array_of(args[0], node)
        many = kwargs.get("num_classes", args[1] if len(args) > 1 else None)
        if many is None and given.high is not None:
            many = int(given.high) + 1
        if given.shape is None or not isinstance(many, int):
            return Array(None, node=node)
        shape = given.shape[:-1] if len(given.shape) > 1 and given.shape[-1] == 1 else given.shape
        return Array(literals.checked((*shape, many), node), low=0, high=1, node=node)
    if name == "pad_sequences" and args:
        return _padded(record, args, kwargs, node)
    if name in ("set_random_seed", "clear_session", "plot_model", "set_floatx", "set_image_data_format", "set_seed"):
        return None
    if name == "int_shape" and args and isinstance(args[0], TensorValue):
        return args[0].shape
    if "datasets" in called.path or "applications" in called.path:
        raise Unreadable(
            f"`{written(called)}` downloads something, and nothing is fetched here. Write the shape of its data instead, "
            "such as x = np.zeros((8, 20, 5)).",
            node.lineno,
        )
    if name == "backend":
        return "tensorflow"
    if called.path.startswith("keras.backend.") and name in OPERATIONS and tensors_in(args):
        return operation_named(record, name, args, kwargs, node)
    if tensors_in((args, kwargs)):
        raise Unreadable(
            f"`{written(called)}` is not supported on a tensor. Use a layer, or keras.ops where it only shapes.",
            node.lineno,
        )
    return Opaque(written(called))


def split(args: list[Any], kwargs: dict[str, Any], node: Node) -> Any:
    """scikit-learn's train_test_split, by shape: the test part is rounded up."""
    found: list[Any] = []
    part = kwargs.get("test_size", 0.25)
    for each in args:
        given = each if isinstance(each, Array) else literals.literal(each, node)
        if not given.shape or not isinstance(part, (int, float)):
            found += [Opaque("a part of the data")] * 2
            continue
        test = min(given.shape[0], part if isinstance(part, int) and part >= 1 else math.ceil(given.shape[0] * part))
        sizes = (max(0, given.shape[0] - test), max(0, test))
        found += [Array((size, *given.shape[1:]), given.whole, node=node) for size in sizes]
    return found


def initializer(called: Known, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """An initializer, regularizer or constraint, made of numbers. Raises Broken where Keras raises."""
    if not all(isinstance(each, (int, float, str, bool, type(None))) for each in (*args, *kwargs.values())):
        return Opaque(called.path)
    try:
        return Opaque(called.path) if (found := object_at(called.path, "keras")) is None else found(*args, **kwargs)
    except Exception as error:
        raise Broken(Event("make", node, spoken(error), {"kind": called.last})) from None


def _padded(record: Record, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Array:
    given = args[0]
    most = kwargs.get("maxlen", args[1] if len(args) > 1 else None)
    dtype = str(getattr(kwargs.get("dtype"), "path", kwargs.get("dtype") or "int32"))
    found = literals.lengths(given)
    if isinstance(given, Array):
        known = literals.checked((given.shape[0], most), node) if given.shape and isinstance(most, int) else None
        return Array(known, True, node=node)
    if found is None:
        return Array(None, "int" in dtype, node=node)
    many, longest, step = found
    uneven = literals.unequal(given) or (isinstance(most, int) and most > longest)
    numbers = literals.literal(given, node)
    made = Array(
        literals.checked((many, most if isinstance(most, int) else longest, *step), node),
        "int" in dtype,
        min(numbers.low, 0) if numbers.low is not None else None,
        numbers.high,
        padded=str(kwargs.get("padding", "pre")) if uneven else None,
        filled=kwargs.get("value", 0.0) if isinstance(kwargs.get("value", 0.0), (int, float)) else None,
        node=node,
    )
    if "int" in dtype and literals.has_fractions(given):
        record.noted.append(Event("cut", node))
    return made
