"""GRU, LSTM and SimpleRNN written down once more, number by number, in NumPy's float64, from Keras's documentation alone."""

from __future__ import annotations

from typing import Any

import numpy as np

ACTIVATIONS = {
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "linear": lambda x: x,
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "elu": lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1),
}


def by_hand(
    kind: str,
    weights: dict[str, np.ndarray],
    sequence: np.ndarray,
    *,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
    reset_after: bool = True,
    backwards: bool = False,
    mask: np.ndarray | None = None,
    start: list[np.ndarray] | None = None,
    added: np.ndarray | None = None,
) -> dict[str, Any]:
    """One sequence, (timesteps, features): `states`, a list of (timesteps, units), and `gates`, each (timesteps, units), in
    the order of the timesteps. added: numbers added to the states after each timestep, (states, timesteps, units)."""
    units = weights["recurrent_kernel"].shape[0]
    bend, gate = ACTIVATIONS[activation], ACTIVATIONS[recurrent_activation]
    states = [np.zeros(units) for _ in range(2 if kind == "LSTM" else 1)] if start is None else list(start)
    found: dict[str, Any] = {}
    kept = [np.zeros((len(sequence), units)) for _ in states]
    for t in reversed(range(len(sequence))) if backwards else range(len(sequence)):
        new, gates = one_step(kind, weights, sequence[t], states, bend, gate, reset_after)
        states = new if mask is None or mask[t] else states
        states = [state if added is None else state + added[place, t] for place, state in enumerate(states)]
        for place, state in enumerate(states):
            kept[place][t] = state
        for name, value in gates.items():
            found.setdefault(name, np.zeros((len(sequence), units)))[t] = value
    return {"states": kept, "gates": found}


def one_step(kind, weights, x, states, bend, gate, reset_after):
    units = weights["recurrent_kernel"].shape[0]
    bias = weights.get("bias", np.zeros(weights["kernel"].shape[1]))
    own, other = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))

    def block(place: int, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What the input and what the state bring to the gate at this place of the kernels."""
        columns = range(place * units, (place + 1) * units)
        of_input = [sum(x[f] * weights["kernel"][f, column] for f in range(len(x))) + own[column] for column in columns]
        of_state = [
            sum(h[u] * weights["recurrent_kernel"][u, column] for u in range(units)) + other[column] for column in columns
        ]
        return np.array(of_input), np.array(of_state)

    if kind == "SimpleRNN":
        return [bend(sum(block(0, states[0])))], {}
    if kind == "GRU":
        h = states[0]
        z, r = gate(sum(block(0, h))), gate(sum(block(1, h)))
        of_input, of_state = block(2, h if reset_after else r * h)
        new = bend(of_input + (r * of_state if reset_after else of_state))
        return [z * h + (1 - z) * new], {"z": z, "r": r, "candidate": new}
    h, c = states
    i, f, new, o = (bend(sum(block(p, h))) if p == 2 else gate(sum(block(p, h))) for p in range(4))
    c = f * c + i * new
    return [o * bend(c), c], {"i": i, "f": f, "candidate": new, "o": o}
