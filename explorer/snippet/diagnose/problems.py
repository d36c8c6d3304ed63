"""What is said of pasted code: problems, their fixes, and the report that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from explorer import report
from explorer.description import Description, Outline
from explorer.report import Loss
from explorer.snippet.reader.data_values import Full, Shape
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import Call, Event

# Of one target its shape, of several a shape for each.
Target = Full | tuple[Full, ...]


def one_target(target: Target | None) -> Full | None:
    """The shape of the target where there is one, None where there are several or none."""
    sizes = tuple(size for size in target or () if isinstance(size, int))
    return None if target is None or len(sizes) != len(target) else sizes


def several_targets(target: Target | None) -> list[Full]:
    """The shapes of several targets, none where there is but one."""
    return [shape for shape in target or () if isinstance(shape, tuple)]


@dataclass(frozen=True)
class Data:
    """What the model is to be trained on, by shape.

    x: a shape for every input, batch included; y: of the target, (batch, ...) or a tuple of such shapes where the model has
    several outputs; loss: its name as Keras spells it; batch: how many samples `fit` takes at a time. None: not known.
    model: the name of the model that is meant, of several in one code; None: the one that is fitted.
    """

    x: tuple[Full, ...] | None = None
    y: Target | None = None
    loss: Loss | None = None
    batch: int | None = None
    model: str | None = None


@dataclass(frozen=True)
class Candidate:
    """A change that may fix a problem; it is offered only when it was proved.

    edits: of the code. data: what the changed code is to be trained on, where that changes too. line: the line of NumPy
    that makes the changed data. layers: the names that the title ends with, where the same is done to several layers.
    rename: whether nothing but the spelling of a name changes.
    """

    title: str
    edits: tuple[Edit, ...] = ()
    data: Data | None = None
    line: str | None = None
    layers: tuple[str, ...] = ()
    rename: bool = False


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, before its fixes are proved.

    call: the call of the layer that is to blame, None where data or loss are. node: where it stands in the code.
    """

    kind: str
    message: str
    call: Call | None = None
    node: Node | None = None
    keras_says: str | None = None
    silent: bool = False
    candidates: tuple[Candidate, ...] = ()

    @property
    def line(self) -> int | None:
        node = self.node or (self.call.node if self.call else None)
        return getattr(node, "lineno", None)


def finding_of(event: Event, kind: str, call: Call | None, message: str, candidates: Sequence[Candidate] = ()) -> Finding:
    """What an event that stopped Keras means: it stands where the event does, and says what Keras said."""
    return Finding(kind, message, call, event.node, event.says or None, False, tuple(candidates))


@dataclass(frozen=True)
class Fix:
    """A change that was proved: the code builds and takes the data, and nothing else is wrong.

    code: the whole changed code. x, y, loss, batch_size: what it is to be trained on. data: a line of NumPy, where the
    data change. steps: how many changes it is made of; the same one at several layers is one. hindrance: why its model
    cannot be tried, nothing where it can. intention: what it is right for, of several. shapes: what it changes in them.
    tried: what became of it in words, where it was; ran: whether a step ran then.
    """

    title: str
    code: str
    data: Data
    line: str | None = None
    steps: int = 1
    hindrance: str = ""
    intention: str = ""
    shapes: str = ""
    ran: bool = False
    tried: str = ""

    def written(self) -> report.Fix:
        data = self.data
        told = self.tried or (report.not_tried(self.hindrance) if self.hindrance else "")
        want = f"If {self.intention}:" if self.intention else ""
        shapes = (data.x, data.y, data.loss, data.batch)
        return report.Fix(self.title, self.code, *shapes, self.line, self.ran, told, want, self.shapes)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the code, and how it can be fixed.

    kind: one of `explorer.report.TITLES`. layer: the place of the blamed layer among the layers, in the order in which they
    are first called, without Inputs; None where data or loss are to blame. name: of that layer. line: of the code, from 1.
    keras_says: the error of Keras or NumPy, None where there is none. silent: it trains all the same, and is wrong.
    """

    kind: str
    layer: int | None
    name: str | None
    line: int | None
    message: str
    keras_says: str | None
    silent: bool
    fixes: tuple[Fix, ...] = ()

    def written(self) -> report.Problem:
        fixes = tuple(fix.written() for fix in self.fixes)
        return report.Problem(self.kind, self.layer, self.name, self.line, self.message, self.keras_says, self.silent, fixes)


@dataclass(frozen=True)
class Report:
    """What `check` found; see `explorer.snippet.check`."""

    layers: tuple[Outline, ...] = ()
    output: tuple[Shape, ...] | None = None
    params: int | None = None
    problems: tuple[Problem, ...] = ()
    hints: tuple[str, ...] = ()
    description: Description | None = None
    data: Data = Data()
    asked: tuple[report.Asked, ...] = ()
    not_followed: tuple[report.Line, ...] = ()
    assumed: tuple[report.Line, ...] = ()
    models: tuple[report.Made, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the model is whole and nothing is wrong with it."""
        return not self.problems and self.output is not None

    def __str__(self) -> str:
        """The findings as text: each problem with its fixes, what is asked for, and what is good to know."""
        lines = []
        for problem in self.problems:
            if problem.kind == "size_missing":
                # All that is asked for is listed below.
                continue
            where = f", line {problem.line}" if problem.line else ""
            lines.append(f"{problem.kind}{where}: {problem.message}")
            lines += [f"Keras says: {problem.keras_says}"] if problem.keras_says else []
            lines += [f"Fix: {fix.title}" for fix in problem.fixes]
        lines += [each.sentence for each in self.asked]
        return "\n".join([*lines, *self.hints, *(["No problems found."] if self.holds else [])])

    def written(self) -> report.Report:
        """The same written out, ready for JSON."""
        return report.Report(
            layers=self.layers,
            output=self.output,
            params=self.params,
            problems=tuple(problem.written() for problem in self.problems),
            hints=self.hints,
            description=self.description,
            x=self.data.x,
            y=self.data.y,
            loss=self.data.loss,
            holds=self.holds,
            asked=self.asked,
            not_followed=self.not_followed,
            assumed=self.assumed,
            models=self.models,
        )

    def to_dict(self) -> dict[str, Any]:
        """The same as lists, strings and numbers."""
        return self.written().to_dict()
