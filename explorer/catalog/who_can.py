"""Who can? Every architecture on every task that fits: how low the loss on held-out sequences gets, as it was measured.

Each pair was trained once, as the page opens with it: default sizes, default learning rate, default number of epochs. The
loss after the last epoch is divided by that of one of the task's baselines. `make who` measures what `who_can.json` lacks.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import math
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from explorer.catalog import ARCHITECTURES, TASKS, read_experiment, resolve
from explorer.catalog.entries import Architecture, Task
from explorer.experiment import Experiment
from explorer.syntax import parse

SHIPPED = Path(__file__).with_name("who_can.json")
WITHOUT_MEMORY = ("without memory", "without state across batches")
MEASURED_WITH = ("keras", "tensorflow", "numpy")


@dataclass(frozen=True)
class Measured:
    """What one training came to.

    key: of the pair as it was trained (`key_of`). loss: on the held-out sequences after the last epoch; None where it was no
    longer a finite number. day: when, as in 2026-11-29 (UTC). versions: what it was measured with, by name.
    """

    key: str
    architecture: str
    task: str
    loss: float | None
    epochs: int
    day: str
    versions: Mapping[str, str]


class Reference(NamedTuple):
    """The baseline that a task's losses are divided by; the name is empty where a task has none. best: whether no model gets
    below it but by luck."""

    name: str
    value: float
    best: bool = False


@dataclass(frozen=True)
class Cell:
    """One architecture on one task.

    misfit: why the two do not fit each other, or an empty string. measured: None where they do not, or nobody has measured.
    experiment: what was trained, and what the page opens; None for a misfit. relative: the loss as a part of the reference;
    None where that is not known.
    """

    architecture: Architecture
    task: Task
    misfit: str
    experiment: Experiment | None
    reference: Reference
    measured: Measured | None

    @property
    def relative(self) -> float | None:
        if self.measured is None or self.measured.loss is None or not self.reference.value:
            return None
        return self.measured.loss / self.reference.value

    def to_dict(self) -> dict[str, Any]:
        """As JSON for other programs."""
        found: dict[str, Any] = {"architecture": self.architecture.name, "task": self.task.name}
        if self.misfit:
            return found | {"misfit": self.misfit}
        known = {} if self.measured is None else asdict(self.measured)
        figures = {name: known.get(name) for name in ("loss", "epochs", "day", "versions")}
        baseline = {"baseline": self.reference.name, "baseline_loss": self.reference.value, "relative": self.relative}
        return found | baseline | figures


@cache
def experiment_of(architecture: str, task: str) -> Experiment:
    """The experiment that the page opens with for this pair."""
    return read_experiment({"architecture": architecture, "task": task}).experiment


@cache
def pairs() -> tuple[tuple[str, str], ...]:
    """Every architecture with every task that fits it, in the order of the catalog."""
    return tuple((one.name, other.name) for one in ARCHITECTURES.values() for other in TASKS.values() if one.fits(other))


@cache
def key_of(architecture: str, task: str) -> str:
    """A short name of all that decides what a pair's training comes to: its experiment, and the code of model and data.

    Docstrings, comments, titles and baselines do not.
    """
    one, other = ARCHITECTURES[architecture], TASKS[task]
    text = "\n".join((experiment_of(architecture, task).key, _code_of(one.function), _code_of(other.function)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _code_of(function: Any) -> str:
    """A function, and what it uses of its own file, without docstrings, comments and decorators."""
    text = inspect.getsource(sys.modules[function.__module__])
    found = {
        name: node
        for node in parse(text).body
        for name in _defined(node)
        if not isinstance(node, (ast.Import, ast.ImportFrom))
    }
    wanted, seen = [function.__name__], []
    while wanted:
        name = wanted.pop()
        if name in found and name not in seen:
            seen.append(name)
            node = found[name]
            parts = [*node.body, node.args] if isinstance(node, ast.FunctionDef) else [node]
            wanted += [each.id for part in parts for each in ast.walk(part) if isinstance(each, ast.Name)]
    lines = text.splitlines()
    return "\n".join(line for name in sorted(seen) for line in _lines_of(found[name], lines))


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _lines_of(node: ast.stmt, lines: list[str]) -> list[str]:
    told: set[int] = set()
    for each in ast.walk(node):
        if isinstance(each, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(each, clean=False) is not None:
            words = each.body[0]
            told.update(range(words.lineno, (words.end_lineno or words.lineno) + 1))
    places = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    kept = (lines[place - 1].rstrip() for place in places if place not in told)
    return [line for line in kept if line and not line.lstrip().startswith("#")]


@cache
def reference_of(architecture: str, task: str) -> Reference:
    """The loss of the best model without memory; of a task that has no such baseline its highest one, which is that of a
    model that uses less than it is given: in most tasks, that of always predicting the mean.
    """
    known = resolve(experiment_of(architecture, task)).baselines
    if not known:
        return Reference("", 0.0)
    name = next((name for name in WITHOUT_MEMORY if name in known), max(known, key=known.__getitem__))
    return Reference(name, known[name], any(each.best for each in TASKS[task].baselines if each.name == name))


def measured_now(architecture: str, task: str, loss: float, epochs: int) -> Measured:
    """A measurement of this moment, with the versions that are installed."""
    # The package itself stands above this room.
    found = {"explorer": str(sys.modules["explorer"].__version__)} | {name: version(name) for name in MEASURED_WITH}
    day = time.strftime("%Y-%m-%d", time.gmtime())
    kept = loss if math.isfinite(loss) else None
    return Measured(key_of(architecture, task), architecture, task, kept, epochs, day, found)


def read(path: Path = SHIPPED) -> dict[str, Measured]:
    """What a file holds, by key. Raises ValueError for a file that was not written by `write`."""
    try:
        found = [Measured(**each) for each in json.loads(path.read_text(encoding="utf-8"))["measured"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} cannot be read: run `make who` after deleting it. ({error})") from error
    return {each.key: each for each in found}


@cache
def shipped() -> Mapping[str, Measured]:
    """What comes with the project."""
    return read()


def write(measured: Mapping[str, Measured], path: Path = SHIPPED) -> None:
    """Write a measurement a line, in the order of the catalog; those of entries that are not there any more are left out."""
    known = [measured[key] for key in map(lambda pair: key_of(*pair), pairs()) if key in measured]
    lines = ",\n".join(json.dumps(asdict(each)) for each in known)
    fresh = path.with_suffix(".new")
    fresh.write_text('{"measured": [\n' + lines + "\n]}\n", encoding="utf-8")
    fresh.replace(path)


def missing(known: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs whose keys are not among these."""
    there = set(known)
    return [pair for pair in pairs() if key_of(*pair) not in there]


def table(measured: Mapping[str, Measured]) -> list[list[Cell]]:
    """A row for each architecture, with a cell for each task; those that take the same kind of task follow each other."""
    columns: list[Task] = _grouped(TASKS.values())
    rows: list[Architecture] = _grouped(ARCHITECTURES.values())
    return [[_cell(one, other, measured) for other in columns] for one in rows]


def _grouped(entries: Iterable[Any]) -> list[Any]:
    kinds: dict[tuple[str, str, str], list[Any]] = {}
    for entry in entries:
        kinds.setdefault((entry.inputs, entry.answers, entry.answer), []).append(entry)
    return [entry for kind in kinds.values() for entry in kind]


def _cell(architecture: Architecture, task: Task, measured: Mapping[str, Measured]) -> Cell:
    if misfit := architecture.misfit(task):
        return Cell(architecture, task, misfit, None, Reference("", 0.0), None)
    pair = (architecture.name, task.name)
    return Cell(architecture, task, "", experiment_of(*pair), reference_of(*pair), measured.get(key_of(*pair)))
