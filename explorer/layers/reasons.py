"""Why a layer cannot take what it is given: the sentences that several families share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.layers.base import class_name
from explorer.tensors.tensor import Tensor
from explorer.tensors.text import an, in_words, joined


def title(layer: Any) -> str:
    """A layer's class, with what it wraps: "TimeDistributed(Dense)"."""
    held = getattr(layer, "forward_layer", None) or getattr(layer, "layer", None)
    return type(layer).__name__ if held is None else f"{type(layer).__name__}({title(held)})"


def layer_name(layer: Any) -> str:
    """What a sentence calls the layer that another one holds: its class, or "model"."""
    return "model" if class_name(layer) == "Model" else type(layer).__name__


def not_taken(layer: Any, received: Sequence[Tensor]) -> str:
    """What is said where nothing more is known."""
    return f"{an(title(layer))} cannot take {all_in_words(received)}"


def all_in_words(received: Sequence[Tensor]) -> str:
    return joined([in_words(tensor.axes, tensor.shape) for tensor in received])


def along(verb: str, layer: Any, received: Sequence[Tensor]) -> str | None:
    """Of a layer that reads timesteps along one axis, and a vector at each: what it lacks, or has too much."""
    first, name = received[0], an(title(layer))
    if len(first.shape) < 3:
        return f"{name} {verb} the timesteps, and {in_words(first.axes, first.shape)} has no axis of them"
    if len(first.shape) > 3:
        return f"{name} {verb} one axis, and its input has {len(first.places)}: {joined(list(first.places))}"
    return None
