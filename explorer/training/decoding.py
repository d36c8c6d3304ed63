"""A decoder that is fed its own outputs, one timestep at a time: how it is used where there is no target."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from explorer.experiment import HELD_OUT_SAMPLES, PROBE_SEQUENCES


def own(model: keras.Model, looked_at: list[tf.Tensor], targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The accuracy of the held-out sequences at the timesteps that their targets have, and what is decoded of the probe:
    classes, (sequences, timesteps) int32.

    model: with a source and a shifted target. looked_at: both of what is held out and of the probe behind it, (samples,
    timesteps). targets: those of what is held out, as class numbers.
    """
    shifted = looked_at[1]
    decoded = decode(model, looked_at[0], shifted[:, 0])
    counts = tf.cast(shifted[:HELD_OUT_SAMPLES] != 0, tf.float32)
    right = tf.cast(decoded[:HELD_OUT_SAMPLES] == tf.cast(targets, tf.int32), tf.float32)
    return tf.reduce_sum(right * counts) / tf.reduce_sum(counts), decoded[HELD_OUT_SAMPLES:]


def decode(model: Any, source: tf.Tensor, start: tf.Tensor) -> tf.Tensor:
    """The most probable class at each timestep, (samples, timesteps) int32, where those before it are read.

    The whole model is called at each timestep: what it says of the timesteps after it is not looked at.

    source: (samples, timesteps). start: the number that a target begins with, (samples,).
    """
    samples, timesteps = source.shape
    steps = tf.range(timesteps)

    def write(step: tf.Tensor, fed: tf.Tensor, decoded: tf.Tensor) -> tuple[tf.Tensor, ...]:
        answers = model([source, fed], training=False)
        chosen = tf.argmax(tf.gather(answers, step, axis=1), -1, output_type=tf.int32)[:, None]
        fed = tf.where(steps == step + 1, tf.cast(chosen, fed.dtype), fed)
        return step + 1, fed, tf.where(steps == step, chosen, decoded)

    fed = tf.where(steps == 0, start[:, None], tf.zeros((samples, timesteps), start.dtype))
    begin = (tf.constant(0), fed, tf.zeros((samples, timesteps), tf.int32))
    return tf.while_loop(lambda step, *_: step < timesteps, write, begin)[2]


def nothing() -> tuple[tf.Tensor, tf.Tensor]:
    """The same of a model that reads no target."""
    return tf.zeros(()), tf.zeros((PROBE_SEQUENCES, 0), tf.int32)
