"""A batch in slow motion: its losses are those of Keras, and its gradients those of finite differences and of Keras's own
tape."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from explorer.models.one_batch import one_batch

SAMPLES, TIMESTEPS, FEATURES, UNITS, WINDOWS = 4, 5, 2, 3, 6  # all different, so that a swapped axis shows


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def with_weights(model: keras.Model) -> keras.Model:
    for place, variable in enumerate(model.trainable_variables):
        variable.assign(numbers(*variable.shape, seed=place + 1))
    return model


@pytest.mark.parametrize("kind", [layers.GRU, layers.LSTM, layers.SimpleRNN])
def test_losses_are_keras_own_and_the_gradient_by_a_state_is_that_of_its_tape(kind):
    sequence = keras.Input((TIMESTEPS, FEATURES))
    states = kind(UNITS, return_sequences=True, name="memory")(sequence)
    model = with_weights(keras.Model(sequence, layers.Dense(1, name="answer")(states)))
    inputs, targets = numbers(SAMPLES, TIMESTEPS, FEATURES), numbers(SAMPLES, TIMESTEPS, 1, seed=7)
    found = one_batch(model, [inputs], targets, "mse")
    model.compile(loss="mse", run_eagerly=True)
    assert found.loss == pytest.approx(model.evaluate(inputs, targets, verbose=0), rel=1e-5)
    by_hand = np.square(np.asarray(model(inputs)) - targets).mean(axis=(0, 2))
    np.testing.assert_allclose(found.by_timestep, by_hand, rtol=1e-5)
    (norms,) = found.directions
    # Behind the last timestep a state has no norms but up: then it is what Keras's tape says of the layer's output.
    with tf.GradientTape() as tape:
        returned = model.get_layer("memory")(inputs)
        tape.watch(returned)
        loss = tf.reduce_mean(tf.square(model.get_layer("answer")(returned) - targets))
    last = np.linalg.norm(tape.gradient(loss, returned)[:, -1])
    assert norms.gradient[-1] == pytest.approx(last, rel=1e-5)
    np.testing.assert_allclose(norms.states, np.linalg.norm(returned, axis=-1).mean(axis=0), rtol=1e-5)
    # A state in the middle acts on all that follows: the layer is begun there, with the state moved a little.
    cut = 2
    rest = kind(UNITS, return_sequences=True)
    rest.build((None, TIMESTEPS, FEATURES))
    rest.set_weights(model.get_layer("memory").get_weights())
    front = kind(UNITS, return_sequences=True, return_state=True)
    front.build((None, TIMESTEPS, FEATURES))
    front.set_weights(rest.get_weights())
    _, *carried = front(inputs[:, :cut])
    with tf.GradientTape() as tape:
        carried = [tf.identity(each) for each in carried]
        tape.watch(carried)
        after = rest(inputs[:, cut:], initial_state=carried)
        hidden = tf.concat([returned[:, : cut - 1], carried[0][:, None], after], axis=1)
        loss = tf.reduce_mean(tf.square(model.get_layer("answer")(hidden) - targets))
    slopes = tape.gradient(loss, carried)
    assert norms.gradient[cut - 1] == pytest.approx(np.sqrt(sum(np.square(each).sum() for each in slopes)), rel=1e-4)


def test_a_masked_timestep_weighs_nothing_and_both_directions_are_told():
    sequence = keras.Input((TIMESTEPS, FEATURES))
    both = layers.Bidirectional(layers.GRU(UNITS, return_sequences=True), name="memory")(layers.Masking()(sequence))
    model = with_weights(keras.Model(sequence, layers.TimeDistributed(layers.Dense(1))(both)))
    inputs, targets = numbers(SAMPLES, TIMESTEPS, FEATURES), numbers(SAMPLES, TIMESTEPS, 1, seed=7)
    inputs[:2, 3:] = 0
    inputs[:, 4:] = 0
    found = one_batch(model, [inputs], targets, "mse")
    counts = (inputs != 0).any(axis=-1)
    squares = np.square(np.asarray(model(inputs)) - targets)[..., 0]
    assert found.loss == pytest.approx(squares[counts].mean(), rel=1e-5)
    np.testing.assert_allclose(found.by_timestep[3], squares[2:, 3].mean(), rtol=1e-5)
    assert np.isnan(found.by_timestep[4])
    assert [(norms.role, norms.backwards) for norms in found.directions] == [("forward", False), ("backward", True)]
    # The forward direction has read all that counts by then; the backward one begins there, and carries its state on.
    forward, backward = (norms.gradient for norms in found.directions)
    assert forward[4] == 0 and backward[4] > 0


def test_one_output_for_windows_of_timesteps_has_no_loss_of_its_own_at_any():
    sequence = keras.Input((WINDOWS, TIMESTEPS, FEATURES))
    states = layers.TimeDistributed(layers.GRU(UNITS), name="memory")(sequence)
    answer = layers.Dense(1, activation="sigmoid")(layers.GlobalAveragePooling1D()(states))
    model = with_weights(keras.Model(sequence, answer))
    inputs = numbers(SAMPLES, WINDOWS, TIMESTEPS, FEATURES)
    targets = (numbers(SAMPLES, 1, seed=7) > 0).astype(np.float32)
    found = one_batch(model, [inputs], targets, "binary_crossentropy")
    model.compile(loss="binary_crossentropy", run_eagerly=True)
    assert found.loss == pytest.approx(model.evaluate(inputs, targets, verbose=0), rel=1e-5)
    (norms,) = found.directions
    assert (found.by_timestep, norms.windows, norms.gradient.shape) == (None, WINDOWS, (WINDOWS * TIMESTEPS,))
    # What a window's first timestep holds acts only on its own window, and each of these reaches the output.
    assert (norms.gradient > 0).all()


@pytest.mark.parametrize("masking", [False, True])
def test_the_loss_of_masked_windows_is_that_of_keras(masking):
    given = np.random.default_rng(1).integers(0, 2, (SAMPLES, WINDOWS, TIMESTEPS)).astype(np.float32)
    # Of every sequence the last window is padding alone.
    given[:, -1] = 0
    symbols = keras.Input((*given.shape[1:], 1) if masking else given.shape[1:])
    begin = layers.Masking() if masking else layers.Embedding(4, 3, mask_zero=True)
    windows = layers.TimeDistributed(layers.GRU(UNITS, return_sequences=True), name="windows")(begin(symbols))
    model = with_weights(keras.Model(symbols, layers.Dense(1)(windows)))
    given = given[..., None] if masking else given
    targets = numbers(SAMPLES, WINDOWS, TIMESTEPS, 1, seed=9)
    found = one_batch(model, [given], targets, "mse")
    answers = model(given)
    # As `evaluate` does, by the mask that comes with the answers.
    assert found.loss == pytest.approx(float(keras.losses.MeanSquaredError()(targets, answers)), rel=1e-5)
    mask = given.reshape(SAMPLES, WINDOWS, TIMESTEPS) != 0
    errors = np.square(np.asarray(answers) - targets)[..., 0]
    for window, loss in enumerate(found.by_timestep):
        here = errors[:, window][mask[:, window]]
        assert np.isnan(loss) if window == WINDOWS - 1 else loss == pytest.approx(here.mean(), rel=1e-5)


def test_a_mask_that_is_not_one_for_each_loss_is_refused_in_a_sentence():
    symbols = keras.Input((WINDOWS, TIMESTEPS))
    embedded = layers.Embedding(4, 3, mask_zero=True)(symbols)
    model = keras.Model(symbols, layers.TimeDistributed(layers.GRU(UNITS))(embedded))
    given = np.ones((SAMPLES, WINDOWS, TIMESTEPS), np.float32)
    with pytest.raises(ValueError, match="has 6 losses for each sequence, and the mask that comes with it is 6 × 5"):
        one_batch(model, [given], np.zeros((SAMPLES, WINDOWS, UNITS)), "mse")
