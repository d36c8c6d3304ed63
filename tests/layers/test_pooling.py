"""What is said of pooling is what Keras computes: drawn settings, the equation's very text, sizes at other numbers."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from keras import layers

from explorer.layers.base import rules_for
from explorer.layers.spatial import is_channels_last
from explorer.shapes.describe_model import describe
from explorer.tensors.tensor import Tensor
from tests.layers.drawing import examples
from tests.layers.window_equations import begins_elsewhere, worked_out

SLID = [f"{kind}Pooling{number}D" for kind in ("Max", "Average") for number in (1, 2, 3)]
WHOLE = [f"Global{kind}Pooling{number}D" for kind in ("Max", "Average") for number in (1, 2, 3)]
ADAPTIVE = [f"Adaptive{kind}Pooling{number}D" for kind in ("Max", "Average") for number in (1, 2, 3)]
NAMES = {1: ("timesteps",), 2: ("rows", "columns"), 3: ("depth", "rows", "columns")}


def number_of_axes(name):
    return int(name[-2])


@st.composite
def poolings(draw, name):
    """A layer of this class and a shape that it takes, without the batch."""
    number = number_of_axes(name)
    each = lambda low, high: draw(st.tuples(*[st.integers(low, high)] * number))  # noqa: E731
    lengths = each(4, 9)
    data_format = draw(st.sampled_from(["channels_last", "channels_first"]))
    if name in WHOLE:
        chosen = {"keepdims": draw(st.booleans())}
    elif name in ADAPTIVE:
        chosen = {"output_size": each(1, 4)}
    else:
        chosen = {"pool_size": each(1, 4), "padding": draw(st.sampled_from(["valid", "same"]))}
        chosen["strides"] = draw(st.sampled_from([None, each(1, 3)]))
    layer = getattr(layers, name)(data_format=data_format, **chosen)
    channels = draw(st.integers(1, 4))
    return layer, (*lengths, channels) if is_channels_last(layer) else (channels, *lengths)


def described(layer, shape):
    given = keras.Input(shape)
    return describe(keras.Model(given, layers.Identity()(layer(given))))


@pytest.mark.parametrize("name", (*SLID, *WHOLE, *ADAPTIVE))
@given(data=st.data())
@examples(4)
def test_a_pooling_layer_is_explained_with_the_axes_and_sizes_that_keras_has(name, data):
    layer, shape = data.draw(poolings(name))
    found = described(layer, shape)
    told = found.layers[0]
    assert told.explained
    assert told.params == 0
    along = NAMES[number_of_axes(name)]
    channels = "features" if len(along) == 1 else "channels"
    taken = ("batch", *along, channels) if is_channels_last(layer) else ("batch", channels, *along)
    assert told.axes_in == (taken,)
    gone = name in WHOLE and not layer.keepdims
    assert told.axes_out == (("batch", channels) if gone else taken,)
    values = {name: number for name, (_, number) in found.symbols.items()}
    assert [size.at(values) for size in told.sizes_out[0][1:]] == list(told.output[0][1:])
    assert len(told.short) <= 60
    assert len(told.does) <= 160
    assert ": " not in told.does
    # At other numbers, too.
    source = found.sources[0]
    longer = data.draw(st.tuples(*[st.integers(0, 7)] * len(shape)))
    other = [size + more for size, more in zip(shape, longer, strict=True)]
    values |= {str(size): number for size, number in zip(source.sizes[1:], other, strict=True)}
    wanted = layer.compute_output_shape((None, *other))
    assert [size.at(values) for size in told.sizes_out[0][1:]] == list(wanted[1:])


@pytest.mark.parametrize("name", (*SLID, *WHOLE))
@given(data=st.data())
@examples(3)
def test_the_equation_is_what_keras_computes(name, data):
    layer, shape = data.draw(poolings(name))
    # TensorFlow pools on a CPU only where the channels are the last axis.
    assume(np.prod(shape) < 700 and (is_channels_last(layer) or name in WHOLE))
    assume(not begins_elsewhere(layer))
    told = described(layer, shape).layers[0]
    x = np.random.default_rng(1).normal(size=(1, *shape)).astype("float32")
    np.testing.assert_allclose(worked_out(layer, told, x), np.asarray(layer(x)), atol=1e-5)


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("keepdims", [True, False])
def test_pooling_of_everything_is_told_with_how_much_there_is(name, keepdims):
    number = number_of_axes(name)
    layer = getattr(layers, name)(keepdims=keepdims)
    told = described(layer, (*range(6, 6 + number), 2)).layers[0]
    where = {1: "all 6 timesteps", 2: "all 6 rows and 7 columns", 3: "all 6 depth slices, 7 rows and 8 columns"}[number]
    assert told.does == f"{'averages' if 'Average' in name else 'takes the maximum'} over {where}"
    (line,) = told.equation
    assert line.startswith({1: "y[1] = ", 2: "y[1, 1] = ", 3: "y[1, 1, 1] = "}[number] if keepdims else "y = ")
    assert told.flow == ("pool" if number == 1 else "none")


@pytest.mark.parametrize("name", ["MaxPooling2D", "AveragePooling2D"])
def test_pooling_says_where_its_window_does_not_fit(name):
    layer = getattr(layers, name)((3, 2))
    few = Tensor((None, 2, 9, 4), ("batch", "rows", "columns", "channels"))
    reason = "without padding its window needs 3 rows, and its input has only 2 rows"
    assert rules_for(layer).needs(layer, [few]) == reason
    flat = Tensor((None, 20, 5), ("batch", "timesteps", "features"))
    assert rules_for(layer).needs(layer, [flat]) == (
        f"{'an' if name[0] == 'A' else 'a'} {name} takes 4 axes, (batch, rows, columns, channels), "
        "and its input has 3, (batch, timesteps, features)"
    )


def test_one_row_and_unknown_columns_are_told_as_such():
    told = described(layers.GlobalAveragePooling2D(), (1, None, 3)).layers[0]
    assert told.does == "averages over the one row and all columns"


def test_what_a_question_tells_of_pooling_over_an_image_is_its_window():
    image = keras.Input((28, 30, 1))
    for layer, told in (
        (layers.MaxPooling2D((3, 2), strides=2), ["pool_size=(3, 2)", "strides=(2, 2)"]),
        (layers.AveragePooling2D(2), ["pool_size=(2, 2)"]),
    ):
        (found,) = describe(keras.Model(image, layer(image))).written().layers
        assert rules_for(layer).settings_in_words(found) == told
