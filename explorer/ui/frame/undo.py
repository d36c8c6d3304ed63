"""The buttons that take a change of settings back, and do it again; keys do the same (`assets/page/keys.js`)."""

from __future__ import annotations

import time
from typing import Literal

import streamlit as st

from explorer.experiment import Experiment
from explorer.ui.front_end.streamlit_internals import uninterrupted
from explorer.ui.state import address
from explorer.ui.state.history import History


def undo_buttons(experiment: Experiment) -> None:
    """Take note of what the page shows, and draw both buttons where this is called."""
    history: History = st.session_state.setdefault("_history", History(experiment))
    history.note(experiment, time.monotonic(), st.session_state["_followed"].names)
    _button("undo", "Ctrl+Z", not history.before)
    _button("redo", "Ctrl+Shift+Z", not history.after)


def _button(key: Literal["undo", "redo"], shortcut: str, disabled: bool) -> None:
    # The style sheet draws the icon, and shows the word and the keys to who points at it.
    icon = f":material/{key}:"
    st.button(
        key.capitalize(),
        key=key,
        icon=icon,
        type="tertiary",
        shortcut=shortcut,
        disabled=disabled,
        on_click=_act,
        args=(key,),
    )


@uninterrupted()
def _act(key: Literal["undo", "redo"]) -> None:
    history: History = st.session_state["_history"]
    experiment = history.undo() if key == "undo" else history.redo()
    if experiment is not None:
        address.choose(experiment)
