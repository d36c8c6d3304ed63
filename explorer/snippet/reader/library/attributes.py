"""What stands behind a dot."""

from __future__ import annotations

import ast
import difflib
import math
from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from explorer.keras_internals import number_of_parameters
from explorer.snippet.reader import array_methods, legacy
from explorer.snippet.reader.arrays import shape_value
from explorer.snippet.reader.data_values import Array, Items, Opaque, Table
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.library.calling import whole
from explorer.snippet.reader.library.followed import shape_of
from explorer.snippet.reader.library.old import note
from explorer.snippet.reader.library.paths import canonical, object_at, stands, written
from explorer.snippet.reader.modules import constant
from explorer.snippet.reader.names import LAYERS
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.parts_of_arrays import attribute_of_table
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.spelling import nearest, slip
from explorer.snippet.reader.values import Broken, Event, Known, LayerValue, Method, ModelValue, TensorValue, Unreadable

# What a code meets here: it is told what happens with these.
VERSIONS = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
# Modules of Keras whose names a code gives to `compile` and to layers.
_NAMED = ("keras.losses", "keras.metrics", "keras.optimizers", "keras.activations", "keras.callbacks")
_READ_OF_LAYERS = frozenset(
    ["units", "filters", "name", "rate", "kernel_size", "return_sequences", "return_state", "stateful", "output_dim", "n"]
)

WEIGHTS = (
    "weights",
    "variables",
    "trainable_weights",
    "trainable_variables",
    "non_trainable_weights",
    "non_trainable_variables",
)


def attribute(record: Record, owner: Any, name: str, node: ast.Attribute) -> Any:
    """What `owner.name` stands for. Raises Broken for a name that Keras does not have."""
    if isinstance(owner, Known):
        return _member(record, owner, name, node)
    if isinstance(owner, Table):
        found = attribute_of_table(owner, name)
        return found if found is not None else Method(owner, name)
    if isinstance(owner, Opaque) and owner.later is not None and name in ("shape", "ndim", "dtype"):
        owner = owner.later.tensor()
    if isinstance(owner, Opaque):
        if owner.why == "math" and (found := constant(f"math.{name}")) is not None:
            return found
        top = owner.why.partition(".")[0]
        why = f"{owner.why}.{name}" if len(owner.why) < 80 else f"{top}…{name}"
        later = owner.later and owner.later.part(name)
        return Opaque(why, f"{owner.name}.{name}" if owner.name else None, owner.line or node.lineno, later=later)
    if isinstance(owner, Array):
        return _of_array(record, owner, name, node)
    if isinstance(owner, TensorValue):
        if name == "shape":
            return shape_of(record, owner)
        if name in ("ndim", "dtype", "name"):
            return len(shape_of(record, owner)) if name == "ndim" else str(getattr(owner.tensor, name))
        if owner.made is not None and getattr(getattr(owner.made.layer, "layer", None), "not_known", False):
            # A part of what a layer of another package returns: which shape it has is asked for.
            return owner
        return Method(owner, name)
    if isinstance(owner, LayerValue):
        return _of_layer(record, owner, name, node)
    if isinstance(owner, ModelValue):
        return _of_model(record, owner, name, node)
    if name == "value" and isinstance(owner, (int, float, str, tuple)):
        # Of a member of an Enum, which is read as its value.
        return owner
    return Method(owner, name)


def _member(record: Record, owner: Known, name: str, node: ast.Attribute) -> Any:
    path = canonical(f"{owner.path}.{name}")
    if path in ("numpy.newaxis", "tensorflow.newaxis"):
        return None
    if path.startswith("keras.layers.") and not stands(path, owner.top):
        if name in legacy.CLASSES:
            says = f"AttributeError: module '{written(owner)}' has no attribute '{name}'"
            _, end = record.source.span(node)
            new = legacy.CLASSES[name]
            if "(" not in new:
                note(record, node, f"`{name}`", says, Edit(end - len(name), end, new))
            return Known(path, owner.top)
        raise _no_such_name(owner, name, LAYERS, node)
    if owner.path in _NAMED and not stands(path, owner.top) and not name.startswith("_"):
        raise _no_such_name(owner, name, dir(object_at(owner.path, owner.top)), node)
    if owner.path in ("keras", "keras.models") and not stands(path, owner.top) and path not in legacy.MODULES:
        holds = [each for each in dir(object_at(owner.path, owner.top)) if not each.startswith("_")]
        if slip(name, holds) and not stands(path, "keras"):
            raise _no_such_name(owner, name, holds, node)
    return Known(path, owner.top)


