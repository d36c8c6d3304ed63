"""The head of the page "Paste": what the page is for, the examples, and the two forms of each."""

from __future__ import annotations

import streamlit as st

from explorer.catalog.examples import EXAMPLES, FORMS
from explorer.ui.front_end.markdown import plain
from explorer.ui.front_end.streamlit_internals import uninterrupted
from explorer.ui.model.views import VIEWS_HELP
from explorer.ui.state import paste_state, renewed

FORM_TITLES = {"as written": "As written", "mended": "Fixed"}
ABOUT = "See the shapes of your own model, or where it fails and how to fix it. The code is read, never executed."
EXAMPLES_HELP = (
    "**Examples** are common mistakes, as written and fixed, and the three examples of an article. "
    "Each is also a link: ?example= and its name."
)


def head(asks: bool) -> None:
    """Draw the head. asks: a lesson asks about the code, so that no example is named, and none is shown as it is fixed."""
    with st.container(key="paste_head"):
        words, example, form = st.columns([4, 5, 3], vertical_alignment="center")
    # A widget whose label is hidden shows no help: the row's is told here.
    words.subheader("Paste your Keras code", anchor=False, help="\n\n".join((ABOUT, EXAMPLES_HELP, VIEWS_HELP)))
    if asks:
        return
    shown = paste_state.shown_example()
    titles = {each.stem: each.title for each in EXAMPLES.values()}
    example_key = renewed.key_of("example", shown.stem if shown else None)
    form_key = renewed.key_of("form", shown.form if shown else None)
    example.selectbox(
        "Examples",
        list(titles),
        index=None,
        format_func=titles.__getitem__,
        key=example_key,
        placeholder="Open an example",
        label_visibility="collapsed",
        on_change=_open_example,
        args=(example_key,),
    )
    form.segmented_control(
        "Form",
        FORMS,
        format_func=FORM_TITLES.__getitem__,
        key=form_key,
        disabled=shown is None or f"{shown.stem}_mended" not in EXAMPLES,
        on_change=_open_form,
        args=(form_key, shown.stem if shown else ""),
        label_visibility="collapsed",
    )


def about(asks: bool) -> str:
    """What stands below it: of an example what is wrong in it, unless a lesson asks that."""
    shown = paste_state.shown_example()
    if asks or shown is None:
        return ABOUT
    # What is wrong in the code as it was written is not wrong in the fixed one.
    return plain(f"This is the fixed code. As it was written: {shown.says}" if shown.stem != shown.name else shown.says)


@uninterrupted()
def _open_example(key: str) -> None:
    stem = renewed.take("example", key)
    if stem in EXAMPLES:
        paste_state.show(EXAMPLES[stem])


@uninterrupted()
def _open_form(key: str, stem: str) -> None:
    chosen = f"{stem}_mended" if renewed.take("form", key) == "mended" else stem
    if chosen in EXAMPLES:
        paste_state.show(EXAMPLES[chosen])
