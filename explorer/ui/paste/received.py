"""A code that the browser brings to the page "Paste": typed, pasted elsewhere, from a file, or behind a link's #."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer.notebook import NoNotebook, code_of, looks_like_one
from explorer.ui.front_end.letters import whole
from explorer.ui.state.code_link import WrongLink, read_fragment
from explorer.ui.state.paste_fields import MOST_IN_A_FIELD, is_typed
from explorer.ui.state.paste_own import FIELDS, keeping_own
from explorer.ui.state.paste_state import put


def open_text(text: str) -> None:
    """Put a code that was pasted elsewhere on the page into the editor; for a callback."""
    open_file("", text)


def type_code(code: str, text: Any) -> None:
    """Take what was typed. text: which text it was typed into, as the editor was told: into one before, it is not meant."""
    state = st.session_state
    kept = state["_paste"]
    if text not in (kept["put"], None) or code == state["code"]:
        return
    if looks_like_one(code):
        # Somebody has pasted the whole file.
        open_file("", code)
    else:
        state["code"], kept["told"] = code, ""


def open_file(name: str, text: str) -> None:
    """Put the code of a file into the editor, a notebook's cells one after the other, or keep a sentence why not."""
    state = st.session_state
    kept = state["_paste"]
    try:
        code = code_of(text) if looks_like_one(text) or name.lower().endswith(".ipynb") else text
    except NoNotebook as error:
        kept["told"] = str(error)
        return
    before = [*(state[name] for name in FIELDS), kept["batch_size"]]
    put(
        whole(code).replace("\r\n", "\n").replace("\r", "\n"), [each if is_typed(each) else "" for each in before[1:4]], kept
    )
    kept.update(before=before, sizes={})


def open_link(fragment: str) -> None:
    """Put the code of a link into the fields, or keep a sentence why not."""
    kept = st.session_state["_paste"]
    try:
        fields, sizes = read_fragment(fragment)
    except WrongLink as error:
        kept["told"] = str(error)
        return
    with keeping_own(kept):
        put(fields["code"], [fields[name][: MOST_IN_A_FIELD[name]] for name in FIELDS[1:]], kept)
    kept["sizes"] = sizes
