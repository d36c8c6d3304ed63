"""What a person waits for on the page: opening it, moving a slider, the first point after Train.

Run by `make bench`; prints medians and writes docs/performance.md. Every figure is from one run on one machine.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench import estimates
from bench.application import CHROMIUM_FLAGS, ROOT, Application, free_port
from scripts.chromium import find

MOVES, CLICKS, OPENINGS = 30, 7, 5
PATIENCE = 120_000
PACKAGES = ("tensorflow", "keras", "streamlit", "plotly", "distributed")

# The browser's own clock is read in an observer, so that what is measured is the moment of the change on the screen.
WATCH_SHAPES = """timesteps => new Promise(done => {
    const layer = document.querySelector('[data-layer="memory"]');
    const wanted = `None,${timesteps},5`;
    const start = performance.now();
    const look = () => layer.dataset.input === wanted
        ? requestAnimationFrame(() => done(performance.now() - start)) : requestAnimationFrame(look);
    look();
})"""
WATCH_FRAMES = """() => new Promise(done => {
    const start = performance.now();
    const look = () => {
        const panel = document.querySelector('[data-live]');
        const point = document.querySelector('[data-chart="loss"] .scatterlayer .trace path.js-line[d]');
        Number(panel.dataset.frames) > 0 && point
            ? requestAnimationFrame(() => done(performance.now() - start)) : requestAnimationFrame(look);
    };
    look();
})"""
WATCH_STOPPED = """() => new Promise(done => {
    const start = performance.now();
    const look = () => document.querySelector('[data-live]').dataset.state === 'stopped'
        ? done(performance.now() - start) : requestAnimationFrame(look);
    look();
})"""


def measure(quick: bool = False) -> dict[str, Any]:
    """Seconds, each a list of repeated measures."""
    path = find()
    if path is None:
        raise ValueError("The bench needs Chromium: run .venv/bin/python scripts/chromium.py, which finds or installs one.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        application = Application(free_port(), Path(folder) / "runs.db")
        application.start()
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        try:
            page = _open(browser, application)
            page.locator(".st-key-train button:enabled").wait_for()
            return {
                "page opened to shapes": [_opening(browser, application) for _ in range(2 if quick else OPENINGS)],
                "slider moved to new shapes": _moves(page, 10 if quick else MOVES),
                "Train pressed to first point, compiled ahead": [
                    _first_point(browser, application, seed, rest=True) for seed in range(1, 3 if quick else CLICKS)
                ],
                "Stop pressed to stopped": [_stop(browser, application, seed) for seed in range(50, 52 if quick else 57)],
                "Train pressed to first point, not compiled": [
                    _first_point(browser, application, units, rest=False)
                    for units in range(33, 35 if quick else 33 + CLICKS)
                ],
            }
        finally:
            browser.close()
            application.stop()


def _open(browser: Browser, application: Application, query: str = "") -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{application.url}/?{query}")
    page.locator("[data-layer]").first.wait_for()
    return page


def _opening(browser: Browser, application: Application) -> float:
    start = time.perf_counter()
    page = _open(browser, application)
    seconds = time.perf_counter() - start
    page.context.close()
    return seconds


def _moves(page: Page, moves: int) -> list[float]:
    thumb = page.locator(".st-key-timesteps input[type=range]")
    thumb.focus()
    found = []
    for timesteps in range(21, 21 + moves):
        found.append(_timed(page, WATCH_SHAPES, timesteps, lambda: thumb.press("ArrowRight")))
        page.wait_for_timeout(300)
    return found


def _first_point(browser: Browser, application: Application, number: int, rest: bool) -> float:
    """Another seed shares the compiled epoch, as the default experiment of a page that rests does; other units do not."""
    query = f"seed={number}&epochs=30" if rest else f"units={number}&epochs=30"
    page = _open(browser, application, query)
    button = page.locator(".st-key-train button:enabled")
    button.wait_for()
    if rest:
        page.wait_for_timeout(1500)
    seconds = _timed(page, WATCH_FRAMES, None, button.click)
    page.locator('[data-live][data-state="done"]').wait_for()
    page.context.close()
    return seconds


def _stop(browser: Browser, application: Application, seed: int) -> float:
    page = _open(browser, application, f"seed={seed}&epochs=500")
    page.locator(".st-key-train button:enabled").click()
    page.wait_for_function("() => Number(document.querySelector('[data-live]').dataset.epoch) > 2")
    seconds = _timed(page, WATCH_STOPPED, None, page.locator(".st-key-stop button:enabled").click)
    page.context.close()
    return seconds


def _timed(page: Page, watch: str, argument: Any, act: Callable[[], None]) -> float:
    page.evaluate(f"argument => {{ window.measured = ({watch})(argument); }}", argument)
    act()
    return page.evaluate("() => window.measured") / 1000


def report(figures: dict[str, list[float]]) -> str:
    """The figures as a page of Markdown."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    lines = [
        "# Performance",
        "",
        f"From one run of `make bench` on {date.today():%d %B %Y}: {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, {versions}. Machines differ and this one is shared: the order of the "
        "figures counts, not their last digit.",
        "",
        "| what a person waits for, in Chromium | median | 95th percentile | repeats |",
        "|---|---|---|---|",
    ]
    for name, seconds in figures.items():
        high = sorted(seconds)[max(0, round(0.95 * len(seconds)) - 1)]
        lines.append(f"| {name} | {statistics.median(seconds):.2f} s | {high:.2f} s | {len(seconds)} |")
    return "\n".join(lines) + "\n"


def main(as_json: bool = False, quick: bool = False) -> None:
    """Measure, print, and (unless quick) write docs/performance.md."""
    figures = measure(quick)
    guesses = estimates.measure()
    text = report(figures) + estimates.report(guesses)
    print(json.dumps({"seconds": figures, "estimates": guesses}) if as_json else text)
    if not quick:
        (ROOT / "docs").mkdir(exist_ok=True)
        (ROOT / "docs" / "performance.md").write_text(text, encoding="utf-8")
