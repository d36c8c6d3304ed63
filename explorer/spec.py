"""The words of the project as frozen values, and the one place where outside values are judged.

Nothing here knows a particular architecture or task: `read` is handed the catalog. Whatever comes from an address, a
widget, a file or the command line goes through `read`, which never raises: it returns an experiment that can run, and a
`Problem` (a sentence) for each value that it could not take as it came.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import math
import reprlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from explorer.registry import Architecture, Knob, Sizes, Task

SIZES = ("timesteps", "features", "units")
SETTINGS = ("samples", "batch", "epochs", "learning_rate", "seed")
STATES = ("idle", "queued", "running", "paused", "done", "stopped", "failed")
ENDED = ("done", "stopped", "failed")
# What comes from outside is read no further than this: characters of a value, and names that nobody knows.
LONGEST_VALUE = 200
MOST_UNKNOWN = 20
HELD_OUT_SAMPLES = 256
PROBE_SEQUENCES = 8


@dataclass(frozen=True)
class Limit:
    """What a number may be: `low` to `high`, both included, and `default` where nothing is said."""

    low: float
    high: float
    default: float
    help: str
    step: float = 1
    whole: bool = True

    def narrowed(self, low: float | None, high: float | None) -> Limit:
        """The same limit, within `low` and `high`; the default moves to the nearest allowed value."""
        low = self.low if low is None else max(self.low, low)
        high = self.high if high is None else min(self.high, high)
        high = max(low, high)
        return replace(self, low=low, high=high, default=min(max(self.default, low), high))


LIMITS: dict[str, Limit] = {
    "timesteps": Limit(1, 200, 20, "How many steps one sequence has."),
    "features": Limit(1, 64, 5, "How many numbers come in at every step."),
    "units": Limit(1, 256, Sizes.units, "How many numbers a layer's memory holds."),
    "samples": Limit(32, 4096, 512, "How many sequences the model is trained on.", step=32),
    "batch": Limit(1, 256, 32, "How many sequences are seen before the weights are changed once."),
    "epochs": Limit(1, 500, 60, "How many times the model sees every training sequence."),
    "learning_rate": Limit(0.0001, 1.0, 0.01, "How large a step Adam takes.", step=0.001, whole=False),
    "seed": Limit(0, 999_999, 0, "The same seed gives the same data, weights and losses."),
}


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


class WrongExperiment(ValueError):
    """An experiment that cannot be. `sentences` says why, one for each value; the text is all of them, a line each."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(self.sentences))


