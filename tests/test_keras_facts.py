"""Facts about Keras that the project stands on, so that an upgrade that changes them is noticed."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

VERSION = tuple(int(part) for part in keras.__version__.split(".")[:2])


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)


def test_time_distributed_over_unknown_timesteps_loops_over_the_batch_since_3_14():
    wrapped = layers.TimeDistributed(layers.GRU(2))
    wrapped(keras.Input((None, 6, 3)))
    # Called on numbers it sees their timesteps; only in a graph that leaves them open they are unknown.
    unknown = tf.function(wrapped, input_signature=[tf.TensorSpec((None, None, 6, 3))])
    wanted = (2, 2, 2) if VERSION >= (3, 14) else (2, 5, 2)
    assert unknown(numbers(2, 5, 6, 3)).shape == wanted
    assert wrapped(numbers(2, 5, 6, 3)).shape == (2, 5, 2)


@pytest.mark.parametrize(("target", "output"), [((7, 1), (7, 5, 1)), ((7, 5), (7, 1))])
def test_mse_broadcasts_a_target_of_another_shape_in_silence(target, output):
    model = keras.Sequential([keras.Input(output[1:]), layers.Identity()])
    model.compile(loss="mse")
    said, wanted = numbers(*output), numbers(*target) + 1
    found = model.evaluate(said, wanted, verbose=0)
    if len(output) == 3:
        wanted = wanted[:, None]
    assert found == pytest.approx(np.mean((said - wanted) ** 2), rel=1e-5)


def test_time_distributed_gru_on_three_axes_fails_and_names_the_kernel():
    with pytest.raises(ValueError, match="Shapes used to initialize variables must be fully-defined") as error:
        layers.TimeDistributed(layers.GRU(32))(keras.Input((20, 5)))
    assert "shape=(None, 96)" in str(error.value)
    assert "gru_cell/kernel" in str(error.value)


def test_time_distributed_gru_on_four_axes_returns_three():
    assert layers.TimeDistributed(layers.GRU(32))(keras.Input((8, 20, 5))).shape == (None, 8, 32)


def test_time_distributed_dense_equals_dense_number_for_number():
    sequence = numbers(2, 5, 3)
    dense = layers.Dense(4)
    alone, wrapped = dense(sequence), layers.TimeDistributed(dense)(sequence)
    assert np.asarray(wrapped) == pytest.approx(np.asarray(alone), abs=1e-6)


def test_a_gru_repeats_its_last_valid_output_over_a_masked_tail():
    sequence, mask = numbers(2, 6, 3), np.array([[True] * 4 + [False] * 2] * 2)
    gru = layers.GRU(4, return_sequences=True)
    memory = np.asarray(gru(sequence, mask=mask))
    assert (memory[:, 4:] == memory[:, 3:4]).all()
    assert memory[:, 3] == pytest.approx(np.asarray(gru(sequence[:, :4]))[:, 3], abs=1e-6)


def test_bidirectional_gives_zeros_over_a_masked_tail():
    sequence, mask = numbers(2, 6, 3), np.array([[True] * 4 + [False] * 2] * 2)
    memory = np.asarray(layers.Bidirectional(layers.GRU(4, return_sequences=True))(sequence, mask=mask))
    assert (memory[:, 4:] == 0).all() and (memory[:, :4] != 0).all()


def test_the_backward_half_of_a_bidirectional_that_answers_once_is_its_step_0():
    sequence = numbers(2, 6, 3)
    once = layers.Bidirectional(layers.GRU(4))
    every = layers.Bidirectional(layers.GRU(4, return_sequences=True))
    last = np.asarray(once(sequence))
    every.build(sequence.shape)
    every.set_weights(once.get_weights())
    memory = np.asarray(every(sequence))
    assert last[:, 4:] == pytest.approx(memory[:, 0, 4:], abs=1e-6)
    assert last[:, :4] == pytest.approx(memory[:, -1, :4], abs=1e-6)


def test_masks_travel_through_recurrent_layers_and_their_wrappers():
    sequence = layers.Masking()(keras.Input((6, 3)))
    mask = sequence._keras_mask
    assert mask is not None
    for layer in (layers.GRU(4, return_sequences=True), layers.Bidirectional(layers.GRU(4, return_sequences=True))):
        assert layer(sequence)._keras_mask is mask
    assert layers.TimeDistributed(layers.Dense(4))(sequence)._keras_mask is mask


# ------------------------------------------------------------------------------------------------ parameter arithmetic

SIZE = st.integers(1, 9)
NAMED = {
    "SimpleRNN": (lambda F, u: layers.SimpleRNN(u), lambda F, u: u * (F + u + 1)),
    "LSTM": (lambda F, u: layers.LSTM(u), lambda F, u: 4 * u * (F + u + 1)),
    "GRU": (lambda F, u: layers.GRU(u), lambda F, u: 3 * u * (F + u + 2)),
    "GRU before": (lambda F, u: layers.GRU(u, reset_after=False), lambda F, u: 3 * u * (F + u + 1)),
    "Bidirectional": (lambda F, u: layers.Bidirectional(layers.GRU(u)), lambda F, u: 2 * 3 * u * (F + u + 2)),
    "Dense": (lambda F, u: layers.Dense(u), lambda F, u: u * (F + 1)),
    "TimeDistributed": (lambda F, u: layers.TimeDistributed(layers.Dense(u)), lambda F, u: u * (F + 1)),
    "Conv1D": (lambda F, u: layers.Conv1D(u, 3, padding="same"), lambda F, u: u * (3 * F + 1)),
    "grouped Conv1D": (
        lambda F, u: layers.Conv1D(2 * u, 3, padding="same", groups=F),
        lambda F, u: 2 * u * (3 * F // F + 1),
    ),
    "LayerNormalization": (lambda F, u: layers.LayerNormalization(), lambda F, u: 2 * F),
    "BatchNormalization": (lambda F, u: layers.BatchNormalization(), lambda F, u: 4 * F),
}


@pytest.mark.parametrize("name", NAMED)
@settings(max_examples=4, deadline=None, derandomize=True)
@given(timesteps=SIZE, features=SIZE, units=SIZE)
def test_parameters_follow_the_table_and_no_timestep_is_in_it(name, timesteps, features, units):
    make, wanted = NAMED[name]
    if name == "grouped Conv1D":
        units *= features  # the filters must divide into the groups
    layer = make(features, units)
    layer(keras.Input((timesteps, features)))
    assert layer.count_params() == wanted(features, units)


@settings(max_examples=4, deadline=None, derandomize=True)
@given(heads=st.integers(1, 4), size=SIZE, features=SIZE)
def test_attention_and_embedding_follow_the_table(heads, size, features):
    attention = layers.MultiHeadAttention(heads, size)
    sequence = keras.Input((5, features))
    attention(sequence, sequence)
    wanted = 2 * heads * size * (features + 1) + heads * size * (features + 1) + features * (heads * size + 1)
    assert attention.count_params() == wanted
    embedding = layers.Embedding(features, size)
    embedding(keras.Input((5,)))
    assert embedding.count_params() == features * size
