"""What is shown of the inside of a recurrent layer is what Keras computes: compared with Keras, and with NumPy by hand."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from explorer.catalog import ARCHITECTURES
from explorer.catalog.entries import Sizes
from explorer.models.activations import run
from explorer.models.build import build
from explorer.models.inside import arguments, can_be_looked_into, found_call, look
from explorer.models.recurrence import read
from tests.drawn_inputs import drawn_inputs
from tests.models.recurrence_by_hand import by_hand

SAMPLES, TIMESTEPS, FEATURES, UNITS = 3, 5, 2, 4  # all different, so that a swapped axis shows
KINDS = {"GRU": layers.GRU, "LSTM": layers.LSTM, "SimpleRNN": layers.SimpleRNN}
BOUNDED = ["tanh", "sigmoid", "softsign", "hard_sigmoid"]


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def padded(samples: int = SAMPLES, timesteps: int = TIMESTEPS) -> np.ndarray:
    """Zeros at the start of one sequence, in the middle of another, and at the end of the third."""
    found = numbers(samples, timesteps, FEATURES)
    found[0, 0] = found[1, 2] = found[2, -2:] = 0
    return found


def with_weights(model: keras.Model) -> keras.Model:
    """Biases that are no zeros too."""
    for place, variable in enumerate(model.trainable_variables):
        variable.assign(numbers(*variable.shape, seed=place + 1))
    return model


@st.composite
def recurrent_layers(draw):
    """A kind of layer, its settings, and whether a mask and states come with the sequence."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    chosen = {
        "activation": draw(st.sampled_from([*BOUNDED, "relu", "linear", "elu"])),
        "use_bias": draw(st.booleans()),
        "go_backwards": draw(st.booleans()),
        "return_sequences": draw(st.booleans()),
        "return_state": draw(st.booleans()),
        "unroll": draw(st.booleans()),
        "zero_output_for_mask": draw(st.booleans()),
    }
    if kind != "SimpleRNN":
        chosen["recurrent_activation"] = draw(st.sampled_from(BOUNDED))
    if kind == "GRU":
        chosen["reset_after"] = draw(st.booleans())
    return kind, chosen, draw(st.booleans()), draw(st.booleans())


@settings(max_examples=25)
@given(recurrent_layers())
def test_states_and_gates_are_those_of_keras_and_of_numpy(drawn):
    kind, chosen, masked, started = drawn
    sequence = keras.Input((TIMESTEPS, FEATURES), name="sequence")
    states = [keras.Input((UNITS,)) for _ in range(2 if kind == "LSTM" else 1)] if started else []
    received = layers.Masking(name="mask")(sequence) if masked else sequence
    # Beside initial states Keras takes no mask but one that is given.
    given = {"mask": keras.Input((TIMESTEPS,), dtype="bool")} if masked and started else {}
    layer = KINDS[kind](UNITS, name="memory", **chosen)
    returned = keras.tree.flatten(layer(received, initial_state=states, **given) if started else layer(received, **given))
    model = with_weights(keras.Model([sequence, *states, *given.values()], returned))
    inputs = [padded(), *(numbers(SAMPLES, UNITS, seed=9 + place) for place in range(len(states)))]
    mask = (inputs[0] != 0).any(-1)
    inputs += [mask] * len(given)
    wanted = keras.tree.flatten(model(inputs))
    found = look(model, "memory", inputs)
    _, again = read(layer, *arguments(found_call(model), run(model, inputs)))
    assert len(again) == len(wanted)
    for one, other in zip(again, wanted, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5, rtol=1e-5)
    assert (found.mask is None) is not masked and (not masked or (found.mask == mask).all())
    assert (found.inputs == inputs[0]).all()
    (reading,) = found.directions
    names = ("activation", "recurrent_activation", "reset_after")
    for sample in range(SAMPLES):
        hand = by_hand(
            kind,
            dict(reading.weights),
            inputs[0][sample],
            **{name: chosen[name] for name in names if name in chosen},
            backwards=chosen["go_backwards"],
            mask=mask[sample] if masked else None,
            start=[state[sample] for state in inputs[1 : 1 + len(states)]] if started else None,
        )
        for one, other in zip([found.hidden, found.cell], hand["states"], strict=False):
            np.testing.assert_allclose(one[sample], other, atol=1e-5, rtol=1e-5)
        assert set(found.gates) == set(hand["gates"])
        for name, gate in hand["gates"].items():
            np.testing.assert_allclose(found.gates[name][sample], gate, atol=1e-5, rtol=1e-5)


