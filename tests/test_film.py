"""README's film is a film. `make soak-film` records one of the page as it is."""

from __future__ import annotations

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


def test_the_film_in_readme_moves():
    assert "assets/film.webp" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert pictures_of(ROOT / "assets" / "film.webp") > 30
