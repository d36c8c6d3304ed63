"""Where an architecture or a task signs in: `@architecture` and `@task`.

The decorated function is the entry: its name the key, its docstring the help, its keywords the knobs, its defaults the
defaults of the page, and (for an architecture) its source the export. The decorators return the function as it was.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

import numpy as np

ANSWERS = ("every step", "once")
ANSWER = ("number", "yes/no")
INPUTS = {
    "sequence": "one sequence, (batch, timesteps, features)",
    "padded": "padded sequences of different lengths, (batch, timesteps, features)",
    "windows": "windows of a sequence, (batch, windows, timesteps, features)",
    "two streams": "two sequences of different widths, (batch, timesteps, features) and (batch, timesteps, second_features)",
}
LOSSES = {"number": "mse", "yes/no": "binary_crossentropy"}

ARCHITECTURES: dict[str, Architecture] = {}
TASKS: dict[str, Task] = {}


@dataclass(frozen=True)
class Sizes:
    """The sizes that a builder is given; the batch is left open."""

    timesteps: int
    features: int
    outputs: int
    units: int = 32


@dataclass(frozen=True)
class Knob:
    """A keyword that the reader may turn.

    `choices` are all allowed values in order; `at_most`, where given, is a function of `timesteps` and `features` that
    says how far a number may go at these sizes.
    """

    name: str
    default: Any
    choices: tuple[Any, ...]
    help: str
    at_most: Callable[..., float] | None = None

    @property
    def is_number(self) -> bool:
        return all(isinstance(choice, (int, float)) and not isinstance(choice, bool) for choice in self.choices)


@dataclass(frozen=True)
class Baseline:
    """A loss known beforehand.

    name: what stands at the line in the chart, such as "without memory".
    value: a function of (timesteps, features, **knobs) that gives the loss in closed form.
    predict: a function of (inputs, **knobs) that predicts as the best model of this kind does,
        in the shape of the targets; a test simulates it and compares its loss with `value`.
    passed: what it means that a model's validation loss is below, as a sentence; a knob in braces becomes its number of
        timesteps, such as "3 timesteps".
    """

    name: str
    value: Callable[..., float]
    predict: Callable[..., np.ndarray]
    passed: str


@dataclass(frozen=True)
class Entry:
    """What architectures and tasks have in common."""

    name: str
    title: str
    function: Callable[..., Any]
    answers: str
    answer: str
    inputs: str
    knobs: Mapping[str, Knob]
    ranges: Mapping[str, Sequence[int]]
    why: Mapping[str, str]

    @property
    def doc(self) -> str:
        return inspect.cleandoc(self.function.__doc__ or "")

    @property
    def summary(self) -> str:
        """The first sentence of the docstring."""
        return self.doc.splitlines()[0]

    def takes(self, name: str) -> bool:
        return name in inspect.signature(self.function).parameters

    def own_knobs(self, knobs: Mapping[str, Any]) -> dict[str, Any]:
        """The part of an experiment's knobs that this function takes."""
        return {name: knobs[name] for name in self.knobs if name in knobs}


@dataclass(frozen=True)
class Architecture(Entry):
    """One way to wire a model. `function(timesteps, features, outputs, ...) -> keras.Model`, with fixed timesteps."""

    source: str = ""

    def build(self, sizes: Sizes, knobs: Mapping[str, Any] | None = None) -> Any:
        """The bare model, its weights not yet seeded: use `explorer.models.build.build`."""
        values = {"timesteps": sizes.timesteps, "features": sizes.features, "outputs": sizes.outputs}
        if self.takes("units"):
            values["units"] = sizes.units
        return self.function(**values, **self.own_knobs(knobs or {}))

    def input_shapes(self, sizes: Sizes, knobs: Mapping[str, Any] | None = None) -> tuple[tuple[int | None, ...], ...]:
        """The promised shape of every input, the batch as None."""
        knobs = {name: knob.default for name, knob in self.knobs.items()} | dict(knobs or {})
        plain = (None, sizes.timesteps, sizes.features)
        if self.inputs == "windows":
            return ((None, knobs["windows"], sizes.timesteps, sizes.features),)
        if self.inputs == "two streams":
            return (plain, (None, sizes.timesteps, knobs["second_features"]))
        return (plain,)

    def output_shape(self, sizes: Sizes) -> tuple[int | None, ...]:
        """The promised shape of the output: (batch, timesteps, outputs), or (batch, outputs) where it answers once."""
        if self.answers == "every step":
            return (None, sizes.timesteps, sizes.outputs)
        return (None, sizes.outputs)

    def fits(self, task: Task) -> bool:
        return not self.misfit(task)

    def misfit(self, task: Task) -> str:
        """Why this architecture cannot take this task, or an empty string."""
        if self.inputs != task.inputs:
            return f"the task gives {INPUTS[task.inputs]}, and the architecture takes {INPUTS[self.inputs]}"
        if self.answers != task.answers:
            return f"the task has a target {_when(task.answers)}, and the architecture an output {_when(self.answers)}"
        if self.answer != task.answer:
            return f"the task needs a {task.answer} output, and the architecture has a {self.answer} output"
        return ""

    @property
    def code(self) -> str:
        """The builder's source without its decorator: it stands alone wherever it is pasted.

        The annotation of what it returns goes too: where Keras is not imported yet, it would be a NameError.
        """
        source = textwrap.dedent(inspect.getsource(self.function))
        first = ast.parse(source).body[0].lineno
        return "".join(source.splitlines(keepends=True)[first - 1 :]).replace(" -> keras.Model:", ":", 1)


