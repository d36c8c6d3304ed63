"""How much of a stranger's code is read, so that none takes for ever or grows without end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import Exhausted, Unreadable

MOST_CHARACTERS = 20_000
MOST_STEPS = 50_000
MOST_THINGS = 500_000
MOST_DEPTH = 80
# Calls within calls that wait to be used as tensors: each takes some of Python's stack.
MOST_LATER = 20
MOST_FUNCTIONS = 20
MOST_CALLS = 300
MOST_LAYERS = 400
# Calls of layers, those in nested models and wrappers with them; how deep such nest; tensors that one call takes or gives.
MOST_WITHIN = 2_000
MOST_NESTED = 12
MOST_TENSORS = 300
MOST_AXES = 32
# Traces, in about so many milliseconds: of one call, and of all calls of a reading.
LARGEST_TRACE = 1_500
MOST_TRACED = 3_000
LARGEST_NUMBER = 10**15
LARGEST_SIZE = 10_000_000
LONGEST = 10_000
LONGEST_TEXT = 200
# What is counted ends first; these seconds are for what was counted wrong. A check takes both, one after the other.
SECONDS = 5.0
SECONDS_OF_PROOFS = 3.0
SECONDS_OF_TRIALS = 1.0
# Trials of which a reader waits for none.
SECONDS_FOR_A_READER = 4.0
# Of each reading with numbers in the place of those that are asked for.
SECONDS_OF_PLACEHOLDERS = 1.0
# On a busy machine a thread's own seconds take longer.
PATIENCE = 1.8


class Budget:
    """What may still be spent on one code: the time of this thread, so that a busy machine reads what an idle one does (up
    to a point), and what is traced.

    Raises `Unreadable` with a sentence where the time is up.
    """

    def __init__(self, seconds: float = SECONDS, traced: int = MOST_TRACED) -> None:
        self._until = time.thread_time() + seconds
        self._at_the_latest = time.monotonic() + PATIENCE * seconds
        self._traced = traced
        self.trusted = False

    @property
    def over(self) -> bool:
        return time.thread_time() > self._until or time.monotonic() > self._at_the_latest

    def look(self, node: Node | None = None) -> None:
        if self.over:
            line = getattr(node, "lineno", None)
            raise Exhausted("Reading took too long and was stopped. Write a smaller model or shorter loops.", line)

    def traces(self, cost: float) -> bool:
        """Whether a trace of this cost, in milliseconds, is worth it and can be paid; then it is.

        What is not traced is trusted, and `trusted` says that something was. The same code comes to the same on any machine.
        """
        if cost > min(LARGEST_TRACE, self._traced):
            self.trusted = True
            return False
        self._traced -= int(cost)
        return True


@contextmanager
def plainly(node: Node) -> Iterator[None]:
    """What Python itself would raise for plain values, as a sentence."""
    try:
        yield
    except RecursionError:
        raise
    except (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        says = str(error)[:LONGEST_TEXT].rstrip(".")
        raise Unreadable(f"Python would stop here: {type(error).__name__}: {says}.", node.lineno) from None


def light(value: Any, node: Node) -> Any:
    """The value, if what nests in it can be walked through: lists that hold lists twice grow without end."""
    waiting, counted = [value], 0
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            each = [*each.keys(), *each.values()]
        if isinstance(each, (list, tuple)):
            counted += len(each) + 1
            if counted > 2 * LONGEST:
                raise Exhausted(f"These lists hold more than {2 * LONGEST:,} elements. Write a smaller shape.", node.lineno)
            waiting += each
    return value


def bounded_sizes(node: Node, *sizes: Any) -> None:
    """Raises Unreadable for a size that no weight could have memory for, or that is no number at all."""
    for each in sizes:
        if isinstance(each, bool) or not isinstance(each, (int, float)):
            continue
        if each != each or each in (float("inf"), float("-inf")):
            raise Unreadable(f"A size of {each} is not a valid size: write a whole number.", node.lineno)
        if abs(each) > LARGEST_SIZE:
            told = f"{each:,}" if abs(each) <= LARGEST_NUMBER else "more than a quadrillion"
            raise Unreadable(f"A size of {told} is too large to be read here: at most {LARGEST_SIZE:,}.", node.lineno)


def bounded_number(value: Any, node: Node) -> Any:
    """The value; raises Unreadable for a number beyond what is counted with here. Infinite ones pass."""
    if isinstance(value, (int, float)) and LARGEST_NUMBER < abs(value) < float("inf"):
        raise Unreadable(f"Numbers go up to {LARGEST_NUMBER:,} here.", node.lineno)
    return value
