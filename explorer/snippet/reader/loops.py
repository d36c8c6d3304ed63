"""Loops and branches of pasted code, whether it is known how they go or not."""

from __future__ import annotations

import ast
from typing import Any

from explorer.snippet.reader.comprehensions import LOOKED_AT
from explorer.snippet.reader.data_values import Items, Opaque, Range
from explorer.snippet.reader.functions import Functions
from explorer.snippet.reader.iteration import run_of, truth
from explorer.snippet.reader.makers import bound_names, counters, leaves
from explorer.snippet.reader.unknowns import STAND_IN
from explorer.snippet.reader.values import Broken, Exhausted, Scope, Unreadable

# Rounds of a `while` that makes no model.
MOST_ROUNDS = 500


class Leave(Exception):
    """`break` or `continue`."""

    def __init__(self, on: bool, line: int) -> None:
        self.on = on
        self.line = line


class Loops(Functions):
    """The part of a reading that follows loops and branches."""

    def block(self, body: list[ast.stmt], scope: Scope) -> None:
        raise NotImplementedError

    # --- loops

    def _do_for(self, statement: ast.For, scope: Scope) -> None:
        value = self.value(statement.iter, scope)
        if isinstance(value, Range) and self.makers.makes(statement.body) and value.counted is not None:
            self.ask(value.counted, statement)
            value = range(min(STAND_IN, 2))
        run = run_of(value, statement.iter)
        if not run.whole:
            self._lose_count(statement.body, scope)
        before, grown, half, started = self.made, len(self.grown), len(self.grown), self.steps
        for done, each in enumerate(run.held):
            self.tick(statement)
            self.bind(statement.target, each, scope, statement.iter)
            half = len(self.grown)
            try:
                self.block(statement.body, scope)
            except Leave as leave:
                if leave.on:
                    continue
                break
            if self.tiring(started, done + 1, len(run.held)) and before == self.made:
                self.shorten(statement, len(run.held))
                self._grow(half, len(run.held) - LOOKED_AT)
                self._lose_count(statement.body, scope)
                break
        else:
            if not run.whole:
                self._grow(grown, None)
            self.block(statement.orelse, scope)
            return
        if not run.whole:
            self._grow(grown, None)

    def _do_while(self, statement: ast.While, scope: Scope) -> None:
        before, grown, done = self.made, len(self.grown), 0
        while True:
            holds = truth(self.value(statement.test, scope))
            if holds is False:
                break
            unknown = holds is None or any(truth(held) is None for held in self._tested(statement, scope))
            if unknown:
                self._lose_count(statement.body, scope)
            self.tick(statement)
            done += 1
            try:
                self.block(statement.body, scope)
            except Leave as leave:
                if not leave.on:
                    break
            if unknown or (done > MOST_ROUNDS and before == self.made):
                self._grow(grown, None)
                if not unknown:
                    self.shorten(statement, None)
                break

    def _tested(self, statement: ast.While, scope: Scope) -> list[Any]:
        """What the tests within a loop without end depend on: such a loop ends where nobody can see it."""
        if not isinstance(statement.test, ast.Constant):
            return []
        names = [
            each.id
            for node in ast.walk(statement)
            if isinstance(node, ast.If)
            for each in ast.walk(node.test)
            if isinstance(each, ast.Name)
        ]
        return [scope.get(name, Opaque("a name")) for name in names[:20]]

    def _grow(self, since: int, times: int | None) -> None:
        """Lists that grew in a loop grow on as they did: `times` more rounds, or nobody knows how many."""
        many: dict[int, int] = {}
        for held, by in self.grown[since:]:
            many[id(held)] = many.get(id(held), 0) + by
        for held in {id(held): held for held, _ in self.grown[since:]}.values():
            held.rest = None if times is None or held.rest is None else held.rest + times * many[id(held)]

    def _lose_count(self, body: list[ast.stmt], scope: Scope) -> None:
        """Numbers that a loop counts up are not known in it."""
        for name in counters(body):
            held = scope.get(name)
            if isinstance(held, (int, float)) and not isinstance(held, bool):
                scope[name] = Opaque(f"`{name}`, which a loop changes", name)

    # --- branches

    def _do_if(self, statement: ast.If, scope: Scope) -> None:
        holds = truth(self.value(statement.test, scope))
        if holds is None:
            self._branch(statement, scope)
        else:
            self.block(statement.body if holds else statement.orelse, scope)

    def _branch(self, statement: ast.If, scope: Scope) -> None:
        """A branch of which nobody knows whether it is taken: the one that makes a model is, else the first."""
        body, orelse = statement.body, statement.orelse
        first, second = self.makers.makes(body), self.makers.makes(orelse)
        if first or second:
            which = "hold" if first else "fail"
            self.assume(
                statement, f"Whether `{self.source.text(statement.test)[:60]}` holds is not known: it is taken to {which}."
            )
            self.block(body if first else orelse, scope)
        elif leaves(body):
            self.block(orelse, scope)
        else:
            both = {name for node in body for name in bound_names(node)} & {
                name for node in orelse for name in bound_names(node)
            }
            if both:
                test = self.source.text(statement.test)[:60]
                self.assume(statement, f"Whether `{test}` holds is not known: it is taken to hold.")
            self.block(body, scope)
            missing = {name for node in orelse for name in bound_names(node)} - set(scope)
            if orelse and missing and not leaves(orelse):
                self.block(orelse, scope)

    def _do_try(self, statement: ast.Try, scope: Scope) -> None:
        noted, skipped = len(self.old), dict(self.skipped)
        try:
            self.block(statement.body, scope)
            failed = any(
                isinstance(each, (ast.Import, ast.ImportFrom)) and each.lineno in self.skipped and each.lineno not in skipped
                for each in statement.body
            )
        except Broken as error:
            if error.event.what != "name" or not statement.handlers:
                raise
            failed = True
        imports = all(isinstance(each, (ast.Import, ast.ImportFrom)) for each in statement.body)
        if statement.handlers and (failed or (imports and len(self.old) > noted)):
            del self.old[noted:]
            self.skipped = skipped
            self.block(statement.handlers[0].body, scope)
        else:
            self.block(statement.orelse, scope)
        self.block(statement.finalbody, scope)


__all__ = ["Exhausted", "Items", "Leave", "Loops", "Unreadable"]
