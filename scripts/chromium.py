"""Find a Chromium for the browser tests, or get one; print its path, or one sentence and fail.

Tests take a headless shell: it lays pages out and runs them as Chromium does, without the windows around them, and waits
less for frames (https://developer.chrome.com/blog/chrome-headless-shell). Where there is none to be had, they take a
whole Chromium. The bench and the pictures take a whole one (`--whole`), as people do.

Looks on the PATH first, then for Playwright's own, then tries Playwright's download, and, where that is barred, the
system's package (as root on Debian and Ubuntu).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WHOLE = ("chromium", "chromium-browser", "google-chrome")
SHELL = "chromium-headless-shell"


def find(headless: bool = False) -> str | None:
    """The path of a Chromium that starts: a whole one, or a headless shell, before the other; None where there is none.

    To be asked before Playwright is started.
    """
    kinds = (find_shell, find_whole) if headless else (find_whole, find_shell)
    return next(filter(None, (kind() for kind in kinds)), None)


def find_whole() -> str | None:
    """The path of a whole Chromium that starts, or None."""
    return next(filter(_starts, _whole()), None)


def find_shell() -> str | None:
    """The path of a headless shell that starts, or None."""
    return next(filter(_starts, _shells()), None)


def _whole() -> Iterator[str]:
    yield from filter(None, map(shutil.which, WHOLE))
    yield from filter(os.path.exists, [_playwrights()])


def _shells() -> Iterator[str]:
    yield from filter(None, [shutil.which(SHELL)])
    # Playwright keeps it beside its whole Chromium: chromium-1234/chrome-linux/chrome, chromium_headless_shell-1234/...
    own = next((each for each in Path(_playwrights()).parents if each.name.startswith("chromium-")), None)
    if own is not None:
        beside = own.parent / own.name.replace("chromium-", "chromium_headless_shell-")
        yield from (str(path) for path in sorted(beside.glob("*/*headless*shell*")) if path.is_file())


def _playwrights() -> str:
    """Where Playwright's own Chromium is, or would be."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _starts(path: str) -> bool:
    # Some systems have a "chromium" that only says how to install the real one.
    command = [path, "--headless", "--no-sandbox", "--disable-gpu", "--version"]
    try:
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _run(*command: str, seconds: float) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=seconds).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def get(headless: bool) -> str | None:
    """The path of a Chromium, installed now where there was none. headless: a headless shell, if one can be had."""
    look = find_shell if headless else find_whole
    if found := look():
        return found
    if headless and (whole := find_whole()):
        return _get_shell_of(whole)
    kind = SHELL if headless else WHOLE[0]
    print("No Chromium found; getting Playwright's own ...", file=sys.stderr)
    only = ["--only-shell"] if headless else []
    if _run(sys.executable, "-m", "playwright", "install", *only, "chromium", seconds=300) and (found := find(headless)):
        return found
    if _may_install():
        print(f"That did not work; installing the system's {kind} ...", file=sys.stderr)
        _run("apt-get", "update", seconds=300)
        for package in dict.fromkeys((kind, WHOLE[0])):
            if _install(package) and (found := find(headless)):
                return found
    return None


def _get_shell_of(whole: str) -> str:
    """The headless shell of the system's Chromium, of its very version, so that nothing else changes; or that Chromium."""
    if not _may_install():
        return whole
    query = ["dpkg-query", "--show", "--showformat=${Version}", WHOLE[0]]
    version = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    if not version:
        return whole
    print(f"Installing {SHELL}, with which the tests take less time ...", file=sys.stderr)
    wanted = f"{SHELL}={version}"
    installed = _install(wanted) or (_run("apt-get", "update", seconds=300) and _install(wanted))
    return (find_shell() if installed else None) or whole


def _may_install() -> bool:
    return bool(shutil.which("apt-get") and shutil.which("dpkg-query")) and hasattr(os, "geteuid") and os.geteuid() == 0


def _install(package: str) -> bool:
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    return _run("apt-get", "install", "--yes", "--no-install-recommends", package, seconds=900)


if __name__ == "__main__":
    path = get(headless="--whole" not in sys.argv[1:])
    if path is None:
        sys.exit(
            "The browser tests need Chromium, and none could be installed: install chromium, chromium-browser or "
            "google-chrome so that it is on the PATH, or run .venv/bin/python -m playwright install --with-deps chromium."
        )
    print(f"Chromium for the browser tests: {path}")
