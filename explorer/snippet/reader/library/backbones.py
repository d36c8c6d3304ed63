"""Models of keras.applications, without their weights."""

from __future__ import annotations

import ast
from typing import Any

import keras

from explorer.snippet.reader.library.paths import spoken
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import (
    Broken,
    Call,
    Event,
    ModelValue,
    TensorValue,
    Unreadable,
)


def backbone(record: Record, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> ModelValue:
    """A model of `keras.applications`, as Keras makes it, without weights. Raises Unreadable for what is none."""
    names = ("include_top", "weights", "input_tensor", "input_shape", "pooling", "classes")
    told = dict(zip(names, args, strict=False)) | kwargs
    takes = ("include_top", "input_shape", "pooling", "classes", "alpha")
    given = {key: told[key] for key in takes if isinstance(told.get(key), (int, float, str, tuple, list))}
    if not hasattr(keras.applications, name):
        raise Unreadable(
            f"`{name}` is none of keras.applications: use its output shape, such as keras.Input((7, 7, 512)).", node.lineno
        )
    record.budget.look(node)
    try:
        shape = given.pop("input_shape", None)
        named = {**given, **({"input_shape": tuple(shape)} if isinstance(shape, (tuple, list)) else {})}
        made = getattr(keras.applications, name)(weights=None, **named)
    except Exception as error:
        raise Broken(Event("make", node, spoken(error), {"kind": name})) from None
    record.count_within([made], node)
    model = ModelValue(node, False, made.name, keras=made)
    model.inputs = [TensorValue(each, node) for each in made.inputs]
    call = Call(model, node, tuple(model.inputs), {}, run=made, place=len(record.calls))
    call.outputs = [TensorValue(each, node, call) for each in made.outputs]
    model.outputs = list(call.outputs)
    return model
