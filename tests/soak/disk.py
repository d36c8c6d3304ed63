"""The database is locked for a minute, its disk full or read-only, its file deleted: every run waits with a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.engine import Engine
from explorer.runtime.storage.store import Store
from tests.disks import read_only, small_disk
from tests.soak.processes import Server
from tests.soak.runs import EXPERIMENTS, PATIENCE, UNDER_WAY, Fleet, calm, dice, times, wait_for

SECONDS_OF_A_LOCK = float(os.environ.get("SECONDS_OF_A_LOCK", "60"))
LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""
EVERYONE = range(len(EXPERIMENTS))


def _told(fleet: Fleet, words: str) -> None:
    def all_are_told() -> bool:
        fleet.tend()
        return bool(fleet.going()) and all(words in fleet.status(run)["reason"] for run in fleet.going())

    wait_for(all_are_told, f"the sentence “{words}”")


def test_a_database_that_is_locked_for_a_minute(engine, record, tmp_path):
    row = record(f"the database is locked for {SECONDS_OF_A_LOCK:g} s")
    fleet = Fleet(engine, row)
    for _ in range(times(3)):
        fleet.recover(EVERYONE, time.monotonic())
        del row.recoveries[-len(EVERYONE) :]
        with subprocess.Popen(
            [sys.executable, "-c", LOCK, tmp_path / "runs.db"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as locker:
            try:
                assert locker.stdout is not None and locker.stdout.readline() == "locked\n"
                until = time.monotonic() + SECONDS_OF_A_LOCK
                _told(fleet, "The database is locked by another program.")
                time.sleep(max(0.0, until - time.monotonic()))
            finally:
                locker.kill()
        row.rounds += 1
        fleet.recover(EVERYONE, time.monotonic())
    fleet.finish()
    assert row.held


def test_a_disk_that_is_full(record, tmp_path):
    row, chance = record("the disk is full"), dice("full disk")
    disk = tmp_path / "disk"
    with small_disk(disk, megabytes=256):
        engine = Engine(Store(f"sqlite:///{disk}/runs.db"), Cluster(2), grace=None)
        try:
            assert engine.wait_ready(PATIENCE)
            fleet = Fleet(engine, row)
            for _ in range(times(10)):
                fleet.tend_for(chance.uniform(0.5, 2.0))
                _fill(disk / "ballast")
                _told(fleet, "The disk that holds the database is full")
                fleet.tend_for(chance.uniform(0.5, 3.0))
                (disk / "ballast").unlink()
                row.rounds += 1
                fleet.recover(EVERYONE, time.monotonic())
            fleet.finish()
        finally:
            engine.close()
            engine.store.close()
    assert row.held


def test_a_disk_that_is_read_only_when_a_server_starts(record, tmp_path):
    row = record("the disk is read-only")
    folder = tmp_path / "folder"
    folder.mkdir()
    url, experiment = f"sqlite:///{folder}/runs.db", replace(EXPERIMENTS[3], epochs=800)
    server = Server(url)
    run, epoch = server.submit(experiment, "owner"), 0
    for _ in range(times(5)):
        wait_for(lambda server=server, epoch=epoch: server.ask("status", run=run)["epoch"] > epoch, "the next frame")
        server.kill()
        wait_for(lambda server=server: not server.left(), "the end of a killed server's workers")
        with read_only(folder):
            server = Server(url)
            answer = server.ask("open", run=run, owner="owner")
            # Where it was killed in the middle of writing, nothing can be read before something is written.
            assert "read-only" in answer.get("error", "") or answer.get("state") in ("running", "paused"), answer
            wait_for(lambda server=server: _refused(server, experiment), "the sentence of a read-only disk")
        began = time.monotonic()
        row.rounds += 1

        stored: list[int] = []

        def goes_on(server=server, stored=stored) -> bool:
            status = server.ask("status", run=run)
            if not stored and "epoch" in status:
                stored.append(status["epoch"])  # Nobody has opened it here yet.
            server.ask("open", run=run, owner="owner")
            trained = bool(stored) and status.get("epoch", 0) > stored[0] and not status["elsewhere"]
            return trained or status.get("state") == "done"

        wait_for(goes_on, "the next frame of a run that was held")
        row.recoveries.append(time.monotonic() - began)
        epoch = server.ask("status", run=run)["epoch"]
    wait_for(lambda: server.ask("status", run=run).get("state") == "done", "the end of the run")
    server.close()
    store = Store(url)
    row.compare(store.frames(run), calm(experiment))
    store.close()
    assert row.held


def test_a_database_that_is_deleted(engine, record, tmp_path):
    row, chance = record("the database is deleted"), dice("delete")
    fleet = Fleet(engine, row)
    for _ in range(times(10)):
        fleet.tend_for(chance.uniform(0.5, 3.0))
        for path in tmp_path.glob("runs.db*"):
            path.unlink()
        began = time.monotonic()
        row.rounds += 1
        time.sleep(UNDER_WAY)
        fleet.recover(EVERYONE, began)
        assert (tmp_path / "runs.db").exists()
    fleet.finish()
    assert row.held


def _refused(server: Server, experiment) -> bool:
    return "read-only" in server.ask("submit", experiment=experiment.to_dict(), owner="another").get("error", "")


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(bytes(4096))
