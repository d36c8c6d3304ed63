"""The routes beside the page: headers, the cookie, the stream of events."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request

import pytest

from tests.browser.test_page import SMALL, expect, open_page, panel, press


def get(address: str):
    return urllib.request.urlopen(address, timeout=60)


def test_pages_have_security_headers_and_a_cookie_of_their_own(server):
    with get(server.url) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        cookie = answer.headers["Set-Cookie"]
    assert re.match(r"explorer_visitor=[0-9a-f]{32}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax", cookie)


def test_the_chart_library_comes_from_here(server):
    with get(f"{server.url}/plotly.min.js") as answer:
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert b"plotly.js" in answer.read(200)


def test_an_unknown_run_is_not_found(server):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{server.url}/live/nothing")


def test_the_stream_tells_every_epoch_once_and_ends(page, server):
    open_page(page, server, SMALL + "&epochs=130&seed=21")
    press(page, "train")
    expect(panel(page)).to_have_attribute("data-state", "done")
    run = panel(page).get_attribute("data-run")
    for after in (0, 127, "junk"):
        with get(f"{server.url}/live/{run}?after={after}") as answer:
            text = answer.read().decode()
        events = [dict(line.split(": ", 1) for line in event.splitlines()) for event in text.strip().split("\n\n")]
        epochs = [
            frame["epoch"] for event in events if event["event"] == "frames" for frame in json.loads(event["data"])["frames"]
        ]
        assert epochs == list(range(128 if after == 127 else 1, 131))
        assert events[0]["event"] == "state"
        assert events[-1]["event"] == "end"
