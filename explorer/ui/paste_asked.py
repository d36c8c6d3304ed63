"""What a pasted code does not say: a field for each number that it asks for, and the lines that were not followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.tensors.text import count
from explorer.ui import paste_state
from explorer.ui.markdown import marked, plain
from explorer.ui.paste_fields import LARGEST_SIZE, MOST_AXES, MOST_IN_A_FIELD, read_size

# More fields than this are no help; what they leave out is asked for once the first are filled in.
MOST_ASKED = 6


def asked(report: Mapping[str, Any], code: str) -> None:
    """Draw a field for each number that the report asks for, and for those that were given, which can be changed."""
    given = {name: text for name, text in st.session_state["_paste"]["sizes"].items() if name in code}
    missing = {each["name"]: each for each in report["asked"]}
    names = [*given, *(name for name in missing if name not in given)][:MOST_ASKED]
    if not names:
        return
    with st.container(key="asked"):
        st.markdown("**The code does not say these numbers**")
        for name in names:
            _field(name, given.get(name, ""), missing.get(name))


def _field(name: str, text: str, missing: Mapping[str, Any] | None) -> None:
    line = f", line {missing['line']}" if missing else ""
    key = f"asked_{name}"
    if key not in st.session_state:
        st.session_state[key] = text
    st.text_input(
        f"`{name}`{line}: how many?" if not missing or not missing["shape"] else f"`{name}`{line}: which shape?",
        key=key,
        max_chars=MOST_IN_A_FIELD["y"],
        on_change=paste_state.give_size,
        args=(name,),
        help=f"It comes from {plain(missing['why'])}." if missing else None,
        placeholder="20,5" if missing and missing["shape"] else "5",
    )
    if text and read_size(text) is None:
        st.caption(
            f":red[{plain(name)} must be a whole number from 1 to {LARGEST_SIZE:,}, or up to {MOST_AXES} of them for a "
            f"shape; received “{plain(text[:40])}”.]"
        )


def followed(report: Mapping[str, Any]) -> None:
    """Draw, folded away, the lines that were left out and what was taken for granted; and all models of the code."""
    if len(report["models"]) > 1:
        names = [
            f"`{each['name']}` (line {each['line']}{', shown here' if each['shown'] else ''})" for each in report["models"]
        ]
        st.caption(f"The code makes {len(names)} models: {', '.join(names)}.")
    for title, lines in (("Not followed", report["not_followed"]), ("Taken for granted", report["assumed"])):
        if lines:
            with st.expander(f"{title} ({count(len(lines), 'lines')})"):
                for each in lines:
                    st.markdown(f":gray[Line {each['line']}.] {marked(each['why'])}")
