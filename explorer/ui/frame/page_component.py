"""The component that draws nothing in its own place: keys, clicks and files of the whole page, hints for a newcomer."""

from __future__ import annotations

import streamlit as st

from explorer.experiment import Experiment
from explorer.export.experiment_file import MOST_CHARACTERS
from explorer.ui.frame.dropped import open_dropped
from explorer.ui.frame.hints import hints
from explorer.ui.front_end.modules import component, styles
from explorer.ui.front_end.streamlit_internals import uninterrupted
from explorer.ui.state import address

_PAGE = st.components.v2.component(
    "explorer_page", css=styles(("hints.css", "dropped.css", "keys.css")), js=component("page.js"), isolate_styles=False
)


def listen(experiment: Experiment | None = None, newcomers: bool = True) -> None:
    """Call once on each page. Hints are for the page Explore, which hands its experiment; files are dropped there too.

    newcomers: whether there are hints; a lesson says itself what to do.
    """
    view = st.session_state.get("view", "")
    shown = hints(experiment, view) if experiment and newcomers else []
    query = experiment.to_query() if experiment else {}
    opens = MOST_CHARACTERS if experiment else 0
    figure = st.session_state.get("_figure")
    data = {
        "hints": shown,
        "query": query,
        "view": view,
        "opens": opens,
        "presents": experiment is not None,
        "figure": figure,
    }
    _PAGE(data=data, key="page", on_dropped_change=open_dropped, on_key_change=_press)


def keys_button() -> None:
    """The button that opens the sheet of keys, which the browser has (assets/page/sheet.js)."""
    st.button("Keys", key="keys", icon=":material/keyboard:", type="tertiary", help="Every key of these pages (?).")


@uninterrupted()
def _press() -> None:
    # It comes from the browser, whatever that sends; there is one key so far.
    if st.session_state.get("page", {}).get("key"):
        address.present()