# Each mode with both kinds of layer, and with every state and the last one.
@pytest.mark.parametrize("mode", ["concat", "sum", "ave", "mul", None])
@pytest.mark.parametrize(("kind", "every"), [("GRU", True), ("LSTM", False)], ids=["GRU, every", "LSTM, last"])
def test_both_directions_of_a_bidirectional_are_those_of_keras(mode, every, kind):
    sequence = keras.Input((TIMESTEPS, FEATURES), name="sequence")
    received = sequence if mode in ("sum", "ave") else layers.Masking(name="mask")(sequence)
    count = 2 if kind == "LSTM" else 1
    states = [keras.Input((UNITS,)) for _ in range(2 * count)] if mode in ("concat", "ave") else []
    inner = KINDS[kind](UNITS, return_sequences=every, return_state=True, bias_initializer="random_normal")
    layer = layers.Bidirectional(inner, merge_mode=mode, name="memory")
    returned = keras.tree.flatten(layer(received, initial_state=states) if states else layer(received))
    model = with_weights(keras.Model([sequence, *states], returned))
    inputs = [padded(), *(numbers(SAMPLES, UNITS, seed=9 + place) for place in range(len(states)))]
    found = look(model, "memory", inputs)
    _, again = read(layer, *arguments(found_call(model), run(model, inputs)))
    for one, other in zip(again, keras.tree.flatten(model(inputs)), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert [each.role for each in found.directions] == ["forward", "backward"]
    assert found.hidden.shape == (SAMPLES, TIMESTEPS, 2 * UNITS)
    assert "backward recurrent_kernel" in found.weights
    for place, reading in enumerate(found.directions):
        own = slice(1 + place * count, 1 + (place + 1) * count)
        hand = by_hand(
            kind,
            dict(reading.weights),
            inputs[0][1],
            backwards=place == 1,
            mask=None if found.mask is None else found.mask[1],
            start=[state[1] for state in inputs[own]] if states else None,
        )
        np.testing.assert_allclose(reading.hidden[1], hand["states"][0], atol=1e-5)
        np.testing.assert_allclose(reading.gates["candidate"][1], hand["gates"]["candidate"], atol=1e-5)


@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("both", [True, False], ids=["both directions", "one direction"])
def test_the_states_of_windows_start_anew_in_each(masked, both):
    windows = keras.Input((4, TIMESTEPS, FEATURES), name="windows")
    received = layers.Masking(name="mask")(windows) if masked else windows
    inner = layers.LSTM(UNITS + 2, return_sequences=True)
    layer = layers.TimeDistributed(layers.Bidirectional(inner) if both else inner, name="memory")
    model = with_weights(keras.Model(windows, layer(received)))
    inputs = padded(4 * SAMPLES).reshape(SAMPLES, 4, TIMESTEPS, FEATURES)
    found = look(model, "memory", inputs)
    assert found.inputs.shape == (SAMPLES, 4 * TIMESTEPS, FEATURES) and found.windows == 4
    # Where a Bidirectional skips a timestep it returns zeros; the state stays.
    returned = found.hidden * found.counts[:, :, None] if both else found.hidden
    np.testing.assert_allclose(returned, np.reshape(model(inputs), found.hidden.shape), atol=1e-5)
    assert found.cell.shape == found.hidden.shape
    assert found.counts.shape == (SAMPLES, 4 * TIMESTEPS) and found.counts.all() is np.bool_(not masked)


def test_a_state_that_another_layer_left_is_where_the_next_one_starts():
    sequence = keras.Input((TIMESTEPS, FEATURES), name="sequence")
    said, *states = layers.LSTM(UNITS, return_sequences=True, return_state=True, name="encoder")(sequence)
    decoder = layers.LSTM(UNITS, return_sequences=True, name="decoder")(said, initial_state=states)
    model = with_weights(keras.Model(sequence, decoder))
    inputs = numbers(SAMPLES, TIMESTEPS, FEATURES)
    assert can_be_looked_into(model) == ["encoder", "decoder"]
    np.testing.assert_allclose(look(model, "decoder", inputs).hidden, model(inputs), atol=1e-5)
    assert look(model, None, inputs).layer == "encoder"


def test_a_shared_layer_is_looked_into_at_each_of_its_calls():
    first, second = keras.Input((TIMESTEPS, FEATURES), name="first"), keras.Input((TIMESTEPS, FEATURES), name="second")
    encoder = layers.RNN(layers.GRUCell(UNITS), name="encoder")
    model = keras.Model([first, second], layers.Subtract(name="answer")([encoder(first), encoder(second)]))
    inputs = [numbers(SAMPLES, TIMESTEPS, FEATURES, seed=seed) for seed in (1, 2)]
    for name, array in zip(("encoder", "encoder (2)"), inputs, strict=True):
        np.testing.assert_allclose(look(model, name, inputs).hidden[:, -1], encoder(array), atol=1e-5)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_can_be_looked_into_or_says_why_not(name):
    sizes = Sizes(timesteps=TIMESTEPS, features=FEATURES, outputs=1, units=UNITS)
    model = build(ARCHITECTURES[name], sizes)
    inputs = drawn_inputs(ARCHITECTURES[name], sizes, SAMPLES)
    able = can_be_looked_into(model)
    for layer in able:
        found = look(model, layer, inputs)
        assert np.isfinite(found.hidden).all() and bool(found.notes()) == found.drops_mask
    if not able:
        with pytest.raises(ValueError, match=r"^The model has no recurrent layer that can be looked into\. Its layers: "):
            look(model, None, inputs)


def test_half_numbers_are_stepped_through_in_halves():
    sequence = keras.Input((TIMESTEPS, FEATURES), name="sequence")
    layer = layers.GRU(UNITS, return_sequences=True, dtype="mixed_bfloat16", name="memory")
    model = keras.Model(sequence, layer(sequence))
    inputs = numbers(SAMPLES, TIMESTEPS, FEATURES)
    found = look(model, "memory", inputs)
    assert found.hidden.dtype == np.float32
    np.testing.assert_allclose(found.hidden, keras.ops.cast(model(inputs), "float32"), atol=0.02)


class OwnGRU(layers.GRU):
    pass


class OwnCell(layers.GRUCell):
    pass


@pytest.mark.parametrize(
    ("layer", "sentence"),
    [
        (lambda: OwnGRU(UNITS, name="one"), "“one” is of a class that is not Keras's own, OwnGRU. What it computes is not"),
        (lambda: layers.RNN(OwnCell(UNITS), name="one"), "“one” has a cell of the class OwnCell. Only those of GRUCell"),
        (
            lambda: layers.RNN([layers.GRUCell(UNITS), layers.GRUCell(3)], name="one"),
            "“one” has a cell of the class StackedRNNCells.",
        ),
        (lambda: layers.GRU(UNITS, stateful=True, name="one"), "“one” keeps its state from batch to batch (stateful=True)"),
        (lambda: layers.Dense(UNITS, name="one"), "“one” is a Dense. It has no hidden state."),
        (
            lambda: layers.TimeDistributed(layers.Dense(UNITS, name="inner"), name="one"),
            "“one” is a TimeDistributed: “inner” is a Dense. It has no hidden state.",
        ),
        (
            lambda: keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), layers.GRU(UNITS)], name="one"),
            "“one” is a model of its own.",
        ),
    ],
)
def test_what_cannot_be_looked_into_gets_a_sentence(layer, sentence):
    _refused(layer(), sentence, sequence=keras.Input(batch_shape=(1, TIMESTEPS, FEATURES), name="sequence"))


