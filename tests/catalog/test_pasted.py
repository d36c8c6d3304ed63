"""Pasted code is an experiment like any other: the same numbers as the catalog's, every loss, every kind of input."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import keras
import numpy as np
import pytest

from explorer.catalog import (
    TASKS,
    pasted_experiment,
    pasted_tasks,
    program_key,
    read_experiment,
    resolve,
)
from explorer.description import Description
from explorer.experiment import Experiment, Frame, Pasted
from explorer.experiment.bounds import size_limit, size_reason
from explorer.export import script
from explorer.models.build import build_experiment
from explorer.quiz import question
from explorer.report import Report
from explorer.runtime.jobs import jobs
from explorer.runtime.storage.records import Run
from explorer.runtime.storage.store import Store
from explorer.training import cost, data
from explorer.training.narration import Course, narrate
from explorer.training.program import Program
from explorer.training.trainer import Trainer
from tests import new_process

SMALL = {"samples": 64, "batch": 16, "epochs": 3}
START = "import keras\nfrom keras import layers\n"
GRU = f"""{START}
sequence = keras.Input((6, 3), name="sequence")
memory = layers.GRU(8, return_sequences=True, name="memory")(sequence)
answer = layers.TimeDistributed(layers.Dense(1), name="answer")(memory)
model = keras.Model(sequence, answer)
model.compile(loss="mse")
"""


def experiment(code: str, x, y, loss: str = "mse", task: str | None = None, **settings) -> Experiment:
    report = jobs.check(code, x, y, loss)
    assert report["holds"], report["problems"]
    return pasted_experiment(code, Report.read(report), task, **{**SMALL, **settings})


def trained(wanted: Experiment) -> list[Frame]:
    """The frames of a whole run. XLA would compile for seconds what is then trained for a moment."""
    return Trainer(wanted, Program(wanted, xla=False)).run(None, wanted.epochs, 1e9)[1]


def in_a_worker(wanted: Experiment) -> jobs.Chunk:
    """A whole run as one chunk of a worker: by XLA, where that is for it."""
    return jobs.chunk(wanted.to_dict(), None, wanted.epochs, 1e9)


def classes(activation: str, outputs: int = 4) -> str:
    return f"{START}model = keras.Sequential([keras.Input((6, 3)), layers.Dense({outputs}, activation={activation!r})])\n"


@pytest.fixture(scope="module")
def gru() -> Experiment:
    return experiment(GRU, [(8, 6, 3)], (8, 6, 1))


def test_a_pasted_gru_trains_to_the_catalogs_losses_bit_for_bit(gru):
    wanted = {"architecture": "gru_every_step", "task": "delayed_echo", "timesteps": 6, "features": 3, "units": 8, **SMALL}
    own = read_experiment(wanted).experiment
    assert (gru.task, gru.knobs) == ("delayed_echo", own.knobs)
    for one, other in zip(trained(gru), trained(own), strict=True):
        assert (one.epoch, one.loss, one.val_loss) == (other.epoch, other.loss, other.val_loss)
        np.testing.assert_array_equal(one.outputs, other.outputs)


def test_an_experiment_without_code_comes_back_with_its_key():
    stored = Experiment("gru_every_step", "delayed_echo", knobs={"delay": 3})
    assert Experiment.from_dict(json.loads(json.dumps(stored.to_dict()))).key == stored.key
    assert Experiment.from_dict(stored.to_dict()) == stored


def test_pasted_code_comes_back_from_json_and_from_the_store(gru, tmp_path):
    assert Experiment.from_dict(json.loads(json.dumps(gru.to_dict()))) == gru
    assert replace(gru, pasted=replace(gru.pasted, code=GRU + "\n")).key != gru.key
    assert "pasted" not in gru.to_query()
    store = Store(f"sqlite:///{tmp_path}/runs.db")
    store.add_run(Run("one", "me", gru, "queued", "", "", 0))
    assert store.run("one").experiment == gru
    store.close()


def test_the_weights_follow_from_the_seed(gru):
    one, same, other = (build_experiment(replace(gru, seed=seed)).get_weights() for seed in (3, 3, 4))
    assert all((a == b).all() for a, b in zip(one, same, strict=True))
    assert not (one[0] == other[0]).all()


def test_tasks_that_fit_are_those_of_the_same_shapes_and_loss():
    every_step = pasted_tasks([(8, 20, 5)], (8, 20, 1), "mse")
    assert every_step[-1] == "random_targets"
    assert {"delayed_echo", "sine_forecast"} < set(every_step)
    assert "adding_problem" not in every_step
    assert "majority" in pasted_tasks([(8, 20, 1)], (8, 1), "binary_crossentropy")
    assert pasted_tasks([(8, 20, 5)], (8, 20, 3), "mean_squared_error") == ["noise", "random_targets"]
    for x, y, loss in (
        ([(8, 20, 5), (8, 20, 2)], (8, 20, 1), "mse"),
        ([(8, 20, 5)], (8, 20, 1), "mae"),
        ([(8, 20)], (8, 1), "mse"),
        ([(8, 300, 5)], (8, 300, 1), "mse"),
    ):
        assert pasted_tasks(x, y, loss) == ["random_targets"]


@pytest.mark.parametrize("task", pasted_tasks([(8, 6, 3)], (8, 6, 1), "mse"))
def test_every_task_that_fits_makes_its_data(gru, task):
    wanted = pasted_experiment(GRU, Report.read(jobs.check(GRU, [(8, 6, 3)], (8, 6, 1), "mse")), task)
    part = data.make(wanted, "probe")
    assert ([each.shape for each in part.inputs], part.targets.shape) == ([(8, 6, 3)], (8, 6, 1))
    assert set(wanted.knobs) == set(TASKS[task].knobs if task in TASKS else ())
    assert data.probe_targets(wanted).shape == (8, 6, 1)


LOSSES = {
    **dict.fromkeys(("mae", "huber", "log_cosh", "cosine_similarity"), "linear"),
    **dict.fromkeys(("mean_squared_logarithmic_error", "mape", "poisson"), "softplus"),
    **dict.fromkeys(("hinge", "squared_hinge"), "tanh"),
    **dict.fromkeys(("binary_crossentropy", "binary_focal_crossentropy"), "sigmoid"),
    **dict.fromkeys(("categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence"), "softmax"),
    **dict.fromkeys(("categorical_hinge", "dice", "tversky", "sparse_categorical_crossentropy"), "softmax"),
}
COUNTED = ("binary", "categorical", "kl", "sparse", "dice", "tversky")


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_equals_keras_and_falls(loss):
    """Before the first batch, with a learning rate of nearly nothing, Keras evaluates to the same loss and accuracy."""
    target = (8, 6) if loss.startswith("sparse") else (8, 6, 4)
    code = classes(LOSSES[loss])
    still = pasted_experiment(
        code, _holding([(8, 6, 3)], target, loss, _described(code, target, loss)), learning_rate=1e-12, **SMALL
    )
    program = Program(still, xla=False)
    (frame,) = Trainer(still, program).run(None, 1, 1e9)[1]
    model = build_experiment(still)
    # Eagerly, as each of these models is asked once: to trace it takes longer.
    model.compile(loss=loss, metrics=["binary_accuracy" if loss.startswith("binary") else "accuracy"], run_eagerly=True)
    held_out = data.make(still, "held out")
    expected, accuracy = model.test_on_batch(list(held_out.inputs), held_out.targets)
    assert frame.val_loss == pytest.approx(expected, rel=1e-4)
    counted = loss.startswith(COUNTED)
    assert (frame.val_accuracy is not None) == counted
    if counted:
        assert frame.val_accuracy == pytest.approx(accuracy, abs=1e-6)
    frames = Trainer(replace(still, learning_rate=0.01), program).run(None, 3, 1e9)[1]
    assert frames[-1].loss < frames[0].loss
    assert frames[0].outputs.shape == data.probe_targets(still).shape == (8, 6, 4)


def _described(code: str, y, loss: str) -> dict:
    return jobs.describe(Experiment("pasted", "random_targets", pasted=Pasted(code, [(8, 6, 3)], y, loss)).to_dict())[
        "description"
    ]


def _holding(x, y, loss: str, description: dict) -> Report:
    """What a check says of code that holds, as far as an experiment is made of it."""
    found = {"layers": [], "output": description["output"], "params": description["params"], "problems": [], "hints": []}
    return Report.read({**found, "description": description, "x": x, "y": y, "loss": loss, "holds": True})


@pytest.mark.parametrize("loss", ["mse", "mae", "huber", "poisson", "hinge", "binary_crossentropy", "kl_divergence"])
def test_the_baseline_of_random_targets_is_what_predicting_the_mean_gives(loss):
    pasted = Pasted("", [(8, 6, 3)], (8, 6, 4), loss, output=(8, 6, 4))
    wanted = Experiment("pasted", "random_targets", samples=4096, pasted=pasted)
    task = resolve(wanted).task
    (baseline,) = task.baselines
    part = data.make(wanted, "training")
    found = keras.ops.mean(keras.losses.get(loss)(part.targets, baseline.predict(part.inputs[0])))
    assert float(found) == pytest.approx(resolve(wanted).baselines["always the mean"], rel=0.02)
    assert f"gives a loss of {resolve(wanted).baselines['always the mean']:.3g}." in task.summary
    assert "only be memorized" in task.summary


def test_two_inputs_and_whole_numbers():
    code = f"""{START}
