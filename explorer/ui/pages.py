"""The script that Streamlit runs: it knows the pages, and draws the way between them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.ui.front_end.assets import ASSETS, SIDEBAR

HERE = Path(__file__).parent


def main() -> None:
    st.set_page_config(
        page_title="Sequence explorer", page_icon=str(ASSETS / "icon.svg"), layout="wide", initial_sidebar_state=SIDEBAR
    )
    explore = st.Page(
        HERE / "explore" / "page.py",
        title="Explore",
        default=True,
        help="Choose a model, see what each layer does to the shape, and train it.",
    )
    paste = st.Page(
        HERE / "paste" / "page.py",
        title="Paste",
        url_path="paste",
        help="Paste your own Keras code: see its shapes, or where it fails and how to fix it.",
    )
    lessons = st.Page(
        HERE / "lessons" / "page.py",
        title="Lessons",
        url_path="lessons",
        help="Ten short lessons: predict, try it on a real model, and see why.",
    )
    error = st.Page(
        HERE / "paste" / "error_page.py",
        title="Find my error",
        url_path="error",
        help="What an error message of Keras means, its usual causes, and an example of each.",
    )
    who = st.Page(
        HERE / "who" / "page.py",
        title="Who can?",
        url_path="who",
        help="Which model can learn which task: a table of measurements. A click opens the experiment.",
    )
    chosen = st.navigation([explore, paste, lessons, who, error], position="top")
    # On a phone Streamlit puts its own links away into the sidebar, which is closed: there these are shown (page.css).
    with st.container(horizontal=True, gap="small", key="pages"):
        st.page_link(explore, disabled=chosen == explore)
        st.page_link(paste, disabled=chosen == paste)
        st.page_link(lessons, disabled=chosen == lessons)
        st.page_link(who, disabled=chosen == who)
        st.page_link(error, disabled=chosen == error)
    chosen.run()


# A worker that is started while pages are open is told that this is the main script, and imports it under another name.
if __name__ == "__main__":
    main()
