"""The panel "Look inside" on the page: it listens to the live panel, asks `/inside`, and tells what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from explorer.ui.front_end.modules import component, styles
from explorer.ui.front_end.streamlit_internals import uninterrupted
from explorer.ui.state import inside_place

STYLES = ("axes.css", "look_inside.css", "look_equation.css", "slopes.css")

_INSIDE = st.components.v2.component("explorer_inside", css=styles(STYLES), js=component("inside.js"), isolate_styles=False)


@st.fragment
def inside_panel(write: Callable[[], None] | None = None, query: Mapping[str, str] | None = None) -> None:
    """Only this fragment runs again when another unit or timestep is chosen; `write` makes the address say so. Without it
    the page has no place for that in its address. query: the experiment as in the address, which is shown untrained
    where there is no run."""

    @uninterrupted()
    def moved() -> None:
        if write is not None:
            # It comes from the browser, whatever that sends.
            inside_place.take(st.session_state.get("inside_panel", {}).get("moved"))
            write()

    data: dict[str, Any] = {"open": {}, "opened": -1, "query": query}
    if write is not None:
        data |= {"open": st.session_state.get("_inside", {}), "opened": st.session_state.get("_inside_opened", 0)}
    with st.container(key="inside_place"):
        _INSIDE(data=data, key="inside_panel", on_moved_change=moved)
