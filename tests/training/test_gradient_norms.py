"""The norms of the layers' gradients, read off a run's states, are those of Keras's own tape at every step."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from explorer.models.build import build_experiment
from explorer.runtime.jobs import gradient_job, jobs
from explorer.training import data
from explorer.training.gradient_norms import norms
from explorer.training.trainer import Trainer
from tests.training.test_training import small

SMALL = small("gru_every_step", "delayed_echo", samples=32)
EPOCHS = 2


def echo_trainer() -> Trainer:
    """That of the jobs, so that it is compiled once for all tests here."""
    with jobs.trainer_of(SMALL) as trainer:
        return trainer


def squares_of_every_step() -> dict[str, np.ndarray]:
    """By layer the squared norm of its gradient at each step, (steps,), as plain Keras trains."""
    model, optimizer = build_experiment(SMALL), keras.optimizers.Adam(SMALL.learning_rate)
    training = data.make(SMALL, "training")
    layers = {layer.name: layer.trainable_variables for layer in model.layers if layer.trainable_variables}
    found: dict[str, list[float]] = {name: [] for name in layers}
    for epoch in range(1, EPOCHS + 1):
        order = data.order(SMALL, epoch)
        for first in range(0, SMALL.samples, SMALL.batch):
            chosen = order[first : first + SMALL.batch]
            with tf.GradientTape() as tape:
                outputs = model(training.inputs[0][chosen])
                loss = tf.reduce_mean(keras.losses.mean_squared_error(training.targets[chosen], outputs))
            gradients = tape.gradient(loss, model.trainable_variables)
            by_weight = {id(each): g for each, g in zip(model.trainable_variables, gradients, strict=True)}
            for name, mine in layers.items():
                found[name].append(sum(float(tf.reduce_sum(by_weight[id(each)] ** 2)) for each in mine))
            optimizer.apply(gradients, model.trainable_variables)
    return {name: np.array(each) for name, each in found.items()}


def weighted(squares: np.ndarray) -> float:
    """The root of their mean, the newest counting a little more, as Adam's beta_2 of 0.999 has it."""
    return float(np.sqrt(np.average(squares, weights=0.999 ** np.arange(len(squares))[::-1])))


def test_norms_are_those_of_kerass_tape():
    echo = echo_trainer()
    start = echo.start()
    first, _ = echo.run(start, 1, 1e9)
    second, _ = echo.run(first, 1, 1e9)
    model = build_experiment(SMALL)
    found = norms(SMALL, model, [start, first, second])
    squares = squares_of_every_step()
    steps = echo.program.batches
    assert (found.begin, found.epochs, list(found.layers)) == (0, [1, 2], ["memory", "answer"])
    for name, each in squares.items():
        wanted = [weighted(each[:steps]), weighted(each[steps:])]
        np.testing.assert_allclose(found.layers[name], wanted, rtol=2e-4)
    # Over both epochs at once it is the mean of both; the same state twice adds nothing.
    whole = norms(SMALL, model, [start, second, second])
    assert whole.epochs == [2]
    for name, each in squares.items():
        np.testing.assert_allclose(whole.layers[name], [weighted(each)], rtol=2e-4)


def test_what_is_not_finite_or_too_small_to_be_read_off_is_not_told():
    echo = echo_trainer()
    start = echo.start()
    first, _ = echo.run(start, 1, 1e9)
    program = echo.program
    # As if the gradients before had been ten thousand times as large, and those of one weight not finite.
    velocities = [place for place, each in enumerate(program.variables) if each.path.endswith("velocity")]
    echo._restore(first)
    for place in velocities[:3]:
        program.variables[place].assign(program.variables[place] + 100.0)
    program.variables[velocities[3]].assign(tf.fill(program.variables[velocities[3]].shape, np.nan))
    odd = echo._save(1)
    second, _ = echo.run(odd, 1, 1e9)
    found = norms(SMALL, build_experiment(SMALL), [start, odd, second])
    assert np.isnan(found.layers["memory"][1]) and np.isnan(found.layers["answer"]).all()


def test_epochs_between_the_states_are_trained_again_for_more_points():
    values = SMALL.to_dict()
    state = jobs.chunk(values, None, 4, 1e9).state
    found = gradient_job.norms_of(values, [state], 4, 1e9)
    assert found.epochs == [1, 2, 3, 4]
    few = gradient_job.norms_of(values, [state], 4, 0.0)
    assert few.epochs == [4]
    # The mean of squares over all of it is the same, however finely it is told.
    for name, fine in found.layers.items():
        assert min(fine) < few.layers[name][0] < max(fine)
