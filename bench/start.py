"""From `make run` (installed) to painted shapes, with a browser that waits for the server to answer."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from bench.application import ROOT, Application, free_port
from bench.contest import environment, tell
from bench.page import PATIENCE, chromium
from bench.sites import OURS

REPEATS = 3
PAINTED = f"() => {OURS.shapes} && new Promise(done => requestAnimationFrame(() => done(true)))"


def measure(quick: bool = False) -> dict[str, list[float]]:
    """Seconds, each with an empty browser cache. empty: with an empty database; seen: once more on the same one, in which
    the shapes are kept that pages open with."""
    subprocess.run(["make", "setup"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    found: dict[str, list[float]] = {"empty": [], "seen": []}
    with chromium() as browser:
        repeats = 1 if quick else REPEATS
        for repeat in range(repeats):
            with tempfile.TemporaryDirectory() as folder:
                for name, seconds in found.items():
                    tell(f"make run, {name}: {repeat + 1} of {repeats}")
                    seconds.append(_start(browser, Path(folder) / "runs.db"))
    return found


def _start(browser: Browser, database: Path) -> float:
    server = Application(free_port(), database)
    settings = environment("ours") | {
        "EXPLORER_DATABASE": f"sqlite:///{server.database}",
        # A person's browser would be opened; this one is open already.
        "STREAMLIT_SERVER_HEADLESS": "true",
    }
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    start = time.perf_counter()
    # A group of its own, so that everything that make starts can be ended with it.
    process = subprocess.Popen(
        ["make", "run", f"PORT={server.port}"],
        cwd=ROOT,
        env=settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not server.answers():
            if process.poll() is not None or time.perf_counter() - start > PATIENCE / 1000:
                raise TimeoutError("make run did not start the page.")
            time.sleep(0.02)
        page.goto(server.url)
        page.wait_for_function(PAINTED)
        return time.perf_counter() - start
    finally:
        context.close()
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=20)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            os.killpg(process.pid, 0)  # the workers end after make
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    except ProcessLookupError:
        pass
