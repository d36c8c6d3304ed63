"""The real application in a process of its own, and a real Chromium."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from scripts.chromium import find
from tests.test_engine import wait_for

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# Nothing is waited for by time: this only ends a test that hangs, on the slowest machine.
PATIENCE = 90_000


@dataclass
class Server:
    """A running application: its address, and its process to kill and start again on the same database."""

    port: int
    database: Path
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = os.environ | {"EXPLORER_DATABASE": f"sqlite:///{self.database}", "EXPLORER_WORKERS": "2"}
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        command += ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={self.port}"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment)
        wait_for(self._answers)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    server = Server(free_port(), tmp_path_factory.mktemp("server") / "runs.db")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find()
    assert path, "The browser tests need Chromium; `make test` finds or installs one."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(browser):
    """A browser of somebody's own, with cookies of its own, at the size of a projector. Any error in it fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    context.close()
    assert errors == []


@pytest.fixture
def page(visitor, server) -> Page:
    return visitor.new_page()
