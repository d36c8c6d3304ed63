"""What is taken home is read back: settings, and what came of a run."""

from __future__ import annotations

import csv
import io
import json
import secrets
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.catalog import ARCHITECTURES, TASKS, read_experiment
from explorer.catalog.presets import PRESETS
from explorer.cli import main
from explorer.experiment import Experiment, Frame, WrongExperiment
from explorer.export.experiment_file import MOST_CHARACTERS, experiment_json, read_experiment_file
from explorer.export.history import losses_csv, outputs_csv
from explorer.export.model_zip import model_zip, zip_without_model
from explorer.interface import train
from explorer.models.build import build_experiment
from explorer.runtime.jobs.model_file_job import model_file
from explorer.runtime.storage.records import as_stored, new_run
from explorer.runtime.storage.store import Store
from explorer.training import checkpoint, data
from tests.test_export import RUN, run, small

GOOD = Experiment("gru_every_step", "delayed_echo", units=9, knobs={"delay": 2})


# ------------------------------------------------------------------------------------------------------------ settings


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_settings_are_read_back(name):
    task = next(task.name for task in TASKS.values() if ARCHITECTURES[name].fits(task))
    experiment = read_experiment({"architecture": name, "task": task, "seed": 7, "learning_rate": 0.0123}).experiment
    assert read_experiment_file(experiment_json(experiment)) == experiment


def test_named_experiments_are_read_back_and_a_mark_of_bytes_before_them_is_no_matter():
    for preset in PRESETS.values():
        assert read_experiment_file("\ufeff" + experiment_json(preset.experiment)) == preset.experiment


def wrong(text: str, size: int = 0) -> str:
    with pytest.raises(WrongExperiment) as found:
        read_experiment_file(text, size)
    assert all(sentence.endswith((".", "?")) and "\n" not in sentence for sentence in found.value.sentences)
    return str(found.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("hello", "no JSON: Expecting value: line 1 column 1 (char 0); it begins with “hello”"),
        ('{"architecture": "gru_once"', "no JSON"),
        ("[1, 2]", "received a list"),
        ("null", "received null"),
        ('"gru_once"', "received a text"),
        ("{}", "names no architecture; received no names at all"),
        ('{"a": 1, "b": 2}', "names no architecture; received “a”, “b”"),
        ('{"architecture": "gru_evry_step"}', "Did you mean gru_every_step?"),
        ('{"architecture": 7}', "There is no architecture called “7”"),
        ('{"architecture": "gru_once", "task": "reverse"}', "does not fit"),
        ('{"architecture": "gru_once", "task": []}', "no task called “[]”"),
        ('{"architecture": "gru_once", "unitz": 3}', "no setting called “unitz”. Did you mean units?"),
        ('{"architecture": "gru_once", "units": NaN}', "NaN in the place of a number"),
        ('{"architecture": "gru_once", "units": -Infinity}', "-Infinity in the place of a number"),
        ('{"architecture": "gru_once", "units": 1e999}', "units must be a whole number from 1 to 256; received “inf”"),
        ('{"architecture": "gru_once", "units": true}', "units must be a whole number"),
        ('{"architecture": "gru_once", "units": 100000}', "The nearest is 256."),
        ('{"architecture": "gru_once", "units": ' + "9" * 5000 + "}", "a number of too many digits"),
        ('{"architecture": "\\ud800"}', "half of a letter"),
        ('{"architecture": "gru_once", "\\udc00": 3}', "half of a letter"),
        ('{"architecture": "gru_once", "units": 3, "units": 4}', "“units” stands in the file twice"),
        ('{"architecture": "gru_once", "units": 3, "knobs": {"units": 4}}', "“units” stands in the file twice"),
        ('{"architecture": "gru_once", "knobs": [1]}', "“knobs” must hold settings"),
        ('{"architecture": "gru_once", "delay": 3}', "delay is not a setting of gru_once"),
        ('{"architecture": "gru_once", "units": {"a": {"b": {}}}}', "more than 3 deep"),
        ("[" * 10_000, "more than 3 deep"),
        ('{"a":' * 3_000 + "1" + "}" * 3_000, "more than 3 deep"),
        ('{"architecture": "pasted", "task": "noise", "pasted": {"code": "import os"}}', "the page Paste"),
        ("PK\x03\x04 and so on", "an archive"),
        ("\ufffdHDF\r\n", "HDF5"),
        ("\ufffd\x04\ufffd", "a pickle"),
        ("abc\0", "no text in UTF-8"),
        ("\ufffdPNG", "no text in UTF-8"),
    ],
)
def test_what_is_no_experiment_is_refused_in_a_sentence(text, said):
    assert said in wrong(text)


