"""The room that a page is in: how it comes in and out, where it brings everybody, and the answers that it gives there.

It stands in `st.session_state` under "_room", and in the address as `room=`, so that a page that is loaded again is in it
still. Nothing here draws. Whoever asks something calls `answer`, and draws what came of it by `room_panel.tally`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.room_rules import RoomRefused, Tally, member_of, read_code
from explorer.runtime.storage.rooms import Rooms
from explorer.ui.server.clients import counted_as
from explorer.ui.server.owner import visitor
from explorer.ui.server.room_openers import Openers

PARAMETER = "room"
WITHOUT = "The page is shown without a room."
LATER = "You come into the room {} when you reload the page."
NOBODY_BROUGHT = "Nobody was brought here. Press All here again in a moment."
NOT_DONE = "You are not counted as done. Press I am done again in a moment."
NOT_COUNTED = "Your answer was not counted in the room."
# What a host's page may have and everybody else's has not.
QUIZ_QUESTION = "quiz_question"
PROJECTOR = ("view", "present")
_LEFT = "_rooms_left"
# The room of the address while the database cannot be asked for it.
_WAITS = "_room_waits"
_OPENERS = Openers()


@dataclass(frozen=True)
class Here:
    """The room that this page is in. member: who its visitor is there. is_host: whether it is the one who opened it."""

    code: str
    member: str
    is_host: bool


def here() -> Here | None:
    """The room that this page is in, None for none."""
    found: Here | None = st.session_state.get("_room")
    return found


def is_host() -> bool:
    """Whether this page's visitor is the host of the room that it is in."""
    room = here()
    return room is not None and room.is_host


def to_query() -> dict[str, str]:
    """What the address of a page says of its room: also of one that could not be asked for, so that a reload asks again."""
    room = here()
    code = room.code if room else st.session_state.get(_WAITS, "")
    return {PARAMETER: code} if code else {}


def take(address: Mapping[str, str]) -> str:
    """Enter the room that an address names; returns the sentence why that was not possible, or "".

    Whoever has left a room does not come into it again by the browser's "back".
    """
    wanted, room = address.get(PARAMETER, "")[:100], here()
    if not wanted:
        return ""
    try:
        wanted = read_code(wanted)
        if (room and room.code == wanted) or wanted in st.session_state.get(_LEFT, ()):
            return ""
        st.session_state[_WAITS] = ""
        _join(wanted)
    except RoomRefused as refusal:
        return f"{refusal} {WITHOUT}" if room is None else str(refusal)
    except DatabaseUnavailable as error:
        if room is not None:
            return str(error)
        st.session_state[_WAITS] = wanted
        return f"{error} {LATER.format(wanted)}"
    return ""


def join(code: str) -> str:
    """Enter a room, and leave the one before; returns the sentence why that was not possible, or ""."""
    try:
        _join(code)
    except (RoomRefused, DatabaseUnavailable) as refusal:
        return str(refusal)
    return ""


def _join(code: str) -> None:
    found = _rooms().join(code, visitor())
    before = here()
    if before and before.code != found.code:
        leave()
    _enter(found.code, found.host)


def open_room() -> str:
    """Open a room of one's own; returns as `join`."""
    try:
        # Of who asks from this machine Streamlit names no address.
        found = _OPENERS.open(_rooms(), visitor(), counted_as(st.context.ip_address or ""))
    except (RoomRefused, DatabaseUnavailable) as refusal:
        return str(refusal)
    leave()
    _enter(found.code, found.host)
    return ""


def _enter(code: str, host: str) -> None:
    member = member_of(code, visitor())
    st.session_state["_room"] = Here(code, member, host == member)
    st.session_state[_WAITS] = ""
    st.session_state[_LEFT] = st.session_state.get(_LEFT, frozenset()) - {code}


def leave() -> None:
    """Leave the room. Of a host the room stays open, and the code leads back into it."""
    room = here()
    if room is None:
        return
    st.session_state["_room"] = None
    st.session_state[_LEFT] = st.session_state.get(_LEFT, frozenset()) | {room.code}
    if not room.is_host:
        try:
            _rooms().leave(room.code, room.member)
        except DatabaseUnavailable:
            # Nobody waits for it: who is not heard of any more is not counted.
            return


