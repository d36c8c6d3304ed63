"""What those in a room are told, and when, as its route sends it; in this process, with a real database."""

from __future__ import annotations

import asyncio
import json

import pytest

from explorer.runtime.storage.database import TABLES, Database
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.room_rules import member_of
from explorer.runtime.storage.rooms import Rooms
from explorer.runtime.storage.tables import upgrade
from explorer.ui.routes import room_events
from explorer.ui.routes.server_sent_events import COMMENT
from explorer.ui.server.room_hub import Hub

PATIENCE = 60.0


@pytest.fixture
def rooms(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'runs.db'}", TABLES, upgrade)
    yield Rooms(database)
    database.close()


class Page:
    """One that listens."""

    def __init__(self, rooms: Rooms, hub: Hub, code: str, member: str, question: str = "") -> None:
        self._events = room_events.events(hub, room_events.listener_of(rooms, code, member, question))
        self.knows: dict = {}
        self.ended = ""

    async def until(self, holds) -> dict:
        async with asyncio.timeout(PATIENCE):
            while not self.ended and not (self.knows and holds(self.knows)):
                await self._next()
        return self.knows

    async def until_it_ends(self) -> str:
        async with asyncio.timeout(PATIENCE):
            while not self.ended:
                await self._next()
        with pytest.raises(StopAsyncIteration):
            await anext(self._events)
        return self.ended

    async def _next(self) -> None:
        event = await anext(self._events)
        if event.startswith(":"):
            return
        name, content = event.strip().split("\n")
        told = json.loads(content.removeprefix("data: "))
        if name == "event: ended":
            self.ended = told["sentence"]
        else:
            assert any(self.knows.get(key) != value for key, value in told.items()), "Nothing of it is new."
            self.knows |= told

    async def close(self) -> None:
        await self._events.aclose()


def test_everybody_hears_of_a_call_and_only_who_may_of_a_tally(rooms):
    room = rooms.open("teacher")
    members = [member_of(room.code, name) for name in ("one", "two")]
    for name in ("one", "two"):
        rooms.join(room.code, name)

    async def listen() -> None:
        hub = Hub(rooms)
        host = Page(rooms, hub, room.code, room.host, "quiz/1")
        one, two = (Page(rooms, hub, room.code, member, "quiz/1") for member in members)
        pages = (host, one, two)
        for page in pages:
            assert (await page.until(lambda told: told["people"] == 2))["calls"] == 0
        # As another server would: this one is told of nothing.
        rooms.bring(room.code, room.host, "/?timesteps=7")
        for page in pages:
            assert (await page.until(lambda told: told["calls"] == 1))["address"] == "/?timesteps=7"
        rooms.answer(room.code, members[0], "quiz/1", 1)
        rooms.answer(room.code, members[0], "done/1", 0)
        told = await host.until(lambda told: told["done"] == 1 and told["tally"]["answered"])
        assert told["tally"] == {"question": "quiz/1", "counts": [0, 1], "answered": 1}
        # Who has answered may know what others did, who has not may not.
        again = Page(rooms, hub, room.code, members[0], "quiz/1")
        assert (await again.until(lambda told: True))["tally"]["answered"] == 1
        assert "tally" not in await two.until(lambda told: told["done"] == 1)
        rooms.end(room.code, room.host)
        for page in (*pages, again):
            assert "has ended" in await page.until_it_ends()
        assert hub._listeners == {}

    asyncio.run(listen())


def test_a_member_s_connection_is_never_quiet_for_long_though_only_the_host_may_know_what_is_new(rooms, monkeypatch):
    room = rooms.open("teacher")
    rooms.join(room.code, "one")
    member = member_of(room.code, "one")
    monkeypatch.setattr(room_events, "SECONDS_OF_SILENCE", 0.2)

    async def listen() -> None:
        hub = Hub(rooms)
        listener = room_events.listener_of(rooms, room.code, member, "")
        stream = room_events.events(hub, listener)

        async def bring_news() -> None:
            while True:
                listener.news.set()
                await asyncio.sleep(0.01)

        bringing = asyncio.create_task(bring_news())
        async with asyncio.timeout(PATIENCE):
            while await anext(stream) != COMMENT:
                pass
        bringing.cancel()
        await stream.aclose()

    asyncio.run(listen())


def test_who_closes_the_page_is_missed_and_who_listens_is_not(rooms, monkeypatch):
    now = [1000.0]
    rooms._clock = lambda: now[0]
    monkeypatch.setattr("explorer.ui.server.room_hub.SECONDS_BETWEEN_NOTES", 0.0)
    room = rooms.open("teacher")
    for name in ("one", "two"):
        rooms.join(room.code, name)

    async def listen() -> None:
        hub = Hub(rooms)
        stays, goes = (Page(rooms, hub, room.code, member_of(room.code, name)) for name in ("one", "two"))
        await stays.until(lambda told: told["people"] == 2)
        await goes.until(lambda told: told["people"] == 2)
        await goes.close()
        now[0] += 60.0
        await stays.until(lambda told: told["people"] == 1)
        await stays.close()

    asyncio.run(listen())


def test_a_second_tab_of_who_leaves_is_told_and_nobody_else(rooms):
    room = rooms.open("teacher")
    for name in ("one", "two"):
        rooms.join(room.code, name)
    one, two = (member_of(room.code, name) for name in ("one", "two"))

    async def listen() -> None:
        hub = Hub(rooms)
        # As somebody types the code.
        tab, other, host = (Page(rooms, hub, room.code.lower(), each) for each in (one, two, room.host))
        for page in (tab, other, host):
            await page.until(lambda told: told["people"] == 2)
        rooms.leave(room.code, one)
        assert (
            await tab.until_it_ends() == f"You are not in the room {room.code} any more. Reload the page to join it again."
        )
        for page in (other, host):
            await page.until(lambda told: told["people"] == 1)
            await page.close()

    asyncio.run(listen())


def test_nobody_else_listens_and_no_code_is_told_from_another(rooms):
    room = rooms.open("teacher")

    async def listen() -> list[str]:
        hub = Hub(rooms)
        pages = [Page(rooms, hub, code, "a" * 32) for code in (room.code, "34679", "nothing")]
        return [await page.until_it_ends() for page in pages]

    mine, unknown, nothing = asyncio.run(listen())
    assert "not in the room" in mine and "There is no room 34679" in unknown and "such as 7KQ4F" in nothing


def test_a_database_that_cannot_be_used_for_a_moment_is_asked_again(rooms):
    room = rooms.open("teacher")
    versions, failed = rooms.versions, []

    def fail_once(codes):
        if len(failed) < 2:
            failed.append(DatabaseUnavailable("Locked.") if not failed else ValueError("of another kind"))
            raise failed[-1]
        return versions(codes)

    rooms.versions = fail_once

    async def listen() -> None:
        host = Page(rooms, Hub(rooms), room.code, room.host)
        await host.until(lambda told: told["people"] == 0)
        await host.close()

    asyncio.run(listen())
    assert len(failed) == 2
