"""Shapes in words: which axis is which."""

from __future__ import annotations

from typing import Any

from explorer.keras_internals import maker
from explorer.layers.base import rules_for
from explorer.shapes.in_words import SEQUENCE_AXES, in_words
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.families import KEEPING, MERGING, RESHAPING
from explorer.snippet.reader.values import Call, LayerValue, TensorValue
from explorer.tensors import text
from explorer.tensors.tensor import Axes, is_named


def given_in_words(case: Case, call: Call, shape: Shape | None = None, place: int = 0) -> str:
    """What a layer is given, by the names that its axes have there. shape: as a batch came, where one did."""
    tensor = call.inputs[place]
    return in_words(tensor.shape if shape is None else shape, axes_at(case, tensor, call))


def all_in_words(case: Case, call: Call, shapes: list[Shape]) -> str:
    """What a layer with several inputs is given, alike ones once."""
    told = [given_in_words(case, call, shape, place) for place, shape in enumerate(shapes)]
    return " and ".join(dict.fromkeys(told)) or "this"


def answer_in_words(case: Case, tensor: TensorValue, shape: Shape) -> str:
    """What a model returns, such as (batch, timesteps 20, outputs 3)."""
    return in_words(shape, axes_at(case, tensor))


def declared_in_words(case: Case, tensor: TensorValue, shape: Shape) -> str:
    """What an Input declares, or what it is given, such as (batch, timesteps 20, features 5); an open size is left out."""
    axes = axes_at(case, tensor, next(iter(case.readers_of(tensor)), None))
    if len(axes) != len(shape) or not all(map(is_named, axes)):
        return str(shape)
    return text.in_words(axes, [None, *shape[1:]])


def axes_at(case: Case, tensor: TensorValue, reader: Call | None = None) -> Axes:
    """The names of a tensor's axes where a layer reads it.

    An axis that nothing has named is what the reader takes it for, and of three axes, what data of sequences have there:
    as long as nothing has moved the axes on their way from the Input.
    """
    axes = case.axes(tensor)
    if all(map(is_named, axes)) or _moved(case, tensor):
        return axes
    own = reader.layer.layer if reader is not None and isinstance(reader.layer, LayerValue) else None
    read = rules_for(own).input_axes(own, len(axes)) if own is not None else None
    for names in (read or (), SEQUENCE_AXES if len(axes) == len(SEQUENCE_AXES) else ()):
        axes = tuple(
            name if not is_named(axis) and is_named(name) and name not in axes else axis
            for axis, name in zip(axes, names or axes, strict=True)
        )
    return axes


def _moved(case: Case, tensor: TensorValue) -> bool:
    """Whether something on the way from the Input puts axes elsewhere, or may do so."""
    for call in case.up(tensor):
        operation = maker(call.outputs[0].tensor)
        if len(call.outputs[0].shape) != len(call.inputs[0].shape) or call.kind in RESHAPING:
            return True
        if isinstance(call.layer, str) and type(operation).__name__ not in KEEPING | MERGING:
            return True
    return False


def mask_in_words(shape: Any) -> str:
    """The axes of a mask, such as (batch, 20)."""
    return f"({', '.join('batch' if place == 0 else str(each) for place, each in enumerate(shape))})"
