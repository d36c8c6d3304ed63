"""Time joined to the batch: what `TimeDistributed` does step by step, done at once.

`TimeDistributed` over a fixed length is a Python loop of T calls of its inner layer. Where that layer treats every sample
alone, T calls on (batch, ...) are one call on (batch · timesteps, ...): the same weights and numbers, to the rounding of
float32, in a fraction of the trace and of the compilation. Only training does it: what a reader sees and takes away
stays `layers.TimeDistributed`.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import keras

from explorer.keras_internals import is_from_keras, layer_and_sublayers, mask_of, own_variables
from explorer.shapes.graph import Call, calls
from explorer.tensors.grid import tensor_name


def folded(model: keras.Model) -> keras.Model:
    """The same model on the very same weights, folded wherever that changes nothing; the model itself where nowhere.

    Inputs and outputs have the shapes of the model's own. Where the inner layer reads a mask, a sequence that comes with
    one is left to the wrapper, which hands each step its part of it.
    """
    return folded_with_tensors(model)[0]


def folded_with_tensors(model: keras.Model) -> tuple[keras.Model, dict[str, Any]]:
    """`folded`, and the folded model's own tensor for each output of each call, by its name
    (`explorer.tensors.grid.tensor_name`)."""
    if not any(may_fold(layer) for layer in model.layers):
        return model, {name: each for call in calls(model) for name, each in _named(call, call.outputs)}
    found = {id(tensor): tensor for tensor in model.inputs}
    named: dict[str, Any] = {}
    for call in calls(model):
        args, kwargs = call.node.arguments.fill_in(found)
        returned = keras.tree.flatten(folded_call(call.layer, args, kwargs))
        for tensor, value in zip(call.outputs, returned, strict=True):
            found[id(tensor)] = value
            # A mask that travels is a tensor of the graph as well: a call may be given it by name.
            if mask_of(tensor) is not None and mask_of(value) is not None:
                found[id(mask_of(tensor))] = mask_of(value)
        named.update(_named(call, returned))
    answers = [found[id(tensor)] for tensor in model.outputs]
    one_in, one_out = len(model.inputs) == 1, len(answers) == 1
    fast = keras.Model(model.inputs[0] if one_in else model.inputs, answers[0] if one_out else answers)
    return fast, named


def _named(call: Call, tensors: Sequence[Any]) -> list[tuple[str, Any]]:
    return [(tensor_name(call.name, place), each) for place, each in enumerate(tensors)]


def folded_call(layer: keras.layers.Layer, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """`layer(*args, **kwargs)`, folded where that changes nothing."""
    handed = kwargs.get("mask")
    if not may_fold(layer) or len(args) != 1 or (handed is not None and handed is not mask_of(args[0])):
        return layer(*args, **kwargs)
    (sequence,) = args
    if mask_of(sequence) is None:
        return _at_once(layer.layer, sequence)
    return layer(sequence, **kwargs) if _reads_a_mask(layer.layer) else _AtOnce(layer.layer)(sequence)


def _at_once(layer: keras.layers.Layer, sequence: Any) -> Any:
    # The sizes are fixed (`explorer.models.build` sees to it), but for the batch.
    answers = layer(keras.ops.reshape(sequence, (-1, *sequence.shape[2:])))
    return keras.ops.reshape(answers, (-1, sequence.shape[1], *answers.shape[1:]))


class _AtOnce(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """`_at_once` for a sequence that a mask comes with: it travels on, as with the wrapper."""

    def __init__(self, inner: keras.layers.Layer) -> None:
        super().__init__()
        self.inner, self.supports_masking = inner, True

    def call(self, sequence: Any) -> Any:
        return _at_once(self.inner, sequence)


def _reads_a_mask(layer: keras.layers.Layer) -> bool:
    return "mask" in inspect.signature(layer.call).parameters


def may_fold(layer: keras.layers.Layer) -> bool:
    """Whether a layer is a TimeDistributed whose inner layer treats every sample alone, so that time may join the batch.

    Judged by what the layer is and holds, all that is within it included, and not by a list: it must be Keras's own (what
    a class of somebody else's does is not known here); keep nothing from call to call, and count nothing over the batch
    (a state, or weights that no gradient reaches, as batch normalization has); draw no random numbers, which each call
    would draw anew; add no loss, which is shared out over the batch; and work along no axis that is the batch.
    """
    if type(layer) is not keras.layers.TimeDistributed:
        return False
    return all(_treats_samples_alone(each) for each in layer_and_sublayers(layer.layer))


def _treats_samples_alone(layer: keras.layers.Layer) -> bool:
    if not is_from_keras(layer) or isinstance(layer, keras.layers.Lambda):
        return False
    if getattr(layer, "stateful", False) or getattr(layer, "activity_regularizer", None) is not None:
        return False
    if isinstance(layer, keras.Model) and not all(isinstance(each, keras.layers.Layer) for each in _operations(layer)):
        return False
    return not (_counts(layer) or _draws(layer) or _works_along_the_batch(layer))


def _operations(model: keras.Model) -> list[Any]:
    return list(getattr(model, "operations", None) or model.layers)


def _counts(layer: keras.layers.Layer) -> bool:
    """Whether it has weights of its own that no gradient moves; a layer that was frozen is not told apart, and waits."""
    return any(not variable.trainable for variable in own_variables(layer))


def _draws(layer: keras.layers.Layer) -> bool:
    """Whether it draws random numbers: a recurrent cell has a generator even where it drops nothing."""
    if getattr(layer, "seed_generator", None) is None:
        return False
    rates = [getattr(layer, name) for name in ("dropout", "recurrent_dropout") if hasattr(layer, name)]
    return not rates or any(rates)


def _works_along_the_batch(layer: keras.layers.Layer) -> bool:
    """Whether one of its axes may be the batch: only the last, and those counted from 1 on, are surely not."""
    axis = layer.get_config().get("axis") if hasattr(layer, "axis") else None
    axes = axis if isinstance(axis, (list, tuple)) else [axis]
    return any(isinstance(each, int) and each != -1 and each < 1 for each in axes)
