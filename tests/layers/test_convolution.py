"""What is said of convolutions is what Keras computes: drawn settings, the equation's very text, sizes at other numbers."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from keras import layers

from explorer.layers.base import LayerCall, rules_for
from explorer.layers.convolution_transpose import ConvolutionTranspose
from explorer.layers.spatial import is_channels_last
from explorer.shapes.describe_model import describe
from explorer.tensors.tensor import Tensor
from tests.layers.drawing import examples
from tests.layers.window_equations import begins_elsewhere, worked_out

SLID = ("Conv1D", "Conv2D", "Conv3D", "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D")
TRANSPOSED = ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
NAMES = {1: ("timesteps",), 2: ("rows", "columns"), 3: ("depth", "rows", "columns")}


def number_of_axes(name):
    return int(re.search(r"(\d)D", name)[1])


@st.composite
def convolutions(draw, name, channels_first=True):
    """A layer of this class and a shape that it takes, without the batch."""
    number = number_of_axes(name)
    each = lambda low, high: draw(st.tuples(*[st.integers(low, high)] * number))  # noqa: E731
    lengths, window, dilation = each(3, 9), each(1, 3), (1,) * number
    strides = each(1, 3)
    transposed = name in TRANSPOSED
    if draw(st.booleans()):
        dilation, strides = each(1, 2), (1,) * number
    paddings = ["valid", "same"] + ["causal"] * (name == "Conv1D")
    chosen = {"padding": draw(st.sampled_from(paddings)), "use_bias": draw(st.booleans())}
    if name.startswith(("Depthwise", "Separable")):
        # TensorFlow knows no other strides for these.
        strides = (strides[0],) * number
        chosen["depth_multiplier"] = draw(st.integers(1, 3))
    channels, filters = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    if name in ("Conv1D", "Conv2D", "Conv3D") and draw(st.booleans()):
        groups = draw(st.integers(1, 2))
        channels, filters, chosen["groups"] = channels * groups, filters * groups, groups
    if not name.startswith("Depthwise"):
        chosen["filters"] = filters
    if transposed and draw(st.booleans()):
        more = draw(st.integers(0, 2))
        assume(all(more < stride for stride in strides))
        chosen["output_padding"] = more
    if chosen["padding"] == "valid" and not transposed:
        assume(all((k - 1) * d < n for k, d, n in zip(window, dilation, lengths, strict=True)))
    chosen["data_format"] = "channels_first" if channels_first and draw(st.booleans()) else "channels_last"
    activation = draw(st.sampled_from([None, "relu"]))
    layer = getattr(layers, name)(
        kernel_size=window, strides=strides, dilation_rate=dilation, activation=activation, **chosen
    )
    return layer, arranged(layer, lengths, channels)


def arranged(layer, lengths, channels):
    return (*lengths, channels) if is_channels_last(layer) else (channels, *lengths)


def numbers_of(model):
    """The number of every symbol."""
    return {name: number for name, (_, number) in model.symbols.items()}


def described(layer, shape):
    given = keras.Input(shape)
    model = keras.Model(given, keras.layers.Identity()(layer(given)))
    return describe(model), model


@pytest.mark.parametrize("name", (*SLID, *TRANSPOSED))
@given(data=st.data())
@examples(5)
def test_a_convolution_is_explained_with_the_axes_and_the_counts_that_keras_has(name, data):
    layer, shape = data.draw(convolutions(name))
    found, _ = described(layer, shape)
    told = found.layers[0]
    assert told.explained
    assert told.counted.total == told.params == layer.count_params()
    along = NAMES[number_of_axes(name)]
    channels = "features" if len(along) == 1 else "channels"
    last = is_channels_last(layer)
    assert told.axes_in[0] == (("batch", *along, channels) if last else ("batch", channels, *along))
    assert told.axes_out[0] == (("batch", *along, "filters") if last else ("batch", "filters", *along))
    assert None not in told.sizes_out[0]
    assert [size.at(numbers_of(found)) for size in told.sizes_out[0][1:]] == list(told.output[0][1:])
    assert len(told.short) <= 60
    assert len(told.does) <= 160, told.does
    assert ": " not in told.does
    for weight, array in zip(told.weights, layer.weights, strict=True):
        assert weight.shape == tuple(array.shape)
        assert not any(axis.startswith("axis ") for axis in weight.axes), weight
        assert [size.at(numbers_of(found)) for size in weight.sizes] == list(weight.shape)
    # At other numbers, too.
    longer = data.draw(st.tuples(*[st.integers(0, 7)] * len(shape)))
    fixed = len(shape) - 1 if last else 0
    other = [size + (0 if place == fixed else more) for place, (size, more) in enumerate(zip(shape, longer, strict=True))]
    values = numbers_of(found) | {str(size): n for size, n in zip(found.sources[0].sizes[1:], other, strict=True)}
    assert [size.at(values) for size in told.sizes_out[0][1:]] == list(layer.compute_output_shape((None, *other))[1:])


@pytest.mark.parametrize("name", (*SLID, *TRANSPOSED))
def test_sizes_that_are_not_known_are_told_in_symbols(name):
    number = number_of_axes(name)
    filters = {} if name.startswith("Depthwise") else {"filters": 5}
    layer = getattr(layers, name)(kernel_size=3, **filters)
    told = described(layer, (*[None] * number, 2))[0].layers[0]
    sign = "+" if name in TRANSPOSED else "−"
    letters = {1: "T", 2: "RC", 3: "ZRC"}[number]
    assert [str(size) for size in told.sizes_out[0][1:-1]] == [f"{letter} {sign} 2" for letter in letters]
    assert "stays the same" not in told.change
    assert "stay" not in told.change


@pytest.mark.parametrize("name", (*SLID, *TRANSPOSED))
@given(data=st.data())
@examples(3)
def test_the_equation_is_what_keras_computes(name, data):
    # TensorFlow convolves on a CPU only where the channels are the last axis.
    layer, shape = data.draw(convolutions(name, channels_first=False))
    assume(np.prod(shape) < 700)
    assume(name in TRANSPOSED or not begins_elsewhere(layer))
    if name in TRANSPOSED:
        # TensorFlow computes no others on a CPU, and refuses an output that its convolution would not have made so short.
        assume(max(layer.dilation_rate) == 1)
        if layer.padding == "same" and layer.output_padding is not None:
            more = np.ravel(layer.output_padding)[0]
            pairs = zip(layer.kernel_size, layer.strides, strict=True)
            assume(all(1 <= size % 2 + more <= stride for size, stride in pairs))
    told = described(layer, shape)[0].layers[0]
    if getattr(layer, "groups", 1) > 1:
        assert told.equation == ()
        return
    rng = np.random.default_rng(3)
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape))
    x = rng.normal(size=(1, *shape)).astype("float32")
    assert ("bias" in told.equation[-1]) == layer.use_bias
    assert ("relu(" in told.equation[-1]) == (layer.activation is keras.activations.relu)
    np.testing.assert_allclose(worked_out(layer, told, x), np.asarray(layer(x)), atol=1e-3)


@pytest.mark.parametrize("name", ["Conv2D", "Conv2DTranspose", "DepthwiseConv2D"])
def test_an_activation_over_an_axis_that_the_equation_does_not_name_has_none(name):
    filters = {} if name.startswith("Depthwise") else {"filters": 5}
    for data_format in ("channels_last", "channels_first"):
        layer = getattr(layers, name)(kernel_size=3, activation="softmax", data_format=data_format, **filters)
        shown = data_format == "channels_last" and name != "DepthwiseConv2D"
        assert bool(described(layer, (8, 8, 8))[0].layers[0].equation) == shown


@pytest.mark.parametrize("name", (*SLID, *TRANSPOSED))
def test_a_convolution_says_which_axes_it_lacks(name):
    number = number_of_axes(name)
    filters = {} if name.startswith("Depthwise") else {"filters": 5}
    layer = getattr(layers, name)(kernel_size=3, **filters)
    flat = Tensor((None, 4), ("batch", "features"))
    reason = rules_for(layer).needs(layer, [flat])
    assert name in reason
    if number > 1:
        assert f"takes {number + 2} axes" in reason
        assert "has 2" in reason
    fitting = Tensor((None, *[5] * number, 2), ("batch", *NAMES[number], "channels"))
    assert rules_for(layer).needs(layer, [fitting]) is None
    short = Tensor((None, *[2] * number, 2), ("batch", *NAMES[number], "channels"))
    wanted = None if name in TRANSPOSED else "without padding its window needs"
    reason = rules_for(layer).needs(layer, [short])
    assert reason is None if wanted is None else wanted in reason


def test_a_window_of_unknown_length_is_not_known_where_padding_depends_on_it():
    (told,) = describe(one(layers.Conv1D(3, 3, strides=2, padding="same"), (None, 4))).layers
    assert told.window is None
    assert told.equation == ()
    (told,) = describe(one(layers.Conv1D(3, 3, padding="same"), (None, 4))).layers
    assert told.window.offset == 1


def one(layer, shape):
    given = keras.Input(shape)
    return keras.Model(given, layer(given))


def test_an_image_layer_over_time_and_something_else_is_not_said_to_keep_timesteps_apart():
    given = keras.Input((20, 5))
    model = keras.Model(given, layers.Conv2D(3, 3)(layers.Reshape((20, 5, 1))(given)))
    assert describe(model, [("batch", "timesteps", "features")]).layers[-1].flow == "unknown"
    assert describe(one(layers.Conv2D(3, 3), (8, 8, 1))).layers[-1].flow == "none"


def test_the_last_axis_of_channels_that_come_first_is_not_called_the_outputs():
    (told,) = describe(one(layers.Conv2D(3, 3, data_format="channels_first"), (2, 8, 9))).layers
    assert told.axes_out == (("batch", "filters", "rows", "columns"),)
    assert told.change == "2 channels become 3 filters, 8 rows become 6, 9 columns become 7"


def test_nothing_is_said_of_an_input_with_more_axes_than_the_layer_slides_over():
    layer = layers.Conv1D(2, 2)
    tensor = Tensor((None, 3, 4, 5), ("batch", "windows", "timesteps", "features"))
    call = LayerCall(layer, [tensor], [])
    assert rules_for(layer).axes(call, [(None, 3, 3, 2)]) is None
    assert isinstance(rules_for(layers.Conv2DTranspose(1, 1)), ConvolutionTranspose)


def test_a_question_tells_the_settings_that_its_answer_depends_on():
    settings_told = [
        (layers.Conv2D(32, 3), (28, 28, 1), ["32 filters", "kernel_size=(3, 3)", "no padding"]),
        (
            layers.Conv2D(4, 3, padding="same"),
            (9, 9, 1),
            ["4 filters", "kernel_size=(3, 3)", "padding that keeps every position"],
        ),
        (layers.Conv2D(4, 3, data_format="channels_first"), (2, 9, 9), ["4 filters", "kernel_size=(3, 3)", "no padding"]),
        (layers.Conv1D(4, 3, strides=2), (9, 2), ["4 filters", "kernel_size=3", "strides=2"]),
        (layers.Conv1DTranspose(4, 3), (9, 2), ["4 filters", "kernel_size=3"]),
        (
            layers.DepthwiseConv2D((3, 1), depth_multiplier=2),
            (9, 9, 2),
            ["kernel_size=(3, 1)", "no padding", "depth_multiplier=2"],
        ),
        (layers.SeparableConv1D(5, 3), (9, 2), ["5 filters", "kernel_size=3"]),
    ]
    for layer, shape, told in settings_told:
        (found,) = describe(one(layer, shape)).written().layers
        assert rules_for(layer).settings_in_words(found) == told
