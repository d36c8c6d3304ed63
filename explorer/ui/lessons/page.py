"""The script of the page "Lessons": what each is for, how long it takes, and how far this browser has come in it."""

from __future__ import annotations

import streamlit as st

from explorer.catalog.lessons import LESSONS
from explorer.ui.frame.page_component import listen
from explorer.ui.frame.room_panel import room_button, room_of_plain_page
from explorer.ui.front_end.assets import ASSETS, SIDEBAR
from explorer.ui.front_end.markdown import plain
from explorer.ui.front_end.streamlit_internals import uninterrupted, went_through_history
from explorer.ui.lessons import steps as lesson_steps
from explorer.ui.lessons.panel import lessons_list
from explorer.ui.state import lesson_place, room
from explorer.ui.state.address import entered

ABOUT = (
    "Each lesson asks first what you expect, and then shows it on a real model. How far you have come is kept in this "
    "browser and nowhere else."
)
# So many names of an address are told at most.
MOST_NAMED = 3


def main() -> None:
    st.set_page_config(
        page_title="Lessons on sequence models",
        page_icon=str(ASSETS / "icon.svg"),
        layout="wide",
        initial_sidebar_state=SIDEBAR,
    )
    _take()
    lesson_steps.switch()
    st.html(ASSETS / "page.css")
    st.html(ASSETS / "layout_no_sidebar.css")
    room_of_plain_page()
    with st.container(key="share_place"):
        room_button()
    for sentence in st.session_state.get("_lessons_problems", ()):
        st.warning(plain(sentence), icon=":material/info:")
    st.subheader("Lessons", anchor=False)
    st.markdown(ABOUT)
    if chosen := lessons_list(LESSONS.values()):
        name, number = chosen
        lesson_place.set_place(name, number)
        page, _ = LESSONS[name].state(number)
        st.switch_page(lesson_steps.FILES[page], query_params=lesson_place.query())
    listen()


@uninterrupted()
def _take() -> None:
    """Where somebody arrives, take what the address says: a lesson is opened as by a link to Explore.

    The browser's "back" leads to the list: a lesson's address would lead on at once.
    """
    address, arrives, back = st.query_params.to_dict(), entered("lessons"), went_through_history()
    if not arrives and not back:
        return
    st.session_state["_lessons_problems"] = ()
    if not lesson_place.is_named(address):
        st.session_state["_lessons_problems"] = _problems(address)
    elif not back:
        # That page judges all that stands beside the lesson, the room too.
        st.session_state["_lesson_switch"] = ("explore", address)


def _problems(address: dict[str, str]) -> tuple[str, ...]:
    """What in an address this page cannot take, in sentences; a name without a value says nothing.

    Of a room that cannot be entered the bar says it.
    """
    own = {name: address[name] for name in lesson_place.PARAMETERS if name in address}
    problems = [problem.sentence for problem in lesson_place.unknown(own)]
    if ignored := [f"“{name[:40]}”" for name, value in address.items() if value and name not in (*own, room.PARAMETER)]:
        were = "was" if len(ignored) == 1 else "were"
        more = f" and {len(ignored) - MOST_NAMED:,} more" if len(ignored) > MOST_NAMED else ""
        known = " and ".join(lesson_place.PARAMETERS)
        named = f"{', '.join(ignored[:MOST_NAMED])}{more}"
        problems.append(f"The address of this page can have {known}; {named} {were} ignored.")
    return tuple(problems)


# A worker that is started while pages are open is told that this is the main script, and imports it under another name.
if __name__ == "__main__":
    main()
