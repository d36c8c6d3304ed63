"""The component that draws nothing in its own place: keys and clicks that concern the whole page, hints for a newcomer."""

from __future__ import annotations

import streamlit as st

from explorer.experiment import Experiment
from explorer.ui.hints import first_visit, hints
from explorer.ui.modules import component, styles

_PAGE = st.components.v2.component(
    "explorer_page", css=styles(("hints.css",)), js=component("page.js"), isolate_styles=False
)


def listen(experiment: Experiment | None = None) -> None:
    """Call once on each page, before it writes its address. Hints are for the page Explore, which hands its experiment."""
    shown = hints(experiment) if experiment and first_visit() else []
    query = experiment.to_query() if experiment else {}
    _PAGE(data={"hints": shown, "query": query, "view": st.session_state.get("view", "")}, key="page")
