"""TimeDistributed of images, of models and of what has no weights, and models within models, against Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from explorer.models.activations import outputs
from explorer.shapes.describe_model import describe
from tests.layers.described import checked
from tests.layers.drawing import examples

SMALL = st.integers(1, 5)
BOOLEAN = st.booleans()
drawn = examples(3)


def one_output(layer, shape):
    tensor = keras.Input(shape)
    return keras.Model(tensor, layer(tensor))


def sequential(draw, features):
    kept = [layers.GRU(draw(SMALL), return_sequences=True), layers.Dense(draw(SMALL)), layers.Dropout(0.1)]
    ends = [layers.LSTM(draw(SMALL)), layers.GlobalMaxPooling1D()]
    chosen = [*draw(st.lists(st.sampled_from(kept), max_size=2, unique=True)), draw(st.sampled_from(ends))]
    return keras.Sequential([keras.Input((6, features)), *chosen])


def functional(draw, features):
    sequence = keras.Input((6, features))
    shared = layers.Dense(draw(SMALL))
    merged = layers.Add()([shared(sequence), shared(layers.Activation("tanh")(sequence))])
    return keras.Model(sequence, layers.GRU(draw(SMALL))(merged))


@pytest.mark.parametrize("build", [sequential, functional])
@drawn
@given(data=st.data())
def test_a_model_within_a_model_and_at_every_timestep(build, data):
    features = data.draw(SMALL)
    found = checked(one_output(build(data.draw, features), (6, features)))
    assert found.sources[0].axes == ("batch", "timesteps", "features")
    model = one_output(layers.TimeDistributed(build(data.draw, features)), (3, 6, features))
    found = checked(model)
    assert found.sources[0].axes == ("batch", "windows", "timesteps", "features")
    (layer,) = found.layers
    assert layer.axes_out == (("batch", "windows", "outputs"),)
    assert layer.flow == "each"
    names = [weight.name for weight in layer.weights]
    assert len(set(names)) == len(names)
    # The numbers that are drawn are Keras's.
    sequence = np.random.default_rng(0).normal(size=(1, 3, 6, features)).astype("float32")
    np.testing.assert_allclose(outputs(model, sequence)[0][layer.name], model(sequence), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("inner", "at_each"),
    [
        (lambda: layers.Dropout(0.1), ("rows", "columns", "channels")),
        (lambda: layers.Flatten(), ("outputs",)),
        (lambda: layers.Activation("relu"), ("rows", "columns", "channels")),
        (lambda: layers.Dense(4), ("rows", "columns", "outputs")),
        (lambda: keras.Sequential([keras.Input((5, 4, 3)), layers.Flatten(), layers.Dense(2)]), ("outputs",)),
    ],
)
def test_what_stands_at_a_timestep_may_be_an_image(inner, at_each):
    tensor = keras.Input((7, 5, 4, 3))
    found = describe(keras.Model(tensor, layers.TimeDistributed(inner())(tensor)), [IMAGE])
    (layer,) = found.layers
    assert layer.explained
    assert layer.axes_out[0][:2] == ("batch", "timesteps")
    assert len(layer.axes_out[0]) == 2 + len(at_each)
    assert layer.flow == "each"
    values = {symbol: size for symbol, (_, size) in found.symbols.items()}
    assert tuple(size.at(values) for size in layer.sizes_out[0]) == layer.output[0]


# An image at every timestep: what a network for video begins with.
OF_IMAGES = {
    "Conv2D": lambda draw: layers.Conv2D(
        draw(SMALL), draw(st.integers(1, 3)), padding=draw(st.sampled_from(("same", "valid")))
    ),
    "DepthwiseConv2D": lambda draw: layers.DepthwiseConv2D(2, depth_multiplier=draw(SMALL)),
    "Conv2DTranspose": lambda draw: layers.Conv2DTranspose(draw(SMALL), 3, strides=2),
    "MaxPooling2D": lambda draw: layers.MaxPooling2D(2),
    "GlobalAveragePooling2D": lambda draw: layers.GlobalAveragePooling2D(),
    "ZeroPadding2D": lambda draw: layers.ZeroPadding2D(draw(SMALL)),
    "model": lambda draw: keras.Sequential(
        [keras.Input((5, 4, 3)), layers.Conv2D(draw(SMALL), 2), layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(2)]
    ),
}


@pytest.mark.parametrize("name", OF_IMAGES)
@examples(2)
@given(data=st.data())
def test_a_layer_of_images_at_every_timestep(name, data):
    tensor = keras.Input((7, 5, 4, 3))
    seen = layers.TimeDistributed(OF_IMAGES[name](data.draw))(tensor)
    model = keras.Model(tensor, layers.GRU(2)(layers.TimeDistributed(layers.Flatten())(seen)))
    if len(seen.shape) == 3:
        model = keras.Model(tensor, layers.GRU(2)(seen))
    found = checked(model)
    assert found.sources[0].axes == IMAGE
    first = found.layers[0]
    assert first.axes_out[0][:2] == ("batch", "timesteps")
    assert first.flow == "each"
    assert found.layers[-1].axes_in[0][:2] == ("batch", "timesteps")


IMAGE = ("batch", "timesteps", "rows", "columns", "channels")


def test_the_second_axis_of_time_distributed_is_that_of_the_timesteps():
    found = describe(one_output(layers.TimeDistributed(layers.Flatten()), (7, 5, 4)))
    assert found.sources[0].axes == ("batch", "timesteps", "axis 2", "axis 3")
    found = describe(one_output(layers.TimeDistributed(layers.TimeDistributed(layers.Dense(2))), (7, 5, 4)))
    assert found.sources[0].axes == ("batch", "windows", "timesteps", "features")
    assert found.layers[0].axes_out == (("batch", "windows", "timesteps", "outputs"),)


def test_a_model_of_several_inputs_and_outputs():
    first, second = keras.Input((6, 3)), keras.Input((6, 2))
    both = layers.Concatenate()([first, second])
    inner = keras.Model([first, second], [layers.GRU(4)(both), layers.Dense(2)(both)])
    one, other = keras.Input((6, 3)), keras.Input((6, 2))
    found = checked(keras.Model([one, other], inner([one, other])))
    assert found.layers[0].axes_out == (("batch", "outputs"), ("batch", "timesteps", "outputs"))
    assert found.layers[0].does == "is a model of 3 layers"
    assert checked(one_output(keras.Sequential([keras.Input((4, 2)), layers.GRU(3)]), (4, 2))).layers[0].does == (
        "is a model of 1 layer"
    )
