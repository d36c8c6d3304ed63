"""My slides, within the dialogue Share: states that a presenter collects, names, puts in order, and takes along as a link.

The list is in the session of the visitor, as plain values; its link is what keeps it. A link that was opened is the list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

import streamlit as st

from explorer.ui import address, presenting
from explorer.ui.deck import of_state
from explorer.ui.slides import LONGEST_NAME, Slide, WrongSlides, pack
from explorer.ui.streamlit_internals import uninterrupted

HELP = (
    "States of the page, shown one after another on a projector. Add as many as you need, each with the settings that the "
    "page has then. The list is kept until you close the page; its link keeps it for good."
)


def my_slides(base: str, query: Mapping[str, str], show_link: Callable[[str], None]) -> None:
    """Draw the list.

    base: the page's address without parameters. query: those of the state to add. show_link: draws a link.
    """
    slides: list[tuple[str, dict[str, str]]] = st.session_state.setdefault("_slides", presenting.listed_states())
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="slides_head"):
        st.markdown("**My slides**", help=HELP, width="content")
        st.button("Add this to my slides", key="slide_add", icon=":material/add:", on_click=_add, args=(dict(query),))
    # Streamlit would take another slide's name for that of the one that now stands there.
    change = st.session_state.setdefault("_slides_changed", 0)
    for place, (name, own) in enumerate(slides):
        _row(place, name, own, len(slides), change)
    if not slides:
        return
    try:
        states = pack([Slide(name, own) for name, own in slides])
    except WrongSlides as wrong:
        st.warning(str(wrong), icon=":material/info:")
        return
    wanted = {"view": "present", "states": states}
    if st.button("Present my slides", key="slides_present", icon=":material/present_to_all:"):
        presenting.begin("present", wanted, address.OTHERS, address.VIEWS[0])
        st.rerun()
    show_link(f"{base}?{urlencode(wanted, safe=',')}")


def _row(place: int, name: str, own: Mapping[str, str], slides: int, change: int) -> None:
    number = place + 1
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"slide_row_{number}"):
        st.text_input(
            f"Name of slide {number}",
            name,
            key=f"slide_name_{change}_{place}",
            max_chars=LONGEST_NAME,
            placeholder=of_state(Slide("", own), address.OTHERS).title,
            label_visibility="collapsed",
            on_change=_name,
            args=(place, f"slide_name_{change}_{place}"),
        )
        st.button("Up", key=f"slide_up_{number}", type="tertiary", disabled=place == 0, on_click=_move, args=(place, -1))
        last = number == slides
        st.button("Down", key=f"slide_down_{number}", type="tertiary", disabled=last, on_click=_move, args=(place, 1))
        st.button("Remove", key=f"slide_remove_{number}", type="tertiary", on_click=_remove, args=(place,))


@uninterrupted()
def _add(query: dict[str, str]) -> None:
    _change([*st.session_state["_slides"], ("", query)])


@uninterrupted()
def _name(place: int, key: str) -> None:
    slides = list(st.session_state["_slides"])
    slides[place] = (" ".join(str(st.session_state.get(key, "")).split())[:LONGEST_NAME], slides[place][1])
    # The field has the name already.
    st.session_state["_slides"] = slides


@uninterrupted()
def _move(place: int, by: int) -> None:
    slides = list(st.session_state["_slides"])
    slides.insert(place + by, slides.pop(place))
    _change(slides)


@uninterrupted()
def _remove(place: int) -> None:
    slides = list(st.session_state["_slides"])
    del slides[place]
    _change(slides)


def _change(slides: list[tuple[str, dict[str, str]]]) -> None:
    st.session_state["_slides"] = slides
    st.session_state["_slides_changed"] += 1
