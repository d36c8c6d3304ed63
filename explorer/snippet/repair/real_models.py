"""A model that was read, made by Keras with the sizes of its data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.training_data import sized
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.values import ModelValue, TensorValue, behind, swapped


def real(case: Case) -> keras.Model:
    """The checked model; what its Inputs leave open is taken from the data, but for the batch."""
    model = case.whole
    declared = [each.shape for each in model.inputs]
    found: Sequence[Shape] = sized(case) if case.data.x else declared
    inputs = [(mine[0], *shape[1:]) for mine, shape in zip(declared, found, strict=True)]
    if inputs == declared:
        return keras.Model([each.tensor for each in model.inputs], [each.tensor for each in model.outputs])
    tensors = [
        keras.Input(shape[1:], batch_size=shape[0], dtype=each.tensor.dtype, name=each.tensor.name)
        for each, shape in zip(model.inputs, inputs, strict=True)
    ]
    at = {id(each): tensor for each, tensor in zip(model.inputs, tensors, strict=True)}
    return keras.Model(tensors, _wired(model, at))


def _wired(model: ModelValue, at: dict[int, Any]) -> list[Any]:
    """The model's calls made once more, on inputs of other sizes."""

    def now(value: Any) -> Any:
        return at[id(value)] if isinstance(value, TensorValue) else getattr(value, "last", value)

    for call in behind(model.outputs, model.inputs):
        made = call.run(*swapped(call.arguments, now), **swapped(call.keywords, now))
        flat = made if isinstance(made, (list, tuple)) else [made]
        at.update((id(each), tensor) for each, tensor in zip(call.outputs, flat, strict=False))
    return [at[id(each)] for each in model.outputs]
