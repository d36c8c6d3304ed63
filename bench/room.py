"""`python -m bench.room`: "All here" in a room of 60, three of them in Chromium, the others in the page's own protocol.

The host, in Chromium, opens a room; two more browsers and --people less three clients join it. A client has a connection of
Streamlit's and one for the room's events, as a browser has, and asks for what it is brought to as a browser does. Then the
host presses All here, some times, each time at other settings. Told: from the click until somebody's page hears of it.
Drawn: until it is drawn; of a client until the page's script has ended, of a browser until the new sizes are in the picture.
All of it is on this machine: the clients and the browsers take their part of its cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from bench.application import CHROMIUM_FLAGS, Application, free_port
from bench.contest import tell
from bench.flood import TROUBLES
from bench.http import streamed
from bench.numbers import percentile
from bench.visitor import VisitFailed, Visitor
from explorer.runtime.storage.room_rules import member_of
from scripts.chromium import find

PEOPLE, BROWSERS = 60, 3
CALLS = 5
# A host sees first what everybody is brought to. Meanwhile its model is compiled ahead, which takes a core a second or two.
SECONDS_BEFORE_A_CALL = 6.0
SECONDS_TO_COME = 10.0
PATIENCE = 60.0
# Each call at other settings, whose shapes the host's page has seen by then.
TIMESTEPS = (7, 9, 11, 13, 15, 17, 19)


@dataclass
class Found:
    """Seconds from the host's click, one for each person and call. told: until the page hears of it; of browsers it is not
    known. drawn: of clients. painted: of browsers. errors: what went wrong."""

    told: list[float] = field(default_factory=list)
    drawn: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Member:
    """A client in the room."""

    def __init__(self, port: int, code: str) -> None:
        self._port, self._code = port, code
        self._visitor = Visitor(port)
        self._reading: asyncio.Task[None] | None = None
        self._calls: asyncio.Queue[tuple[float, str]] = asyncio.Queue()
        self._is_there = asyncio.Event()

    async def come(self) -> None:
        await self._visitor.open(f"room={self._code}")
        self._reading = asyncio.create_task(self._listen())
        await asyncio.wait_for(self._is_there.wait(), PATIENCE)

    async def _listen(self) -> None:
        cookie = self._visitor.cookies.partition("=")[2].partition(";")[0]
        path = f"/room/{self._code}?member={member_of(self._code, cookie)}"
        async with streamed(self._port, path, self._visitor.cookies) as (status, _, reader):
            if status != 200:
                raise VisitFailed(f"{path} answered {status}.")
            while line := await reader.readline():
                if line.startswith(b"data: "):
                    news = json.loads(line[6:])
                    self._is_there.set()
                    if news.get("calls"):
                        self._calls.put_nowait((time.monotonic(), news["address"]))

    async def follow(self) -> tuple[float, float]:
        """Wait for the next call and go there; returns when it was heard, and when it was drawn."""
        heard, address = await asyncio.wait_for(self._calls.get(), PATIENCE)
        query = f"{address.partition('?')[2]}&room={self._code}"
        await self._visitor.go_back(query)
        return heard, time.monotonic()

    async def leave(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError, *TROUBLES):
                await self._reading
        with suppress(*TROUBLES):
            await self._visitor.leave()

    @property
    def errors(self) -> list[str]:
        return self._visitor.errors


def measure(people: int = PEOPLE, calls: int = CALLS, browsers: int = BROWSERS) -> Found:
    """people: of these so many in browsers, the host among them, the others as clients."""
    with tempfile.TemporaryDirectory() as place:
        application = Application(free_port(), Path(place) / "runs.db", quiet=True)
        application.start()
        try:
            application.wait_for_workers()
            return asyncio.run(_measure(application, find(), people, calls, browsers))
        finally:
            application.stop()


async def _measure(application: Application, path: str | None, people: int, calls: int, browsers: int) -> Found:
    found = Found()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        try:
            pages = [await _page(browser) for _ in range(browsers)]
            code = await _open_room(pages[0], application.url)
            for page in pages[1:]:
                await page.goto(f"{application.url}/?room={code}")
                await page.locator(f'[data-room="{code}"]').wait_for()
            members = [Member(application.port, code) for _ in range(people - browsers)]
            tell(f"room: {people} people")
            await asyncio.gather(*(_come(member, number, len(members), found) for number, member in enumerate(members)))
            here = f'.explorer-room[data-people="{people - 1}"]'
            await pages[0].locator(here).wait_for(timeout=1000 * PATIENCE)
            for steps in TIMESTEPS[:calls]:
                await _go(pages[0], application.url, code, steps)
                await asyncio.sleep(SECONDS_BEFORE_A_CALL)
                await _call(pages, members, steps, found)
            for member in members:
                found.errors += member.errors
                await member.leave()
        finally:
            await browser.close()
    return found


async def _come(member: Member, number: int, of: int, found: Found) -> None:
    await asyncio.sleep(SECONDS_TO_COME * number / max(1, of))
    try:
        await member.come()
    except TROUBLES as error:
        found.errors.append(f"{type(error).__name__}: {error}"[:200])


async def _page(browser: Browser) -> Page:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await context.add_init_script("if (location.host) localStorage.explorer_hints ??= '[\"*\"]'")
    return await context.new_page()


async def _open_room(page: Page, url: str) -> str:
    await page.goto(url)
    await page.locator("[data-layer]").first.wait_for()
    await _rest(page)
    await page.get_by_role("button", name="Room", exact=True).locator("visible=true").click()
    await page.locator(".st-key-room_open button").click()
    code = await page.locator(".explorer-room-code").inner_text()
    await page.keyboard.press("Escape")
    return code


async def _go(page: Page, url: str, code: str, steps: int) -> None:
    await page.goto(f"{url}/?timesteps={steps}&room={code}")
    await page.locator(f'[data-layer][data-input="None,{steps},5"]').first.wait_for()
    await page.locator('.explorer-room[data-people]:not([data-people=""])').wait_for()
    await _rest(page)


async def _rest(page: Page) -> None:
    await asyncio.sleep(0.2)
    await page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


async def _call(pages: Sequence[Page], members: Sequence[Member], steps: int, found: Found) -> None:
    waiting = [asyncio.create_task(member.follow()) for member in members]
    painting = [asyncio.create_task(_painted(page, steps)) for page in pages[1:]]
    await asyncio.sleep(0)
    began = time.monotonic()
    await pages[0].locator('[data-press="here"]').click()
    for result in await asyncio.gather(*waiting, return_exceptions=True):
        if isinstance(result, BaseException):
            found.errors.append(f"{type(result).__name__}: {result}"[:200])
        else:
            found.told.append(result[0] - began)
            found.drawn.append(result[1] - began)
    found.painted += [at - began for at in await asyncio.gather(*painting)]


async def _painted(page: Page, steps: int) -> float:
    await page.locator(f'[data-layer][data-input="None,{steps},5"]').first.wait_for()
    return time.monotonic()


def table(found: Found) -> str:
    """The figures as a table of Markdown."""
    lines = ["| from the click on All here | median | 95% | longest |", "| --- | --- | --- | --- |"]
    named = (("told, of clients", found.told), ("drawn, of clients", found.drawn), ("painted, in browsers", found.painted))
    for name, values in named:
        cells = [f"{percentile(values, share):.2f} s" if values else "none" for share in (0.5, 0.95, 1.0)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.room", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--calls", type=int, default=CALLS, choices=range(1, len(TIMESTEPS) + 1))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.people, options.calls)
    figures: dict[str, Any] = asdict(found)
    print(json.dumps(figures, indent=2) if options.json else table(found))
    for error in found.errors[:8]:
        print(error)


if __name__ == "__main__":
    main()
