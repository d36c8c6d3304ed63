"""The head of a page that has neither a sidebar nor settings: its styles, the bar of the room, its buttons, its title."""

from __future__ import annotations

import streamlit as st

from explorer.ui.frame.page_component import keys_button
from explorer.ui.frame.room_panel import room_button, room_of_plain_page
from explorer.ui.front_end.assets import ASSETS, SIDEBAR


def configure(title: str) -> None:
    """Name the page in the browser's tab; before anything is drawn."""
    st.set_page_config(page_title=title, page_icon=str(ASSETS / "icon.svg"), layout="wide", initial_sidebar_state=SIDEBAR)


def head(title: str, about: str) -> None:
    """Draw the head. about: what the page is for, in Markdown."""
    st.html(ASSETS / "page.css")
    st.html(ASSETS / "layout_no_sidebar.css")
    room_of_plain_page()
    with st.container(key="share_place"), st.container(horizontal=True, gap="small", key="share_buttons"):
        keys_button()
        room_button()
    st.subheader(title, anchor=False)
    st.markdown(about)
