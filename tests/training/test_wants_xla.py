"""Which epochs XLA compiles, beside what tests/training/test_training.py asks: convolutions beside a recurrent loop."""

from __future__ import annotations

import keras
import pytest
import tensorflow as tf
from keras import layers

from explorer.training.program import wants_xla


@pytest.mark.parametrize(
    ("build", "wanted"),
    [
        (lambda: [layers.Conv1D(4, 3), layers.GRU(2)], True),
        (lambda: [layers.Conv1D(128, 8), layers.GRU(2)], False),
        (lambda: [layers.ConvLSTM1D(2, 2)], False),
    ],
    ids=["few weights before a loop", "many weights before a loop", "within a loop"],
)
def test_a_convolution_beside_a_loop_is_compiled_while_it_is_small(build, wanted):
    is_two_deep = isinstance(build()[0], layers.ConvLSTM1D)
    shape = (10, 4, 3) if is_two_deep else (10, 4)
    model = keras.Sequential([keras.Input(shape), *build()])

    @tf.function
    def step(inputs):
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(model(inputs))
        return tape.gradient(total, model.trainable_variables)

    assert wants_xla(step.get_concrete_function(tf.TensorSpec((2, *shape))).graph) is wanted
