"""Folding changes no number; where it would, it is not done."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from explorer.catalog import ARCHITECTURES, TASKS, read_experiment
from explorer.models.build import build_experiment
from explorer.models.fold_time import folded, may_fold
from explorer.training import data

# (batch, timesteps, ...) of what comes in beside each inner layer; every size is another.
STEP, SEQUENCE = (4, 5), (4, 5, 3)


def experiment_of(name: str):
    task = next(task.name for task in TASKS.values() if ARCHITECTURES[name].fits(task))
    wanted = {"timesteps": 4, "features": 3, "units": 8, "samples": 32, "batch": 16, "windows": 3}
    return read_experiment({"architecture": name, "task": task, **wanted}).experiment


def has_wrapper(model: keras.Model) -> bool:
    return any(isinstance(layer, layers.TimeDistributed) for layer in model.layers)


# Of one that carries its state from batch to batch tests/training/test_carried.py compares the losses.
ALONE = [name for name in ARCHITECTURES if not ARCHITECTURES[name].carries]


def test_most_of_the_catalog_has_the_wrapper():
    assert sum(has_wrapper(build_experiment(experiment_of(name))) for name in ALONE) >= 10


@pytest.mark.parametrize("name", ALONE)
def test_answers_losses_and_gradients_are_those_of_the_model_itself(name):
    experiment = experiment_of(name)
    model, part = build_experiment(experiment), data.make(experiment, "training")
    fast = folded(model)
    if not has_wrapper(model):
        assert fast is model
        return
    assert fast is not model
    assert [id(weight) for weight in fast.weights] == [id(weight) for weight in model.weights]
    inputs = list(part.inputs) if len(part.inputs) > 1 else part.inputs[0]
    measure = keras.losses.get(TASKS[experiment.task].loss)

    def look(one: keras.Model):
        with tf.GradientTape() as tape:
            answers = one(inputs, training=True)
            loss = tf.reduce_mean(measure(part.targets, answers))
        # Of an Embedding only the rows that were looked up have a gradient.
        return answers, loss, list(map(tf.convert_to_tensor, tape.gradient(loss, model.trainable_weights)))

    (answers, loss, gradients), (wanted, wanted_loss, wanted_gradients) = look(fast), look(model)
    np.testing.assert_allclose(answers, wanted, rtol=0, atol=1e-6)
    assert float(loss) == pytest.approx(float(wanted_loss), rel=1e-6)
    for found, expected in zip(gradients, wanted_gradients, strict=True):
        scale = float(tf.reduce_max(tf.abs(expected)))
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * scale + 1e-9)


SAME = {
    "Dense": (lambda: layers.Dense(2), STEP),
    "GRU": (lambda: layers.GRU(2), SEQUENCE),
    "GRU in a cell": (lambda: layers.RNN(layers.GRUCell(2)), SEQUENCE),
    "both directions": (lambda: layers.Bidirectional(layers.LSTM(2)), SEQUENCE),
    "convolution": (lambda: layers.Conv1D(2, 2), SEQUENCE),
    "pooling": (lambda: layers.GlobalAveragePooling1D(), SEQUENCE),
    "flattening": (lambda: layers.Flatten(), SEQUENCE),
    "layer normalization": (lambda: layers.LayerNormalization(), STEP),
    "a model": (lambda: keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(2)]), STEP),
    "the wrapper once more": (lambda: layers.TimeDistributed(layers.Dense(2)), SEQUENCE),
}


def wrap(inner: keras.layers.Layer, shape: tuple[int, ...]) -> keras.Model:
    sequence = keras.Input(shape)
    return keras.Model(sequence, layers.TimeDistributed(inner)(sequence))


@pytest.mark.parametrize("kind", SAME)
def test_any_inner_layer_that_treats_every_sample_alone_is_folded(kind):
    make, shape = SAME[kind]
    model = wrap(make(), shape)
    fast = folded(model)
    assert fast is not model
    inputs = np.random.default_rng(0).uniform(-1, 1, (3, *shape)).astype(np.float32)
    np.testing.assert_allclose(fast(inputs, training=True), model(inputs, training=True), rtol=0, atol=1e-6)


class Centred(layers.Layer):
    """A layer of somebody's own, which looks across the batch."""

    def call(self, inputs):
        return inputs - keras.ops.mean(inputs, axis=0)

    def compute_output_shape(self, input_shape):
        return input_shape


