"""States carried from batch to batch: the same numbers as one unbroken pass, however the run is cut."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from explorer.catalog import ARCHITECTURES, TASKS, read_experiment, who_can
from explorer.experiment import HELD_OUT_SAMPLES
from explorer.models.build import build_experiment
from explorer.runtime.jobs.replay_job import look
from explorer.training import checkpoint, data
from explorer.training.gradient_norms import norms
from explorer.training.program import Program
from explorer.training.trainer import Trainer

# Of sizes that are all different: 16 long sequences of 4 pieces in 2 groups.
EXPERIMENT = read_experiment(
    {
        "architecture": "stateful_gru",
        "task": "long_sum",
        **{"timesteps": 5, "features": 2, "units": 6, "samples": 64, "batch": 8, "pieces": 4, "epochs": 3},
    }
).experiment
PIECES = 4


@pytest.fixture(scope="module")
def program():
    return Program(EXPERIMENT)


@pytest.fixture(scope="module")
def whole(program):
    return Trainer(EXPERIMENT, program).run(None, 3, float("inf"))


def unbroken(state, inputs):
    """What a plain GRU with the same weights gives for long sequences that are not cut, by Keras."""
    return run_unbroken(state, inputs)[0].reshape(len(inputs), 5, 1)


def states(state, inputs):
    """The hidden states of that GRU, (long sequences, pieces * timesteps, units)."""
    return run_unbroken(state, inputs)[1]


def run_unbroken(state, inputs):
    sequence = keras.Input((PIECES * 5, 2))
    memory = keras.layers.GRU(6, return_sequences=True)(sequence)
    model = keras.Model(sequence, [keras.layers.Dense(1)(memory), memory])
    values, _ = checkpoint.unpack(state, [weight.numpy() for weight in build_experiment(EXPERIMENT).variables], whole=False)
    model.set_weights([value for value in values if value.dtype.kind == "f"])
    return [np.asarray(each) for each in model(inputs.reshape(-1, PIECES * 5, 2))]


def test_every_batch_has_the_next_piece_of_the_same_long_sequences():
    seen = data.order(EXPERIMENT, 2).reshape(2, PIECES, 8)
    assert sorted(seen.ravel()) == list(range(64))
    assert (np.diff(seen, axis=1) == 1).all() and (seen[:, 0] % PIECES == 0).all()
    assert not np.array_equal(data.order(EXPERIMENT, 1), data.order(EXPERIMENT, 2))


def test_the_losses_are_those_of_one_unbroken_pass(whole):
    state, frames = whole
    held_out, probe = data.make(EXPERIMENT, "held out"), data.make(EXPERIMENT, "probe")
    answers = unbroken(state, held_out.inputs[0])
    assert frames[-1].val_loss == pytest.approx(np.mean((answers - held_out.targets) ** 2), rel=1e-5)
    np.testing.assert_allclose(frames[-1].outputs, unbroken(state, probe.inputs[0]), atol=1e-5)
    assert len(held_out.targets) == HELD_OUT_SAMPLES


def test_a_batch_begins_with_the_state_of_the_one_before_and_with_zeros_where_other_sequences_begin(program):
    trainer = Trainer(replace(EXPERIMENT, learning_rate=0.0001), program)
    training = data.make(EXPERIMENT, "training")
    order = data.order(EXPERIMENT, 1).reshape(-1, 8)
    state = trainer.start()
    for number, chosen in enumerate(order[:5], 1):
        # The loss of a batch is that before its step; the state that it starts from was made with the weights of before.
        plain = unbroken(state, training.inputs[0])[chosen] if (number - 1) % PIECES == 0 else None
        carried = state[-4 * 8 * 6 :]
        state, frame = trainer.run_batches(state, number - 1, number)
        if plain is None:
            assert any(carried)
        else:
            assert frame.loss == pytest.approx(np.mean((plain - training.targets[chosen]) ** 2), rel=1e-5)


def test_the_losses_are_the_same_bits_however_the_run_is_cut(program, whole):
    """In chunks of one epoch, and batch by batch, with another run on the same program between two batches."""
    state, frames = whole
    trainer, at, found = Trainer(EXPERIMENT, program), None, []
    for _ in range(3):
        at, (frame,) = trainer.run(at, 1, float("inf"))
        found.append(frame)
    assert [(each.loss, each.val_loss) for each in found] == [(each.loss, each.val_loss) for each in frames]
    assert at == state
    # Something else runs on the same program between two batches: what was carried comes out of the state.
    other, at = Trainer(replace(EXPERIMENT, seed=9), program), None
    at, _ = trainer.run(at, 2, float("inf"))
    for first, until in ((0, 3), (3, 4), (4, 8)):
        other.run(None, 1, float("inf"))
        at, frame = trainer.run_batches(at, first, until)
    assert at == state and frame.val_loss == frames[-1].val_loss


def test_what_is_watched_and_drawn_begins_with_the_state_of_the_pieces_before(program, whole):
    """The numbers of the compiled epoch are those of the same model that takes one sequence at a time, and of Keras."""
    state, _ = whole
    trainer, sequence = Trainer(EXPERIMENT, program), 6
    before, _ = trainer.run(None, 2, float("inf"))
    _, (frame,) = trainer.run(before, 1, float("inf"), (sequence,))
    alone, drawing = look(EXPERIMENT, state, sequence, "memory")
    watched, again = (np.frombuffer(numbers, "<f2").astype(float) for numbers in (frame.tensors[sequence], alone))
    np.testing.assert_allclose(watched, again, atol=2e-3)
    assert (drawing["kind"], drawing["pieces"], drawing["here"], drawing["steps"]) == ("carried", PIECES, 2, 5)
    hidden = states(state, data.make(EXPERIMENT, "probe").inputs[0])[1]
    np.testing.assert_allclose(drawing["through"], hidden.T, atol=1e-3)
    np.testing.assert_allclose(drawing["line"], hidden.mean(axis=1), atol=1e-3)
    # Without the state of before only the first piece is the same.
    apart = np.abs(np.subtract(drawing["anew"], drawing["line"]))
    assert apart[:5].max() < 1e-3 < apart[5:].max()


def test_the_norms_of_its_gradients_are_read_off_its_states_too(program, whole):
    found = norms(EXPERIMENT, build_experiment(EXPERIMENT), [Trainer(EXPERIMENT, program).start(), whole[0]])
    assert found.epochs == [3] and set(found.layers) == {"memory", "answer"}


def test_only_what_carries_its_state_gets_below_the_baseline_without_state_across_batches():
    """As it was measured for the table “Who can?”."""
    cells = {
        row[0].architecture.name: cell
        for row in who_can.table(who_can.shipped())
        for cell in row
        if cell.task.name == "long_sum"
    }
    assert cells["stateful_gru"].reference.name == "without state across batches"
    able = [name for name, cell in cells.items() if not cell.misfit and cell.relative < 0.5]
    assert able == ["stateful_gru"]
    assert 0.9 < cells["gru_every_step"].relative < 1.2


def test_samples_and_batch_move_to_where_every_batch_is_whole():
    values = {"architecture": "stateful_gru", "task": "long_sum"}
    reading = read_experiment({**values, "samples": "100", "batch": "24", "pieces": "8"})
    assert (reading.experiment.samples, reading.experiment.batch) == (96, 4)
    samples, batch = (next(each for each in reading.problems if each.name == name) for name in ("samples", "batch"))
    assert "samples must be a multiple of 8" in samples.sentence and "received “100”" in samples.sentence
    assert "batch can be 1, 2, 4 here" in batch.sentence and "Using 4 instead." in batch.sentence
    # What nobody asked for moves in silence, and another architecture takes any.
    assert not read_experiment({**values, "samples": "96"}).problems
    assert not read_experiment({**values, "architecture": "gru_every_step", "samples": "100", "batch": "24"}).problems
    with pytest.raises(ValueError, match=r"multiple of 4.*Received: 70"):
        Program(replace(EXPERIMENT, samples=70))
    with pytest.raises(ValueError, match=r"the batch can be 1, 2, 4, 8, 16 here\. Received: 24"):
        Program(replace(EXPERIMENT, batch=24))


def test_it_fits_only_tasks_whose_sequences_go_on():
    carries = ARCHITECTURES["stateful_gru"]
    assert [task.name for task in TASKS.values() if carries.fits(task)] == ["long_sum"]
    assert "goes on where another one ends" in carries.misfit(TASKS["delayed_echo"])
    assert ARCHITECTURES["gru_every_step"].fits(TASKS["long_sum"])
