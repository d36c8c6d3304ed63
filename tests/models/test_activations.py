"""The numbers that are drawn are those that Keras computes."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from explorer.catalog import ARCHITECTURES
from explorer.catalog.entries import Sizes
from explorer.models.activations import PARTS, grid, outputs, values
from explorer.models.build import build
from explorer.models.carried import carried_states
from explorer.shapes.describe_model import describe
from explorer.tensors.grid import LONGEST
from tests.drawn_inputs import drawn_inputs, padded

# All different, so that a swapped axis shows; the batch of those that fix it is one sequence.
SIZES = Sizes(timesteps=5, features=2, outputs=3, units=6, batch=1)


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)


def by_keras(model: keras.Model, inputs: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Every layer's outputs, from Keras' own functional model: "memory", and "memory/1" for its first state."""
    for state in carried_states(model):
        state.assign(np.zeros(state.shape))
    named = {
        f"{layer.name}/{place}" if place else layer.name: tensor
        for layer in model.layers
        for place, tensor in enumerate(keras.tree.flatten(layer.output))
    }
    found = keras.Model(model.inputs, list(named.values()))([array[:1] for array in inputs])
    return dict(zip(named, map(np.asarray, found), strict=True))


def agree(model: keras.Model, inputs: list[np.ndarray]) -> None:
    found, wanted = outputs(model, inputs)[0], by_keras(model, inputs)
    assert set(found) == set(wanted)
    for name, value in wanted.items():
        assert found[name].shape == value.shape, name
        assert found[name] == pytest.approx(value, abs=2e-6), name


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_values_of_every_architecture_are_those_of_keras(name):
    model = build(ARCHITECTURES[name], SIZES, seed=3)
    inputs = drawn_inputs(ARCHITECTURES[name], SIZES, 2)
    agree(model, inputs)
    if any(layer.mask.deeds for layer in describe(model).layers):
        agree(model, padded(inputs))


RECURRENT = {
    "GRU": lambda: layers.GRU(4, return_sequences=True, bias_initializer="random_normal"),
    "GRU before": lambda: layers.GRU(4, reset_after=False, bias_initializer="random_normal"),
    "GRU without bias": lambda: layers.GRU(4, use_bias=False),
    "GRU of other activations": lambda: layers.GRU(4, activation="relu", recurrent_activation="hard_sigmoid"),
    "LSTM": lambda: layers.LSTM(4, return_sequences=True, bias_initializer="random_normal"),
    "LSTM of other activations": lambda: layers.LSTM(4, activation="linear", recurrent_activation="tanh"),
    "SimpleRNN": lambda: layers.SimpleRNN(4, return_sequences=True, bias_initializer="random_normal"),
    "backwards": lambda: layers.LSTM(4, return_sequences=True, go_backwards=True),
    "with states": lambda: layers.LSTM(4, return_sequences=True, return_state=True),
    "with dropout": lambda: layers.GRU(4, dropout=0.5, recurrent_dropout=0.5),
    "own cell": lambda: layers.RNN(layers.GRUCell(4), return_sequences=True),
    **{
        f"both ways, {mode}, {'every' if every else 'last'}": lambda mode=mode, every=every: layers.Bidirectional(
            layers.LSTM(4, return_sequences=every), merge_mode=mode
        )
        for mode in ("concat", "sum", "ave", "mul", None)
        for every in (True, False)
    },
    "both ways with states": lambda: layers.Bidirectional(layers.GRU(4, return_sequences=True, return_state=True)),
}


@pytest.mark.parametrize("masked", [False, True], ids=["open", "masked"])
@pytest.mark.parametrize("name", RECURRENT)
def test_a_recurrent_layer_is_stepped_through_as_keras_does(name, masked):
    sequence = keras.Input((6, 3), name="sequence")
    heard = layers.Masking(name="mask")(sequence) if masked else sequence
    returned = keras.tree.flatten(RECURRENT[name]()(heard))
    # Something reads the first output, so that its mask is seen as well.
    if len(returned[0].shape) == 3:
        returned[0] = layers.GlobalAveragePooling1D(name="mean")(returned[0])
    inputs = numbers(2, 6, 3)
    inputs[0, [0, 3, 5]] = 0
    agree(keras.Model(sequence, returned), [inputs])


def test_a_state_that_is_handed_on_starts_the_next_layer():
    sequence = keras.Input((6, 3), name="sequence")
    said, *states = layers.LSTM(4, return_sequences=True, return_state=True, name="encoder")(sequence)
    decoder = layers.LSTM(4, name="decoder")(said, initial_state=states)
    agree(keras.Model(sequence, decoder), [numbers(2, 6, 3)])


