"""A model keeps its architecture's promise, and its weights follow from the seed alone."""

from __future__ import annotations

import hashlib
import os
import random
import threading
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from explorer.catalog import ARCHITECTURES, TASKS, read_experiment
from explorer.catalog.entries import Architecture, Sizes
from explorer.models.build import BrokenPromise, build, build_experiment
from tests import new_process

SIZES = Sizes(timesteps=5, features=2, outputs=3, units=6)  # all different, so that a swapped axis shows
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=ARCHITECTURES.values(), ids=ARCHITECTURES)
def architecture(request) -> Architecture:
    return request.param


def fingerprint(model: keras.Model) -> str:
    """Every variable's bits, the states of random layers among them."""
    bits = b"".join(np.asarray(variable.numpy()).tobytes() for variable in model.variables)
    return hashlib.sha256(bits).hexdigest()


def made(function, **promises) -> Architecture:
    """An architecture that is in no catalog."""
    model = ARCHITECTURES["gru_every_step"]
    return replace(model, name="made", function=function, knobs={}, **promises)


def test_inputs_and_output_have_the_promised_shapes_and_that_of_real_numbers_too(architecture):
    model = build(architecture, SIZES)
    assert tuple(tuple(tensor.shape) for tensor in model.inputs) == architecture.input_shapes(SIZES)
    assert model.output_shape == architecture.output_shape(SIZES)
    inputs = [np.zeros((shape[0] or 7, *shape[1:]), np.float32) for shape in architecture.input_shapes(SIZES)]
    batch, *sizes = architecture.output_shape(SIZES)
    assert model(inputs if len(inputs) > 1 else inputs[0]).shape == (batch or 7, *sizes)


def test_every_choice_of_every_knob_keeps_the_promise(architecture):
    for knob in architecture.knobs.values():
        for choice in {knob.choices[0], knob.choices[-1], *([] if knob.is_number else knob.choices)}:
            build(architecture, SIZES, {knob.name: choice})


def test_sizes_of_one_keep_the_promise(architecture):
    build(architecture, Sizes(timesteps=1, features=1, outputs=1, units=1))


@pytest.fixture(scope="module")
def bits() -> dict[str, str]:
    """What the weights of every architecture are, of seed 4."""
    return {name: fingerprint(build(architecture, SIZES, seed=4)) for name, architecture in ARCHITECTURES.items()}


def test_the_same_seed_gives_the_same_weights_whatever_was_built_before(bits):
    # Between its first model and its second each has every other one built, and those in another order.
    others = {name: fingerprint(build(ARCHITECTURES[name], SIZES, seed=5)) for name in reversed(ARCHITECTURES)}
    assert {name: fingerprint(build(ARCHITECTURES[name], SIZES, seed=4)) for name in reversed(ARCHITECTURES)} == bits
    assert all(others[name] != bits[name] for name in ARCHITECTURES)


PROGRAM = """
from tests.models.test_build import ARCHITECTURES, SIZES, build, fingerprint
print("hash", hash("seed"))
for name in reversed(ARCHITECTURES):
    print(name, fingerprint(build(ARCHITECTURES[name], SIZES, seed=4)))
"""