@dataclass(frozen=True)
class Task(Entry):
    """One synthetic problem. `function(rng, samples, timesteps, features, ...) -> (inputs, targets)`, float32."""

    outputs: int = 1
    baselines: tuple[Baseline, ...] = field(default=())
    goal: str = ""

    @property
    def loss(self) -> str:
        return LOSSES[self.answer]

    def make(
        self, rng: np.random.Generator, samples: int, timesteps: int, features: int, knobs: Mapping[str, Any]
    ) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """Inputs as a tuple of arrays, one for each stream, and the targets; all float32."""
        inputs, targets = self.function(rng, samples, timesteps, features, **self.own_knobs(knobs))
        return (inputs if isinstance(inputs, tuple) else (inputs,)), targets

    def baseline_values(self, timesteps: int, features: int, knobs: Mapping[str, Any]) -> dict[str, float]:
        own = self.own_knobs(knobs)
        return {baseline.name: float(baseline.value(timesteps, features, **own)) for baseline in self.baselines}


def architecture(
    *,
    title: str,
    answers: str,
    source: str,
    answer: str = "number",
    inputs: str = "sequence",
    help: Mapping[str, str] | None = None,
    why: Mapping[str, str] | None = None,
    **allowed: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Sign in an architecture.

    answers: "every step" or "once". answer: "number", or "yes/no" for a sigmoid.
    inputs: what comes in, a key of `INPUTS`. source: the address of the paper or page that it is described in.
    help: a line for each knob. why: the reason, for each size that is fixed here.
    allowed: for a size (timesteps, features, units) a range or one number; for a knob its choices, a range or a tuple.

    Raises ValueError or TypeError at import for an entry that is not whole.
    """

    def sign_in(function: Callable[..., Any]) -> Callable[..., Any]:
        fields = _fields(function, title, answers, answer, inputs, help, why, {}, allowed, skip={"outputs"})
        _add(ARCHITECTURES, Architecture(**fields, source=source))
        return function

    return sign_in


def task(
    *,
    title: str,
    answers: str,
    answer: str = "number",
    inputs: str = "sequence",
    outputs: int = 1,
    baselines: tuple[Baseline, ...] = (),
    goal: str = "",
    help: Mapping[str, str] | None = None,
    why: Mapping[str, str] | None = None,
    at_most: Mapping[str, Callable[..., float]] | None = None,
    **allowed: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Sign in a task; the arguments are those of `architecture`, and:

    outputs: how many numbers the answer has. baselines: the losses known beforehand.
    goal: the first sentence of the docstring for one experiment, where it depends on a knob that counts timesteps: with
        the knob's name in braces, in whose place "3 timesteps" will stand.
    at_most: for a knob, a function of timesteps and features that says how far it may go.

    Raises ValueError or TypeError at import for an entry that is not whole.
    """

    def sign_in(function: Callable[..., Any]) -> Callable[..., Any]:
        skip = {"rng", "samples"}
        fields = _fields(function, title, answers, answer, inputs, help, why, at_most or {}, allowed, skip)
        unknown = {name for _, name, _, _ in Formatter().parse(goal) if name is not None} - set(fields["knobs"])
        if unknown:
            raise TypeError(f"{function.__name__}: the goal names {', '.join(sorted(unknown))}, which is no knob of it.")
        _add(TASKS, Task(**fields, outputs=outputs, baselines=baselines, goal=goal))
        return function

    return sign_in


def _when(answers: str) -> str:
    return "at every timestep" if answers == "every step" else "per sequence"


def _add(entries: dict[str, Any], entry: Entry) -> None:
    known = entries.get(entry.name)
    if known is not None and known.function.__code__.co_filename != entry.function.__code__.co_filename:
        raise ValueError(f"Two files sign in as {entry.name!r}: rename one of the functions.")
    entries[entry.name] = entry


def _fields(
    function: Callable[..., Any],
    title: str,
    answers: str,
    answer: str,
    inputs: str,
    help: Mapping[str, str] | None,
    why: Mapping[str, str] | None,
    at_most: Mapping[str, Callable[..., float]],
    allowed: Mapping[str, Any],
    skip: set[str],
) -> dict[str, Any]:
    name, help = function.__name__, help or {}
    for value, known, what in ((answers, ANSWERS, "answers"), (answer, ANSWER, "answer"), (inputs, INPUTS, "inputs")):
        if value not in known:
            raise ValueError(f"{name}: {what} must be one of {', '.join(known)}, received {value!r}.")
    if not inspect.getdoc(function):
        raise ValueError(f"{name}: a docstring is missing; it is the help that the reader sees.")
    sizes = {"timesteps", "features", "units"}
    parameters = inspect.signature(function).parameters
    unknown = set(allowed) - sizes - set(parameters)
    if unknown:
        raise TypeError(f"{name}: takes no {', '.join(sorted(unknown))}.")
    knobs = {}
    for key, parameter in parameters.items():
        if key in sizes | skip:
            continue
        if key not in allowed or key not in help or parameter.default is parameter.empty:
            raise TypeError(f"{name}: the knob {key} needs a default, its choices and a line of help.")
        choices = tuple(allowed[key])
        if parameter.default not in choices:
            raise ValueError(f"{name}: the default of {key}, {parameter.default!r}, is not among its choices.")
        knobs[key] = Knob(key, parameter.default, choices, help[key], at_most.get(key))
    ranges = {key: (value,) if isinstance(value, int) else value for key, value in allowed.items() if key in sizes}
    return {
        "name": name,
        "title": title,
        "function": function,
        "answers": answers,
        "answer": answer,
        "inputs": inputs,
        "knobs": knobs,
        "ranges": ranges,
        "why": why or {},
    }
