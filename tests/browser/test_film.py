"""README's film: a recording of the real page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PIL import Image

from bench.application import ROOT


def pictures_of(film: Path) -> int:
    """How many pictures of a film differ."""
    assert film.stat().st_size < 3_000_000
    with Image.open(film) as moving:
        assert moving.size == (960, 600)
        pictures = set()
        for place in range(moving.n_frames):
            moving.seek(place)
            pictures.add(moving.convert("RGB").tobytes())
    return len(pictures)


def test_the_film_of_the_page_can_be_recorded_and_the_one_in_readme_is_such_a_film(server, tmp_path):
    film = tmp_path / "film.webp"
    # In a process of its own: the page's clock is moved by hand there, and a browser has one clock for all of its pages.
    subprocess.run([sys.executable, "-m", "scripts.record_film", film, server.url, "5"], cwd=ROOT, check=True, timeout=300)
    # A few epochs show that it can be done; the one in README has more of them.
    assert pictures_of(film) > 8
    assert "assets/film.webp" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert pictures_of(ROOT / "assets" / "film.webp") > 30
