"""Walks `architectures/` and `tasks/`, so that every file in them has signed in.

A file that does not import, or that signs nothing in, fails here and loudly: a catalog with a hole would pass its tests.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

from explorer import architectures, tasks
from explorer import pasted as own_code
from explorer.registry import ARCHITECTURES, TASKS, Architecture, Task
from explorer.report import Report
from explorer.spec import LIMITS, Experiment, Pasted, Reading, knob_choices, read


def _walk(package: ModuleType, entries: dict[str, Any]) -> None:
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        importlib.import_module(f"{package.__name__}.{found.name}")
        if found.name not in entries:
            raise ImportError(f"{package.__name__}.{found.name} must define and sign in a function called {found.name}.")
    order = {name: place for place, name in enumerate(package.ORDER)}
    ranked = sorted(entries.items(), key=lambda item: (order.get(item[0], len(order)), item[0]))
    entries.clear()
    entries.update(ranked)


_walk(architectures, ARCHITECTURES)
_walk(tasks, TASKS)


def read_experiment(values: Mapping[str, Any], ignore: tuple[str, ...] = ()) -> Reading:
    """`spec.read` on the whole catalog."""
    return read(values, ARCHITECTURES, TASKS, ignore)


def architecture_of(experiment: Experiment) -> Architecture:
    """The architecture of an experiment; of pasted code one that stands for it."""
    return (
        ARCHITECTURES[experiment.architecture] if experiment.pasted is None else own_code.as_architecture(experiment.pasted)
    )


def task_of(experiment: Experiment) -> Task:
    """The task of an experiment, random targets among them."""
    if experiment.pasted is not None and experiment.task == own_code.RANDOM:
        return own_code.as_task(experiment.pasted)
    return TASKS[experiment.task]


def sequence_of(experiment: Experiment) -> tuple[int, int]:
    """Timesteps and features of the sequences that an experiment's task makes."""
    if experiment.pasted is not None:
        return own_code.sequence_of(experiment.pasted)
    return experiment.timesteps, experiment.features


def floors_of(experiment: Experiment) -> dict[str, float]:
    """The losses that are known beforehand, by their names."""
    return task_of(experiment).floor_values(*sequence_of(experiment), experiment.knobs)


def pasted_tasks(x: Sequence[Sequence[int]], y: Sequence[int], loss: str) -> list[str]:
    """The tasks that a pasted model can be trained on, by name; random targets, which fit all, are the last.

    x, y: the shapes of the inputs and of the targets, the batch first.

    >>> pasted_tasks([(8, 20, 5)], (8, 20, 1), "mse")[0], pasted_tasks([(8, 20)], (8, 3), "mse")
    ('delayed_echo', ['random_targets'])
    """
    shapes = tuple(tuple(shape) for shape in x)
    return [name for name, task in TASKS.items() if not own_code.misfit(task, shapes, tuple(y), loss)] + [own_code.RANDOM]


def pasted_experiment(code: str, report: Report, task: str | None = None, **settings: Any) -> Experiment:
    """The experiment of pasted code that holds.

    report: what a check says of it. task: one of `pasted_tasks`, the first unless given.
    settings: of `spec.SETTINGS`, and `knobs`; what is not given is the default.

    Raises ValueError for code that does not hold or whose shapes are not known, and for a task that does not fit.
    """
    if not report.holds or not report.description:
        raise ValueError("This code cannot be trained yet: mend first what breaks in it.")
    # That a model of several outputs is not trained here is said when Keras is asked; until then the first stands for all.
    target, loss = report.first_target, report.first_loss
    if not report.x or not target:
        raise ValueError("To train it, the shapes of its inputs and of its target must be known: give x and y.")
    pasted = own_code.known(Pasted(code, report.x, target, loss), report.description)
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
    sizes: dict[str, Any] = {"timesteps": timesteps, "features": features, "units": int(LIMITS["units"].default)}
    settings = {**settings, "knobs": knobs | dict(settings.get("knobs", {}))}
    return Experiment(own_code.NAME, chosen, **{**settings, **sizes}, pasted=pasted)


def program_key(experiment: Experiment) -> str:
    """Experiments with the same key share what is compiled: whatever else differs is data, weights or the learning rate."""
    task = task_of(experiment)
    own = architecture_of(experiment).own_knobs(experiment.knobs)
    blank = replace(experiment, task="", epochs=1, learning_rate=1.0, seed=0, knobs=own)
    if experiment.pasted is not None:
        # What a worker has found out for itself must not tell its program from the one that was asked for.
        blank = replace(blank, pasted=replace(experiment.pasted, output=(), below=()))
        return f"{blank.key}-{task.loss}"
    return f"{blank.key}-{task.outputs}-{task.loss}"


__all__ = [
    "ARCHITECTURES",
    "TASKS",
    "architecture_of",
    "floors_of",
    "pasted_experiment",
    "pasted_tasks",
    "program_key",
    "read_experiment",
    "sequence_of",
    "task_of",
]
