"""Walks `architectures/` and `tasks/`, so that every file in them has signed in.

A file that does not import, or that signs nothing in, fails here and loudly: a catalog with a hole would pass its tests.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from types import ModuleType

from explorer import architectures, tasks
from explorer.registry import ARCHITECTURES, TASKS, Entry
from explorer.spec import Experiment, Reading, read


def _walk(package: ModuleType, entries: dict[str, Entry]) -> None:
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


def read_experiment(values: dict, ignore: tuple[str, ...] = ()) -> Reading:
    """`spec.read` on the whole catalog."""
    return read(values, ARCHITECTURES, TASKS, ignore)


def program_key(experiment: Experiment) -> str:
    """Experiments with the same key share what is compiled: whatever else differs is data, weights or the learning rate."""
    task = TASKS[experiment.task]
    own = ARCHITECTURES[experiment.architecture].own_knobs(experiment.knobs)
    blank = replace(experiment, task="", epochs=1, learning_rate=1.0, seed=0, knobs=own)
    return f"{blank.key}-{task.outputs}-{task.loss}"


__all__ = ["ARCHITECTURES", "TASKS", "program_key", "read_experiment"]
