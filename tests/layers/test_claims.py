"""Claims that are easily false or empty: of time, cells, letters and parts, where another axis is meant or none is known."""

from __future__ import annotations

import re
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from explorer.shapes.describe_model import describe
from explorer.tensors.text import LONGEST_SENTENCE

# ------------------------------------------------------------------------------------------------ time that is none


def rows_of(model: keras.Model, axes: Any = None) -> dict[str, Any]:
    return {row.name: row for row in describe(model, axes).written().unrolled.rows}


@pytest.mark.parametrize("axes", [None, [("batch", "windows", "timesteps", "features")]])
def test_windows_that_a_permute_put_behind_the_timesteps_are_not_said_to_be_apart(axes):
    windows = keras.Input((8, 9, 4))
    held = layers.TimeDistributed(layers.GRU(6), name="held")
    row = rows_of(keras.Model(windows, held(layers.Permute((2, 1, 3))(windows))), axes)["held"]
    assert row.flow == "unknown" and "sees another" not in row.says and row.same == ""


def test_what_reads_another_axis_than_the_chain_is_drawn_along_is_not_drawn_along_it():
    windows, sequence = keras.Input((8, 9, 4)), keras.Input((9, 4))
    states = layers.TimeDistributed(layers.GRU(6))(windows)
    read = layers.GRU(6, return_sequences=True, name="read")(sequence)
    joined = layers.Concatenate()([layers.GRU(6, name="over_windows")(states), layers.GRU(6)(read)])
    rows = rows_of(keras.Model([windows, sequence], joined))
    assert (rows["over_windows"].flow, rows["read"].flow) == ("last", "unknown")


def norm(axis: Any) -> layers.Layer:
    return layers.Normalization(axis=axis)


@pytest.mark.parametrize(
    ("layer", "same"),
    [(norm(1), False), (norm((1, 2)), False), (norm(-1), True), (layers.BatchNormalization(axis=1), False)],
)
def test_constants_that_differ_from_timestep_to_timestep_are_not_called_the_same(layer, same):
    sequence = keras.Input((9, 4))
    inner = keras.Input((9, 4))
    nested = keras.Model(inner, type(layer).from_config(layer.get_config())(inner), name="nested")
    states = layers.GRU(4, return_sequences=True)(sequence)
    row = list(rows_of(keras.Model(sequence, layer(states))).values())[-1]
    assert ("the same weights" in row.says, row.same != "") == (same, same)
    assert ("the same weights" in rows_of(keras.Model(sequence, nested(states)))["nested"].says) == same


UNNAMED = {
    "a row": layers.Flatten(),
    "other axes": layers.Reshape((4, 9)),
    "axes in another order": layers.Permute((2, 1)),
    "a part": lambda x: x[:, -1],
    "a sum with itself": lambda x: layers.Add()([x, x]),
}


@pytest.mark.parametrize("what", UNNAMED)
def test_where_no_axis_has_a_name_it_is_not_said_that_there_is_no_time(what):
    numbers = keras.Input((9, 4))
    unrolled = describe(keras.Model(numbers, UNNAMED[what](numbers))).written().unrolled
    assert unrolled.rows[-1].flow == "unknown"
    assert "no time axis" not in unrolled.says and unrolled.says.startswith("It is not known which axis of the input")
    image = keras.Input((9, 8, 3))
    assert (
        describe(keras.Model(image, layers.Conv2D(2, 3)(image)))
        .written()
        .unrolled.says.startswith("No input has a time axis")
    )


# ------------------------------------------------------------------------------------------------ several cells


def cells() -> list[layers.Layer]:
    return [layers.GRUCell(5), layers.LSTMCell(6)]


def test_cells_are_counted():
    sequence = keras.Input((9, 4))
    outer = layers.RNN(cells(), return_sequences=True, name="stacked")(sequence)
    both = layers.Bidirectional(layers.RNN([layers.GRUCell(5), layers.GRUCell(6)]), name="both")(outer)
    rows = rows_of(keras.Model(sequence, both))
    assert rows["stacked"].says.startswith("2 stacked cells; their hidden states pass from timestep to timestep")
    assert rows["both"].says.startswith("2 stacked cells forwards and 2 backwards")
    one = rows_of(keras.Model(sequence, layers.RNN([layers.GRUCell(5)], name="one")(sequence)))["one"]
    assert one.says.startswith("one cell; its hidden state passes")


