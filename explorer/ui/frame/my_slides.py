"""My slides, within the dialogue Share: states that a presenter collects, names, puts in order, and takes along as a link.

The list is in the session of the visitor, as plain values; its link is what keeps it. A link that was opened is the list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from explorer.ui.front_end.streamlit_internals import uninterrupted
from explorer.ui.state import address, presenting
from explorer.ui.state.deck import of_state
from explorer.ui.state.slides import LONGEST_NAME, Slide, WrongSlides, pack

# A number of its own, its name, and the parameters of its address.
Kept = tuple[int, str, dict[str, str]]
HELP = (
    "States of the page, shown one after another on a projector. Add as many as you need, each with the settings that the "
    "page has then. The list is kept until you close the page; its link keeps it for good."
)


def my_slides(base: str, query: Mapping[str, str], show_link: Callable[[str], None]) -> None:
    """Draw the list.

    base: the page's address without parameters. query: those of the state to add. show_link: draws a link.
    """
    slides: list[Kept] = st.session_state.setdefault("_slides", _numbered(presenting.listed_states()))
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="slides_head"):
        st.markdown("**My slides**", help=HELP, width="content")
        st.button("Add this to my slides", key="slide_add", icon=":material/add:", on_click=_add, args=(dict(query),))
    for place, slide in enumerate(slides):
        _row(place, slide, len(slides))
    if not slides:
        return
    try:
        states = pack([Slide(name, own) for _, name, own in slides])
    except WrongSlides as wrong:
        st.warning(str(wrong), icon=":material/info:")
        return
    wanted = {"view": "present", "states": states}
    if st.button("Present my slides", key="slides_present", icon=":material/present_to_all:"):
        presenting.begin("present", wanted, address.OTHERS, address.VIEWS[0])
        st.rerun()
    show_link(f"{base}?{urlencode(wanted, safe=',')}")


def _row(place: int, slide: Kept, slides: int) -> None:
    # Each slide keeps its own widgets, wherever it stands: else one would have the name of another.
    number, name, own = slide
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"slide_row_{number}"):
        st.text_input(
            f"Name of slide {place + 1}",
            name,
            key=f"slide_name_{number}",
            max_chars=LONGEST_NAME,
            placeholder=of_state(Slide("", own), address.OTHERS).title,
            label_visibility="collapsed",
            on_change=_name,
            args=(number,),
        )
        last = place + 1 == slides
        st.button("Up", key=f"slide_up_{number}", type="tertiary", disabled=place == 0, on_click=_move, args=(number, -1))
        st.button("Down", key=f"slide_down_{number}", type="tertiary", disabled=last, on_click=_move, args=(number, 1))
        st.button("Remove", key=f"slide_remove_{number}", type="tertiary", on_click=_remove, args=(number,))


def _numbered(states: Sequence[tuple[str, dict[str, str]]]) -> list[Kept]:
    """With a number each that no other slide of this visit has had."""
    first = st.session_state.get("_slides_numbered", 0)
    st.session_state["_slides_numbered"] = first + len(states)
    return [(first + place, name, own) for place, (name, own) in enumerate(states)]


@uninterrupted()
def _add(query: dict[str, str]) -> None:
    st.session_state["_slides"] = [*st.session_state["_slides"], *_numbered([("", query)])]


@uninterrupted()
def _name(number: int) -> None:
    name = " ".join(str(st.session_state.get(f"slide_name_{number}", "")).split())[:LONGEST_NAME]
    slides: list[Kept] = st.session_state["_slides"]
    st.session_state["_slides"] = [(each, name if each == number else own, query) for each, own, query in slides]


@uninterrupted()
def _move(number: int, by: int) -> None:
    slides = list(st.session_state["_slides"])
    place = [each for each, *_ in slides].index(number)
    slides.insert(place + by, slides.pop(place))
    st.session_state["_slides"] = slides


@uninterrupted()
def _remove(number: int) -> None:
    st.session_state["_slides"] = [slide for slide in st.session_state["_slides"] if slide[0] != number]