def test_windows_of_windows_get_a_sentence():
    layer = layers.TimeDistributed(layers.TimeDistributed(layers.GRU(UNITS)), name="one")
    sequence = keras.Input(batch_shape=(1, TIMESTEPS, FEATURES), name="sequence")
    _refused(layer, "“one” is a TimeDistributed within a TimeDistributed", sequence, (1, 1, FEATURES))


def _refused(layer, sentence, sequence, shape=None):
    memory = layers.GRU(UNITS, name="memory")(sequence)
    received = sequence if shape is None else layers.Reshape((-1, *shape))(sequence)
    model = keras.Model(sequence, [layer(received), memory])
    with pytest.raises(ValueError) as found:
        look(model, "one", numbers(1, TIMESTEPS, FEATURES))
    assert str(found.value).startswith(sentence)
    assert str(found.value).endswith("Recurrent layers that can be looked into: memory.")


def test_convolutional_and_missing_layers_get_a_sentence():
    images = keras.Input((TIMESTEPS, 6, 6, 1), name="images")
    model = keras.Model(images, layers.ConvLSTM2D(2, 3, name="one")(images))
    with pytest.raises(ValueError, match=r"“one” is a ConvLSTM2D\. Its states are not computed here: only those of GRU"):
        look(model, "one", numbers(1, TIMESTEPS, 6, 6, 1))
    with pytest.raises(ValueError, match=r"There is no layer called “nothing”\. The model has no recurrent layer"):
        look(model, "nothing", numbers(1, TIMESTEPS, 6, 6, 1))