def test_of_a_model_that_holds_layers_that_read_backwards_no_direction_is_told():
    inner, sequence = keras.Input((9, 4)), keras.Input((9, 4))
    held = layers.GRU(3, return_sequences=True, go_backwards=True)(layers.GRU(3, return_sequences=True)(inner))
    nested = keras.Model(inner, held, name="nested")
    assert rows_of(keras.Model(sequence, nested(sequence)))["nested"].flow == "unknown"


# ------------------------------------------------------------------------------------------------ letters and sizes


def test_t_stands_in_equations_for_timesteps_alone_and_for_as_many_as_there_are():
    sequence = keras.Input((9, 4))
    states = layers.GRU(6, return_sequences=True)(sequence)
    turned, short = layers.Permute((2, 1))(states), layers.Conv1D(6, 2)(states)
    read = [
        layers.GlobalAveragePooling1D()(turned),
        layers.Dense(3)(turned),
        layers.MaxPooling1D(2)(turned),
        layers.Conv1D(3, 2)(turned),
        layers.GlobalAveragePooling1D()(short),
        layers.Bidirectional(layers.GRU(2))(short),
    ]
    found = [layer.equation for layer in describe(keras.Model(sequence, read)).layers][-6:]
    for lines in found[:4]:
        assert "T" not in " ".join(lines) and "[t]" not in " ".join(lines), lines
    assert found[0] == ("y = (x[1] + … + x[U]) / U",)
    assert found[1] == ("y[i] = x[i] · kernel + bias",)
    assert found[4] == ("y = (x[1] + … + x[T − 1]) / (T − 1)",)
    assert found[5][0] == "→h = GRU(x[1] … x[T − 1])"


@pytest.mark.parametrize(
    ("before", "after", "sizes"),
    [
        ((36, 4), (4, 9, 4), [None, None, "F"]),
        ((9, 4), (4, 9), [None, None]),
        ((9, 4), (9, 2, 2), ["T", None, None]),
        ((9, 1, 4), (9, 4), ["A", "A3"]),
        ((3, 3, 4), (9, 4), ["A · A2", "A3"]),
        ((None, 4), (-1, 2, 2), ["T", None, None]),
        ((None, 4), (-1, 2), [None, None]),
    ],
)
def test_a_size_after_a_reshape_has_a_symbol_only_where_it_is_the_same_axis(before, after, sizes):
    numbers = keras.Input(before)
    axes = [("batch", "timesteps", "features")] if len(before) == 2 else None
    (layer,) = describe(keras.Model(numbers, layers.Reshape(after)(numbers)), axes).written().layers
    assert list(layer.symbols_out[0][1:]) == sizes


def test_a_symbol_that_nobody_would_read_gives_way_to_its_number():
    image = keras.Input((101, 101, 3))
    numbers = image
    for _ in range(4):
        numbers = layers.Conv2D(4, 3, strides=2)(numbers)
    found = describe(keras.Model(image, layers.Dense(2)(layers.Flatten()(numbers)))).written()
    assert found.layers[0].symbols_out[0][1] == "⌊(R − 3) / 2⌋ + 1"
    assert found.layers[3].symbols_out[0][1:3] == (None, None) and "rows 5, columns 5" in found.layers[3].spoken
    assert max(len(each or "") for layer in found.layers for sizes in layer.symbols_out for each in sizes) <= 24
    assert found.layers[-1].parameters.numbers == "2 * (100 + 1)"


# ------------------------------------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ((slice(None), slice(None, None, -1)), "reverses the timesteps"),
        ((slice(None), slice(None), slice(None, None, -1)), "reverses the units"),
        ((slice(None), slice(-3, None, -1)), "takes a part of the timesteps, in reverse order"),
        ((slice(None), slice(None, None, 2)), "takes one of every 2 timesteps"),
        ((slice(None), slice(2, 5)), "takes a part of the timesteps"),
        ((slice(None), slice(0, 9)), "returns its input unchanged"),
        ((slice(None), None), "adds axes with one position"),
        ((..., 0), "takes unit 1"),
        ((0,), "takes one sample of the batch"),
    ],
)
def test_what_stands_in_brackets_is_told_as_it_is(key, words):
    sequence = keras.Input((9, 4))
    layer = describe(keras.Model(sequence, layers.GRU(6, return_sequences=True)(sequence)[key])).layers[-1]
    assert layer.does == words
    assert "6 units become 9" not in layer.change


