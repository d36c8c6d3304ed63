"""A recurrent layer stepped through on its own weights: the states and the gates of every timestep.

The equations stand at `explorer.models.cell_steps`. What Keras does around them: at a masked timestep the states stay as
they were, and what is returned is the last output, zeros before the first timestep that counts, or with
`zero_output_for_mask` zeros; `go_backwards` reads from the last timestep to the first. Nothing is dropped, as in `predict`.
https://keras.io/api/layers/recurrent_layers/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import keras

from explorer.keras_internals import is_from_keras
from explorer.models.cell_steps import RECURRENT, STEPS, is_stepped

WRAPPERS = (keras.layers.Bidirectional, keras.layers.TimeDistributed)
Watch = Callable[[Any], None]


@dataclass(frozen=True)
class Direction:
    """One recurrent layer, or one direction of a Bidirectional, over some sequences, as tensors.

    role: "forward" or "backward" in a Bidirectional, else "". layer: the one that reads.
    hidden: (samples, timesteps, units). cell: of an LSTM, (samples, timesteps, units), else None. gates: after their
    activation, each (samples, timesteps, units); a GRU's are z, r and candidate, an LSTM's i, f, candidate and o, and a
    SimpleRNN has none. Place t of all of them is where timestep t was read, also in a layer that reads backwards; at
    a masked timestep the gates are those that Keras computes and does not use. Of a TimeDistributed the windows lie end to
    end: a timestep is one of windows · timesteps, and the states start anew in each window.
    nudges: zeros that were added to each state, (samples, timesteps, units), for the gradient; empty unless it is wanted.
    """

    role: str
    layer: Any
    hidden: Any
    cell: Any
    gates: Mapping[str, Any]
    nudges: list[Any] = field(default_factory=list)


def refusal(layer: Any) -> str:
    """Why a layer cannot be looked into, in a sentence; empty where it can."""
    name, kind = f"“{layer.name}”", type(layer).__name__
    if type(layer) is keras.layers.TimeDistributed and type(layer.layer) is keras.layers.TimeDistributed:
        return f"{name} is a TimeDistributed within a TimeDistributed: its windows of windows are not looked into."
    if type(layer) in WRAPPERS:
        inner = [layer.layer] if type(layer) is keras.layers.TimeDistributed else [layer.forward_layer, layer.backward_layer]
        reasons = [reason for each in inner if (reason := refusal(each))]
        return f"{name} is a {kind}: {reasons[0]}" if reasons else ""
    if isinstance(layer, keras.Model):
        return f"{name} is a model of its own. The layers inside it are not looked into."
    if not is_from_keras(layer):
        return f"{name} is of a class that is not Keras's own, {kind}. What it computes is not known here."
    if type(layer) not in RECURRENT:
        is_recurrent = isinstance(layer, keras.layers.RNN)
        other = "Its states are not computed here: only those of GRU, LSTM and SimpleRNN are."
        return f"{name} is a {kind}. {other if is_recurrent else 'It has no hidden state.'}"
    if type(layer.cell) not in STEPS:
        cell = type(layer.cell).__name__
        return (
            f"{name} has a cell of the class {cell}. Only those of GRUCell, LSTMCell and SimpleRNNCell can be looked into."
        )
    if not is_stepped(layer):
        return (
            f"{name} keeps its state from batch to batch (stateful=True). Which state it starts from depends on the batches "
            "before, and that is not known here."
        )
    return ""


def read(
    layer: Any, sequence: Any, mask: Any = None, start: Any = None, watch: Watch | None = None
) -> tuple[list[Direction], list[Any]]:
    """Step a layer through sequences: what happens in each direction, and what the layer returns, each tensor by itself.

    sequence: (samples, timesteps, features); of a TimeDistributed (samples, windows, timesteps, features).
    mask: (samples, timesteps), or (samples, windows, timesteps), true where a timestep counts. start: the states to start
    from, each (samples, units); zeros unless given. watch: called with the zeros that are added to the states, which a
    gradient can be taken of.

    Raises ValueError with a sentence for a layer that cannot be looked into.
    """
    if reason := refusal(layer):
        raise ValueError(reason)
    if type(layer) is keras.layers.TimeDistributed:
        return _windows(layer, sequence, mask, watch)
    if type(layer) is keras.layers.Bidirectional:
        return _both(layer, sequence, mask, start, watch)
    direction, returned = _one_way(layer, "", sequence, mask, start, watch)
    return [direction], returned


def merged(layer: Any, forwards: Any, backwards: Any) -> list[Any]:
    """What a Bidirectional makes of what its two layers return, (samples, units) or (samples, timesteps, units) each, the
    second one in the order of the timesteps: one tensor, or both."""
    merge: dict[str | None, Callable[[], list[Any]]] = {
        "concat": lambda: [keras.ops.concatenate([forwards, backwards], axis=-1)],
        "sum": lambda: [forwards + backwards],
        "ave": lambda: [(forwards + backwards) / 2],
        "mul": lambda: [forwards * backwards],
        None: lambda: [forwards, backwards],
    }
    return merge[layer.merge_mode]()


def _windows(layer: Any, sequence: Any, mask: Any, watch: Watch | None) -> tuple[list[Direction], list[Any]]:
    """Every window as a sequence of its own."""
    samples, windows, timesteps, features = sequence.shape
    if mask is not None and len(mask.shape) != 3:
        raise ValueError(
            f"“{layer.name}” is given a mask of {len(mask.shape)} axes, and its windows need one of "
            "(batch, windows, timesteps). What Keras does with it is not known here."
        )
    folded = None if mask is None else keras.ops.reshape(mask, (samples * windows, timesteps))
    directions, returned = read(
        layer.layer, keras.ops.reshape(sequence, (samples * windows, timesteps, features)), folded, watch=watch
    )

    def end_to_end(tensor: Any) -> Any:
        return None if tensor is None else keras.ops.reshape(tensor, (samples, windows * timesteps, tensor.shape[-1]))

    laid = [
        Direction(
            each.role,
            each.layer,
            end_to_end(each.hidden),
            end_to_end(each.cell),
            {name: end_to_end(gate) for name, gate in each.gates.items()},
            each.nudges,
        )
        for each in directions
    ]
    return laid, [keras.ops.reshape(each, (samples, windows, *each.shape[1:])) for each in returned]


def _both(layer: Any, sequence: Any, mask: Any, start: Any, watch: Watch | None) -> tuple[list[Direction], list[Any]]:
    starts: list[Any] = [None, None]
    if start is not None:
        half = len(start) // 2
        starts = [start[:half], start[half:]]
    ahead, (forwards, *states) = _one_way(layer.forward_layer, "forward", sequence, mask, starts[0], watch)
    back, (backwards, *more) = _one_way(layer.backward_layer, "backward", sequence, mask, starts[1], watch)
    if layer.return_sequences:
        backwards = keras.ops.flip(backwards, axis=1)
    return [ahead, back], [*merged(layer, forwards, backwards), *states, *more]


def _one_way(
    layer: Any, role: str, sequence: Any, mask: Any, start: Any, watch: Watch | None
) -> tuple[Direction, list[Any]]:
    ops, cell = keras.ops, layer.cell
    dtype = cell.compute_dtype
    kernel, recurrent = (ops.cast(each.value, dtype) for each in (cell.kernel, cell.recurrent_kernel))
    outer = inner = ops.zeros((kernel.shape[1],), dtype)
    if cell.use_bias:
        outer = ops.cast(cell.bias.value, dtype)
        if len(outer.shape) == 2:
            outer, inner = outer[0], outer[1]
    gate = getattr(cell, "recurrent_activation", cell.activation)  # a SimpleRNN has no gates
    step = STEPS[type(cell)](cell, recurrent, inner, cell.activation, gate)
    samples, timesteps = sequence.shape[:2]
    # One array for each timestep: slices of the whole would make a gradient as large as the sequence for each of them.
    arrived = ops.unstack(ops.matmul(ops.cast(sequence, dtype), kernel) + outer, timesteps, axis=1)
    counts = None if mask is None else ops.unstack(ops.cast(mask, "bool")[:, :, None], timesteps, axis=1)
    kinds = 2 if type(cell) is keras.layers.LSTMCell else 1
    states = [ops.zeros((samples, cell.units), dtype) for _ in range(kinds)]
    if start is not None:
        states = [ops.cast(each, dtype) for each in keras.tree.flatten(start)]
    nudges = [] if watch is None else [ops.zeros((samples, timesteps, cell.units), dtype) for _ in range(kinds)]
    for nudge in nudges:
        watch(nudge)  # type: ignore[misc]  # there are none without it
    nudged = [ops.unstack(nudge, timesteps, axis=1) for nudge in nudges]
    begun: Any = None
    outputs, kept, gates = [], [], []
    places = list(reversed(range(timesteps))) if layer.go_backwards else list(range(timesteps))
    for read_before, place in enumerate(places):
        new, computed = step(arrived[place], states)
        if counts is not None:
            new = [ops.where(counts[place], after, before) for after, before in zip(new, states, strict=True)]
        states = [state + each[place] for state, each in zip(new, nudged, strict=True)] if nudged else list(new)
        output = states[0]
        if counts is not None:
            begun = counts[place] if begun is None else ops.logical_or(begun, counts[place])
            output = ops.where(begun, output, ops.zeros_like(output))
            if layer.zero_output_for_mask:
                # Keras 3.15.1 forgets to turn the mask around where it unrolls a layer that reads backwards.
                zeroed = counts[read_before] if layer.unroll and layer.return_sequences else counts[place]
                output = ops.where(zeroed, output, ops.zeros_like(output))
        outputs.append(output)
        kept.append(states)
        gates.append(computed)

    def by_timestep(tensors: list[Any]) -> Any:
        return ops.stack(tensors[::-1] if layer.go_backwards else tensors, axis=1)

    found = Direction(
        role,
        layer,
        by_timestep([each[0] for each in kept]),
        by_timestep([each[1] for each in kept]) if kinds == 2 else None,
        {name: by_timestep([each[name] for each in gates]) for name in gates[0]},
        nudges,
    )
    returned = ops.stack(outputs, axis=1) if layer.return_sequences else outputs[-1]
    return found, [ops.cast(each, layer.compute_dtype) for each in [returned, *(states if layer.return_state else [])]]
