"""Methods of models, layers, arrays and plain values."""

from __future__ import annotations

import ast
from typing import Any

import keras

from explorer.snippet.reader import array_methods, legacy
from explorer.snippet.reader.containers import changed
from explorer.snippet.reader.data_values import Array, History, Items, Opaque, Table
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.library.attributes import counted, weights_of
from explorer.snippet.reader.library.data_sets import method_of_table
from explorer.snippet.reader.library.models import add, popped, settle
from explorer.snippet.reader.library.old import misspelled_arguments, note, old_arguments
from explorer.snippet.reader.library.paths import reaches_out
from explorer.snippet.reader.limits import light, plainly
from explorer.snippet.reader.names import FILES
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.plain import filled_in
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.spelling import nearest
from explorer.snippet.reader.values import (
    Broken,
    Event,
    Known,
    LayerValue,
    Method,
    ModelValue,
    Refused,
    TensorValue,
    Unreadable,
    swapped,
)

_OF_DATASETS = ("batch", "padded_batch", "shuffle", "prefetch", "cache", "repeat", "take", "skip", "with_options")


def call_method(record: Record, called: Method, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """What a method gives.

    Raises Refused for one that reads or writes files, and Unreadable where what it does is not supported.
    """
    owner, name = called.owner, called.name
    if name in FILES:
        raise Refused(reaches_out(f".{name}"), node.lineno)
    if isinstance(owner, Table):
        return method_of_table(owner, name, args, node)
    if isinstance(owner, Known) and owner.path == "keras":
        return Opaque(name)
    if isinstance(owner, ModelValue):
        return _model_method(record, owner, name, args, kwargs, node)
    if isinstance(owner, Array):
        if name in array_methods.METHODS:
            return array_methods.method(owner, name, args, kwargs, node)
        return Array(None, node=node)
    if isinstance(owner, (list, dict, str, tuple)):
        return _plain_method(record, owner, name, args, kwargs, node)
    if isinstance(owner, LayerValue):
        if name == "reset_states" and not hasattr(owner.layer, name):
            says = f"AttributeError: '{owner.kind}' object has no attribute 'reset_states'"
            raise Broken(Event("name", node.func, says, {"name": name, "hint": "", "near": None, "of": f"`{owner.name}`"}))
        if name == "count_params":
            return counted(record, owner, node)
        if name == "get_weights":
            return weights_of(record, owner, "weights", node)
        return Opaque(f"the {name} of a layer")
    if isinstance(owner, TensorValue):
        raise Unreadable(f"`.{name}()` is not supported on a tensor. Use a layer or keras.ops.", node.lineno)
    return Opaque(name)


def _plain_method(record: Record, owner: Any, name: str, args: list[Any], kwargs: dict[str, Any], node: Node) -> Any:
    if isinstance(owner, Items) and name in _OF_DATASETS:
        return _of_dataset(owner, name, args, node)
    if (done := changed(record, owner, name, args, kwargs, node)) is not None:
        return done[0]
    methods: dict[type, tuple[str, ...]] = {
        list: ("append", "extend", "insert", "pop", "reverse", "copy", "index", "count"),
        dict: ("get", "items", "keys", "values", "pop", "update", "copy", "setdefault"),
        str: ("lower", "upper", "strip", "split", "startswith", "endswith", "replace", "title", "capitalize"),
        tuple: ("index", "count"),
    }
    allowed = next(names for kind, names in methods.items() if isinstance(owner, kind))
    if name == "format" and isinstance(owner, str):
        return filled_in(owner, args, kwargs)
    if name == "join" and isinstance(owner, str):
        return owner.join(str(each)[:50] for each in (args[0] if args and isinstance(args[0], list) else [])[:100])[:1000]
    if name not in allowed:
        return Opaque(f"`.{name}()`")
    if name == "replace" and sum(len(each) for each in (owner, *args) if isinstance(each, str)) > 1000:
        return Opaque("a long text")
    if (
        any(isinstance(each, Opaque) for each in args)
        and isinstance(owner, (str, dict))
        and name not in ("setdefault", "update")
    ):
        return Opaque(f"`.{name}()`")
    if isinstance(owner, Items) and owner.rest != 0 and name in ("pop", "index", "count"):
        owner.rest = None if name == "pop" else owner.rest
        return owner[-1] if owner else Opaque("an element")
    with plainly(node):
        made = getattr(owner, name)(*args)
    light(owner, node)
    if isinstance(made, list) and not isinstance(made, Items):
        made = Items(made)
    plain = isinstance(made, (int, float, str, tuple, list, dict, type(None)))
    return made if plain or name in ("get", "pop") else Items(made)


def _of_dataset(owner: Items, name: str, args: list[Any], node: Node) -> Items:
    """A data set of TensorFlow: its first element, which `batch` gives an axis more."""
    if name != "batch":
        return owner
    many = args[0] if args and isinstance(args[0], int) else None

    def batched(each: Any) -> Any:
        shape = each.shape if isinstance(each, Array) else () if isinstance(each, Opaque) and each.whole else None
        return each if shape is None else Array((many, *shape), getattr(each, "whole", True), node=node)

    found = type(owner)(swapped(each, batched) for each in owner[:1])
    found.rest = None
    return found


def _model_method(
    record: Record, model: ModelValue, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call
) -> Any:
    if name == "add" and model.sequential:
        try:
            for each in args[:1] or [kwargs.get("layer")]:
                add(record, model, each, node)
        except Unreadable as error:
            model.unread = model.unread or error
            raise
        return None
    if name in ("add", "pop") and not model.sequential:
        says = f"AttributeError: 'Functional' object has no attribute '{name}'"
        raise Broken(Event("grown", node, says, {"model": model, "name": name, "args": args}))
    if name == "build" and model.sequential and not model.built:
        return _built(record, model, args, kwargs)
    if name == "build" and model.own is not None:
        shape = kwargs.get("input_shape", args[0] if args else None)
        if isinstance(shape, (list, tuple)) and len(shape) > 1 and all(type(each) is int for each in shape[1:]):
            model.fits.append(("call", node, {"x": Array((None, *shape[1:]), node=node)}))
        return None
    if name == "summary":
        return None
    if name == "pop" and model.sequential:
        return popped(model, node)
    if name == "compile":
        old_arguments(record, "compile", kwargs, node, {}, legacy.COMPILE_GONE)
        if model.own is None:
            misspelled_arguments(record, "Trainer.compile", kwargs, node, keras.Model.compile)
        order = ("optimizer", "loss", "loss_weights", "metrics")
        # As they are now: the code may change its lists later.
        model.compiled = swapped(dict(zip(order, args, strict=False)) | kwargs, lambda each: each)
        model.compiled_at = node
        return None
    if name in ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch"):
        return _fit(record, model, name, args, kwargs, node)
    if name in legacy.METHODS:
        return _old_method(record, model, name, args, kwargs, node)
    if name == "get_layer":
        wanted = kwargs.get("name", args[0] if args else None)
        index = kwargs.get("index")
        if isinstance(index, int) and 0 <= index < len(model.layers):
            return model.layers[index]
        for each in model.layers:
            if each.name == wanted:
                return each
        raise Unreadable(f"There is no layer called {str(wanted)[:40]!r} in this model.", node.lineno)
    if name == "count_params":
        return counted(record, model, node)
    if name == "get_weights":
        return weights_of(record, model, "weights", node)
    names = [each for each in dir(keras.Sequential if model.sequential else keras.Model) if not each.startswith("_")]
    near = None if model.own is not None or name in names else nearest(name, names)
    if near is not None:
        says = f"AttributeError: '{'Sequential' if model.sequential else 'Functional'}' object has no attribute '{name}'"
        hint = f" Did you mean {near}?"
        raise Broken(Event("name", node.func, says, {"name": name, "hint": hint, "near": near, "of": "A model"}))
    return Opaque(f"what `{name}` gives")


def _built(record: Record, model: ModelValue, args: list[Any], kwargs: dict[str, Any]) -> None:
    """`model.build(input_shape=(None, 20, 5))`: what the data are."""
    shape = kwargs.get("input_shape", args[0] if args else None)
    if isinstance(shape, (list, tuple)) and len(shape) > 1 and all(isinstance(each, (int, type(None))) for each in shape):
        settle(record, model, tuple(shape[1:]))


def _fit(record: Record, model: ModelValue, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    order = {
        "fit": (
            *("x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split", "validation_data", "shuffle"),
            *("class_weight", "sample_weight"),
        ),
        "evaluate": ("x", "y", "batch_size", "verbose", "sample_weight"),
        "predict": ("x", "batch_size", "verbose"),
    }.get(name, ("x", "y"))
    if name == "fit":
        old_arguments(record, "fit", kwargs, node, legacy.FIT, legacy.FIT_GONE)
    if name in ("fit", "evaluate", "predict") and model.own is None:
        misspelled_arguments(record, f"TensorFlowTrainer.{name}", kwargs, node, getattr(keras.Model, name), ("return_dict",))
    given = swapped(dict(zip(order, args, strict=False)) | kwargs, lambda each: each)
    fed = given.get("x")
    if (
        isinstance(fed, Items)
        and fed.rest is None
        and given.get("y") is None
        and len(fed) == 1
        and isinstance(fed[0], tuple)
    ):
        # A generator: what it gives first is a batch.
        given = {**given, **dict(zip(("x", "y", "sample_weight"), fed[0], strict=False)), "batches": fed}
    model.fits.append((name, node, given))
    return History("what training gives") if name == "fit" else Array(None, node=node)


def _old_method(
    record: Record, model: ModelValue, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call
) -> Any:
    source, kind = record.source, "Sequential" if model.sequential else "Functional"
    says = f"AttributeError: '{kind}' object has no attribute '{name}'"
    owner = source.text(node.func)[: -len(name) - 1]
    if name == "reset_states":
        stateful = [place for place, each in enumerate(model.layers) if isinstance(each, LayerValue) and each.core.stateful]
        statement = source.statement(node)
        lines = f"\n{source.indentation(node.lineno)}".join(f"{owner}.layers[{place}].reset_state()" for place in stateful)
        edit = source.replaced(statement, lines) if lines else source.statement_removed(node)
        note(record, node, "`model.reset_states()`", says, edit)
        return None
    today = legacy.METHODS[name] or name
    _, end = source.span(node.func)
    edits = [Edit(end - len(name), end, today)]
    if name == "predict_classes":
        edits.append(Edit(source.span(node)[1], source.span(node)[1], ".argmax(axis=-1)"))
    note(record, node, f"`{name}`", says, *edits)
    return _fit(record, model, today, args, kwargs, node)
