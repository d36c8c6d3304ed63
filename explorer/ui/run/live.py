"""The live training panel on the page: status, charts that move, and the narration of the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from explorer.experiment import PROBE_SEQUENCES
from explorer.ui.front_end.modules import component, styles
from explorer.ui.front_end.streamlit_internals import uninterrupted

STYLES = ("axes.css", "live.css", "transport.css", "charts.css", "terms.css")
# "open": a run that the server holds is to go on, because its page is there again.
ACTIONS = ("open", "train", "pause", "resume", "step", "stop", "reset", "more", "keep")

_LIVE = st.components.v2.component("explorer_live", css=styles(STYLES), js=component("live.js"), isolate_styles=False)


def live(data: Mapping[str, Any], on_action: Callable[[str, bool, int | None], None], key: str = "live") -> None:
    """Show the run that `data` names, listen to it from the browser, and play it.

    data: run, state, url of its events, info (what is known before the first frame), note (a sentence), and may (what the
    visitor may do). on_action: called with what was pressed, one of `ACTIONS`, with whether the run is to be kept, which
    only "keep" means, and with the probe sequence whose tensors the page draws, None where it draws none; the page or the
    fragment around runs again. Neither frames nor changes of state do that.
    """

    @uninterrupted()
    def act() -> None:
        action = st.session_state.get(key, {}).get("action")
        # It comes from the browser, whatever that sends.
        if isinstance(action, Mapping) and action.get("name") in ACTIONS:
            sequence = action.get("sequence")
            known = type(sequence) is int and 0 <= sequence < PROBE_SEQUENCES
            on_action(str(action["name"]), action.get("kept") is True, sequence if known else None)

    _LIVE(data=dict(data), key=key, on_action_change=act)
