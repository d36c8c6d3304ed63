"""The real application in a process of its own, for the browser tests and the bench."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    # Words are as wide as they are in a browser with a window.
    "--font-render-hinting=none",
]


@dataclass
class Application:
    """A running application: its address, and its process to kill and start again on the same database.

    script: what Streamlit serves; the bench has another page beside ours. environment: this process's unless given.
    quiet: what it prints is dropped; the bench prints figures. folder: the project that is served, this one unless given.
    program: the module that serves it, with Streamlit's command line.
    """

    port: int
    database: Path
    process: subprocess.Popen[bytes] | None = None
    script: str = "app.py"
    environment: dict[str, str] | None = None
    quiet: bool = False
    folder: Path = ROOT
    program: str = "streamlit"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, seconds: float = 90.0) -> None:
        """Start the server and return when it answers. Raises TimeoutError where it does not."""
        environment = (self.environment or os.environ) | {
            "EXPLORER_DATABASE": f"sqlite:///{self.database}",
            "EXPLORER_WORKERS": "2",
        }
        command = [sys.executable, "-m", self.program, "run", self.script]
        command += ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={self.port}"]
        output = subprocess.DEVNULL if self.quiet else None
        self.process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=output, stderr=output)
        deadline = time.monotonic() + seconds
        while not self.answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.kill()
                raise TimeoutError("The application did not start.")
            time.sleep(0.05)

    def wait_for_workers(self, seconds: float = 120.0) -> None:
        """Return when shapes are answered, which a worker works out. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/shapes", timeout=30):
                return
            time.sleep(0.2)
        raise TimeoutError("The workers did not start.")

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def free_port() -> int:
    """A port that nothing listens on, of those that the system gives to nobody by itself: a server's own workers ask it
    for ports while the server is still starting, and would be given one that had just been free."""
    while True:
        port = secrets.choice(range(20_000, 30_000))
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
