"""Objects of classes that the code defines: how they are made, what stands behind their dots, and what calls give."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from explorer.snippet.reader.data_values import Opaque
from explorer.snippet.reader.library.attributes import WEIGHTS, weights_of
from explorer.snippet.reader.library.calling import call_layer, kept, through
from explorer.snippet.reader.library.followed import followed
from explorer.snippet.reader.library.layers import make_layer
from explorer.snippet.reader.library.models import call_model, functional, sequential
from explorer.snippet.reader.library.own_layers import unknown_layer
from explorer.snippet.reader.objects import Bound, ClassValue, Instance, Super
from explorer.snippet.reader.values import (
    Function,
    LayerValue,
    Method,
    ModelValue,
    TensorValue,
    Unreadable,
    swapped,
    tensors_in,
    with_tensors,
)

if TYPE_CHECKING:
    from explorer.snippet.reader.functions import Functions

# What every layer of Keras takes when it is made.
_OF_KERAS = ("name", "dtype", "trainable", "activity_regularizer", "autocast")
# Methods of a model that a code of its own leaves to Keras.
_OF_MODELS = (
    "compile",
    "fit",
    "evaluate",
    "predict",
    "summary",
    "train_on_batch",
    "test_on_batch",
    "predict_on_batch",
    "build",
)


def instantiated(
    reader: Functions, made_by: ClassValue, args: list[Any], kwargs: dict[str, Any], node: ast.Call, guess: bool = False
) -> Any:
    """What a class of the code gives when it is called."""
    reader.called.add(id(made_by.node))
    if made_by.kind in ("layer", "model"):
        reader.count_layer(node)
    found = Instance(made_by, node, keywords={name: kwargs[name] for name in kwargs if name in _OF_KERAS})
    found.given = (args, kwargs)
    reader.objects.append(found)
    if made_by.kind == "model":
        chain = made_by.base is not None
        found.model = ModelValue(node, chain, _name(found) or made_by.name, own=None if chain else found)
        reader.models.append(found.model)
    begin = made_by.find("__init__")
    if begin is not None and isinstance(begin[0], Function):
        reader.follow(begin[0], [found, *args], kwargs, node, guess)
    elif made_by.kind == "data":
        _fill(reader, found, args, kwargs, guess)
    else:
        found.held.update({name: value for name, value in kwargs.items() if name not in _OF_KERAS})
    return found


def _fill(reader: Functions, found: Instance, args: list[Any], kwargs: dict[str, Any], guess: bool) -> None:
    """The fields of a dataclass: given, or as the class says."""
    made_by = found.made_by
    if made_by is None:
        return
    for place, each in enumerate(made_by.fields()):
        name = each.target.id if isinstance(each.target, ast.Name) else ""
        if place < len(args):
            value = args[place]
        elif name in kwargs:
            value = kwargs[name]
        elif each.value is None:
            value = Opaque(f"the field {name}, which nobody gives", name, each.lineno)
        else:
            value = _default(reader, each.value, made_by)
        found.held[name] = reader.dressed(value, name, each)
    after = made_by.find("__post_init__")
    if after is not None and isinstance(after[0], Function):
        reader.follow(after[0], [found], {}, found.node)


def _default(reader: Functions, node: ast.expr, made_by: ClassValue) -> Any:
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "field":
        for each in node.keywords:
            if each.arg == "default":
                return reader.value(each.value, made_by.names)
            if each.arg == "default_factory":
                return reader.invoked(reader.value(each.value, made_by.names), [], {}, node)
    return reader.value(node, made_by.names)


def attribute_of_instance(reader: Functions, owner: Any, name: str, node: ast.expr) -> Any:
    """What stands behind a dot of an object, a class or `super()`."""
    if isinstance(owner, Super):
        for parent in owner.holder.parents:
            found = parent.find(name)
            if found is not None and isinstance(found[0], Function):
                return Bound(found[0], owner.owner)
        return Method(owner, name)
    if isinstance(owner, ClassValue):
        found = owner.find(name)
        if name == "__name__":
            return owner.name
        if found is None:
            return Opaque(f"{owner.name}.{name}", name, node.lineno)
        value, how = found
        return Bound(value, owner) if how == "class" and isinstance(value, Function) else value
    if name in owner.held:
        return owner.held[name]
    if name == "__class__":
        return owner.made_by
    if name == "__dict__":
        return owner.held
    found = owner.made_by.find(name) if owner.made_by else None
    if found is not None:
        value, how = found
        if not isinstance(value, Function) or how == "static":
            return value
        if how == "property":
            owner.called.add(name)
            return reader.follow(value, [owner], {}, node)
        return Bound(value, owner.made_by if how == "class" else owner)
    if owner.model is not None and owner.model.own is None:
        return reader.attribute_of(owner.model, name, node)
    if owner.kind == "model" and name in (*_OF_MODELS, "layers", "name"):
        return Method(owner.model, name)
    if owner.kind in ("layer", "model"):
        if name == "built":
            return False
        if name == "dtype" or name == "compute_dtype":
            return "float32"
        if name == "name":
            return _name(owner) or owner.made_by.name
        if name in WEIGHTS:
            return weights_of(reader, owner.model or owner.layer, name, node)
        return Method(owner, name)
    text = name if owner.made_by else f"the attribute {name}"
    return Opaque(f"`{text}`, which nothing sets", name, node.lineno)


def called_instance(reader: Functions, owner: Instance, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """What a call of an object gives: of a layer or a model of the code, of one that has `__call__`."""
    if owner.kind in ("layer", "model"):
        if owner.model is not None and (owner.model.sequential or owner.model.own is None):
            return call_model(reader, owner.model, args, kwargs, node)
        if not tensors_in((args, kwargs)):
            if owner.model is not None and args:
                owner.model.fits.append(("call", node, {"x": args[0]}))
            return Opaque(f"what {owner.made_by.name if owner.made_by else 'an object'} gives")
        return call_layer(reader, layer_of(reader, owner), tuple(args), kwargs, node)
    found = owner.made_by.find("__call__") if owner.made_by else None
    if found is None and tensors_in((args, kwargs)) and unknown_base(owner) is not None:
        return call_layer(reader, layer_of(reader, owner), tuple(args), kwargs, node)
    if found is None or not isinstance(found[0], Function):
        return Opaque("what an object gives when it is called")
    return reader.follow(found[0], [owner, *args], kwargs, node)


def unknown_base(owner: Instance) -> str | None:
    """The class of a package that is not known, and that may be a layer, on which the class of an object is made."""
    family = owner.made_by.family() if owner.made_by else []
    return next((each.unknown for each in family if each.unknown), None)


def layer_of(reader: Functions, owner: Instance) -> LayerValue:
    """The layer that an object of a layer's class is. Raises Unreadable where nothing says what it does."""
    if owner.layer is None:
        made_by = owner.made_by
        call = made_by.find("call") if made_by else None
        base = unknown_base(owner)
        if made_by is not None and base is not None and call is None:
            told = f"{made_by.name}, a subclass of {base}, which is not known here"
            owner.layer = unknown_layer(reader, Opaque(made_by.name, made=True), owner.node, told)
            return owner.layer
        if made_by is not None and base is not None:
            reader.assume(made_by.node, f"`{made_by.name}` is taken to be a layer of Keras: {base} is not known here.")
        if made_by is None or call is None or not isinstance(call[0], Function):
            if made_by is not None and made_by.base is not None:
                if (made := _of_keras(reader, owner, made_by)) is not None:
                    return made
                raise Unreadable(
                    f"What {made_by.name} changes in the layer that it is made on is not followed.", owner.node.lineno
                )
            name = made_by.name if made_by is not None else "?"
            raise Unreadable(f"The class {name} has no `call`, so what it does is not known.", owner.node.lineno)
        function, built = call[0], made_by.find("build")

        def follow(args: Any, kwargs: dict[str, Any]) -> Any:
            before = len(reader.outputs)
            found = through(
                reader,
                lambda given, named: reader.follow(function, [owner, *given], named, owner.node),
                args,
                kwargs,
                owner.node,
            )
            if len(reader.outputs) > before:
                layer.weights_known = False
            return found

        def build(shape: Any) -> None:
            if built is not None and isinstance(built[0], Function):
                with kept(reader):
                    reader.follow(built[0], [owner, shape], {}, owner.node)
            layer.parts = [each.layer for each in _layers(reader, list(owner.held.values()))]

        keeps = owner.held.get("supports_masking") is True
        keep_of = {name: owner.held[name] for name in ("state_size", "output_size") if _sized(owner.held.get(name))}
        layer = followed(made_by.name, function.node.args, follow, build, _name(owner), skip=1, keeps=keeps)
        for name, size in keep_of.items():
            # A cell says so how large its states are.
            setattr(layer, name, size)
        # What it has from a class that is not known may hold more.
        layer.weights_known = base is None
        owner.layer = LayerValue(layer, owner.node, own=owner)
    return owner.layer


