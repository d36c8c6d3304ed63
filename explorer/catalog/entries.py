"""What an architecture and a task are: the function that signed in, with what the catalog knows of it."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from explorer.catalog.arrows import Arrow
from explorer.syntax import parse

ANSWERS = ("every step", "once")
ANSWER = ("number", "yes/no", "class")
INPUTS = {
    "sequence": "one sequence, (batch, timesteps, features)",
    "padded": "padded sequences of different lengths, (batch, timesteps, features)",
    "windows": "windows of a sequence, (batch, windows, timesteps, features)",
    "frames": "frames of a film, (batch, timesteps, rows, columns, features)",
    "two streams": "two sequences of different widths, (batch, timesteps, features) and (batch, timesteps, second_features)",
    "symbols": "padded sequences of symbols, as whole numbers, (batch, timesteps)",
    "source and target": "padded symbols, and the target shifted by one timestep, (batch, timesteps) and (batch, timesteps)",
}
# Those whose sequences end at different timesteps: zeros stand after the end.
SYMBOLS = ("symbols", "source and target")
PADDED = ("padded", *SYMBOLS)
# What each input is called, where that says more than its number.
STREAM_NAMES = {"source and target": ("source", "shifted target")}
LOSSES = {"number": "mse", "yes/no": "binary_crossentropy", "class": "sparse_categorical_crossentropy"}


@dataclass(frozen=True)
class Sizes:
    """The sizes that a builder is given; the batch is left open, but for a builder that takes it.

    symbols: how many there are, padding included; only a model that reads symbols takes it.
    """

    timesteps: int
    features: int
    outputs: int
    units: int = 32
    symbols: int = 11
    batch: int = 32


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
    needs: which other timesteps an output must depend on to be below, where that is certain; "" where it is not.
    best: whether no model gets below it but by luck.
    """

    name: str
    value: Callable[..., float]
    predict: Callable[..., np.ndarray]
    passed: str
    needs: Literal["", "earlier", "later"] = ""
    best: bool = False


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
    size_help: Mapping[str, str]

    @property
    def doc(self) -> str:
        return inspect.cleandoc(self.function.__doc__ or "")

    @property
    def summary(self) -> str:
        """The first sentence of the docstring."""
        return self.doc.splitlines()[0]

    @property
    def is_padded(self) -> bool:
        return self.inputs in PADDED

    @property
    def is_forced(self) -> bool:
        """Whether it reads its own target, shifted by one timestep: teacher forcing."""
        return self.inputs == "source and target"

    def takes(self, name: str) -> bool:
        return name in inspect.signature(self.function).parameters

    def own_knobs(self, knobs: Mapping[str, Any]) -> dict[str, Any]:
        """The part of an experiment's knobs that this function takes."""
        return {name: knobs[name] for name in self.knobs if name in knobs}


