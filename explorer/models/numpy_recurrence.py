"""The plain recurrent layers, stepped through in NumPy: the numbers are Keras's, without its overhead.

https://keras.io/api/layers/recurrent_layers/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from explorer.keras_internals import mask_of, set_mask
from explorer.layers.drawn import Remembered
from explorer.models.cell_steps import STEPS, Step, has_known_steps


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * x))


ACTIVATIONS: dict[Any, Callable[[np.ndarray], np.ndarray]] = {
    keras.activations.tanh: np.tanh,
    keras.activations.sigmoid: _sigmoid,
    keras.activations.relu: lambda x: np.maximum(x, 0),
    keras.activations.linear: lambda x: x,
}


def stepper(layer: Any) -> tuple[np.ndarray, np.ndarray, Step] | None:
    """The weights for what comes in, their bias, and the step; None where an activation is not known here."""
    cell = layer.cell
    bend = ACTIVATIONS.get(cell.activation)
    gate = ACTIVATIONS.get(getattr(cell, "recurrent_activation", keras.activations.sigmoid))
    if bend is None or gate is None or {layer.compute_dtype, cell.compute_dtype} != {"float32"}:
        return None
    kernel, recurrent = (each.numpy() for each in (cell.kernel, cell.recurrent_kernel))
    outer = inner = np.zeros(kernel.shape[1], np.float32)
    if cell.use_bias:
        outer = cell.bias.numpy()
        if outer.ndim == 2:
            outer, inner = outer
    return kernel, outer, STEPS[type(cell)](cell, recurrent, inner, bend, gate)


def _hidden_states(
    layer: Any, weights: tuple[np.ndarray, np.ndarray, Step], sequence: Any, mask: Any, start: Any
) -> tuple[list[np.ndarray], list[np.ndarray], list[tuple[list[np.ndarray], Mapping[str, np.ndarray]]]]:
    """What is returned after every timestep, in the order of reading, the last states, and the states and gates of each."""
    kernel, bias, step = weights
    weighed = np.asarray(sequence) @ kernel + bias
    samples, steps = weighed.shape[:2]
    masked = None if mask is None else np.asarray(mask).astype(bool)[:, :, None]
    kinds = len(layer.cell.state_size) if isinstance(layer.cell.state_size, (list, tuple)) else 1
    states = [np.zeros((samples, layer.cell.units), np.float32) for _ in range(kinds)]
    if start is not None:
        states = [np.asarray(each) for each in keras.tree.flatten(start)]
    output = np.zeros((samples, layer.cell.units), np.float32)
    hidden_states, held = [], []
    for place in reversed(range(steps)) if layer.go_backwards else range(steps):
        new, gates = step(weighed[:, place], states)
        if masked is None:
            states, output = new, new[0]
        else:
            # At a masked timestep the states stay, and the last output is returned again (zeros at first).
            here = masked[:, place]
            output = np.where(here, new[0], output)
            states = [np.where(here, after, before) for after, before in zip(new, states, strict=True)]
        unmasked = None if masked is None or not layer.zero_output_for_mask else masked[:, place]
        hidden_states.append(output if unmasked is None else np.where(unmasked, output, 0))
        held.append((states, gates))
    return hidden_states, states, held


def stepped(layer: Any, weights: tuple[np.ndarray, np.ndarray, Step], sequence: Any, mask: Any, start: Any) -> Any:
    """What the layer returns for a sequence, (samples, timesteps, features); with return_state a list with the states too.

    weights: from `stepper`. mask: (samples, timesteps) or None. start: the states to begin from, each (samples, units); None
    for zeros, or for those that a layer with stateful=True keeps: it keeps the last ones.
    """
    begin = [each.numpy() for each in keras.tree.flatten(layer.states)] if start is None and layer.stateful else start
    hidden_states, states, _ = _hidden_states(layer, weights, sequence, mask, begin)
    if layer.stateful:
        for kept, state in zip(keras.tree.flatten(layer.states), states, strict=True):
            kept.assign(state)
    output = np.stack(hidden_states, axis=1) if layer.return_sequences else hidden_states[-1]
    # Beside states to start from, Keras does not give the layer the mask that travels; it travels on all the same.
    output = with_mask(keras.ops.convert_to_tensor(output), mask_of(sequence) if mask is None else mask, layer)
    if layer.return_state:
        return [output, *(keras.ops.convert_to_tensor(state) for state in states)]
    return output


def with_mask(output: Any, mask: Any, layer: Any) -> Any:
    """The output, which brings the mask along where it still has timesteps."""
    if mask is not None and layer.return_sequences:
        set_mask(output, mask)
    return output


def remembered(layer: Any, sequence: np.ndarray, mask: np.ndarray | None) -> Remembered | None:
    """The states and gates of a recurrent layer after every timestep, from zero on; None for a layer that is not stepped
    through here. Of a layer that carries its state (stateful=True) the sequence must begin where that is reset."""
    step = stepper(layer) if has_known_steps(layer) else None
    if step is None:
        return None
    hidden, _, held = _hidden_states(layer, step, sequence, mask, None)
    cell = np.stack([states[1] for states, _ in held], axis=1) if len(held[0][0]) > 1 else None
    gates = [np.stack([gates[name] for _, gates in held], axis=1) for name in held[0][1]]
    return Remembered(np.stack(hidden, axis=1), cell, gates)
