"""Several models in one code: which of them is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.tensors.text import count
from explorer.ui.front_end.streamlit_internals import uninterrupted

HELP = "The code makes several models. The one that is fitted is shown first; choose another to see its layers."


def choose_model(report: Mapping[str, Any]) -> None:
    """Draw the choice, where there is one."""
    models = {each["name"]: each for each in sorted(report["models"], key=lambda each: each["line"])}
    shown = next((name for name, each in models.items() if each["shown"]), None)
    kept = st.session_state["_paste"]
    if kept["model"] is None:
        kept["fitted"] = shown
    if len(models) < 2:
        return
    if st.session_state.get("model") != shown:
        st.session_state["model"] = shown
    st.selectbox(
        f"{count(len(models), 'models')} in this code",
        list(models),
        format_func=lambda name: _in_words(models[name]) if name in models else name,
        key="model",
        on_change=_choose,
        help=HELP,
    )


def is_another() -> bool:
    """Whether another model than the one that is fitted was chosen."""
    return st.session_state["_paste"]["model"] is not None


def _in_words(made: Mapping[str, Any]) -> str:
    params = "" if made["params"] is None else f", {count(made['params'], 'parameters')}"
    return f"{made['name']}: line {made['line']}, {count(made['layers'], 'layers')}{params}"


@uninterrupted()
def _choose() -> None:
    kept, chosen = st.session_state["_paste"], st.session_state["model"]
    kept["model"] = None if chosen == kept["fitted"] else chosen
