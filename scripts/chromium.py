"""Find a Chromium for the browser tests, or get one; print its path, or one sentence and fail.

Looks on the PATH first, then for Playwright's own, then tries Playwright's download, and, where that is barred, the
system's package (as root on Debian and Ubuntu).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """The path of a Chromium that starts, or None."""
    for name in NAMES:
        path = shutil.which(name)
        if path and _starts(path):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) and _starts(path) else None


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


def get() -> str | None:
    """The path of a Chromium, installed now where there was none."""
    found = find()
    if found:
        return found
    print("No Chromium found; getting Playwright's own ...", file=sys.stderr)
    if _run(sys.executable, "-m", "playwright", "install", "chromium", seconds=300):
        found = find()
        if found:
            return found
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("That did not work; installing the system's chromium ...", file=sys.stderr)
        _run("apt-get", "update", seconds=300)
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        _run("apt-get", "install", "--yes", "--no-install-recommends", "chromium", seconds=900)
        found = find()
    return found


if __name__ == "__main__":
    path = get()
    if path is None:
        sys.exit(
            "The browser tests need Chromium, and none could be installed: install chromium, chromium-browser or "
            "google-chrome so that it is on the PATH, or run .venv/bin/python -m playwright install --with-deps chromium."
        )
    print(f"Chromium for the browser tests: {path}")