def test_a_file_that_is_too_long_is_refused_by_its_size_alone():
    assert "has 5,000,000 characters, and at most 20,000 are read" in wrong('{"architecture"', 5_000_000)
    assert "too long" in wrong(" " * (MOST_CHARACTERS + 1))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["architecture", "task", "knobs", "pasted", "units", "learning_rate", "delay", "seed"]) | st.text(
    max_size=9
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.dictionaries(NAMES, VALUES | st.sampled_from([*ARCHITECTURES, *TASKS]), max_size=6).map(json.dumps) | st.text())
def test_whatever_a_file_holds_it_is_an_experiment_or_sentences(text):
    try:
        found = read_experiment_file(text)
    except WrongExperiment as refused:
        assert refused.sentences and all(refused.sentences)
    else:
        assert read_experiment(found.to_query()).experiment == found


# --------------------------------------------------------------------------------------------------------------- a run


def frames_of(experiment: Experiment, epochs: int) -> list[Frame]:
    shape = data.probe_targets(experiment).shape
    rng = np.random.default_rng(5)
    return [
        Frame(epoch, float(rng.random()), float(rng.random()), None, None, rng.normal(size=shape).astype(np.float32))
        for epoch in range(1, epochs + 1)
    ]


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_losses_are_whole_in_the_table():
    frames = frames_of(GOOD, 3)
    rows = read(losses_csv([as_stored(frame) for frame in frames]))
    assert [list(row) for row in rows] == [["epoch", "loss", "val_loss"]] * 3
    assert [(float(row["loss"]), float(row["val_loss"])) for row in rows] == [(each.loss, each.val_loss) for each in frames]


def test_a_loss_that_is_no_number_is_an_empty_cell_and_accuracies_have_columns():
    outputs = np.zeros((8, 1, 1), np.float32)
    kept = [as_stored(Frame(1, 0.5, 0.25, 0.75, 1.0, outputs)), as_stored(Frame(2, float("nan"), 3.0, 0.5, 0.5, outputs))]
    rows = read(losses_csv(kept))
    assert rows[0] == {"epoch": "1", "loss": "0.5", "val_loss": "0.25", "accuracy": "0.75", "val_accuracy": "1.0"}
    assert rows[1]["loss"] == "" and rows[1]["val_loss"] == "3.0"


