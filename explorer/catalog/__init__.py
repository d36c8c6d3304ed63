"""What there is to choose from. Walks `architectures/` and `tasks/`, so that every file in them has signed in.

A file that does not import, or that signs nothing in, fails here and loudly: a catalog with a hole would pass its tests.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from explorer.catalog import architectures, tasks
from explorer.catalog import pasted as own_code
from explorer.catalog.entries import Architecture, Entry, Sizes, Task
from explorer.catalog.registry import ARCHITECTURES, TASKS
from explorer.experiment import SETTINGS, SIZES, Experiment, Pasted, WrongExperiment
from explorer.experiment.bounds import LIMITS, knob_choices
from explorer.experiment.parse import Reading, read
from explorer.report import Report


def _walk(package: ModuleType, entries: dict[str, Any]) -> None:
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        importlib.import_module(f"{package.__name__}.{found.name}")
        if found.name not in entries:
            raise ImportError(f"{package.__name__}.{found.name} must define and sign in a function called {found.name}.")
    order = {name: place for place, name in enumerate(package.ORDER)}
    ranked = sorted(entries.items(), key=lambda item: (order.get(item[0], len(order)), item[0]))
    entries.clear()
    entries.update(ranked)


def _match(architectures: Mapping[str, Architecture], tasks: Mapping[str, Task]) -> None:
    """Raise ImportError with a sentence for an entry that fits nothing: the page could not show it."""
    for entry in architectures.values():
        if not any(entry.fits(task) for task in tasks.values()):
            raise ImportError(f"The architecture {entry.name} fits no task: {_asks(entry)}. Add such a task, or change it.")
    for task in tasks.values():
        if not any(architecture.fits(task) for architecture in architectures.values()):
            raise ImportError(f"The task {task.name} fits no architecture: {_asks(task)}. Add such a one, or change it.")


def _asks(entry: Entry) -> str:
    return f"it has inputs={entry.inputs!r}, answers={entry.answers!r} and answer={entry.answer!r}"


_walk(architectures, ARCHITECTURES)
_walk(tasks, TASKS)
_match(ARCHITECTURES, TASKS)


def read_experiment(values: Mapping[str, Any], ignore: tuple[str, ...] = ()) -> Reading:
    """`parse.read` on the whole catalog."""
    return read(values, ARCHITECTURES, TASKS, ignore)


def checked_experiment(values: Mapping[str, Any], spelled: Callable[[str], str] = str) -> Experiment:
    """The experiment that these values ask for, with the defaults for what they leave out.

    spelled: how the name of a setting is written where the values come from. Raises WrongExperiment where one cannot be
    taken as it is, with the sentences of the page; whoever names no architecture gets the first that fits the task.
    """
    reading = read_experiment(dict(values))
    if any(problem.name == "architecture" for problem in reading.problems):
        # What else there is to say would be said of another architecture.
        raise WrongExperiment([problem.refusal for problem in reading.problems if problem.name == "architecture"])
    here = {"architecture", "task", *SIZES, *SETTINGS, *reading.experiment.knobs}
    told = {problem.name for problem in reading.problems}
    sentences = [problem.refusal for problem in reading.problems]
    sentences += [
        f"{spelled(name)} is not a setting of {reading.experiment.architecture} on {reading.experiment.task}."
        for name in values
        if name not in here | told
    ]
    if sentences:
        raise WrongExperiment(sentences)
    return reading.experiment


@dataclass(frozen=True)
class Resolved:
    """An experiment with its architecture and its task; of pasted code with what stands in their places.

    timesteps, features: of the sequences that the task makes.
    """

    experiment: Experiment
    architecture: Architecture
    task: Task
    timesteps: int
    features: int

    @property
    def sizes(self) -> Sizes:
        """The sizes that the architecture is built with."""
        given = (self.timesteps, self.features, self.task.outputs, self.experiment.units)
        sizes = Sizes(*given, batch=self.experiment.batch)
        return replace(sizes, symbols=len(self.task.symbols)) if self.task.symbols else sizes

    @property
    def baselines(self) -> dict[str, float]:
        """The losses that are known beforehand, by their names."""
        return self.task.baseline_values(self.timesteps, self.features, self.experiment.knobs)


def resolve(experiment: Experiment) -> Resolved:
    """What the names of an experiment stand for. Raises KeyError for names that are not in the catalog."""
    pasted = experiment.pasted
    if pasted is None:
        architecture, task = ARCHITECTURES[experiment.architecture], TASKS[experiment.task]
        return Resolved(experiment, architecture, task, experiment.timesteps, experiment.features)
    task = own_code.as_task(pasted) if experiment.task == own_code.RANDOM else TASKS[experiment.task]
    return Resolved(experiment, own_code.as_architecture(pasted), task, *own_code.sequence_of(pasted))


def pasted_tasks(x: Sequence[Sequence[int]], y: Sequence[int], loss: str) -> list[str]:
    """The tasks that a pasted model can be trained on, by name; random targets, which fit all, are the last.

    x, y: the shapes of the inputs and of the targets, the batch first.

    >>> pasted_tasks([(8, 20, 5)], (8, 20, 1), "mse")[0], pasted_tasks([(8, 20)], (8, 3), "mse")
    ('delayed_echo', ['random_targets'])
    """
    shapes = tuple(tuple(shape) for shape in x)
    return [name for name, task in TASKS.items() if not own_code.misfit(task, shapes, tuple(y), loss)] + [own_code.RANDOM]


def pasted_experiment(
    code: str,
    report: Report,
    task: str | None = None,
    sizes: Mapping[str, int | tuple[int, ...]] | None = None,
    **settings: Any,
) -> Experiment:
    """The experiment of pasted code that holds.

    report: what a check says of it. task: one of `pasted_tasks`, the first unless given.
    sizes: the numbers that the check was given, by their names (`explorer.snippet.check`). settings: of `SETTINGS`, and
    `knobs`; what is not given is the default.

    Raises ValueError for code that does not hold or whose shapes are not known, and for a task that does not fit.
    """
    if not report.holds or not report.description:
        raise ValueError("This code cannot be trained yet: fix its problems first.")
    # That a model of several outputs is not trained here is said when Keras is asked; until then the first stands for all.
    target, loss = report.first_target, report.first_loss
    x = report.known_x
    if not x or not target:
        raise ValueError("To train this model, fill in the shapes of its inputs and of its target, x and y.")
    pasted = own_code.known(Pasted(code, x, target, loss, sizes=tuple((sizes or {}).items())), report.description)
    fitting = pasted_tasks(pasted.x, pasted.y, loss)
    chosen = fitting[0] if task is None else task
    if chosen not in fitting:
        raise ValueError(f"The task {chosen} does not fit this code. Tasks that fit: {', '.join(fitting)}.")
    timesteps, features = own_code.sequence_of(pasted)
    entry = TASKS.get(chosen)
    knobs = {}
    for name, knob in entry.knobs.items() if entry else ():
        choices = knob_choices(knob, {"timesteps": timesteps, "features": features})
        knobs[name] = knob.default if knob.default in choices else choices[-1]
    # A pasted model has no units to set, and its experiment says the default.
    bounds: dict[str, Any] = {"timesteps": timesteps, "features": features, "units": int(LIMITS["units"].default)}
    settings = {**settings, "knobs": knobs | dict(settings.get("knobs", {}))}
    return Experiment(own_code.NAME, chosen, **{**settings, **bounds}, pasted=pasted)


def program_key(experiment: Experiment) -> str:
    """Experiments with the same key share what is compiled: whatever else differs is data, weights or the learning rate."""
    found = resolve(experiment)
    own = found.architecture.own_knobs(experiment.knobs)
    blank = replace(experiment, task="", epochs=1, learning_rate=1.0, seed=0, knobs=own)
    if experiment.pasted is not None:
        return f"{blank.key}-{found.task.loss}"
    return f"{blank.key}-{found.task.outputs}-{found.task.loss}"


__all__ = [
    "ARCHITECTURES",
    "TASKS",
    "Resolved",
    "checked_experiment",
    "pasted_experiment",
    "pasted_tasks",
    "program_key",
    "read_experiment",
    "resolve",
]
