"""A model of which sizes are asked for: what does not depend on them is known all the same.

The code is read twice, with other numbers in the place of those that are missing. What both readings say is true whatever
they are; where they differ, nothing is known, but for a size that is one of those numbers: it has that number's name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec.structs import replace

from explorer.description import Description, Layer, Parameters, Source, Weight, Window
from explorer.keras_source import named_anew
from explorer.report import Made
from explorer.shapes.unrolled import unrolled
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.diagnosis import read, settled
from explorer.snippet.diagnose.models import made
from explorer.snippet.reader.limits import SECONDS_OF_PLACEHOLDERS, Budget
from explorer.snippet.reader.unknowns import Ask, Given
from explorer.tensors.text import joined

# Numbers that can be halved and split among heads, far from each other: between them lies what a `min` in a code compares
# with. Then such as may be a kernel's size, a pool's or a number of heads. The first of each are one reading's. None is in
# both readings a multiple of another one, the sum of two, or as much larger than another one.
_PLACEHOLDERS: tuple[tuple[Sequence[int], Sequence[int]], ...] = (
    ((12, 20, 28, 36, 44, 52), (120, 132, 156, 180, 204, 228)),
    ((2, 3, 4, 5, 7, 9), (5, 7, 9, 11, 14, 17)),
)
MOST_AXES_TRIED = 3
_NUMBER = re.compile(r"\d+(?:,\d{3})*")
# What is said in sentences, where not only a number may depend on what is missing.
_SENTENCES = ("says", "does", "change", "short", "spoken", "text", "note")


class _Otherwise(Exception):
    """The two readings do not have the same layers."""


@dataclass(frozen=True)
class Drawn:
    """What is known of the model. description: sizes and parameters that are not known are None. models: as a report lists
    them, and likewise. case: the reading that its layers are of.
    """

    case: Case
    description: Description
    models: tuple[Made, ...]


def with_unknown_sizes(case: Case) -> Drawn | None:
    """The model of a code that asks for numbers; None where they decide more of it than sizes.

    case: of the reading that asked for them.
    """
    asked = list(case.reader.asked.values())
    shapes = [each for each in asked if each.shape]
    # How often a loop goes round decides how many layers there are.
    if any(isinstance(each.node, ast.For) for each in asked) or any(not _is_code(each.name) for each in shapes):
        return None
    # Of a shape it is not known how many axes it has, unless just one number of them can be read on.
    ranks = range(1, MOST_AXES_TRIED + 1) if shapes else range(1)
    found = [drawn for rank in ranks if (drawn := _drawn(case, _Missing(asked, rank))) is not None]
    return found[0] if len(found) == 1 else None


def _is_code(name: str) -> bool:
    """Whether what is asked for has a name in the code, and none that was made up for it."""
    return " " not in name


@dataclass(frozen=True)
class _Missing:
    """What is asked for. rank: how many axes each shape has, without the batch."""

    asked: Sequence[Ask]
    rank: int

    @property
    def names(self) -> list[str]:
        """A name for each number."""
        return [name for each in self.asked for name in self._names(each)]

    def _names(self, ask: Ask) -> list[str]:
        return [f"{ask.name}[{place}]" for place in range(self.rank)] if ask.shape else [ask.name]

    def filled(self, numbers: Sequence[int]) -> dict[str, int | tuple[int, ...]]:
        """Numbers for all of them, as a reading is given them."""
        left = iter(numbers)
        taken = {each.name: tuple(next(left) for _ in self._names(each)) for each in self.asked}
        return {each.name: taken[each.name] if each.shape else taken[each.name][0] for each in self.asked}


def _drawn(case: Case, missing: _Missing) -> Drawn | None:
    for placeholders in _PLACEHOLDERS:
        if len(missing.names) > len(placeholders[0]):
            return None
        first, other = (_read(case, missing.filled(numbers)) for numbers in placeholders)
        if first is None or other is None:
            continue
        pairs = zip(missing.names, *placeholders, strict=False)
        merging = _Merging({(one, two): name for name, one, two in pairs})
        try:
            description = _of_both(merging, first.description, other.description)
            models = tuple(merging.struct(*each) for each in zip(first.models, other.models, strict=True))
        except (_Otherwise, ValueError):
            continue
        return Drawn(first.case, description, models)
    return None


def waits(names: Iterable[str]) -> str:
    """What is said instead of a number that depends on others."""
    named = list(names)
    return f"not known until {joined(named)} {'is' if len(named) == 1 else 'are'} given"


def _read(asking: Case, missing: Given) -> Drawn | None:
    """The model with numbers in the place of those that are missing; None where it does not work, or asks for more."""
    sizes = {**asking.reader.given, **missing}
    with named_anew():
        case, finding = read(asking.source.code, asking.given, Budget(SECONDS_OF_PLACEHOLDERS), sizes)
        if case is None or finding is not None or case.reader.asked or settled(case) is not None:
            return None
        described = case.description if case.working_model is not None else None
        return None if described is None else Drawn(case, described.written(), made(case))


def _of_both(merging: _Merging, first: Description, other: Description) -> Description:
    # The steps that are drawn of it are chosen by how many there are.
    description: Description = merging.struct(first, replace(other, unrolled=first.unrolled))
    return replace(description, unrolled=unrolled(list(description.sources), list(description.layers)))


@dataclass
class _Merging:
    """names: of what is missing, by the numbers that stand for it in one reading and in the other. met: those that a layer
    depends on.
    """

    names: dict[tuple[int, int], str]
    met: dict[str, None] = field(default_factory=dict)

    def struct(self, one: Any, other: Any) -> Any:
        """One value for two of the same type. Raises _Otherwise where they are of different models."""
        if isinstance(one, Layer):
            return self._layer(one, other)
        fields = {name: self._field(name, getattr(one, name), getattr(other, name)) for name in one.__struct_fields__}
        if isinstance(one, Source):
            fields["symbols"] = self._symbols(one.symbols, one.shape, other.shape, fields["symbols"])
        return type(one)(**fields)

    def _layer(self, one: Layer, other: Layer) -> Layer:
        before, self.met = self.met, {}
        fields = {name: self._field(name, getattr(one, name), getattr(other, name)) for name in one.__struct_fields__}
        for side in ("input", "output"):
            symbols = f"symbols_{'in' if side == 'input' else 'out'}"
            sides = (getattr(one, symbols), getattr(one, side), getattr(other, side), fields[symbols])
            fields[symbols] = tuple(self._symbols(*each) for each in zip(*sides, strict=True))
        if fields["params"] is None and one.params is not None:
            told = waits(self.met or self.names.values())
            fields.update(arithmetic=told, counted=(*fields["counted"][:-1], told))
        self.met = before | self.met
        return Layer(**fields)

    def _field(self, name: str, one: Any, other: Any) -> Any:
        if name in ("weights", "image_window") and any(self._open(*each) for each in zip(one, other, strict=False)):
            # Neither can be drawn in part.
            return ()
        if name == "window" and one is not None and other is not None and one != other:
            return None
        if name == "parameters":
            total = one.total if one.total == other.total else None
            # A kernel's size stands as a number in the formula.
            formula = self._value(name, one.formula, other.formula)
            return Parameters(formula, self._value(name, one.numbers, other.numbers), total)
        return self._value(name, one, other)

    def _open(self, one: Weight | Window, other: Weight | Window) -> bool:
        return one.shape != other.shape if isinstance(one, Weight) and isinstance(other, Weight) else one != other

    def _value(self, name: str, one: Any, other: Any) -> Any:
        if one == other:
            return one
        if isinstance(one, str) and isinstance(other, str):
            return self._text(name, one, other)
        if type(one) is int and type(other) is int:
            return None
        if isinstance(one, msgspec.Struct) and type(one) is type(other):
            return self.struct(one, other)
        if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
            return {key: self._value(key, one[key], other[key]) for key in one}
        if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
            return tuple(self._value(name, *each) for each in zip(one, other, strict=True))
        raise _Otherwise

    def _text(self, name: str, one: str, other: str) -> str:
        """A text of which the numbers that differ are not known."""
        numbers = [[int(each.replace(",", "")) for each in _NUMBER.findall(text)] for text in (one, other)]
        if _NUMBER.split(one) != _NUMBER.split(other):
            if name in _SENTENCES:
                return f"{waits(self.names.values())[:1].upper()}{waits(self.names.values())[1:]}"
            raise _Otherwise
        found = iter(zip(*numbers, strict=True))
        return _NUMBER.sub(lambda match: self._number(match[0], *next(found)), one)

    def _number(self, text: str, one: int, other: int) -> str:
        if one == other:
            return text
        name = self.names.get((one, other))
        if name is not None:
            self.met[name] = None
        return name or "?"

    def _symbols(self, before: Any, one: Any, other: Any, merged: Any) -> Any:
        """The symbols of a shape: in the place of one whose size is not known, the name of the size."""
        found = []
        for symbol, here, there, now in zip(before, one, other, merged, strict=True):
            if here == there:
                found.append(now)
            else:
                # Where a number is its own symbol, or has one in it, that is open already.
                open_symbol = now or "?" if symbol != now or symbol is None else f"{symbol} = ?"
                found.append(self.names.get((here, there), open_symbol))
        return tuple(found)
