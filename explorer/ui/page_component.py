"""The component that draws nothing in its own place: keys that concern the whole page, and hints for a newcomer."""

from __future__ import annotations

import streamlit as st

from explorer.experiment import Experiment
from explorer.ui.hints import first_visit, hints
from explorer.ui.modules import component, styles

_PAGE = st.components.v2.component(
    "explorer_page", css=styles(("hints.css",)), js=component("page.js"), isolate_styles=False
)


def listen(experiment: Experiment) -> None:
    """Call once on the page Explore, before it writes its address."""
    shown = hints(experiment) if first_visit() else []
    _PAGE(data={"hints": shown, "query": experiment.to_query(), "view": st.session_state.get("view", "")}, key="page")
