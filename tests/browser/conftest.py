"""The real application in a process of its own, and a real Chromium."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Request, WebError, sync_playwright

from bench.application import CHROMIUM_FLAGS, Application, free_port
from scripts.chromium import find

# Nothing is waited for by time: this only ends a test that hangs, on the slowest machine.
PATIENCE = 90_000
WINDOW = {"width": 1280, "height": 800}
FAILED = pytest.StashKey[bool]()
NO_HINTS = '["*"]'
OTHER_NAME, PROXY = "models.school.example", "127.0.0.2"
# An address without a host, as `data:`, is none of the network.
OWN_HOSTS = (None, "127.0.0.1", "localhost", OTHER_NAME)


# Of this folder, and not of the whole session: it ends with the last of its tests, and costs the others nothing.
@pytest.fixture(scope="package")
def shared_server(tmp_path_factory) -> Iterator[Application]:
    # Another name that the server answers to, and an address that only tests have, of a proxy that it trusts.
    environment = os.environ | {"EXPLORER_HOSTS": OTHER_NAME, "EXPLORER_PROXIES": PROXY}
    database = tmp_path_factory.mktemp("server") / "runs.db"
    server = Application(free_port(), database, environment=environment, program="tests.browser.served")
    _start(server)
    yield server
    server.stop()


def _start(server: Application) -> None:
    server.start()
    server.wait_for_workers()


@pytest.fixture
def server(shared_server, kept) -> Application:
    """The server that all tests share, started again after a test that has ended it."""
    if not shared_server.runs():
        while kept:
            kept.pop().close()
        _start(shared_server)
    return shared_server


@pytest.fixture(scope="package")
def context(tmp_path_factory) -> Iterator[BrowserContext]:
    """One for all tests of this process, with a folder: the programs that it has compiled once are kept there for
    the next page, which then takes a third less of the processor."""
    path = find(headless=True)
    assert path, "The browser tests need Chromium; `make test` finds or installs one."
    folder = tmp_path_factory.mktemp("profile")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder, viewport=WINDOW, executable_path=path, args=CHROMIUM_FLAGS
        )
        context.set_default_timeout(PATIENCE)
        # Hints are for people: a test that wants them takes this back.
        context.add_init_script(f"if (location.host) localStorage.explorer_hints ??= '{NO_HINTS}'")
        yield context
        context.close()


@pytest.fixture
def visitor(context, kept) -> Iterator[BrowserContext]:
    """A browser of somebody's own, at the size of a projector. Any error in it fails the test, and so does a request to
    another host: the page works without the internet."""
    errors: list[str] = []
    foreign: list[str] = []

    def note(error: WebError) -> None:
        errors.append(str(error.error))

    def note_foreign(request: Request) -> None:
        if urlsplit(request.url).hostname not in OWN_HOSTS:
            foreign.append(request.url)

    context.on("weberror", note)
    context.on("request", note_foreign)
    yield context
    for page in context.pages:
        if page not in kept:
            page.close()
    context.remove_listener("weberror", note)
    context.remove_listener("request", note_foreign)
    assert errors == []
    assert foreign == []


@pytest.fixture(scope="package")
def kept() -> list[Page]:
    """The pages that tests leave open for the next one: none, one, or a second one beside it."""
    return []


@pytest.fixture
def page(request, visitor, server, kept) -> Iterator[Page]:
    """A page that one test leaves to the next: `window.visit` gives it another address. To open one anew takes the processor
    longer than what most tests do on it; who needs that, or leaves a page that is of no use, asks for `visitor.new_page()`.
    """
    if not kept:
        kept.append(visitor.new_page())
    yield kept[0]
    if request.node.stash.get(FAILED, False):
        while kept:
            kept.pop().close()
    else:
        kept[0].set_viewport_size(WINDOW)
        kept[0].emulate_media(color_scheme="light")


@pytest.fixture
def second(page, visitor, kept) -> Page:
    """Another tab of the same browser, which one test leaves to the next, too."""
    if len(kept) < 2:
        kept.append(visitor.new_page())
    return kept[1]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@contextmanager
def somebody_else(visitor: BrowserContext) -> Iterator[Page]:
    """Another person's page: the server knows people by their cookies alone."""
    mine = visitor.cookies()
    visitor.clear_cookies()
    yield visitor.new_page()
    visitor.clear_cookies()
    visitor.add_cookies(mine)
