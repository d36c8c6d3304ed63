"""Lets shapes flow through a model that was read, with every size known, as a batch of real data would.

Building is not enough: the shapes that Keras works out while a model is wired leave the batch open, and some layers break
only when they run, or return something else than they said. So the calls are made once more on shapes without a gap; and
layers whose own rule for shapes is not to be trusted are traced, as `fit` would trace them. No number is computed.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from explorer.keras_internals import layer_and_sublayers, mask_of, set_mask
from explorer.keras_source import squeeze_or_expand_to_same_rank, traced_output
from explorer.snippet.reader.costs import trace
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.families import MERGING, RECURRENT, TRUSTED
from explorer.snippet.reader.library.followed import Followed
from explorer.snippet.reader.library.paths import spoken
from explorer.snippet.reader.limits import Budget
from explorer.snippet.reader.values import (
    Broken,
    Call,
    Event,
    LayerValue,
    ModelValue,
    TensorValue,
    Unreadable,
    behind,
    swapped,
)

_KEPT_TRACES = 512
# Layers that are trusted too where one sequence without a mask comes in. The cell of an RNN may be anything.
_STEPPED = RECURRENT - {"RNN"} | {"Bidirectional"}
_traces: OrderedDict[str, Any] = OrderedDict()


@dataclass(frozen=True)
class Ran:
    """What a batch met on its way. at: the shape of every tensor, by the identity of its `TensorValue`."""

    outputs: list[Shape]
    at: dict[int, Any]

    def shape(self, tensor: TensorValue) -> Shape:
        """The shape of a tensor, batch included."""
        found = self.at.get(id(tensor))
        return tensor.shape if found is None else tuple(found.shape)


def run(model: ModelValue, shapes: Sequence[Shape], budget: Budget) -> Ran:
    """Let a batch of `shapes` (batch included, one for each input) through a model.

    budget: what may be spent on it; beyond it Keras's own rules for shapes are taken.

    Raises Broken with an event "run" where a layer breaks, whose `given` holds the call and the shapes that came; Unreadable
    where the time is up.
    """
    at: dict[int, Any] = {}
    for tensor, shape in zip(model.inputs, shapes, strict=True):
        at[id(tensor)] = keras.KerasTensor(shape, dtype=tensor.tensor.dtype)
    for call in behind(model.outputs, model.inputs):
        budget.look(call.node)
        made = _called(call, at, budget)
        # The states of several cells come as lists within a list.
        for tensor, spec in zip(call.outputs, tensors_of(made), strict=False):
            at[id(tensor)] = spec
    return Ran([tuple(at[id(each)].shape) for each in model.outputs], at)


def _called(call: Call, at: dict[int, Any], budget: Budget) -> Any:
    def given(value: Any) -> Any:
        return at[id(value)] if isinstance(value, TensorValue) else getattr(value, "last", value)

    arguments, keywords = swapped(call.arguments, given), swapped(call.keywords, given)
    received = [tuple(at[id(each)].shape) for each in call.inputs]
    try:
        made = call.run(*arguments, **keywords)
        given_now = [at[id(each)] for each in call.inputs]
        if suspect(call, given_now) and budget.traces(_cost(call, arguments, keywords, budget)):
            made = _traced(call, arguments, keywords, made)
    except (Broken, Unreadable):
        raise
    except Exception as error:
        says = str(error) if isinstance(error, _AsKeras) else spoken(error)
        event = Event("run", call.node, says, {"call": call, "received": received, "at": at})
        raise Broken(event) from None
    return made


def suspect(call: Call, received: list[Any]) -> bool:
    """Whether what Keras says of a call's shapes may not be what happens when it runs."""
    held = call.layer.keras if isinstance(call.layer, ModelValue) else getattr(call.layer, "layer", None)
    if held is not None and any(isinstance(each, Followed) for each in layer_and_sublayers(held)):
        # What the code itself defines is followed, and never run.
        return False
    if isinstance(call.layer, (str, ModelValue)):
        return isinstance(call.layer, ModelValue)
    kind = call.layer.kind
    if kind in MERGING and any(None in each.shape[1:] for each in call.inputs):
        # Whether sizes fit that were open while it was made, it only meets when it runs.
        return True
    if kind in _STEPPED:
        core = call.layer.core.layer
        masked = any(mask_of(each) is not None for each in received)
        return masked or len(received) > 1 or type(core).__name__ not in _STEPPED or "initial_state" in call.keywords
    return kind not in TRUSTED


def _cost(call: Call, arguments: Any, keywords: Any, budget: Budget) -> float:
    """About how many milliseconds it takes to trace a call."""
    if not isinstance(call.layer, LayerValue):
        return trace(call.run, arguments, keywords, budget.look)
    layer = call.layer.layer
    if call.layer.kind == "TimeDistributed":
        # Only one of its steps is traced.
        first = tensors_of((arguments, keywords))[0]
        layer, arguments = layer.layer, (keras.KerasTensor((first.shape[0], *first.shape[2:]), first.dtype),)
    return trace(layer, arguments, keywords, budget.look)


def _traced(call: Call, arguments: Any, keywords: Any, said: Any) -> Any:
    """What a call really returns: traced on placeholders, with the masks that travel beside the tensors."""
    function = call.run
    steps = None
    if isinstance(call.layer, LayerValue) and call.layer.kind == "TimeDistributed":
        # Its steps are all alike, and tracing each of a thousand would take for ever.
        first = tensors_of((arguments, keywords))[0]
        steps, function = first.shape[1], _one_step(call.layer.layer.layer)
    specs = tensors_of((arguments, keywords))
    masks = [mask_of(each) for each in specs]
    key = _key(call, arguments, keywords, specs, masks)
    if key is not None and key in _traces:
        _traces.move_to_end(key)
        found = _traces[key]
    else:
        found = _trace(call, function, arguments, keywords, specs, masks, steps)
        if key is not None:
            _remember(key, found)
    if isinstance(found, str):
        raise _AsKeras(found)
    return _like(said, found, steps)


