"""What a reading has found so far: what its parts write down, and how much they may cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from explorer.snippet.reader.costs import Within
from explorer.snippet.reader.edits import Edit, Source
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
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import Call, Event, ModelValue, Scope, Unreadable


@dataclass(frozen=True)
class Old:
    """Something that an older Keras called otherwise: read as what it is called today, and `edits` say so in the code."""

    node: Node
    what: str
    says: str
    edits: tuple[Edit, ...]


class Record:
    """Grows while code is read.

    calls: of layers and operations, in order. models: in order. old: what older versions of Keras called otherwise.
    noted: what works otherwise than it looks. names: what the names of the code stand for at the end. budget: what may be
    spent on the code.
    """

    def __init__(self, source: Source, budget: Budget | None = None) -> None:
        self.source = source
        self.calls: list[Call] = []
        self.models: list[ModelValue] = []
        self.old: list[Old] = []
        self.noted: list[Event] = []
        self.names = Scope()
        self._steps = 0
        self._layers = 0
        self._things = 0
        self._within = 0
        self.within = Within()
        self.budget = budget or Budget()

    def tick(self, node: Node) -> None:
        """Count a step. Raises Unreadable where there were too many, or where the time is up."""
        self._steps += 1
        line = getattr(node, "lineno", None)
        if self._steps > MOST_STEPS:
            raise Unreadable(f"Reading stopped after {MOST_STEPS:,} steps. Write shorter loops.", line)
        self.budget.look(node)

    def count_layer(self, node: Node) -> None:
        """Count a layer that is made. Raises Unreadable where there were too many."""
        self._layers += 1
        if self._layers > MOST_LAYERS:
            raise Unreadable(
                f"More than {MOST_LAYERS} layers are made. Write a smaller model.", getattr(node, "lineno", None)
            )

    def count_things(self, made: Any, node: Node) -> Any:
        """Count the elements of a list or text that was made. Raises Unreadable where all of them are too many to hold."""
        if isinstance(made, (list, tuple, dict, str)):
            self._things += len(made)
            if self._things > MOST_THINGS:
                raise Unreadable(
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
                raise Unreadable(
                    f"Models and wrappers are nested more than {MOST_NESTED} deep here. Use less nesting.", line
                )
            self._within += times * calls
        if self._within > MOST_WITHIN:
            raise Unreadable(
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
            raise Unreadable(
                f"{many:,} tensors are combined here, and at most {MOST_TENSORS} are read. Write fewer.",
                getattr(node, "lineno", None),
            )

    def count_axes(self, shape: Sequence[Any], node: Node) -> None:
        """Raises Unreadable for a tensor with more axes than anything has."""
        if len(shape) > MOST_AXES:
            raise Unreadable(
                f"A tensor of {len(shape):,} axes is not read here: at most {MOST_AXES}.", getattr(node, "lineno", None)
            )
