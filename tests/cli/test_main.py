"""The command line says what the page says."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest

from explorer import __version__
from explorer.catalog import ARCHITECTURES, TASKS, read_experiment
from explorer.catalog.presets import PRESETS
from explorer.cli import commands, main, take_home, training
from explorer.experiment import Frame
from explorer.interface import Training
from tests.new_process import NewProcess, run


def said(capsys, *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def refused(capsys, *arguments: str) -> str:
    assert main(arguments) == 2
    return capsys.readouterr().err


def test_list_names_everything_and_what_fits(capsys):
    text = said(capsys, "list")
    assert all(name in text for name in (*ARCHITECTURES, *TASKS))
    found = json.loads(said(capsys, "list", "--json"))
    assert [entry["name"] for entry in found["architectures"]] == list(ARCHITECTURES)
    assert all(preset.name in text and preset.title in text and preset.says in text for preset in PRESETS.values())
    for preset in found["presets"]:
        assert read_experiment(preset["query"]).experiment == PRESETS[preset["name"]].experiment
    assert [preset["name"] for preset in found["presets"]] == list(PRESETS)
    windows = next(entry for entry in found["architectures"] if entry["name"] == "windows_gru")
    assert windows["tasks"] == ["longest_window"]


def test_shapes_as_json(capsys):
    text = said(capsys, "shapes", "gru_every_step", "--timesteps", "20", "--features", "5", "--units", "32", "--json")
    found = json.loads(text)
    assert (found["inputs"], found["output"], found["params"]) == ([[None, 20, 5]], [[None, 20, 1]], 3777)
    memory = found["layers"][0]
    assert (memory["name"], memory["type"], memory["params"]) == ("memory", "GRU", 3744)
    assert (memory["input"], memory["output"]) == ([[None, 20, 5]], [[None, 20, 32]])
    assert memory["axes_in"] == [["batch", "timesteps", "features"]]
    assert memory["axes_out"] == [["batch", "timesteps", "units"]]
    assert memory["says"]


def test_shapes_in_words(capsys):
    text = said(capsys, "shapes", "windows_gru", "--windows", "4", "--timesteps", "6")
    assert "(batch, windows 4, timesteps 6, features 5)" in text
    assert "TimeDistributed(GRU)" in text


def test_explain_as_json_and_in_words(capsys):
    found = json.loads(said(capsys, "explain", "gru_every_step", "--units", "32", "--features", "5", "--json"))
    memory, answer = found["layers"]
    assert memory["parameters"]["numbers"] == "3 * 32 * (5 + 32 + 2)"
    assert memory["output"][0][2] == {"axis": "units", "symbol": "U", "size": 32}
    (alone,) = json.loads(said(capsys, "explain", "gru_every_step", "--layer", "answer", "--json"))["layers"]
    assert alone["says"] == answer["says"]
    text = said(capsys, "explain", "windows_gru", "--windows", "4")
    assert "(batch B, windows W = 4, timesteps T = 20, features F = 5)" in text
    assert "on one sequence: Above, the hidden state of the GRU starts at zero in each of 4 windows." in text
    assert "memory:" not in said(capsys, "explain", "windows_gru", "--layer", "average")
    assert "There is no layer called “nothing”. There are: memory, average, answer." in refused(
        capsys, "explain", "windows_gru", "--layer", "nothing"
    )


STACKED = """import keras
from keras import layers
model = keras.Sequential([keras.Input((20, 5)), layers.GRU(8), layers.GRU(4), layers.Dense(1)])
"""
SHAPES = ("--x", "8,20,5", "--y", "8,1", "--loss", "mse")


def test_check_tells_the_shapes_of_code_that_holds(capsys, tmp_path, monkeypatch):
    path = tmp_path / "code.py"
    path.write_text(STACKED.replace("GRU(8)", "GRU(8, return_sequences=True)"))
    text = said(capsys, "check", str(path), *SHAPES)
    assert "(batch, timesteps 20, units 8)  " in text
    assert text.endswith("No problems found.\n")
    monkeypatch.setattr("sys.stdin", io.StringIO(path.read_text()))
    assert json.loads(said(capsys, "check", "-", *SHAPES, "--batch", "8", "--json"))["holds"]
    assert main(["check", str(path), *SHAPES, "--y", "8,2"]) == 1
    assert "The model has 1 output, but 2 targets were given: give one for each." in capsys.readouterr().out


def test_check_tells_what_fails_and_how_to_fix_it(capsys, tmp_path):
    path = tmp_path / "code.py"
    path.write_text(STACKED)
    assert main(["check", str(path), *SHAPES]) == 1
    text = capsys.readouterr().out
    assert "fails on (None, 8)" in text
    assert "time_axis_missing, line 3: " in text
    assert "Keras says: " in text
    assert "\n+model = keras.Sequential([keras.Input((20, 5)), layers.GRU(8, return_sequences=True)" in text
    assert main(["check", str(path), *SHAPES, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["problems"][0]["kind"] == "time_axis_missing"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--x", "8,many"), "--x must be whole numbers from 1 on with commas between, as in 8,20,5. Received: “8,many”."),
        (("--y", "0"), "--y must be whole numbers from 1 on"),
        (("--batch", "8,8"), "--batch must be a whole number from 1 on. Received: “8,8”."),
    ],
)
def test_check_refuses_options_that_are_no_shapes(capsys, tmp_path, options, sentence):
    path = tmp_path / "code.py"
    path.write_text(STACKED)
    assert sentence in refused(capsys, "check", str(path), *options)


def test_check_asks_for_a_number_and_takes_it(capsys, tmp_path):
    code = tmp_path / "model.py"
    code.write_text("import keras\nmodel = keras.Sequential([keras.Input((7, n_features)), keras.layers.GRU(5)])\n")
    assert main(["check", str(code)]) == 1
    assert "--size 'n_features=" in capsys.readouterr().out
    assert main(["check", str(code), "--size", "n_features=3"]) == 0
    assert "No problems found." in capsys.readouterr().out
    assert main(["check", str(code), "--size", "3"]) == 2
    assert "--size takes a name and a number" in capsys.readouterr().err


def test_check_reads_the_code_cells_of_a_notebook_and_shows_the_model_that_is_named(capsys, tmp_path):
    cells = [
        {"cell_type": "markdown", "source": ["# Rain"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "import keras\n", "from keras import layers"]},
        {"cell_type": "code", "source": "i = keras.Input((7, 3))\nh = layers.GRU(5)(i)\nencoder = keras.Model(i, h)\n"},
        {"cell_type": "code", "source": "layers.LSTM(4)(h)"},
    ]
    path = tmp_path / "rain.ipynb"
    path.write_text(json.dumps({"cells": [*cells[:3], cells[2] | {"source": "model = keras.Model(i, layers.Dense(1)(h))"}]}))
    assert "encoder: cell 2, line 3, 1 layer, 150 parameters" in said(capsys, "check", str(path))
    assert json.loads(said(capsys, "check", str(path), "--model", "encoder", "--json"))["params"] == 150
    assert main(["check", str(path), "--model", "decoder"]) == 2
    assert "no model called 'decoder'. It makes: encoder, model." in capsys.readouterr().err
    path.write_text(json.dumps({"cells": cells}))
    assert main(["check", str(path)]) == 1
    assert "cell 3, line 1: " in capsys.readouterr().out
    for broken, sentence in (("{", "its file is no JSON"), ('{"cells": []}', "no code cells"), ("[]", "no list of cells")):
        path.write_text(broken)
        assert sentence in refused(capsys, "check", str(path))


def test_check_refuses_a_file_that_cannot_be_read(capsys, tmp_path):
    assert "cannot be read: No such file or directory." in refused(capsys, "check", str(tmp_path / "none.py"))
    (tmp_path / "bytes.py").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read: it is not text in UTF-8." in refused(capsys, "check", str(tmp_path / "bytes.py"))


def test_quiz_asks_the_same_again_and_ends_with_its_input(capsys, monkeypatch):
    def played(*answers: str) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers) + "\n"))
        return said(capsys, "quiz", "gru_once", "--seed", "7", "--questions", "2")

    once, again = played("a", "b"), played("a", "b")
    assert once == again
    assert "of 2 right." in once
    assert "1. " in played("q")
    assert "--questions must be a whole number from 1 on. Received: “0”." in refused(
        capsys, "quiz", "gru_once", "--questions", "0"
    )


def test_comparisons_are_listed_and_laid_side_by_side(capsys):
    assert "--layer memory --setting return_sequences: True → False" in said(capsys, "twins", "gru_every_step")
    chosen = ("--layer", "memory", "--setting", "merge_mode", "--value", "sum")
    text = said(capsys, "twins", "bidirectional_gru", "--units", "8", *chosen)
    assert "memory returns 16 units in your model and 8 with merge_mode=sum" in text
    found = json.loads(said(capsys, "twins", "bidirectional_gru", "--units", "8", *chosen, "--json"))
    assert (found["layer"], found["broken"]) == ("memory", None)
    broken = said(capsys, "twins", "gru_every_step", "--layer", "memory", "--setting", "return_sequences")
    assert "answer fails" in broken
    assert "Keras says:" in broken
    assert "There is no layer called “nothing” with a setting to compare." in refused(
        capsys, "twins", "gru_once", "--layer", "nothing", "--setting", "use_bias"
    )


def test_train_gives_one_object_an_epoch(capsys):
    arguments = ["train", "dense_every_step", "--task", "delayed_echo", "--timesteps", "5"]
    arguments += ["--samples", "32", "--epochs", "3"]
    lines = [json.loads(line) for line in said(capsys, *arguments, "--json").splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    assert lines[2]["loss"] < lines[0]["loss"]
    text = said(capsys, *arguments)
    assert "3/3" in text and f"{lines[2]['loss']:.4g}" in text
    assert "baseline “without memory”" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("shapes", "gru_evry"), "There is no architecture called “gru_evry”."),
        (("shapes", "gru_once", "--timesteps", "0"), "timesteps must be a whole number from 2 to 200; received “0”."),
        (("shapes", "gru_once", "--units", "many"), "units must be a whole number from 1 to 256; received “many”."),
        (("train", "gru_once", "--task", "majority"), "does not fit"),
        (("train", "gru_once", "--delay", "3"), "--delay is not a setting of gru_once on adding_problem."),
        (
            ("train", "stacked_gru", "--units", "256", "--timesteps", "200", "--samples", "4096", "--epochs", "500"),
            "This run would take about",
        ),
    ],
)
def test_a_bad_request_gets_its_sentence(capsys, arguments, sentence):
    assert sentence in refused(capsys, *arguments)


def test_who_tells_what_was_measured_and_what_does_not_fit(capsys):
    assert re.search(r"^ *gru_every_step +delayed_echo +0\.\d+ .*without memory 0\.2833", said(capsys, "who"), re.MULTILINE)
    pairs = {(each["architecture"], each["task"]): each for each in json.loads(said(capsys, "who", "--json"))["pairs"]}
    assert len(pairs) == len(ARCHITECTURES) * len(TASKS)
    assert pairs["dense_every_step", "delayed_echo"]["relative"] > 0.95
    assert "misfit" in pairs["gru_once", "delayed_echo"]


@pytest.mark.parametrize(
    "arguments", [(), ("nonsense",), ("shapes",), ("shapes", "gru_once", "--nonsense", "1"), ("twins", "--layer")]
)
def test_what_is_no_command_ends_with_2_and_says_so_without_a_traceback(capsys, arguments):
    text = refused(capsys, *arguments)
    assert ("Usage: " in text or "Error: " in text) and "Traceback" not in text


def test_help_tells_every_command_with_an_example_and_the_exit_codes(capsys):
    text = said(capsys, "--help")
    assert all(f"\n  {name} " in text for name in commands.commands)
    assert all(f"\n    {code}  " in text for code in (0, 1, 2, 130))
    for name in commands.commands:
        assert f"Examples\n    explorer {name}" in said(capsys, name, "--help")
    assert said(capsys, "--version") == f"explorer {__version__}\n"


def test_a_loss_that_is_not_finite_ends_with_1(capsys, monkeypatch):
    frames = [
        Frame(1, 0.5, 0.6, None, None, np.zeros((1, 2, 1))),
        Frame(2, float("nan"), 0.6, None, None, np.zeros((1, 2, 1))),
    ]

    def diverge(experiment, on_frame):
        for frame in frames:
            on_frame(frame)
        return Training(experiment, tuple(frames), None)

    monkeypatch.setattr(training, "run", diverge)
    assert main(["train", "gru_once", "--json"]) == 1
    said = capsys.readouterr()
    assert [json.loads(line)["epoch"] for line in said.out.splitlines()] == [1]
    assert said.err == "The loss was no longer a finite number in epoch 2.\n"


def test_whoever_interrupts_it_is_told_that_it_ended(capsys, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "run", interrupted)
    assert main(["train", "gru_once"]) == 130
    assert capsys.readouterr().err.strip() == "Ended."


def on_a_terminal(stream: str, *arguments: str) -> tuple[int, bytes]:
    """The exit code of a command in a process of its own, and what it writes to a stream that is a terminal."""
    ours, theirs = os.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    process = NewProcess(["-m", "explorer", *arguments], **{stream: theirs}, env=environment)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # what Linux says when the other side is closed
        while part := os.read(ours, 65536):
            shown += part
    os.close(ours)
    return process.wait(), shown


def test_somebody_who_stops_it_before_it_has_begun_gets_the_same_answer():
    program = """
