"""What a reading has found so far: what its parts write down, and how long they may go on."""

from __future__ import annotations

import ast
import time
from dataclasses import dataclass
from typing import Any

from explorer.snippet.edits import Edit, Source
from explorer.snippet.limits import MOST_LAYERS, MOST_STEPS, SECONDS
from explorer.snippet.values import Call, Event, ModelValue, Unreadable


class Scope(dict):
    """Names and what they stand for; what is not here is looked for in the scope around."""

    def __init__(self, around: Scope | None = None) -> None:
        self.around = around

    def find(self, name: str) -> Any:
        if name in self:
            return self[name]
        if self.around is None:
            raise KeyError(name)
        return self.around.find(name)


@dataclass(frozen=True)
class Old:
    """Something that an older Keras called otherwise: read as what it is called today, and `edits` say so in the code."""

    node: ast.AST
    what: str
    says: str
    edits: tuple[Edit, ...]


class Record:
    """Grows while code is read.

    calls: of layers and operations, in order. models: in order. old: what older versions of Keras called otherwise.
    noted: what works otherwise than it looks. names: what the names of the code stand for at the end.
    """

    def __init__(self, source: Source, seconds: float = SECONDS) -> None:
        self.source = source
        self.calls: list[Call] = []
        self.models: list[ModelValue] = []
        self.old: list[Old] = []
        self.noted: list[Event] = []
        self.names = Scope()
        self._steps = 0
        self._layers = 0
        # The work of this thread alone is counted: a busy machine reads what an idle one does.
        self._until = time.thread_time() + seconds

    def tick(self, node: ast.AST) -> None:
        """Count a step. Raises Unreadable where there were too many, or where the time is up."""
        self._steps += 1
        line = getattr(node, "lineno", None)
        if self._steps > MOST_STEPS:
            raise Unreadable(f"Reading stopped after {MOST_STEPS:,} steps. Write shorter loops.", line)
        if time.thread_time() > self._until:
            raise Unreadable("Reading took too long and was stopped. Write a smaller model or shorter loops.", line)

    def count_layer(self, node: ast.AST) -> None:
        """Count a layer that is made. Raises Unreadable where there were too many."""
        self._layers += 1
        if self._layers > MOST_LAYERS:
            raise Unreadable(
                f"More than {MOST_LAYERS} layers are made. Write a smaller model.", getattr(node, "lineno", None)
            )
