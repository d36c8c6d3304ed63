"""Every example in README, in docs/ and in the command line's help runs as it stands there."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.catalog.presets import PRESETS
from explorer.cli import commands, main
from tests import new_process

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# An architecture or a task: a file of its own.
ENTRY = re.compile(r"^@(?:architecture|task)\(", re.MULTILINE)
PROGRAMS = (".venv/bin/python -m explorer ", "explorer ")
# These take minutes, and have tests of their own: test_bench. Here they are only read.
LONG = {"bench"}
# Of code that breaks the answer is no.
ENDS_WITH = {"check": 1}
MODEL = """import keras
from keras import layers
model = keras.Sequential([keras.Input((20, 5)), layers.GRU(32), layers.GRU(16), layers.Dense(1)])
"""
TRACEBACK = """Traceback (most recent call last):
  File "model.py", line 3, in <module>
ValueError: Input 0 of layer "gru_1" is incompatible with the layer: expected ndim=3, found ndim=2.
"""


def blocks(page: Path, kind: str) -> list[str]:
    return [text for found, text in BLOCK.findall(page.read_text()) if found == kind]


def shell_lines() -> list[str]:
    lines = [line for page in PAGES for block in blocks(page, "sh") for line in block.splitlines()]
    return list(dict.fromkeys(line.partition("  #")[0].strip() for line in lines if line.strip()))


def help_lines() -> list[str]:
    return [line.strip() for command in commands.commands.values() for line in (command.epilog or "").splitlines()[2:]]


COMMANDS = [
    line.removeprefix(program)
    for line in dict.fromkeys([*shell_lines(), *help_lines()])
    for program in PROGRAMS
    if line.startswith(program)
]


@pytest.mark.parametrize("line", list(dict.fromkeys(COMMANDS)))
def test_every_example_of_the_command_line_runs(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("model.py").write_text(MODEL)
    Path("traceback.txt").write_text(TRACEBACK)
    line, _, read = line.partition(" < ")
    line, _, written = line.partition(" > ")
    monkeypatch.setattr("sys.stdin", io.StringIO(Path(read).read_text() if read else "q\n"))
    name, *rest = shlex.split(line)
    arguments = [name, *rest, *(["--help"] if name in LONG else [])]
    assert main(arguments) == ENDS_WITH.get(name, 0)
    said = capsys.readouterr()
    output = Path(rest[rest.index("--output") + 1] if "--output" in rest else written or "windows.py")
    assert said.out or output.exists()
    assert "Error" not in said.err and "Traceback" not in said.err
    known = {"model.py", "traceback.txt", output.name, f"{output.stem}-outputs.csv"}
    assert set(path.name for path in tmp_path.iterdir()) <= known


def test_there_are_examples_of_every_command():
    assert {shlex.split(line)[0] for line in COMMANDS} == set(commands.commands)


@pytest.mark.parametrize(
    "target", sorted({word for line in shell_lines() if line.startswith("make ") for word in line.split()[1:2]})
)
def test_every_target_of_make_that_is_named_is_there(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_every_file_that_is_named_is_there():
    for page in PAGES:
        for place in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / place).exists(), f"{page.name} names {place}."


def test_every_example_in_python_runs(tmp_path):
    """Those of one page one after the other, as somebody who reads it would type them; each page begins anew."""
    programs = {page.stem: [text for text in blocks(page, "python") if not ENTRY.search(text)] for page in PAGES}
    programs = {name: examples for name, examples in programs.items() if examples}
    assert {"README", "python"} <= set(programs)
    for name, examples in programs.items():
        (tmp_path / f"page_{name}.py").write_text("\n".join(examples))
    run = "import runpy, sys; [runpy.run_path(f'page_{name}.py', run_name='__main__') for name in sys.argv[1:]]"
    done = new_process.run(["-c", run, *programs], cwd=tmp_path, env=environment())
    assert done.returncode == 0, done.stderr


def test_the_readme_lists_every_named_experiment():
    names = {name: (each.experiment.architecture, each.experiment.task) for name, each in PRESETS.items()}
    rows = [
        f"| {each.title} | `?preset={each.name}` | `{names[each.name][0]}` | `{names[each.name][1]}` | {each.says} |"
        for each in PRESETS.values()
    ]
    listed = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("|") and "`?preset=" in line]
    assert listed == rows


def environment() -> dict[str, str]:
    """Of a process that finds the project; what this run of the tests has compiled is not compiled again."""
    compiled = {name: os.environ[name] for name in ("TF_XLA_FLAGS",) if name in os.environ}
    return {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **compiled}


@pytest.fixture
def project(tmp_path) -> Path:
    """A copy of the project to which an entry can be added."""
    left_out = shutil.ignore_patterns("__pycache__", "*.pyc")
    for part in ("explorer", "scripts"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=left_out)
    (tmp_path / "tests").mkdir()
    for name in ("__init__.py", "entry_rules.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests" / name)
    return tmp_path


def tried(project: Path, *names: str) -> tuple[int, str]:
    """What `make try` says of entries."""
    done = new_process.run([project / "scripts" / "try_entry.py", *names], env={"PATH": "/usr/bin:/bin"})
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def write_entry(project: Path, source: str, name: str = "deep_answer") -> None:
    (project / "explorer" / "catalog" / "architectures" / f"{name}.py").write_text(source.replace("deep_answer", name))


def entry_of_the_readme(kind: str = "@architecture") -> str:
    (source,) = [text for text in blocks(ROOT / "README.md", "python") if kind in text]
    return source


def changed(before: str, after: str) -> str:
    source = entry_of_the_readme()
    assert before in source
    return source.replace(before, after)


def test_the_entries_that_the_readme_shows_keep_every_rule(project):
    write_entry(project, entry_of_the_readme())
    (project / "explorer" / "catalog" / "tasks" / "change.py").write_text(entry_of_the_readme("@task"))
    code, said = tried(project, "deep_answer", "change")
    assert code == 0 and "deep_answer keeps every rule." in said and "change keeps every rule." in said, said
    assert said.count("Trained for two epochs") == 2


def test_the_baseline_of_the_task_that_the_readme_shows_is_what_its_predictor_loses():
    found: dict[str, Any] = {}
    exec(entry_of_the_readme("@task").replace("@task(", "@(lambda **settings: lambda function: function)("), found)
    inputs, targets = found["change"](np.random.default_rng(0), samples=20_000, timesteps=5, features=2)
    loss = float(np.mean((found["predict_zero"](inputs) - targets) ** 2))
    assert loss == pytest.approx(found["zero_loss"](5, 2), rel=0.02)


BREAKS = {
    "shape": (
        'answers="every step"',
        'answers="once"',
        "It returns (None, 5, 3) where `answers='once'` promises (None, 3).",
    ),
    "name": (', name="answer")', ")", "was left with the name that Keras gave it"),
    "last": ('name="answer")', 'name="end")', "The last layer must be called “answer”, and is 'end'."),
    "source": ('source="https://', 'source="', "`source` must be an address that begins with https://"),
    "knob": ("for level in range(depth)", "for level in range(1)", "The knob depth changes nothing"),
    "doc": (
        "(batch, timesteps, features) ->",
        "(batch, features, timesteps) ->",
        "The docstring says (batch, features, time",
    ),
    "keras": (
        "    import keras  # inside",
        "    # inside",
        "It cannot be tried whether it keeps its promise of shapes: NameError",
    ),
}


def test_what_an_entry_lacks_is_told_in_sentences(project):
    for name, (before, after, _) in BREAKS.items():
        write_entry(project, changed(before, after), f"entry_{name}")
    code, said = tried(project, *(f"entry_{name}" for name in BREAKS))
    assert code == 1
    told = dict(re.findall(r"^(entry_\w+) is not whole yet:\n((?:- .*\n)+)", said, re.MULTILINE))
    for name, (_, _, sentence) in BREAKS.items():
        assert sentence in told[f"entry_{name}"], said


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            'answers="every step"',
            'answers="every step", answer="yes/no"',
            "deep_answer fits no task: it has inputs='sequence'",
        ),
        ("depth=range(1, 4),", "depth=range(1, 4)", "deep_answer.py, line "),
        ('help={"depth":', 'help={"width":', "the knob depth needs a default, its choices and a line of help"),
        ("def deep_answer(", "def deeper_answer(", "must define and sign in a function called deep_answer"),
    ],
    ids=["fits nothing", "is no Python", "has no help", "has another name"],
)
def test_an_entry_that_cannot_be_read_is_told_in_a_sentence(project, before, after, sentence):
    write_entry(project, changed(before, after))
    code, said = tried(project, "deep_answer")
    assert code == 1 and sentence in said, said


def test_a_name_that_no_file_has_is_told(project):
    code, said = tried(project, "nothing")
    assert code == 1 and "There is no nothing.py in architectures/ or tasks/ of explorer/catalog" in said
