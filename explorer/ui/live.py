"""The live training panel on the page: status, charts that move, and the narration of the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from explorer.ui.modules import component, styles

STYLES = ("axes.css", "live.css", "terms.css")

_LIVE = st.components.v2.component("explorer_live", css=styles(STYLES), js=component("live.js"), isolate_styles=False)


def live(data: Mapping[str, Any], key: str = "live", on_state_change: Callable[[], None] = lambda: None) -> Any:
    """Show the run that `data` names, and listen to it from the browser.

    data: run, state, url of its events, plotly_url, info (what is known before the first frame) and note (a sentence).
    The result's `state` is `{"run": ..., "state": ...}` as the browser last heard it, or None; each change of it
    reruns the page or the fragment around, frames do not.
    """
    return _LIVE(data=dict(data), key=key, on_state_change=on_state_change)
