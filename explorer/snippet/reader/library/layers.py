"""Layers and Inputs, made by Keras from what the code gives them."""

from __future__ import annotations

import ast
from typing import Any

import keras

from explorer.snippet.reader import legacy
from explorer.snippet.reader.data_values import Array, Opaque
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.library.calling import call_layer, whole
from explorer.snippet.reader.library.inputs import declared_shape
from explorer.snippet.reader.library.old import input_before, keras_imported, note, renamed_arguments
from explorer.snippet.reader.library.own_layers import of_instance
from explorer.snippet.reader.library.paths import spoken
from explorer.snippet.reader.limits import bounded_sizes
from explorer.snippet.reader.names import LAYERS, MERGES
from explorer.snippet.reader.objects import Bound, Instance, Partial
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.unknowns import STAND_IN
from explorer.snippet.reader.values import (
    Broken,
    Event,
    Function,
    Known,
    LayerValue,
    Method,
    ModelValue,
    TensorValue,
    Unreadable,
)

_OF_TEXTS = ("max_tokens", "output_mode", "output_sequence_length", "pad_to_max_tokens", "name")


def make_layer(
    record: Record, name: str, called: Known, args: list[Any], kwargs: dict[str, Any], node: ast.Call
) -> LayerValue:
    """Make a layer. Arguments of older versions are read as what they are called today, and noted.

    Raises Broken where Keras raises, Unreadable for what is not known or not read, Refused for functions of the code.
    """
    record.count_layer(node)
    if name == "TimeDistributedDense":
        return _time_distributed_dense(record, called, args, kwargs, node)
    new = legacy.CLASSES.get(name, name)
    kind = getattr(keras.layers, name, None) if name in LAYERS else None
    if kind is None and new in LAYERS:
        kind, name = getattr(keras.layers, new), new
        _renamed_class(record, node, new)
    if kind is None:
        raise Unreadable(
            f"`{name}` is not among the layers that are read here. Remove it, or write a layer like it.", node.lineno
        )
    if "batch_input_shape" in kwargs or "batch_shape" in kwargs:
        return _batch_shaped(record, name, args, kwargs, node)
    if name == "TextVectorization":
        # What it knows of words is no shape; where they come from a file, nothing is opened.
        args, kwargs = args[:1], {key: value for key, value in kwargs.items() if key in _OF_TEXTS}
    arguments, named = _arguments(record, kind, args, kwargs, node)
    # A wrapper that reads both ways copies what it wraps.
    record.count_within(_layers_in((arguments, list(named.values()))), node, 2 if kind is keras.layers.Bidirectional else 1)
    declared = named.get("input_shape")
    if "input_dim" in named and kind.__name__ != "Embedding":
        declared = (named["input_dim"],)
    try:
        made, says = kind(*arguments, **named), ""
    except Exception as error:
        made, says = None, spoken(error)
    kwargs_today, edits = renamed_arguments(record, kind, named, node)
    if made is None and edits:
        try:
            made = kind(*arguments, **kwargs_today)
        except Exception as error:
            made, says = None, spoken(error)
        else:
            what = ", ".join(f"`{each}`" for each in named if each not in kwargs_today)
            note(record, node, what, says, *edits)
            declared = kwargs_today.get("input_shape", declared)
    elif edits and legacy.time_first(kind.__name__) and "input_dim" in named:
        declared = kwargs_today["input_shape"]
        made = kind(*arguments, **kwargs_today)
        says = f'Input 0 of layer "{made.name}" is incompatible with the layer: expected ndim=3, found ndim=2.'
        note(record, node, "`input_dim`", f"ValueError: {says}", *edits)
    if made is None:
        raise Broken(Event("make", node, says, {"kind": kind.__name__, "args": args, "kwargs": kwargs}))
    # The states of a stateful layer would take memory at once; who needs to know looks at the layer's value.
    stateful = getattr(made, "stateful", False) and name != "Bidirectional"
    if stateful:
        made.stateful = False
    wraps = next((each for each in (*args, *kwargs.values()) if isinstance(each, LayerValue)), None)
    declared = tuple(declared) if isinstance(declared, (tuple, list)) else (declared,) if isinstance(declared, int) else None
    return LayerValue(made, node, wraps, declared or (wraps.declared if wraps else None), stateful=stateful)