words = keras.Input((7,))
numbers = keras.Input((5, 2))
read = layers.GlobalAveragePooling1D()(layers.Embedding(11, 3)(words))
heard = layers.Flatten()(numbers)
model = keras.Model([words, numbers], layers.Dense(3, activation="softmax")(layers.concatenate([read, heard])))
"""
    wanted = experiment(code, [(8, 7), (8, 5, 2)], (8,), "sparse_categorical_crossentropy")
    assert (wanted.pasted.below, wanted.pasted.output) == ((11, None), (8, 3))
    words, numbers = data.make(wanted, "training").inputs
    assert (words.shape, numbers.shape) == ((64, 7), (64, 5, 2))
    assert set(np.unique(words)) == set(range(11))
    assert set(np.unique(data.make(wanted, "training").targets)) == {0, 1, 2}
    frames = trained(wanted)
    assert frames[0].outputs.shape == data.probe_targets(wanted).shape == (8, 1, 3)
    assert data.probe_targets(wanted).sum() == 8
    assert frames[-1].loss < frames[0].loss
    assert (wanted.timesteps, wanted.features) == (7, 1)


@pytest.mark.parametrize(
    ("layers", "x", "y", "shown"),
    [
        ("keras.Input((4,)), layers.Dense(3)", (8, 4), (8, 3), (8, 1, 3)),
        (
            "keras.Input((4, 6, 3)), layers.TimeDistributed(layers.Dense(2))",
            (8, 4, 6, 3),
            (8, 4, 6, 2),
            (8, 24, 2),
        ),
        ("keras.Input((3, 4, 5, 1)), layers.ConvLSTM2D(2, 2)", (8, 3, 4, 5, 1), (8, 3, 4, 2), (8, 12, 2)),
        ("keras.Input((None, 3)), layers.GlobalAveragePooling1D(), layers.Dense(20)", (8, 6, 3), (8, 20), (8, 1, 16)),
    ],
)
def test_from_two_to_five_axes(layers, x, y, shown):
    wanted = experiment(f"{START}model = keras.Sequential([{layers}])", [x], y, epochs=2)
    frames = trained(wanted)
    assert frames[0].outputs.shape == data.probe_targets(wanted).shape == shown
    assert frames[1].loss < frames[0].loss


def test_masks_and_penalties_count_as_in_keras():
    code = f"""{START}
