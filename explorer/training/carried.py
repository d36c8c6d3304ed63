"""States that are carried from batch to batch (stateful=True): where they are reset, and sequences looked at in order.

Sequences number k * pieces to (k + 1) * pieces - 1 are the pieces of one long sequence. The states are variables of the
layers, and not among Keras's `model.variables`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf


def reset_at(states: Sequence[Any], place: tf.Tensor, pieces: int) -> None:
    """Before the batch number `place`, from 0: the states are zero where other long sequences begin."""
    if states:
        begins = tf.equal(place % pieces, 0)
        for state in states:
            state.assign(tf.where(begins, tf.zeros_like(state.value), state.value))


def in_order(
    model: keras.Model, streams: Sequence[tf.Tensor], states: Sequence[Any], pieces: int, batch: int
) -> list[tf.Tensor]:
    """What a model returns for sequences, piece after piece; each output (samples, ...), in the order of the sequences.

    streams: each (samples, ...); the samples are whole long sequences. batch: how many sequences the model takes at once:
    where fewer are left, the last one fills the rest. The states are afterwards what they were before.
    """
    aside = [tf.identity(state.value) for state in states]
    places = _places(int(streams[0].shape[0]) // pieces, pieces, batch)
    rows = tf.constant(places.reshape(-1, batch))

    def look(place: tf.Tensor) -> list[tf.Tensor]:
        reset_at(states, place, pieces)
        found = [tf.gather(stream, rows[place]) for stream in streams]
        return list(model(found if len(found) > 1 else found[0], training=False))

    shapes = [tf.TensorSpec((batch, *tensor.shape[1:]), tensor.dtype) for tensor in model.outputs]
    written = [tf.TensorArray(each.dtype, size=len(places.reshape(-1, batch)), element_shape=each.shape) for each in shapes]

    def step(place: tf.Tensor, *arrays: tf.TensorArray) -> tuple[Any, ...]:
        return place + 1, *(array.write(place, value) for array, value in zip(arrays, look(place), strict=True))

    _, *written = tf.while_loop(lambda place, *_: place < len(places.reshape(-1, batch)), step, (tf.constant(0), *written))
    for state, value in zip(states, aside, strict=True):
        state.assign(value)
    # Where each sequence was looked at; of one that filled up a batch the first time.
    _, first = np.unique(places.reshape(-1), return_index=True)
    return [
        tf.gather(tf.reshape(array.stack(), (-1, *each.shape[1:])), tf.constant(first.astype(np.int32)))
        for array, each in zip(written, shapes, strict=True)
    ]


def _places(sequences: int, pieces: int, batch: int) -> np.ndarray:
    """Which sequences stand in which batch, (groups of long sequences, pieces, batch) int32."""
    groups = -(-sequences // batch)
    chosen = np.minimum(np.arange(groups * batch), sequences - 1).reshape(groups, 1, batch)
    return (chosen * pieces + np.arange(pieces)[:, None]).astype(np.int32)
