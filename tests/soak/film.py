"""The film of the page can still be recorded, in a real browser."""

from __future__ import annotations

import os
import subprocess
import sys

from bench.application import ROOT, Application, free_port
from tests.test_film import pictures_of


def test_the_film_of_the_page_can_be_recorded(tmp_path):
    server = Application(free_port(), tmp_path / "runs.db", environment=os.environ.copy())
    server.start()
    try:
        server.wait_for_workers()
        film = tmp_path / "film.webp"
        # In a process of its own: the page's clock is moved by hand there, and a browser has one clock for all of its pages.
        subprocess.run(
            [sys.executable, "-m", "scripts.record_film", film, server.url, "5"], cwd=ROOT, check=True, timeout=300
        )
        # A few epochs show that it can be done; the one in README has more of them.
        assert pictures_of(film) > 8
    finally:
        server.stop()
