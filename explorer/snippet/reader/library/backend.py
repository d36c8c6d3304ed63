"""Functions of TensorFlow and of Keras's old backend, with the arguments that keras.ops takes."""

from __future__ import annotations

import ast
from typing import Any

import keras

from explorer.snippet.reader.data_values import Opaque
from explorer.snippet.reader.library.calling import make_call, operation
from explorer.snippet.reader.library.followed import shape_of
from explorer.snippet.reader.library.old import keras_imported, note
from explorer.snippet.reader.library.operations import operation_named
from explorer.snippet.reader.library.paths import stands, written
from explorer.snippet.reader.names import BACKEND_OPERATIONS
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import (
    Call,
    Known,
    TensorValue,
    Unreadable,
    tensors_in,
)


def backend_call(record: Record, called: Known, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """`K.<name>(...)` of Keras's old backend. Raises Unreadable for what is not followed on a tensor."""
    tensors = tensors_in((args, kwargs))
    if name in ("shape", "ndim") and tensors:
        shape = shape_of(record, tensors[0])
        return shape if name == "shape" else len(shape)
    if name in ("floatx", "epsilon"):
        return "float32" if name == "floatx" else 1e-7
    if (made := drawn(record, name, args, kwargs, node)) is not None:
        return made
    if not tensors:
        return Opaque(written(called))
    if name not in BACKEND_OPERATIONS and name != "batch_dot":
        raise Unreadable(f"`{written(called)}` is not supported on a tensor. Use a layer, or keras.ops.", node.lineno)
    gone = not stands(called.path, called.top)
    if gone or not record.inside:
        today = BACKEND_OPERATIONS.get(name, "matmul")
        says = f"AttributeError: module 'keras.backend' has no attribute '{name}'"
        if not gone:
            says = "ValueError: A KerasTensor cannot be used as input to a TensorFlow function."
        edits = [record.source.replaced(node.func, f"keras.ops.{today}"), *keras_imported(record)]
        note(record, node, f"`K.{name}`", says, *edits)
    if name == "batch_dot":
        return _batch_dot(record, args, kwargs, node)
    today = BACKEND_OPERATIONS[name]
    return operation_named(record, today, *as_today(record, today, args, kwargs, node), node)


def _batch_dot(record: Record, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """`K.batch_dot(x, y, axes)`, which is what `Dot` does."""
    axes = kwargs.get("axes", args[2] if len(args) > 2 else None)
    if axes is None:
        axes = [len(tensors_in(args)[0].shape) - 1, max(1, len(tensors_in(args)[1].shape) - 2)]
    layer = keras.layers.Dot(axes=axes)
    return make_call(record, Call("batch_dot", node, (list(args[:2]),), {}), layer, node)


def drawn(record: Record, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """Random numbers, ones and zeros beside tensors in a layer of the code's own: a tensor of that shape; None elsewhere."""
    last = name.rpartition(".")[2]
    wanted = last in (
        "normal",
        "uniform",
        "random_normal",
        "random_uniform",
        "truncated_normal",
        "zeros",
        "ones",
        "random_bernoulli",
    )
    shape = kwargs.get("shape", args[0] if args else None)
    if not record.inside or not wanted or not isinstance(shape, (list, tuple)):
        return None
    sizes = tuple(each if isinstance(each, int) else None for each in shape)
    record.count_axes(sizes, node)
    return TensorValue(keras.KerasTensor(sizes), node)


_RENAMED = {"keepdims": "keepdims", "keep_dims": "keepdims", "perm": "axes", "pattern": "axes", "input": "x", "values": "xs"}


def as_today(
    record: Record, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call
) -> tuple[list[Any], dict[str, Any]]:
    """Arguments of TensorFlow and of the old backend as `keras.ops` takes them."""
    found = {
        _RENAMED.get(key, key): value
        for key, value in kwargs.items()
        if key not in ("name", "data_format", "training", "noise_shape", "seed")
    }
    tensors = [
        found.pop(key)
        for key in ("x", "xs", "input_tensor", "logits", "features", "tensor", "a", "condition", "indices", "params")
        if key in found
    ]
    args = args or tensors[:1]
    if name == "identity":
        return args[:1], {}
    if name == "flip":
        axis = found.pop("axes", found.pop("axis", args[1] if len(args) > 1 else None))
        return args[:1], {"axis": axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis}
    if name == "split":
        parts = found.pop("num_or_size_splits", args[1] if len(args) > 1 else 1)
        if isinstance(parts, (list, tuple)) and all(isinstance(each, int) for each in parts):
            parts = [sum(parts[: place + 1]) for place in range(len(parts) - 1)]
        args = args or [found.pop("value", None)]
        return [args[0], parts, *args[2:]], {key: found[key] for key in found if key == "axis"}
    if name == "one_hot":
        depth = found.pop("depth", found.pop("num_classes", args[1] if len(args) > 1 else None))
        return args[:1], {"num_classes": depth}
    if name == "matmul":
        right = found.pop("b", None)
        args = [*args, right] if right is not None else args
        for place, key in enumerate(("transpose_a", "transpose_b")):
            if found.pop(key, False) and place < len(args) and isinstance(args[place], TensorValue):
                flipped = operation(record, "swapaxes", [args[place], -1, -2], {}, node)
                args = [*args[:place], flipped, *args[place + 1 :]]
    return args, found
