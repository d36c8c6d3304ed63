"""What a recurrent layer held for one probe sequence, as `explorer.inside` has it, and what its units follow."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from explorer.inside.follows import follows
from explorer.inside.states import Direction, LayerStates
from explorer.models.activations import run
from explorer.models.inside import Inside, Reading, as_array, found_call, looked_at


def look_inside(
    model: keras.Model, layer: str | None, inputs: Any, targets: np.ndarray | None, sequence: int
) -> LayerStates:
    """What the recurrent layer (None: the first one) held for one of some sequences; what its units follow is judged by all.

    inputs: an array for each input of the model, (samples, timesteps, features). targets: (samples, timesteps, outputs),
    with one timestep where the model answers once; None where there are none of this shape. sequence: from 0.

    Raises ValueError with a sentence, as `explorer.models.inside.found_call` does.
    """
    call = found_call(model, layer)
    tensors = run(model, inputs)
    inside = looked_at(call, tensors)
    at_each = targets is not None and targets.shape[1] == inside.inputs.shape[1] > 1
    directions = [_direction(inside, each, targets if at_each else None, sequence) for each in inside.directions]
    return LayerStates(
        layer=inside.layer,
        inputs=inside.inputs[sequence],
        counts=inside.counts[sequence],
        windows=inside.windows,
        directions=tuple(directions),
        output=_output(model, tensors, targets, sequence),
        target=None if targets is None else targets[sequence],
        notes=tuple(inside.notes(sequence)),
    )


def _direction(inside: Inside, reading: Reading, targets: np.ndarray | None, sequence: int) -> Direction:
    layer, cell = reading.reader, reading.reader.cell
    window = inside.inputs.shape[1] // inside.windows
    return Direction(
        role=reading.role,
        cell_kind=type(cell).__name__.removesuffix("Cell"),
        activation=_called(cell.activation),
        gate_activation=_called(getattr(cell, "recurrent_activation", cell.activation)),
        reset_after=bool(getattr(cell, "reset_after", False)),
        backwards=bool(layer.go_backwards),
        hidden=reading.hidden[sequence],
        cell=None if reading.cell is None else reading.cell[sequence],
        gates={name: gate[sequence] for name, gate in reading.gates.items()},
        weights=dict(reading.weights),
        # Of a TimeDistributed all states are zeros, and there are more windows than sequences.
        start=tuple(each[sequence] for each in reading.start),
        follows=follows(reading.hidden, inside.inputs, inside.counts, targets, window),
    )


def _called(activation: Any) -> str:
    return str(getattr(activation, "__name__", type(activation).__name__))


def _output(model: keras.Model, tensors: Any, targets: np.ndarray | None, sequence: int) -> np.ndarray | None:
    """What the model answered for one sequence, in the shape of the targets of all; None where it has another one."""
    if targets is None or len(model.outputs) != 1:
        return None
    found = as_array(tensors[id(model.outputs[0])])
    return found[sequence].reshape(targets.shape[1:]) if found.size == targets.size else None
