"""What a room draws on a page: the button that leads into it, the slim bar of those who are in it, and a tally."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urljoin

import streamlit as st

from explorer.runtime.storage.room_rules import CODE_LENGTH, MOST_PEOPLE
from explorer.ui.frame.share import OPEN_TO_OTHERS, base, qr_code, reaches_only_itself
from explorer.ui.front_end.assets import ASSETS
from explorer.ui.front_end.markdown import plain
from explorer.ui.front_end.modules import component, styles
from explorer.ui.front_end.streamlit_internals import uninterrupted
from explorer.ui.state import room

HELP = "Use the page together with others: join a room by its code, or open one."
HOST_SAYS = (
    "Open a room, and show its code. With **All here** you bring everybody to what your page shows; after that they "
    "continue on their own. You see how many are there, how many are done, and what they answered, without names."
)
NO_NAMES = (
    "No names and no accounts: a room knows each person only by a random number. It ends after a day, or when its host ends "
    "it, and all answers are deleted with it."
)
_BAR = st.components.v2.component("explorer_room", css=styles(("room.css",)), js=component("room.js"), isolate_styles=False)
_TALLY = st.components.v2.component(
    "explorer_tally", css=styles(("tally.css",)), js=component("tally.js"), isolate_styles=False
)


def room_button() -> None:
    """Draw the button that opens the dialogue; call it beside Share, on every page."""
    # What was done in the dialogue drew the page anew, and closed it.
    opens = st.session_state.pop("_room_opens", False)
    if st.button("Room", key="room", icon=":material/groups:", type="tertiary", help=HELP) or opens:
        _dialogue()


@st.dialog("Room", width="large")
def _dialogue() -> None:
    st.html(ASSETS / "share.css")
    st.html(ASSETS / "room_dialogue.css")
    now = room.here()
    if now is None:
        _enter()
        return
    # Short, as it is typed off a wall; whoever comes by it is brought to the page that the host shows.
    link = f"{urljoin(base(), '/')}?room={now.code}"
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.html(f'<p class="explorer-room-code" aria-label="Code of the room: {" ".join(now.code)}">{now.code}</p>')
        st.markdown("Open this page and enter the code at **Room**, or open the link:")
        st.code(link, language=None, wrap_lines=True)
        if reaches_only_itself(link):
            st.caption(OPEN_TO_OTHERS)
        st.caption(f"{NO_NAMES} {MOST_PEOPLE} people can be in it at a time.")
        if now.is_host:
            st.button("End the room for everybody", key="room_end", on_click=_then, args=(room.end, False))
        else:
            st.button("Leave", key="room_leave", on_click=_then, args=(_left, False))
        _say_refusal()
    with right:
        st.html(qr_code(link))


def _enter() -> None:
    join, host = st.columns([1, 1], gap="large")
    with join, st.form("room_form", border=False):
        st.text_input(
            "Code", key="room_code", max_chars=4 * CODE_LENGTH, placeholder="such as 7KQ4F", help="Whoever hosts shows it."
        )
        st.form_submit_button("Join", key="room_join", type="primary", on_click=_then, args=(_join, False))
        _say_refusal()
    with host:
        st.markdown(HOST_SAYS)
        st.button("Open a room", key="room_open", on_click=_then, args=(room.open_room, True))
    st.caption(NO_NAMES)


def _say_refusal() -> None:
    if sentence := st.session_state.pop("_room_refusal", ""):
        st.warning(plain(sentence), icon=":material/info:")


def _join() -> str:
    return room.join(str(st.session_state.get("room_code", "")))


def _left() -> str:
    room.leave()
    return ""


@uninterrupted()
def _then(do: Callable[[], str], stays: bool) -> None:
    """Do what a button of the dialogue is for, and draw the page anew. stays: the dialogue is open again afterwards."""
    sentence = do()
    st.session_state["_room_refusal"] = sentence
    st.session_state["_room_opens"] = stays or bool(sentence)
    # From the callback of a part of the page: the whole of it runs instead.
    st.rerun()


def room_bar(fragment: Callable[[], str] = str) -> None:
    """Draw the bar of the room that the page is in; nothing without one.

    Call it once on each page, above what differs from view to view.

    fragment: gives what belongs behind the # of the address of what this page shows.
    """
    now = room.here()
    # Its place is there in any case: what stands below it is not made anew when somebody comes into a room.
    with st.container(key="room_place"):
        if now is not None:
            _draw_bar(now, fragment)


def room_of_plain_page() -> None:
    """Enter the room that the address names, and draw the bar: for a page whose address has nothing but the room."""
    refused = room.take(st.query_params.to_dict())
    if st.query_params.to_dict() != room.to_query():
        st.query_params.from_dict(room.to_query())
    room_bar()
    if refused:
        st.warning(plain(refused), icon=":material/info:")


def _draw_bar(now: room.Here, fragment: Callable[[], str]) -> None:
    @uninterrupted()
    def act() -> None:
        pressed = st.session_state.get("room_bar", {}).get("pressed")
        # It comes from the browser, whatever that sends.
        name = pressed.get("name") if isinstance(pressed, Mapping) else None
        if name == "leave":
            room.leave()
        elif name == "code":
            st.session_state["_room_opens"] = True
        elif name == "here":
            room.set_notice(room.bring(str(pressed.get("at", "")), fragment()))
        elif name == "done" and type(calls := pressed.get("calls")) is int:
            room.mark_done(calls)

    code, calls = st.session_state.get("_room_done", ["", -1])
    data = {
        "code": now.code,
        "member": now.member,
        "host": now.is_host,
        "done": calls if code == now.code else -1,
        "told": st.session_state.pop("_room_told", ""),
    }
    _BAR(data=data, key="room_bar", on_pressed_change=act)


def tally(question: str, choices: Sequence[str], right: int | None = None, revealed: bool = True) -> None:
    """Draw what the room has answered, kept up to date by itself; nothing without a room, and for a member who has not
    answered.

    question: the name by which `room.answer` is called. choices: their texts, in order. right: the number of the right
    one, None while it is not to be seen. revealed: whether the numbers of each choice are; else only how many have answered.
    """
    now = room.here()
    if now is None or not (now.is_host or revealed):
        return
    found = room.tally_of(question)
    counts = list(found.counts) if found else []
    data = {
        "question": question,
        "choices": list(choices),
        "right": -1 if right is None else right,
        "revealed": revealed,
        "counts": [*counts, *[0] * (len(choices) - len(counts))][: len(choices)],
        "answered": found.answered if found else 0,
        "people": found.people if found else 0,
    }
    _TALLY(data=data, key=f"tally_{question}")