def test_what_is_joined_along_the_batch_is_not_said_to_stand_side_by_side():
    sequence = keras.Input((9, 4))
    states = layers.GRU(6, return_sequences=True)(sequence)
    layer = describe(keras.Model(sequence, layers.Concatenate(axis=0)([states, states]))).layers[-1]
    assert layer.does == "puts the samples of 2 tensors into one batch" and layer.flow == "unknown"


def test_a_batch_normalization_that_is_not_trained_says_what_it_normalizes_with():
    sequence = keras.Input((9, 4))
    fixed, free = layers.BatchNormalization(trainable=False), layers.BatchNormalization()
    told = [describe(keras.Model(sequence, layer(sequence))).layers[-1] for layer in (fixed, free)]
    assert "moving mean and variance, also while training; its weights do not train" in told[0].does
    assert "over the batch" not in told[0].does and "over the batch" in told[1].does
    numbers = np.full((2, 9, 4), 5.0, "float32")
    # With the moving mean 0 and the moving variance 1.
    assert np.allclose(fixed(numbers, training=True), numbers / np.sqrt(1 + fixed.epsilon))
    assert not np.allclose(free(numbers, training=True), numbers / np.sqrt(1 + free.epsilon))


def test_weights_and_axes_without_a_name_are_spelled_whole():
    numbers = keras.Input((9, 4))
    made = [
        layers.Normalization()(numbers),
        layers.BatchNormalization(axis=1)(numbers),
        layers.SpatialDropout1D(0.1)(numbers),
    ]
    unnamed = [layers.BatchNormalization(axis=1), layers.BatchNormalization(), layers.LayerNormalization(axis=(1, 2))]
    found = [describe(keras.Model(numbers, made)).written()]
    found += [describe(keras.Model(numbers, layer(numbers))).written() for layer in unnamed]
    for description in found:
        for layer in description.layers:
            assert not re.search(
                r": ;|\(\)|each of the axis|the axis \d|(each|whole|every) axis \d", layer.text + layer.spoken
            )
            assert all(": ;" not in weight.says for weight in layer.weights)


def test_images_are_not_called_vectors():
    images = keras.Input((10, 8, 8, 3))
    found = layers.TimeDistributed(layers.Conv2D(4, 3), name="each")(images)
    pooled = ops.mean(found, axis=1)
    rows = list(rows_of(keras.Model(images, pooled)).values())
    assert rows[1].hands == "returns 10 images"
    assert rows[2].hands == "outputs one image" and rows[2].says == "all timesteps become one image"


# ------------------------------------------------------------------------------------------------ length


def longest() -> dict[str, keras.Model]:
    sequence, states = keras.Input((1000, 400)), [keras.Input((size,)) for size in (5, 6, 6)]
    masked = layers.Masking()(sequence)
    stacked = layers.RNN(cells(), return_sequences=True, return_state=True, go_backwards=True)
    both = layers.Bidirectional(layers.LSTM(3, return_sequences=True, return_state=True), merge_mode=None)
    inputs = [keras.Input((1000, 100 + place)) for place in range(12)]
    return {
        "stacked cells": keras.Model([sequence, *states], stacked(masked, initial_state=[states[0], states[1:]])),
        "both directions": keras.Model(sequence, both(masked)),
        "many tensors": keras.Model(sequence, ops.unstack(sequence[:, :40], axis=1)),
        "side by side": keras.Model(inputs, layers.Concatenate()(inputs)),
        "causal heads": keras.Model(sequence, layers.MultiHeadAttention(12, 64)(masked, masked, use_causal_mask=True)),
    }


@pytest.mark.parametrize("what", ["stacked cells", "both directions", "many tensors", "side by side", "causal heads"])
def test_no_sentence_is_longer_than_two_lines(what):
    layer = describe(longest()[what]).layers[-1]
    assert max(map(len, layer.says.split(". "))) <= LONGEST_SENTENCE, layer.says