def _no_such_name(owner: Known, name: str, names: Iterable[str], node: Node) -> Broken:
    held = list(names)
    near = next(iter(difflib.get_close_matches(name, held, n=1)), None) or nearest(name, held)
    hint = f" Did you mean {near}?" if near else ""
    says = f"AttributeError: module '{written(owner)}' has no attribute '{name}'"
    return Broken(Event("name", node, says, {"name": name, "hint": hint, "near": near}))


def _of_array(record: Record, owner: Array, name: str, node: ast.Attribute) -> Any:
    if name == "shape":
        text = record.source.text(node.value) if node.value.end_lineno else ""
        found = shape_value(owner.shape, text if 0 < len(text) <= 60 and "\n" not in text else None, node.lineno, owner.open)
        if isinstance(found, tuple):
            return type(found)(
                record.given.get(each.name or "", each) if isinstance(each, Opaque) else each for each in found
            )
        return found
    if name == "ndim":
        return (
            len(owner.shape) if owner.shape is not None and not owner.open else Opaque("a number of axes that is not known")
        )
    if name == "size":
        if owner.shape is None or None in owner.shape:
            return Opaque("a size that is not known", whole=True)
        return math.prod(size or 0 for size in owner.shape)
    if name == "T":
        return array_methods.method(owner, "transpose", [], {}, node)
    if name == "codes":
        return owner.made(owner.shape, node, whole=True)
    if name in ("values", "iloc", "loc", "str", "dt", "cat", "array"):
        return owner
    return Method(owner, name)


def _of_layer(record: Record, owner: LayerValue, name: str, node: Node) -> Any:
    if name in ("output", "input"):
        mine = [call for call in record.calls if call.layer is owner]
        if not mine:
            raise Unreadable(f"The layer {owner.name} has no {name} yet: call it first.", node.lineno)
        found = mine[-1].outputs if name == "output" else mine[-1].inputs
        return found[0] if len(found) == 1 else list(found)
    if name in WEIGHTS:
        return weights_of(record, owner, name, node)
    if name in _READ_OF_LAYERS and hasattr(owner.layer, name):
        held = getattr(owner.layer, name)
        return held if isinstance(held, (int, float, str, bool, tuple)) else Opaque(name)
    return Method(owner, name)


def _of_model(record: Record, owner: ModelValue, name: str, node: Node) -> Any:
    if name == "layers":
        return list(owner.layers)
    if name in ("input", "output", "inputs", "outputs"):
        found = owner.inputs if name.startswith("input") else owner.outputs
        if not found:
            raise Unreadable(
                f"The model has no {name} yet: start it with keras.Input(shape=(timesteps, features)).", node.lineno
            )
        return list(found) if name.endswith("s") or len(found) > 1 else found[0]
    if name in ("input_shape", "output_shape"):
        found = owner.inputs if name == "input_shape" else owner.outputs
        shapes = [shape_of(record, each) for each in found]
        return shapes[0] if len(shapes) == 1 else shapes
    if name == "name":
        return owner.name
    if name in WEIGHTS:
        return weights_of(record, owner, name, node)
    return Method(owner, name)


def weights_of(record: Record, owner: LayerValue | ModelValue | None, name: str, node: Node) -> Any:
    """The weights of a layer or a model, as `weights` or `trainable_weights`: none before it is built.

    Which are trained is not known where the code sets that afterwards. owner: None where it is not made yet.
    """
    held = keras_of(record, owner, node)
    if held is None or number_of_parameters(held) is None or (record.freezes and "trainable" in name):
        return Opaque(f"the {name} that a layer or a model has")
    return Items(Array(tuple(each.shape)) for each in getattr(held, name))


def counted(record: Record, owner: LayerValue | ModelValue | None, node: Node) -> Any:
    """The number of parameters of a layer or a model, where it is built and all of them are known."""
    held = keras_of(record, owner, node)
    number = number_of_parameters(held) if held is not None and held.built else None
    return Opaque("the number of parameters of a layer or a model") if number is None else number


def keras_of(record: Record, owner: LayerValue | ModelValue | None, node: Node) -> Any:
    """What Keras has of a layer or a model; None where it is not made yet."""
    if record.asked:
        # Which weights it has depends on the shapes that it reads.
        record.note_shape_read()
    if isinstance(owner, ModelValue):
        return whole(record, owner, node) if owner.built else None
    return None if owner is None else owner.layer
