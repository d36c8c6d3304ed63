"""The numbers of one recurrent layer for one sequence, as a worker sends them: NumPy alone, for a server to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

# In Keras's order, which is that of the kernels' columns.
GATES: Mapping[str, tuple[str, ...]] = {
    "GRU": ("z", "r", "candidate"),
    "LSTM": ("i", "f", "candidate", "o"),
    "SimpleRNN": ("h",),
}


@dataclass(frozen=True)
class Follow:
    """What a unit's hidden state goes along with most of all. kind: "target", "feature" or "time"; "" where it is constant,
    "unknown" where it is no finite number in any sequence.

    place: which output of the target or feature of the input, from 1; 0 of time. correlation: Pearson's, from -1 to 1.
    """

    kind: str
    place: int
    correlation: float


@dataclass(frozen=True)
class Direction:
    """One direction of a layer. role: "forward" or "backward" in a Bidirectional, else "".

    cell_kind: "GRU", "LSTM" or "SimpleRNN". activation, gate_activation: their names in Keras. backwards: whether it reads
    from the last timestep to the first. hidden, cell (None without one), and each of gates: (timesteps, units). weights:
    with Keras's names and shapes. start: the states before the first timestep, each (units,). follows: one for each unit.
    """

    role: str
    cell_kind: str
    activation: str
    gate_activation: str
    reset_after: bool
    backwards: bool
    hidden: np.ndarray
    cell: np.ndarray | None
    gates: Mapping[str, np.ndarray]
    weights: Mapping[str, np.ndarray]
    start: tuple[np.ndarray, ...]
    follows: tuple[Follow, ...]

    @property
    def units(self) -> int:
        return int(self.hidden.shape[1])

    @property
    def gate_names(self) -> tuple[str, ...]:
        return GATES[self.cell_kind]


@dataclass(frozen=True)
class LayerStates:
    """What a layer held for one sequence.

    inputs: (timesteps, features), windows end to end. counts: (timesteps,), false where a timestep is masked. output: what
    the model answered, (timesteps, outputs), one timestep where it answers once; None where it is none of numbers.
    target: the same of the target, None where the task has none of this shape. notes: sentences, of NaN and of lost masks.
    """

    layer: str
    inputs: np.ndarray
    counts: np.ndarray
    windows: int
    directions: tuple[Direction, ...]
    output: np.ndarray | None
    target: np.ndarray | None
    notes: tuple[str, ...]

    @property
    def timesteps(self) -> int:
        return len(self.inputs)

    @property
    def bytes(self) -> int:
        """About what it takes."""
        arrays = [self.inputs, *(self.output, self.target)]
        for direction in self.directions:
            arrays += [direction.hidden, direction.cell, *direction.gates.values(), *direction.weights.values()]
        return sum(each.nbytes for each in arrays if each is not None)

    def before(self, direction: Direction, timestep: int) -> int | None:
        """The timestep (from 0) whose state is read at `timestep`; None where the layer, or a window, begins."""
        window = self.timesteps // self.windows
        place = timestep % window
        if direction.backwards:
            return None if place == window - 1 else timestep + 1
        return None if place == 0 else timestep - 1

    def states_before(self, direction: Direction, timestep: int) -> list[np.ndarray]:
        """The hidden state, and an LSTM's cell state, that are read at a timestep (from 0), each (units,)."""
        place = self.before(direction, timestep)
        if place is None:
            return list(direction.start)
        return [direction.hidden[place], *([] if direction.cell is None else [direction.cell[place]])]
