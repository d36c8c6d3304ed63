"""Sizes written with symbols, so that it can be seen where a number comes from: 2 · U, T − 2, W · T.

A size is a sum of products of symbols (and of quotients that are rounded down), kept in one normal form: U + U is 2 · U.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

LETTERS = {
    "batch": "B",
    "windows": "W",
    "timesteps": "T",
    "features": "F",
    "units": "U",
    "outputs": "O",
    "heads": "H",
    "head size": "D",
    "vocabulary": "V",
    "filters": "N",
    "depth": "Z",
    "rows": "R",
    "columns": "C",
    "channels": "K",
}
OTHER = "A"


@dataclass(frozen=True)
class Quotient:
    """A size divided by a whole number and rounded down."""

    size: Size
    by: int


@dataclass(frozen=True)
class Size:
    """A sum of products: `terms` has a number for each product of symbols (or quotients) that is added, none of them 0.

    >>> T, U = Size.symbol("T"), Size.symbol("U")
    >>> str(U + U), str(T - 2), str((T - 2) // 2 + 1), str(T * U)
    ('2 · U', 'T − 2', '⌊(T − 2) / 2⌋ + 1', 'T · U')
    >>> ((T - 2) // 2 + 1).code, ((T - 2) // 2 + 1).at({"T": 7})
    ('(T - 2) // 2 + 1', 3)
    """

    terms: tuple[tuple[tuple[str | Quotient, ...], int], ...]

    @staticmethod
    def symbol(name: str) -> Size:
        return Size((((name,), 1),))

    @staticmethod
    def of(number: int | Size) -> Size:
        """A number that is what it is."""
        return number if isinstance(number, Size) else _size({(): number})

    def __add__(self, other: int | Size) -> Size:
        found = dict(self.terms)
        for atoms, number in Size.of(other).terms:
            found[atoms] = found.get(atoms, 0) + number
        return _size(found)

    __radd__ = __add__

    def __sub__(self, other: int | Size) -> Size:
        return self + Size.of(other) * -1

    def __mul__(self, other: int | Size) -> Size:
        found: dict[tuple[str | Quotient, ...], int] = {}
        for atoms, number in self.terms:
            for more, times in Size.of(other).terms:
                product = tuple(sorted((*atoms, *more), key=_order))
                found[product] = found.get(product, 0) + number * times
        return _size(found)

    __rmul__ = __mul__

    def __floordiv__(self, by: int) -> Size:
        if all(number % by == 0 for _, number in self.terms):
            return _size({atoms: number // by for atoms, number in self.terms})
        return _size({(Quotient(self, by),): 1})

    def at(self, values: Mapping[str, int | None]) -> int | None:
        """The number that this is where the symbols have these values; None where one of them is not known."""
        total = 0
        for atoms, number in self.terms:
            factors = [_at(atom, values) for atom in atoms]
            known = [factor for factor in factors if factor is not None]
            if len(known) < len(factors):
                return None
            total += number * math.prod(known)
        return total

    def put(self, sizes: Mapping[str, Size]) -> Size:
        """The same with other sizes in the place of some symbols."""
        total = Size.of(0)
        for atoms, number in self.terms:
            product = Size.of(number)
            for atom in atoms:
                product = product * (
                    sizes.get(atom, Size.symbol(atom)) if isinstance(atom, str) else atom.size.put(sizes) // atom.by
                )
            total = total + product
        return total

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols that occur in it."""
        atoms = [atom for product, _ in self.terms for atom in product]
        return frozenset().union(*({atom} if isinstance(atom, str) else atom.size.symbols for atom in atoms))

    @property
    def is_sum(self) -> bool:
        """Whether it needs brackets where it is multiplied."""
        return len(self.terms) > 1

    @property
    def code(self) -> str:
        """The same in Python."""
        return self._written(" * ", " - ", lambda inner, by: f"{_bracketed(inner, inner.code)} // {by}")

    def __str__(self) -> str:
        return self._written(" · ", " − ", lambda inner, by: f"⌊{_bracketed(inner, str(inner))} / {by}⌋")

    def with_numbers(self, values: Mapping[str, int | None], times: str = " * ", minus: str = " - ") -> str:
        """The same with the numbers of the symbols in their places: "3 * 5"; a quotient is worked out."""

        def divided(inner: Size, by: int) -> str:
            number = inner.at(values)
            if number is None:
                raise ValueError(f"{inner} has no number: one of its symbols is not known")
            return f"{number // by:d}"

        return self._written(times, minus, divided, lambda name: f"{values[name]:d}")

    def _written(
        self,
        times: str,
        minus: str,
        divided: Callable[[Size, int], str],
        named: Callable[[str], str] = str,
    ) -> str:
        text = ""
        for atoms, number in self.terms:
            factors = [named(atom) if isinstance(atom, str) else divided(atom.size, atom.by) for atom in atoms]
            size = abs(number)
            product = times.join([str(size), *factors] if size != 1 or not factors else factors)
            text += (minus if number < 0 else " + ") + product if text else ("-" if number < 0 else "") + product
        return text or "0"


def written(sizes: Iterable[Size | None]) -> tuple[str | None, ...]:
    """Sizes as text.

    >>> written([Size.symbol("B"), None])
    ('B', None)
    """
    return tuple(None if size is None else str(size) for size in sizes)


def _size(terms: dict[tuple[str | Quotient, ...], int]) -> Size:
    kept = [(atoms, number) for atoms, number in terms.items() if number]
    # Products first and plain numbers last, in the order in which the axes stand in a shape.
    return Size(tuple(sorted(kept, key=lambda term: (not term[0], [_order(atom) for atom in term[0]]))))


def _bracketed(size: Size, written: str) -> str:
    return f"({written})" if size.is_sum else written


def _order(atom: str | Quotient) -> tuple[int, str]:
    letters = list(LETTERS.values())
    name = atom if isinstance(atom, str) else str(min(atom.size.symbols, default="", key=_order))
    place = letters.index(name[0]) if name and name[0] in letters else len(letters)
    return place, name + ("" if isinstance(atom, str) else "/")


def _at(atom: str | Quotient, values: Mapping[str, int | None]) -> int | None:
    if isinstance(atom, str):
        return values.get(atom)
    inner = atom.size.at(values)
    return None if inner is None else inner // atom.by


class Symbols(Mapping[str, "int | None"]):
    """The symbols of one model and their numbers: 32 units are U wherever they stand, and 16 units beside them U2."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, int | None], str] = {}

    def name(self, axis: str, number: int | None) -> Size:
        """The symbol for so many of an axis, made at the first asking."""
        key = (axis, number)
        if key not in self._names:
            letter = LETTERS.get(axis, OTHER)
            taken = sum(name.rstrip("0123456789") == letter for name in self._names.values())
            self._names[key] = letter if not taken else f"{letter}{taken + 1}"
        return Size.symbol(self._names[key])

    @property
    def named(self) -> dict[str, tuple[str, int | None]]:
        """The axis and the number of every symbol."""
        return {name: key for key, name in self._names.items()}

    def __getitem__(self, name: str) -> int | None:
        return self.named[name][1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names.values())

    def __len__(self) -> int:
        return len(self._names)
