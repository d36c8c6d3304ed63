"""Record README's film of the real page: `make pictures` writes assets/film.webp. The default experiment learns, and is
scrubbed back.

`python -m scripts.record_film FILE ADDRESS EPOCHS` records so many epochs of a server that runs already. The page's clock is
moved by hand, a frame at a time: however slow this machine is, each epoch is in the film, at the pace of speed 1x.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from scripts.real_page import ASSETS, PATIENCE, browser, open_page, server

FILE = ASSETS / "film.webp"
WINDOW = (1280, 800)
WIDTH = 960
LARGEST = 3_000_000
QUALITIES = (85, 75, 60, 45, 30)
# Milliseconds of the film.
AN_EPOCH = 100
A_LOOK = 1200
A_SCRUB = 70
SMALLEST_MOVE = 10
LAST_EPOCH = 26
NUMBER = "name => Number(document.querySelector('[data-live]').dataset[name])"


def frames(page: Page, epochs: int = LAST_EPOCH) -> Iterator[tuple[bytes, int]]:
    """What is seen, as PNG, and for how many milliseconds. page: one whose clock is installed, ready to train. epochs: how
    many are seen before it is scrubbed back."""
    yield page.screenshot(), A_LOOK
    page.clock.pause_at(page.evaluate("Date.now() + 50"))
    page.locator(".st-key-train button").click()
    _move_until(page, "shown", 1)
    for epoch in range(1, epochs + 1):
        _move_until(page, "shown", epoch)
        page.clock.run_for(SMALLEST_MOVE)
        yield page.screenshot(), AN_EPOCH
    page.locator(".st-key-pause button").click()
    page.clock.run_for(AN_EPOCH)
    yield page.screenshot(), A_LOOK
    scrubber = page.locator("[data-scrub]")
    for epoch in (*range(epochs - 1, 0, -1), *range(2, min(10, epochs))):
        scrubber.fill(str(epoch))
        page.clock.run_for(AN_EPOCH)
        yield page.screenshot(), A_SCRUB
    yield page.screenshot(), A_LOOK


def _move_until(page: Page, name: str, epoch: int) -> None:
    """Let the page's time go on until its panel says this epoch. What the server sends comes in its own time."""
    deadline = time.monotonic() + PATIENCE / 1000
    while page.evaluate(NUMBER, name) < epoch:
        if time.monotonic() > deadline:
            raise TimeoutError(f"The film does not come to epoch {epoch}.")
        page.clock.run_for(SMALLEST_MOVE)


def written(found: list[tuple[bytes, int]]) -> bytes:
    """The film as WebP, as good as it can be below `LARGEST`. Raises ValueError where it cannot."""
    height = round(WIDTH * WINDOW[1] / WINDOW[0])
    pictures = [
        Image.open(io.BytesIO(each)).convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS) for each, _ in found
    ]
    durations = [milliseconds for _, milliseconds in found]
    for quality in QUALITIES:
        film = io.BytesIO()
        pictures[0].save(
            film, "WEBP", save_all=True, append_images=pictures[1:], duration=durations, loop=0, quality=quality, method=4
        )
        if film.tell() < LARGEST:
            return film.getvalue()
    raise ValueError(f"The film has {film.tell():,} bytes even at quality {QUALITIES[-1]}: record fewer epochs.")


def main(file: str | Path = FILE, url: str | None = None, epochs: str | int = LAST_EPOCH) -> None:
    if url is None:
        with server() as own:
            return main(file, own, epochs)
    with browser() as chromium:
        found = list(frames(open_page(chromium, url, *WINDOW, clock=True), int(epochs)))
    Path(file).write_bytes(written(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
