"""The script of the page "Lessons": what each is for, how long it takes, and how far this browser has come in it."""

from __future__ import annotations

import streamlit as st

from explorer.catalog.lessons import LESSONS
from explorer.ui import lesson_place, lesson_steps
from explorer.ui.address import entered
from explorer.ui.assets import ASSETS, SIDEBAR
from explorer.ui.lesson_panel import lessons_list
from explorer.ui.page_component import listen
from explorer.ui.room_panel import room_button, room_of_plain_page

ABOUT = (
    "Each lesson asks first what you expect, and then shows it on a real model. How far you have come is kept in this "
    "browser and nowhere else."
)


def main() -> None:
    st.set_page_config(
        page_title="Lessons on sequence models",
        page_icon=str(ASSETS / "icon.svg"),
        layout="wide",
        initial_sidebar_state=SIDEBAR,
    )
    entered("lessons")
    st.html(ASSETS / "page.css")
    st.html(ASSETS / "layout_no_sidebar.css")
    room_of_plain_page()
    with st.container(key="share_place"):
        room_button()
    st.subheader("Lessons", anchor=False)
    st.markdown(ABOUT)
    if chosen := lessons_list(LESSONS.values()):
        name, number = chosen
        lesson_place.set_place(name, number)
        page, _ = LESSONS[name].state(number)
        st.switch_page(lesson_steps.FILES[page], query_params=lesson_place.query())
    listen()


# A worker that is started while pages are open is told that this is the main script, and imports it under another name.
if __name__ == "__main__":
    main()
