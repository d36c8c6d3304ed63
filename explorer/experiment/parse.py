"""The one place where outside values are judged.

Nothing here knows a particular architecture or task: `read` is handed the catalog. Whatever comes from an address, a
widget, a file or the command line goes through `read`, which never raises: it returns an experiment that can run, and a
`Problem` (a sentence) for each value that it could not take as it came.
"""

from __future__ import annotations

import difflib
import math
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from explorer.experiment.bounds import (
    Limit,
    carried_batches,
    carried_samples,
    knob_choices,
    knobs_of,
    size_limit,
    size_reason,
)
from explorer.experiment.experiment import SETTINGS, SIZES, Experiment, spell

if TYPE_CHECKING:
    from explorer.catalog.entries import Architecture, Knob, Task

# What comes from outside is read no further than this: characters of a value, and names that nobody knows.
LONGEST_VALUE = 200
MOST_UNKNOWN = 20


@dataclass(frozen=True)
class Problem:
    """One value that could not be taken as it came.

    sentence: what was wrong, and what was taken instead. refusal: the same where nothing is taken instead, because whoever
    asks wants that or nothing.
    """

    name: str
    received: Any
    sentence: str
    refusal: str = ""


@dataclass(frozen=True)
class Reading:
    """What `read` made of the values: an experiment that can run, and what was wrong with the values."""

    experiment: Experiment
    problems: tuple[Problem, ...]


