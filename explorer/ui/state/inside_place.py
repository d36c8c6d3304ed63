"""What the panel "Look inside" shows, in the address: the layer, the direction, the unit, the timestep and the sequence;
whose loss the gradient through time is of, of what it is, and with which cells the net is compared there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.experiment import PROBE_SEQUENCES
from explorer.experiment.parse import LONGEST_VALUE, Problem
from explorer.ui.state import walk_place

# As they stand in an address; all count from 1.
LAYER, DIRECTION, UNIT, TIMESTEP, SEQUENCE, PIN = _STATES = (
    "inside",
    "direction",
    "unit",
    walk_place.PARAMETER,
    "sequence",
    "pin",
)
LOSS_AT, CELLS, BARS, BARS_OF = _GRADIENT = ("loss_t", "cells", "bars", "bars_of")
PARAMETERS = (*_STATES, *_GRADIENT)
KINDS = ("SimpleRNN", "GRU", "LSTM")
DIRECTIONS = ("forward", "backward")
LARGEST = 99_999
# What is drawn of a gradient: with respect to the input or the state, and the mean or this sequence.
_WORDS = {DIRECTION: DIRECTIONS, BARS: ("input", "state"), BARS_OF: ("mean", "sequence")}
_NUMBERS = ((UNIT, LARGEST), (TIMESTEP, LARGEST), (SEQUENCE, PROBE_SEQUENCES), (PIN, LARGEST), (LOSS_AT, LARGEST))


def open_place(address: Mapping[str, str]) -> list[Problem]:
    """Note what an address opens; returns what is wrong with it. Which layers and units there are is known later: the panel
    itself says what the model does not have."""
    layer = address.get(LAYER, "")[:LONGEST_VALUE]
    if not layer and address.get("view") == walk_place.VIEW:
        # Of a walk through time.
        address = {name: value for name, value in address.items() if name != TIMESTEP}
    place: dict[str, Any] = {"layer": layer}
    problems = []
    for name, most in _NUMBERS:
        received = address.get(name, "")[:LONGEST_VALUE]
        number = whole(received, most)
        if received and number is None:
            wrong = f"{name} must be a whole number from 1 to {most:,}; received “{received[:40]}”."
            problems.append(Problem(name, received, f"{wrong} The panel opens without it."))
        elif number is not None:
            place[name] = number
    for name, words in _WORDS.items():
        word = address.get(name, "")[:LONGEST_VALUE]
        if word and word not in words:
            problems.append(Problem(name, word, f"{name} must be {' or '.join(words)}; received “{word[:40]}”."))
        elif word:
            place[name] = word
    cells = address.get(CELLS, "")[:LONGEST_VALUE]
    if cells and not _are_kinds(cells):
        wrong = f"cells must be one or more of {', '.join(KINDS)}, with commas; received “{cells[:40]}”."
        problems.append(Problem(CELLS, cells, wrong))
    elif cells:
        place[CELLS] = cells
    if not layer and (problems or len(place) > 1):
        names = ", ".join(name for name in PARAMETERS[1:] if address.get(name))
        sentence = f"The link has {names} but no layer to look inside: inside=NAME names it."
        problems = [Problem(LAYER, "", sentence)]
    st.session_state["_inside"] = place if layer else {}
    st.session_state["_inside_opened"] = st.session_state.get("_inside_opened", 0) + 1
    return problems


def take(moved: Any) -> None:
    """Note what the browser says that the panel shows; what is no such thing is left out, and so is what it says of a place
    that was left by another link meanwhile (`opened`)."""
    if not isinstance(moved, Mapping) or moved.get("opened") != st.session_state.get("_inside_opened", 0):
        return
    layer = moved.get("layer")
    if not isinstance(layer, str) or not layer:
        st.session_state["_inside"] = {}
        return
    place: dict[str, Any] = {"layer": layer[:LONGEST_VALUE]}
    for name, most in _NUMBERS:
        number = moved.get(name)
        if type(number) is int and 1 <= number <= most:
            place[name] = number
    for name, words in _WORDS.items():
        if moved.get(name) in words:
            place[name] = moved[name]
    cells = moved.get(CELLS)
    if isinstance(cells, str) and _are_kinds(cells):
        place[CELLS] = cells
    st.session_state["_inside"] = place


def _are_kinds(cells: str) -> bool:
    """Whether a text names kinds of cells, each once.

    >>> _are_kinds("SimpleRNN,LSTM"), _are_kinds("LSTM,LSTM"), _are_kinds("")
    (True, False, False)
    """
    named = cells.split(",")
    return len(set(named)) == len(named) and set(named) <= set(KINDS)


def query() -> dict[str, str]:
    """The parameters of the address."""
    place: dict[str, Any] = st.session_state.get("_inside", {})
    return {LAYER if name == "layer" else name: str(value) for name, value in place.items()}


def whole(received: str, most: int) -> int | None:
    """A whole number from 1 to `most`, None for all else.

    >>> whole("7", 8), whole("0", 8), whole("9", 8), whole("٣", 8), whole("1e1", 8)
    (7, None, None, None, None)
    """
    is_one = received.isdecimal() and received.isascii() and len(received) < 7
    return int(received) if is_one and 1 <= int(received) <= most else None
