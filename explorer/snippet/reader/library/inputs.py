"""Inputs, and shapes that layers are told: what the code does not know of them is taken from the data, or asked for."""

from __future__ import annotations

import ast
from typing import Any

import keras

from explorer.snippet.reader.data_values import Array, Opaque
from explorer.snippet.reader.library.paths import spoken
from explorer.snippet.reader.limits import MOST_AXES, bounded_sizes
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.unknowns import STAND_IN
from explorer.snippet.reader.values import (
    Broken,
    Event,
    TensorValue,
    Unreadable,
)

_INPUT_TAKES = {
    *("shape", "batch_size", "dtype", "sparse", "ragged", "batch_shape", "name", "tensor", "optional"),
    *("input_shape", "batch_input_shape"),
}


def make_input(record: Record, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> TensorValue:
    """`keras.Input(...)`: a tensor that the data stand for, (batch, ...).

    Raises Broken where Keras would raise, and Unreadable where its shape is not known.
    """
    for name in kwargs:
        if name not in _INPUT_TAKES:
            says = f"TypeError: Input() got an unexpected keyword argument '{name}'"
            raise Broken(Event("make", node, says, {"kind": "Input", "args": args, "kwargs": kwargs}))
    shape = kwargs.get("shape", args[0] if args else None)
    batch = kwargs.get("batch_size", args[1] if len(args) > 1 else None)
    entire = kwargs["batch_input_shape"] if "batch_input_shape" in kwargs else kwargs.get("batch_shape")
    shape = declared_shape(record, shape, node)
    if entire is not None:
        entire = declared_shape(record, entire, node, 0)
    batch = None if isinstance(batch, (Opaque, Array)) else batch
    record.inputs_made += 1
    if entire is not None:
        if not isinstance(entire, (list, tuple)) or not entire:
            raise Unreadable("batch_shape must be a tuple such as (8, 20, 5).", node.lineno)
        batch, shape = entire[0], tuple(entire[1:])
    if isinstance(shape, int):
        raise Broken(Event("shape", node, _input_says(shape), {"shape": shape}))
    shape = tuple(shape) if isinstance(shape, (list, tuple)) else ()
    bounded_sizes(node, *shape, batch)
    if len(shape) >= MOST_AXES:
        raise Unreadable(f"An Input of {len(shape):,} axes is not read here: at most {MOST_AXES}.", node.lineno)
    try:
        dtype = kwargs.get("dtype")
        called = kwargs.get("name")
        tensor = keras.Input(
            shape,
            batch_size=batch,
            name=called if isinstance(called, str) else None,
            dtype=dtype if isinstance(dtype, str) else None,
        )
    except Exception as error:
        raise Broken(Event("shape", node, spoken(error), {"shape": shape})) from None
    return TensorValue(tensor, node)


def declared_shape(record: Record, shape: Any, node: ast.Call, axis: int = 1) -> Any:
    """The shape of an Input: what the code does not know of it is taken from the data that were given, else asked for."""
    typed = record.typed.x or ()
    mine = typed[record.inputs_made] if record.inputs_made < len(typed) else typed[0] if len(typed) == 1 else None
    if isinstance(shape, (Opaque, Array)):
        value = shape if isinstance(shape, Opaque) else Opaque("an array")
        if mine is not None:
            return mine[axis:] if not value.whole else mine[axis] if len(mine) > axis else STAND_IN
        record.ask(value, node, shape=not value.whole)
        return (STAND_IN, STAND_IN)
    if not isinstance(shape, (list, tuple)):
        return shape
    found: list[Any] = []
    for place, each in enumerate(shape):
        if not isinstance(each, (Opaque, Array)):
            found.append(each)
        elif mine is not None and len(mine) == len(shape) + axis:
            found.append(mine[place + axis])
        elif isinstance(each, Opaque):
            record.ask(each, node)
            found.append(STAND_IN)
        else:
            raise Unreadable(
                "The shape of this Input is not known here: it depends on an array. Write numbers.", node.lineno
            )
    return tuple(found)


def _input_says(shape: Any) -> str:
    try:
        keras.Input(shape)
    except Exception as error:
        return spoken(error)
    return ""