def test_the_same_seed_gives_the_same_weights_in_another_process(bits):
    done = new_process.run(["-c", PROGRAM], env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    found = dict(line.split() for line in done.stdout.splitlines())
    assert found.pop("hash") != str(hash("seed")), "Both processes have the same order of sets."
    assert found == bits


def test_two_threads_that_build_at_once_do_not_disturb_each_other(bits):
    found: list[tuple[str, str]] = []
    start = threading.Barrier(3)

    def build_all(names):
        start.wait()
        for name in names:
            found.append((name, fingerprint(build(ARCHITECTURES[name], SIZES, seed=4))))

    def disturb():
        start.wait()
        for seed in range(20):
            random.seed(seed)
            keras.utils.set_random_seed(seed)

    threads = [
        threading.Thread(target=build_all, args=(list(ARCHITECTURES),)),
        threading.Thread(target=build_all, args=(list(reversed(ARCHITECTURES)),)),
        threading.Thread(target=disturb),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2 * len(bits)
    assert all(bits[name] == other for name, other in found)


def test_building_leaves_the_global_random_state_alone():
    random.seed(3)
    np.random.seed(3)
    wanted = np.random.rand(), np.random.get_state()[1][:3].tolist()
    np.random.seed(3)
    build(ARCHITECTURES["gru_every_step"], SIZES)
    assert (np.random.rand(), np.random.get_state()[1][:3].tolist()) == wanted


def test_the_weights_are_drawn_as_the_layers_ask():
    model = build(ARCHITECTURES["lstm_every_step"], replace(SIZES, units=6), seed=2)
    kernel, recurrent, bias = model.get_layer("memory").get_weights()
    assert recurrent @ recurrent.T == pytest.approx(np.eye(6), abs=1e-5)  # orthogonal
    assert bias.tolist() == [0] * 6 + [1] * 6 + [0] * 12  # the forget gate starts open
    limit = np.sqrt(6 / sum(kernel.shape))
    assert 0.8 * limit < np.abs(kernel).max() <= limit  # glorot_uniform


def test_two_weights_of_the_same_shape_differ():
    def paired(timesteps, features, outputs, units=32):
        sequence = keras.Input((timesteps, features))
        shared = keras.initializers.GlorotUniform()
        hidden = layers.Dense(features, kernel_initializer=shared, name="one")(sequence)
        hidden = layers.Dense(features, kernel_initializer=shared, name="two")(hidden)
        return keras.Model(sequence, layers.Dense(outputs)(hidden))

    model = build(made(paired), SIZES)
    one, two = (model.get_layer(name).get_weights()[0] for name in ("one", "two"))
    assert not np.array_equal(one, two)


def test_an_initializer_with_a_seed_of_its_own_keeps_it():
    def fixed(timesteps, features, outputs, units=32):
        sequence = keras.Input((timesteps, features))
        kernel = keras.initializers.RandomNormal(seed=11)
        return keras.Model(sequence, layers.Dense(outputs, kernel_initializer=kernel, name="answer")(sequence))

    one, two = (build(made(fixed), SIZES, seed=seed).get_layer("answer").get_weights()[0] for seed in (0, 1))
    assert np.array_equal(one, two)


def test_dropout_draws_the_same_numbers_for_the_same_seed():
    def dropping(timesteps, features, outputs, units=32):
        sequence = keras.Input((timesteps, features))
        return keras.Model(sequence, layers.Dense(outputs)(layers.Dropout(0.5)(sequence)))

    ones = np.ones((4, 5, 2), np.float32)
    one, two, other = (np.asarray(build(made(dropping), SIZES, seed=seed)(ones, training=True)) for seed in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one == 0, other == 0) or not np.array_equal(one, other)


def test_build_experiment_takes_outputs_sizes_and_knobs_from_the_experiment():
    for architecture in ARCHITECTURES.values():
        task = next(task for task in TASKS.values() if architecture.fits(task))
        values = {"architecture": architecture.name, "task": task.name, "timesteps": 6, "features": 3, "units": 7}
        experiment = read_experiment(values).experiment
        model = build_experiment(experiment)
        sizes = Sizes(experiment.timesteps, experiment.features, task.outputs, experiment.units)
        wanted = architecture.input_shapes(sizes, experiment.knobs)
        assert tuple(tuple(tensor.shape) for tensor in model.inputs) == wanted
        assert model.output_shape == architecture.output_shape(sizes)


def test_a_broken_promise_names_the_architecture_the_layer_and_both_shapes():
    def short(timesteps, features, outputs, units=32):
        sequence = keras.Input((timesteps, features), name="sequence")
        return keras.Model(sequence, layers.Dense(outputs - 1, name="answer")(sequence))

    with pytest.raises(BrokenPromise) as error:
        build(made(short), SIZES)
    assert str(error.value) == "made promises (None, 5, 3) but its last layer 'answer' returns (None, 5, 2)"


def test_inputs_that_differ_from_the_promise_are_named():
    def swapped(timesteps, features, outputs, units=32):
        sequence = keras.Input((features, timesteps), name="sequence")
        return keras.Model(sequence, layers.Dense(outputs)(sequence))

    with pytest.raises(BrokenPromise) as error:
        build(made(swapped), SIZES)
    assert str(error.value) == "made promises to take (None, 5, 2) but its input 'sequence' takes (None, 2, 5)"


def test_unknown_timesteps_break_the_promise():
    def unknown(timesteps, features, outputs, units=32):
        sequence = keras.Input((None, features), name="sequence")
        return keras.Model(sequence, layers.Dense(outputs)(sequence))

    with pytest.raises(BrokenPromise) as error:
        build(made(unknown), SIZES)
    assert "its input 'sequence' leaves a size unknown: (None, None, 2)" in str(error.value)


@pytest.mark.parametrize(
    ("ins", "outs", "message"),
    [
        (2, 1, r"made promises to take \(None, 5, 2\) but its model has 2 inputs"),
        (1, 2, r"made promises one output, \(None, 5, 3\), but its model has 2 outputs"),
    ],
)
def test_another_number_of_inputs_or_outputs_breaks_the_promise(ins, outs, message):
    def several(timesteps, features, outputs, units=32):
        sequences = [keras.Input((timesteps, features)) for _ in range(ins)]
        merged = layers.concatenate(sequences) if ins > 1 else sequences[0]
        return keras.Model(sequences, [layers.Dense(outputs)(merged) for _ in range(outs)])

    with pytest.raises(BrokenPromise, match=message):
        build(made(several), SIZES)


def test_what_is_no_model_breaks_the_promise():
    with pytest.raises(BrokenPromise, match=r"promises a keras\.Model but returns 7"):
        build(made(lambda timesteps, features, outputs, units=32: 7), SIZES)


def test_a_broken_build_does_not_harm_the_next():
    def broken(timesteps, features, outputs, units=32):
        sequence = keras.Input((timesteps, features))
        layers.GRU(units)(sequence)
        raise RuntimeError("stopped half-way")

    wanted = fingerprint(build(ARCHITECTURES["gru_every_step"], SIZES))
    with pytest.raises(RuntimeError, match="half-way"):
        build(made(broken), SIZES)
    assert fingerprint(build(ARCHITECTURES["gru_every_step"], SIZES)) == wanted


def gradient_of_a_step(model: keras.Model, timesteps: int, features: int, at: int) -> np.ndarray:
    """How strongly each step that comes in moves the answer at one step, (timesteps,)."""
    rng = np.random.default_rng(0)
    inputs = tf.constant(rng.uniform(-1, 1, (4, timesteps, features)).astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        answer = tf.reduce_sum(model(inputs)[:, at])
    return np.abs(tape.gradient(answer, inputs)).sum(axis=(0, 2))


@pytest.mark.parametrize("kernel_size", [2, 3])
def test_causal_convolutions_see_their_reach_and_nothing_else(kernel_size):
    sizes = Sizes(timesteps=40, features=2, outputs=1, units=16)
    model = build(ARCHITECTURES["causal_convolution"], sizes, {"kernel_size": kernel_size})
    reach, at = 1 + 7 * (kernel_size - 1), 30
    seen = np.flatnonzero(gradient_of_a_step(model, 40, 2, at))
    assert (seen.min(), seen.max()) == (at - reach + 1, at)


def test_self_attention_is_blind_to_order_and_sees_every_step():
    model = build(ARCHITECTURES["self_attention"], Sizes(timesteps=9, features=2, outputs=1, units=8), {"heads": 2})
    rng = np.random.default_rng(0)
    inputs, order = rng.uniform(-1, 1, (3, 9, 2)).astype(np.float32), rng.permutation(9)
    np.testing.assert_allclose(model(inputs[:, order]), np.asarray(model(inputs))[:, order], atol=1e-5)
    assert (gradient_of_a_step(model, 9, 2, 4) > 0).all()
