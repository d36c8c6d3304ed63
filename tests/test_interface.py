"""What Python programs call: it is light until it is used, judges what it is given, and gives what the page shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import numpy as np
import pytest

import explorer
from explorer import Experiment, WrongExperiment, check, explain, train
from explorer.catalog import read_experiment
from explorer.interface import Training

SMALL = {"timesteps": 5, "units": 4, "samples": 32, "epochs": 3}


def test_importing_it_imports_nothing_that_is_heavy():
    program = """
import sys
import explorer
from explorer import Experiment, WrongExperiment, check, explain, train
Experiment("gru_every_step", "delayed_echo")
print(sorted({"keras", "tensorflow", "pandas", "plotly", "streamlit", "sqlalchemy", "distributed"} & set(sys.modules)))
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_its_names_are_there_and_no_others():
    assert set(explorer.__all__) <= set(dir(explorer))
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        explorer.nonsense  # noqa: B018


def test_nothing_is_written_that_was_not_asked_for():
    """In a process that imports TensorFlow itself, which says much meanwhile, for a program as for the command line."""
    program = """
from explorer import Experiment, train
from explorer.cli import main
train(Experiment("dense_every_step", "pointwise", timesteps=5, samples=32, epochs=2))
main(["shapes", "dense_every_step", "--json"])
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout)["output"] == [[None, 20, 1]]
    assert found.stderr == ""


def test_training_gives_the_losses_of_the_page_and_the_model_that_has_them():
    experiment = Experiment("dense_every_step", "delayed_echo", **SMALL)
    seen = []
    training = train(experiment, seen.append)
    again = train(experiment)
    assert [frame.epoch for frame in training.frames] == [1, 2, 3] and tuple(seen) == training.frames
    assert [frame.loss for frame in training.frames] == [frame.loss for frame in again.frames]
    assert training.experiment == read_experiment(experiment.to_query()).experiment and training.finite
    # The model's own answers are those of the last frame, and its loss is the one that was told.
    from explorer.training import data

    probe, held_out = (data.make(training.experiment, part) for part in ("probe", "held out"))
    np.testing.assert_allclose(training.model.predict(probe.inputs[0], verbose=0), training.frames[-1].outputs, atol=1e-6)
    loss = training.model.evaluate(held_out.inputs[0], held_out.targets, verbose=0)
    assert loss == pytest.approx(training.frames[-1].val_loss, rel=1e-5)


def test_each_training_has_a_model_of_its_own():
    one, other = (train(Experiment("dense_every_step", "pointwise", **SMALL, seed=seed)) for seed in (1, 2))
    assert one.model is not other.model
    assert not np.array_equal(one.model.get_weights()[0], other.model.get_weights()[0])
    assert one.model.get_weights()[0].tobytes() == train(one.experiment).model.get_weights()[0].tobytes()


@pytest.fixture(scope="module")
def pooled() -> Training:
    """With one answer for each sequence, and accuracies."""
    return train(Experiment("gru_pooled", "majority", **SMALL))


def test_frames_become_a_table(pooled):
    table = pooled.to_dataframe()
    assert list(table.columns) == ["loss", "val_loss", "accuracy", "val_accuracy"]
    assert (table.index.name, list(table.index)) == ("epoch", [1, 2, 3])
    table = train(Experiment("dense_every_step", "pointwise", **SMALL)).to_dataframe()
    assert list(table.columns) == ["loss", "val_loss"]


def test_a_figure_shows_the_losses_with_their_baselines_and_the_outputs_beside_their_targets(pooled):
    from explorer.training import data

    training = train(Experiment("dense_every_step", "noise", **SMALL))
    figure, targets = training.figure(3), data.make(training.experiment, "probe").targets
    drawn = {trace.name: trace for trace in figure.data}
    assert list(drawn["training"].y) == [frame.loss for frame in training.frames]
    assert list(drawn["validation"].x) == [1, 2, 3]
    np.testing.assert_array_equal(drawn["target 2"].y, targets[2, :, 1])
    np.testing.assert_array_equal(drawn["output 3"].y, training.frames[-1].outputs[2, :, 2])
    assert [line.text for line in figure.layout.annotations][-1] == "baseline nothing to learn 0.0833"
    assert [line.y0 for line in figure.layout.shapes] == [pytest.approx(1 / 12)]
    # A model with one output per sequence has no timesteps to draw it over: all sequences are drawn.
    drawn = {trace.name: trace for trace in pooled.figure().data}
    np.testing.assert_array_equal(drawn["output"].y, pooled.frames[-1].outputs[:, 0, 0])
    assert pooled.figure().layout.xaxis2.title.text == "sequence"
    for wrong in (0, 9, True, "1"):
        with pytest.raises(ValueError, match="from 1 to 8"):
            pooled.figure(wrong)


@pytest.mark.parametrize(
    ("experiment", "sentences"),
    [
        (
            Experiment("gru_evry_step", "delayed_echo"),
            ["There is no architecture called “gru_evry_step”.*Did you mean gru_every"],
        ),
        (Experiment("gru_every_step", "delayed_eco"), ["There is no task called “delayed_eco”.*Did you mean delayed_echo"]),
        (
            Experiment("gru_once", "majority"),
            ["does not fit GRU, last timestep.*Tasks that fit: adding_problem, temporal_order.$"],
        ),
        (
            Experiment("gru_once", "adding_problem", timesteps=0, seed=-1),
            ["timesteps must be a whole number from 2 to 200; received “0”. The nearest is 2.", "seed must be"],
        ),
        (
            Experiment("gru_once", "adding_problem", learning_rate="fast"),
            ["learning_rate must be a number from 0.0001 to 1"],
        ),
        (Experiment("gru_once", "adding_problem", units=[1]), ["units must be a whole number"]),
        (
            Experiment("gru_once", "adding_problem", knobs={"delay": 3}),
            ["delay is not a setting of gru_once on adding_problem."],
        ),
        (
            Experiment("gru_every_step", "delayed_echo", knobs={"dealy": 3}),
            ["no setting called “dealy”. Did you mean delay?"],
        ),
        (Experiment("gru_every_step", "delayed_echo", knobs={"units": 3}), ["units is a setting of its own, and no knob"]),
    ],
)
def test_an_experiment_that_cannot_be_is_told_in_the_sentences_of_the_page(experiment, sentences):
    for use in (explain, train):
        with pytest.raises(WrongExperiment) as caught:
            use(experiment)
        assert len(caught.value.sentences) == len(sentences)
        for sentence, pattern in zip(caught.value.sentences, sentences, strict=True):
            assert re.search(pattern, sentence), sentence
        assert isinstance(caught.value, ValueError) and str(caught.value) == "\n".join(caught.value.sentences)


def test_a_run_that_costs_too_much_is_refused():
    costly = Experiment("stacked_gru", "delayed_echo", timesteps=200, units=256, samples=4096, epochs=500)
    with pytest.raises(ValueError, match="This run would take about"):
        train(costly)


@pytest.mark.parametrize("knobs", [5, "delay", [("delay", 3)], {3: "delay"}])
def test_knobs_that_are_no_dictionary_by_name_are_refused_by_their_type(knobs):
    with pytest.raises(TypeError, match=r"knobs takes a dictionary of names and values.*Received: "):
        Experiment("gru_every_step", "delayed_echo", knobs=knobs)
    assert Experiment("gru_every_step", "delayed_echo", knobs=None) == Experiment("gru_every_step", "delayed_echo")


@pytest.mark.parametrize(
    ("given", "received"),
    [({"x": 5}, "5"), ({"y": "8,1"}, "'8,1'"), ({"x": np.zeros((8, 20, 5))}, r"an array; write its shape, \(8, 20, 5\)")],
)
def test_what_is_no_shape_is_refused_in_a_sentence(given, received):
    with pytest.raises(ValueError, match=rf"{next(iter(given))} takes a shape, the batch first.*Received: {received}$"):
        check("import keras", **given)


def test_a_training_and_a_report_are_printed_in_a_few_lines():
    training = train(Experiment("dense_every_step", "pointwise", **SMALL))
    assert re.fullmatch(r"Training\(dense_every_step, pointwise, epochs=3, loss=[\d.]+, val_loss=[\d.]+\)", repr(training))
    code = "import keras\nmodel = keras.Sequential([keras.Input((20, 5)), keras.layers.GRU(32), keras.layers.GRU(16)])"
    problem, quoted, *fixes = str(check(code, x=[(8, 20, 5)], y=(8, 16), loss="mse")).splitlines()
    assert problem.startswith("time_axis_missing, line 2: ") and quoted.startswith("Keras says: ")
    assert fixes and all(each.startswith("Fix: ") for each in fixes)
    asks = check(code.replace("GRU(32)", "GRU(n, return_sequences=True)"))
    assert str(asks).startswith("Missing on line 2: the number n (`n`, which is not defined here).")
    assert str(check(code.replace(", keras.layers.GRU(16)", ""))) == "No problems found."


@pytest.mark.parametrize("function", [train, explain])
def test_what_is_no_experiment_is_refused_by_its_type(function):
    with pytest.raises(TypeError, match=r"takes an? .*Experiment. Received: str"):
        function("gru_every_step")


def test_an_explanation_is_text_data_and_a_table():
    explanation = explain(Experiment("two_streams", "two_streams_sum", timesteps=6, units=4))
    layers = explanation.to_dict()["layers"]
    assert json.loads(json.dumps(layers)) == layers
    table = explanation._repr_html_()
    for layer in layers:
        assert f"{layer['name']}: {layer['type']}" in str(explanation)
        assert f'<td style="text-align: left; vertical-align: top">{layer["name"]}</td>' in table
    assert "on one sequence:" in str(explanation)


def test_names_of_layers_are_no_html():
    import keras

    sequence = keras.Input((5, 2), name="sequence")
    layer = keras.layers.Dense(1, name="<script>")
    table = explain(keras.Model(sequence, layer(sequence)))._repr_html_()
    assert "<script>" not in table and "&lt;script&gt;" in table


def test_any_keras_model_is_explained():
    import keras

    sequence = keras.Input((5, 2), name="sequence")
    model = keras.Model(sequence, keras.layers.GRU(4, name="memory")(sequence))
    (layer,) = explain(model).to_dict()["layers"]
    assert layer["parameters"]["total"] == model.count_params()


def test_code_is_checked_without_being_run():
    code = "import keras\nGRU = keras.layers.GRU\nmodel = keras.Sequential([keras.Input((5, 2)), GRU(4), GRU(4)])"
    report = check(code, x=[(8, 5, 2)], y=(8, 4), loss="mse")
    assert report.problems[0].kind == "time_axis_missing" and not report.holds
