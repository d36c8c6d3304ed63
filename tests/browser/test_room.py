"""A room as a class has it: one host and two members, each with a browser's window and a cookie of their own."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from bench.room import Member
from explorer.catalog import read_experiment
from explorer.runtime.storage.database import TABLES, Database
from explorer.runtime.storage.rooms import Rooms
from explorer.runtime.storage.tables import upgrade
from tests.browser.axe import OF_COLOURS, WCAG, violations
from tests.browser.conftest import PATIENCE, somebody_else
from tests.browser.test_page import press
from tests.browser.window import appearances, nothing_lies_beside_the_window, visit

expect.set_options(timeout=PATIENCE)

PHONE = {"width": 375, "height": 812}
SMALL = "/?timesteps=5&features=3&units=4"


def bar(page: Page, button: str = ""):
    return page.locator(f'.explorer-room [data-press="{button}"]' if button else ".explorer-room")


def at_rest(page: Page) -> None:
    """What is clicked while the script runs may be lost."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def open_dialogue(page: Page) -> None:
    at_rest(page)
    page.get_by_role("button", name="Room", exact=True).locator("visible=true").click()
    page.get_by_role("dialog").wait_for()
    at_rest(page)


def choose(page: Page, choice: int) -> None:
    at_rest(page)
    page.locator(".st-key-quiz_choice input").nth(choice).press("Space")
    press(page, "quiz_answer")
    page.locator(".st-key-quiz_panel [data-testid=stAlert]").first.wait_for()


def test_a_class_is_brought_answers_and_leaves(page, server, visitor):
    host = page
    visit(host, server, SMALL)
    open_dialogue(host)
    press(host, "room_open")
    code = host.locator(".explorer-room-code").inner_text()
    host.get_by_role("img", name="QR code of the link").last.wait_for()
    found = {"the dialogue": violations(host)}
    host.keyboard.press("Escape")
    expect(host.get_by_role("dialog")).to_have_count(0)
    with somebody_else(visitor) as one:
        # By the link, and by the code on a phone.
        one.goto(f"{server.url}/?room={code}")
        expect(bar(host)).to_have_attribute("data-people", "1")
        with somebody_else(visitor) as two:
            two.set_viewport_size(PHONE)
            two.goto(server.url)
            two.locator("[data-layer]").first.wait_for()
            open_dialogue(two)
            two.get_by_label("Code", exact=True).fill(code.lower())
            two.get_by_label("Code", exact=True).press("Enter")
            expect(bar(two)).to_have_attribute("data-room", code)
            expect(bar(host)).to_have_attribute("data-people", "2")
            # All here: each is brought once, and continues alone.
            visit(host, server, f"{SMALL}&view=quiz&quiz_seed=7&room={code}")
            bar(host, "here").click()
            for member in (one, two):
                member.wait_for_url(re.compile(rf"features=3.*view=quiz.*room={code}"))
                member.locator(".st-key-quiz_choice input").first.wait_for()
                expect(bar(member).get_by_role("status")).to_have_text(re.compile("The host brought you here"))
            at_rest(two)
            two.locator(".st-key-view").get_by_text("Chain").click()
            two.wait_for_url(lambda url: "view=quiz" not in url)
            two.reload()
            expect(bar(two)).to_have_attribute("data-calls", "1")
            two.wait_for_url(lambda url: "view=quiz" not in url)
            # A call that changes the page is spoken of there, and is heard on the projector too.
            visit(two, server, f"{SMALL}&view=present&room={code}")
            two.locator(".explorer-present").wait_for()
            at_rest(two)
            # Loaded anew it would be another browser's.
            host.get_by_role("link", name="Lessons").locator("visible=true").first.click()
            host.get_by_role("heading", name="Lessons").wait_for()
            expect(bar(host)).to_have_attribute("data-calls", "1")
            at_rest(host)
            bar(host, "here").click()
            for member in (one, two):
                member.wait_for_url(re.compile(rf"/lessons\?room={code}"))
                member.get_by_role("heading", name="Lessons").wait_for()
                expect(bar(member).get_by_role("status")).to_have_text(re.compile("The host brought you here"))
            at_rest(host)
            host.get_by_role("link", name="Explore").locator("visible=true").first.click()
            host.locator(".st-key-quiz_choice input").first.wait_for()
            at_rest(host)
            bar(host, "here").click()
            one.locator(".st-key-quiz_choice input").first.wait_for()
            expect(bar(host)).to_have_attribute("data-calls", "3")
            # The host sees how many have answered, and after the answer what; who has answered sees the same.
            choose(one, 1)
            tally = host.locator("[data-tally]")
            expect(tally).to_have_attribute("data-answered", "1")
            tally.get_by_role("list").wait_for(state="hidden")
            expect(one.locator("[data-tally]")).to_have_attribute("data-counts", re.compile("^0,1"))
            bar(one, "done").click()
            expect(bar(host)).to_have_attribute("data-done", "1")
            choose(host, 0)
            tally.get_by_role("list").wait_for()
            expect(tally).to_have_attribute("data-counts", re.compile("^0,1"))
            for member, size in ((host, (1280, 800)), (one, (PHONE["width"], PHONE["height"]))):
                for scheme, width in appearances(member, size):
                    found[f"{width} px, {scheme}"] = violations(member, WCAG if scheme == "light" else OF_COLOURS)
            nothing_lies_beside_the_window(one, ".explorer-room, .explorer-room button, .explorer-tally")
            assert not any(found.values()), "\n".join(each for at in found.values() for each in at)
            # Leaving is one key, and takes the room out of the address.
            at_rest(two)
            bar(two, "leave").press("Enter")
            expect(bar(two)).to_have_count(0)
            two.wait_for_url(lambda url: "room=" not in url)
            expect(bar(host)).to_have_attribute("data-people", "1")
            open_dialogue(host)
            press(host, "room_end")
            expect(bar(one).get_by_role("status")).to_have_text(f"The room {code} has ended. The page stays as it is.")
            expect(bar(host)).to_have_count(0)


def test_a_call_of_another_server_reaches_every_client(server):
    """This process is the other server: it shares the database."""
    database = Database(f"sqlite:///{server.database}", TABLES, upgrade)
    rooms = Rooms(database)
    room = rooms.open("teacher")

    async def follow() -> None:
        members = [Member(server.port, room.code) for _ in range(4)]
        for member in members:
            await member.come()
        assert rooms.look(room.code).people == len(members)
        for steps in (5, 6):
            following = [asyncio.create_task(member.follow()) for member in members]
            rooms.bring(room.code, room.host, f"/?{urlencode(read_experiment({'timesteps': steps}).experiment.to_query())}")
            await asyncio.gather(*following)
        for member in members:
            assert member.errors == []
            await member.leave()

    # Playwright has an event loop in this thread.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, follow()).result()
    rooms.end(room.code, room.host)
    database.close()
