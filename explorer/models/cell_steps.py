"""What the cells of GRU, LSTM and SimpleRNN compute at one timestep, gate by gate.

The same lines work on NumPy's arrays (`explorer.models.numpy_recurrence`, for speed) and on tensors (for any activation and
for gradients: `explorer.models.recurrence`). x is what comes in, already multiplied by the kernel and with its bias added.

GRU         Cho et al., https://arxiv.org/abs/1406.1078; reset_after as in https://arxiv.org/abs/1412.3555 and Keras:
            z = σ(x_z + h · R_z), r = σ(x_r + h · R_r), h̃ = tanh(x_h + r ∗ (h · R_h)), h' = z ∗ h + (1 − z) ∗ h̃
LSTM        Hochreiter and Schmidhuber, https://doi.org/10.1162/neco.1997.9.8.1735, with the forget gate of Gers et al.,
            https://doi.org/10.1162/089976600300015015:
            i, f, o = σ(x + h · R) of each, c̃ = tanh(x_c + h · R_c), c' = f ∗ c + i ∗ c̃, h' = o ∗ tanh(c')
SimpleRNN   Elman, https://doi.org/10.1207/s15516709cog1402_1: h' = tanh(x + h · R)
In the paper of Cho et al. z is what stays, as here and in Keras; others call 1 − z by that name.
https://keras.io/api/layers/recurrent_layers/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras

# x, (samples, gates · units), and the states, each (samples, units) -> the new states, the hidden state first, and the gates
# after their activation, each (samples, units).
Step = Callable[[Any, list[Any]], tuple[list[Any], Mapping[str, Any]]]
Activation = Callable[[Any], Any]


def gru(cell: Any, recurrent: Any, bias: Any, bend: Activation, gate: Activation) -> Step:
    """recurrent: (units, 3 · units). bias: of the hidden state, (3 · units,), which counts with reset_after only."""
    units = cell.units

    def step(x: Any, states: list[Any]) -> tuple[list[Any], Mapping[str, Any]]:
        (h,) = states
        if cell.reset_after:
            inner = h @ recurrent + bias
            z = gate(x[:, :units] + inner[:, :units])
            r = gate(x[:, units : 2 * units] + inner[:, units : 2 * units])
            new = bend(x[:, 2 * units :] + r * inner[:, 2 * units :])
        else:
            z = gate(x[:, :units] + h @ recurrent[:, :units])
            r = gate(x[:, units : 2 * units] + h @ recurrent[:, units : 2 * units])
            new = bend(x[:, 2 * units :] + (r * h) @ recurrent[:, 2 * units :])
        return [z * h + (1 - z) * new], {"z": z, "r": r, "candidate": new}

    return step


def lstm(cell: Any, recurrent: Any, bias: Any, bend: Activation, gate: Activation) -> Step:
    """recurrent: (units, 4 · units)."""
    units = cell.units

    def step(x: Any, states: list[Any]) -> tuple[list[Any], Mapping[str, Any]]:
        h, c = states
        inner = x + h @ recurrent
        i, f = gate(inner[:, :units]), gate(inner[:, units : 2 * units])
        new, o = bend(inner[:, 2 * units : 3 * units]), gate(inner[:, 3 * units :])
        c = f * c + i * new
        return [o * bend(c), c], {"i": i, "f": f, "candidate": new, "o": o}

    return step


def simple(cell: Any, recurrent: Any, bias: Any, bend: Activation, gate: Activation) -> Step:
    """recurrent: (units, units). It has no gates: what is computed is the new hidden state."""
    return lambda x, states: ([bend(x + states[0] @ recurrent)], {})


STEPS = {keras.layers.GRUCell: gru, keras.layers.LSTMCell: lstm, keras.layers.SimpleRNNCell: simple}
RECURRENT = (keras.layers.GRU, keras.layers.LSTM, keras.layers.SimpleRNN, keras.layers.RNN)


def is_stepped(layer: Any) -> bool:
    """Whether a layer is one of Keras's own with a cell whose steps are known here, and keeps no state between batches."""
    return has_known_steps(layer) and not layer.stateful


def has_known_steps(layer: Any) -> bool:
    """Whether a layer is one of Keras's own with a cell whose steps are known here."""
    return type(layer) in RECURRENT and type(layer.cell) in STEPS
