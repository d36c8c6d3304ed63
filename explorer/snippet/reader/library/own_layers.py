"""Layers that Keras does not have: of functions and classes of the code, and of other packages."""

from __future__ import annotations

import ast
from typing import Any

import keras

from explorer.snippet.reader.data_values import Opaque
from explorer.snippet.reader.library.calling import call_layer, through
from explorer.snippet.reader.library.followed import followed, note_unknown
from explorer.snippet.reader.objects import Instance
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import (
    Function,
    LayerValue,
    TensorValue,
    Unreadable,
    tensors_in,
    with_tensors,
)


def lambda_layer(record: Record, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> LayerValue:
    """`Lambda` of a function of the code, which is followed as the rest of it is."""
    record.count_layer(node)
    function = args[0] if args else kwargs.get("function")
    given = kwargs.get("arguments")
    if not isinstance(function, Function):
        raise Unreadable("The function of this Lambda is not in the code, so what it gives is not known.", node.lineno)
    more = dict(given) if isinstance(given, dict) else {}

    def follow(inputs: Any, keywords: dict[str, Any]) -> Any:
        takes = {each.arg for each in (*function.node.args.args, *function.node.args.kwonlyargs)}
        named = {name: value for name, value in {**more, **keywords}.items() if name in takes}
        return through(record, lambda given, named: _within(record, function, given, named, node), inputs, named, node)

    name = kwargs.get("name")
    layer = followed("Lambda", function.node.args, follow, lambda shape: None, name if isinstance(name, str) else None)
    declared = kwargs.get("input_shape")
    return LayerValue(layer, node, declared=tuple(declared) if isinstance(declared, (list, tuple)) else None)


def call_unknown(
    record: Record, value: Opaque, args: list[Any], kwargs: dict[str, Any], node: ast.Call, parts: tuple[Any, ...]
) -> Any:
    """A function of another package, called on tensors: what it gives is asked for, as of a layer.

    parts: which part of it, none for all.
    """
    args, kwargs = with_tensors((args, kwargs))
    tensors = tensors_in((args, kwargs))
    alike = (value.why, value.later and id(value.later), _comparable(args), _comparable(kwargs), parts)
    layer = unknown_layer(record, value, node, f"{value.why}, a function that is not known here", alike)
    return call_layer(record, layer, (tensors[0] if len(tensors) == 1 else tensors,), {}, node)


def _comparable(value: Any) -> Any:
    """An argument as a value that is equal where the arguments are: tensors by their shapes, numbers and texts, nests of
    them, and everything else where it is the same.
    """
    if isinstance(value, TensorValue):
        return "tensor", value.shape[1:]
    if isinstance(value, (list, tuple)):
        return type(value).__name__, *map(_comparable, value)
    if isinstance(value, dict):
        return "dict", *((str(key), _comparable(value[key])) for key in sorted(value, key=str))
    # 1 and True are equal in Python.
    return (type(value).__name__, value if isinstance(value, (int, float, str, type(None))) else id(value))


def unknown_layer(
    record: Record, value: Opaque, node: Any, told: str | None = None, alike: tuple[Any, ...] | None = None
) -> LayerValue:
    """A layer of another package: what it returns is asked for.

    told: what is said of it then. alike: what is the same of those that return the same shape.
    """
    record.count_layer(node)
    # It stands where it is made, and not where it is called.
    node = value.node or node
    kind = value.why.rpartition(".")[2]
    name = record.name_output(kind)

    def follow(inputs: Any, keywords: dict[str, Any]) -> Any:
        received = keras.tree.flatten((inputs, keywords))
        first_alike = record.same_output(alike or _alike(value, received), name)
        asked = name if name in record.given else first_alike
        # A layer that is followed twice is still the same one.
        made = value if told is None else node
        if record.first_made_at(first_alike, made) is not made and asked != name:
            same = f"It is made and called like one before it, so its shape is taken to be that of {asked}."
            record.assume(node, f"{not_counted} {same}", instead=not_counted)
        shape = record.given.get(asked)
        first = next(each for each in received if isinstance(each, keras.KerasTensor))
        note_unknown(given=shape is not None)
        if shape is not None:
            # Of a shape with one axis the number alone can be written.
            return keras.KerasTensor((first.shape[0], *(shape if isinstance(shape, tuple) else (shape,))))
        missing = Opaque(told or f"{value.why}, a layer that is not known here", asked, getattr(node, "lineno", None))
        record.ask(missing, node, shape=True)
        return keras.KerasTensor(first.shape)

    arguments = ast.arguments([], [], ast.arg("inputs"), [], [], ast.arg("others"), [])
    not_counted = f"{kind} is not known here: its parameters are not counted."
    record.assume(node, not_counted)
    layer = followed(kind, arguments, follow, lambda shape: None, None)
    layer.not_known, layer.weights_known = True, False
    declared = value.declared if isinstance(value.declared, (list, tuple)) else None
    known = declared is not None and all(each is None or type(each) is int for each in declared)
    return LayerValue(layer, node, declared=tuple(declared) if declared is not None and known else None)


def _alike(value: Opaque, received: list[Any]) -> tuple[Any, ...]:
    """What is the same of two layers that are not known where they return the same shape: how they were made, and on what
    they are called. One whose arguments are not all numbers and texts is only like itself.
    """
    made = value if value.arguments is None else (value.why, value.arguments)
    given = (
        tuple(each.shape[1:]) if isinstance(each, keras.KerasTensor) else (type(each).__name__, str(each)[:80])
        for each in received
    )
    return made, *given


def _within(record: Record, function: Function, inputs: Any, named: dict[str, Any], node: ast.Call) -> Any:
    follow: Any = getattr(record, "follow")  # noqa: B009
    return follow(function, list(inputs), named, node)


def of_instance(record: Record, value: Any) -> Any:
    """The layer that an object of the code is; another value as it is."""
    make: Any = getattr(record, "layer_of", None)
    if not isinstance(value, Instance) or make is None:
        return value
    unknown = value.made_by is not None and value.made_by.unknown is not None
    return make(value) if unknown or value.kind in ("layer", "model") else value
