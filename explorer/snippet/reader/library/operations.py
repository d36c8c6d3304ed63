"""Operations of keras.ops, on tensors or on data."""

from __future__ import annotations

import ast
from typing import Any

from explorer.snippet.reader import arrays
from explorer.snippet.reader.data_values import Opaque
from explorer.snippet.reader.library.calling import operation
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