import sys
class Stopped:
    def find_spec(self, name, *rest):
        if name == "explorer.cli":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Stopped())
from explorer.__main__ import run
sys.exit(run())
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (found.returncode, found.stdout, found.stderr.strip()) == (130, "", "Ended.")


def test_a_change_of_code_is_coloured_on_a_terminal_and_plain_in_a_file(tmp_path, capfd):
    path = tmp_path / "code.py"
    path.write_text(STACKED)
    assert main(["check", str(path), *SHAPES]) == 1
    assert "\x1b" not in capfd.readouterr().out
    code, shown = on_a_terminal("stdout", "check", str(path), *SHAPES)
    assert code == 1
    assert b"\x1b[32m+model = " in shown and b"\x1b[31m-model = " in shown


def test_training_shows_one_bar_on_a_terminal_and_none_in_a_file(capfd):
    arguments = ["train", "dense_every_step", "--timesteps", "5", "--samples", "32", "--epochs", "4"]
    assert main(arguments) == 0
    assert capfd.readouterr().err == ""
    code, shown = on_a_terminal("stderr", *arguments)
    assert code == 0
    assert b"4/4" in shown and b"validation" in shown


def test_export_writes_a_file(capsys, tmp_path):
    path = tmp_path / "gru.py"
    said(capsys, "export", "gru_once", "--output", str(path))
    assert path.read_text() == said(capsys, "export", "gru_once")
    compile(path.read_text(), path, "exec")


