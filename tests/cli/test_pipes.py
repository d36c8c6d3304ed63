"""The command line in front of another program, in real processes: nothing is wrapped, and a closed pipe is no error."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import pytest

from explorer.catalog import ARCHITECTURES, TASKS
from explorer.catalog.presets import PRESETS
from explorer.cli import files, main
from tests.new_process import NewProcess, run

COMMAND = ["-m", "explorer"]


def piped(*arguments: str) -> list[str]:
    """What a command writes into a pipe, in lines, where the environment knows the width of a terminal."""
    environment = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"} | {"COLUMNS": "80"}
    done = run([*COMMAND, *arguments], env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    "arguments", [("list",), ("list", "--json"), ("--help",), ("train", "--help"), ("shapes", "gru_once")], ids=" ".join
)
def test_a_reader_who_leaves_is_no_error(arguments):
    """As `| head` leaves, but for certain before anything is written."""
    reading, writing = os.pipe()
    os.close(reading)
    with tempfile.TemporaryFile("w+") as errors:
        process = NewProcess([*COMMAND, *arguments], stdout=writing, stderr=errors)
        os.close(writing)
        assert process.wait() == 0
        errors.seek(0)
        assert errors.read() == ""


def test_a_reader_who_takes_one_line_gets_it():
    """From an interpreter that has imported nothing either, as from one that waited for its imports."""
    command = [sys.executable, *COMMAND, "list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "architectures\n"
        process.stdout.close()
        assert (process.wait(timeout=60), process.stderr.read()) == (0, "")


def test_every_entry_is_one_line_with_all_that_fits_on_it():
    lines = piped("list")
    first = {line.split()[0]: line for line in lines if line.strip()}
    assert len(lines) == len([*ARCHITECTURES, *TASKS, *PRESETS]) + 9  # to each of the three a title, a head, an empty line
    for name, architecture in ARCHITECTURES.items():
        assert architecture.title in first[name]
        assert first[name].endswith(", ".join(other for other, task in TASKS.items() if architecture.fits(task)))
    for name, task in TASKS.items():
        assert first[name].endswith(", ".join(other for other, entry in ARCHITECTURES.items() if entry.fits(task)))
    for name, preset in PRESETS.items():
        assert first[name].endswith(preset.says)


def test_every_layer_is_one_line_and_the_columns_stand_below_their_heads():
    head, *rows = piped("shapes", "encoder_decoder")
    assert head.split() == ["layer", "type", "returns", "parameters", "what", "it", "does"]
    assert [row.split()[0] for row in rows] == ["sequence", "encoder", "repeated", "decoder", "answer", "total"]
    assert max(map(len, rows)) > 80 and not any("─" in line for line in (head, *rows))
    assert all(row[head.index("type") - 1] == " " != row[head.index("type")] for row in rows[:-1])


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="This system has no device that is always full.")
def test_output_that_cannot_be_written_gets_a_sentence():
    with open("/dev/full", "w") as full, tempfile.TemporaryFile("w+") as errors:
        assert NewProcess([*COMMAND, "list"], stdout=full.fileno(), stderr=errors).wait() == 2
        errors.seek(0)
        assert errors.read() == "The output cannot be written: No space left on device.\n"


@pytest.mark.parametrize(
    ("redirections", "sentence"), [(">&-", "standard output is closed"), ("<&-", "Standard input is closed")]
)
def test_closed_streams_get_a_sentence(redirections, sentence):
    command = f'"{sys.executable}" -m explorer {"list" if ">" in redirections else "check -"} {redirections}'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert done.returncode == 2 and sentence in done.stderr and done.stderr.count("\n") == 1


def test_a_file_without_end_is_not_read_to_its_end(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(files, "MOST_CHARACTERS", 1000)
    long = tmp_path / "long.txt"
    long.write_text("x" * 1001)
    for command in ("check", "error"):
        assert main([command, str(long)]) == 2
        assert capsys.readouterr().err.endswith("has more than 1,000 characters. Take the part that matters.\n")
