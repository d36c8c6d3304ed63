"""The projector on the page: slides in large type that one key walks through, and the presenter's notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import streamlit as st

from explorer.experiment import Experiment
from explorer.ui.frame.page_component import listen
from explorer.ui.frame.room_panel import room_bar
from explorer.ui.frame.share import base, qr_source, share_slides
from explorer.ui.front_end.assets import ASSETS
from explorer.ui.front_end.modules import component, styles
from explorer.ui.front_end.streamlit_internals import uninterrupted
from explorer.ui.server import engine_instance
from explorer.ui.state import address, presenting, room
from explorer.ui.state.deck import to_data

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
    room_bar()
    slides = to_data(found.deck, engine_instance.experiment_of)
    refused = st.session_state.pop("_present_told", "")
    slides[found.at]["told"] = [*dict.fromkeys(filter(None, (refused, *told, *slides[found.at]["told"])))]
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
            "room": _room(),
        },
        key="projector",
        on_action_change=_act,
    )
    listen()
    if st.session_state.pop("_share_slides", False):
        share_slides(query)


def _room() -> dict[str, Any] | None:
    """The room of a host, whose answers stand beside those of the slide; None without one (`Room` in types.d.ts)."""
    here = room.here()
    if here is None or not here.is_host:
        return None
    link = f"{urljoin(base(), '/')}?room={here.code}"
    return {"code": here.code, "place": urlsplit(link).netloc, "qr": qr_source(link)}


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
    elif sent.get("name") == "here":
        slide = found.deck.slides[found.at]
        st.session_state["_present_told"] = room.bring(f"/?{urlencode(slide.address, safe=',')}")
    elif sent.get("name") == "share":
        st.session_state["_share_slides"] = True
