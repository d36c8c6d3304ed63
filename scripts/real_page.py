"""The real page, open in a browser at its default experiment: for README's pictures and its film."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from bench.application import CHROMIUM_FLAGS, Application, free_port
from scripts.chromium import find

ASSETS = Path(__file__).resolve().parent.parent / "assets"
PATIENCE = 120_000
# Hints are for people, and would lie over what is shown.
NO_HINTS = """localStorage.explorer_hints = '["*"]'"""


@contextmanager
def server() -> Iterator[str]:
    """The address of a server that runs this project."""
    with tempfile.TemporaryDirectory() as folder:
        application = Application(free_port(), Path(folder) / "runs.db", quiet=True)
        application.start()
        try:
            application.wait_for_workers()
            yield application.url
        finally:
            application.stop()


@contextmanager
def browser() -> Iterator[Browser]:
    path = find()
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield found
        found.close()


def open_page(
    browser: Browser, url: str, width: int, height: int, theme: Literal["light", "dark"] = "light", clock: bool = False
) -> Page:
    """The default experiment, at rest and ready to train. clock: `page.clock` can move the page's time."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(f"if (location.host) {NO_HINTS}")
    page = context.new_page()
    if clock:
        page.clock.install()
    page.goto(url)
    page.locator("[data-layer]").first.wait_for()
    page.locator(".st-key-train button:enabled").wait_for()
    page.evaluate("document.fonts.ready")
    # What is worked out ahead or drawn a moment later is there.
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2000)
    return page
