"""A choice whose value the page sets: which example stands in the editor, which named experiment the settings are.

The browser sends the value of every widget along with whatever is clicked or typed, and until it has the page's answer it
sends the value from before. For Streamlit that is a choice: the example would be opened again over what somebody has just
typed. So such a widget is another one, with another key, whenever its value changed without it; what the browser still
sends for the one before is nobody's.
"""

from __future__ import annotations

import streamlit as st

from explorer.ui.front_end.streamlit_internals import uninterrupted


@uninterrupted()
def key_of(name: str, value: str | None) -> str:
    """The key under which to draw the choice, which then shows the value. Call it once in each run of the page."""
    known: dict[str, tuple[int, str | None]] = st.session_state.setdefault("_renewed", {})
    number, before = known.get(name, (0, value))
    number += value != before
    known[name] = (number, value)
    key = f"{name}_{number}"
    st.session_state[key] = value
    return key


def take(name: str, key: str) -> str | None:
    """What was just chosen; for the widget's callback. It is the same widget where the page then shows that.

    key: of the widget that was drawn. A hand may be quicker than the page, and choose in the widget from before.
    """
    known: dict[str, tuple[int, str | None]] = st.session_state["_renewed"]
    number, _ = known[name]
    chosen: str | None = st.session_state[key]
    if key == f"{name}_{number}":
        known[name] = (number, chosen)
    return chosen
