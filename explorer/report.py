"""The types of what a check of pasted code says, written out: what `check --json` and the page are given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from explorer.description import Description, Outline, Plain, Shape

# Of one target its shape, of several a shape for each.
Full = tuple[int, ...]
Target = tuple[int | Full, ...]
Loss = str | tuple[str | None, ...]
# The kinds of problems, as people are told them.
TITLES = {
    "time_axis_missing": "Timesteps are missing",
    "time_axis_extra": "Timesteps are still there",
    "target_mismatch": "The target does not fit the output",
    "input_rank": "Wrong number of dimensions",
    "axes_swapped": "Axes in the wrong order",
    "units_misread": "Units misunderstood",
    "time_distributed_inner": "TimeDistributed removes the timesteps",
    "stateful_batch": "stateful=True needs a fixed batch size",
    "state_unpacking": "Wrong states",
    "mask_lost": "The mask is lost",
    "ragged_input": "Sequences of different lengths",
    "unknown_length": "A size is unknown",
    "backward_order": "Timesteps in reverse order",
    "label_encoding": "Labels do not fit the loss",
    "merge_mismatch": "Shapes that cannot be merged",
    "embedding_input": "Wrong input for an Embedding",
    "keras3_api": "Not in Keras 3",
    "none_value": "No model under this name",
    "fit_arguments": "Arguments that do not fit",
    "unreadable": "A line that cannot be read",
    "size_missing": "A size is missing",
}
# Of these Keras has said nothing: the code was not read to its end.
NOT_WHOLE = ("unreadable", "size_missing")


def not_tried(why: str) -> str:
    """What is said of a fix of which only the shapes are proved.

    >>> not_tried("the model is too large to be tried in a moment")
    'Not tried: the model is too large to be tried in a moment.'
    """
    return f"Not tried: {why}."


class Trial(Plain, frozen=True):
    """What became of a fix that was tried. ran: whether a step of the code's own `fit` ran; None where it was not tried.

    sentence: the same in words.
    """

    ran: bool | None
    sentence: str

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Trial:
        """The trial that was written out so."""
        return msgspec.convert(values, cls)


TOO_LONG = Trial(None, not_tried("it would take too long"))


class Fix(Plain, frozen=True):
    """A change that was proved. code: the whole changed code. x, y, loss, batch_size: what it is to be trained on.

    data: a line of NumPy, where the data change. ran: whether the code's own `fit` was really tried and ran; where it was
    not, its shapes were proved. tried: what became of the trial in words, or why there can be none; "": there was none yet.
    intention: what this fix is right for, where others are right for something else. shapes: what it changes in them.
    """

    title: str
    code: str
    x: tuple[Full, ...] | None
    y: Target | None
    loss: Loss | None
    batch_size: int | None
    data: str | None
    ran: bool = False
    tried: str = ""
    intention: str = ""
    shapes: str = ""


class Problem(Plain, frozen=True):
    """One thing that is wrong; what the fields mean stands at `explorer.snippet.diagnose.problems.Problem`."""

    kind: str
    layer: int | None
    name: str | None
    line: int | None
    message: str
    keras_says: str | None
    silent: bool
    fixes: tuple[Fix, ...]


class Asked(Plain, frozen=True):
    """A number that the code does not say: it comes from a file, or with an argument that nobody gives.

    name: how the code calls it, and how it is given back (`sizes` of `explorer.snippet.check`). line: of the code, from 1.
    why: what it depends on. shape: whether it is a whole shape, without the batch, and no single number.
    """

    name: str
    line: int
    why: str
    shape: bool

    @property
    def source(self) -> str:
        """Where it comes from, as a sentence; "" where nothing more is known of that than its name.

        >>> Asked("the output of TCN", 5, "tcn.TCN, a layer that is not known here", True).source
        'It comes from tcn.TCN, a layer that is not known here.'
        """
        return "" if self.why == f"`{self.name}`" else f"It comes from {self.why}."

    @property
    def sentence(self) -> str:
        """What is missing, on which line, and where it comes from.

        >>> Asked("n", 2, "`n`", False).sentence
        'Missing on line 2: the number n.'
        >>> Asked("n", 2, "table.shape", False).sentence
        'Missing on line 2: the number n (table.shape).'
        """
        kind = "the shape of" if self.shape else "the number"
        batch = ", without the batch" if self.shape else ""
        source = f" ({self.why})" if self.source else ""
        return f"Missing on line {self.line}: {kind} {self.name}{batch}{source}."


class Line(Plain, frozen=True):
    """A line of the code, from 1, and what is said of it."""

    line: int
    why: str


class Made(Plain, frozen=True):
    """A model that the code makes. name: no other has the same; it is how the model is asked for (`model` of
    `explorer.snippet.check`). line: where it is made. shown: whether it is the one that the report is on.

    layers: how many it has. output, params: None where they are not known.
    """

    name: str
    line: int
    shown: bool
    layers: int = 0
    output: tuple[Shape, ...] | None = None
    params: int | None = None


class Report(Plain, frozen=True):
    """What a check found. layers: those that hold, and after them the one that broke, if one did.

    output, params: of the whole model, None where it does not hold. holds: whether it is whole and nothing is wrong with it.
    asked: numbers without which it cannot be read. not_followed: lines that were left out. assumed: lines of which something
    was taken for granted. models: all that the code makes, the shown one first.
    """

    layers: tuple[Outline, ...]
    output: tuple[Shape, ...] | None
    params: int | None
    problems: tuple[Problem, ...]
    hints: tuple[str, ...]
    description: Description | None
    x: tuple[Full, ...] | None
    y: Target | None
    loss: Loss | None
    holds: bool
    asked: tuple[Asked, ...] = ()
    not_followed: tuple[Line, ...] = ()
    assumed: tuple[Line, ...] = ()
    models: tuple[Made, ...] = ()

    @property
    def known_x(self) -> tuple[Full, ...] | None:
        """The shapes of x; where the data have none, those that the model's inputs declare, with as many samples as y."""
        target = self.first_target
        if self.x or not target or self.description is None:
            return self.x
        found = []
        for source in self.description.sources:
            sizes = tuple(size for size in source.shape[1:] if size is not None)
            if len(sizes) != len(source.shape) - 1:
                return None
            found.append((target[0], *sizes))
        return tuple(found) or None

    @property
    def first_target(self) -> Full | None:
        """The shape of the target, or of the first of several; None where it is not known."""
        first = next(iter(self.y or ()), None)
        if isinstance(first, tuple):
            return first
        return tuple(size for size in self.y or () if isinstance(size, int)) or None

    @property
    def first_loss(self) -> str:
        """The loss, or the first of several; "mse" where none is known."""
        loss = self.loss[0] if isinstance(self.loss, tuple) and self.loss else self.loss
        return loss if isinstance(loss, str) else "mse"

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Report:
        """The report that was written out so. Raises ValueError for what is none."""
        return msgspec.convert(values, cls)


def could_ask_for(name: str, code: str) -> bool:
    """Whether a code can ask for a number by this name: it has the name, or that of the layer whose output it is.

    >>> could_ask_for("n_features", "keras.Input((20, n_features))"), could_ask_for("the output of TCN", "x = TCN(64)(x)")
    (True, True)
    >>> could_ask_for("n_units", "keras.Input((20, n_features))"), could_ask_for("n", "import keras")
    (False, False)
    """
    named = name.rpartition(" ")[2]
    return re.search(rf"(?<!\w){re.escape(named)}(?!\w)", code) is not None
