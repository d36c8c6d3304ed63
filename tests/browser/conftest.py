"""The real application in a process of its own, and a real Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebError, sync_playwright

from bench.application import CHROMIUM_FLAGS, Application, free_port
from scripts.chromium import find

# Nothing is waited for by time: this only ends a test that hangs, on the slowest machine.
PATIENCE = 90_000
OTHER_NAME, PROXY = "models.school.example", "127.0.0.2"


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Application]:
    # Another name that the server answers to, and an address that only tests have, of a proxy that it trusts.
    environment = os.environ | {"EXPLORER_HOSTS": OTHER_NAME, "EXPLORER_PROXIES": PROXY}
    database = tmp_path_factory.mktemp("server") / "runs.db"
    server = Application(free_port(), database, environment=environment, program="tests.browser.served")
    server.start()
    server.wait_for_workers()
    yield server
    server.stop()


@pytest.fixture
def own(tmp_path) -> Iterator[Application]:
    """A server for one test alone, which may kill what belongs to it."""
    own = Application(free_port(), tmp_path / "runs.db")
    own.start()
    yield own
    own.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find()
    assert path, "The browser tests need Chromium; `make test` finds or installs one."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(browser) -> Iterator[BrowserContext]:
    """One for all tests of this process: what it has loaded once, Plotly above all, it need not load and compile again."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def visitor(context):
    """A browser of somebody's own, with cookies of its own, at the size of a projector. Any error in it fails the test."""
    errors: list[str] = []

    def note(error: WebError) -> None:
        errors.append(str(error.error))

    context.on("weberror", note)
    yield context
    for page in context.pages:
        page.close()
    context.remove_listener("weberror", note)
    context.clear_cookies()
    assert errors == []


@pytest.fixture
def page(visitor, server) -> Page:
    return visitor.new_page()