def merged(record: Record, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """`keras.layers.concatenate([...])` and its like: a layer made and called at once."""
    inputs = args[0] if args else kwargs.pop("inputs", None)
    if name in ("concatenate", "dot") and len(args) > 1:
        kwargs = {("axis" if name == "concatenate" else "axes"): args[1], **kwargs}
    made = make_layer(record, MERGES[name], Known(f"keras.layers.{MERGES[name]}", "keras"), [], kwargs, node)
    return call_layer(record, made, (inputs,), {}, node)


def old_merge(record: Record, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """`merge([...], mode="concat")` of Keras 1, which is one function for each mode today."""
    source = record.source
    mode = kwargs.get("mode", args[1] if len(args) > 1 else "sum")
    today = legacy.MERGE_MODES.get(mode) if isinstance(mode, str) else None
    if today is None:
        raise Unreadable(
            f"`merge` is gone, and its mode {str(mode)[:40]!r} is not known. Write keras.layers.concatenate([...]).",
            node.lineno,
        )
    name = f"{source.text(node.func)[: -len('merge')]}{today}"
    edits = [source.replaced(node.func, name)]
    if keyword := source.keyword(node, "mode"):
        edits.append(source.without(node, keyword))
    elif len(args) > 1:
        edits.append(source.without(node, node.args[1]))
    note(record, node, "`merge`", "ImportError: cannot import name 'merge' from 'keras.layers'", *edits)
    named = {"axis": kwargs["concat_axis"]} if isinstance(kwargs.get("concat_axis"), int) else {}
    return merged(record, today, args[:1], named, node)


def _renamed_class(record: Record, node: ast.Call, new: str) -> None:
    func = node.func
    if isinstance(func, ast.Name):
        note(record, node, f"`{func.id}`", f"ImportError: cannot import name '{func.id}'", record.source.replaced(func, new))


def _time_distributed_dense(
    record: Record, called: Known, args: list[Any], kwargs: dict[str, Any], node: ast.Call
) -> LayerValue:
    source, func = record.source, node.func
    prefix = source.text(func)[: -len("TimeDistributedDense")]
    _, end = source.span(node)
    says = "ImportError: cannot import name 'TimeDistributedDense' from 'keras.layers'"
    edits = [source.replaced(func, f"{prefix}TimeDistributed({prefix}Dense"), Edit(end, end, ")")]
    note(record, node, "`TimeDistributedDense`", says, *edits)
    inner = make_layer(record, "Dense", called, args, {k: v for k, v in kwargs.items() if k != "input_shape"}, node)
    return LayerValue(keras.layers.TimeDistributed(inner.layer), node, inner, kwargs.get("input_shape"))


def _batch_shaped(record: Record, kind: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> LayerValue:
    """`batch_input_shape=` of Keras 2: today an Input with a batch size."""
    name = "batch_input_shape" if "batch_input_shape" in kwargs else "batch_shape"
    entire = kwargs.pop(name)
    if not isinstance(entire, (list, tuple)) or len(entire) < 2:
        raise Unreadable(f"{name} must be a tuple such as (8, 20, 5).", node.lineno)
    source, keyword = record.source, record.source.keyword(node, name)
    says = f"ValueError: Unrecognized keyword arguments passed to {kind}: {{'{name}': {tuple(entire)}}}"
    text = source.text(keyword.value) if keyword else str(tuple(entire))
    edits = [source.without(node, keyword)] if keyword else []
    prefix = source.text(node.func)[: -len(source.text(node.func).rpartition(".")[2])]
    made = make_layer(record, kind, Known(f"keras.layers.{kind}", "keras"), args, kwargs, node)
    edits += [
        *input_before(record, node, f"{prefix or 'keras.'}Input(batch_shape={text})"),
        *([] if prefix else keras_imported(record)),
    ]
    note(record, node, f"`{name}`", says, *edits)
    return LayerValue(made.layer, node, made.wraps, tuple(entire[1:]), entire[0], made.stateful)


def _layers_in(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [layer for each in value for layer in _layers_in(each)]
    return [value] if isinstance(value, keras.layers.Layer) else []


def _arguments(
    record: Record, kind: Any, args: list[Any], kwargs: dict[str, Any], node: ast.Call
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of a layer as Keras takes them."""
    if kind.__name__ == "Embedding":
        kwargs = {name: value for name, value in kwargs.items() if name != "weights"}
    names = _positions(kind)
    named: dict[str, Any] = {}
    for name, value in kwargs.items():
        if name == "input_shape" and record.typed is not None:
            value = declared_shape(record, value, node)
        if isinstance(value, (Opaque, Array)) and _shapeless(name):
            continue
        named[name] = _argument(record, kind, name, value, node)
    return [
        _argument(record, kind, names[at] if at < len(names) else "", value, node) for at, value in enumerate(args)
    ], named


def _positions(kind: Any) -> list[str]:
    code = kind.__init__.__code__
    return list(code.co_varnames[1 : code.co_argcount])


def _shapeless(name: str) -> bool:
    """Whether an argument decides about no shape, so that it may be left out where it is not known."""
    parts = (
        "initializer",
        "regularizer",
        "constraint",
        "activation",
        "name",
        "dtype",
        "trainable",
        "weights",
        "dropout",
        "seed",
        "rate",
    )
    return any(part in name for part in parts)


def _missing(record: Record, kind: Any, name: str, value: Opaque | Array, node: ast.Call) -> Any:
    """An argument that is not known: left at what changes nothing, or asked for."""
    if _shapeless(name):
        return 0.5 if "rate" in name else "linear" if "activation" in name else None
    if isinstance(value, Array):
        raise Unreadable(
            f"{kind.__name__} is given an array{f' as {name}' if name else ''}, which is not read.", node.lineno
        )
    if isinstance(value, Opaque) and value.made and name in ("layer", "backward_layer", "cell"):
        raise Unreadable(
            f"{kind.__name__} is given {value.why}, a layer that is not known here, so what it returns is not known either. "
            "Call that layer itself on a tensor, or write a layer of Keras.",
            node.lineno,
        )
    if value.name is None:
        raise Unreadable(
            f"What {kind.__name__} is given{f' as {name}' if name else ''} is not known here: it depends on {value.why}. "
            "Write the number.",
            node.lineno,
        )
    record.ask(value, node)
    return STAND_IN


def _argument(record: Record, kind: Any, name: str, value: Any, node: ast.Call) -> Any:
    if isinstance(value, list):
        return [_argument(record, kind, name, each, node) for each in value]
    if isinstance(value, tuple):
        return tuple(_argument(record, kind, name, each, node) for each in value)
    if isinstance(value, Instance):
        value = of_instance(record, value)
    if isinstance(value, LayerValue):
        return value.layer
    if isinstance(value, ModelValue):
        return whole(record, value, node)
    if isinstance(value, TensorValue):
        return value.tensor
    if isinstance(value, Known):
        if value.path.startswith("keras.layers.") and value.last in LAYERS:
            return getattr(keras.layers, value.last)
        return value.last
    if isinstance(value, (Function, Bound, Partial)):
        record.assume(
            node,
            f"What {kind.__name__} is given{f' as {name}' if name else ''} is a function of the code, which keeps shapes.",
        )
        return "linear" if "activation" in name else None
    if isinstance(value, (Opaque, Array)):
        return _missing(record, kind, name, value, node)
    if isinstance(value, dict):
        raise Unreadable(f"{kind.__name__} is given a dictionary, which is not read. Write its parts by name.", node.lineno)
    if isinstance(value, (Method, range, slice)):
        raise Unreadable(f"{kind.__name__} is given something that is not a number, a name or a layer.", node.lineno)
    bounded_sizes(node, value)
    return value
