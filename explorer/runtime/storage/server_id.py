"""Names this server process, and tells whether another one still lives.

Several servers may use one database. Each run names the server that trains it, so that only that one writes its frames.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

import psutil


def new_server_id() -> str:
    """A name for this server: its machine, its process, when that was started, and a random part."""
    started = psutil.Process().create_time()
    return f"{_machine()}:{os.getpid()}:{started:.2f}:{secrets.token_hex(4)}"


def is_gone(server: str) -> bool:
    """Whether the process behind a name has surely ended. False for one on another machine: nobody can tell from here."""
    machine, _, rest = server.partition(":")
    if not rest or machine != _machine():
        return not server
    pid, started, _ = rest.split(":")
    try:
        process = psutil.Process(int(pid))
        return abs(process.create_time() - float(started)) > 1 or bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        return False


def _machine() -> str:
    """The same for all processes that see each other's process ids, and for no others."""
    parts = [socket.gethostname()]
    readings: list[Callable[[], str]] = [
        lambda: Path("/proc/sys/kernel/random/boot_id").read_text(),
        lambda: os.readlink("/proc/self/ns/pid"),
    ]
    for read in readings:
        try:
            parts.append(read())
        except OSError:
            continue  # Only Linux has them; elsewhere the host's name must do.
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
