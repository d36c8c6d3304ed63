"""Files that never change are given at once to what asks as a page of this server asks; all else is judged."""

from __future__ import annotations

import asyncio
import gzip
from types import SimpleNamespace
from typing import Any

import pytest

from explorer.ui.front_end.frontend import Held
from explorer.ui.server import immutable_files, window_counts
from explorer.ui.server.hosts import Hosts
from explorer.ui.server.immutable_files import ImmutableFiles

FOREVER = "public, max-age=31536000, immutable"
JUDGED = "judged"
PAGE = {"host": "127.0.0.1:8501", "sec-fetch-site": "same-origin", "accept-encoding": "gzip, br"}


def files(compressed: bool = True) -> dict[str, Held]:
    held = {
        "/a.js": Held(b"export const a = 1;\n" * 50, "text/javascript; charset=utf-8", FOREVER),
        "/a.woff2": Held(b"font", "font/woff2", FOREVER),
        "/": Held(b"<html></html>", "text/html; charset=utf-8", "no-cache"),
    }
    if compressed:
        for file in held.values():
            file.compress()
    return held


async def judge(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": JUDGED})


def ask(app: ImmutableFiles, path: str, method: str = "GET", query: bytes = b"", **headers: str) -> list[dict[str, Any]]:
    """The messages that the application sends; `{"type": JUDGED}` where it leaves the answer to what stands behind it."""
    given = PAGE | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "scheme": "http",
        "client": ("127.0.0.1", 5000),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def receive() -> Any:
        raise AssertionError("A file has no body to read.")

    asyncio.run(app(scope, receive, send))
    return sent


def application(held: dict[str, Held] | None = None) -> ImmutableFiles:
    return ImmutableFiles(judge, files=held or files(), hosts=Hosts("127.0.0.1", {}))


def test_a_page_of_this_server_gets_a_file_at_once_and_no_other_site_may_use_it():
    start, body = ask(application(), "/a.js")
    headers = dict(start["headers"])
    assert start["status"] == 200 and gzip.decompress(body["body"]) == files()["/a.js"].body
    assert headers[b"cache-control"] == FOREVER.encode() and headers[b"content-encoding"] == b"gzip"
    assert headers[b"content-length"] == str(len(body["body"])).encode()
    assert headers[b"cross-origin-resource-policy"] == b"same-origin" and headers[b"x-content-type-options"] == b"nosniff"
    assert ask(application(), "/a.woff2", origin="http://127.0.0.1:8501")[1]["body"] == b"font"


@pytest.mark.parametrize(
    "asked",
    [
        {"path": "/"},
        {"path": "/nothing"},
        {"method": "HEAD"},
        {"method": "POST"},
        {"query": b"a=1"},
        {"host": "evil.example"},
        {"host": ""},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "none"},
        {"accept_encoding": "br"},
        {"content_length": "5"},
        {"transfer_encoding": "chunked"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1:8501"},
        {"accept_encoding": "gzip;q=0"},
        {"accept_encoding": "xgzipx"},
        {"x_long": "a" * 20_000},
        {f"x_{number}": "a" for number in range(120)},
    ],
    ids=lambda asked: str(asked)[:40],
)
def test_what_is_asked_otherwise_is_judged(asked):
    assert ask(application(), **({"path": "/a.js"} | asked)) == [{"type": JUDGED}]


def test_a_file_that_is_still_to_be_compressed_is_left_to_what_stands_behind():
    held = files(compressed=False)
    app = application(held)
    assert ask(app, "/a.js") == [{"type": JUDGED}]
    held["/a.js"].compress()
    assert ask(app, "/a.js")[0]["status"] == 200


def test_what_an_address_asks_beyond_its_share_is_judged_until_the_next_window(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(immutable_files, "MOST", 3)
    monkeypatch.setattr(window_counts, "time", SimpleNamespace(monotonic=lambda: now))
    app = application()
    assert [ask(app, "/a.js")[0]["type"] for _ in range(5)] == ["http.response.start"] * 3 + [JUDGED] * 2
    now += immutable_files.WINDOW + 1
    assert ask(app, "/a.js")[0]["status"] == 200
