"""Inside a recurrent layer of a model, trained or not: hidden states, cell states and gates of real sequences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from explorer.keras_internals import mask_of
from explorer.models.activations import run
from explorer.models.recurrence import Direction, read, refusal
from explorer.shapes.graph import Call, calls


@dataclass(frozen=True)
class Reading:
    """One direction of a layer (`explorer.models.recurrence.Direction`, where every axis is named), as NumPy's arrays.

    kind: "GRU", "LSTM", "SimpleRNN" or "RNN". weights: by name, with Keras's shapes: the kernel (features, gates · units),
    the recurrent_kernel (units, gates · units), the bias, if any, (gates · units,), and of a GRU with reset_after
    (2, 3 · units), one for the input and one for the hidden state. The gates are z, r, candidate, or i, f, candidate, o.
    reader: Keras's layer. start: the states that it starts from, each (samples, units).
    """

    role: str
    kind: str
    hidden: np.ndarray
    cell: np.ndarray | None
    gates: Mapping[str, np.ndarray]
    weights: Mapping[str, np.ndarray]
    reader: Any = field(default=None, repr=False)
    start: tuple[np.ndarray, ...] = ()


@dataclass(frozen=True)
class Inside:
    """What one call of a recurrent layer computed for some sequences.

    inputs: what the layer reads, (samples, timesteps, features); of a TimeDistributed the windows lie end to end, windows ·
    timesteps of them. mask: (samples, timesteps), true where a timestep counts; None where the layer is given no mask.
    directions: one, or of a Bidirectional the forward and the backward one. drops_mask: whether a mask comes with the
    sequence that Keras does not give to the layer. windows: how many of them lie end to end, 1 where there are none.
    """

    layer: str
    inputs: np.ndarray
    mask: np.ndarray | None
    directions: tuple[Reading, ...]
    drops_mask: bool = False
    windows: int = 1

    @property
    def hidden(self) -> np.ndarray:
        """(samples, timesteps, units); of a Bidirectional (samples, timesteps, 2 · units), the forward ones first."""
        return np.concatenate([each.hidden for each in self.directions], axis=-1)

    @property
    def cell(self) -> np.ndarray | None:
        """The cell state of an LSTM in the same way; None for every other layer."""
        found = [each.cell for each in self.directions if each.cell is not None]
        return np.concatenate(found, axis=-1) if found else None

    @property
    def gates(self) -> dict[str, np.ndarray]:
        """Each gate in the same way; of two directions with different gates "forward i" and so on."""
        names = self.directions[0].gates
        if any(each.gates.keys() != names.keys() for each in self.directions):
            return {f"{each.role} {name}": gate for each in self.directions for name, gate in each.gates.items()}
        return {name: np.concatenate([each.gates[name] for each in self.directions], axis=-1) for name in names}

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """The weights by their names; of a Bidirectional "forward kernel" and so on."""
        return {f"{each.role} {name}".strip(): value for each in self.directions for name, value in each.weights.items()}

    @property
    def counts(self) -> np.ndarray:
        """Which timesteps count, (samples, timesteps): all of them where there is no mask."""
        return np.ones(self.inputs.shape[:2], bool) if self.mask is None else self.mask

    def notes(self, sequence: int = 0) -> list[str]:
        """What must be known of the numbers of a sequence (from 0), as sentences: where they stop to be finite, and a mask
        that the layer does not see."""
        found = []
        states = [self.hidden[sequence], *([] if self.cell is None else [self.cell[sequence]])]
        places = np.flatnonzero(~np.isfinite(np.concatenate(states, axis=-1)).all(axis=-1)) + 1
        if len(places):
            found.append(
                f"The state of “{self.layer}” is NaN or infinite {at_timesteps(places)}. Such a number spreads to all that "
                "is computed from it: look for a learning rate that is too large, or for inputs that are no finite numbers."
            )
        if self.drops_mask:
            found.append(
                f"A mask comes with the sequence, but Keras does not give it to “{self.layer}”, because the layer is also "
                "given initial states: it reads every timestep. With mask=... in the call it gets the mask."
            )
        return found


def at_timesteps(places: np.ndarray) -> str:
    """Some timesteps, from 1, as they stand in a sentence.

    >>> at_timesteps(np.array([3])), at_timesteps(np.array([3, 4, 7]))
    ('at timestep 3', 'at 3 timesteps, the first is 3')
    """
    return f"at timestep {places[0]}" if len(places) == 1 else f"at {len(places)} timesteps, the first is {places[0]}"


def can_be_looked_into(model: keras.Model) -> list[str]:
    """The names of the calls of layers that can be looked into, in the order of the data."""
    return [call.name for call in calls(model) if not refusal(call.layer)]


def found_call(model: keras.Model, name: str | None = None) -> Call:
    """The call of a recurrent layer by its name; the first one unless named.

    Raises ValueError with a sentence that names the layers that there are, or says why one cannot be looked into.
    """
    every = calls(model)
    able = [call for call in every if not refusal(call.layer)]
    there = f"Recurrent layers that can be looked into: {', '.join(call.name for call in able)}."
    if not able:
        there = "The model has no recurrent layer that can be looked into."
    if name is None:
        if able:
            return able[0]
        raise ValueError(f"{there} Its layers: {', '.join(call.name for call in every)}.")
    call = next((call for call in every if call.name == name), None)
    if call is None:
        raise ValueError(f"There is no layer called “{name[:80]}”. {there}")
    if reason := refusal(call.layer):
        raise ValueError(f"{reason} {there}")
    return call


def look(model: keras.Model, name: str | None, inputs: Any) -> Inside:
    """What the recurrent layer `name` (None: the first one) computes for `inputs`, an array for each input of the model (or
    the one array), (samples, timesteps, features).

    Raises ValueError with a sentence, as `found_call` does, and for inputs that do not fit.

    >>> sequence = keras.Input((5, 2), name="sequence")
    >>> model = keras.Model(sequence, keras.layers.GRU(3, name="memory")(sequence))
    >>> inside = look(model, "memory", np.ones((1, 5, 2), np.float32))
    >>> inside.hidden.shape, sorted(inside.gates), inside.cell
    ((1, 5, 3), ['candidate', 'r', 'z'], None)
    >>> bool(np.allclose(inside.hidden[:, -1], model(np.ones((1, 5, 2))), atol=1e-6))
    True
    """
    return looked_at(found_call(model, name), run(model, inputs))


def looked_at(call: Call, tensors: Mapping[int, Any]) -> Inside:
    """`look` at a call of a model whose tensors are there already (`explorer.models.activations.run`)."""
    received = arguments(call, tensors)
    directions, _ = read(call.layer, *received)
    sequence, mask, start = received
    counts = None if mask is None else laid_mask(mask)
    drops = mask is None and mask_of(sequence) is not None
    windows = sequence.shape[1] if len(sequence.shape) == 4 else 1
    share = len(start) // len(directions) if start is not None else 0
    readings = [
        _reading(each, None if start is None else start[place * share : (place + 1) * share])
        for place, each in enumerate(directions)
    ]
    return Inside(call.name, laid(sequence), counts, tuple(readings), drops, windows)


def arguments(call: Call, tensors: Mapping[int, Any]) -> tuple[Any, Any, Any]:
    """What a call of a recurrent layer is given: the sequence, its mask or None, and the states to start from or None.

    tensors: those of the model's graph (`explorer.models.activations.run`).
    """
    args, kwargs = call.node.arguments.fill_in(tensors)
    sequence, mask = args[0], kwargs.get("mask")
    start = args[1] if len(args) > 1 else kwargs.get("initial_state")
    start = keras.tree.flatten(start) if start is not None else None
    # Keras gives a layer the mask that travels beside its sequence only where that is the one tensor that it takes.
    if mask is None and start is None:
        mask = mask_of(sequence)
    return sequence, mask, start


def laid(sequence: Any) -> np.ndarray:
    """A sequence as an array, (samples, timesteps, features), windows end to end."""
    found = as_array(sequence)
    return found.reshape(len(found), -1, found.shape[-1])


def laid_mask(mask: Any) -> np.ndarray:
    found = np.asarray(mask).astype(bool)
    return found.reshape(len(found), -1)


def as_array(tensor: Any) -> np.ndarray:
    """A tensor's numbers; NumPy has no bfloat16, so that a half becomes float32."""
    halved = keras.backend.standardize_dtype(tensor.dtype) in ("float16", "bfloat16")
    return np.asarray(keras.ops.cast(tensor, "float32") if halved else tensor)


def _reading(direction: Direction, start: Any) -> Reading:
    """start: the states that it was given, each (samples, units), or None for zeros."""
    layer, cell = direction.layer, direction.layer.cell
    kinds = 1 if direction.cell is None else 2
    zeros = np.zeros((len(direction.hidden), cell.units), np.float32)
    weights = {"kernel": cell.kernel, "recurrent_kernel": cell.recurrent_kernel}
    if cell.use_bias:
        weights["bias"] = cell.bias
    return Reading(
        role=direction.role,
        kind=type(layer).__name__,
        hidden=as_array(direction.hidden),
        cell=None if direction.cell is None else as_array(direction.cell),
        gates={name: as_array(gate) for name, gate in direction.gates.items()},
        weights={name: as_array(variable.value) for name, variable in weights.items()},
        reader=layer,
        start=(zeros,) * kinds if start is None else tuple(map(as_array, start)),
    )