def test_beside_states_to_start_from_keras_gives_a_layer_no_mask_that_travels():
    sequence, state = keras.Input((6, 3), name="sequence"), keras.Input((4,), name="state")
    received = layers.Masking(name="mask")(sequence)
    memory = layers.GRU(4, return_sequences=True, name="memory")(received, initial_state=state)
    inputs = [numbers(2, 6, 3), numbers(2, 4)]
    inputs[0][0, [0, 3, 5]] = 0
    # The mask travels on.
    agree(keras.Model([sequence, state], layers.GlobalAveragePooling1D(name="mean")(memory)), inputs)


@pytest.mark.parametrize("kind", [layers.GRU, layers.LSTM])
def test_a_state_that_is_kept_goes_on_in_the_next_batch_as_in_keras(kind):
    sequence = keras.Input(batch_shape=(1, 6, 3), name="sequence")
    memory = kind(4, return_sequences=True, stateful=True, name="memory")(layers.Masking(name="mask")(sequence))
    model = keras.Model(sequence, layers.GlobalAveragePooling1D(name="mean")(memory))
    batches = [numbers(1, 6, 3), numbers(1, 6, 3) / 2]
    batches[0][0, [0, 3, 5]] = 0
    wanted = [np.asarray(model(batch)) for batch in batches]
    kept = [np.asarray(state) for state in carried_states(model)]
    for state in carried_states(model):
        state.assign(np.zeros(state.shape))
    for batch, mean in zip(batches, wanted, strict=True):
        assert outputs(model, batch).tensors["mean"] == pytest.approx(mean, abs=2e-6)
    for state, last in zip(carried_states(model), kept, strict=True):
        assert np.asarray(state) == pytest.approx(last, abs=2e-6)


def test_a_batch_that_is_none_for_the_states_that_are_kept_is_refused_by_keras():
    sequence = keras.Input(batch_shape=(2, 6, 3), name="sequence")
    model = keras.Model(sequence, layers.GRU(4, stateful=True, name="memory")(sequence))
    with pytest.raises(ValueError, match="If an RNN is stateful, the batch size of the input sequences must be the same"):
        outputs(model, numbers(2, 6, 3))


def test_layers_that_have_no_short_way_are_called_as_they_are():
    sequence = keras.Input((6, 3), name="sequence")
    heard = layers.Conv1D(4, 3, padding="causal", name="heard")(sequence)
    heard = layers.BatchNormalization(name="even")(layers.Dropout(0.5, name="dropped")(heard))
    heard = layers.MultiHeadAttention(2, 3, name="looked")(heard, heard)
    agree(keras.Model(sequence, layers.Flatten(name="flat")(heard)), [numbers(2, 6, 3)])


def test_words_are_looked_up_and_their_padding_is_masked():
    words = keras.Input((6,), dtype="int32", name="words")
    looked = layers.Embedding(9, 3, mask_zero=True, name="looked")(words)
    agree(keras.Model(words, layers.GRU(4, name="memory")(looked)), [np.array([[3, 1, 8, 2, 0, 0]], np.int32)])


def test_wrapped_and_nested_models_are_run_through():
    inner = keras.Sequential([keras.Input((5, 2)), layers.GRU(4, return_sequences=True), layers.Dense(3)], name="inner")
    windows = keras.Input((4, 5, 2), name="windows")
    wrapped = layers.TimeDistributed(inner, name="wrapped")(windows)
    agree(keras.Model(windows, layers.Dense(1, name="answer")(wrapped)), [numbers(2, 4, 5, 2)])
    sequence = keras.Input((5, 2), name="sequence")
    agree(keras.Model(sequence, layers.Dense(1, name="answer")(inner(sequence))), [numbers(2, 5, 2)])


