"""What a person waits for on our page and on the baseline, in Chromium, in turn."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench import watch
from bench.application import CHROMIUM_FLAGS, Application, free_port
from bench.contest import environment, tell
from bench.sites import BASELINE, OURS, Site
from scripts.chromium import find

MOVES, MOVES_AT_ONCE, CLICKS, OPENINGS = 30, 10, 7, 7
UNFORESEEN = 10
BASELINE_CLICKS = 5
EPOCHS = 50
PATIENCE = 120_000
REST = 3000  # after it our page has compiled ahead
BETWEEN_MOVES, QUICK = 300, 50
STARTS = 3


@contextmanager
def chromium() -> Iterator[Browser]:
    path = find()
    if path is None:
        raise ValueError("The bench needs Chromium: run .venv/bin/python scripts/chromium.py, which finds or installs one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def measure(quick: bool = False) -> dict[str, dict[str, Any]]:
    """By site, "ours" and "baseline"; seconds, each a list of repeated measures:

    controls, shapes: from opening, with nothing in the browser's cache. moves: from slider to shapes, step after step.
    moves_at_opening (ours): ten quick moves on a page that has just opened, on a server that has just started and whose
    database knows the shapes that pages open with. unforeseen (ours): the same as moves after another slider was moved, so
    that nothing was asked for ahead. first: from click to the first point on a page that rested (ours: compiled ahead).
    first_at_once: on sizes that nobody used, at once. fifty: 50 epochs from the click. redraws: a second. replaced: DOM
    nodes, a run. stop (ours): from click to stopped.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        browser = stack.enter_context(chromium())
        visits = {}
        for site in (OURS, BASELINE):
            # As a person would start it: nothing of a worker's settings.
            plain = environment(site.name)
            server = Application(free_port(), folder / f"{site.name}.db", None, site.script, plain, quiet=True)
            server.start()
            stack.callback(server.stop)
            visits[site.name] = Visits(browser, server, site)
        ours, baseline = visits["ours"], visits["baseline"]
        for visit in visits.values():
            visit.warm_up()
        _openings(ours, baseline, 2 if quick else OPENINGS)
        _moves(ours, baseline, 5 if quick else MOVES)
        _clicks(ours, baseline, quick)
        for _ in range(1 if quick else STARTS):
            _moves_at_opening(ours)
        return {name: visit.found for name, visit in visits.items()}


def _openings(ours: Visits, baseline: Visits, repeats: int) -> None:
    for repeat in range(repeats):
        tell(f"page: opening {repeat + 1} of {repeats}")
        ours.opening()
        baseline.opening()


def _moves(ours: Visits, baseline: Visits, moves: int) -> None:
    pages = [(visit, visit.open()) for visit in (ours, baseline)]
    for start in range(0, moves, MOVES_AT_ONCE):
        for visit, page in pages:
            tell(f"page: slider, {visit.site.name}")
            page.bring_to_front()
            # What the last moves left to compile must not disturb the other page.
            page.wait_for_timeout(REST)
            for timesteps in range(21 + start, 21 + min(start + MOVES_AT_ONCE, moves)):
                visit.move(page, timesteps)
    visit, page = pages[0]
    page.bring_to_front()
    page.wait_for_timeout(REST)
    for timesteps in range(21 + moves, 21 + moves + min(moves, UNFORESEEN)):
        page.locator(".st-key-units input[type=range]").press("ArrowRight")
        page.wait_for_timeout(2 * BETWEEN_MOVES)
        visit.move(page, timesteps, into="unforeseen")
    for _, page in pages:
        page.context.close()


def _moves_at_opening(ours: Visits) -> None:
    """The workers import and compile meanwhile."""
    tell("page: slider, right after the start")
    ours.server.stop()
    ours.server.start()
    page = ours.open()
    for timesteps in range(21, 21 + MOVES_AT_ONCE):
        ours.move(page, timesteps, into="moves_at_opening", rest=QUICK)
    page.context.close()


def _clicks(ours: Visits, baseline: Visits, quick: bool) -> None:
    for repeat in range(2 if quick else CLICKS):
        tell(f"page: Train, {repeat + 1}")
        # Another seed shares the compiled epoch of the page that rests; other units do not.
        ours.train(f"seed={repeat + 1}", EPOCHS, rest=True, into=("first", "fifty"))
        if repeat < (1 if quick else BASELINE_CLICKS):
            baseline.train("", EPOCHS, rest=True, into=("first", "fifty", "redraws", "replaced"))
        ours.train(f"units={33 + repeat}", 30, rest=False, into=("first_at_once",))
        ours.stop(f"seed={repeat + 101}&epochs=500")
        if repeat < (1 if quick else 3):
            ours.train(f"seed={repeat + 51}", 500, rest=True, into=("redraws", "replaced"))
    # The baseline builds and compiles at every click: rested or not is one.
    baseline.found["first_at_once"] = baseline.found["first"]


class Visits:
    """Visits to one site, and what they found."""

    def __init__(self, browser: Browser, server: Application, site: Site) -> None:
        self.browser, self.server, self.site = browser, server, site
        self.found: dict[str, list[float]] = {}

    def note(self, name: str, value: float) -> None:
        self.found.setdefault(name, []).append(value)

    def open(self, query: str = "") -> Page:
        """A page of a new visitor, with an empty cache, whose controls and shapes are there."""
        page = self.browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(PATIENCE)
        page.add_init_script(watch.opening(self.site))
        page.goto(f"{self.server.url}/?{query}")
        page.wait_for_function(watch.SEEN)
        page.locator(".st-key-train button:enabled").wait_for()
        return page

    def warm_up(self) -> None:
        """The first visitor of a server waits for imports: not what is compared."""
        self.open().context.close()

    def opening(self) -> None:
        page = self.open()
        seen = page.evaluate(watch.SEEN)
        for name in ("controls", "shapes"):
            self.note(name, seen[name] / 1000)
        page.wait_for_timeout(500)
        page.context.close()

    def move(self, page: Page, timesteps: int, into: str = "moves", rest: int = BETWEEN_MOVES) -> None:
        thumb = page.locator(".st-key-timesteps input[type=range]")
        thumb.focus()
        page.evaluate(watch.move(self.site, timesteps))
        thumb.press("ArrowRight")
        self.note(into, page.evaluate("() => window.measured") / 1000)
        page.wait_for_timeout(rest)

    def train(self, query: str, epochs: int, rest: bool, into: tuple[str, ...]) -> None:
        """One run to its end, and those of its figures that are wanted."""
        page = self.open(f"{query}&{self.site.query.replace('EPOCHS', str(epochs))}")
        if rest:
            page.wait_for_timeout(REST)
        page.evaluate(watch.training(self.site))
        page.locator(".st-key-train button:enabled").click()
        measured = page.evaluate("() => window.measured")
        page.context.close()
        first = measured["first"] / 1000
        values = {
            "first": first,
            "first_at_once": first,
            "fifty": measured["done"] / 1000,
            # A short run may be painted once.
            "redraws": measured["redraws"] / measured["seconds"] if measured["seconds"] else 0.0,
            "replaced": measured["replaced"],
        }
        for name in into:
            self.note(name, values[name])

    def stop(self, query: str) -> None:
        page = self.open(query)
        page.locator(".st-key-train button:enabled").click()
        page.wait_for_function("() => Number(document.querySelector('[data-live]').dataset.epoch) > 2")
        button = page.locator(".st-key-stop button:enabled")
        button.wait_for()
        page.evaluate(watch.STOP)
        button.click()
        self.note("stop", page.evaluate("() => window.measured") / 1000)
        page.context.close()