def end() -> str:
    """End the room for everybody, and leave it; returns as `join`."""
    room = here()
    if room is None:
        return ""
    try:
        _rooms().end(room.code, room.member)
    except (RoomRefused, DatabaseUnavailable) as refusal:
        return str(refusal)
    leave()
    return ""


def bring(location: str, fragment: str = "") -> str:
    """All here: bring everybody to where this page is; returns as `join`.

    location: its path and query, as the browser says. fragment: what belongs behind the #.
    """
    room = here()
    if room is None:
        return ""
    try:
        _rooms().bring(room.code, room.member, for_members(location) + (f"#{fragment}" if fragment else ""))
    except RoomRefused as refusal:
        return str(refusal)
    except DatabaseUnavailable as error:
        return f"{error} {NOBODY_BROUGHT}"
    return ""


def for_members(location: str) -> str:
    """A host's path and query, without what is the host's own: the room, which a member's page adds, and the projector.

    With the question of the quiz that the host's page shows, which no other address names.
    """
    path, _, query = location[:10_000].partition("?")
    kept = [pair for pair in parse_qsl(query) if pair[0] != PARAMETER and pair != PROJECTOR]
    if st.session_state.get("view") == "quiz" and (number := st.session_state.get("quiz_number", 0)):
        kept.append((QUIZ_QUESTION, str(number + 1)))
    return f"{path}?{urlencode(kept, safe=',')}" if kept else path


def answer(question: str, choice: int) -> None:
    """Give a member's answer to a question of the room, the number of a choice from 0. Nothing happens without a room, and
    for the host, who knows the answer. Only the first counts. The bar of the room says where it was not counted.

    question: its name, of letters, digits and _./:- alone, such as "axes/2".
    """
    # A tally without this answer is no reason to keep anybody from going on.
    set_notice(_answer(question, choice, NOT_COUNTED))


def _answer(question: str, choice: int, otherwise: str) -> str:
    """As `answer`; returns the sentence why it was not counted, or "". otherwise: what comes of it where it may be later."""
    room = here()
    if room is None or room.is_host:
        return ""
    try:
        _rooms().answer(room.code, room.member, question, choice)
    except (RoomRefused, ValueError) as refusal:
        return f"{refusal} {NOT_COUNTED}"
    except DatabaseUnavailable as error:
        return f"{error} {otherwise}"
    return ""


def set_notice(sentence: str) -> None:
    """Have the bar of the room say something when it is drawn next; nothing for ""."""
    if sentence:
        st.session_state["_room_told"] = sentence


def mark_done(calls: int) -> None:
    """Say that this member is done with what the host called for, and keep that it was counted. calls: which of the host's
    calls."""
    room = here()
    if room is None or room.is_host:
        return
    if sentence := _answer(f"done/{calls}", 0, NOT_DONE):
        set_notice(sentence)
    else:
        st.session_state["_room_done"] = [room.code, calls]


def mark_step_done(place: Mapping[str, str]) -> None:
    """Say so of a lesson's step, where it is the one that the host has brought everybody to. place: its parameters."""
    room = here()
    if room is None or room.is_host:
        return
    try:
        called = _rooms().room(room.code)
    except (RoomRefused, DatabaseUnavailable):
        return
    if place.items() <= dict(parse_qsl(called.address.partition("#")[0].partition("?")[2])).items():
        mark_done(called.calls)


def tally_of(question: str) -> Tally | None:
    """The answers to a question in this page's room; None without a room, or where they cannot be read now."""
    room = here()
    if room is None:
        return None
    try:
        return _rooms().tally(room.code, question)
    except (RoomRefused, DatabaseUnavailable):
        return None


def _rooms() -> Rooms:
    # Only who is in a room waits for what the engine imports.
    from explorer.ui.server import engine_instance

    return engine_instance.engine().store.rooms
