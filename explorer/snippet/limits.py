"""How much of a stranger's code is read, so that none takes for ever or grows without end."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from explorer.snippet.values import Unreadable

MOST_CHARACTERS = 20_000
MOST_STEPS = 50_000
MOST_DEPTH = 80
MOST_FUNCTIONS = 20
MOST_CALLS = 300
MOST_LAYERS = 400
LARGEST_NUMBER = 10**15
LARGEST_SIZE = 10_000_000
LONGEST = 10_000
SECONDS = 5.0


@contextmanager
def plainly(node: ast.AST) -> Iterator[None]:
    """What Python itself would raise for plain values, as a sentence."""
    try:
        yield
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"Python would stop here: {type(error).__name__}: {str(error)[:200]}.", node.lineno) from None


def light(value: Any, node: ast.AST) -> Any:
    """The value, if what nests in it can be walked through: lists that hold lists twice grow without end."""
    waiting, counted = [value], 0
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            each = [*each.keys(), *each.values()]
        if isinstance(each, (list, tuple)):
            counted += len(each) + 1
            if counted > 2 * LONGEST:
                raise Unreadable(f"These lists hold more than {2 * LONGEST:,} things. Write a smaller shape.", node.lineno)
            waiting += each
    return value


def bounded_sizes(node: ast.AST, *sizes: Any) -> None:
    """Raises Unreadable for a size that no weight could have memory for."""
    for each in sizes:
        if isinstance(each, int) and not isinstance(each, bool) and abs(each) > LARGEST_SIZE:
            raise Unreadable(f"A size of {each:,} is too large to be read here: at most {LARGEST_SIZE:,}.", node.lineno)