def test_a_shared_layer_has_the_numbers_of_each_of_its_calls():
    first, second = keras.Input((5, 2), name="first"), keras.Input((5, 2), name="second")
    encoder = layers.GRU(4, name="encoder")
    model = keras.Model([first, second], layers.Subtract(name="answer")([encoder(first), encoder(second)]))
    one, two = numbers(1, 5, 2), numbers(1, 5, 2) / 2
    found = outputs(model, [one, two]).tensors
    assert found["encoder"] == pytest.approx(np.asarray(encoder(one)), abs=1e-6)
    assert found["encoder (2)"] == pytest.approx(np.asarray(encoder(two)), abs=1e-6)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_source_and_layer_has_a_grid_of_its_shape(name):
    model = build(ARCHITECTURES[name], SIZES)
    found = values(model, drawn_inputs(ARCHITECTURES[name], SIZES, 1))
    described = describe(model)
    assert list(found) == [each.name for each in (*described.sources, *described.layers)]
    axes = {each.name: each.axes for each in described.sources} | {each.name: each.axes_out[0] for each in described.layers}
    tensors = [*((each.name, each.shape) for each in described.sources), *((e.name, e.output[0]) for e in described.layers)]
    for name, (_, *places) in tensors:
        # A symbol is one number at each timestep.
        of_rows = places.pop() if len(places) > 1 or "timesteps" not in axes[name] else 1
        of_columns = int(np.prod(places))
        numbers_of = found[name]
        assert (numbers_of.of_rows, numbers_of.of_columns) == (of_rows, of_columns)
        assert np.shape(numbers_of.numbers) == (numbers_of.rows, numbers_of.columns)
        assert (numbers_of.rows, numbers_of.columns) == (min(of_rows, LONGEST), min(of_columns, LONGEST))
        assert all(type(value) is int and -PARTS <= value <= PARTS for row in numbers_of.numbers for value in row)
        assert np.abs(numbers_of.numbers).max() == PARTS


@pytest.mark.parametrize("name", ["gru_every_step", "two_streams", "gru_once"])
def test_the_numbers_of_a_grid_are_those_of_keras_with_their_signs(name):
    model = build(ARCHITECTURES[name], SIZES, seed=3)
    inputs = [numbers(1, *shape[1:]) for shape in ARCHITECTURES[name].input_shapes(SIZES)]
    found = values(model, inputs)
    for layer, value in by_keras(model, inputs).items():
        if layer in found:
            back = np.array(found[layer].numbers) / PARTS * found[layer].largest
            assert back == pytest.approx(value.reshape(-1, value.shape[-1]).T, abs=found[layer].largest / PARTS)


def test_a_grid_has_the_last_axis_as_rows_and_the_steps_as_columns():
    sequence = np.array([-127.0, 1, 2, 3, 4, 127]).reshape(1, 3, 2)
    axes = ("batch", "timesteps", "features")
    assert grid(sequence, axes).numbers == ((-127, 2, 4), (1, 3, 127))
    assert grid(sequence[:, 0], ("batch", "features")).numbers == ((-127,), (1,))
    assert grid(sequence[:, :, 0] / 2, ("batch", "timesteps")).numbers == ((-127, 2, 4),)
    assert grid(sequence[:, 0, 0], ("batch",)).numbers == ((-127,),)
    assert grid(sequence / 2, axes).largest == 63.5


def test_windows_lie_side_by_side():
    windows = np.arange(12.0).reshape(1, 2, 3, 2)
    rows = grid(windows, ("batch", "windows", "timesteps", "features")).numbers
    assert np.shape(rows) == (2, 6)
    assert list(rows[0]) == sorted(rows[0])


def test_a_large_tensor_is_picked_from_evenly_first_and_last_included():
    sequence = np.arange(200.0 * 64).reshape(1, 200, 64)
    found = grid(sequence, ("batch", "timesteps", "features"))
    assert np.shape(found.numbers) == (32, 32)
    assert (found.of_rows, found.of_columns) == (64, 200)
    assert (found.numbers[0][0], found.numbers[-1][-1]) == (0, PARTS)
    steps = np.diff(found.numbers[0])
    assert steps.max() - steps.min() <= 2


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, -np.inf])
def test_a_tensor_without_numbers_is_a_grid_of_zeros(value):
    found = grid(np.full((1, 2, 2), value), ("batch", "timesteps", "features"))
    assert (found.numbers, found.largest) == (((0, 0), (0, 0)), 0)


def test_one_array_may_come_alone():
    model = build(ARCHITECTURES["gru_every_step"], SIZES)
    array = numbers(4, 5, 2)
    assert values(model, array) == values(model, [array]) == values(model, (array[:1],))


def test_inputs_that_do_not_fit_are_refused():
    model = build(ARCHITECTURES["two_streams"], SIZES)
    with pytest.raises(ValueError, match=r"takes 2 inputs\. Received: 1"):
        values(model, [numbers(1, 5, 2)])
    with pytest.raises(ValueError, match=r"'second_sequence' has shape"):
        values(model, [numbers(1, 5, 2), numbers(1, 5)])
