"""Which Chromium is taken, of those that a machine has."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import chromium

WORKS = "#!/bin/sh\nexit 0\n"


def made(path: Path, text: str = WORKS) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def machine(tmp_path, monkeypatch) -> Path:
    """A machine with nothing on its PATH but a shell, and a place for Playwright's own Chromium."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(chromium, "_playwrights", lambda: str(tmp_path / "own" / "chromium-12" / "chrome-linux" / "chrome"))
    return tmp_path


def test_where_there_is_none_nothing_is_found(machine):
    assert chromium.find() is chromium.find(headless=True) is None


def test_tests_take_a_headless_shell_and_others_a_whole_one(machine):
    whole, shell = (made(machine / "bin" / name) for name in ("chromium", chromium.SHELL))
    assert (chromium.find(), chromium.find(headless=True)) == (whole, shell)
    assert (chromium.get(headless=False), chromium.get(headless=True)) == (whole, shell)


def test_either_does_where_the_other_is_missing_or_does_not_start(machine):
    shell = made(machine / "bin" / chromium.SHELL)
    made(machine / "bin" / "chromium", "#!/bin/sh\nexit 1\n")
    assert chromium.find() == shell
    made(machine / "bin" / chromium.SHELL, "#!/bin/sh\nexit 1\n")
    other = made(machine / "bin" / "google-chrome")
    # Without apt nothing can be installed, and what is there is taken.
    assert chromium.find(headless=True) == chromium.get(headless=True) == other


def test_playwrights_own_is_found_of_the_revision_that_it_wants(machine):
    whole = made(machine / "own" / "chromium-12" / "chrome-linux" / "chrome")
    made(machine / "own" / "chromium_headless_shell-9" / "chrome-linux" / "headless_shell")
    assert (chromium.find(), chromium.find(headless=True)) == (whole, whole)
    shell = made(machine / "own" / "chromium_headless_shell-12" / "chrome-linux" / "headless_shell")
    assert (chromium.find(), chromium.find(headless=True)) == (whole, shell)