def _remember(key: str, found: Any) -> None:
    _traces[key] = found
    while len(_traces) > _KEPT_TRACES:
        _traces.popitem(last=False)


class _AsKeras(Exception):
    """An error of Keras, as it was spoken when the trace was made."""


def _one_step(layer: Any) -> Any:
    def call(tensor: Any, *_: Any, **__: Any) -> Any:
        return layer(tensor[:, 0])

    return call


def _trace(call: Call, function: Any, arguments: Any, keywords: Any, specs: list[Any], masks: list[Any], steps: Any) -> Any:
    present = [mask for mask in masks if mask is not None]

    def traced(*given: Any) -> Any:
        held = dict(zip(map(id, specs), given, strict=False))

        def real(value: Any) -> Any:
            return held.get(id(value), value)

        marks = iter(given[len(specs) :])
        for tensor, mask in zip(given, masks, strict=False):
            if mask is not None and steps is None:
                set_mask(tensor, next(marks))
        held_by = call.layer.keras if isinstance(call.layer, ModelValue) else call.value.layer
        variables = held_by.variables
        mapping = [(variable, tf.zeros(variable.shape, variable.dtype)) for variable in variables]
        with keras.StatelessScope(state_mapping=mapping, initialize_variables=False):
            return function(*swapped(arguments, real), **swapped(keywords, real))

    distinct = [keras.KerasTensor(each.shape, each.dtype) for each in (*specs, *present)]
    try:
        made = traced_output(traced, *distinct)
    except Exception as error:
        return spoken(error)
    return [(tuple(each.shape), each.dtype) for each in tensors_of(made)]


def _like(said: Any, found: list[tuple[Shape, str]], steps: int | None) -> Any:
    """What Keras said, with the shapes that were found; masks stay as they were."""
    rest = iter(found)

    def change(each: Any) -> Any:
        if not isinstance(each, keras.KerasTensor):
            return each
        shape, dtype = next(rest, (tuple(each.shape), each.dtype))
        shape = shape if steps is None else (shape[0], steps, *shape[1:])
        if shape == tuple(each.shape) or None in shape:
            return each
        made = keras.KerasTensor(shape, dtype)
        if mask_of(each) is not None:
            set_mask(made, mask_of(each))
        return made

    return swapped(said, change)


def tensors_of(value: Any) -> list[Any]:
    """Every Keras tensor in nested lists, tuples and dictionaries, in order."""
    if isinstance(value, keras.KerasTensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [each for part in value for each in tensors_of(part)] if isinstance(value, (list, tuple)) else []


def _key(call: Call, arguments: Any, keywords: Any, specs: list[Any], masks: list[Any]) -> str | None:
    """A name for a trace by everything that decides it, or None for what has none."""
    if not isinstance(call.layer, LayerValue):
        return None
    try:
        config = json.dumps(call.layer.layer.get_config(), sort_keys=True, default=str)
    except Exception:
        return None
    shapes = [
        (tuple(each.shape), str(each.dtype), None if mask is None else tuple(mask.shape))
        for each, mask in zip(specs, masks, strict=True)
    ]
    flags = sorted((name, str(value)) for name, value in keywords.items() if not tensors_of(value))
    where = [sorted(name for name, value in keywords.items() if tensors_of(value)), len(arguments)]
    weights = [tuple(each.shape) for each in call.layer.layer.variables]
    told = str((call.layer.kind, config.replace('"name"', ""), shapes, flags, where, weights))
    return hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()


def weighed(name: str, target: Shape, answer: Shape, weight: Shape) -> str:
    """What Keras says where it cannot weigh a loss with sample weights; nothing where it can.

    target, answer, weight: shapes with the batch, (batch, ...).
    """
    key = str(("weighed", name, target, answer, weight))
    if key not in _traces:
        function = getattr(loss := keras.losses.get(name), "fn", loss)

        class Weighed(keras.losses.Loss):  # type: ignore[misc]
            def call(self, true: Any, predicted: Any) -> Any:
                return function(*squeeze_or_expand_to_same_rank(true, predicted))

        try:
            dtype = "int32" if name.startswith("sparse") else "float32"
            traced_output(Weighed(), keras.KerasTensor(target, dtype), keras.KerasTensor(answer), keras.KerasTensor(weight))
            _remember(key, "")
        except Exception as error:
            _remember(key, spoken(error))
    said: str = _traces[key]
    return said


def loss_of(name: str, target: Shape, answer: Shape) -> tuple[Shape | None, str]:
    """The shape of a loss by its name before it is averaged, and what Keras says where it raises.

    target, answer: shapes with the batch, (batch, ...).
    """
    whole = name.startswith("sparse")
    key = str(("loss", name, target, answer))
    if key not in _traces:
        found: tuple[Shape | None, str]
        try:
            loss = keras.losses.get(name)
            function = getattr(loss, "fn", loss)
            dtype = "int32" if whole else "float32"

            def traced(true: Any, predicted: Any) -> Any:
                return function(*squeeze_or_expand_to_same_rank(true, predicted))

            made = traced_output(traced, keras.KerasTensor(target, dtype), keras.KerasTensor(answer))
            found = (tuple(made.shape), "")
        except Exception as error:
            found = (None, spoken(error))
        _remember(key, found)
    kept: tuple[Shape | None, str] = _traces[key]
    return kept
