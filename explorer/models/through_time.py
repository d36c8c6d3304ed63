"""The gradient through time: how strongly the loss at one timestep depends on every earlier timestep.

Bengio, Simard and Frasconi, https://doi.org/10.1109/72.279181: in a simple recurrent layer the gradient is multiplied by the
same matrix at every timestep, so that it vanishes or explodes with the distance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from explorer.keras_internals import mask_of, set_mask
from explorer.models.activations import run
from explorer.models.fold_time import folded_call
from explorer.models.inside import arguments, at_timesteps, found_call, laid_mask
from explorer.models.recurrence import read
from explorer.shapes.graph import calls

# Of many sequences: the numbers of a state, over all timesteps and sequences. All are in memory together, about 15 times.
MOST_NUMBERS = 2**21


@dataclass(frozen=True)
class Gradient:
    """How strongly a loss depends on what a recurrent layer reads and keeps, for some sequences.

    timesteps: whose loss it is, from 1, (samples,); None where the model has one output per sequence. loss: (samples,), in
    the unit of the loss. inputs: |dloss/dx[t]|, (samples, timesteps), the Euclidean norm over the features of what the layer
    reads at timestep t. states: |dloss/ds[t]| of each direction, by its role ("" where there is one), (samples, timesteps),
    the norm over the units of the state that is carried from timestep t on: the hidden state, which is also what the layer
    returns there, and of an LSTM the cell state besides. Only what goes through this call of the layer counts, not what goes
    around it. The unit is that of the loss, by that of the input or the state. counts: (samples,), false where the timestep
    is masked, so that the sample has no such loss: its numbers are 0. mask: (samples, timesteps), true where the layer's own
    timestep counts.
    """

    layer: str
    timesteps: np.ndarray | None
    loss: np.ndarray
    inputs: np.ndarray
    states: Mapping[str, np.ndarray]
    counts: np.ndarray
    mask: np.ndarray

    @property
    def state(self) -> np.ndarray:
        """The norm over both directions, (samples, timesteps)."""
        squares = np.square(list(self.states.values()))
        return np.asarray(np.sqrt(squares.sum(axis=0)))

    def not_finite(self, sequence: int = 0) -> str:
        """Which timesteps of a sequence (from 0) have a gradient that is no finite number, in a sentence; empty if none."""
        wrong = np.flatnonzero(~(np.isfinite(self.inputs[sequence]) & np.isfinite(self.state[sequence]))) + 1
        if not len(wrong):
            return ""
        return (
            f"The gradient through “{self.layer}” is NaN or infinite {at_timesteps(wrong)}, so that it is not known there."
        )


@dataclass(frozen=True)
class MeanGradient:
    """The mean of many sequences' gradients, (timesteps,) each, and of their losses at that timestep.

    counts: (timesteps,), in which part of them a timestep of the layer is not masked. samples: how many sequences there are
    in it, those in which the timestep whose loss it is counts.
    """

    inputs: np.ndarray
    state: np.ndarray
    loss: float
    counts: np.ndarray
    samples: int


def mean(found: Gradient, first: int = 0) -> MeanGradient:
    """The mean of the gradients of samples from `first` on, at each timestep of those in which it is not masked; samples in
    which the timestep whose loss it is is masked are left out."""
    chosen = found.counts.copy()
    chosen[:first] = False
    samples, there = int(chosen.sum()), found.mask[chosen].sum(axis=0)

    def of(numbers: np.ndarray) -> np.ndarray:
        return np.asarray(numbers[chosen].sum(axis=0) / np.maximum(1, there))

    loss = float(found.loss[chosen].mean()) if samples else 0.0
    return MeanGradient(of(found.inputs), of(found.state), loss, there / max(1, samples), samples)


def gradients(
    model: keras.Model, name: str | None, inputs: Any, targets: np.ndarray, loss: str, timestep: int | None = None
) -> Gradient:
    """`gradient` of many sequences, of which some may have that timestep masked.

    Of long sequences and many units the first ones alone are taken, `MOST_NUMBERS` numbers of a state: it has as many
    samples. The bound is one of sizes, not of seconds, so that it is the same on every machine.

    Raises ValueError as `gradient` does, but for a timestep that is masked.
    """
    streams = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    taken = max(1, min(len(targets), MOST_NUMBERS // _numbers_of_a_sample(model, name)))
    return _gradient(model, name, [stream[:taken] for stream in streams], targets[:taken], loss, timestep, strict=False)


def _numbers_of_a_sample(model: keras.Model, name: str | None) -> int:
    """How many numbers of a state a sample has, over all timesteps: as good as what is kept for the way back."""
    call = found_call(model, name)
    return int(np.prod([size or 1 for size in (*call.inputs[0].shape[1:-1], call.outputs[0].shape[-1])]))


def gradient(
    model: keras.Model, name: str | None, inputs: Any, targets: np.ndarray, loss: str, timestep: int | None = None
) -> Gradient:
    """How strongly the loss at a timestep depends on every timestep of a recurrent layer (None: the first one).

    inputs: an array for each input of the model (or the one array). targets: (samples, timesteps, outputs), or (samples,
    outputs) where the model has one output per sequence. loss: as Keras calls it, "mse". timestep: whose loss, from 1; by
    default the last one of each sequence that its mask leaves. Later timesteps than that one have a gradient of 0, unless
    something in the model reads backwards.

    Raises ValueError with a sentence for a layer that cannot be looked into, a model with several outputs, and a timestep
    that is not there or is masked.
    """
    return _gradient(model, name, inputs, targets, loss, timestep, strict=True)


def _gradient(
    model: keras.Model, name: str | None, inputs: Any, targets: np.ndarray, loss: str, timestep: int | None, strict: bool
) -> Gradient:
    """`gradient`; unless it is strict, a timestep may be masked in some samples."""
    call = found_call(model, name)
    if len(model.outputs) != 1:
        raise ValueError(f"The gradient is taken of the loss of one output, and this model has {len(model.outputs)}.")
    found = run(model, inputs)
    (output,) = model.outputs
    every_step = len(output.shape) > 2
    at, counts = None, np.ones(len(targets), bool)
    if every_step:
        at, counts = _timesteps(model, found[id(output)], timestep, strict)
    if timestep is not None and not every_step:
        raise ValueError("The model has one output per sequence, so that no timestep has a loss of its own: leave it out.")
    sequence, mask, start = arguments(call, found)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        # A tensor of its own: what goes around the layer does not count.
        read_here = tf.identity(sequence)
        tape.watch(read_here)
        directions, returned = read(call.layer, read_here, mask, start, watch=tape.watch)
        for place, (symbol, tensor) in enumerate(zip(call.outputs, returned, strict=True)):
            # The mask that travels with what Keras returned.
            travels = mask_of(found[id(symbol)])
            tensor = tf.identity(tensor)
            if place == 0 and travels is not None:
                set_mask(tensor, travels)
            found[id(symbol)] = tensor
        _go_on(model, call, found)
        losses = _losses(found[id(output)], targets, loss, at)
        # Not by a product with 0, which NaN outlives.
        total = tf.reduce_sum(tf.where(tf.constant(counts), losses, tf.zeros_like(losses)))
    sources = [read_here, *(nudge for each in directions for nudge in each.nudges)]
    by_input, *by_state = tape.gradient(total, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    samples = by_input.shape[0]
    laid = np.ones((samples, int(np.prod(by_input.shape[1:-1]))), bool) if mask is None else laid_mask(mask)
    states = {}
    for each in directions:
        mine, by_state = by_state[: len(each.nudges)], by_state[len(each.nudges) :]
        states[each.role] = _norm(tf.concat(mine, axis=-1), samples)
    return Gradient(call.name, at, np.asarray(losses, np.float64), _norm(by_input, samples), states, counts, laid)


def _timesteps(model: keras.Model, output: Any, timestep: int | None, strict: bool) -> tuple[np.ndarray, np.ndarray]:
    """Whose loss it is, from 1, for each sample, and whether it has one there; strict: whether all must."""
    samples, steps = output.shape[:2]
    mask = mask_of(output)
    if mask is not None and tuple(mask.shape) != (samples, steps):
        axes, size = (" × ".join(map(str, each.shape[1:])) for each in (output, mask))
        raise ValueError(
            f"The output of “{model.output_names[0]}” is {axes} for each sequence, and its mask is {size}. "
            f"It must be one for each of the output's {steps} timesteps. Which of them has a loss is not known here, nor is "
            "the gradient."
        )
    counts = np.ones((samples, steps), bool) if mask is None else laid_mask(mask)
    if timestep is None:
        # Of a sequence that is padding alone, the last timestep.
        return np.asarray(steps - np.argmax(counts[:, ::-1], axis=1)), np.ones(samples, bool)
    if not 1 <= timestep <= steps:
        raise ValueError(f"The output has {steps} timesteps, 1 to {steps}. Received: {timestep}.")
    if strict and not counts[:, timestep - 1].all():
        last = steps - int(np.argmax(counts[:, ::-1], axis=1).max())
        raise ValueError(f"Timestep {timestep} is masked: its loss does not count. The last one that counts is {last}.")
    return np.full(samples, timestep), counts[:, timestep - 1]


def _go_on(model: keras.Model, looked_at: Any, found: dict[int, Any]) -> None:
    """Call anew, as Keras does, whatever depends on what a call returned."""
    changed = {id(tensor) for tensor in looked_at.outputs}
    for call in calls(model):
        if call.node is looked_at.node or not any(id(tensor) in changed for tensor in call.inputs):
            continue
        args, kwargs = call.node.arguments.fill_in(found)
        returned = keras.tree.flatten(folded_call(call.layer, args, kwargs))
        for symbol, tensor in zip(call.outputs, returned, strict=True):
            found[id(symbol)] = tensor
            changed.add(id(symbol))


def _losses(output: Any, targets: np.ndarray, loss: str, at: np.ndarray | None) -> Any:
    """The loss of each sample, (samples,)."""
    measure = keras.losses.get(loss)
    wanted = tf.convert_to_tensor(targets)
    if wanted.dtype.is_floating:
        wanted = tf.cast(wanted, output.dtype)
    if at is not None:
        places = tf.constant(at - 1)
        output, wanted = (tf.gather(each, places, axis=1, batch_dims=1) for each in (output, wanted))
    losses = measure.call(wanted, output) if isinstance(measure, keras.losses.Loss) else measure(wanted, output)
    return tf.reduce_mean(tf.reshape(losses, (output.shape[0], -1)), axis=-1)


def _norm(tensor: Any, samples: int) -> np.ndarray:
    """The Euclidean norm over the last axis, (samples, timesteps), windows end to end."""
    numbers = np.asarray(tf.cast(tensor, tf.float64))
    return np.asarray(np.linalg.norm(numbers, axis=-1).reshape(samples, -1))
