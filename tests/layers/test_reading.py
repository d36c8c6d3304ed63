"""An axis has a name where the layer that reads it says what it means, and a number everywhere else."""

from __future__ import annotations

import keras
import pytest
from keras import layers

from explorer.shapes.describe_model import describe

STEPS = ("batch", "timesteps", "features")
PIXELS = ("batch", "rows", "columns", "channels")
# What stands behind an input, and what its axes are then.
READERS = {
    "a GRU": ((9, 4), lambda x: layers.GRU(3)(x), STEPS),
    "a Conv1D": ((9, 4), lambda x: layers.Conv1D(3, 2)(x), STEPS),
    "attention": ((9, 4), lambda x: layers.MultiHeadAttention(2, 3)(x, x), STEPS),
    "a Dense at every timestep": ((9, 4), lambda x: layers.TimeDistributed(layers.Dense(3))(x), STEPS),
    "a mean over timesteps": ((9, 4), lambda x: layers.GlobalAveragePooling1D()(x), STEPS),
    "a GRU behind a Dropout": ((9, 4), lambda x: layers.GRU(3)(layers.Dropout(0.1)(x)), STEPS),
    "a GRU behind a Dense": ((9, 4), lambda x: layers.GRU(3)(layers.Dense(5)(x)), STEPS),
    "a GRU behind an operation": ((9, 4), lambda x: layers.GRU(3)(keras.ops.tanh(x) + x), STEPS),
    "a GRU behind a Permute": (
        (9, 4),
        lambda x: layers.GRU(3)(layers.Permute((2, 1))(x)),
        ("batch", "features", "timesteps"),
    ),
    "a GRU, and a Conv1D behind a Permute": (
        (9, 4),
        lambda x: layers.Concatenate()([layers.GRU(3)(x), layers.Flatten()(layers.Conv1D(2, 2)(layers.Permute((2, 1))(x)))]),
        STEPS,
    ),
    "a GRU in a model": (
        (9, 4),
        lambda x: keras.Sequential([keras.Input((9, 4)), layers.Dense(3), layers.GRU(2)])(x),
        STEPS,
    ),
    "a model at every timestep": (
        (8, 9, 4),
        lambda x: layers.TimeDistributed(keras.Sequential([keras.Input((9, 4)), layers.Dense(3), layers.GRU(2)]))(x),
        ("batch", "windows", "timesteps", "features"),
    ),
    "a Conv2D": ((9, 7, 4), lambda x: layers.Conv2D(3, 2)(x), PIXELS),
    "a Conv2D behind changes of images": (
        (9, 7, 4),
        lambda x: layers.Conv2D(3, 2)(layers.RandomFlip()(layers.Rescaling(0.5)(x))),
        PIXELS,
    ),
    "a ConvLSTM1D": ((9, 7, 4), lambda x: layers.ConvLSTM1D(3, 2)(x), ("batch", "timesteps", "rows", "channels")),
    "an Embedding": ((9,), lambda x: layers.Embedding(5, 3)(x), ("batch", "timesteps")),
    "a Dense on a vector": ((9,), lambda x: layers.Dense(3)(x), ("batch", "features")),
    "a Dense": ((9, 4), lambda x: layers.Dense(3)(x), ("batch", "axis 1", "features")),
    "a Flatten": ((9, 4), lambda x: layers.Dense(3)(layers.Flatten()(x)), ("batch", "axis 1", "axis 2")),
    "a GRU behind what nobody knows": (
        (9, 4),
        lambda x: layers.GRU(3)(layers.Lambda(lambda y: y[:, ::-1], output_shape=(9, 4))(x)),
        ("batch", "axis 1", "axis 2"),
    ),
    "a Flatten of four axes": ((9, 7, 4), lambda x: layers.Flatten()(x), ("batch", "axis 1", "axis 2", "axis 3")),
}


@pytest.mark.parametrize("name", READERS)
def test_an_input_is_what_its_readers_take_it_for(name):
    shape, reader, axes = READERS[name]
    source = keras.Input(shape)
    found = describe(keras.Model(source, reader(source)))
    assert found.sources[0].axes == axes
    # Each layer reads what its class says, or what it is given.
    for layer in found.layers:
        for given in layer.axes_in:
            assert len(set(given)) == len(given)


def test_axes_without_names_have_one_from_the_layer_that_reads_them():
    source = keras.Input((9,))
    unknown = layers.Lambda(lambda x: keras.ops.expand_dims(x, -1), output_shape=(9, 1), name="unknown")
    memory = layers.GRU(3, return_sequences=True, name="memory")(unknown(source))
    before, layer = describe(keras.Model(source, memory)).layers
    assert before.axes_out == (("batch", "axis 1", "axis 2"),)
    assert layer.axes_in == (STEPS,)
    assert layer.says == (
        "reads one vector per timestep and returns the hidden state of all 9 timesteps: "
        "timesteps stay, 1 feature becomes 3 outputs"
    )
    assert [str(size) for size in layer.sizes_in[0][1:]] == ["T", "F2"]


def test_a_recurrent_layer_that_reads_something_else_than_timesteps_says_so():
    image = keras.Input((9, 7, 4))
    found = layers.Conv2D(3, 2, name="picture")(image)
    model = keras.Model(image, layers.GRU(5, return_sequences=True)(layers.Reshape((8, 18))(found)))
    layer = describe(model).layers[-1]
    assert layer.axes_in == (("batch", "rows", "features"),)
    assert layer.does == "reads one vector per row and returns the hidden state of all 8 rows"
    assert layer.short == "returns the hidden state at every row"


def test_a_sum_has_the_names_that_one_of_its_inputs_has():
    source = keras.Input((16, 4))
    plain = layers.Lambda(lambda x: x * 2, output_shape=(16, 4))(source)
    seen = layers.MultiHeadAttention(2, 3)(plain, plain)
    layer = describe(keras.Model(source, layers.GRU(2)(layers.Add(name="sum")([plain, seen])))).layers[-2]
    assert layer.axes_in == (("batch", "axis 1", "axis 2"), ("batch", "timesteps", "units"))
    assert layer.axes_out == (("batch", "timesteps", "units"),)
    assert layer.flow == "merge"


def test_axes_without_names_are_told_by_their_sizes_where_they_change_places():
    source = keras.Input((16, 4))
    (layer, _) = describe(keras.Model(source, layers.Flatten()(layers.Permute((2, 1))(source)))).layers
    assert layer.says == "puts the axes in another order: (batch, 16, 4) becomes (batch, 4, 16)"
