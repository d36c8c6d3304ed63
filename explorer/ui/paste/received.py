"""A code that the browser brings to the page "Paste": typed, pasted elsewhere, from a file, or behind a link's #."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer.notebook import NoNotebook, code_of, looks_like_one
from explorer.ui.front_end.letters import whole
from explorer.ui.state.code_link import WrongLink, read_fragment
from explorer.ui.state.paste_fields import MOST_IN_A_FIELD, is_typed
from explorer.ui.state.paste_own import FIELDS, is_an_example, is_changed_code, keeping_own, own_of
from explorer.ui.state.paste_state import put

# A text in another encoding than UTF-8 has some.
MOST_BROKEN_LETTERS = 20


def open_text(text: str) -> None:
    """Put a code that was pasted elsewhere on the page into the editor; for a callback."""
    open_file("", text)


def type_code(code: str, text: Any) -> None:
    """Take what was typed. text: which text it was typed into, as the editor was told: into one before, it is not meant."""
    state = st.session_state
    kept = state["_paste"]
    before = kept["before"]
    if text == kept["put_before"] != "" and not is_an_example(code) and (not before or is_changed_code(before[0], code)):
        # It came together with a click that put another code there.
        kept["before"] = [code, *(before or ("", "", "", "", None))[1:]]
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
    if is_no_text(code):
        kept["told"] = f"“{name[:60]}” is no text, so it cannot be read as Python. Open a .py, .txt or .ipynb file."
        return
    now = [*(state[each] for each in FIELDS), kept["batch_size"]]
    # What somebody has typed stays what a click brings back, also when another file comes after the first.
    before = own_of(kept) or now
    put(whole(code).replace("\r\n", "\n").replace("\r", "\n"), [each if is_typed(each) else "" for each in now[1:4]], kept)
    kept.update(before=before, brought=state["code"], sizes={})


def is_no_text(text: str) -> bool:
    """Whether a file was none of text: letters stand for its bytes that no text has.

    >>> is_no_text("model = 1"), is_no_text("\\x89PNG\\x00\\ufffd")
    (False, True)
    """
    return "\x00" in text or text.count("\ufffd") > MOST_BROKEN_LETTERS


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
