"""The real application in a process of its own, and a real Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebError, sync_playwright

from bench.application import CHROMIUM_FLAGS, Application, free_port
from scripts.chromium import find

# Nothing is waited for by time: this only ends a test that hangs, on the slowest machine.
PATIENCE = 90_000
WINDOW = {"width": 1280, "height": 800}
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
def chromium() -> Iterator[dict[str, Any]]:
    """How a Chromium is started, and by what."""
    path = find()
    assert path, "The browser tests need Chromium; `make test` finds or installs one."
    with sync_playwright() as playwright:
        yield {"start": playwright.chromium, "options": {"executable_path": path, "args": CHROMIUM_FLAGS}}


@pytest.fixture(scope="session")
def browser(chromium) -> Iterator[Browser]:
    """For who needs visitors beside the first one."""
    browser = chromium["start"].launch(**chromium["options"])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def context(chromium, tmp_path_factory) -> Iterator[BrowserContext]:
    """One for all tests of this process, with a folder: the programs that it has compiled once, Plotly above all, are kept
    there for the next page, which then takes a third less of the processor."""
    folder = tmp_path_factory.mktemp("profile")
    context = chromium["start"].launch_persistent_context(folder, viewport=WINDOW, **chromium["options"])
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
