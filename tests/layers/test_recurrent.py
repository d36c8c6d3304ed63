"""Recurrent layers, their cells and ConvLSTM against Keras: sizes and counts, the equations run, what moves along time."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from explorer.keras_internals import mask_of
from explorer.layers.base import rules_for
from explorer.models.activations import outputs
from explorer.shapes.describe_model import describe
from tests.layers.described import checked, held
from tests.layers.drawing import examples

SMALL = st.integers(1, 5)
BOOLEAN = st.booleans()
CELLS = {"GRU": layers.GRUCell, "LSTM": layers.LSTMCell, "SimpleRNN": layers.SimpleRNNCell}
KINDS = {"GRU": layers.GRU, "LSTM": layers.LSTM, "SimpleRNN": layers.SimpleRNN}
drawn = examples(3)


def cell_settings(kind, draw):
    more = {"reset_after": draw(BOOLEAN)} if kind == "GRU" else {}
    activation = draw(st.sampled_from(("tanh", "relu", "linear")))
    return {"units": draw(SMALL), "use_bias": draw(BOOLEAN), "activation": activation, **more}


def returned(draw):
    return {name: draw(BOOLEAN) for name in ("return_sequences", "return_state", "go_backwards")}


def of_one_sequence(layer, steps, features):
    sequence = keras.Input((steps, features), name="sequence")
    return keras.Model(sequence, keras.tree.flatten(layer(sequence)))


@st.composite
def plain(draw):
    kind = draw(st.sampled_from(sorted(KINDS)))
    return KINDS[kind](**cell_settings(kind, draw), **returned(draw))


@st.composite
def cell(draw):
    kind = draw(st.sampled_from(sorted(CELLS)))
    return CELLS[kind](**cell_settings(kind, draw))


@st.composite
def with_cell(draw):
    return layers.RNN(draw(cell()), **returned(draw))


@st.composite
def with_stack(draw):
    return layers.RNN(draw(st.lists(cell(), min_size=1, max_size=3)), **returned(draw))


@st.composite
def both_ways(draw):
    inner = draw(st.one_of(plain(), with_cell(), with_stack()))
    inner.go_backwards = False
    again = type(inner).from_config(inner.get_config())
    return layers.Bidirectional(again, merge_mode=draw(st.sampled_from(("concat", "sum", "ave", "mul", None))))


@pytest.mark.parametrize("layer", [plain(), with_cell(), with_stack(), both_ways()], ids=["plain", "RNN", "stack", "both"])
@drawn
@given(data=st.data())
def test_sizes_and_counts_are_those_of_keras(layer, data):
    model = of_one_sequence(data.draw(layer), data.draw(st.integers(1, 9)), data.draw(SMALL))
    # A layer that ends the model has outputs, and one with another behind it has units: both are named.
    (found,) = checked(model).layers
    assert all(axis in ("batch", "timesteps", "units", "outputs") for axes in found.axes_out for axis in axes)
    behind = [layers.Dense(2)(tensor) for tensor in model.outputs]
    first = checked(keras.Model(model.inputs, behind)).layers[0]
    assert all(axes[-1] == "units" for axes in first.axes_out)


@drawn
@given(cell(), st.integers(1, 6), SMALL, st.integers(0, 1000))
def test_an_rnn_is_told_as_the_plain_layer_of_its_cell(made, steps, features, seed):
    name = type(made).__name__.removesuffix("Cell")
    config = {key: value for key, value in made.get_config().items() if key in KINDS[name](1).get_config()}
    plain_layer = KINDS[name].from_config(config | {"name": "plain"})
    rnn, same = (checked(of_one_sequence(each, steps, features)).layers[0] for each in (layers.RNN(made), plain_layer))
    assert (rnn.equation, rnn.weights, rnn.parameters, rnn.flow) == (same.equation, same.weights, same.parameters, same.flow)
    assert rnn.does.replace(f" with {'an' if name == 'LSTM' else 'a'} {name}Cell", "") == same.does


def run(equation, weights, x, states, conv=None):
    """The lines as Python: what they make of a vector (or an image) and the states, by their letters."""
    values = {"σ": lambda each: 1 / (1 + np.exp(-each)), "tanh": np.tanh, "relu": lambda each: np.maximum(each, 0)}
    values |= {"x": x, **states, **weights, "conv": conv}
    for line in equation:
        code = line.replace("·", "@").replace("∗", "*").replace("−", "-").replace("\u0303", "_new").replace("'", "_next")
        name, term = code.split(" = ", 1)
        values[name] = eval(term, {}, values)
    return {letter: values[f"{letter}_next"] for letter in states}


def parted(weights, letters):
    """The arrays as the equation calls them: a part for each gate, and both biases of a GRU."""
    found = {}
    for name, array in weights.items():
        if not letters:
            found[name] = array
            continue
        for letter, part in zip(letters, np.split(array, len(letters), axis=-1), strict=True):
            letter = letter.replace("\u0303", "")
            if name == "bias" and part.ndim == 2:
                found[f"bias_{letter}"], found[f"recurrent_bias_{letter}"] = part
            else:
                found[f"{name}_{letter}"] = part
    return found


def scattered(layer, seed):
    """A layer whose weights are all random, the biases too, so that no term of an equation is nothing."""
    random = np.random.default_rng(seed)
    layer.set_weights([random.normal(0, 0.5, array.shape) for array in layer.get_weights()])
    return random


@drawn
@given(st.one_of(plain(), with_cell()), st.integers(1, 6), SMALL, st.integers(0, 1000))
def test_the_equation_computes_what_keras_does(layer, steps, features, seed):
    layer.return_sequences = layer.return_state = True
    layer.go_backwards = False
    layer = type(layer).from_config(layer.get_config())
    model = of_one_sequence(layer, steps, features)
    random = scattered(layer, seed)
    sequence = random.normal(size=(1, steps, features)).astype("float32")
    (found,) = describe(model).layers
    weights = parted({each.name: each.numpy() for each in layer.weights}, found.weights[0].letters)
    letters = "hc" if "c'" in " ".join(found.equation) else "h"
    states = {letter: np.zeros((1, layer.cell.units)) for letter in letters}
    every = []
    for step in range(steps):
        states = run(found.equation, weights, sequence[:, step], states)
        every.append(states["h"])
    # The hidden state of every timestep, then the last hidden state, and of an LSTM the cell state after it.
    for one, other in zip(model(sequence), [np.stack(every, axis=1), *states.values()], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)
    # The numbers that are drawn are Keras's.
    np.testing.assert_allclose(outputs(model, sequence)[0][layer.name], model(sequence)[0], rtol=1e-3, atol=1e-4)


def moved(model, shape, step, seed):
    """Which timesteps of the first output change with one timestep of the input."""
    random = np.random.default_rng(seed)
    before = random.normal(size=(1, *shape)).astype("float32")
    after = before.copy()
    after[:, step] += 1
    one, other = (np.asarray(keras.tree.flatten(model(each))[0])[0] for each in (before, after))
    return np.flatnonzero(np.abs(one - other).reshape(len(one), -1).max(axis=1) > 1e-7)


@drawn
@given(st.one_of(plain(), with_cell(), with_stack()), st.integers(2, 6), st.data())
def test_a_state_runs_along_time_and_the_last_one_has_read_everything(layer, steps, data):
    step = data.draw(st.integers(0, steps - 1))
    for cell in getattr(layer.cell, "cells", [layer.cell]):
        cell.activation = keras.activations.tanh
    model = of_one_sequence(layer, steps, 3)
    scattered(layer, 0)
    (found,) = describe(model).layers
    assert found.flow == ("along" if layer.return_sequences else "last")
    changed = moved(model, (steps, 3), step, 1)
    if not layer.return_sequences:
        return
    first = steps - 1 - step if layer.go_backwards else step
    assert set(changed) <= set(range(first, steps))
    assert first in changed
    assert ("from the last to the first" in found.does) == layer.go_backwards


IMAGES = {"ConvLSTM1D": 1, "ConvLSTM2D": 2, "ConvLSTM3D": 3}


@st.composite
def images(draw, name):
    number = IMAGES[name]
    kernel = draw(st.tuples(*[st.integers(1, 3)] * number))
    strides, dilation = draw(st.tuples(*[st.integers(1, 2)] * number)), (1,) * number
    if draw(BOOLEAN):
        strides, dilation = dilation, strides
    padding = draw(st.sampled_from(("valid", "same")))
    more = {"strides": strides, "dilation_rate": dilation, "padding": padding, "use_bias": draw(BOOLEAN)}
    return getattr(layers, name)(draw(SMALL), kernel, **more, **returned(draw))


@pytest.mark.parametrize("name", IMAGES)
@drawn
@given(data=st.data())
def test_convlstm_has_the_sizes_and_counts_of_keras(name, data):
    layer = data.draw(images(name))
    shape = data.draw(st.tuples(*[st.integers(5, 7)] * IMAGES[name]))
    sequence = keras.Input((data.draw(st.integers(1, 3)), *shape, data.draw(SMALL)))
    model = keras.Model(sequence, keras.tree.flatten(layer(sequence)))
    (found,) = checked(model).layers
    places = {1: ("rows",), 2: ("rows", "columns"), 3: ("depth", "rows", "columns")}[IMAGES[name]]
    assert found.axes_in == (("batch", "timesteps", *places, "channels"),)
    steps = ("timesteps",) if layer.return_sequences else ()
    assert found.axes_out[0] == ("batch", *steps, *places, "outputs")
    assert found.flow == ("along" if layer.return_sequences else "last")
    assert all(axes == ("batch", *places, "outputs") for axes in found.axes_out[1:])


@pytest.mark.parametrize("mode", ["concat", "sum", None])
def test_convlstm_reads_both_ways(mode):
    images = keras.Input((4, 6, 5, 3))
    both = layers.Bidirectional(layers.ConvLSTM2D(2, 3, return_sequences=True), merge_mode=mode)
    (found,) = checked(keras.Model(images, keras.tree.flatten(both(images)))).layers
    assert found.flow == "both"
    assert found.axes_out[0] == ("batch", "timesteps", "rows", "columns", "outputs")


@pytest.mark.parametrize("bias", [True, False])
def test_the_equation_of_convlstm_computes_what_keras_does(bias):
    layer = layers.ConvLSTM2D(2, 3, return_sequences=True, return_state=True, use_bias=bias)
    sequence = keras.Input((4, 6, 5, 3))
    model = keras.Model(sequence, keras.tree.flatten(layer(sequence)))
    random = scattered(layer, 3)
    images = random.normal(size=(1, 4, 6, 5, 3)).astype("float32")
    (found,) = describe(model).layers
    weights = parted({each.name: each.numpy() for each in layer.weights}, found.weights[0].letters)

    def conv(read, kernel):
        padding = "valid" if read.shape[-1] == 3 else "same"
        return np.asarray(keras.ops.conv(read.astype("float32"), kernel, padding=padding))

    states = {letter: np.zeros((1, 4, 3, 2)) for letter in "hc"}
    every = []
    for step in range(4):
        states = run(found.equation, weights, images[:, step], states, conv)
        every.append(states["h"])
    for one, other in zip(model(images), [np.stack(every, axis=1), states["h"], states["c"]], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    "said",
    [
        (layers.LSTM(3, return_state=True), "its last hidden state and last cell state separately"),
        (layers.GRU(3, return_state=True), "it also returns its last hidden state separately"),
        (layers.Bidirectional(layers.LSTM(3, return_state=True)), "the last hidden and cell states of each direction"),
        (layers.Bidirectional(layers.GRU(3, return_state=True)), "the last hidden states of each direction"),
        (layers.RNN([layers.GRUCell(3), layers.LSTMCell(2)], return_state=True), "the last states of each cell"),
    ],
)
def test_the_states_that_are_returned_are_named(said):
    layer, words = said
    (found,) = describe(of_one_sequence(type(layer).from_config(layer.get_config()), 4, 2)).layers
    assert words in found.does
    (without,) = describe(of_one_sequence(layers.LSTM(3), 4, 2)).layers
    assert "cell state" not in without.does


def test_a_stack_of_cells_is_held_cell_by_cell():
    layer = layers.RNN([layers.GRUCell(4), layers.LSTMCell(5)], return_sequences=True)
    (found,) = describe(of_one_sequence(layer, 20, 3)).layers
    assert found.equation == ("h1' = GRUCell(x, h1)", "h2' = LSTMCell(h1', h2, c2)")
    assert [(each.role, each.type, each.output) for each in found.inside] == [
        ("cell 1", "GRUCell", ((None, 4),)),
        ("cell 2", "LSTMCell", ((None, 5),)),
    ]
    assert [weight.name for weight in found.weights][:2] == ["cell 1 kernel", "cell 1 recurrent_kernel"]
    assert "returns the hidden state of cell 2 at all 20 timesteps" in found.does


@keras.saving.register_keras_serializable("tests")
class OwnCell(layers.GRUCell):
    def call(self, inputs, states, training=False):
        output, states = super().call(inputs, states, training=training)
        return -output, states


class OwnGRU(layers.GRU):
    pass


@pytest.mark.parametrize(
    "layer",
    [
        lambda: layers.RNN(OwnCell(3), return_sequences=True),
        lambda: layers.RNN([layers.GRUCell(2), OwnCell(3)], return_sequences=True),
        lambda: OwnGRU(3, return_sequences=True),
        lambda: layers.Bidirectional(layers.RNN(OwnCell(3), return_sequences=True), merge_mode="sum"),
    ],
)
def test_a_cell_of_one_s_own_is_not_known(layer):
    (found,) = describe(of_one_sequence(layer(), 4, 2)).layers
    assert not found.explained
    assert (found.equation, found.flow, found.counted) == ((), "unknown", None)
    assert found.does == "takes (batch, 4, 2) and returns (batch, 4, 3)"
    assert found.axes_out == (("batch", "axis 1", "axis 2"),)


def test_channels_first_is_not_known():
    sequence = keras.Input((4, 3, 6))
    layer = layers.ConvLSTM1D(2, 1, data_format="channels_first", return_sequences=True)
    (found,) = describe(keras.Model(sequence, layer(sequence))).layers
    assert not found.explained
    assert (found.equation, found.flow, found.counted) == ((), "unknown", None)


def test_cells_that_are_called_alone_are_told_too():
    vector, h, c = keras.Input((5,)), keras.Input((4,)), keras.Input((4,))
    for cell, states in ((layers.LSTMCell(4), [h, c]), (layers.GRUCell(4), [h]), (layers.SimpleRNNCell(4), [h])):
        model = keras.Model([vector, *states], keras.tree.flatten(cell(vector, states)))
        (found,) = checked(model).layers
        assert found.flow == "none"
        assert ("cell state" in found.does) == (len(states) == 2)
    stack = layers.StackedRNNCells([layers.GRUCell(4), layers.SimpleRNNCell(4)])
    (found,) = checked(keras.Model([vector, h, c], keras.tree.flatten(stack(vector, [h, c])))).layers
    assert [each.type for each in held(found.inside)] == ["GRUCell", "SimpleRNNCell"]


def test_masks_and_a_first_state_are_told():
    sequence = keras.Input((None, 3))
    masked = layers.Masking()(sequence)
    state = layers.Dense(4)(layers.GlobalAveragePooling1D()(sequence))
    layer = layers.RNN(layers.GRUCell(4))
    found = describe(keras.Model(sequence, layer(masked, initial_state=[state]))).layers[-1]
    assert "starting from the state it is given" in found.does
    # Keras gives a layer that starts from a state no mask but one that is named.
    assert "skip" not in found.does
    found = describe(keras.Model(sequence, layer(masked, initial_state=[state], mask=mask_of(masked)))).layers[-1]
    assert "skipping masked timesteps" in found.does


def test_rules_are_found_for_every_cell():
    for cell in (*CELLS.values(), layers.StackedRNNCells):
        made = cell([layers.GRUCell(2)]) if cell is layers.StackedRNNCells else cell(2)
        assert rules_for(made).family == "recurrent cell"
