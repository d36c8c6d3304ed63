"""Lists and dictionaries that are made in one expression."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from explorer.snippet.reader.data_values import Distinct, Items, Opaque, Pairs
from explorer.snippet.reader.expressions import Expressions
from explorer.snippet.reader.iteration import run_of, truth
from explorer.snippet.reader.limits import light, plainly
from explorer.snippet.reader.unknowns import Remark
from explorer.snippet.reader.values import Scope

# Of rounds that would take more steps than these, and are all alike, only the first few are gone through.
MANY_STEPS = 1_500
LOOKED_AT = 3
# A list that may be made over and over without growing too large.
SHORT = 1_000


class Comprehensions(Expressions):
    """The part of a reading that follows comprehensions."""

    def _of_listcomp(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scope) -> Any:
        found = Items()

        def put(inner: Scope) -> bool:
            found.append(self.value(node.elt, inner))
            return not isinstance(found[-1], list) or len(found[-1]) < SHORT

        found.rest = self._comprehend(node.generators, Scope(scope), put)
        return light(found, node)

    _of_generatorexp = _of_listcomp

    def _of_setcomp(self, node: ast.SetComp, scope: Scope) -> Any:
        made = self._of_listcomp(node, scope)
        return (
            Distinct(dict.fromkeys(made))
            if made.rest == 0 and all(isinstance(each, (int, str)) for each in made)
            else Opaque("a set")
        )

    def _of_dictcomp(self, node: ast.DictComp, scope: Scope) -> Any:
        found = Pairs()

        def put(inner: Scope) -> bool:
            key = light(self.value(node.key, inner), node)
            with plainly(node):
                found[key] = self.value(node.value, inner)
            return True

        rest = self._comprehend(node.generators, Scope(scope), put)
        return found if rest == 0 else Opaque("a dictionary whose keys are not known")

    def _comprehend(self, generators: list[ast.comprehension], scope: Scope, put: Callable[[Scope], bool]) -> int | None:
        """Go through all rounds; `put` says whether what a round gave is small.

        Gives how many more rounds there are than were gone through, None where that is not known.
        """
        first, rest = generators[0], generators[1:]
        run = run_of(self.value(first.iter, scope), first.iter)
        before, left = self.made, None if run.many is None else run.many - len(run.held)
        started = self.steps
        for done, each in enumerate(run.held):
            self.tick(first.iter)
            self.bind(first.target, each, scope, first.iter)
            holds = [truth(self.value(test, scope)) for test in first.ifs]
            if False in holds:
                continue
            if None in holds:
                left = None
            if rest:
                inner = self._comprehend(rest, scope, put)
                left = None if inner is None else left
            small = rest or put(scope)
            if small and self.tiring(started, done + 1, len(run.held)) and before == self.made:
                self.shorten(first.iter, len(run.held))
                return None if left is None or rest or first.ifs else left + len(run.held) - LOOKED_AT
        return left

    def tiring(self, started: int, done: int, many: int) -> bool:
        """Whether what is left of a loop would take too many steps, a few rounds after it started."""
        return done == LOOKED_AT and (self.steps - started) / done * (many - done) > MANY_STEPS

    def shorten(self, node: Any, many: int | None) -> None:
        """Note that of many rounds that are alike only the first were gone through."""
        told = f"{many:,} steps" if many is not None else "steps that do not end here"
        self.passed.append(Remark(node.lineno, f"Of this loop of {told} only the first were read. Write shorter loops."))
