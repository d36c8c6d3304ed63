"""Models: chains of layers, and from inputs to outputs."""

from __future__ import annotations

import ast
from typing import Any

import keras

from explorer.keras_source import auto_name
from explorer.snippet.reader import legacy
from explorer.snippet.reader.data_values import Array, Opaque
from explorer.snippet.reader.library.calling import call_layer, make_call, one_or_all, whole
from explorer.snippet.reader.library.inputs import make_input
from explorer.snippet.reader.library.old import old_arguments
from explorer.snippet.reader.library.own_layers import of_instance, unknown_layer
from explorer.snippet.reader.library.paths import spoken
from explorer.snippet.reader.limits import bounded_sizes
from explorer.snippet.reader.names import of_unknown_package
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.objects import Instance
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import (
    Broken,
    Call,
    Event,
    LayerValue,
    ModelValue,
    TensorValue,
    Unreadable,
    behind,
    tensors_in,
)


def sequential(record: Record, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> ModelValue:
    """`keras.Sequential([...])`. Raises what `add` raises."""
    held = kwargs.get("layers", args[0] if args else None)
    model = ModelValue(node, True, _given_name(kwargs) or auto_name("sequential"))
    record.models.append(model)
    try:
        if isinstance(held, Opaque) or getattr(held, "rest", 0) != 0:
            raise Unreadable("The list of layers of this model is not known here. Write the layers in it.", node.lineno)
        for each in held if isinstance(held, (list, tuple)) else []:
            add(record, model, each, node)
    except Unreadable as error:
        model.unread = error
        raise
    return model


def add(record: Record, model: ModelValue, each: Any, node: Node) -> None:
    """One more layer at the end of a Sequential model.

    Raises Broken where Keras would raise, and Unreadable for what is no layer.
    """
    if isinstance(each, TensorValue) and not model.layers and each.made is None:
        model.inputs, model.outputs = [each], [each]
        return
    if isinstance(each, TensorValue):
        raise Broken(
            Event("add", each.node, "ValueError: Only instances of `keras.Layer` can be added to a Sequential model.", {})
        )
    if isinstance(each, Instance):
        each = of_instance(record, each)
    if isinstance(each, Opaque) and (each.made or of_unknown_package(each.why)):
        each = unknown_layer(record, each, node)
    if not isinstance(each, (LayerValue, ModelValue)):
        why = each.why if isinstance(each, Opaque) else "something that is no layer"
        raise Unreadable(f"A Sequential model is given {why}. Give it layers.", getattr(node, "lineno", None))
    if isinstance(each, LayerValue) and not model.layers and not model.inputs and each.declared:
        bounded_sizes(node, *each.declared)
        model.inputs = [make_input(record, [each.declared], {"batch_size": each.batch}, each.node)]
        model.outputs = list(model.inputs)
    if isinstance(each, ModelValue) and not model.layers and not model.inputs and each.inputs:
        (first,) = each.inputs[:1]
        shape, batch = first.shape[1:], first.shape[0]
        model.inputs = [make_input(record, [shape], {"batch_size": batch}, each.node)]
        model.outputs = list(model.inputs)
    model.layers.append(each)
    if model.inputs:
        _grow(record, model, each)


def popped(model: ModelValue, node: Node) -> LayerValue | ModelValue:
    """`model.pop()`: the last layer, which the model then lacks. Raises Unreadable where there is none."""
    if not model.layers:
        raise Unreadable("This model has no layer that `pop` could take away.", getattr(node, "lineno", None))
    if model.outputs and model.outputs[0].made is not None:
        model.outputs = list(model.outputs[0].made.inputs)
    model.keras = None
    return model.layers.pop()


def settle(record: Record, model: ModelValue, shape: tuple[int | None, ...]) -> None:
    """Give a Sequential model that declares none the shape (without batch) of its data.

    Raises Broken where a layer cannot take what then comes.
    """
    model.inputs = [make_input(record, [shape], {}, model.node)]
    model.outputs = list(model.inputs)
    for each in model.layers:
        _grow(record, model, each)


def functional(record: Record, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> ModelValue:
    """`keras.Model(inputs, outputs)`.

    Raises Broken where Keras raises, and Unreadable where one of both is missing or holds no tensor.
    """
    old_arguments(record, "Model", kwargs, node, legacy.MODEL, ())
    names = dict(zip(("inputs", "outputs", "name"), args, strict=False)) | kwargs
    if "inputs" not in names or "outputs" not in names:
        raise Unreadable("A Model is made of inputs and outputs: keras.Model(inputs, outputs).", node.lineno)
    inputs, outputs = (tensors_in(sorted_by_name(names[each])) for each in ("inputs", "outputs"))
    if not inputs or not outputs:
        error = Unreadable(
            "`keras.Model` is given something that is no tensor. Pass its Inputs and the last tensors.", node.lineno
        )
        record.unread.append(error)
        raise error
    record.count_tensors(len(inputs) + len(outputs), node)
    record.count_graph(behind(outputs, inputs), node)
    try:
        made = keras.Model(one_or_all(inputs), one_or_all(outputs), name=_given_name(names))
    except Exception as error:
        raise Broken(Event("model", node, spoken(error), {"inputs": inputs, "outputs": outputs})) from None
    model = ModelValue(node, False, made.name, inputs=inputs, outputs=outputs, keras=made)
    given = sorted_by_name(names["outputs"])
    model.keys = tuple(map(str, given)) if isinstance(given, dict) and len(given) == len(outputs) else ()
    model.layers = [call.layer for call in behind(outputs, inputs) if not isinstance(call.layer, str)]
    record.models.append(model)
    return model


def sorted_by_name(value: Any) -> Any:
    """A dictionary by the names in it, as Keras puts the inputs and outputs of a model in order; another value as it is."""
    return dict(sorted(value.items())) if isinstance(value, dict) and all(isinstance(each, str) for each in value) else value


def call_model(record: Record, model: ModelValue, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """A model called on tensors, or on data; then only that it was asked is noted."""
    if not tensors_in(args):
        model.fits.append(("call", node, {"x": args[0] if args else None}))
        return Array(None, node=node)
    if not model.built and model.sequential:
        (first,) = tensors_in(args)[:1]
        settle(record, model, first.shape[1:])
    made = whole(record, model, node)
    kwargs = {name: value for name, value in kwargs.items() if name != "training"}
    record.count_within([made], node)
    return make_call(record, Call(model, node, tuple(args), kwargs), made, node)


def _grow(record: Record, model: ModelValue, each: LayerValue | ModelValue) -> None:
    given = model.outputs[0] if len(model.outputs) == 1 else list(model.outputs)
    node = each.node
    made = (
        call_layer(record, each, (given,), {}, node)
        if isinstance(each, LayerValue)
        else call_model(record, each, [given], {}, node)
    )
    model.outputs = tensors_in(made)


def _given_name(kwargs: dict[str, Any]) -> str | None:
    return kwargs["name"] if isinstance(kwargs.get("name"), str) else None
