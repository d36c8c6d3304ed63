"""The gradient through time is that of finite differences, in float64: by Keras's own model, and by NumPy."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from explorer.models import through_time
from explorer.models.inside import look
from explorer.models.through_time import gradient
from tests.models.recurrence_by_hand import by_hand

SAMPLES, TIMESTEPS, FEATURES, UNITS, OUTPUTS = 2, 5, 3, 4, 6  # all different, so that a swapped axis shows
STEP = 1e-6


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, shape)


def double(kind, *sizes, **chosen):
    return kind(*sizes, dtype="float64", **chosen)


def answers(tensor, every_step: bool):
    dense = double(layers.Dense, OUTPUTS, name="answer")
    return (double(layers.TimeDistributed, dense) if every_step else dense)(tensor)


def plain(kind, **chosen):
    sequence = keras.Input((TIMESTEPS, FEATURES), dtype="float64", name="sequence")
    memory = double(kind, UNITS, bias_initializer="random_normal", name="memory", **chosen)(sequence)
    return keras.Model(sequence, answers(memory, chosen.get("return_sequences", False)))


def masked():
    sequence = keras.Input((TIMESTEPS, FEATURES), dtype="float64", name="sequence")
    received = double(layers.Masking)(sequence)
    memory = double(layers.GRU, UNITS, return_sequences=True, name="memory")(received)
    return keras.Model(sequence, double(layers.Dense, OUTPUTS)(memory))


def stacked():
    """Below a Bidirectional layer."""
    sequence = keras.Input((TIMESTEPS, FEATURES), dtype="float64", name="sequence")
    memory = double(layers.LSTM, UNITS, return_sequences=True, name="memory")(sequence)
    above = double(layers.Bidirectional, double(layers.GRU, 3, return_sequences=True), name="above")(memory)
    return keras.Model(sequence, answers(above, True))


def both_ways():
    sequence = keras.Input((TIMESTEPS, FEATURES), dtype="float64", name="sequence")
    inner = double(layers.LSTM, UNITS, return_sequences=True)
    memory = double(layers.Bidirectional, inner, merge_mode="mul", name="memory")(sequence)
    return keras.Model(sequence, answers(memory, True))


def windows():
    sequence = keras.Input((2, TIMESTEPS, FEATURES), dtype="float64", name="sequence")
    memory = double(layers.TimeDistributed, double(layers.SimpleRNN, UNITS), name="memory")(sequence)
    return keras.Model(sequence, answers(double(layers.GlobalAveragePooling1D)(memory), False))


MODELS = {
    "GRU": (lambda: plain(layers.GRU, return_sequences=True), None),
    "GRU, a chosen timestep": (lambda: plain(layers.GRU, return_sequences=True, reset_after=False), 3),
    "LSTM, once": (lambda: plain(layers.LSTM), None),
    "SimpleRNN backwards": (lambda: plain(layers.SimpleRNN, return_sequences=True, go_backwards=True), 2),
    "masked": (masked, None),
    "stacked": (stacked, 4),
    "both ways": (both_ways, 2),
    "windows": (windows, None),
}


def loss_of(output: np.ndarray, targets: np.ndarray, at: int | None) -> np.ndarray:
    """The mean squared error of each sample, at one timestep (from 1), or of the one output."""
    errors = (output - targets) ** 2 if at is None else (output[:, at - 1] - targets[:, at - 1]) ** 2
    return errors.mean(-1)


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_of_the_inputs_is_that_of_finite_differences(name):
    make, timestep = MODELS[name]
    model = make()
    inputs = numbers(SAMPLES, *model.input_shape[1:])
    targets = numbers(SAMPLES, *model.output_shape[1:], seed=1)
    last = TIMESTEPS
    if name == "masked":
        inputs[:, -1] = inputs[:, 2] = 0
        last = TIMESTEPS - 1
    found = gradient(model, "memory", inputs, targets, "mse", timestep)
    at = None if len(model.output_shape) == 2 else timestep or last
    assert found.timesteps is None if at is None else (found.timesteps == at).all()
    np.testing.assert_allclose(found.loss, loss_of(np.asarray(model(inputs)), targets, at), rtol=1e-9)
    for sample in range(SAMPLES):
        one = inputs[sample]
        moved = STEP * np.eye(one.size).reshape(one.size, *one.shape)
        pushed = np.concatenate([one + moved, one - moved])
        if name == "masked":
            pushed[:, (one == 0).all(-1)] = 0  # Masking would take what is moved for a timestep that counts
        losses = loss_of(np.asarray(model(pushed)), targets[sample][None].repeat(len(pushed), 0), at)
        slopes = (losses[: one.size] - losses[one.size :]) / (2 * STEP)
        wanted = np.linalg.norm(slopes.reshape(-1, FEATURES), axis=-1)
        np.testing.assert_allclose(found.inputs[sample], wanted, atol=1e-8, rtol=1e-6)
        assert wanted.max() > 1e-4


@pytest.mark.parametrize("kind", ["GRU", "LSTM", "SimpleRNN"])
@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
def test_the_gradient_of_the_states_is_that_of_finite_differences(kind, backwards):
    """Every state is moved by hand, in the recurrence as NumPy computes it."""
    sequence = keras.Input((TIMESTEPS, FEATURES), dtype="float64", name="sequence")
    mask = keras.Input((TIMESTEPS,), dtype="bool", name="mask")
    layer = double(getattr(layers, kind), UNITS, go_backwards=backwards, name="memory")
    model = keras.Model([sequence, mask], double(layers.Dense, OUTPUTS, name="answer")(layer(sequence, mask=mask)))
    inputs, targets = numbers(SAMPLES, TIMESTEPS, FEATURES), numbers(SAMPLES, OUTPUTS, seed=1)
    counts = np.array([[True, True, False, True, True], [False, True, True, False, False]])
    found = gradient(model, "memory", [inputs, counts], targets, "mse")
    weights = dict(look(model, "memory", [inputs, counts]).weights)
    kernel, bias = (np.asarray(each) for each in model.get_layer("answer").get_weights())
    states = 2 if kind == "LSTM" else 1

    def loss(sample: int, added: np.ndarray) -> float:
        hand = by_hand(kind, weights, inputs[sample], backwards=backwards, mask=counts[sample], added=added)
        output = hand["states"][0][0 if backwards else -1] @ kernel + bias
        return float(((output - targets[sample]) ** 2).mean())

    for sample in range(SAMPLES):
        slopes = np.zeros((states, TIMESTEPS, UNITS))
        for place in np.ndindex(slopes.shape):
            added = np.zeros_like(slopes)
            added[place] = STEP
            slopes[place] = (loss(sample, added) - loss(sample, -added)) / (2 * STEP)
        wanted = np.sqrt((slopes**2).sum(axis=(0, 2)))
        np.testing.assert_allclose(found.state[sample], wanted, atol=1e-8, rtol=1e-6)


def test_later_timesteps_than_the_chosen_one_have_no_gradient():
    found = gradient(
        plain(layers.GRU, return_sequences=True), None, numbers(1, TIMESTEPS, FEATURES), np.zeros((1, 5, 6)), "mse", 3
    )
    assert (found.inputs[0, 3:] == 0).all() and (found.inputs[0, :3] > 0).all()
    assert (found.state[0, 3:] == 0).all() and (found.state[0, :3] > 0).all()
    assert set(found.states) == {""}


def test_both_directions_have_a_gradient_of_their_own():
    found = gradient(both_ways(), None, numbers(1, TIMESTEPS, FEATURES), np.zeros((1, TIMESTEPS, OUTPUTS)), "mse", 2)
    assert (found.states["forward"][0] > 0).tolist() == [True, True, False, False, False]
    assert (found.states["backward"][0] > 0).tolist() == [False, True, True, True, True]
    np.testing.assert_allclose(found.state**2, sum(each**2 for each in found.states.values()))


def test_what_goes_around_the_layer_does_not_count():
    sequence = keras.Input((TIMESTEPS, FEATURES), dtype="float64", name="sequence")
    memory = double(layers.GRU, FEATURES, return_sequences=True, name="memory")(sequence)
    model = keras.Model(sequence, double(layers.Add)([memory, sequence]))
    inputs = numbers(1, TIMESTEPS, FEATURES)
    # Without any weight of the layer only the way around is left.
    for variable in model.trainable_variables:
        variable.assign(variable * 0)
    found = gradient(model, None, inputs, np.zeros((1, TIMESTEPS, FEATURES)), "mse")
    assert (found.inputs == 0).all() and found.loss[0] == pytest.approx(np.square(inputs[0, -1]).mean())


def test_class_numbers_have_a_gradient_too():
    sequence = keras.Input((TIMESTEPS, FEATURES), dtype="float64", name="sequence")
    memory = double(layers.GRU, UNITS, return_sequences=True, name="memory")(sequence)
    model = keras.Model(sequence, double(layers.Dense, OUTPUTS, activation="softmax")(memory))
    inputs, classes = numbers(1, TIMESTEPS, FEATURES), np.array([[0, 3, 1, 5, 2]])
    found = gradient(model, None, inputs, classes, "sparse_categorical_crossentropy")
    assert found.loss == pytest.approx(-np.log(np.asarray(model(inputs))[0, -1, 2]))
    assert (found.inputs > 0).all()


@pytest.mark.parametrize("timestep", [0, 6])
def test_a_timestep_that_is_not_there_gets_a_sentence(timestep):
    model = plain(layers.GRU, return_sequences=True)
    with pytest.raises(ValueError, match=rf"The output has 5 timesteps, 1 to 5\. Received: {timestep}\."):
        gradient(model, None, numbers(1, TIMESTEPS, FEATURES), np.zeros((1, 5, 6)), "mse", timestep)


def test_what_has_no_loss_to_ask_for_gets_a_sentence():
    inputs = numbers(1, TIMESTEPS, FEATURES)
    with pytest.raises(ValueError, match=r"one output per sequence, so that no timestep has a loss of its own"):
        gradient(plain(layers.GRU), None, inputs, np.zeros((1, 6)), "mse", 2)
    model = masked()
    inputs[:, -1] = 0
    with pytest.raises(ValueError, match=r"Timestep 5 is masked: its loss does not count\. The last one that counts is 4\."):
        gradient(model, None, inputs, np.zeros((1, 5, 6)), "mse", 5)
    two = keras.Model(model.inputs, [*model.outputs, model.get_layer("memory").output])
    with pytest.raises(ValueError, match="this model has 2"):
        gradient(two, None, inputs, np.zeros((1, 5, 6)), "mse")


def test_a_gradient_that_is_no_number_is_told():
    model = plain(layers.SimpleRNN, return_sequences=True)
    inputs = numbers(2, TIMESTEPS, FEATURES)
    inputs[1, 3] = np.inf
    found = gradient(model, None, inputs, np.zeros((2, 5, 6)), "mse")
    assert found.not_finite(0) == ""
    assert found.not_finite(1).startswith("The gradient through “memory” is NaN or infinite at")


def test_the_mean_is_that_of_the_sequences_in_which_the_timestep_counts():
    model = masked()
    inputs = numbers(7, TIMESTEPS, FEATURES)
    targets = numbers(7, TIMESTEPS, OUTPUTS, seed=1)
    inputs[2, 3:] = inputs[4, 3:] = inputs[5, 0] = 0
    kept = [0, 1, 3, 5, 6]
    each = [gradient(model, None, inputs[place][None], targets[place][None], "mse", 4) for place in kept]
    found = through_time.gradients(model, None, inputs, targets, "mse", 4)
    assert found.counts.tolist() == [place in kept for place in range(7)]
    assert (found.inputs[~found.counts] == 0).all()
    mean = through_time.mean(found)
    assert (mean.samples, mean.counts.tolist()) == (5, [0.8, 1, 1, 1, 1])
    # The first timestep of the sequence 5 is masked.
    there = np.array([4, 5, 5, 5, 5])
    np.testing.assert_allclose(mean.inputs, np.sum([one.inputs[0] for one in each], axis=0) / there, rtol=1e-9)
    np.testing.assert_allclose(mean.state, np.sum([one.state[0] for one in each], axis=0) / there, rtol=1e-9)
    np.testing.assert_allclose(mean.loss, np.mean([one.loss[0] for one in each]), rtol=1e-9)
    np.testing.assert_allclose(through_time.mean(found, first=6).inputs, each[-1].inputs[0], rtol=1e-9)
    with pytest.raises(ValueError, match="Timestep 4 is masked"):
        gradient(model, None, inputs, targets, "mse", 4)


def test_of_long_sequences_the_first_ones_are_taken(monkeypatch):
    monkeypatch.setattr(through_time, "MOST_NUMBERS", 3 * TIMESTEPS * UNITS + 1)
    model = plain(layers.SimpleRNN)
    found = through_time.gradients(model, None, numbers(7, TIMESTEPS, FEATURES), numbers(7, OUTPUTS, seed=1), "mse")
    assert len(found.loss) == 3 and through_time.mean(found).samples == 3


def test_a_mask_of_windows_is_not_taken_for_one_of_the_outputs_timesteps():
    symbols = keras.Input((3, 6), dtype="int32")
    embedded = layers.Embedding(4, 3, mask_zero=True)(symbols)
    windows = layers.TimeDistributed(layers.GRU(4, return_sequences=True), name="windows")(embedded)
    model = keras.Model(symbols, layers.Dense(1, name="answer")(windows))
    given = np.ones((2, 3, 6), np.int32)
    given[0, :, 2:] = 0
    for take, timestep in [(gradient, None), (through_time.gradients, 2)]:
        with pytest.raises(ValueError, match="“answer” is 3 × 6 × 1 for each sequence, and its mask is 3 × 6"):
            take(model, "windows", given, numbers(2, 3, 6, 1), "mse", timestep)
