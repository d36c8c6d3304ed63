"""Wrong sliders: which settings move a number of parameters or an axis, and which do not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from explorer.description import Setting
from explorer.quiz.facts import Facts
from explorer.quiz.values import Wrong
from explorer.tensors.tensor import ORDERED
from explorer.tensors.text import joined

Settings = Mapping[str, Setting]


def symbols(formula: str) -> set[str]:
    """The symbols of a formula.

    >>> sorted(symbols("2 · 3 · ⌊U / 2⌋ · (F2 + U + 2)"))
    ['F2', 'U']
    """
    return set(re.findall(r"[A-Z]\d*", formula))


def movers(settings: Settings, formula: str) -> tuple[str, ...]:
    """The settings whose symbol stands in a formula, in their order on the page."""
    found = symbols(formula)
    return tuple(name for name, setting in settings.items() if setting.symbol in found)


def spelled(names: Sequence[str]) -> str:
    """Sliders as a choice names them: "features and units", "none of them"."""
    return joined([name.replace("_", " ") for name in names]) or "none of them"


def formula_of(facts: Facts) -> str | None:
    """Where a layer's parameters come from, in symbols; None where that is not known or counted elsewhere."""
    return None if facts.layer.shares or not facts.layer.explained else facts.layer.parameters.formula


def movable_axes(facts: Facts, settings: Settings) -> dict[str, str]:
    """The axes of what comes out, with their sizes in symbols, as far as settings decide them all."""
    known = {setting.symbol for setting in settings.values()}
    pairs = zip(facts.layer.axes_out[0], facts.layer.symbols_out[0], strict=True)
    return {axis: formula for axis, formula in pairs if formula and symbols(formula) and symbols(formula) <= known}


def wrong_sliders(settings: Settings, formula: str, axes: Mapping[str, str], of_axis: bool) -> Iterator[Wrong]:
    """Sets of settings that do not move what `formula` counts. axes: the axis of every symbol."""
    right = set(movers(settings, formula))
    for number in range(len(settings) + 1):
        for names in combinations(settings, number):
            extra = [name for name in names if name not in right]
            missing = [name for name in settings if name in right and name not in names]
            # Two mistakes at once in one direction are enough; more are seen to be wrong at a glance.
            if set(names) == right or len(extra) > 1:
                continue
            reasons = [_extra(settings, name, formula, axes, of_axis) for name in extra]
            if missing:
                reasons.append(_missing(settings, missing, formula, of_axis))
            yield Wrong(_mistake(settings, extra, axes, of_axis), names, spelled(names), " ".join(map(_begun, reasons)))


def _missing(settings: Settings, names: Sequence[str], formula: str, of_axis: bool) -> str:
    letters = joined([settings[name].symbol for name in names])
    be = "is" if len(names) == 1 else "are"
    if of_axis:
        return f"{spelled(names)} {be} missing: the size of the axis is {formula}."
    return f"{spelled(names)} {be} missing: {letters} {be} in {formula}."


def _extra(settings: Settings, name: str, formula: str, axes: Mapping[str, str], of_axis: bool) -> str:
    symbol = settings[name].symbol
    if of_axis:
        return f"{spelled([name])} has no effect: the size of the axis is {formula}, without {symbol}."
    if formula == "0":
        return f"{spelled([name])} has no effect: the layer has no parameters."
    axis = axes.get(symbol, "")
    same = f", as the same weights are used at every {axis.removesuffix('s')}" if axis in ORDERED else ""
    return f"{spelled([name])} has no effect: {symbol} is not in {formula}{same}."


def _mistake(settings: Settings, extra: Sequence[str], axes: Mapping[str, str], of_axis: bool) -> str:
    if not extra:
        return "a slider forgotten"
    ordered = axes.get(settings[extra[0]].symbol) in ORDERED
    if of_axis:
        return "another axis moved"
    return "parameters times steps" if ordered else "a slider too many"


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]
