"""Functions of Keras, TensorFlow and scikit-learn that shape data or tensors."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from explorer.snippet.reader import arrays, literals
from explorer.snippet.reader.data_values import Array, DataSet, Items, Opaque
from explorer.snippet.reader.library.backbones import backbone
from explorer.snippet.reader.library.backend import as_today, backend_call, drawn
from explorer.snippet.reader.library.followed import shape_of
from explorer.snippet.reader.library.old import keras_imported, note
from explorer.snippet.reader.library.operations import operation_named
from explorer.snippet.reader.library.paths import object_at, spoken, written
from explorer.snippet.reader.names import TENSORFLOW_OPERATIONS
from explorer.snippet.reader.parts_of_arrays import indexed
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import (
    Broken,
    Event,
    Known,
    TensorValue,
    Unreadable,
    swapped,
    tensors_in,
)


def tensorflow(record: Record, called: Known, rest: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """`tf.<rest>(...)`: on tensors the operation of Keras that takes its place, else arrays by shape alone.

    Raises Unreadable for a tensor that goes where it is not supported.
    """
    tensors = tensors_in((args, kwargs))
    if rest in ("shape", "rank") and args and isinstance(args[0], TensorValue):
        sizes = shape_of(record, args[0])
        return sizes if rest == "shape" else len(sizes)
    if rest == "data.Dataset.from_tensor_slices" and args:
        return DataSet([swapped(args[0], lambda each: indexed(each, 0, node) if isinstance(each, Array) else each)])
    if rest == "TensorSpec" and (shape := args[0] if args else kwargs.get("shape")) is not None:
        dtype = args[1] if len(args) > 1 else kwargs.get("dtype")
        return Array(arrays.shape_of_argument(shape, node), literals.is_whole(dtype), node=node)
    if rest == "data.Dataset.from_generator" and "output_signature" in kwargs:
        return DataSet([kwargs["output_signature"]])
    if (made := drawn(record, rest, args, kwargs, node)) is not None:
        return made
    if tensors and rest in TENSORFLOW_OPERATIONS:
        today = TENSORFLOW_OPERATIONS[rest]
        if not record.inside:
            # In a layer of the code's own such functions get real tensors: there they are as they always were.
            says = "ValueError: A KerasTensor cannot be used as input to a TensorFlow function."
            edits = [record.source.replaced(node.func, f"keras.ops.{today}"), *keras_imported(record)]
            note(record, node, f"`tf.{rest}`", says, *edits)
        if rest == "cast" and "dtype" not in kwargs and len(args) > 1 and isinstance(args[1], Known):
            args = [args[0], args[1].last]
        return operation_named(record, today, *as_today(record, today, args, kwargs, node), node)
    if not tensors and args and isinstance(args[0], Array) and rest in TENSORFLOW_OPERATIONS:
        today = TENSORFLOW_OPERATIONS[rest]
        if today in ("cast", "identity"):
            return args[0]
        return arrays.call(today, *as_today(record, today, args, kwargs, node), node)
    if tensors:
        raise Unreadable(f"`tf.{rest}` is not supported on a Keras tensor. Use a layer or keras.ops.", node.lineno)
    name = called.last
    if rest.startswith(("random.", "zeros", "ones", "fill", "constant", "convert_to_tensor", "expand_dims", "range")):
        if name in ("set_seed", "Generator"):
            return None
        alike = {"constant": "array", "convert_to_tensor": "array", "fill": "full", "range": "arange"}.get(name, name)
        if rest.startswith("random.") and args and name in ("normal", "uniform", "truncated_normal"):
            return arrays.call("zeros", [args[0]], {}, node)
        if name == "range":
            order = [kwargs.get("start"), kwargs.get("limit"), kwargs.get("delta")]
            args = args or [each for each in order if each is not None]
        return arrays.call(alike, args, {key: kwargs[key] for key in kwargs if key in ("dtype", "axis", "shape")}, node)
    return Opaque(f"tf.{rest}")


def utility(record: Record, called: Known, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """What else Keras has: functions that shape data by their shapes, the rest as values that are not followed.

    Raises Unreadable for what downloads something, and for a tensor that goes where it is not supported.
    """
    # What is given by its name is the first argument all the same.
    first = kwargs.get({"to_categorical": "x", "pad_sequences": "sequences"}.get(name, ""))
    args = [first] if first is not None and not args else args
    if name == "to_categorical" and args:
        given = literals.array_of(args[0], node)
        many = kwargs.get("num_classes", args[1] if len(args) > 1 else None)
        if many is None and given.high is not None:
            many = int(given.high) + 1
        shape = given.shape[:-1] if given.shape and len(given.shape) > 1 and given.shape[-1] == 1 else given.shape
        return arrays.onehot(replace(given, shape=shape), many, node)
    if name == "pad_sequences" and args:
        return _padded(record, args, kwargs, node)
    if name in ("set_random_seed", "clear_session", "plot_model", "set_floatx", "set_image_data_format", "set_seed"):
        return None
    if name in ("TimeseriesGenerator", "timeseries_dataset_from_array"):
        return windows(args, kwargs, node)
    if name == "int_shape" and args and isinstance(args[0], TensorValue):
        return shape_of(record, args[0])
    if called.path.startswith("keras.applications.") and name[:1].isupper():
        return backbone(record, name, args, kwargs, node)
    if name == "preprocess_input" and "applications" in called.path:
        return args[0] if args else None
    if "datasets" in called.path:
        raise Unreadable(
            f"`{written(called)}` downloads something, and nothing is fetched here. Write the shape of its data instead, "
            "such as x = np.zeros((8, 20, 5)).",
            node.lineno,
        )
    if name == "backend":
        return "tensorflow"
    if called.path.startswith("keras.backend."):
        return backend_call(record, called, name, args, kwargs, node)
    if tensors_in((args, kwargs)):
        raise Unreadable(
            f"`{written(called)}` is not supported on a tensor. Use a layer, or keras.ops where it only shapes.",
            node.lineno,
        )
    return Opaque(written(called))


def initializer(called: Known, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """An initializer, regularizer or constraint, made of numbers. Raises Broken where Keras raises."""
    if not all(isinstance(each, (int, float, str, bool, type(None))) for each in (*args, *kwargs.values())):
        return Opaque(called.path)
    try:
        return Opaque(called.path) if (found := object_at(called.path, "keras")) is None else found(*args, **kwargs)
    except Exception as error:
        raise Broken(Event("make", node, spoken(error), {"kind": called.last})) from None


def windows(args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> DataSet:
    """Windows of a series in batches: what the first batch is."""
    names = ("data", "targets", "sequence_length" if "sequence_length" in kwargs else "length")
    given = dict(zip(names, args, strict=False)) | kwargs
    series, targets = (literals.array_of(given.get(name), node) for name in ("data", "targets"))
    length = given.get("sequence_length", given.get("length"))
    batch = given.get("batch_size", 128)
    batch = batch if isinstance(batch, int) else None
    x = Array(
        None if series.shape is None else (batch, length if isinstance(length, int) else None, *series.shape[1:]), node=node
    )
    y = Array(None if targets.shape is None else (batch, *targets.shape[1:]), targets.whole, node=node)
    return DataSet([(x, y)] if given.get("targets") is not None else [x])


def _padded(record: Record, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Array:
    given = args[0]
    most = kwargs.get("maxlen", args[1] if len(args) > 1 else None)
    dtype = str(getattr(kwargs.get("dtype"), "path", kwargs.get("dtype") or "int32"))
    found = literals.lengths(given)
    if isinstance(given, (Array, Opaque)) or found is None:
        many = (
            given.shape[0] if isinstance(given, Array) and given.shape else given.size if isinstance(given, Items) else None
        )
        known = (many, most if isinstance(most, int) else None)
        literals.checked([size for size in known if size is not None], node)
        return Array(known, "int" in dtype, node=node)
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
