"""Loops and branches of pasted code, whether it is known how they go or not."""

from __future__ import annotations

import ast
import contextlib
from typing import Any

from explorer.snippet.reader.comprehensions import LOOKED_AT
from explorer.snippet.reader.data_values import Distinct, Items, Opaque, Pairs, Range, Window
from explorer.snippet.reader.functions import Functions
from explorer.snippet.reader.iteration import run_of, truth
from explorer.snippet.reader.limits import MOST_LAYERS
from explorer.snippet.reader.makers import bound_names, counters, leaves, touched, waits
from explorer.snippet.reader.objects import Instance
from explorer.snippet.reader.unknowns import STAND_IN
from explorer.snippet.reader.values import Broken, Exhausted, Function, Scope, Unreadable

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
        value = self._or_unknown(statement.iter, statement, scope)
        if isinstance(value, Range) and self.makers.makes(statement.body) and value.counted is not None:
            self.ask(value.counted, statement)
            value = range(min(STAND_IN, 2))
        run = run_of(value, statement.iter)
        if not run.whole:
            self.lose(statement.body, scope)
        left_out = self.left_out
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
                if not run.whole:
                    self._after_unknown(statement, grown, scope)
                break
            if self.tiring(started, done + 1, len(run.held)) and before == self.made:
                self.shorten(statement, len(run.held))
                self._grow(half, len(run.held) - LOOKED_AT)
                if waits(statement.body):
                    self._late_round(statement, each, scope)
                self._lose_count(statement.body, scope)
                break
        else:
            if isinstance(value, Range) and value.many is not None and before != self.made:
                raise Exhausted(
                    f"This loop makes layers in {value.many:,} rounds, and at most {MOST_LAYERS} layers are read here. "
                    "Write a smaller model.",
                    statement.lineno,
                )
            if not run.whole or self.left_out != left_out:
                self._after_unknown(statement, grown, scope)
            self.block(statement.orelse, scope)

    def _late_round(self, statement: ast.For, element: Any, scope: Scope) -> None:
        """A round after those that were gone through: what is collected has become as long as a test waits for."""
        found = [self._held(each, scope) for each in touched(statement.body)]
        collected = {id(each): (each, len(each), each.rest) for each in found if isinstance(each, Items)}
        for each, many, _ in collected.values():
            most = each.most if isinstance(each, Window) else None
            each.rest = None if most is None else max(0, most - many)
        self.bind(statement.target, element, scope, statement.iter)
        with contextlib.suppress(Leave):
            self.block(statement.body, scope)
        for each, many, rest in collected.values():
            if rest is not None:
                each.rest = max(0, rest + many - len(each))

    def _do_while(self, statement: ast.While, scope: Scope) -> None:
        before, grown, done = self.made, len(self.grown), 0
        while True:
            holds = truth(self._or_unknown(statement.test, statement, scope))
            if holds is False:
                break
            unknown = holds is None or any(truth(held) is None for held in self._tested(statement, scope))
            if unknown:
                self.lose(statement.body, scope)
            self.tick(statement)
            done += 1
            try:
                self.block(statement.body, scope)
            except Leave as leave:
                if not leave.on:
                    break
            if unknown or (done > MOST_ROUNDS and before == self.made):
                self._after_unknown(statement, grown, scope)
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
            if isinstance(held, (Distinct, Pairs)) or times is None or held.rest is None:
                held.rest = None
            else:
                held.rest += times * many[id(held)]

    def _lose_count(self, body: list[ast.stmt], scope: Scope) -> None:
        """Numbers that a loop counts up are not known in it, nor are texts and tuples that it makes longer."""
        for name in counters(body):
            held = scope.get(name)
            if isinstance(held, (int, float, str, tuple)) and not isinstance(held, bool):
                scope[name] = Opaque(f"`{name}`, which a loop changes", name)
            elif isinstance(held, Items) and all(each is not held for each, _ in self.grown):
                held.rest = None

    def lose(self, body: list[ast.stmt], scope: Scope) -> None:
        """How much there is of what statements count or collect is not known, as nobody knows how often they run."""
        self._lose_count(body, scope)
        # What they make anew themselves is known in them.
        new = {name for node in body for name in bound_names(node)} - counters(body)
        for each in touched(body):
            within = False
            while isinstance(each, ast.Subscript):
                each, within = each.value, True
            if isinstance(each, ast.Name) and each.id in new:
                continue
            held = self._held(each, scope)
            inside = held.values() if isinstance(held, dict) else held if isinstance(held, list) else ()
            for one in (held, *(inside if within else ())):
                if isinstance(one, (Items, Pairs)):
                    one.rest = None

    def _held(self, node: ast.expr, scope: Scope) -> Any:
        """What a name or an attribute of an object holds, without a step of reading; None where nothing is known of it."""
        if isinstance(node, ast.Name):
            try:
                return scope.find(node.id)
            except KeyError:
                return None
        owner = self._held(node.value, scope) if isinstance(node, ast.Attribute) else None
        return owner.held.get(node.attr) if isinstance(node, ast.Attribute) and isinstance(owner, Instance) else None

    def _after_unknown(self, statement: ast.For | ast.While, grown: int, scope: Scope) -> None:
        self._grow(grown, None)
        self.lose(statement.body, scope)

    def _or_unknown(self, node: ast.expr, statement: ast.stmt, scope: Scope) -> Any:
        """What a loop or a branch depends on: what cannot be followed is not known, and the lines within are."""
        try:
            return self.value(node, scope)
        except Exhausted:
            raise
        except Unreadable as error:
            self.skip(error, statement)
            return Opaque(f"what line {statement.lineno} goes through or asks")

    def lose_called(self, statement: ast.stmt, scope: Scope) -> None:
        """What calls of the code's own methods and functions may have collected, in a statement that was not followed."""
        for each in ast.walk(statement):
            if not isinstance(each, ast.Call):
                continue
            owner = self._held(each.func.value, scope) if isinstance(each.func, ast.Attribute) else None
            given = (
                [self._held(one, scope) for one in each.args] if isinstance(self._held(each.func, scope), Function) else []
            )
            for held in (*(owner.held.values() if isinstance(owner, Instance) else ()), *given):
                if isinstance(held, (Items, Pairs)):
                    held.rest = None

    # --- branches

    def _do_if(self, statement: ast.If, scope: Scope) -> None:
        holds = truth(self._or_unknown(statement.test, statement, scope))
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
            self.left_out += isinstance(body[-1], ast.Continue)
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
            self.lose([*body, *orelse], scope)

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