def read(
    values: Mapping[str, Any],
    architectures: Mapping[str, Architecture],
    tasks: Mapping[str, Task],
    ignore: Iterable[str] = (),
) -> Reading:
    """Make an experiment of outside values, and a sentence of each value that could not be taken.

    `values` may hold text (from an address) or numbers; names in `ignore` are somebody else's. Never raises. However long
    the values are and however many, it takes no more than some milliseconds.
    """
    values = {name: value[:LONGEST_VALUE] if isinstance(value, str) else value for name, value in values.items()}
    problems: list[Problem] = []
    wanted = values["architecture"] if "architecture" in values else _first_fitting(values.get("task"), architectures, tasks)
    architecture = _named("architecture", wanted, architectures, problems)
    task = _fitting_task(values.get("task"), architecture, tasks, problems)

    taken: dict[str, Any] = {}
    for name in (*SIZES, *SETTINGS):
        limit = size_limit(name, architecture, task)
        if name == "batch":
            limit = limit.narrowed(None, taken["samples"])
        fixed = size_reason(name, architecture, task) if name in SIZES else None
        taken[name] = _number(name, values.get(name), limit, problems, fixed)

    knobs: dict[str, Any] = {}
    for name, knob in knobs_of(architecture, task).items():
        knobs[name] = _choice(name, values.get(name), knob, knob_choices(knob, taken), problems)

    if architecture.carries:
        _fill_batches(taken, values, task.pieces(knobs), problems)

    known = {"architecture", "task", *SIZES, *SETTINGS, *knobs, *ignore}
    # A knob of another architecture in the address is left over from a change of mind, not a mistake.
    elsewhere = {name for part in (*architectures.values(), *tasks.values()) for name in part.knobs}
    unknown = [name for name in values if name not in known and name not in elsewhere]
    for name in unknown[:MOST_UNKNOWN]:
        near = difflib.get_close_matches(_text(name)[:LONGEST_VALUE], known, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        wrong = f"There is no setting called {_quote(name)}"
        problems.append(Problem(name, values[name], f"{wrong}; it was left out.{hint}", f"{wrong}.{hint}"))
    if more := unknown[MOST_UNKNOWN:]:
        wrong, left = (
            f"There are no settings called {_quote(more[0])} and {len(more) - 1:,} more either",
            "they were left out",
        )
        if len(more) == 1:
            wrong, left = f"There is no setting called {_quote(more[0])} either", "it was left out"
        problems.append(Problem(more[0], values[more[0]], f"{wrong}; {left}.", f"{wrong}."))
    return Reading(Experiment(architecture.name, task.name, **taken, knobs=knobs), tuple(problems))


def _fill_batches(taken: dict[str, Any], values: Mapping[str, Any], pieces: int, problems: list[Problem]) -> None:
    """Move samples and batch to where every batch has the next piece of as many long sequences."""
    samples, batch = taken["samples"], taken["batch"]
    taken["samples"] = carried_samples(samples, pieces)
    allowed = carried_batches(taken["samples"], pieces)
    taken["batch"] = min(allowed, key=lambda size: (abs(size - batch), -size))
    sizes = ", ".join(map(str, allowed))
    reasons = {
        "samples": f"samples must be a multiple of {pieces} here, the pieces of a long sequence",
        "batch": f"batch can be {sizes} here, as every batch has the next piece of as many long sequences",
    }
    told = {problem.name for problem in problems}
    for name, before in (("samples", samples), ("batch", batch)):
        if before != taken[name] and values.get(name) not in (None, "") and name not in told:
            problems.append(_nearest(name, values[name], f"{reasons[name]}; received {_quote(values[name])}.", taken[name]))


def _quote(value: Any) -> str:
    """The received value, short and on one line, for a sentence."""
    text = " ".join(_text(value)[:LONGEST_VALUE].split())
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def _float(received: Any) -> float:
    """The received value as a number, NaN where it is none."""
    try:
        return float(received)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _text(received: Any) -> str:
    """The received value as text; Python refuses to write out a whole number of more than some thousand digits."""
    try:
        # Of lists and their like the beginning is enough.
        return str(received) if isinstance(received, (str, int, float, type(None))) else reprlib.repr(received)
    except ValueError:
        return "a number of thousands of digits"


def _named(kind: str, wanted: Any, entries: Mapping[str, Any], problems: list[Problem]) -> Any:
    if isinstance(wanted, str) and wanted in entries:
        return entries[wanted]
    near = difflib.get_close_matches(_text(wanted), entries, n=1)
    taken = near[0] if near else next(iter(entries))
    wrong = f"There is no {kind} called {_quote(wanted)}. There are: {', '.join(entries)}."
    hint = f" Did you mean {taken}?" if near else ""
    problems.append(Problem(kind, wanted, f"{wrong} Using {taken} instead.", f"{wrong}{hint}"))
    return entries[taken]


def _first_fitting(task: Any, architectures: Mapping[str, Architecture], tasks: Mapping[str, Task]) -> str:
    """The first architecture that can take a task, for an address that names the task alone."""
    if isinstance(task, str) and task in tasks:
        return next(name for name, entry in architectures.items() if entry.fits(tasks[task]))
    return next(iter(architectures))


def _fitting_task(wanted: Any, architecture: Architecture, tasks: Mapping[str, Task], problems: list[Problem]) -> Any:
    fitting = {name: task for name, task in tasks.items() if architecture.fits(task)}
    default = fitting.get("delayed_echo") or next(iter(fitting.values()))
    if wanted is None:
        return default
    if not isinstance(wanted, str) or wanted not in tasks:
        return _named("task", wanted, fitting, problems)
    if wanted in fitting:
        return fitting[wanted]
    wrong = (
        f"{tasks[wanted].title} does not fit {architecture.title}: {architecture.misfit(tasks[wanted])}. "
        f"Tasks that fit: {', '.join(fitting)}."
    )
    problems.append(Problem("task", wanted, f"{wrong} Using {default.name} instead.", wrong))
    return default


def _number(name: str, received: Any, limit: Limit, problems: list[Problem], fixed: str | None) -> int | float:
    kind = int if limit.whole else float
    default = kind(limit.default)
    if received is None or received == "":
        return default
    allowed = f"{spell(kind(limit.low))} to {spell(kind(limit.high))}"
    whole = "a whole number" if limit.whole else "a number"
    number = _float(received)
    if not math.isfinite(number) or isinstance(received, bool):
        wrong = f"{name} must be {whole} from {allowed}; received {_quote(received)}."
        problems.append(Problem(name, received, f"{wrong} Using {spell(default)} instead.", wrong))
        return default
    taken = min(max(number, limit.low), limit.high)
    taken = kind(round(taken)) if limit.whole else taken
    if taken != number:
        wrong = f"{name} must be {whole} from {allowed}; received {_quote(received)}."
        if fixed:
            wrong = f"{name} cannot be {_quote(received)} here. {fixed}"
        problems.append(_nearest(name, received, wrong, taken))
    return taken


def _choice(name: str, received: Any, knob: Knob, choices: tuple[Any, ...], problems: list[Problem]) -> Any:
    default = knob.default if knob.default in choices else choices[-1]
    if received is None or received == "":
        return default
    for choice in choices:
        if type(received) is type(choice) and received == choice:
            return choice
        if _text(received).strip().lower() == spell(choice).lower():
            return choice
    taken, allowed = default, ", ".join(spell(choice) for choice in choices)
    if knob.is_number:
        if len(choices) > 8:
            allowed = f"a whole number from {choices[0]} to {choices[-1]}"
        number = math.nan if isinstance(received, bool) else _float(received)
        if math.isfinite(number):
            taken = min(choices, key=lambda choice: abs(choice - number))
            if taken == number:
                return taken
    problems.append(_nearest(name, received, f"{name} can be {allowed}; received {_quote(received)}.", taken))
    return taken


def _nearest(name: str, received: Any, wrong: str, taken: Any) -> Problem:
    return Problem(name, received, f"{wrong} Using {spell(taken)} instead.", f"{wrong} The nearest is {spell(taken)}.")