def summed_over_the_batch() -> keras.Model:
    step = keras.Input(STEP[1:])
    return keras.Model(step, step - keras.ops.mean(step, axis=0, keepdims=True))


NOT_THE_SAME = {
    "counts over the batch": (lambda: layers.BatchNormalization(), STEP),
    "draws at random": (lambda: layers.Dropout(0.5), STEP),
    "drops within its steps": (lambda: layers.GRU(2, dropout=0.5), SEQUENCE),
    "adds a loss for each call": (lambda: layers.Dense(2, activity_regularizer="l2"), STEP),
    "works along the batch": (lambda: layers.Softmax(axis=0), STEP),
    "somebody's own": (Centred, STEP),
    "any function": (lambda: layers.Lambda(lambda step: step * 2), STEP),
    "one of these within a model": (lambda: keras.Sequential([layers.Dense(2), layers.BatchNormalization()]), STEP),
    "an operation across the batch": (summed_over_the_batch, STEP),
}


@pytest.mark.parametrize("kind", NOT_THE_SAME)
def test_any_other_inner_layer_is_left_to_the_wrapper(kind):
    make, shape = NOT_THE_SAME[kind]
    model = wrap(make(), shape)
    assert not may_fold(model.layers[-1])
    assert folded(model) is model


def test_a_layer_that_keeps_its_state_is_left_to_the_wrapper():
    wrapper = layers.TimeDistributed(layers.GRU(2, stateful=True))
    wrapper(keras.Input(batch_shape=(3, *SEQUENCE)))
    assert not may_fold(wrapper)


def test_batch_normalization_shows_why_it_must_not_be_folded():
    """Each step has a mean of its own: with time in the batch, one mean would be taken over all steps."""
    model = wrap(layers.BatchNormalization(center=False, scale=False), (2, 1))
    inputs = np.array([[[0.0], [10.0]], [[2.0], [14.0]]], np.float32)
    alone = model(inputs, training=True)
    at_once = layers.BatchNormalization(center=False, scale=False)(inputs.reshape(4, 1), training=True)
    assert float(tf.reduce_max(tf.abs(tf.reshape(at_once, (2, 2, 1)) - alone))) > 0.2


def test_a_mask_travels_on_whether_or_not_it_is_folded():
    sequence = keras.Input((4, 3))
    memory = layers.GRU(5, return_sequences=True)(layers.Masking()(sequence))
    answers = layers.TimeDistributed(layers.Dense(2))(memory)
    model = keras.Model(sequence, layers.GlobalAveragePooling1D()(answers))
    inputs = np.random.default_rng(0).uniform(0.5, 1, (2, 4, 3)).astype(np.float32)
    inputs[:, 2:] = 0
    fast = folded(model)
    assert not any(isinstance(layer, layers.TimeDistributed) for layer in fast.layers)
    np.testing.assert_allclose(fast(inputs), model(inputs), rtol=0, atol=1e-6)
    # A recurrent layer reads the mask of its own step.
    windows = keras.Input((4, 2, 3))
    inner = layers.TimeDistributed(layers.GRU(5))(layers.Masking()(windows))
    model = keras.Model(windows, inner)
    kept = folded(model)
    assert any(isinstance(layer, layers.TimeDistributed) for layer in kept.layers)
    inputs = np.stack([inputs, inputs], axis=2)
    np.testing.assert_allclose(kept(inputs), model(inputs), rtol=0, atol=1e-6)


def test_a_layer_without_the_wrapper_is_not_folded():
    assert not may_fold(layers.Dense(3))
