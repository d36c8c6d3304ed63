"""Find my error: a box, of one line until it is used, that takes an error message and says what it means.

It is a fragment: only it runs again while somebody uses it, and nothing of it while it is closed. What is pasted stays in
the session of the visitor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from explorer.catalog.lessons import lesson_of
from explorer.errors import Cause, Found, find
from explorer.ui.front_end.assets import ASSETS
from explorer.ui.front_end.markdown import marked, plain
from explorer.ui.front_end.streamlit_internals import uninterrupted

# A browser's message to the server has at most 500 kB.
MOST_TYPED = 100_000
WORDS = "Error message of Keras or TensorFlow"
PLACEHOLDER = "expected ndim=3, found ndim=2\nOne line, or the whole traceback, of any version of Keras."
_BOX, _TEXT, _LEFT = "error_box", "error_text", "_error_box_left"


class Callbacks(NamedTuple):
    """Where the box leads.

    example: is given the name of an example of the catalog to open. code: code that was pasted here in place of a message.
    lesson: the name of a lesson to begin; None: no lesson is offered.
    """

    example: Callable[[str], None]
    code: Callable[[str], None]
    lesson: Callable[[str], None] | None


def error_box(callbacks: Callbacks) -> None:
    """Draw the box. After each way that it leads to the whole page runs again."""
    # The whole page runs, as it should after something was opened.
    st.session_state.pop(_LEFT, None)
    _box(callbacks)


@st.fragment
def _box(callbacks: Callbacks) -> None:
    if st.session_state.pop(_LEFT, False):
        st.rerun()
    box = st.expander("Find my error", icon=":material/troubleshoot:", key=_BOX, on_change="rerun")
    with box:
        if box.open:
            _ask(110, callbacks)


@st.fragment
def error_finder(callbacks: Callbacks) -> None:
    """The same without a box, on a page of its own."""
    if st.session_state.pop(_LEFT, False):
        st.rerun()
    _ask(180, callbacks)


def _ask(height: int, callbacks: Callbacks) -> None:
    st.html(ASSETS / "error_box.css")
    st.text_area(WORDS, key=_TEXT, height=height, max_chars=MOST_TYPED, placeholder=PLACEHOLDER, persist_state="session")
    st.button("What does it mean?", key="error_find", type="primary")
    text = st.session_state[_TEXT] or ""
    if text.strip():
        with st.container(key="error_found", gap="small"):
            _found(find(text), text, callbacks)


def _found(found: Found, text: str, callbacks: Callbacks) -> None:
    st.markdown(f"**{plain(found.title)}.**")
    if found.cut:
        st.caption("The text is long: only its end was read, where the error of a traceback stands.")
    if found.quoted:
        st.code(found.quoted, language=None, wrap_lines=True)
    if found.means:
        st.markdown(marked(found.means))
    if found.causes:
        st.caption("Usual causes, the most frequent first" if len(found.causes) > 1 else "The usual cause")
    for number, cause in enumerate(found.causes, 1):
        with st.container(key=f"error_cause_{number}", gap="xsmall"):
            st.markdown(f"{number}\\. {marked(cause.says)}" if len(found.causes) > 1 else marked(cause.says))
            _example(cause, number, callbacks)
    if found.also:
        st.caption(f"The text has other messages too: {plain('; '.join(found.also))}.")
    # Where nothing else is said it is the answer.
    (st.caption if found.causes else st.markdown)(plain(found.advice))
    if found.status == "code":
        st.button("Put it into the editor", key="error_code", on_click=_leave, args=(callbacks.code, text))


def _example(cause: Cause, number: int, callbacks: Callbacks) -> None:
    if not cause.example:
        return
    with st.container(horizontal=True, gap="small", key=f"error_examples_{number}"):
        st.button(
            f"Example: {plain(cause.example_title)}",
            key=f"error_example_{number}",
            type="tertiary",
            icon=":material/arrow_forward:",
            on_click=_leave,
            args=(callbacks.example, cause.example),
        )
        if cause.fixed:
            st.button(
                "Fixed",
                key=f"error_fixed_{number}",
                type="tertiary",
                icon=":material/check:",
                on_click=_leave,
                args=(callbacks.example, cause.fixed),
            )
        lesson = lesson_of(cause.example)
        if lesson and callbacks.lesson:
            st.button(
                f"Lesson: {plain(lesson.title)}",
                key=f"error_lesson_{number}",
                type="tertiary",
                icon=":material/school:",
                on_click=_leave,
                args=(callbacks.lesson, lesson.name),
            )


@uninterrupted()
def _leave(what: Callable[[str], None], argument: str) -> None:
    """Do it, and close the box: what was opened stands below it."""
    what(argument)
    st.session_state.update({_BOX: False, _LEFT: True})
