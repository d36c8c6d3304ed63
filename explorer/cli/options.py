"""What commands are told: an experiment by its settings, and shapes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from explorer.catalog import ARCHITECTURES, TASKS, checked_experiment
from explorer.experiment import Experiment, spell
from explorer.experiment.bounds import LIMITS, Limit


def _of_limit(limit: Limit) -> str:
    low, high, default = (spell(int(each) if limit.whole else each) for each in (limit.low, limit.high, limit.default))
    return f"{limit.help} {low} to {high}; {default} unless the task or architecture has another."


def _of_knob(name: str) -> str:
    """What a knob is, in each of the ways that entries of the catalog say it: one name may count windows or documents."""
    entries = (*ARCHITECTURES.values(), *TASKS.values())
    ways = dict.fromkeys(entry.knobs[name].help for entry in entries if name in entry.knobs)
    return " Or: ".join(ways)


_KNOBS = dict.fromkeys(name for entry in (*TASKS.values(), *ARCHITECTURES.values()) for name in entry.knobs)
_SETTINGS = {name: _of_limit(limit) for name, limit in LIMITS.items()} | {name: _of_knob(name) for name in _KNOBS}

as_json = click.option("--json", "as_json", is_flag=True, help="Print figures as JSON.")


def examples(*lines: str) -> str:
    """Examples for the end of a command's help."""
    return "\b\nExamples\n" + "\n".join(f"  explorer {line}" for line in lines)


def takes_experiment(function: Callable[..., Any], metavar: str = "ARCHITECTURE") -> Callable[..., Any]:
    """Give a command the argument ARCHITECTURE and an option for every setting; it is called with `settings`, the values as
    they were written, which `experiment` judges: what is allowed depends on the architecture and the task.

    metavar: what the argument is called where it may be something else too.
    """

    def command(architecture: str, task: str | None, **values: Any) -> Any:
        given = {name: values.pop(name) for name in _SETTINGS}
        settings = {"architecture": architecture, "task": task, **given}
        return function({name: value for name, value in settings.items() if value is not None}, **values)

    # With it goes what the command was decorated with before: Click keeps that in the function's own dictionary.
    decorated: Callable[..., Any] = wraps(function)(command)
    for name, help in reversed(_SETTINGS.items()):
        decorated = click.option(spelled(name), name, metavar=name.upper(), help=help)(decorated)
    decorated = click.option("--task", metavar="TASK", help="A task that fits; by default the first that does.")(decorated)
    return click.argument("architecture", metavar=metavar)(decorated)


def spelled(name: str) -> str:
    """A setting as an option.

    >>> spelled("learning_rate")
    '--learning-rate'
    """
    return "--" + name.replace("_", "-")


def experiment(settings: dict[str, Any]) -> Experiment:
    """The experiment that the options ask for. Raises WrongExperiment with a sentence for each that cannot be taken."""
    return checked_experiment(settings, spelled)


def shape(option: str, text: str, axes: int | None = None) -> tuple[int, ...]:
    """A shape as it is written in an option: "8,20,5". Raises ValueError with a sentence for anything else.

    >>> shape("--x", "(8, 20, 5)")
    (8, 20, 5)
    """
    parts = [part.strip() for part in text.strip("() ").removesuffix(",").split(",")]
    whole = all(part.isascii() and part.isdigit() and len(part) < 10 and int(part) for part in parts)
    if not whole or len(parts) != (axes or len(parts)):
        wanted = "a whole number from 1 on" if axes == 1 else "whole numbers from 1 on with commas between, as in 8,20,5"
        raise ValueError(f"{option} must be {wanted}. Received: “{text}”.")
    return tuple(map(int, parts))
