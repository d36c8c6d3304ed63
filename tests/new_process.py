"""A new process of Python at the price of a fork: TensorFlow and Keras are imported in it, and nothing of this project is.

To import both takes three seconds of a processor. All processes of one run of the tests share a server that has done so
once, `tests/process_server.py`; whoever needs it first starts it, and it ends with them. What it gives has its own
arguments, folder, environment, streams and end. Where the point of a test is how TensorFlow is imported, or that it is
not, `subprocess` starts a process that is wholly new.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SERVER = Path(__file__).with_name("process_server.py")
PATIENCE = 240


class NewProcess:
    """As `subprocess.Popen`, with the arguments of Python alone: `-c CODE`, `-m MODULE` or a file, and what follows it."""

    def __init__(
        self,
        arguments: Sequence[str | Path],
        *,
        stdin: Any = None,
        stdout: Any = None,
        stderr: Any = None,
        cwd: str | Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        asked = {
            "arguments": [str(each) for each in arguments],
            "folder": str(cwd or Path.cwd()),
            "environment": dict(os.environ if env is None else env),
        }
        self._connection = _connected()
        with open(os.devnull, "r+b") as nothing:
            streams = [nothing if each is None else each for each in (stdin, stdout, stderr)]
            numbers = [each if isinstance(each, int) else each.fileno() for each in streams]
            socket.send_fds(self._connection, [b"!"], numbers)
        self._connection.sendall(json.dumps(asked).encode())
        self._connection.shutdown(socket.SHUT_WR)
        self._told = self._connection.makefile("r")
        self._connection.settimeout(PATIENCE)
        self.pid = int(self._told.readline())

    def wait(self, timeout: float = PATIENCE) -> int:
        """The exit code. Ends the process and raises TimeoutExpired if it takes longer than that."""
        self._connection.settimeout(timeout)
        try:
            with self._connection, self._told:
                return int(self._told.read())
        except TimeoutError:
            os.kill(self.pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(str(self.pid), timeout) from None


def run(arguments: Sequence[str | Path], input: str = "", timeout: float = PATIENCE, **more: Any) -> Any:
    """As `subprocess.run`, whose `capture_output` and `text` are set."""
    with tempfile.TemporaryFile("w+") as read, tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as errors:
        read.write(input)
        read.seek(0)
        code = NewProcess(arguments, stdin=read, stdout=said, stderr=errors, **more).wait(timeout)
        said.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(arguments, code, said.read(), errors.read())


_started: subprocess.Popen | None = None


def _connected() -> socket.socket:
    """A connection to the server of this run of the tests, started where it is not there yet."""
    owner = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    folder = Path(tempfile.gettempdir()) / f"explorer-tests-{owner}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(folder / "socket"))
        except OSError:
            _start(folder, owner)
            connection.connect(str(folder / "socket"))
        return connection


def _start(folder: Path, owner: int) -> None:
    global _started
    for name in ("bound", "socket"):
        (folder / name).unlink(missing_ok=True)
    # Another seed of hashes than any process of the tests has.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"PYTHONHASHSEED": "7"}
    quiet: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    _started = subprocess.Popen([sys.executable, SERVER, folder, str(owner)], env=environment, cwd="/", **quiet)
    until = time.monotonic() + PATIENCE
    while not (folder / "socket").exists():
        if _started.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"The server of new processes did not start; it ended with {_started.poll()}.")
        time.sleep(0.05)
