"""What a reading has found so far: what its parts write down, and how much they may cost."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from explorer.snippet.reader.costs import Within
from explorer.snippet.reader.data_values import Items, Opaque, Pairs
from explorer.snippet.reader.edits import Edit, Source
from explorer.snippet.reader.fed import Typed, fed_names
from explorer.snippet.reader.limits import (
    MOST_AXES,
    MOST_LAYERS,
    MOST_NESTED,
    MOST_STEPS,
    MOST_TENSORS,
    MOST_THINGS,
    MOST_WITHIN,
    Budget,
)
from explorer.snippet.reader.makers import Makers
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.recovery import MEANT
from explorer.snippet.reader.unknowns import Ask, Given, Remark, output_of
from explorer.snippet.reader.values import Call, Event, Exhausted, ModelValue, Scope, Unreadable

# So many questions at once are read by nobody.
MOST_ASKED = 20
# Of a text that is no Python at all, no more lines are listed.
MOST_BROKEN = 200


@dataclass(frozen=True)
class Old:
    """Something that an older Keras called otherwise: read as what it is called today, and `edits` say so in the code.

    told: a sentence about a name that no Keras ever had; near: the one that was meant, "" where the name goes.
    """

    node: Node
    what: str
    says: str
    edits: tuple[Edit, ...]
    told: str = ""
    near: str = ""


class Record:
    """Grows while code is read.

    calls: of layers and operations, in order. models: in order. old: what older versions of Keras called otherwise.
    noted: what works otherwise than it looks. names: what the names of the code stand for at the end. budget: what may be
    spent on the code.
    skipped: lines that were not followed. assumed: what was taken for granted where the code does not say it. asked: numbers
    that only the reader of the page knows. shape_read_at: how many calls came before the code first read a shape that is
    asked for, None where it reads none. outputs: what the outputs of layers that are not known are asked for by.
    unread: why models could not be read. typed: shapes that were given; given: numbers that were asked for before.
    everything_of: packages that are not known, all of whose names are imported. freezes: whether the code sets `trainable`
    of something. gave_none: the calls that gave names the value None. grown: lists and dictionaries that grew, and by how
    many elements. left_out: how often the rest of a round of a loop may not be gone through.
    """

    def __init__(
        self, source: Source, budget: Budget | None = None, typed: Typed | None = None, given: Given | None = None
    ) -> None:
        self.source = source
        self.calls: list[Call] = []
        self.models: list[ModelValue] = []
        self.old: list[Old] = []
        self.noted: list[Event] = []
        self.names = Scope()
        self.steps = 0
        self._layers = 0
        self._things = 0
        self._within = 0
        self.within = Within()
        self.budget = budget or Budget()
        self.typed, self.given = typed or Typed(), dict(given or {})
        self.fed = fed_names(source.tree)
        self.makers = Makers(source.tree)
        broken = source.broken[:MOST_BROKEN]
        self.skipped = {each.line: Remark(each.line, each.sentence) for each in broken if each.how != MEANT}
        self.passed: list[Remark] = []
        self.assumed = {each.line: Remark(each.line, each.sentence) for each in broken if each.how == MEANT}
        self.asked: dict[str, Ask] = {}
        self.outputs: dict[str, None] = {}
        self._outputs_of: Counter[str] = Counter()
        self._same_outputs: dict[tuple[Any, ...], str] = {}
        self._made_at: dict[str, Any] = {}
        self.unread: list[Unreadable] = []
        self.hints: list[str] = []
        self.everything_of: list[str] = []
        self.freezes = False
        self.gave_none: dict[str, ast.Call] = {}
        self.grown: list[tuple[Items | Pairs, int]] = []
        self.left_out = 0
        self._asked_for: list[Opaque] = []
        self.shape_read_at: int | None = None
        self.inputs_made = 0
        self.inside = 0
        self.stopped: Exception | None = None

    def skip(self, error: Unreadable, node: Any) -> None:
        """Note a line that cannot be followed."""
        line = error.line if error.line is not None else int(getattr(node, "lineno", 0))
        self.skipped.setdefault(line, Remark(line, str(error)))

    def assume(self, node: Any, why: str, instead: str = "") -> None:
        """Note what was taken for granted on a line, where nothing was before, or what this says in the place of."""
        held = self.assumed.get(node.lineno)
        if held is None or held.why == instead:
            self.assumed[node.lineno] = Remark(node.lineno, why)

    def ask(self, value: Opaque, node: Any, shape: bool = False) -> None:
        """Ask for a number (or a shape) that only comes with the data. Raises Unreadable where it has no name."""
        if value.name is None or len(value.name) > 80:
            raise Unreadable(
                f"A size is not known here: it depends on {value.why}. Write the number.", getattr(node, "lineno", None)
            )
        line = value.line if value.line is not None else int(getattr(node, "lineno", 1))
        if value.name not in self.asked and any(
            one.root is not None and (value.root or value).name == one.root.name for one in self._asked_for
        ):
            # Who says the one says the other.
            return
        self._asked_for.append(value)
        if len(self.asked) >= MOST_ASKED:
            # Who answers these is asked for the next ones then.
            return
        self.asked.setdefault(value.name, Ask(value.name, line, value.why, shape, node))

    def note_shape_read(self) -> None:
        """Note that the code reads a shape that is asked for."""
        if self.shape_read_at is None:
            self.shape_read_at = len(self.calls)

    def name_output(self, kind: str) -> str:
        """What the output of the next layer of a class that is not known is asked for by.

        Layers are counted, and not questions: what was answered stays the answer of its layer, whatever is asked then.
        """
        self._outputs_of[kind] += 1
        name = output_of(kind, self._outputs_of[kind])
        self.outputs[name] = None
        return name

    def same_output(self, alike: tuple[Any, ...], name: str) -> str:
        """What the output of a layer that is not known is asked for by: by the name of the first that is like it."""
        return self._same_outputs.setdefault(alike, name)

    def first_made_at(self, name: str, made: Any) -> Any:
        """Where the layer was made whose output is asked for by a name; made: where this one is, as the first."""
        return self._made_at.setdefault(name, made)

    def count_back(self, value: Opaque, given: int | tuple[int, ...]) -> None:
        """A number was given that is counted from another one: that one is known then as well."""
        if value.root is not None and value.root.name is not None and isinstance(given, int) and given >= value.offset:
            self.given.setdefault(value.root.name, given - value.offset)

    @property
    def made(self) -> tuple[int, int, int]:
        """How many layers, calls and models there are: whether a piece of the code adds to them."""
        return self._layers, len(self.calls), len(self.models)

    def tick(self, node: Node) -> None:
        """Count a step. Raises Unreadable where there were too many, or where the time is up."""
        self.steps += 1
        line = getattr(node, "lineno", None)
        if self.steps > MOST_STEPS:
            raise Exhausted(f"Reading stopped after {MOST_STEPS:,} steps. Write shorter loops.", line)
        self.budget.look(node)

    def count_layer(self, node: Node) -> None:
        """Count a layer that is made. Raises Unreadable where there were too many."""
        self._layers += 1
        if self._layers > MOST_LAYERS:
            raise Exhausted(
                f"More than {MOST_LAYERS} layers are made. Write a smaller model.", getattr(node, "lineno", None)
            )

    def count_things(self, made: Any, node: Node) -> Any:
        """Count the elements of a list or text that was made. Raises Unreadable where all of them are too many to hold."""
        if isinstance(made, (list, tuple, dict, str)):
            self._things += len(made)
            if self._things > MOST_THINGS:
                raise Exhausted(
                    f"The lists and texts of this code hold more than {MOST_THINGS:,} elements. Write shorter ones.",
                    getattr(node, "lineno", None),
                )
        return made

    def count_within(self, layers: Sequence[Any], node: Node, times: int = 1) -> None:
        """Count the calls that lie within layers of Keras, before they are made, wrapped or called.

        Raises Unreadable where there are too many, those of nested models and wrappers counted each time, or where they nest
        too deep.
        """
        line = getattr(node, "lineno", None)
        self.budget.look(node)
        for each in layers:
            calls, depth = self.within.of(each)
            if depth > MOST_NESTED:
                raise Exhausted(f"Models and wrappers are nested more than {MOST_NESTED} deep here. Use less nesting.", line)
            self._within += times * calls
        if self._within > MOST_WITHIN:
            raise Exhausted(
                f"All layers, with those in nested models and wrappers, are called more than {MOST_WITHIN:,} times here. "
                "Write a smaller model.",
                line,
            )

    def count_graph(self, calls: Sequence[Call], node: Node) -> None:
        """Count a model that is made of these calls, as `count_within` counts layers: Keras goes through all of them."""
        self.count_within([], node)
        self._within += 1 + len(calls) // 10
        self.count_within([], node)

    def count_tensors(self, many: int, node: Node) -> None:
        """Raises Unreadable for a call or a model with too many tensors."""
        if many > MOST_TENSORS:
            raise Exhausted(
                f"{many:,} tensors are combined here, and at most {MOST_TENSORS} are read. Write fewer.",
                getattr(node, "lineno", None),
            )

    def count_axes(self, shape: Sequence[Any], node: Node) -> None:
        """Raises Unreadable for a tensor with more axes than anything has."""
        if len(shape) > MOST_AXES:
            raise Unreadable(
                f"A tensor of {len(shape):,} axes is not read here: at most {MOST_AXES}.", getattr(node, "lineno", None)
            )