def _of_keras(reader: Functions, owner: Instance, made_by: ClassValue) -> LayerValue | None:
    """A layer of Keras whose class the code only gives other arguments; None where it changes more."""
    if made_by.base is None or not set(made_by.names) <= {"__init__", "get_config"} or len(made_by.family()) > 1:
        return None
    args, kwargs = owner.base or owner.given
    owner.layer = make_layer(reader, made_by.base.last, made_by.base, args, kwargs, owner.node)
    return owner.layer


def _sized(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, (list, tuple)) and all(isinstance(each, int) for each in value))


def _layers(reader: Functions, values: list[Any]) -> list[LayerValue]:
    """The layers among attributes, in lists and dictionaries too."""
    found: list[LayerValue] = []
    for each in values[:400]:
        if isinstance(each, LayerValue):
            found.append(each)
        elif isinstance(each, Instance) and each.kind in ("layer", "model") and each.made_by and each.made_by.find("call"):
            found.append(layer_of(reader, each))
        elif isinstance(each, ModelValue):
            found += _layers(reader, list(each.layers))
        elif isinstance(each, dict):
            found += _layers(reader, list(each.values()))
        elif isinstance(each, (list, tuple)):
            found += _layers(reader, list(each))
    return found


def settle_own(reader: Functions, model: ModelValue, inputs: Any) -> None:
    """Give a model whose class is the code's own the tensors (or nests of them) that its data stand for."""
    owner = model.own
    found = owner.made_by.find("call") if owner.made_by else None
    if found is None or not isinstance(found[0], Function):
        raise Unreadable(f"The class {model.name} has no `call`, so what it does is not known.", model.node.lineno)
    built = owner.made_by.find("build")
    if built is not None and isinstance(built[0], Function):
        reader.follow(built[0], [owner, swapped(inputs, lambda each: each.shape)], {}, model.node)
    made = with_tensors(reader.follow(found[0], [owner, inputs], {}, model.node))
    model.inputs, model.outputs = tensors_in(inputs), tensors_in(made)
    if not model.outputs:
        raise Unreadable(f"What the `call` of {model.name} returns is not known.", model.node.lineno)


def of_its_own(reader: Functions, owner: Instance, args: list[Any], kwargs: dict[str, Any]) -> None:
    """A model whose class hands its inputs and outputs, or its layers, to Keras."""
    model = owner.model
    if model is None:
        return
    made = sequential(reader, args, kwargs, owner.node) if model.sequential else functional(reader, args, kwargs, owner.node)
    reader.models.remove(made)
    model.inputs, model.outputs, model.layers, model.keras = made.inputs, made.outputs, made.layers, made.keras
    model.own = None


def _name(owner: Instance) -> str | None:
    held = owner.keywords.get("name")
    return held if isinstance(held, str) else None


__all__ = [
    "TensorValue",
    "attribute_of_instance",
    "call_model",
    "called_instance",
    "instantiated",
    "layer_of",
    "settle_own",
]
