"""Calls that look like those that a rule knows and compute something else: only what Keras says is told of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
from keras import layers, ops

from explorer import explain
from explorer.shapes.describe_model import describe


def with_lora(x: Any) -> Any:
    layer = layers.Dense(6)
    layer.build(x.shape)
    layer.enable_lora(2)
    return layer(x)


# Each with what it would be taken for.
CALLS: dict[str, Callable[[Any], Any]] = {
    "an average along one axis, for the layer Average": lambda x: ops.average(x, axis=1),
    "a product of matrices, for the layer Dot": lambda x: ops.dot(x, ops.ones((4, 5))),
    "a softmax over everything": lambda x: ops.softmax(x, axis=None),
    "a maximum that begins with a number": lambda x: ops.max(x, axis=1, initial=5.0),
    "a batch that takes the timesteps": lambda x: ops.reshape(x, (-1, 4)),
    "a sum of all numbers, which leaves no axis": ops.sum,
    "a Dense with LoRA": with_lora,
    "a slope below a threshold": layers.ReLU(negative_slope=0.1, threshold=1.0),
    "a Bidirectional of two classes": layers.Bidirectional(layers.GRU(6), backward_layer=layers.LSTM(6, go_backwards=True)),
    "a Bidirectional that reads backwards twice": layers.Bidirectional(
        layers.GRU(6, go_backwards=True), backward_layer=layers.GRU(6)
    ),
    "a middle that is larger than the image": lambda x: layers.CenterCrop(20, 20)(layers.Reshape((3, 3, 4))(x)),
}


@pytest.mark.parametrize("what", CALLS)
def test_what_no_rule_covers_is_only_measured(what):
    sequence = keras.Input((9, 4))
    model = keras.Model(sequence, CALLS[what](sequence))
    layer = describe(model).layers[-1]
    assert not layer.explained
    assert layer.equation == ()
    assert layer.says.startswith("takes (batch")
    assert layer.output == (tuple(model.outputs[0].shape),)


def test_a_state_that_is_kept_between_windows_is_not_said_to_begin_at_zero():
    windows = keras.Input((8, 9, 4), batch_size=2)
    held = layers.TimeDistributed(layers.GRU(6, stateful=True))
    (layer,) = describe(keras.Model(windows, held(windows))).layers
    assert layer.flow == "unknown"


def test_a_recurrent_layer_that_reads_along_units_is_not_said_to_run_along_time():
    sequence = keras.Input((9, 4))
    states = layers.GRU(6, return_sequences=True)(sequence)
    turned = layers.GRU(5, return_sequences=True)(layers.Permute((2, 1))(states))
    assert describe(keras.Model(sequence, turned)).layers[-1].flow == "unknown"


@pytest.mark.parametrize("rate", [0.004, 0.125, 0.999])
def test_a_share_is_told_as_it_is(rate):
    sequence = keras.Input((9, 4))
    (layer,) = describe(keras.Model(sequence, layers.Dropout(rate)(sequence))).layers
    assert f"{100 * rate:g}%" in layer.does


@pytest.mark.parametrize("thing", [None, 5, "model", layers.GRU(3)])
def test_what_is_no_model_gets_a_sentence(thing):
    with pytest.raises(TypeError, match=r"explain takes a keras.Model or an Experiment. Received: "):
        explain(thing)
