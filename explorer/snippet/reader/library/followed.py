"""Layers that a code defines itself, by a class or a function: Keras asks for their shapes, and their `call` is followed."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import keras

from explorer.keras_internals import layer_and_sublayers
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import Call, TensorValue, behind

# Those whose `call` is followed now, one within the other.
_FOLLOWED: ContextVar[tuple[Followed, ...]] = ContextVar("followed", default=())


def note_unknown(given: bool) -> None:
    """Note that what is followed now depends on what is not known here. given: whether its shape was given."""
    for each in _FOLLOWED.get():
        each.depends = True
        each.waits = each.waits or not given


def followed_in(call: Call) -> list[Followed]:
    """The layers that are not of Keras in what a call calls, itself included."""
    layer = None if isinstance(call.layer, str) else getattr(call.layer, "keras", None) or getattr(call.layer, "layer", None)
    return [each for each in layer_and_sublayers(layer) if isinstance(each, Followed)] if layer is not None else []


def shape_of(record: Record, tensor: TensorValue) -> Shape:
    """The shape of a tensor, where the code reads it. Of one that is asked for that is noted: numbers then depend on it."""
    if record.asked and any(each.waits for call in behind([tensor]) for each in followed_in(call)):
        record.note_shape_read()
    return tensor.shape


class Followed(keras.layers.Layer):  # type: ignore[misc]
    """A layer whose shapes come from following code. parts: layers within it. Its numbers are never computed.

    not_known: whether it is of another package, so that its shapes are asked for. depends: whether its shapes depend on one
    that is; waits: and was not given yet. weights_known: whether all of its weights are: not of one that is not known, nor
    of what calls such a one.
    """

    own_kind: str
    follow: Callable[[Any, dict[str, Any]], Any]
    built_by: Callable[[Any], None]
    not_known = False
    depends = False
    waits = False
    weights_known = True

    def build(self, input_shape: Any) -> None:
        self.built_by(input_shape)
        self.built = True

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbolic tensors that it returns: new ones, also where it returns what it was given."""
        before = _FOLLOWED.get()
        token = _FOLLOWED.set((*before, self))
        try:
            return _new(self.follow(args, {name: value for name, value in kwargs.items() if value is not None}))
        finally:
            _FOLLOWED.reset(token)

    def compute_output_shape(self, input_shape: Any) -> Any:
        made = self.compute_output_spec(keras.KerasTensor(input_shape))
        return made.shape if isinstance(made, keras.KerasTensor) else [each.shape for each in made]


def followed(
    name: str,
    arguments: ast.arguments,
    follow: Callable[[Any, dict[str, Any]], Any],
    build: Callable[[Any], None],
    called: str | None,
    skip: int = 0,
    keeps: bool = False,
) -> Followed:
    """A layer of a class of this name. arguments: of the function that is followed.

    skip: how many of them come before its inputs. keeps: whether a mask goes through it.
    """

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("code that was pasted is never run")

    kinds = inspect.Parameter
    parameters = [kinds("self", kinds.POSITIONAL_OR_KEYWORD)]
    given = [*arguments.posonlyargs, *arguments.args][skip:]
    plain = len(given) - len(arguments.defaults)
    for place, each in enumerate(given):
        parameters.append(kinds(each.arg, kinds.POSITIONAL_OR_KEYWORD, **({} if place < plain else {"default": None})))
    if arguments.vararg:
        parameters.append(kinds(arguments.vararg.arg, kinds.VAR_POSITIONAL))
    parameters += [kinds(each.arg, kinds.KEYWORD_ONLY, default=None) for each in arguments.kwonlyargs]
    if arguments.kwarg:
        parameters.append(kinds(arguments.kwarg.arg, kinds.VAR_KEYWORD))
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    safe = name if name.isidentifier() else "Layer"
    kind = type(safe, (Followed,), {"call": call})
    made: Followed = kind(name=called)
    made.follow, made.built_by = follow, build
    made.supports_masking = keeps
    made.own_kind = f"{name} of the code"
    return made


def _new(value: Any) -> Any:
    if isinstance(value, keras.KerasTensor):
        return keras.KerasTensor(value.shape, value.dtype)
    if isinstance(value, dict):
        return {key: _new(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_new(each) for each in value) if type(value) in (list, tuple) else [_new(each) for each in value]
    return value
