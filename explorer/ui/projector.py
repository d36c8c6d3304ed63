"""The projector on the page: slides in large type that one key walks through, and the presenter's notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from explorer.experiment import Experiment
from explorer.ui import address, engine_instance, presenting
from explorer.ui.assets import ASSETS
from explorer.ui.deck import to_data
from explorer.ui.modules import component, styles
from explorer.ui.page_component import listen
from explorer.ui.share import share_slides
from explorer.ui.streamlit_internals import uninterrupted

HELP = "Large type for a projector: this page, and the named experiments. The key P does the same."
STYLES = ("axes.css", "chain.css", "live.css", "charts.css", "present.css")

_PROJECTOR = st.components.v2.component(
    "explorer_projector", css=styles(STYLES), js=component("present.js"), isolate_styles=False
)


def present_button() -> None:
    icon = ":material/present_to_all:"
    st.button("Present", key="present", icon=icon, type="tertiary", help=HELP, on_click=address.present)


def projector(experiment: Experiment, told: Sequence[str]) -> None:
    """Draw the slide that is presented, in place of the page. told: what was wrong with the address, as sentences."""
    found = presenting.now()
    if found is None:
        return
    st.html(ASSETS / "layout_no_sidebar.css")
    st.html(ASSETS / "layout_present.css")
    slides = to_data(found.deck, engine_instance.experiment_of)
    slides[found.at]["told"] = [*dict.fromkeys((*told, *slides[found.at]["told"]))]
    address.write(experiment)
    query = address.query_of(experiment)
    notes = {name: value for name, value in query.items() if name != "step"} | {"view": "notes"}
    _PROJECTOR(
        data={
            "mode": found.mode,
            "deck": found.deck.key,
            "name": found.deck.name,
            "at": found.at,
            "arrival": found.arrival,
            "slides": slides,
            "notes_link": f"?{urlencode(notes, safe=',')}",
            "room": room(),
        },
        key="projector",
        on_action_change=_act,
    )
    listen()
    if st.session_state.pop("_share_slides", False):
        share_slides(query)


def room() -> dict[str, Any] | None:
    """The room's tally beside the answers: as `Room` in assets/present/types.d.ts, None where there is no room."""
    return None


@uninterrupted()
def _act() -> None:
    sent = st.session_state.get("projector", {}).get("action")
    found = presenting.now()
    # It comes from the browser, whatever that sends.
    if found is None or not isinstance(sent, Mapping):
        return
    at = sent.get("at")
    if type(at) is int and 0 <= at < len(found.deck.slides):
        found.at = at
    if sent.get("name") == "leave":
        address.leave(engine_instance.experiment_of)
    elif sent.get("name") == "share":
        st.session_state["_share_slides"] = True
