"""How the number of a layer's weights comes about, by the rules of every layer (`explorer.layers`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.layers.base import LayerCall, Own
from explorer.layers.held import Number, Terms
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import known


@dataclass(frozen=True)
class Arithmetic:
    """How many weights a layer has, and why.

    >>> U, F = Size.symbol("U"), Size.symbol("F")
    >>> found = Arithmetic([([3, U], [F, U, 2])], {"U": 32, "F": 5})
    >>> found.formula, found.numbers, found.text
    ('3 · U · (F + U + 2)', '3 * 32 * (5 + 32 + 2)', '3 · 32 · (5 + 32 + 2) = 3,744')
    """

    terms: Terms
    values: Mapping[str, int | None]

    @property
    def total(self) -> int | None:
        """The number, or None where a size is not known."""
        numbers = self._in_numbers()
        return None if numbers is None else sum(math.prod(factors) * sum(addends) for factors, addends in numbers)

    @property
    def formula(self) -> str:
        """In symbols."""
        return _sum(self.terms, " · ", str)

    @property
    def numbers(self) -> str:
        """In this model's numbers, to be evaluated: Python."""
        return _sum(self.terms, " * ", lambda each: Size.of(each).with_numbers(self.values))

    @property
    def text(self) -> str:
        """In this model's numbers, to be read."""
        written = _sum(self.terms, " · ", lambda each: _with_commas(each, self.values))
        return f"{written} = {self.total:,}"

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols that it depends on."""
        return frozenset().union(*(Size.of(each).symbols for factors, addends in self.terms for each in factors + addends))

    def _in_numbers(self) -> list[tuple[list[int], list[int]]] | None:
        found = []
        for factors, addends in self.terms:
            own, others = (
                known(_at(each, self.values) for each in factors),
                known(_at(each, self.values) for each in addends),
            )
            if len(own) < len(factors) or len(others) < len(addends):
                return None
            found.append((list(own), list(others)))
        return found


def arithmetic(call: LayerCall, values: Mapping[str, int | None], own: Own, params: int | None) -> Arithmetic | None:
    """How a layer's `params` weights come about, or None where no rule is known, the rule does not give that number, or
    the number is not known.

    values: the numbers of the symbols. own: the symbol for a number that the layer sets itself.
    """
    if params is None:
        return None
    if not params:
        return Arithmetic([([], [0])], values)
    found = Arithmetic(call.rules.parameters(call, own) or [], values)
    return found if found.terms and found.total == params else None


def _at(number: Number, values: Mapping[str, int | None]) -> int | None:
    return number if isinstance(number, int) else number.at(values)


def _with_commas(number: Number, values: Mapping[str, int | None]) -> str:
    written = Size.of(number).with_numbers(values, " · ", " − ")
    return " ".join(f"{int(part):,}" if part.isdecimal() else part for part in written.split(" "))


def _sum(terms: Sequence[tuple[Sequence[Any], Sequence[Any]]], times: str, write: Callable[[Any], str]) -> str:
    return " + ".join(_product(factors, addends, times, write) for factors, addends in terms)


def _product(factors: Sequence[Any], addends: Sequence[Any], times: str, write: Callable[[Any], str]) -> str:
    added = " + ".join(map(write, addends))
    bracketed = bool(factors) and (len(addends) > 1 or _is_sum(addends[0]))
    written = [f"({write(each)})" if _is_sum(each) else write(each) for each in factors]
    return times.join([*written, f"({added})" if bracketed else added])


def _is_sum(number: Any) -> bool:
    return isinstance(number, Size) and number.is_sum
