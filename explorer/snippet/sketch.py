"""What is known of a chain while numbers are asked for: the code is read with two different numbers in their place.

What comes out otherwise with the one than with the other depends on a number that is missing, and is not told. All else
holds whatever the number is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from explorer.description import Description, Layer, Source
from explorer.keras_source import named_anew
from explorer.report import Sketch, SketchLayer
from explorer.snippet.diagnose.diagnosis import read, settled
from explorer.snippet.diagnose.problems import Data
from explorer.snippet.reader.limits import Budget
from explorer.snippet.reader.unknowns import Ask, Given

MOST_ASKED = 4
SECONDS = 1.0
# No two of them are alike, and none is far from what a real size may be: a large one is expensive to read.
_FIRST, _SECOND = (11, 17, 23, 31), (29, 37, 47, 59)
UNKNOWN = "?"

_Value = TypeVar("_Value")


def sketched(code: str, given: Data, sizes: Given, asked: Mapping[str, Ask]) -> Sketch | None:
    """The chain without what depends on numbers that are asked for; None where it cannot be told without them."""
    if not asked or len(asked) > MOST_ASKED or any(ask.shape for ask in asked.values()):
        return None
    budget = Budget(SECONDS)
    both = []
    for numbers in (_FIRST, _SECOND):
        found = _described(code, given, {**sizes, **dict(zip(asked, numbers, strict=False))}, budget)
        if found is None:
            return None
        both.append(found)
    (one, lines), (other, _) = both
    if [_kept(each) for each in one.layers] != [_kept(each) for each in other.layers]:
        return None
    names = {(first, second): name for name, first, second in zip(asked, _FIRST, _SECOND, strict=False)}
    missing = " and ".join(asked)
    until = f"not known until {missing} {'is' if len(asked) == 1 else 'are'} given"
    return Sketch(
        tuple(_source(*each, names, until) for each in zip(one.sources, other.sources, strict=True)),
        tuple(_layer(*each, names, until, lines) for each in zip(one.layers, other.layers, strict=True)),
    )


def _described(code: str, given: Data, sizes: Given, budget: Budget) -> tuple[Description, dict[str, int]] | None:
    """The model that the code makes with these numbers, and the lines of its layers; None where it makes none that works."""
    with named_anew():
        case, finding = read(code, given, budget, sizes)
        if case is None or finding is not None or case.reader.asked or settled(case) is not None or budget.over:
            return None
        found = case.description
    lines = {each.name: int(each.node.lineno) for each in case.order()}
    return None if found is None else (found.written(), lines)


def _kept(layer: Layer) -> tuple[object, ...]:
    """What of a layer must be the same whatever the numbers are."""
    ranks = [[len(shape) for shape in side] for side in (layer.input, layer.output)]
    return layer.name, layer.type, layer.axes_in, layer.axes_out, layer.reads, layer.origins, ranks


_Sides = tuple[tuple[tuple[int | None, ...], ...], tuple[tuple[str | None, ...], ...]]


def _sides(one: Layer, other: Layer, side: str, names: Mapping[tuple[int, int], str]) -> _Sides:
    """The shapes of what a layer takes or gives, and their symbols: the code's name in the place of a number."""
    shapes, symbols = [], []
    again = getattr(other, side)
    written = one.symbols_in if side == "input" else one.symbols_out
    for mine, its, letters in zip(getattr(one, side), again, written, strict=True):
        shape, symbol = _sizes(mine, its, letters, names)
        shapes.append(shape)
        symbols.append(symbol)
    return tuple(shapes), tuple(symbols)


def _sizes(
    mine: tuple[int | None, ...],
    its: tuple[int | None, ...],
    letters: tuple[str | None, ...],
    names: Mapping[tuple[int, int], str],
) -> tuple[tuple[int | None, ...], tuple[str | None, ...]]:
    shape = tuple(one if one == other else None for one, other in zip(mine, its, strict=True))
    symbols = (
        letter if one == other else names.get((one or 0, other or 0), UNKNOWN)
        for one, other, letter in zip(mine, its, letters, strict=True)
    )
    return shape, tuple(symbols)


def _same(one: _Value, other: _Value, instead: _Value) -> _Value:
    return one if one == other else instead


def _source(one: Source, other: Source, names: Mapping[tuple[int, int], str], until: str) -> Source:
    shape, symbols = _sizes(one.shape, other.shape, one.symbols, names)
    spoken = _same(one.spoken, other.spoken, f"{one.name}: the input, a size of which is {until}.")
    return msgspec.structs.replace(one, shape=shape, symbols=symbols, spoken=spoken)


def _layer(
    one: Layer, other: Layer, names: Mapping[tuple[int, int], str], until: str, lines: Mapping[str, int]
) -> SketchLayer:
    (inputs, symbols_in), (outputs, symbols_out) = (_sides(one, other, side, names) for side in ("input", "output"))
    counted = one.params == other.params
    return SketchLayer(
        one.name,
        one.type,
        inputs,
        outputs,
        one.params if counted else None,
        line=lines.get(one.name, msgspec.UNSET),
        axes_in=one.axes_in,
        axes_out=one.axes_out,
        symbols_in=symbols_in,
        symbols_out=symbols_out,
        reads=one.reads,
        origins=one.origins,
        names_in=one.names_in,
        names_out=one.names_out,
        as_code=_same(one.as_code, other.as_code, one.type),
        short=_same(one.short, other.short, "") if counted else f"parameters {until}",
        arithmetic=_same(one.arithmetic, other.arithmetic, None) if counted else None,
        spoken=_same(one.spoken, other.spoken, f"{one.type}, {one.name}. What depends on a missing number is {until}."),
    )