def test_outputs_stand_beside_their_targets_at_their_places():
    frames = frames_of(GOOD, 2)
    rows = read(outputs_csv(GOOD, [as_stored(frame) for frame in frames]))
    targets = data.probe_targets(GOOD)
    assert len(rows) == 2 * targets.size
    for row in rows[:: len(rows) // 50]:
        place = int(row["sequence"]) - 1, int(row["timestep"]) - 1
        assert float(row["target_1"]) == pytest.approx(targets[place][0], abs=1e-5)
        assert float(row["output_1"]) == pytest.approx(frames[int(row["epoch"]) - 1].outputs[place][0], abs=2e-3)


def test_of_a_long_run_some_epochs_are_written_and_the_last_is_there():
    frames = [as_stored(frame) for frame in frames_of(GOOD, 10)]
    rows = read(outputs_csv(GOOD, frames, most=8 * 20 * 4))
    assert sorted({int(row["epoch"]) for row in rows}) == [1, 4, 7, 10]


# ----------------------------------------------------------------------------------------------------- the command line


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """A run of three epochs in a database that the command line reads: its id, and its frames."""
    address = f"sqlite:///{tmp_path / 'runs.db'}"
    monkeypatch.setenv("EXPLORER_DATABASE", address)
    store = Store(address)
    made, frames = new_run(GOOD, "somebody", "running"), frames_of(GOOD, 3)
    store.add_run(made)
    store.add_chunk(made.id, 3, b"", frames, "done")
    store.close()
    return made.id, frames


def test_a_run_of_the_page_is_exported_by_its_name(stored, tmp_path, capsys):
    name, frames = stored
    path = tmp_path / "losses.csv"
    assert main(["export", name, "--as", "csv", "--output", str(path)]) == 0
    assert [float(row["loss"]) for row in read(path.read_text())] == [frame.loss for frame in frames]
    assert len(read((tmp_path / "losses-outputs.csv").read_text())) == 3 * 8 * GOOD.timesteps
    capsys.readouterr()
    assert main(["export", name, "--as", "json"]) == 0
    assert read_experiment_file(capsys.readouterr().out) == GOOD


def said_of(capsys, *arguments: str) -> str:
    assert main(["export", *arguments]) == 2
    return capsys.readouterr().err


def test_a_run_that_is_not_there_or_a_kind_that_is_none_is_told(stored, tmp_path, monkeypatch, capsys):
    other = secrets.token_hex(16)
    assert f"There is no run {other} in sqlite:///" in said_of(capsys, other, "--as", "csv")
    assert "A run has its settings already: leave out units" in said_of(capsys, stored[0], "--units", "3")
    assert "--as can be script, " in said_of(capsys, "gru_once", "--as", "pickle")
    monkeypatch.setenv("EXPLORER_DATABASE", f"sqlite:///{tmp_path / 'none.db'}")
    assert "There is no database" in said_of(capsys, other)
    assert not (tmp_path / "none.db").exists()


def test_an_architecture_is_trained_for_its_table(tmp_path, capsys):
    short = ["--timesteps", "4", "--samples", "32", "--epochs", "2", "--task", "pointwise"]
    assert main(["export", "dense_every_step", *short, "--as", "csv"]) == 0
    assert [row["epoch"] for row in read(capsys.readouterr().out)] == ["1", "2"]


# ------------------------------------------------------------------------------------------------------------- models

LOAD = """
import json, sys, zipfile
import keras, numpy as np
found = {}
for name, path, inputs in json.load(sys.stdin):
    with zipfile.ZipFile(path) as archive:
        archive.extractall(path + ".folder")
    model = keras.models.load_model(path + ".folder/model.keras")
    arrays = [np.array(each, "float32") for each in inputs]
    found[name] = np.array(model(arrays if len(arrays) > 1 else arrays[0])).ravel().tolist()
assert "explorer" not in sys.modules
print(json.dumps(found))
"""


def test_every_architectures_model_is_loaded_by_keras_in_a_new_process_and_answers_the_same(tmp_path):
    asked, answers = [], {}
    for name, task in RUN.items():
        experiment = small(name, task)
        model = build_experiment(replace(experiment, seed=11))
        state = checkpoint.pack([variable.numpy() for variable in model.variables], 4)
        made = model_zip(experiment, [], model_file(experiment.to_dict(), state), 4)
        (tmp_path / name).write_bytes(made)
        inputs = [stream[:2] for stream in data.make(experiment, "probe").inputs]
        answers[name] = np.array(model(inputs if len(inputs) > 1 else inputs[0])).ravel()
        asked.append((name, str(tmp_path / name), [each.tolist() for each in inputs]))
    answer = run(["-c", LOAD], tmp_path, input=json.dumps(asked))
    found = json.loads(answer.stdout.splitlines()[-1])
    assert list(found) == list(ARCHITECTURES)
    for name, wanted in answers.items():
        np.testing.assert_allclose(found[name], wanted, atol=1e-6)
        assert read_experiment_file((tmp_path / f"{name}.folder" / "experiment.json").read_text()) == small(name, RUN[name])


def test_a_trained_model_is_the_one_whose_outputs_are_in_the_table(tmp_path, capsys):
    import keras

    short = ["--timesteps", "4", "--samples", "32", "--epochs", "2", "--task", "pointwise"]
    path = tmp_path / "dense.zip"
    assert main(["export", "dense_every_step", *short, "--as", "keras", "--output", str(path)]) == 0
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    experiment = read_experiment_file((tmp_path / "experiment.json").read_text())
    trained = train(experiment)
    assert [float(row["loss"]) for row in read((tmp_path / "history.csv").read_text())] == [
        frame.loss for frame in trained.frames
    ]
    model = keras.models.load_model(tmp_path / "model.keras")
    outputs = np.array(model(data.make(experiment, "probe").inputs[0]))
    np.testing.assert_allclose(outputs, trained.frames[-1].outputs, atol=1e-6)


def test_a_run_without_weights_or_without_a_file_to_write_to_is_told(stored, tmp_path, capsys):
    path = str(tmp_path / "run.zip")
    assert "No weights are stored of this run yet" in said_of(capsys, stored[0], "--as", "keras", "--output", path)
    assert "add --output FILE.zip" in said_of(capsys, "gru_once", "--as", "keras")
    archive = zipfile.ZipFile(io.BytesIO(zip_without_model(GOOD, [], "The workers are busy.")))
    assert "The workers are busy." in archive.read("README.txt").decode()
    assert sorted(archive.namelist()) == ["README.txt", "experiment.json", "history.csv"]
