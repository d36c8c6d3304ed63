"""How large the numbers that a layer returns may be: of real layers, given numbers that are large."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from explorer.shapes import describe

SEQUENCE = np.random.default_rng(0).normal(0, 30, (4, 6, 3)).astype(np.float32)


class Doubled(keras.layers.Dense):
    """A layer of somebody's own, which does not end with its activation."""

    def call(self, inputs):
        return 2 * super().call(inputs)


LAYERS = {
    "gru": (lambda: keras.layers.GRU(5, return_state=True), ("one", "one")),
    "lstm": (lambda: keras.layers.LSTM(5, return_sequences=True, return_state=True), ("one", "one", "open")),
    "relu": (lambda: keras.layers.LSTM(5, activation="relu"), ("open",)),
    "cell": (lambda: keras.layers.RNN(keras.layers.SimpleRNNCell(5)), ("one",)),
    "both": (
        lambda: keras.layers.Bidirectional(keras.layers.LSTM(5, return_state=True)),
        ("one", "one", "open", "one", "open"),
    ),
    "sum": (lambda: keras.layers.Bidirectional(keras.layers.GRU(5), merge_mode="sum"), ("open",)),
    "softmax": (lambda: keras.layers.TimeDistributed(keras.layers.Dense(5, activation="softmax")), ("one",)),
    "linear": (lambda: keras.layers.Dense(5), ("open",)),
    "own": (lambda: Doubled(5, activation="tanh"), ("open",)),
    "pooling": (lambda: keras.layers.MaxPooling1D(2), ("inputs",)),
    "flatten": (lambda: keras.layers.Flatten(), ("inputs",)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_says_how_large_its_numbers_may_be_and_none_is_larger(name):
    build, ranges = LAYERS[name]
    sequence = keras.Input((6, 3))
    model = keras.Model(sequence, build()(sequence))
    (layer,) = describe(model).layers
    assert layer.ranges == ranges
    most = {"one": 1.0, "inputs": float(np.abs(SEQUENCE).max()), "open": np.inf}
    for tensor, kind in zip(keras.tree.flatten(model(SEQUENCE)), ranges, strict=True):
        assert np.abs(tensor).max() <= most[kind] + 1e-6
