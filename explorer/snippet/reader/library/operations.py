"""Operations of keras.ops, on tensors or on data."""

from __future__ import annotations

import ast
from typing import Any

from explorer.snippet.reader import arrays
from explorer.snippet.reader.data_values import Array, Opaque
from explorer.snippet.reader.library.calling import operation
from explorer.snippet.reader.library.constants import constant
from explorer.snippet.reader.library.followed import shape_of
from explorer.snippet.reader.names import OPERATIONS
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import (
    TensorValue,
    Unreadable,
    tensors_in,
)


def operation_named(record: Record, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """`keras.ops.<name>(...)`, on tensors or on data. Raises Unreadable for an operation that is not supported."""
    if name == "shape" and args and isinstance(args[0], TensorValue):
        return shape_of(record, args[0])
    if record.inside and name in OPERATIONS:
        # Numbers in a layer of the code's own are tensors there.
        args = [constant(record, each, node) if _whole(each) else each for each in args]
    tensors = tensors_in((args, kwargs))
    if not tensors:
        if name in ("zeros", "ones", "full", "arange", "linspace", "array", "expand_dims", "reshape"):
            return arrays.call(name, args, kwargs, node)
        if name == "convert_to_tensor" and args:
            return args[0]
        lost = any(isinstance(each, Opaque) and each.lost for each in (*args, *kwargs.values()))
        return Opaque(f"keras.ops.{name}", lost=lost)
    if name not in OPERATIONS:
        raise Unreadable(
            f"`keras.ops.{name}` is not supported here. Use a layer, or an operation that only shapes.", node.lineno
        )
    return operation(record, name, args, kwargs, node)


def _whole(value: Any) -> bool:
    return isinstance(value, Array) and value.shape is not None and None not in value.shape
