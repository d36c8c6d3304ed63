"""Numbers, units and timesteps of a recurrent layer in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from explorer.inside.follows import CLEAR
from explorer.inside.states import Direction, Follow, LayerStates

# Each gate with the letter that it has in an equation.
NAMES = {
    "z": ("update", "z"),
    "r": ("reset", "r"),
    "i": ("input", "i"),
    "f": ("forget", "f"),
    "o": ("output", "o"),
    "h": ("new state", "h"),
}
_SIGNS = {"sigmoid": "σ", "linear": ""}


def number(value: float | None) -> str:
    """A number as it stands in an equation: two decimals, three where it is small.

    >>> number(-0.754), number(0.0312), number(0.0), number(0.0001), number(float("nan")), number(1234.5)
    ('−0.75', '0.031', '0', '≈0', 'NaN', '1234')
    """
    if value is None or math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size == 0:
        return "0"
    if size < 0.0005:
        return "≈0"
    if size >= 1e6:
        return f"{value:.1e}".replace("-", "−")
    return f"{value:.{0 if size >= 1000 else 3 if size < 0.0995 else 2}f}".replace("-", "−")


def factor(value: float) -> str:
    """A number that is multiplied with: a negative one in brackets."""
    found = number(value)
    return f"({found})" if found.startswith("−") else found


def percent(value: float) -> str:
    """A part as it stands in a sentence: no more than is known.

    >>> percent(0.754), percent(0.9999), percent(0.0001), percent(0.0), percent(1.0)
    ('75%', 'more than 99%', 'less than 1%', '0%', '100%')
    """
    if value in (0.0, 1.0):
        return f"{value:.0%}"
    if value > 0.995:
        return "more than 99%"
    return "less than 1%" if value < 0.005 else f"{value:.0%}"


def letter(direction: Direction, gate: str) -> str:
    """The letter of a gate: "z", and of a candidate h̃ or c̃."""
    if gate == "candidate":
        return "c̃" if direction.cell_kind == "LSTM" else "h̃"
    return NAMES[gate][1]


def gate_name(direction: Direction, gate: str) -> str:
    """What a gate is called: "update z", "candidate h̃"."""
    return f"candidate {letter(direction, gate)}" if gate == "candidate" else " ".join(NAMES[gate])


def sign(activation: str) -> str:
    """How an activation is written before a number: σ, tanh, nothing for a linear one."""
    return _SIGNS.get(activation, activation)


def before(layer_states: LayerStates, direction: Direction, timestep: int) -> str:
    """The timestep whose state is read at `timestep` (from 0), as it stands in brackets: "8", "0" before the first one, and
    "start" where a window or the backward direction begins."""
    place = layer_states.before(direction, timestep)
    if place is not None:
        return str(place + 1)
    return "0" if timestep == 0 and not direction.backwards else "start"


def follow_short(found: Follow, outputs: int, classes: Sequence[str] = ()) -> str:
    """What a unit follows, as it stands beside its row: "target 0.93"; "" where it follows nothing clearly."""
    if abs(found.correlation) < CLEAR or not found.kind:
        return ""
    return f"{_followed(found, outputs, classes)} {found.correlation:+.2f}".replace("-", "−")


def follow_sentence(unit: int, found: Follow, outputs: int, classes: Sequence[str] = (), sequences: int = 1) -> str:
    """The same as a sentence. unit: from 1. classes: what the classes of the target are called. sequences: over how many the
    correlation was taken.

    >>> follow_sentence(4, Follow("target", 1, 0.934), 1, sequences=8)
    'Unit 4 follows the target: correlation 0.93 over the 8 validation sequences.'
    >>> follow_sentence(11, Follow("target", 1, 0.934), 5, "01234", 8)
    'Unit 11 follows class 0 of the target: correlation 0.93 over the 8 validation sequences.'
    >>> follow_sentence(2, Follow("feature", 3, -0.5), 1, sequences=8)
    'Unit 2 follows feature 3 of the input with the opposite sign: correlation −0.50 over the 8 validation sequences.'
    >>> follow_sentence(1, Follow("time", 0, 0.1), 1, sequences=8)
    'Unit 1 follows nothing clearly: its largest correlation over the 8 validation sequences is 0.10, with time.'
    """
    if found.kind == "unknown":
        return f"What unit {unit} follows is not known: no sequence has finite states at all its timesteps."
    if not found.kind:
        return f"Unit {unit} does not change: it follows nothing."
    what = {"time": "time", "target": "the target", "feature": f"feature {found.place} of the input"}[found.kind]
    if found.kind == "target" and outputs > 1:
        what = f"{target_column(found.place, outputs, classes)} of the target"
    over = f"over the {sequences} validation sequences" if sequences > 1 else "over the validation sequence"
    told = f"{found.correlation:.2f}".replace("-", "−")
    if abs(found.correlation) < CLEAR:
        return f"Unit {unit} follows nothing clearly: its largest correlation {over} is {told}, with {what}."
    opposite = " with the opposite sign" if found.correlation < 0 else ""
    return f"Unit {unit} follows {what}{opposite}: correlation {told} {over}."


def target_column(place: int, outputs: int, classes: Sequence[str]) -> str:
    """What one number of the target is called, by its place from 1.

    >>> target_column(1, 5, "01234"), target_column(2, 4, ()), target_column(1, 1, ())
    ('class 0', 'output 2', 'target')
    """
    if outputs < 2:
        return "target"
    return f"class {classes[place - 1]}" if len(classes) == outputs else f"output {place}"


def _followed(found: Follow, outputs: int, classes: Sequence[str]) -> str:
    if found.kind == "target":
        return target_column(found.place, outputs, classes)
    return "time" if found.kind == "time" else f"feature {found.place}"
