"""What a call gives, whatever is called."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from explorer.snippet.reader import arrays, legacy
from explorer.snippet.reader.data_values import Array, Later, LossName, Opaque, Table
from explorer.snippet.reader.library.backend import drawn
from explorer.snippet.reader.library.calling import call_layer
from explorer.snippet.reader.library.data_sets import public, scaled, split, table, tokenized
from explorer.snippet.reader.library.inputs import make_input
from explorer.snippet.reader.library.layers import make_layer, merged, old_merge
from explorer.snippet.reader.library.methods import call_method
from explorer.snippet.reader.library.models import call_model, functional, sequential
from explorer.snippet.reader.library.old import old_arguments
from explorer.snippet.reader.library.operations import operation_named
from explorer.snippet.reader.library.own_layers import call_unknown, lambda_layer, unknown_layer
from explorer.snippet.reader.library.paths import reaches_out, snake, stands, written
from explorer.snippet.reader.library.signals import signal
from explorer.snippet.reader.library.utilities import initializer, tensorflow, utility
from explorer.snippet.reader.limits import MOST_LATER, plainly
from explorer.snippet.reader.names import FILES, INITIALIZERS, MERGES, QUIET, REFUSED_MODULES, of_unknown_package
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import (
    Broken,
    Event,
    Function,
    Known,
    LayerValue,
    Method,
    ModelValue,
    Refused,
    TensorValue,
    Unreadable,
    depth_of,
    may_hold_tensors,
    with_tensors,
)


def call(record: Record, called: Any, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """What a call gives; `node` is where it stands.

    Raises Broken where Keras or NumPy raises, Refused for what reaches outside of the model, and Unreadable for what is not
    followed.
    """
    if isinstance(called, Known):
        return _call_known(record, called, args, kwargs, node)
    if isinstance(called, LayerValue):
        return call_layer(record, called, tuple(args), kwargs, node)
    if isinstance(called, ModelValue):
        return call_model(record, called, args, kwargs, node)
    if isinstance(called, Method):
        return call_method(record, called, args, kwargs, node)
    if isinstance(called, Opaque):
        return _call_opaque(record, called, args, kwargs, node)
    if isinstance(called, TensorValue):
        raise Broken(Event("tensor called", node, "TypeError: 'KerasTensor' object is not callable", {"tensors": [called]}))
    if isinstance(called, Array):
        return Array(None, node=node)
    raise Unreadable("This is not a function, layer or model, so it cannot be called.", node.lineno)


def _call_opaque(record: Record, called: Opaque, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    parts = called.why.split(".")
    name = parts[-1]
    if (heard := signal(called.why, args, kwargs, node)) is not None:
        return heard[0]
    if (made := table(called.why, kwargs, node)) is not None:
        if name != "DataFrame":
            record.skip(Refused(reaches_out(called.why), node.lineno), node)
        return made
    if name in FILES or (parts[0] in REFUSED_MODULES and "path" not in parts and "environ" not in parts):
        raise Refused(reaches_out(called.why), node.lineno)
    if name == "train_test_split":
        with plainly(node):
            return split(args, kwargs, node)
    if name in ("fit_transform", "transform") and "OneHotEncoder" in called.why:
        return Array((None, None), low=0, high=1, node=node, onehot=True)
    if (made := scaled(name, args, node)) is not None:
        return replace(made, fractions=True) if "Scaler" in called.why else made
    if (made := tokenized(name, args, node)) is not None:
        return made
    if name == "reshape":
        return arrays.call("reshape", [Array(None, node=node), *args], kwargs, node)
    tensors = may_hold_tensors((args, kwargs))
    if called.made and tensors:
        args, kwargs = with_tensors((args, kwargs))
        return call_layer(record, unknown_layer(record, called, node), tuple(args), kwargs, node)
    if tensors and of_unknown_package(called.why):
        if (depth := depth_of((args, kwargs))) >= MOST_LATER:
            args, kwargs = with_tensors((args, kwargs))
        later = Later(lambda parts: call_unknown(record, called, args, kwargs, node, parts), 1 + depth % MOST_LATER)
        return Opaque(called.why, made=name[:1].isupper(), lost=True, later=later)
    if name == "from_pretrained" and len(parts) > 2:
        return Opaque(".".join(parts[:-1]), made=True, arguments=_plain(args, kwargs), node=node)
    if name[:1].isupper() and len(parts) > 1 and parts[0] not in ("pandas", "sklearn"):
        declared = kwargs.get("input_shape")
        return Opaque(called.why, made=True, arguments=_plain(args, kwargs), node=node, declared=declared)
    if name == "get_dummies":
        column = bool(args) and isinstance(args[0], Array) and args[0].shape is not None and len(args[0].shape) == 1
        return Array((None, None), node=node, onehot=column and not kwargs)
    if name == "factorize" and parts[0] == "pandas":
        return Array((None,), True, node=node), Opaque("the names of the classes")
    if name in ("fit_transform", "transform") and "LabelEncoder" in called.why:
        return Array((None,), True, node=node)
    if name in ("fit_transform", "transform") and "Scaler" in called.why:
        # Scalers take rows and columns, and nothing else.
        return Array((None, None), node=node, fractions=True)
    if name == "concat" and parts[0] == "pandas":
        return Table("the columns of pandas.concat")
    # What a function that is not known makes of a tensor may be one.
    return Opaque(called.why, lost=tensors)


def _plain(args: list[Any], kwargs: dict[str, Any]) -> tuple[Any, ...] | None:
    """The arguments as one value that can be compared; None where one is neither a number nor a text."""
    named = [*(("", value) for value in args), *sorted(kwargs.items())]
    if not all(value is None or isinstance(value, (int, float, str)) for _, value in named):
        return None
    # 1 and True are equal in Python.
    return tuple((name, type(value), value) for name, value in named)


def _call_known(record: Record, called: Known, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    top, _, rest = called.path.partition(".")
    name = called.last
    if (made := public(called.path, node)) is not None:
        return made
    if name in FILES:
        raise Refused(reaches_out(written(called)), node.lineno)
    if called.path == "tensorflow.constant" and args and isinstance(args[0], (int, float)):
        return args[0]
    if top == "numpy":
        return arrays.call(rest, args, kwargs, node)
    if top == "tensorflow":
        with plainly(node):
            return tensorflow(record, called, rest, args, kwargs, node)
    part = rest.partition(".")[0]
    if name == "Lambda" and part == "layers":
        return lambda_layer(record, args, kwargs, node)
    if name in ("Input", "InputLayer") and part in ("Input", "InputLayer", "layers"):
        record.count_layer(node)
        return make_input(
            record, args, {"shape": kwargs["input_shape"], **kwargs} if "input_shape" in kwargs else kwargs, node
        )
    if name == "Sequential":
        return sequential(record, args, kwargs, node)
    if name in ("Model", "Functional") and part in ("Model", "models"):
        return functional(record, args, kwargs, node)
    if part == "layers":
        if name == "merge":
            return old_merge(record, args, kwargs, node)
        if name in MERGES:
            return merged(record, name, args, kwargs, node)
        return make_layer(record, name, called, args, kwargs, node)
    if part == "ops":
        return operation_named(record, name, args, kwargs, node)
    if part == "activations" and args and isinstance(args[0], TensorValue):
        return args[0] if name == "linear" else operation_named(record, name, args[:1], {}, node)
    if called.path == "keras.activations.get" and args and isinstance(args[0], (str, Known, Function, type(None))):
        named = f"keras.activations.{args[0] or 'linear'}"
        return Known(named, "keras") if isinstance(args[0], (str, type(None))) and stands(named, "keras") else args[0]
    if part in INITIALIZERS:
        return initializer(called, args, kwargs, node)
    if part == "losses":
        # What is not known may be True.
        return LossName(snake(name), node, kwargs.get("from_logits", False) is not False)
    if part == "random" and (made := drawn(record, name, args, kwargs, node)) is not None:
        return made
    if part in QUIET:
        old_arguments(record, name, kwargs, node, legacy.OPTIMIZER, legacy.OPTIMIZER_GONE if part == "optimizers" else ())
        return Opaque(f"keras.{part}")
    with plainly(node):
        return utility(record, called, name, args, kwargs, node)
