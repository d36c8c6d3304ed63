"""What is said of layers that resize, reshape and normalize pictures is what Keras computes."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from explorer.layers.spatial import is_channels_last
from explorer.shapes.describe_model import describe
from tests.layers.drawing import examples
from tests.layers.window_equations import worked_out

RESIZING = [f"{kind}{number}D" for kind in ("UpSampling", "ZeroPadding", "Cropping") for number in (1, 2, 3)]
NAMES = {1: ("timesteps",), 2: ("rows", "columns"), 3: ("depth", "rows", "columns")}


@st.composite
def resizings(draw, name):
    """A layer of this class and a shape that it takes, without the batch."""
    number = int(name[-2])
    lengths = draw(st.tuples(*[st.integers(6, 9)] * number))
    channels, chosen = draw(st.integers(1, 3)), {}
    pairs = draw(st.tuples(*[st.tuples(st.integers(0, 2), st.integers(0, 2))] * number))
    if name.startswith("UpSampling"):
        size = draw(st.tuples(*[st.integers(1, 3)] * number))
        chosen["size"] = size[0] if number == 1 else size
    else:
        chosen["padding" if name.startswith("Zero") else "cropping"] = pairs[0] if number == 1 else pairs
    if number > 1:
        chosen["data_format"] = draw(st.sampled_from(["channels_last", "channels_first"]))
    layer = getattr(layers, name)(**chosen)
    return layer, (*lengths, channels) if is_channels_last(layer) else (channels, *lengths)


def described(*chain, shape):
    given = answer = keras.Input(shape)
    for layer in (*chain, layers.Identity()):
        answer = layer(answer)
    return describe(keras.Model(given, answer))


@pytest.mark.parametrize("name", RESIZING)
@given(data=st.data())
@examples(5)
def test_a_layer_that_resizes_is_explained_with_the_axes_and_sizes_that_keras_has(name, data):
    layer, shape = data.draw(resizings(name))
    found = described(layer, shape=shape)
    told, source = found.layers[0], found.sources[0]
    assert told.explained
    along = NAMES[len(shape) - 1]
    channels = "features" if len(along) == 1 else "channels"
    axes = ("batch", *along, channels) if is_channels_last(layer) else ("batch", channels, *along)
    assert (told.axes_in, told.axes_out) == ((axes,), (axes,))
    longer = data.draw(st.tuples(*[st.integers(0, 7)] * len(shape)))
    for more in ((0,) * len(shape), longer):
        other = [size + each for size, each in zip(shape, more, strict=True)]
        values = {str(size): number for size, number in zip(source.sizes[1:], other, strict=True)}
        wanted = layer.compute_output_shape((None, *other))
        assert [size.at(values) for size in told.sizes_out[0][1:]] == list(wanted[1:])
    assert len(told.short) <= 60
    assert len(told.does) <= 160
    assert ": " not in told.does
    assert (told.flow, told.window is None) == (("spread", False) if len(along) == 1 else ("none", True))


@pytest.mark.parametrize("name", RESIZING)
@given(data=st.data())
@examples(3)
def test_the_equation_is_what_keras_computes(name, data):
    layer, shape = data.draw(resizings(name))
    told = described(layer, shape=shape).layers[0]
    x = np.random.default_rng(1).normal(size=(1, *shape)).astype("float32")
    np.testing.assert_allclose(worked_out(layer, told, x), np.asarray(layer(x)), atol=1e-6)


def test_an_interpolation_that_mixes_neighbours_has_no_equation_of_repeating():
    told = described(layers.UpSampling2D(2, interpolation="bilinear"), shape=(4, 4, 1)).layers[0]
    assert told.equation == ()
    assert told.does == "enlarges by bilinear interpolation"


def test_the_ends_are_told_once_where_they_are_alike():
    said = [
        (layers.ZeroPadding1D(2), (9, 3), "adds 2 timesteps of zeros at each end"),
        (layers.ZeroPadding1D((1, 2)), (9, 3), "adds 1 timestep of zeros at the start and 2 at the end"),
        (layers.Cropping2D(1), (9, 9, 3), "removes 1 row and 1 column at each end"),
        (layers.ZeroPadding3D(1), (4, 4, 4, 1), "adds 1 depth slice, 1 row and 1 column of zeros at each end"),
        (layers.UpSampling2D((2, 1)), (4, 4, 1), "repeats every position over 2 rows and 1 column"),
        (layers.UpSampling1D(2), (4, 1), "repeats every timestep 2 times"),
    ]
    assert [described(layer, shape=shape).layers[0].does for layer, shape, _ in said] == [words for *_, words in said]


def test_flattened_pictures_get_a_symbol_of_their_own_instead_of_a_product_of_sums():
    told = described(layers.Conv2D(4, 3), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(2), shape=(28, 28, 1))
    assert [str(size) for size in told.layers[2].sizes_out[0]] == ["B", "F"]
    assert told.symbols["F"] == ("features", 676)
    assert told.layers[3].counted.formula == "U · (F + 1)"
    plain = described(
        layers.Flatten(),
        shape=(28, 28, 3),
    )
    assert len(plain.layers[0].sizes_out[0][1].terms) == 1


@pytest.mark.parametrize("number", [2, 3])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_spatial_dropout_names_what_it_drops(number, data_format):
    layer = getattr(layers, f"SpatialDropout{number}D")(0.25, data_format=data_format)
    told = described(layer, shape=(3,) * (number + 1)).layers[0]
    where = "positions" if number == 3 else " and ".join(NAMES[number])
    assert told.does == f"sets 25% of the channels to 0 at random during training, over all {where} at once"
    assert told.axes_out[0][1 if data_format == "channels_first" else -1] == "channels"
    x = np.ones((1, *[5] * number, 64) if data_format == "channels_last" else (1, 64, *[5] * number), "float32")
    dropped = np.asarray(layer(x, training=True))
    axes = tuple(range(1, number + 1)) if data_format == "channels_last" else tuple(range(2, number + 2))
    assert (dropped.min(axis=axes) == dropped.max(axis=axes)).all()
    assert 0 < (dropped.max(axis=axes) == 0).sum() < 64


@given(data=st.data())
@examples(5)
def test_group_normalization_takes_means_over_what_it_says(data):
    groups, wide = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    lengths = data.draw(st.lists(st.integers(2, 4), max_size=2))
    axis = data.draw(st.sampled_from([-1, 1]))
    shape = [*lengths, groups * wide] if axis == -1 or not lengths else [groups * wide, *lengths]
    center, scale = data.draw(st.booleans()), data.draw(st.booleans())
    layer = layers.GroupNormalization(groups, axis=axis, center=center, scale=scale)
    told = described(layer, shape=tuple(shape)).layers[0]
    assert told.explained
    assert told.counted.total == layer.count_params()
    place = 1 if axis == 1 else len(shape)
    assert all(weight.axes == (told.axes_in[0][place],) for weight in told.weights)
    (line,) = told.equation
    assert ("gamma" in line, "beta" in line) == (scale, center)
    assert told.flow == ("unknown" if len(shape) == 2 else told.flow)
    rng = np.random.default_rng(2)
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape))
    x = rng.normal(size=(2, *shape)).astype("float32")
    parts = np.stack(np.split(np.moveaxis(x, place, -1), groups, axis=-1), axis=1)
    over = tuple(range(2, parts.ndim))
    normal = (parts - parts.mean(over, keepdims=True)) / np.sqrt(parts.var(over, keepdims=True) + layer.epsilon)
    answer = np.concatenate(list(np.moveaxis(normal, 1, 0)), axis=-1)
    answer = answer * (np.asarray(layer.gamma) if scale else 1) + (np.asarray(layer.beta) if center else 0)
    np.testing.assert_allclose(np.moveaxis(answer, -1, place), np.asarray(layer(x)), atol=1e-3)
