"""Where a walk through time is, in the address: the timestep, `t`, from 1 on; over windows those of all windows together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.experiment.parse import LONGEST_VALUE, Problem

PARAMETER = "t"
VIEW = "unrolled"
LARGEST = 99_999
_PLACE = "_walked"
# How many links were opened so far, and whether the place is a link's that was not yet held against the model.
_OPENED, _OF_LINK = "_walk_opened", "_walk_of_link"


def open_place(address: Mapping[str, str]) -> list[Problem]:
    """Note the timestep that an address names for the view of a walk; returns what is wrong with it."""
    st.session_state[_PLACE] = None
    st.session_state[_OPENED] = opened() + 1
    st.session_state[_OF_LINK] = True
    received = address.get(PARAMETER, "")[:LONGEST_VALUE]
    if not received or address.get("view", "") != VIEW:
        return []
    if received.isdecimal() and received.isascii() and len(received) < 7 and 1 <= int(received) <= LARGEST:
        st.session_state[_PLACE] = int(received)
        return []
    wrong = f"{PARAMETER} must be a timestep, a whole number from 1 on; received “{received[:40]}”."
    return [Problem(PARAMETER, received, f"{wrong} No walk is begun.")]


def opened() -> int:
    """How many links this page was opened with: what the browser says of a walk that an older one began comes too late."""
    count: int = st.session_state.get(_OPENED, 0)
    return count


def take(moved: Any) -> None:
    """Note where the browser says that the walk rests, None where it has ended; what is no timestep is left out, and so is
    what it says of a walk that another link has ended meanwhile."""
    if not isinstance(moved, Mapping) or moved.get("opened") != opened():
        return
    timestep = moved.get("timestep", 0)
    if timestep is None or (type(timestep) is int and 1 <= timestep <= LARGEST):
        st.session_state[_PLACE] = timestep


def timestep(description: Mapping[str, Any]) -> tuple[int | None, str]:
    """The timestep that the address names, None for none, and what is wrong with it for this model, or "".

    A walk that has begun goes to the last timestep where there are fewer now.
    """
    wanted, length = st.session_state.get(_PLACE), length_of(description)
    of_link = st.session_state.get(_OF_LINK, False)
    st.session_state[_OF_LINK] = False
    if wanted is None or wanted <= length:
        return wanted, ""
    if not of_link:
        st.session_state[_PLACE] = length or None
        return length or None, ""
    st.session_state[_PLACE] = None
    return None, f"The link asks for timestep {wanted}, and a walk through this model has {length}. No walk is begun."


def length_of(description: Mapping[str, Any]) -> int:
    """How many timesteps a walk through a model has, those of all windows together; 0 where that is not known."""
    unrolled = description.get("unrolled") or {}
    steps = unrolled.get("steps") or 0
    if unrolled.get("axis") != "windows":
        return int(steps)
    return int(steps) * max([1, *(row.get("inner_steps") or 1 for row in unrolled.get("rows", ()))])


def query() -> dict[str, str]:
    """The parameters of the address, in the view of a walk."""
    wanted = st.session_state.get(_PLACE)
    return {PARAMETER: str(wanted)} if wanted is not None and st.session_state.get("view") == VIEW else {}
