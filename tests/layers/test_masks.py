"""What is said of masks is what becomes of them: who leaves masked timesteps out, who does not, and where a mask ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from explorer.models.layer_views import draw
from explorer.shapes.describe_model import describe
from explorer.shapes.model_shapes import LayerShapes

STEPS, ENDS = 9, "without using its mask, which ends here"


def padded(call: Callable[[Any], Any]) -> tuple[LayerShapes, keras.Model]:
    """What is said of the last layer of what is called with a masked sequence, and the model."""
    sequence = keras.Input((STEPS, 4))
    model = keras.Model(sequence, call(layers.Masking()(sequence)))
    return describe(model).layers[-1], model


SKIPPING = {
    "one direction": lambda x: layers.GRU(3)(x),
    "both directions": lambda x: layers.Bidirectional(layers.GRU(3))(x),
    "both directions at every timestep": lambda x: layers.Bidirectional(layers.GRU(3, return_sequences=True))(x),
    "a mean": lambda x: layers.GlobalAveragePooling1D()(x),
    "attention": lambda x: layers.Attention()([x, x]),
    "causal attention": lambda x: layers.Attention()([x, x], use_causal_mask=True),
    "causal attention with heads": lambda x: layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True),
}


@pytest.mark.parametrize("what", SKIPPING)
def test_who_leaves_masked_timesteps_out_says_so(what):
    layer, _ = padded(SKIPPING[what])
    assert layer.skips_masked and "mask" in layer.does and ENDS not in layer.does, layer.does
    causal = "causal" in what
    assert ("itself and those before it" in layer.does) == causal
    assert not causal or "without masked ones" in layer.does


LOSING = {
    "the largest": layers.GlobalMaxPooling1D(),
    "a row": layers.Flatten(),
    "a convolution": layers.Conv1D(3, 2),
    "one timestep": lambda x: x[:, -1],
}


@pytest.mark.parametrize("what", LOSING)
def test_where_a_mask_ends_unused_it_is_told(what):
    layer, _ = padded(LOSING[what])
    assert layer.does.endswith(ENDS) and not layer.skips_masked, layer.does


def test_what_hands_a_mask_on_is_not_said_to_lose_it():
    layer, _ = padded(layers.Dense(3))
    assert "mask" not in layer.does


def test_attention_returns_0_where_its_query_is_masked_and_says_so():
    layer, model = padded(lambda x: layers.Attention()([x, keras.ops.ones_like(x)]))
    numbers = np.random.default_rng(0).normal(size=(1, STEPS, 4))
    numbers[:, 3] = 0
    answer = np.asarray(model(numbers))[0]
    assert "and 0 to masked timesteps" in layer.does and layer.equation[-1].endswith("0 at masked timesteps")
    assert np.array_equal(np.flatnonzero(~answer.any(axis=-1)), [3])
    assert not layer.skips_masked


def handed(call: Callable[[Any, Any], Any], shape: tuple[int, ...] = (STEPS,)) -> Any:
    """The description of a model whose mask is an input of its own."""
    sequence, mask = keras.Input((STEPS, 4), name="sequence"), keras.Input(shape, dtype="bool", name="mask")
    return describe(keras.Model([sequence, mask], call(sequence, mask)))


@pytest.mark.parametrize(
    "layer",
    [layers.GRU(3), layers.Bidirectional(layers.GRU(3)), layers.GlobalAveragePooling1D()],
    ids=lambda layer: layer.name,
)
def test_a_mask_that_is_handed_over_is_no_feature(layer):
    found = handed(lambda x, mask: layer(x, mask=mask))
    (told,) = found.layers
    assert told.explained and told.skips_masked and "mask" in told.does
    assert told.axes_in == (("batch", "timesteps", "features"), ("batch", "timesteps")), told.axes_in
    assert found.sources[1].axes == ("batch", "timesteps")
    assert told.names_in[1] == "mask"
    assert "4 features become" in told.change and "9" not in told.change.replace("9 timesteps", ""), told.change


def test_a_mask_that_is_handed_over_by_its_place_is_one_too():
    (told,) = handed(lambda x, mask: layers.GRU(3)(x, None, mask)).layers
    assert told.skips_masked and told.names_in == ("input", "mask") and "4 features become" in told.change


def test_a_mask_along_the_axis_that_is_pooled_is_told_where_channels_come_first():
    found = handed(lambda x, mask: layers.GlobalAveragePooling1D(data_format="channels_first")(x, mask=mask), (4,))
    (told,) = found.layers
    assert "the timesteps that are not masked" in told.does and "x[t]" in told.equation[0]
    # One that travels is of the other axis.
    layer, _ = padded(layers.GlobalAveragePooling1D(data_format="channels_first"))
    assert not layer.explained


def test_masks_of_attention_are_told_by_what_they_mask():
    of_query = handed(lambda x, mask: layers.Attention()([x, x], mask=[mask, None])).layers[-1]
    assert "all 9 timesteps, and 0 to masked timesteps" in of_query.does and of_query.flow == "all"
    of_value = handed(lambda x, mask: layers.Attention()([x, x], mask=[None, mask])).layers[-1]
    assert "that a mask allows" in of_value.does and "0 to masked" not in of_value.does and of_value.flow == "unknown"
    of_pairs = handed(lambda x, mask: layers.MultiHeadAttention(2, 3)(x, x, attention_mask=mask), (STEPS, STEPS)).layers[-1]
    assert "that a mask allows" in of_pairs.does and of_pairs.names_in == ("query", "value", "mask")


def test_nothing_is_drawn_of_a_layer_that_is_handed_a_mask():
    sequence, mask = keras.Input((STEPS, 4), name="sequence"), keras.Input((STEPS,), dtype="bool", name="mask")
    mean = layers.GlobalAveragePooling1D(name="mean")
    numbers = {"sequence": np.ones((1, STEPS, 4)), "mask": np.ones((1, STEPS), bool), "mean": np.ones((1, 4))}
    assert draw(keras.Model(sequence, mean(sequence)), numbers, {}).keys() == {"mean"}
    assert draw(keras.Model([sequence, mask], mean(sequence, mask=mask)), numbers, {}) == {}