@dataclass(frozen=True)
class Pasted:
    """Somebody's own Keras code, and what it is trained on; the batch is the first number of every shape.

    x: the shape of every input. y: that of the targets. loss: as Keras calls it, "mse" or "mean_squared_error".
    output: the shape that the model returns. below: for every input the number that its whole numbers stay below, where
    they go into an Embedding, and None where it takes any numbers. Both follow from the code, but only Keras can tell
    them: they are empty until it was asked (`explorer.pasted.known`), and no part of what makes two of them equal.
    """

    code: str
    x: tuple[tuple[int, ...], ...]
    y: tuple[int, ...]
    loss: str
    output: tuple[int, ...] = field(default=(), compare=False)
    below: tuple[int | None, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", tuple(tuple(shape) for shape in self.x))
        for name in ("y", "output", "below"):
            object.__setattr__(self, name, tuple(getattr(self, name)))


@dataclass(frozen=True)
class Experiment:
    """One architecture on one task with everything that decides its numbers.

    `knobs` holds the keywords of architecture and task, sorted by name; a knob that both name is one knob.
    `pasted` stands in for the architecture, which is then called "pasted", and for its sizes.

    >>> Experiment("gru_every_step", "delayed_echo", knobs={"delay": 3}).to_query()["delay"]
    '3'
    """

    architecture: str
    task: str
    timesteps: int = 20
    features: int = 5
    units: int = 32
    samples: int = 512
    batch: int = 32
    epochs: int = 60
    learning_rate: float = 0.01
    seed: int = 0
    knobs: Mapping[str, Any] = field(default_factory=dict)
    pasted: Pasted | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "knobs", dict(sorted(dict(self.knobs).items())))
        # 1 and 1.0 are equal and must have one key; JSON from elsewhere may write either.
        with suppress(TypeError, ValueError):  # What is no number is told by whoever judges the experiment.
            object.__setattr__(self, "learning_rate", float(self.learning_rate))

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> str:
        """A short name of the whole experiment: equal experiments have equal keys."""
        values = self.to_dict()
        if self.pasted is not None:
            # What follows from the code does not tell it from another.
            values["pasted"] = {name: values["pasted"][name] for name in ("code", "x", "y", "loss")}
        text = json.dumps(values, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Experiment:
        pasted = values.get("pasted")
        return cls(**{**values, "pasted": Pasted(**pasted) if isinstance(pasted, Mapping) else pasted})

    def to_query(self) -> dict[str, str]:
        """The experiment as the parameters of an address, every value written out; code is too long for one."""
        flat = {name: value for name, value in self.to_dict().items() if name not in ("knobs", "pasted")}
        return {name: spell(value) for name, value in (flat | dict(self.knobs)).items()}


@dataclass(frozen=True)
class Frame:
    """What one epoch left behind.

    loss: the mean over the epoch's batches, as they were seen. val_loss: on the held-out sequences after the epoch.
    accuracy, val_accuracy: the share of right yes/no answers, None where the task asks for numbers.
    outputs: the probe's answers after the epoch, (sequences, timesteps, outputs) float32; timesteps is 1 where the task
    asks once.
    """

    epoch: int
    loss: float
    val_loss: float
    accuracy: float | None
    val_accuracy: float | None
    outputs: np.ndarray

    @property
    def finite(self) -> bool:
        return math.isfinite(self.loss) and math.isfinite(self.val_loss)


@dataclass(frozen=True)
class Reading:
    """What `read` made of the values: an experiment that can run, and what was wrong with the values."""

    experiment: Experiment
    problems: tuple[Problem, ...]


def spell(value: Any) -> str:
    """A value as it stands in an address.

    >>> spell(True), spell(0.010), spell("concat"), spell(20)
    ('true', '0.01', 'concat', '20')
    """
    if isinstance(value, bool):
        return str(value).lower()
    # repr keeps every digit, so that an address read back gives the very same number.
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def size_limit(name: str, architecture: Architecture, task: Task) -> Limit:
    """What a size or setting may be for this architecture and this task together."""
    limit = LIMITS[name]
    for part in (architecture, task):
        if name in part.ranges:
            allowed = part.ranges[name]
            limit = limit.narrowed(min(allowed), max(allowed))
    return limit


def size_reason(name: str, architecture: Architecture, task: Task) -> str | None:
    """Why a size cannot be turned here, in a sentence, or None where it can."""
    if name == "units" and not architecture.takes("units"):
        return f"{architecture.title} has no units to set."
    limit = size_limit(name, architecture, task)
    if limit.low < limit.high:
        return None
    for part in (task, architecture):
        if name in part.ranges and name in part.why:
            return part.why[name]
    return f"{task.title} on {architecture.title} always has {int(limit.low)} {name}."


def knobs_of(architecture: Architecture, task: Task) -> dict[str, Knob]:
    """The knobs of both; where both name the same, one knob that both are given."""
    return {**architecture.knobs, **task.knobs}


def knob_choices(knob: Knob, sizes: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values that a knob may take at these sizes, never none."""
    if knob.at_most is None:
        return knob.choices
    most = knob.at_most(**{name: sizes[name] for name in ("timesteps", "features")})
    return tuple(choice for choice in knob.choices if choice <= most) or knob.choices[:1]


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
    problems.append(Problem(kind, wanted, f"{wrong} Took {taken} instead.", f"{wrong}{hint}"))
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
    problems.append(Problem("task", wanted, f"{wrong} Took {default.name} instead.", wrong))
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
        wrong = f"{name} must be {whole} from {allowed}, but {_quote(received)} came."
        problems.append(Problem(name, received, f"{wrong} Took {spell(default)} instead.", wrong))
        return default
    taken = min(max(number, limit.low), limit.high)
    taken = kind(round(taken)) if limit.whole else taken
    if taken != number:
        wrong = f"{name} must be {whole} from {allowed}, but {_quote(received)} came."
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
    problems.append(_nearest(name, received, f"{name} can be {allowed}, but {_quote(received)} came.", taken))
    return taken


def _nearest(name: str, received: Any, wrong: str, taken: Any) -> Problem:
    return Problem(name, received, f"{wrong} Took {spell(taken)} instead.", f"{wrong} The nearest is {spell(taken)}.")
