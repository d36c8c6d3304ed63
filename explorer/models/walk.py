"""What every recurrent layer computes at each timestep of one sequence, in the order in which it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from explorer.models.activations import run
from explorer.models.inside import Inside, Reading, arguments, looked_at
from explorer.models.recurrence import refusal
from explorer.shapes.graph import Call, calls

# Of more units so many are drawn, evenly picked.
MOST_UNITS = 64


class Track(NamedTuple):
    """One direction of a layer. role: "forward" or "backward" in a Bidirectional, else "". backwards: it reads the last
    timestep first, or that of each window. strips: the keys of what it computes, in this order: "h before" and "c before",
    the states that it comes with, its gates as `explorer.models.inside.Reading` names them, "c" and "h". numbers:
    (timesteps, strips, units drawn) float32, in the order of reading. largest: of each strip, over all timesteps and units.
    """

    role: str
    kind: str
    backwards: bool
    strips: tuple[str, ...]
    numbers: np.ndarray
    largest: tuple[float, ...]


class Walked(NamedTuple):
    """One recurrent layer. timesteps: of all windows together. windows: how many, 1 where there are none. units: how many
    there are. places: those that are drawn, from 1. counts: which timesteps are not masked, in their own order, None where
    no mask comes. notes: sentences.
    """

    layer: str
    timesteps: int
    windows: int
    units: int
    places: tuple[int, ...]
    counts: tuple[bool, ...] | None
    tracks: tuple[Track, ...]
    notes: tuple[str, ...]


def walk(model: keras.Model, inputs: Any) -> tuple[list[Walked], list[str]]:
    """Every call of a recurrent layer that can be looked into, in the order of the data, for the first sequence of `inputs`
    (an array for each input of the model, or the one array); and of those that cannot, why, as sentences.

    >>> sequence = keras.Input((5, 2), name="sequence")
    >>> model = keras.Model(sequence, keras.layers.GRU(3, name="memory")(sequence))
    >>> (walked,), refused = walk(model, np.ones((1, 5, 2), np.float32))
    >>> walked.tracks[0].strips, walked.tracks[0].numbers.shape, refused
    (('h before', 'z', 'r', 'candidate', 'h'), (5, 5, 3), [])
    """
    try:
        tensors = run(model, inputs, samples=1)
    except Exception:
        # Some of Keras's layers fail, in many lines, where the batch is not the one that they were made for.
        sizes = {tensor.shape[0] for tensor in model.inputs} - {None, 1}
        if not sizes:
            raise
        raise ValueError(f"The model takes {max(sizes)} sequences at a time. Received: 1.") from None
    found, refused = [], []
    for call in calls(model):
        if reason := _unequal(call.layer):
            refused.append(reason)
        elif not refusal(call.layer):
            found.append(_walked(call, tensors))
        elif _is_recurrent(call.layer):
            refused.append(refusal(call.layer))
    return found, refused


def _unequal(layer: Any) -> str:
    """Why a Bidirectional with two directions of different sizes has no walk, in a sentence; empty where it has one."""
    if refusal(layer):
        return ""
    units = [way.cell.units for way in _ways(layer)]
    if len(set(units)) == 1:
        return ""
    return (
        f"“{layer.name}” has {units[0]} units forward and {units[1]} backward. Its walk is not drawn: both directions must "
        "have the same number of units."
    )


def _is_recurrent(layer: Any) -> bool:
    """Whether it carries a state along time, by itself or in what it wraps."""
    inner = getattr(layer, "layer", None)
    return isinstance(layer, (keras.layers.RNN, keras.layers.Bidirectional)) or (inner is not None and _is_recurrent(inner))


def _walked(call: Call, tensors: Mapping[int, Any]) -> Walked:
    inside = looked_at(call, tensors)
    start = arguments(call, tensors)[2]
    ways = _ways(call.layer)
    each = len(start) // len(ways) if start is not None else 0
    starts = [None if start is None else start[place * each : (place + 1) * each] for place in range(len(ways))]
    units = inside.directions[0].hidden.shape[-1]
    places = np.unique(np.linspace(0, units - 1, min(units, MOST_UNITS)).round().astype(int))
    tracks = [
        _track(reading, layer.go_backwards, own, inside.windows, places)
        for reading, layer, own in zip(inside.directions, ways, starts, strict=True)
    ]
    counts = None if inside.mask is None else tuple(inside.mask[0].tolist())
    shown = tuple(int(place) + 1 for place in places)
    return Walked(call.name, _timesteps(inside), inside.windows, units, shown, counts, tuple(tracks), tuple(inside.notes()))


def _timesteps(inside: Inside) -> int:
    return int(inside.hidden.shape[1])


def _ways(layer: Any) -> list[Any]:
    """The layers that read, in the order of `Inside.directions`."""
    if type(layer) is keras.layers.TimeDistributed:
        return _ways(layer.layer)
    if type(layer) is keras.layers.Bidirectional:
        return [layer.forward_layer, layer.backward_layer]
    return [layer]


def _track(reading: Reading, backwards: bool, start: Sequence[Any] | None, windows: int, places: np.ndarray) -> Track:
    def as_read(tensor: np.ndarray) -> np.ndarray:
        """(timesteps, units) in the order of reading, window by window."""
        cut = tensor.reshape(windows, -1, tensor.shape[-1])
        return (cut[:, ::-1] if backwards else cut).reshape(tensor.shape)

    states = {"h": reading.hidden[0], **({} if reading.cell is None else {"c": reading.cell[0]})}
    read = {name: as_read(state) for name, state in states.items()}
    strips = {}
    for place, (name, state) in enumerate(read.items()):
        first = np.zeros_like(state[0]) if start is None else np.asarray(start[place])[0]
        cut = state.reshape(windows, -1, state.shape[-1])
        begins = np.broadcast_to(first, (windows, 1, state.shape[-1]))
        strips[f"{name} before"] = np.concatenate([begins, cut[:, :-1]], axis=1).reshape(state.shape)
    strips |= {name: as_read(gate[0]) for name, gate in reading.gates.items()}
    strips |= {name: read[name] for name in ("c", "h") if name in read}
    numbers = np.stack([each[:, places] for each in strips.values()], axis=1).astype(np.float32)
    largest = tuple(_largest(each) for each in strips.values())
    return Track(reading.role, reading.kind, backwards, tuple(strips), numbers, largest)


def _largest(numbers: np.ndarray) -> float:
    return float(np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0))
