"""Who listens to which room in this server process, and what they are told.

Whatever is told is read from the database, where another server may have written it: four times a second one small question
for all rooms together, and a longer one for each room that has changed. It costs no more where more people listen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.room_rules import COMES_BACK, NOT_IN_IT, STAYS, Look, RoomRefused
from explorer.runtime.storage.rooms import Rooms

_LOG = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 0.25
# So often it is written down who is there still, and looked for who is not (room_rules.SECONDS_TO_BE_MISSED).
SECONDS_BETWEEN_NOTES = 15.0


@dataclass(eq=False)
class Listener:
    """One page. question: the one whose tally it may be told, or "". look: what there is to tell. refusal: why nothing is
    told any more, as a sentence, or ""."""

    code: str
    member: str
    question: str = ""
    look: Look | None = None
    refusal: str = ""
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """All of it runs in the event loop's thread; only the database is asked in others."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._listeners: dict[str, set[Listener]] = {}
        self._versions: dict[str, int] = {}
        # Who has come since somebody last looked: they are written down, and told, at once.
        self._fresh: set[Listener] = set()
        self._someone_came = asyncio.Event()
        self._noted = 0.0
        self._watching: asyncio.Task[None] | None = None

    @contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """While this is held, the listener has its `news` set whenever there is something to tell."""
        self._listeners.setdefault(listener.code, set()).add(listener)
        self._fresh.add(listener)
        self._someone_came.set()
        if self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._watch())
        try:
            yield
        finally:
            self._fresh.discard(listener)
            others = self._listeners[listener.code]
            others.discard(listener)
            if not others:
                del self._listeners[listener.code]
                self._versions.pop(listener.code, None)

    async def _watch(self) -> None:
        try:
            while self._listeners:
                self._someone_came.clear()
                try:
                    await self._look()
                except DatabaseUnavailable:
                    pass  # It is asked again in a moment.
                except Exception:
                    _LOG.exception("Those who listen to rooms could not be told anything.")
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._someone_came.wait(), SECONDS_BETWEEN_LOOKS)
        finally:
            self._watching = None

    async def _look(self) -> None:
        now = asyncio.get_running_loop().time()
        is_time = now - self._noted >= SECONDS_BETWEEN_NOTES
        fresh = set(self._fresh)
        seen = self._members(None if is_time else fresh)
        if seen:
            await run_in_threadpool(self._rooms.note_seen, seen)
            self._fresh -= fresh
        if is_time:
            self._noted = now
        versions = await run_in_threadpool(self._rooms.versions, list(self._listeners))
        changed = {code for code in self._listeners if versions.get(code) != self._versions.get(code, -1)}
        for code in changed | set(seen):
            await self._notify(code)
            if code in versions and code in self._listeners:
                self._versions[code] = versions[code]

    def _members(self, of: set[Listener] | None) -> dict[str, list[str]]:
        """The members by room, of these listeners, or of all."""
        found: dict[str, list[str]] = {}
        for code, listeners in self._listeners.items():
            if members := [each.member for each in listeners if of is None or each in of]:
                found[code] = members
        return found

    async def _notify(self, code: str) -> None:
        questions = {each.question for each in self._listeners.get(code, ()) if each.question}
        look, ended = None, ""
        # Whoever leaves in another tab of the same browser is the same member.
        gone: set[str] = set()
        try:
            look = await run_in_threadpool(self._rooms.look, code, questions)
            gone = await run_in_threadpool(self._rooms.absent, code, {each.member for each in self._listeners.get(code, ())})
        except RoomRefused as refused:
            ended = f"{refused} {STAYS}"
        for each in self._listeners.get(code, ()):
            refusal = ended or (f"{NOT_IN_IT.format(code)} {COMES_BACK}" if each.member in gone else "")
            if look != each.look or refusal:
                each.look, each.refusal = look, refusal
                each.news.set()
