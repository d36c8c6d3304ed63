"""Training: equal to plain Keras on the same batches, the same however it is cut, and every pair of the catalog learns."""

from __future__ import annotations

import os
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from explorer.catalog import ARCHITECTURES, TASKS, program_key, read_experiment
from explorer.experiment import HELD_OUT_SAMPLES, Experiment
from explorer.models.build import build_experiment
from explorer.shapes.describe_model import describe
from explorer.training import checkpoint, data
from explorer.training.batches import run_batch
from explorer.training.program import Program, wants_xla
from explorer.training.trainer import Trainer

PROGRAMS: dict[tuple[str, bool | None], Program] = {}
ALL_PAIRS = os.environ.get("PAIRS") == "all"

# A rest in the last batch is compiled as a program of its own, the same way whatever the layers are: one with a loop that
# XLA compiles has it, and one that XLA does not compile.
WITH_A_REST = ("gru_every_step", "causal_convolution")
# XLA takes seconds for each architecture. What these are made of is in others that it compiles, and state that is carried
# along is in test_carried.py. XLA compiles the pooled one in test_interface.py, the simple RNN in test_other_cells.py, and
# a convolution below. With PAIRS=all these too are compiled as in a worker.
WITHOUT_XLA = (
    *("gru_pooled", "simple_rnn_every_step", "conv_gru"),
    *("windows_gru", "two_streams", "gru_once", "stacked_gru", "bidirectional_gru", "encoder_decoder"),
    *("self_attention", "embedding_tagger", "gru_attention_pooling", "stateful_gru", "frames_gru"),
)


def small(architecture: str, task: str, **more) -> Experiment:
    """An experiment of sizes that are all different, as far as the pair allows."""
    samples = 38 if architecture in WITH_A_REST else 32
    wanted = {"timesteps": 6, "features": 3, "units": 8, "samples": samples, "batch": 16, "epochs": 8, "windows": 3}
    reading = read_experiment({"architecture": architecture, "task": task, **wanted, **more})
    return reading.experiment


def trainer(experiment: Experiment, xla: bool | None = None) -> Trainer:
    """A trainer on a program that all tests of its kind share, as runs in a worker do."""
    if experiment.architecture in WITHOUT_XLA and not ALL_PAIRS:
        xla = False
    key = program_key(experiment), xla
    if key not in PROGRAMS:
        PROGRAMS[key] = Program(experiment, xla)
    return Trainer(experiment, PROGRAMS[key])


def first_task(name: str) -> str:
    return next(task.name for task in TASKS.values() if ARCHITECTURES[name].fits(task))


# test_carried.py compares those that carry their state from batch to batch.
BEGIN_ANEW = [name for name, entry in ARCHITECTURES.items() if not entry.carries]


@pytest.fixture(scope="module")
def echo() -> Trainer:
    return trainer(small("gru_every_step", "delayed_echo"))


def pairs() -> list[tuple[str, str]]:
    """Every architecture on one task, and every task with one architecture; with PAIRS=all every pair that fits."""
    fitting = [(name, task) for name in ARCHITECTURES for task in TASKS if ARCHITECTURES[name].fits(TASKS[task])]
    if ALL_PAIRS:
        return fitting
    chosen = [(name, first_task(name)) for name in ARCHITECTURES]
    for name, task in fitting:
        if task not in {task for _, task in chosen}:
            # Noise has another size than all others, so it is a program of its own: here the smallest.
            chosen.append(("dense_every_step" if task == "noise" else name, task))
    return chosen


PAIRS = pairs()