@dataclass(frozen=True)
class Architecture(Entry):
    """One way to wire a model. `function(timesteps, features, outputs, ...) -> keras.Model`, with fixed timesteps.

    heading: the model in Keras's words, as the page's heading; the title is short enough for a list.
    """

    source: str = ""
    heading: str = ""

    @property
    def carries(self) -> bool:
        """Whether its state goes on from batch to batch (stateful=True), for which it fixes the batch size."""
        return self.takes("batch")

    def build(self, sizes: Sizes, knobs: Mapping[str, Any] | None = None) -> Any:
        """The bare model, its weights not yet seeded: use `explorer.models.build.build`."""
        values = {"timesteps": sizes.timesteps, "features": sizes.features, "outputs": sizes.outputs}
        values |= {name: getattr(sizes, name) for name in ("symbols", "units", "batch") if self.takes(name)}
        return self.function(**values, **self.own_knobs(knobs or {}))

    def input_shapes(self, sizes: Sizes, knobs: Mapping[str, Any] | None = None) -> tuple[tuple[int | None, ...], ...]:
        """The promised shape of every input, the batch as None where it is left open."""
        knobs = {name: knob.default for name, knob in self.knobs.items()} | dict(knobs or {})
        plain = (self._batch(sizes), sizes.timesteps, sizes.features)
        if self.inputs in SYMBOLS:
            return (plain[:2],) * (2 if self.is_forced else 1)
        if self.inputs == "windows":
            return ((plain[0], knobs["windows"], *plain[1:]),)
        if self.inputs == "frames":
            return ((plain[0], sizes.timesteps, knobs["rows"], knobs["columns"], sizes.features),)
        if self.inputs == "two streams":
            return (plain, (*plain[:2], knobs["second_features"]))
        return (plain,)

    def output_shape(self, sizes: Sizes) -> tuple[int | None, ...]:
        """The promised shape of the output: (batch, timesteps, outputs), or (batch, outputs) where it answers once."""
        if self.answers == "every step":
            return (self._batch(sizes), sizes.timesteps, sizes.outputs)
        return (self._batch(sizes), sizes.outputs)

    def _batch(self, sizes: Sizes) -> int | None:
        return sizes.batch if self.carries else None

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
        if self.carries and not task.consecutive:
            return (
                "the architecture carries its state from batch to batch, and no sequence of the task goes on where another "
                "one ends"
            )
        return ""

    @property
    def code(self) -> str:
        """The builder's source without its decorator: it stands alone wherever it is pasted.

        The annotation of what it returns goes too: where Keras is not imported yet, it would be a NameError.
        """
        source = textwrap.dedent(inspect.getsource(self.function))
        first = parse(source).body[0].lineno
        return "".join(source.splitlines(keepends=True)[first - 1 :]).replace(" -> keras.Model:", ":", 1)


@dataclass(frozen=True)
class Task(Entry):
    """One synthetic problem. `function(rng, samples, timesteps, features, ...) -> (inputs, targets)`.

    symbols: the character of each number that comes in, where it stands for a symbol; the first is padding.
    classes: the character of each class, where the target is a class number.
    consecutive: the knob that says of how many sequences, one after the other, a long one consists; "" where each sequence
    stands alone.
    """

    outputs: int = 1
    symbols: str = ""
    classes: str = ""
    consecutive: str = ""
    baselines: tuple[Baseline, ...] = field(default=())
    goal: str = ""
    arrow: Callable[..., Arrow | None] | None = None

    @property
    def loss(self) -> str:
        return LOSSES[self.answer]

    def pieces(self, knobs: Mapping[str, Any]) -> int:
        """Of how many of its sequences, one after the other, a long one consists."""
        return int(knobs.get(self.consecutive, self.knobs[self.consecutive].default)) if self.consecutive else 1

    def make(
        self, rng: np.random.Generator, samples: int, timesteps: int, features: int, knobs: Mapping[str, Any]
    ) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """Inputs as a tuple of arrays, one for each stream, and the targets; all float32."""
        inputs, targets = self.function(rng, samples, timesteps, features, **self.own_knobs(knobs))
        streams = inputs if isinstance(inputs, tuple) else (inputs,)
        return tuple(np.asarray(stream, np.float32) for stream in streams), np.asarray(targets, np.float32)

    def target_shape(self, timesteps: int) -> tuple[int, ...]:
        """The shape of one sequence's target, timesteps first where there is one for each; a class is one number."""
        steps = (timesteps,) if self.answers == "every step" else ()
        return steps if self.answer == "class" else (*steps, self.outputs)

    def arrow_in(self, inputs: Sequence[np.ndarray], knobs: Mapping[str, Any]) -> Arrow | None:
        """What the task points at in one sequence, None where there is nothing. inputs: its array for each stream."""
        if self.arrow is None:
            return None
        found: Arrow | None = self.arrow(tuple(inputs) if len(inputs) > 1 else inputs[0], **self.own_knobs(knobs))
        return found

    def baseline_values(self, timesteps: int, features: int, knobs: Mapping[str, Any]) -> dict[str, float]:
        own = self.own_knobs(knobs)
        return {baseline.name: float(baseline.value(timesteps, features, **own)) for baseline in self.baselines}


def _when(answers: str) -> str:
    return "at every timestep" if answers == "every step" else "per sequence"