def test_a_state_that_is_not_a_number_is_told_with_its_timestep():
    sequence = keras.Input((TIMESTEPS, FEATURES), name="sequence")
    model = keras.Model(sequence, layers.LSTM(UNITS, name="memory")(sequence))
    inputs = numbers(SAMPLES, TIMESTEPS, FEATURES)
    inputs[1, 2] = np.nan
    found = look(model, "memory", inputs)
    assert found.notes(0) == []
    (sentence,) = found.notes(1)
    assert sentence.startswith("The state of “memory” is NaN or infinite at 3 timesteps, the first is 3. Such a number")


def test_a_mask_that_keras_does_not_give_to_the_layer_is_told():
    """Keras 3.15.1 gives a layer that takes several tensors no mask but one that is named."""
    sequence, state = keras.Input((TIMESTEPS, FEATURES), name="sequence"), keras.Input((UNITS,), name="state")
    received = layers.Masking(name="mask")(sequence)
    memory = layers.GRU(UNITS, return_sequences=True, name="memory")(received, initial_state=state)
    model = keras.Model([sequence, state], memory)
    inputs = [padded(), numbers(SAMPLES, UNITS)]
    found = look(model, "memory", inputs)
    np.testing.assert_allclose(found.hidden, model(inputs), atol=1e-5)
    assert found.mask is None and found.counts.all()
    assert found.notes()[0].startswith("A mask comes with the sequence, but Keras does not give it to “memory”")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (np.ones((1, 5, 3)), "has shape (None, 5, 2). Received: (1, 5, 3)"),
        (np.ones((1, 4, 2)), "has shape (None, 5, 2). Received: (1, 4, 2)"),
        (np.ones((0, 5, 2)), "needs at least one sample. Received: none"),
        ("numbers", "must be an array of numbers. Received: 'numbers'"),
        (None, "must be an array of numbers. Received: 'None'"),
        ([[[1.0], [2.0, 3.0]]], "must be an array of numbers"),
        (3.0, "has shape (None, 5, 2). Received: ()"),
    ],
)
def test_inputs_that_do_not_fit_are_refused_in_a_sentence(given, says):
    sequence = keras.Input((5, 2))
    model = keras.Model(sequence, layers.GRU(3)(sequence))
    with pytest.raises(ValueError, match=re.escape(says)):
        look(model, None, given if isinstance(given, np.ndarray) else [given])
