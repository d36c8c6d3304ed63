"""One batch in slow motion: its loss at every timestep, and how strongly that depends on the state of each timestep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from explorer.keras_internals import mask_of, set_mask
from explorer.models.activations import run
from explorer.models.fold_time import folded_call
from explorer.models.inside import arguments, as_array
from explorer.models.recurrence import Direction, read, refusal
from explorer.shapes.graph import Call, calls


class DirectionNorms(NamedTuple):
    """One direction of a recurrent layer. role: "forward" or "backward" in a Bidirectional, else "". backwards: it reads
    the last timestep first. states: (timesteps,), the norm of the hidden state after each timestep, the mean over the
    sequences. gradient: (timesteps,), the Euclidean norm of the gradient of the batch's loss by the states that are carried
    from each timestep on, over all sequences and units. Windows lie end to end.
    """

    layer: str
    role: str
    backwards: bool
    windows: int
    states: np.ndarray
    gradient: np.ndarray


class OneBatch(NamedTuple):
    """loss: of the whole batch, as Keras's `evaluate` has it: nothing is dropped, and without what layers add of their own.
    by_timestep: (timesteps,), the mean over the sequences at each timestep of the output, NaN where all are masked; None
    where the model has one output per sequence. directions: none of a model without
    recurrent layers that can be looked into.
    """

    loss: float
    by_timestep: np.ndarray | None
    directions: tuple[DirectionNorms, ...]


def one_batch(model: keras.Model, inputs: Sequence[Any], targets: np.ndarray, loss: str) -> OneBatch:
    """What one batch gives with the weights of now.

    inputs: an array for each input of the model. targets: (samples, timesteps, outputs) or (samples, outputs). loss: as
    Keras calls it.

    Raises ValueError with a sentence where the mask of the output is not one for each of its losses.

    >>> sequence = keras.Input((4, 2), name="sequence")
    >>> states = keras.layers.SimpleRNN(3, return_sequences=True, name="memory")(sequence)
    >>> found = one_batch(keras.Model(sequence, states), [np.ones((5, 4, 2), np.float32)], np.zeros((5, 4, 3)), "mse")
    >>> found.by_timestep.shape, [norms.gradient.shape for norms in found.directions]
    ((4,), [(4,)])
    >>> bool(np.isclose(found.by_timestep.mean(), found.loss))
    True
    """
    before = run(model, list(inputs))
    found = {id(symbol): before[id(symbol)] for symbol in model.inputs}
    watched: list[tuple[Call, list[Direction], int]] = []
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        for call in calls(model):
            if refusal(call.layer):
                args, kwargs = call.node.arguments.fill_in(found)
                returned = keras.tree.flatten(folded_call(call.layer, args, kwargs))
            else:
                sequence, mask, start = arguments(call, found)
                directions, returned = read(call.layer, sequence, mask, start, watch=tape.watch)
                windows = sequence.shape[1] if len(sequence.shape) == 4 else 1
                watched.append((call, directions, windows))
                for symbol, tensor in zip(call.outputs[:1], returned[:1], strict=True):
                    # The mask that travels with what Keras returned.
                    if (travels := mask_of(before[id(symbol)])) is not None:
                        set_mask(tensor, travels)
            found.update((id(symbol), tensor) for symbol, tensor in zip(call.outputs, returned, strict=True))
        (output,) = (found[id(each)] for each in model.outputs)
        losses, weights, timed = _losses(output, mask_of(before[id(model.outputs[0])]), targets, loss)
        total = tf.math.divide_no_nan(tf.reduce_sum(losses * weights), tf.reduce_sum(weights))
    nudges = [nudge for _, directions, _ in watched for each in directions for nudge in each.nudges]
    slopes = tape.gradient(total, nudges, unconnected_gradients=tf.UnconnectedGradients.ZERO) if nudges else []
    norms = []
    for call, directions, windows in watched:
        for each in directions:
            mine, slopes = slopes[: len(each.nudges)], slopes[len(each.nudges) :]
            norms.append(_norms_of(call.name, each, windows, [as_array(slope) for slope in mine]))
    by_timestep = None
    if timed:
        sums = np.asarray(tf.reduce_sum(losses * weights, axis=(0, 2)), np.float64)
        shares = np.asarray(tf.reduce_sum(weights, axis=(0, 2)), np.float64)
        by_timestep = np.divide(sums, shares, out=np.full(sums.shape, np.nan), where=shares > 0)
    return OneBatch(float(total), by_timestep, tuple(norms))


def _norms_of(layer: str, direction: Direction, windows: int, slopes: list[np.ndarray]) -> DirectionNorms:
    hidden = as_array(direction.hidden).astype(np.float64)
    norms = np.linalg.norm(hidden, axis=-1).mean(axis=0)
    # (samples, timesteps, units) of each state; of windows (samples · windows, timesteps, units), which lie end to end.
    joined = np.concatenate(slopes, axis=-1).astype(np.float64)
    laid = joined.reshape(len(hidden), -1, joined.shape[-1])
    gradient = np.sqrt(np.square(laid).sum(axis=(0, 2)))
    return DirectionNorms(layer, direction.role, bool(direction.layer.go_backwards), windows, norms, gradient)


def _losses(output: Any, mask: Any, targets: np.ndarray, loss: str) -> tuple[Any, Any, bool]:
    """The losses of each sample, (samples, timesteps, losses of each), what each weighs, and whether these timesteps are
    those of the output: else there is one of them. Of windows a timestep of the output is a window, which has many losses.
    """
    measure = keras.losses.get(loss)
    wanted = tf.convert_to_tensor(targets)
    if wanted.dtype.is_floating:
        wanted = tf.cast(wanted, output.dtype)
    losses = measure.call(wanted, output) if isinstance(measure, keras.losses.Loss) else measure(wanted, output)
    timed = len(output.shape) > 2 and len(losses.shape) > 1
    size = (output.shape[0], output.shape[1] if timed else 1, -1)
    weights = tf.ones_like(losses)
    if mask is not None:
        if tuple(mask.shape) != tuple(losses.shape):
            one, other = (" × ".join(map(str, each.shape[1:])) or "1" for each in (losses, mask))
            raise ValueError(
                f"The output has {one} losses for each sequence, and the mask that comes with it is {other}. Which of the "
                "losses count is not known here."
            )
        weights = tf.cast(mask, losses.dtype)
    return tf.reshape(losses, size), tf.reshape(weights, size), timed
