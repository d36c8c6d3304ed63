"""A PostgreSQL server for tests, where this system has one: made, started and ended by them, on loopback alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql

from bench.application import free_port

SECONDS_OF_A_START = 60.0
# A server under root refuses to start, so it gets one of these.
OTHER_USERS = ("postgres", "nobody")


def find_program(name: str) -> Path:
    """Where a program of PostgreSQL is: on the PATH, or where Debian keeps it. Skips the test where there is none."""
    found = [shutil.which(name), *sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)]
    for each in found:
        if each:
            return Path(each)
    pytest.skip(f"This system has no PostgreSQL server ({name}): apt-get install postgresql.")


class Server:
    """A server on a data folder of its own; it may be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._as: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
        if os.getuid() == 0:
            self._as |= {"user": _other_user(), "extra_groups": []}
            shutil.chown(folder, self._as["user"])
        self._names = count(1)
        self._process: subprocess.Popen | None = None
        make = [
            find_program("initdb"),
            "--pgdata",
            folder / "data",
            "--username",
            "explorer",
            "--auth",
            "trust",
            "--no-sync",
        ]
        subprocess.run([*make, "--encoding", "UTF8", "--locale", "C"], check=True, timeout=120, **self._as)

    def url(self, name: str = "postgres") -> str:
        return f"postgresql+psycopg://explorer@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
        options = [part for setting in settings for part in ("-c", setting)]
        self._process = subprocess.Popen([find_program("postgres"), "-D", self._folder / "data", *options], **self._as)
        deadline = time.monotonic() + SECONDS_OF_A_START
        while True:
            try:
                self.run("SELECT 1")
                return
            except sql.exc.OperationalError:
                assert self._process.poll() is None and time.monotonic() < deadline, "PostgreSQL did not start."
                time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            # "Immediate shutdown": its connections end at once, as they do when it crashes.
            self._process.send_signal(3)
            self._process.wait(timeout=60)
            self._process = None

    def run(self, statement: str, name: str = "postgres") -> None:
        engine = sql.create_engine(self.url(name), poolclass=sql.pool.NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sql.text(statement))

    def new_database(self) -> str:
        """The name of a new database, empty."""
        name = f"runs_{next(self._names)}"
        self.run(f"CREATE DATABASE {name}")
        return name


def _other_user() -> str:
    import pwd

    for name in OTHER_USERS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is no other user here.")


@contextmanager
def postgres_server() -> Iterator[Server]:
    """A server that runs while this is held. Skips the test where this system has none."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install '.[postgres]'.")
    find_program("postgres")
    # Not below pytest's own folders, which other users cannot enter.
    with tempfile.TemporaryDirectory(prefix="explorer-postgres-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