@pytest.mark.parametrize(("architecture", "task"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
def test_a_fitting_pair_trains_and_its_loss_falls(architecture, task):
    experiment = small(architecture, task)
    # XLA compiles each architecture at the sizes of one task: at other sizes it would compile the same layers again.
    is_first = program_key(experiment) == program_key(small(architecture, first_task(architecture)))
    xla = None if is_first else False
    _, frames = trainer(experiment, xla).run(None, experiment.epochs, 1e9)
    assert [frame.epoch for frame in frames] == list(range(1, experiment.epochs + 1))
    assert all(frame.finite for frame in frames)
    steps = experiment.timesteps if TASKS[task].answers == "every step" else 1
    assert frames[0].outputs.shape == (8, steps, TASKS[task].outputs)
    if task != "noise":
        assert frames[-1].loss < frames[0].loss


class KerasEpoch:
    """An epoch of plain Keras, batch by batch: what each had as its loss, how much it changed each layer's weights, and the
    mean of the losses and the loss of what is held out.
    """

    def __init__(self, model: keras.Model, experiment: Experiment, epoch: int) -> None:
        self.losses: list[float] = []
        self.changes: list[dict[str, float]] = []
        training, held_out = (data.make(experiment, part) for part in ("training", "held out"))
        order, mean = data.order(experiment, epoch), keras.metrics.Mean()
        for chosen in np.split(order, range(experiment.batch, len(order), experiment.batch)):
            before = _weights(model)
            self.losses.append(float(model.train_on_batch(as_taken(training.inputs, chosen), training.targets[chosen])))
            mean.update_state(self.losses[-1], sample_weight=len(chosen))
            steps = {
                name: [new - old for new, old in zip(weights, before[name], strict=True)]
                for name, weights in _weights(model).items()
            }
            self.changes.append({name: _length(step) / _length(before[name]) for name, step in steps.items()})
        self.loss = float(mean.result())
        # In one batch: Keras takes the mean of each over what a mask leaves in it.
        self.val_loss = float(model.test_on_batch(as_taken(held_out.inputs), held_out.targets))


def _weights(model: keras.Model) -> dict[str, list[np.ndarray]]:
    return {layer.name: layer.get_weights() for layer in model.layers if layer.trainable_variables}


def as_taken(streams: tuple[np.ndarray, ...], chosen=slice(None)) -> list[np.ndarray] | np.ndarray:
    """What a model takes: the streams, or the only one."""
    found = [stream[chosen] for stream in streams]
    return found if len(found) > 1 else found[0]


def _length(weights: list[np.ndarray]) -> float:
    return float(np.sqrt(sum((each.astype(float) ** 2).sum() for each in weights)))


def plain_keras(experiment: Experiment) -> keras.Model:
    """The experiment's model as Keras trains it. Eagerly: to trace it takes Keras longer than these few batches."""
    model = build_experiment(experiment)
    adam = keras.optimizers.Adam(experiment.learning_rate)
    model.compile(optimizer=adam, loss=TASKS[experiment.task].loss, run_eagerly=True)
    return model


@pytest.mark.parametrize("name", BEGIN_ANEW)
def test_losses_equal_plain_keras_on_the_same_batches(name):
    one = trainer(small(name, first_task(name)))
    experiment = one.experiment
    before, frames = one.run(None, 1, 1e9)
    ends = one.run(before, 1, 1e9)
    model = plain_keras(experiment)
    for frame in (*frames, *ends[1]):
        plain = KerasEpoch(model, experiment, frame.epoch)
        assert frame.loss == pytest.approx(plain.loss, rel=1e-4, abs=1e-6)
        assert frame.val_loss == pytest.approx(plain.val_loss, rel=1e-4, abs=1e-6)
    answers = data.shown(np.asarray(model(as_taken(data.make(experiment, "probe").inputs))))

    # The second epoch, batch by batch.
    state, order = before, data.order(experiment, 2)
    assert len(order) % 16 == (6 if name in WITH_A_REST else 0)
    for number, (loss, changes) in enumerate(zip(plain.losses, plain.changes, strict=True), start=1):
        state, batch = run_batch(one, state, number, 3)
        assert data.batch_of(experiment, 2, number) == list(order[16 * (number - 1) : 16 * number])
        assert batch.loss == pytest.approx(loss, rel=1e-4, abs=1e-6)
        assert batch.changes == pytest.approx(changes, rel=1e-2)
    outputs = np.frombuffer(batch.outputs, "<f2").reshape(answers.shape)
    np.testing.assert_allclose(outputs, answers, rtol=2e-3, atol=2e-3)
    assert state == ends[0]
    _, watched = one.run(before, 1, 1e9, (3,))
    assert (batch.tensors, batch.val_loss) == (watched[0].tensors[3], ends[1][0].val_loss)


@pytest.mark.parametrize("name", WITH_A_REST)
def test_losses_are_those_that_keras_tells_of_an_epoch(name):
    """Keras's own mean over the batches, a smaller one at the end."""
    one = trainer(small(name, first_task(name)))
    model = plain_keras(one.experiment)
    training, held_out = (data.make(one.experiment, part) for part in ("training", "held out"))
    for frame in one.run(None, 2, 1e9)[1]:
        order = data.order(one.experiment, frame.epoch)
        told = model.fit(
            training.inputs[0][order],
            training.targets[order],
            batch_size=16,
            shuffle=False,
            validation_data=(held_out.inputs[0], held_out.targets),
            validation_batch_size=HELD_OUT_SAMPLES,
            verbose=0,
        ).history
        assert frame.loss == pytest.approx(told["loss"][0], rel=1e-4, abs=1e-6)
        assert frame.val_loss == pytest.approx(told["val_loss"][0], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("name", WITH_A_REST)
def test_a_run_is_the_same_however_it_is_cut_into_chunks(name):
    cut = trainer(small(name, "delayed_echo"))
    other = trainer(replace(cut.experiment, seed=7))
    whole_state, whole = cut.run(None, 6, 1e9)
    state, pieces = None, []
    for epochs in (1, 2, 3):
        # The second piece goes on where the program is; before the third another run has used it.
        if epochs == 3:
            other.run(None, 1, 1e9)
        state, frames = cut.run(state, epochs, 1e9)
        pieces += frames
    assert state == whole_state
    for one, other in zip(pieces, whole, strict=True):
        assert (one.epoch, one.loss, one.val_loss) == (other.epoch, other.loss, other.val_loss)
        np.testing.assert_array_equal(one.outputs, other.outputs)


@pytest.mark.parametrize("name", BEGIN_ANEW)
def test_what_is_watched_is_what_keras_computes_with_the_weights_of_that_epoch_and_changes_no_loss(name):
    experiment = small(name, first_task(name))
    one = trainer(experiment)
    epoch, sequence = 1 + len(name) % 3, len(name) % 8
    state, plain = one.run(None, epoch, 1e9)
    again, watched = one.run(None, epoch, 1e9, (0, sequence))
    assert again == state
    assert [(frame.loss, frame.val_loss) for frame in watched] == [(frame.loss, frame.val_loss) for frame in plain]
    assert [frame.tensors for frame in plain] == [{}] * epoch
    assert all(set(frame.tensors) == {0, sequence} for frame in watched)

    model = one.model_at(state)
    firsts = [
        keras.tree.flatten(layer.output)[0] for layer in (model.get_layer(each.name) for each in describe(model).layers)
    ]
    inputs = [stream[sequence : sequence + 1] for stream in data.make(experiment, "probe").inputs]
    found = keras.Model(model.inputs, firsts)(inputs)
    wanted = [np.asarray(each)[0].reshape(-1, each.shape[-1]).T for each in found]
    drawn = [each[np.ix_(*(np.linspace(0, n - 1, min(n, 32)).round().astype(int) for n in each.shape))] for each in wanted]
    numbers = np.frombuffer(watched[-1].tensors[sequence], "<f2")
    np.testing.assert_allclose(numbers, np.concatenate([each.ravel() for each in drawn]), rtol=1e-3, atol=1e-3)


def test_a_chunk_ends_at_its_budget_but_never_empty(echo):
    _, frames = echo.run(None, 50, 0.0)
    assert len(frames) == 1


def test_a_shared_program_gives_the_losses_of_one_of_its_own_that_was_prepared():
    # XLA compiles this architecture in a moment.
    echo = trainer(small("dense_every_step", "delayed_echo"))
    other = replace(echo.experiment, task="look_ahead", seed=5, learning_rate=0.003, knobs={"ahead": 1})
    alone = Trainer(other)
    assert not alone.program.compiled
    alone.prepare()
    assert alone.program.compiled
    wanted = alone.run(None, 3, 1e9)[1]
    # This one was never prepared, and another run has left its weights there.
    echo.run(None, 2, 1e9)
    shared = Trainer(other, echo.program).run(None, 3, 1e9)[1]
    assert [(frame.loss, frame.val_loss) for frame in shared] == [(frame.loss, frame.val_loss) for frame in wanted]


def test_another_seed_gives_other_losses(echo):
    other = trainer(replace(echo.experiment, seed=1))
    assert other.run(None, 1, 1e9)[1][0].loss != echo.run(None, 1, 1e9)[1][0].loss


def test_a_chunk_ends_at_a_loss_that_is_not_finite(echo):
    broken = trainer(replace(echo.experiment, learning_rate=1e38))
    _, frames = broken.run(None, 50, 1e9)
    assert not frames[-1].finite
    assert all(frame.finite for frame in frames[:-1])
    assert len(frames) < 50


@pytest.mark.parametrize(("name", "wanted"), [("gru_every_step", True), ("causal_convolution", False)])
def test_xla_compiles_all_but_convolutions_and_either_way_gives_the_same_losses(name, wanted):
    # Of whole batches alone: for a rest XLA would compile a convolution once more.
    experiment = small(name, first_task(name), samples=32)
    one, other = trainer(experiment), Trainer(experiment, Program(experiment, xla=not wanted))
    assert (one.program.xla, other.program.xla) == (wanted, not wanted)
    losses = [[frame.loss for frame in each.run(None, 3, 1e9)[1]] for each in (one, other)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_the_rule_sees_a_convolution_wherever_it_is():
    inner = keras.Sequential([keras.layers.Conv1D(2, 2), keras.layers.GlobalMaxPooling1D()])
    dense = keras.layers.Dense(2)

    def in_a_loop(layer):
        def body(place, total):
            return place + 1, total + layer(sequences)

        sequences = tf.ones((3, 5, 2))
        start = (tf.constant(0), tf.zeros_like(layer(sequences)))
        return tf.function(lambda: tf.while_loop(lambda place, _: place < 2, body, start)).get_concrete_function().graph

    assert not wants_xla(in_a_loop(inner))
    assert wants_xla(in_a_loop(dense))


def test_a_state_that_the_program_is_at_is_not_written_into_it_again(echo, monkeypatch):
    state, _ = echo.run(None, 2, 1e9)
    expected = echo.run(state, 1, 1e9)
    echo.run(None, 2, 1e9)
    monkeypatch.setattr(checkpoint, "unpack", lambda *_: pytest.fail("The variables were there already."))
    assert echo.run(state, 1, 1e9)[0] == expected[0]


def test_the_held_out_loss_shows_that_noise_cannot_be_learned():
    wanted = {"task": "noise", "timesteps": 4, "units": 64, "samples": 32, "epochs": 60, "learning_rate": 0.01}
    experiment = read_experiment(wanted).experiment
    _, frames = trainer(experiment, xla=False).run(None, 60, 1e9)
    assert frames[-1].loss < 0.9 / 12
    assert min(frame.val_loss for frame in frames) > 0.95 / 12


def test_the_control_stays_on_the_baseline_that_the_gru_passes():
    ends = {}
    for name in ("dense_every_step", "gru_every_step"):
        # Of the sizes of the others here, so that no program is made for it; the optimizer takes larger steps.
        experiment = small(name, "delayed_echo", delay=2, learning_rate=0.01)
        ends[name] = trainer(experiment).run(None, 100, 1e9)[1][-1].val_loss
    baseline = TASKS["delayed_echo"].baseline_values(6, 3, {"delay": 2})["without memory"]
    assert ends["dense_every_step"] > 0.95 * baseline
    assert ends["gru_every_step"] < 0.2 * baseline
