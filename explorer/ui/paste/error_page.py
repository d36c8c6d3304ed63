"""The script of the page "Find my error": the box of the page Paste, open, for who comes with a message and no code."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer.ui.frame.page_component import listen
from explorer.ui.frame.plain_page import configure, head
from explorer.ui.lessons import steps as lesson_steps
from explorer.ui.paste.error_box import Callbacks, error_finder
from explorer.ui.server import engine_instance
from explorer.ui.state.address import entered

TITLE = "Find my error"
ABOUT = (
    "Paste what Keras or TensorFlow said: one line, or the whole traceback. The page says what it means in named axes, "
    "names the usual causes, and shows each in an example. The text is only read: nothing of it is run."
)
_OPENS, _CODE = "_error_opens", "_error_code"


def main() -> None:
    configure(TITLE)
    lesson_steps.switch()
    if query := st.session_state.pop(_OPENS, None):
        st.switch_page(lesson_steps.FILES["paste"], query_params=query)
    if _CODE in st.session_state:
        st.switch_page(lesson_steps.FILES["paste"])
    entered("error")
    head(TITLE, ABOUT)
    begin = partial(lesson_steps.begin, page="error", experiment_of_run=engine_instance.experiment_of)
    error_finder(Callbacks(_open_example, _open_code, begin))
    listen()


def pasted_here() -> str | None:
    """Code that was pasted here in place of a message, for the editor on Paste; once."""
    found: str | None = st.session_state.pop(_CODE, None)
    return found


def _open_example(name: str) -> None:
    st.session_state[_OPENS] = {"example": name}


def _open_code(text: str) -> None:
    st.session_state[_CODE] = text


# A worker that is started while pages are open is told that this is the main script, and imports it under another name.
if __name__ == "__main__":
    main()
