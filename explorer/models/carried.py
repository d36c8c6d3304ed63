"""One sequence through a model that carries its states from batch to batch (stateful=True), from where they are zero on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from explorer.keras_internals import layer_and_sublayers
from explorer.models.activations import Flow, outputs


def carried_states(model: keras.Model) -> list[Any]:
    """The variables in which the layers of a model keep their states from call to call, each (batch, units)."""
    layers = [layer for layer in layer_and_sublayers(model) if getattr(layer, "stateful", False) is True]
    return [state for layer in layers for state in keras.tree.flatten(layer.states)]


def flow(
    model: keras.Model, streams: Sequence[np.ndarray], sequence: int, pieces: int
) -> tuple[Flow, list[Mapping[str, np.ndarray]]]:
    """What flows through a model for one sequence, with the states that the pieces before it leave; and the tensors of every
    piece of its long sequence, in order, none where no state is carried.

    streams: an array for each input, (samples, ...), in which as many sequences as `pieces` make a long one. sequence: its
    place. Where pieces are more than 1, the model takes one sequence at a time.
    """
    if pieces == 1:
        return outputs(model, [stream[sequence : sequence + 1] for stream in streams]), []
    for state in carried_states(model):
        state.assign(keras.ops.zeros_like(state.value))
    first = sequence - sequence % pieces
    found = [outputs(model, [stream[place : place + 1] for stream in streams]) for place in range(first, first + pieces)]
    return found[sequence - first], [each.tensors for each in found]
