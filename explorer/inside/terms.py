"""The equation of one unit at one timestep with its numbers: from the layer's weights and from what it read, in float64.

The equations and their sources stand at `explorer.models.cell_steps`. What an activation makes of a sum is not computed
here: it is the number that the layer itself had.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.inside.states import Direction, LayerStates


@dataclass(frozen=True)
class Product:
    """A vector times one column of a kernel. read, weights: what is multiplied, number by number. value: their sum."""

    read: np.ndarray
    weights: np.ndarray

    @property
    def parts(self) -> np.ndarray:
        found: np.ndarray = self.read * self.weights
        return found

    @property
    def value(self) -> float:
        return float(self.parts.sum())


@dataclass(frozen=True)
class Line:
    """One gate: value = activation(input + bias + state + state_bias), or, of a candidate with reset_after, input + bias +
    reset · (state + state_bias).

    gate: its name in `LayerStates`. block: its place in the kernels. bias, state_bias: None where there is none.
    reset: the reset gate where it multiplies the brackets. resets: whether the state was multiplied with the reset gate
    before (reset_after=False). value: None where the layer computed none that was kept.
    """

    gate: str
    block: int
    input: Product
    bias: float | None
    state: Product
    state_bias: float | None
    reset: float | None
    resets: bool
    sum: float
    value: float | None


def lines(layer_states: LayerStates, direction: Direction, unit: int, timestep: int) -> list[Line]:
    """Each gate of a unit at a timestep, both from 0, in Keras's order; of a SimpleRNN the new hidden state alone."""
    state = layer_states.states_before(direction, timestep)[0].astype(np.float64)
    x = layer_states.inputs[timestep].astype(np.float64)
    return [_line(layer_states, direction, unit, timestep, x, state, block) for block in range(len(direction.gate_names))]


def _line(
    layer_states: LayerStates, direction: Direction, unit: int, timestep: int, x: np.ndarray, state: np.ndarray, block: int
) -> Line:
    gate, column = direction.gate_names[block], block * direction.units + unit
    weights = {name: each.astype(np.float64) for name, each in direction.weights.items() if name == "bias"}
    bias = weights.get("bias")
    own = None if bias is None else float(bias.reshape(-1, bias.shape[-1])[0, column])
    other = float(bias[1, column]) if bias is not None and bias.ndim == 2 else None
    is_reset = direction.cell_kind == "GRU" and gate == "candidate"
    resets = is_reset and not direction.reset_after
    read = state * direction.gates["r"][timestep].astype(np.float64) if resets else state
    of_input = Product(x, direction.weights["kernel"][:, column].astype(np.float64))
    of_state = Product(read, direction.weights["recurrent_kernel"][:, column].astype(np.float64))
    reset = float(direction.gates["r"][timestep, unit]) if is_reset and direction.reset_after else None
    inner = of_state.value + (other or 0.0)
    total = of_input.value + (own or 0.0) + (inner if reset is None else reset * inner)
    value: float | None = None
    if gate in direction.gates:
        value = float(direction.gates[gate][timestep, unit])
    elif layer_states.counts[timestep]:
        value = float(direction.hidden[timestep, unit])
    return Line(gate, block, of_input, own, of_state, other, reset, resets, total, value)