model = keras.Sequential([
    keras.Input((7,)),
    layers.Embedding(5, 3, mask_zero=True),
    layers.GRU(4, return_sequences=True, kernel_regularizer="l2"),
    layers.Dense(2, activity_regularizer="l2"),
])
"""
    wanted = experiment(code, [(8, 7)], (8, 7, 2), "mse", learning_rate=1e-12, epochs=1, samples=32)
    (frame,) = trained(wanted)
    model = build_experiment(wanted)
    model.compile(loss="mse", run_eagerly=True)
    training = data.make(wanted, "training")
    losses = []
    order = data.order(wanted, 1)
    for start in range(0, 32, 16):
        chosen = order[start : start + 16]
        losses.append(float(model.test_on_batch([training.inputs[0][chosen]], training.targets[chosen])) * len(chosen))
        # Else Keras tells the mean of all batches since it was compiled.
        model.reset_metrics()
    assert frame.loss == pytest.approx(sum(losses) / 32, rel=1e-4)


def test_a_run_is_the_same_however_it_is_cut_and_says_the_program_it_is_on():
    # XLA compiles this in a moment.
    dense = experiment(classes("linear"), [(8, 6, 3)], (8, 6, 4))
    whole = in_a_worker(dense).frames
    first = jobs.chunk(dense.to_dict(), None, 1, 1e9)
    rest = jobs.chunk(dense.to_dict(), first, 3, 1e9)
    assert [frame.loss for frame in (*first.frames, *rest.frames)] == [frame.loss for frame in whole]
    assert program_key(dense) in rest.held.programs
    bare = replace(dense, pasted=replace(dense.pasted, output=(), below=()))
    assert (bare, bare.key, program_key(bare)) == (dense, dense.key, program_key(dense))
    assert bare.to_dict() != dense.to_dict() == Experiment.from_dict(dense.to_dict()).to_dict()
    assert [frame.loss for frame in in_a_worker(bare).frames] == [frame.loss for frame in whole]


@pytest.mark.parametrize(
    ("code", "x", "y", "sentence"),
    [
        (
            "model = keras.Sequential([keras.Input(batch_shape=(8, 6, 3)), layers.GRU(4)])",
            (8, 6, 3),
            (8, 4),
            "The code sets the batch size to 8",
        ),
        (
            "a = keras.Input((6, 3))\nmodel = keras.Model(a, [layers.GRU(4)(a), layers.LSTM(4)(a)])",
            (8, 6, 3),
            (8, 4),
            "and this one has 2",
        ),
        ("model = keras.Sequential([keras.Input((6, 3)), layers.Flatten()])", (8, 6, 3), (8, 18), "no weights"),
    ],
)
def test_what_cannot_be_trained_here_is_described_and_says_why(code, x, y, sentence):
    wanted = Experiment("pasted", "random_targets", **SMALL, pasted=Pasted(START + code, [x], y, "mse"))
    found = jobs.describe(wanted.to_dict())
    assert found["description"]["layers"]
    assert sentence in found["hindrance"]
    with pytest.raises(ValueError, match=sentence):
        in_a_worker(wanted)


def test_a_stateful_model_is_not_trained_and_says_why():
    code = f"{START}model = keras.Sequential([keras.Input(batch_shape=(8, 6, 3)), layers.GRU(4, stateful=True)])"
    wanted = Experiment("pasted", "random_targets", **SMALL, pasted=Pasted(code, [(8, 6, 3)], (8, 4), "mse"))
    with pytest.raises(ValueError, match="Remove stateful=True"):
        in_a_worker(wanted)


def test_a_loss_without_targets_to_draw_says_which_there_are():
    found = jobs.describe(
        Experiment("pasted", "random_targets", pasted=Pasted(GRU, [(8, 6, 3)], (8, 6, 1), "ctc")).to_dict()
    )
    assert "Targets for the loss ctc cannot be generated here" in found["hindrance"]


def test_what_does_not_hold_or_has_no_shapes_is_no_experiment():
    report = jobs.check(GRU, [(8, 6, 3)], (8, 6, 1), "mse")
    for changed, sentence in (
        ({"holds": False}, "fix its problems first"),
        ({"y": None}, "fill in the shapes of its inputs and of its target"),
    ):
        with pytest.raises(ValueError, match=sentence):
            pasted_experiment(GRU, Report.read(report | changed))
    # The Input of the code says what x is.
    pasted = pasted_experiment(GRU, Report.read(report | {"x": None})).pasted
    assert pasted and pasted.x == ((8, 6, 3),)
    with pytest.raises(ValueError, match="The task majority does not fit this code"):
        pasted_experiment(GRU, Report.read(report), "majority")


def test_shapes_numbers_comparison_and_quiz(gru):
    found = jobs.describe(gru.to_dict())
    assert (found["hindrance"], found["description"]["settings"]) == ("", {})
    assert set(found["values"]) == {"sequence", "memory", "answer"}
    other = jobs.compare(gru.to_dict(), "memory", "return_sequences", False)
    assert other["broken"]["layer"] == "answer"
    questions = [question(Description.read(found["description"]), 1, number) for number in range(5)]
    assert all(len(each.choices) > 1 for each in questions)


def test_the_panel_finds_words_limits_and_baselines(gru):
    architecture, task = resolve(gru).architecture, resolve(gru).task
    assert (architecture.title, architecture.answers, architecture.code) == ("Your code", "every step", GRU)
    assert (architecture.fits(task), architecture.fits(TASKS["majority"])) == (True, False)
    assert size_limit("timesteps", architecture, task).low == size_limit("timesteps", architecture, task).high == 6
    assert size_reason("timesteps", architecture, task) == "The code sets this number."
    assert size_reason("units", architecture, task) == "Your code has no units to set."
    assert resolve(gru).baselines["without memory"] == pytest.approx(3 / 6 / 3)


def test_the_story_of_random_targets():
    wanted = Experiment("pasted", "random_targets", pasted=Pasted("", [(8, 6, 3)], (8, 4), "mse", output=(8, 4)))
    losses = np.array([1.2, 1.02])
    said = narrate(wanted, Course(losses, losses, np.ones((2, 1))))
    assert said == [
        "The validation loss (1.02) is close to the baseline “always the mean” (1): the model is not clearly better."
    ]


def test_an_embedding_is_looked_up_and_costs_no_multiplication():
    code = f"{START}model = keras.Sequential([keras.Input((20,)), layers.Embedding({{rows}}, 8), layers.GRU(4)])"
    few, many = (
        Experiment("pasted", "random_targets", pasted=Pasted(code.format(rows=rows), [(8, 20)], (8, 4), "mse"))
        for rows in (10, 50_000)
    )
    one, other = (
        cost.estimate(each, Description.read(jobs.describe(each.to_dict())["description"])) for each in (few, many)
    )
    assert one.seconds == other.seconds > 0
    assert one.bytes < other.bytes


TRAINING = """import numpy as np
history = model.fit(np.zeros((8, 6, 3)), np.zeros((8, 6, 1)))
print(history.history)
"""
SCRIPTS = {
    "its own training": (GRU + TRAINING, [(8, 6, 3)], (8, 6, 1), "mse"),
    "whole numbers": (
        f"from __future__ import annotations\nimport matplotlib.pyplot as plt\n{START}"
        "net = keras.Sequential([keras.Input((7,)), layers.Embedding(11, 3), layers.LSTM(4), layers.Dense(3, 'softmax')])\n",
        [(8, 7)],
        (8,),
        "sparse_categorical_crossentropy",
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_script_stands_alone(name, tmp_path):
    code, x, y, loss = SCRIPTS[name]
    pasted = Pasted(code, x, y, loss)
    description = jobs.describe(Experiment("pasted", "random_targets", pasted=pasted).to_dict())["description"]
    wanted = pasted_experiment(code, _holding(x, y, loss, description), **{**SMALL, "epochs": 1})
    path = tmp_path / "experiment.py"
    part = data.make(wanted, "training")
    sums = "\nprint('sum', float(np.sum(targets)), float(sum(np.sum(each) for each in keras.tree.flatten(inputs))))\n"
    path.write_text(script(wanted) + sums, encoding="utf-8")
    found = new_process.run([path], cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert "validation: " in found.stdout
    summed = [float(each) for each in found.stdout.splitlines()[-1].split()[1:]]
    assert summed == pytest.approx([float(np.sum(part.targets)), float(sum(np.sum(each) for each in part.inputs))])
    assert all(math.isfinite(each) for each in summed)
