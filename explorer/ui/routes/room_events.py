"""The route of a room: what its host and its members are told, as server-sent events."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.room_rules import COMES_BACK, NOT_IN_IT, STAYS, Look, RoomRefused, is_question, read_code
from explorer.runtime.storage.rooms import Rooms
from explorer.ui.routes.server_sent_events import COMMENT, SECONDS_OF_SILENCE, event
from explorer.ui.server import shutdown
from explorer.ui.server.room_hub import Hub, Listener

ASK_SO = "Ask with the member that the page names, 32 hexadecimal digits, and with a question's name of letters and digits."
_MEMBER = re.compile(r"[0-9a-f]{32}")
_NEVER = object()


async def room(request: Request, hub: Hub, rooms: Rooms) -> Response:
    """GET /room/{code}?member=M[&question=Q]: the events `room`, with what has changed since the one before, and `ended`.

    question: the one whose tally is told: to the host, and to a member who has answered it.
    """
    code, query = request.path_params["code"], request.query_params
    member, question = query.get("member", ""), query.get("question", "")
    if not _MEMBER.fullmatch(member) or (question and not is_question(question)):
        return JSONResponse({"error": ASK_SO}, status_code=400)
    try:
        listener = await run_in_threadpool(listener_of, rooms, code, member, question)
    except DatabaseUnavailable as error:
        return JSONResponse({"error": str(error)}, status_code=503, headers={"Retry-After": "2"})
    return StreamingResponse(
        events(hub, listener),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def listener_of(rooms: Rooms, code: str, member: str, question: str) -> Listener:
    """Who listens: with a refusal where the room has ended, or this is nobody who is in it. code: as somebody types it."""
    try:
        code = read_code(code)
        found = rooms.room(code)
    except RoomRefused as refused:
        return Listener(code, member, refusal=f"{refused} {STAYS}")
    if not rooms.knows(code, member):
        return Listener(code, member, refusal=f"{NOT_IN_IT.format(code)} {COMES_BACK}")
    may_see = question and (found.host == member or rooms.has_answered(code, member, question))
    return Listener(code, member, question if may_see else "")


async def events(hub: Hub, listener: Listener) -> AsyncIterator[str]:
    """The events of a listener, until the room has ended, or this server does."""
    if listener.refusal:
        # A browser reads the sentence of an event, and none of a status.
        yield event("ended", {"sentence": listener.refusal})
        return
    loop, ends = asyncio.get_running_loop(), asyncio.Event()

    def end() -> None:
        # From a signal handler.
        loop.call_soon_threadsafe(ends.set)
        loop.call_soon_threadsafe(listener.news.set)

    last: dict[str, Any] = {}
    # When anything was written last: news may come and change nothing that this listener may know.
    written_at = loop.time()
    with hub.listening(listener), shutdown.notified(end):
        # The page asks again by itself, and finds whoever answers then.
        while not ends.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(listener.news.wait(), SECONDS_OF_SILENCE)
            listener.news.clear()
            if refusal := _refusal(listener):
                yield event("ended", {"sentence": refusal})
                return
            told = _room_message(listener.look, listener.question) if listener.look else {}
            if changed := {name: value for name, value in told.items() if last.get(name, _NEVER) != value}:
                last |= changed
                written_at = loop.time()
                yield event("room", changed)
            elif loop.time() - written_at >= SECONDS_OF_SILENCE:
                written_at = loop.time()
                yield COMMENT


def _refusal(listener: Listener) -> str:
    # Since it was asked for first, the hub may have written one.
    return listener.refusal


def _room_message(look: Look, question: str) -> dict[str, Any]:
    told = {"people": look.people, "calls": look.room.calls, "address": look.room.address, "done": look.done}
    if question:
        tally = look.tally(question)
        told["tally"] = {"question": question, "counts": tally.counts, "answered": tally.answered}
    return told
