"""A setting that cannot be used is told in a sentence before the server starts."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from bench.application import free_port
from explorer.runtime.cluster import cluster
from explorer.runtime.engine.cluster_monitor import NO_SCHEDULER
from explorer.runtime.engine.engine import Engine
from explorer.runtime.storage import database
from explorer.runtime.storage.database_errors import CANNOT_OPEN, FAILS, FULL, READ_ONLY
from explorer.runtime.storage.store import Store
from explorer.ui.server.settings import wrong_settings
from tests.disks import read_only, small_disk

ROOT = Path(__file__).resolve().parents[3]
WRONG = {
    "EXPLORER_WORKERS": "zwei",
    "EXPLORER_SCHEDULER": "tcp://10.1.1.1:8786",
    "EXPLORER_DATABASE": "nonsense",
    "EXPLORER_HOSTS": "*",
    "EXPLORER_PROXIES": "localhost",
    "EXPLORER_MAX_RUNS": "0",
    "EXPLORER_MAX_TRAINING": "0",
    "EXPLORER_KEEP_DAYS": "-1",
    "EXPLORER_DATABASE_GB": "much",
    "EXPLORER_PROGRAMS": "/dev/null",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_named_with_what_came(name, monkeypatch, tmp_path):
    monkeypatch.setenv("EXPLORER_DATABASE", f"sqlite:///{tmp_path}/runs.db")
    assert wrong_settings() == []
    monkeypatch.setenv(name, WRONG[name])
    (sentence,) = wrong_settings()
    assert name in sentence and WRONG[name] in sentence


UNUSABLE = [("/dev/null/below", "/dev/null is not a folder."), ("x" * 300, "File name too long.")]


@pytest.mark.parametrize(("folder", "reason"), UNUSABLE)
def test_a_folder_that_cannot_be_made_for_programs_is_told(folder, reason, monkeypatch, tmp_path):
    monkeypatch.setenv("EXPLORER_DATABASE", f"sqlite:///{tmp_path}/runs.db")
    monkeypatch.setenv("EXPLORER_PROGRAMS", folder)
    (sentence,) = wrong_settings()
    assert sentence.startswith("EXPLORER_PROGRAMS must name a folder, or off.") and sentence.endswith(reason)


DATABASES = {
    "a file that is none": ("sqlite:///{folder}/file", "is damaged, or is no database", "Move that file away"),
    "a folder": ("sqlite:///{folder}", "cannot be opened", "unable to open database file"),
    "a device": ("sqlite:////dev/null", "cannot be opened", "/dev/null is no file"),
    "a folder that cannot be made": ("sqlite:///{folder}/file/runs/runs.db", "cannot be opened", "Not a directory"),
    "a driver that is missing": (
        "postgresql+psycopg2://host/runs",
        "psycopg2 is not installed",
        "pip install '.[postgres]'",
    ),
    "another driver that is missing": ("mysql://host/runs", "its driver mysqldb is not installed", "pip install"),
    "a kind that nobody knows": ("foo://host/runs", "must be a SQLAlchemy address", "foo://host/runs"),
    "a port that is none": ("postgresql://me:secret@host:abc/runs", "must be a SQLAlchemy address", "me:***@host:abc"),
    "an asynchronous driver": ("postgresql+asyncpg://host/runs", "a driver that is asynchronous", "asyncpg"),
    "another program's": ("sqlite:///{folder}/other", "belongs to another program", "Name another database"),
    "memory": ("sqlite://", "asks for memory", "sqlite:///data/explorer.db"),
    "no server": ("postgresql://me:secret@127.0.0.1:{port}/runs", "does not answer", "me:***@127.0.0.1:{port}"),
}


@pytest.mark.parametrize("name", DATABASES)
def test_a_database_that_cannot_be_used_is_told_with_what_to_do(name, monkeypatch, tmp_path):
    (tmp_path / "file").write_bytes(b"This is no database. " * 100)
    with closing(sqlite3.connect(tmp_path / "other")) as other:
        other.execute("CREATE TABLE runs (kilometers REAL)")
    here = {"folder": tmp_path, "port": free_port()}
    address, *parts = [part.format(**here) for part in DATABASES[name]]
    monkeypatch.setenv("EXPLORER_DATABASE", address)
    (sentence,) = wrong_settings()
    assert all(part in sentence for part in parts), sentence
    assert "secret" not in sentence and "\n" not in sentence
    assert (tmp_path / "file").read_bytes() == b"This is no database. " * 100


def test_a_disk_that_is_read_only_or_full_is_told(monkeypatch, tmp_path):
    Store(f"sqlite:///{tmp_path}/runs.db").try_out()
    for name in ("runs.db", "new.db"):
        monkeypatch.setenv("EXPLORER_DATABASE", f"sqlite:///{tmp_path}/{name}")
        with read_only(tmp_path):
            (sentence,) = wrong_settings()
        assert READ_ONLY in sentence or CANNOT_OPEN in sentence, sentence
    disk = tmp_path / "disk"
    with small_disk(disk, megabytes=1):
        store = Store(f"sqlite:///{disk}/runs.db")
        store.try_out()
        store.close()
        with suppress(OSError), (disk / "filling").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        for name in ("runs.db", "new.db"):
            monkeypatch.setenv("EXPLORER_DATABASE", f"sqlite:///{disk}/{name}")
            (sentence,) = wrong_settings()
            assert FULL in sentence or FAILS in sentence, sentence


def test_a_lock_is_no_reason_not_to_start(monkeypatch, tmp_path):
    monkeypatch.setattr(database, "SECONDS_FOR_A_LOCK", 0.05)
    monkeypatch.setenv("EXPLORER_DATABASE", f"sqlite:///{tmp_path}/runs.db")
    assert wrong_settings() == []
    with closing(sqlite3.connect(tmp_path / "runs.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert wrong_settings() == []


def test_trying_a_database_out_leaves_nothing_in_it(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/runs.db")
    store.try_out()
    assert store.unopened(time.time() + 1e9, 10) == []
    store.close()


def test_a_scheduler_that_does_not_answer_is_told_on_the_page_and_in_the_terminal(monkeypatch, tmp_path, caplog):
    """It may come up later, so the server starts all the same."""
    address = f"tcp://127.0.0.1:{free_port()}"
    monkeypatch.setenv("EXPLORER_SCHEDULER", address)
    monkeypatch.setenv("EXPLORER_DATABASE", f"sqlite:///{tmp_path}/runs.db")
    monkeypatch.setattr(cluster, "_SECONDS_OF_AN_ANSWER", 0.5)
    assert wrong_settings() == []
    store = Store()
    engine = Engine(store, cluster.Cluster())
    deadline = time.monotonic() + 60
    while not engine.failure and time.monotonic() < deadline:
        time.sleep(0.05)
    engine.close()
    store.close()
    assert NO_SCHEDULER in engine.failure and address not in engine.failure
    assert f"No scheduler answers at {address}" in caplog.text and "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("port", "address", "sentence"),
    [
        ("80000", "127.0.0.1", "PORT must be a whole number from 1 to 65535. Received: '80000'"),
        ("abc", "127.0.0.1", "PORT must be a whole number from 1 to 65535. Received: 'abc'"),
        ("8501", "nonsense", "ADDRESS must be an address of this machine: 127.0.0.1 for it alone, 0.0.0.0"),
        ("8501", "a..b", "Received: 'a..b'"),
        ("8501", "192.0.2.1", "Received: '192.0.2.1'"),
    ],
)
def test_where_no_server_can_listen_make_run_says_so(port, address, sentence):
    done = subprocess.run([sys.executable, "scripts/can_listen.py", port, address], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_told_and_a_free_one_is_not():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        command = [sys.executable, "scripts/can_listen.py", str(port), "127.0.0.1"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 1 and f"Port {port} is taken by another program" in done.stderr
    command[-2] = str(free_port())
    assert subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0


def test_the_server_does_not_start_and_says_why(tmp_path):
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={free_port()}"]
    wrong = {"EXPLORER_PROXIES": "localhost", "EXPLORER_WORKERS": "abc", "EXPLORER_DATABASE": f"sqlite:///{tmp_path}"}
    environment = os.environ | wrong
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "The server was not started.\nEXPLORER_WORKERS must be" in done.stderr
    assert "EXPLORER_PROXIES must hold" in done.stderr
    assert "The database file cannot be opened." in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