@pytest.mark.parametrize(("place", "reason"), [("", "Is a directory"), ("none/losses.csv", "No such file or directory")])
def test_where_no_file_can_be_written_nothing_is_trained_for_it(capsys, monkeypatch, tmp_path, place, reason):
    monkeypatch.setattr(take_home, "_trained", lambda _: pytest.fail("It was trained."))
    assert f"cannot be written: {reason}." in refused(
        capsys, "export", "gru_once", "--as", "csv", "--output", str(tmp_path / place)
    )


def test_it_runs_as_a_module_and_prints_nothing_but_json():
    found = run(["-m", "explorer", "shapes", "dense_every_step", "--json"])
    assert json.loads(found.stdout)["output"] == [[None, 20, 1]]
    assert (found.returncode, found.stderr) == (0, "")


def test_an_error_message_is_looked_up(capsys, tmp_path, monkeypatch):
    (tmp_path / "traceback.txt").write_text('ValueError: Input 0 of layer "lstm_1" is wrong: expected ndim=3, found ndim=2')
    text = said(capsys, "error", str(tmp_path / "traceback.txt"))
    assert "(batch, timesteps, features)" in text and "/paste?example=memory_thrown_away, fixed" in text
    monkeypatch.setattr("sys.stdin", io.StringIO("Dimensions must be equal, but are 6 and 12"))
    found = json.loads(said(capsys, "error", "-", "--json"))
    assert (found["status"], found["family"]) == ("known", "dimensions_differ")
    assert "decoder_states" in [cause["example"] for cause in found["causes"]]
    assert said(capsys, "error", 'Input 0 of layer "lstm_1" is wrong: expected ndim=3, found ndim=2').splitlines()[0] in text
    (tmp_path / "two words").write_text("Dimensions must be equal, but are 6 and 12")
    assert json.loads(said(capsys, "error", str(tmp_path / "two words"), "--json"))["family"] == "dimensions_differ"


def test_an_error_that_is_not_known_ends_with_1(capsys, tmp_path, monkeypatch):
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\xff\xfe\x00" * 50)
    assert main(["error", str(tmp_path / "picture.png")]) == 1
    assert "not known" in capsys.readouterr().out
    with (tmp_path / "picture.png").open() as picture:
        monkeypatch.setattr("sys.stdin", picture)
        assert main(["error", "-"]) == 1
    assert "cannot be read" in refused(capsys, "error", str(tmp_path / "none.txt"))
