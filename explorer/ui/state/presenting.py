"""Whether the projector is on, and which slide it shows: in the session of the visitor, and in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from explorer.experiment.parse import Problem
from explorer.ui.state.deck import OWN, Deck, open_deck
from explorer.ui.state.slides import unpack

_KEY, _ARRIVALS = "_presenting", "_presenting_arrivals"
_STATES = "_presented_states"


@dataclass
class Presenting:
    """mode: "present", or "notes" for the presenter's window. at: the slide that is shown, from 0. arrival: grows whenever
    somebody went to an address, which then says what is shown. view: that of the page below."""

    mode: str
    deck: Deck
    at: int
    arrival: int
    view: str

    @property
    def listed(self) -> bool:
        """Whether the slides are those of a lesson or of a list, and not the page itself."""
        return not self.deck.query.keys().isdisjoint(OWN)


def now() -> Presenting | None:
    """What is presented, None on the page itself."""
    found: Presenting | None = st.session_state.get(_KEY)
    return found


def end() -> None:
    st.session_state.pop(_KEY, None)


def begin(
    mode: str, address: Mapping[str, str], ignored: tuple[str, ...], view: str
) -> tuple[dict[str, str], list[Problem]]:
    """Show the deck that an address names. ignored: its parameters that are no settings.

    Returns the parameters of the page below, of which nothing is seen where the slides are a lesson or a list; and what is
    wrong with the address.
    """
    deck, at, problems = open_deck(address, ignored)
    arrival = st.session_state[_ARRIVALS] = st.session_state.get(_ARRIVALS, 0) + 1
    found = st.session_state[_KEY] = Presenting(mode, deck, at, arrival, view)
    if "states" in deck.query:
        # Whoever opened a link with slides can change them.
        st.session_state.pop("_slides", None)
        st.session_state[_STATES] = deck.query["states"]
    return {} if found.listed else dict(deck.query), problems


def query_of(found: Presenting, page: Mapping[str, str]) -> dict[str, str]:
    """The parameters of the address of the slide that is shown. page: those of the page below."""
    own = found.deck.query if found.listed else {key: page[key] for key in page if key not in OWN}
    return {**own, "view": found.mode, **({"step": str(found.at + 1)} if found.at else {})}


def listed_states() -> list[tuple[str, dict[str, str]]]:
    """The states of the last link with slides that was opened: their names, and the parameters of their addresses."""
    states = st.session_state.get(_STATES)
    return [(slide.name, dict(slide.query)) for slide in unpack(states)] if states else []
