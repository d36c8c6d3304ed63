"""A server is killed at random moments, in the middle of a commit too; two servers share a database; a scheduler is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.application import free_port
from explorer.experiment import Experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.engine import Engine
from explorer.runtime.jobs.worker_environment import ENVIRONMENT
from explorer.runtime.storage.store import Store
from tests.soak.processes import ROOT, Server
from tests.soak.record import Row
from tests.soak.runs import EXPERIMENTS, PATIENCE, Fleet, calm, dice, times, wait_for

# A large state is a long commit: it is met in its middle.
LARGE = replace(EXPERIMENTS[0], units=128, epochs=150)
SECONDS_UNTIL_A_COMMIT = 3.0
HEADER_OF_LOG, HEADER_OF_PAGE = 32, 24


class Owner:
    """Somebody with some runs on a database whose servers come and go."""

    def __init__(self, row: Row, experiments: Sequence[Experiment], name: str = "owner") -> None:
        self.row, self._experiments, self._name = row, experiments, name
        self.all: list[tuple[str, Experiment]] = []
        self._going: dict[str, int] = {}

    def open(self, server: Server, since: float) -> None:
        """Open every run that has not ended at a server, and wait for the next frame of each."""
        # What was stored before the end of the server that trained them, and cannot be known to who was there.
        stored: dict[str, int] = {}

        def all_are_read() -> bool:
            for run in self._going:
                status = server.ask("status", run=run)
                if run not in stored and "epoch" in status:
                    stored[run] = status["epoch"]
            return len(stored) == len(self._going)

        wait_for(all_are_read, "the runs that a server has left")
        waiting = dict(stored)

        def all_go_on() -> bool:
            for run, epoch in list(waiting.items()):
                server.ask("open", run=run, owner=self._name)
                status = server.ask("status", run=run)
                if status.get("state") == "done" or (status.get("epoch", 0) > epoch and not status["elsewhere"]):
                    self.row.recoveries.append(time.monotonic() - since)
                    del waiting[run]
            time.sleep(0.02)
            return not waiting

        wait_for(all_go_on, "the next frame of every run that was opened")

    def train(self, server: Server, seconds: float) -> None:
        """Let the runs train for a while; one that has ended is started once more."""
        end = time.monotonic() + seconds
        while True:
            for run in list(self._going):
                status = server.ask("status", run=run)
                assert status.get("state") in ("queued", "running", "done"), status
                self._going[run] = status["epoch"]
                if status["state"] == "done":
                    del self._going[run]
            while len(self._going) < len(self._experiments):
                experiment = self._experiments[len(self.all) % len(self._experiments)]
                run = server.submit(experiment, self._name)
                self.all.append((run, experiment))
                self._going[run] = 0
            if time.monotonic() > end:
                return
            time.sleep(0.02)

    def finish(self, server: Server) -> None:
        for run in self._going:
            wait_for(partial(_is_done, server, run), "the end of a run")

    def let_go(self) -> None:
        """The runs that were going have ended."""
        self._going.clear()

    def judge(self, url: str) -> None:
        """Compare every run with the calm one of its experiment."""
        store = Store(url)
        try:
            for run, experiment in self.all:
                self.row.compare(store.frames(run), calm(experiment))
        finally:
            store.close()


def test_servers_that_are_killed(tmp_path, record):
    row, chance = record("a server is killed (from its next start)"), dice("kill servers")
    database = tmp_path / "runs.db"
    url, halves = f"sqlite:///{database}", 0
    owner = Owner(row, (LARGE, EXPERIMENTS[1]))
    server = Server(url)
    for number in range(times(50)):
        try:
            owner.open(server, server.started)
            owner.train(server, chance.uniform(0.1, 3.0))
            if chance.random() < 0.6:
                _wait_for_a_commit(database)
        finally:
            server.kill()
        row.rounds += 1
        halves += _looks_whole(database, tmp_path / f"copy-{number}")
        _wait_for_workers_to_end(server)
        server = Server(url)
    owner.open(server, server.started)
    owner.finish(server)
    server.close()
    owner.judge(url)
    row.note = f"{halves} of {row.rounds} kills left half a transaction in the log; each time the database was whole."
    assert row.held


def test_two_servers_take_over_from_each_other(tmp_path, record):
    row, chance = record("one of two servers is killed"), dice("two servers")
    url = f"sqlite:///{tmp_path}/runs.db"
    owner = Owner(row, (EXPERIMENTS[0], EXPERIMENTS[3]))
    here, there = Server(url), Server(url)
    bystander = Owner(row, (EXPERIMENTS[1],), "bystander")
    try:
        for _ in range(times(10)):
            owner.train(here, chance.uniform(0.5, 3.0))
            # What the other server trains meanwhile is left alone.
            bystander.train(there, 0.0)
            killed = time.monotonic()
            here.kill()
            row.rounds += 1
            owner.open(there, killed)
            _wait_for_workers_to_end(here)
            # The other one has both runs now, and a new server takes the place of the one that was killed.
            bystander.finish(there)
            bystander.let_go()
            here, there = there, Server(url)
        owner.finish(here)
        assert row.recoveries
    finally:
        here.close()
        there.close()
    owner.judge(url)
    bystander.judge(url)
    assert row.held


class _RemoteCluster:
    """`dask scheduler` and `dask worker` as processes on this machine; a worker that has ended is started anew."""

    def __init__(self, port: int) -> None:
        self.address = f"tcp://127.0.0.1:{port}"
        self._port = port
        self._environment = os.environ | ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
        self._scheduler = self._start_scheduler()
        self._worker = self._start_worker()

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=self._environment, stderr=subprocess.DEVNULL)

    def _start_scheduler(self) -> subprocess.Popen[bytes]:
        return self._run(
            *("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(self._port), "--no-dashboard")
        )

    def _start_worker(self) -> subprocess.Popen[bytes]:
        return self._run(
            *("distributed.cli.dask_worker", self.address, "--host", "127.0.0.1", "--nthreads", "4"),
            *("--no-dashboard", "--no-nanny", "--preload", "explorer.runtime.cluster.worker_preload"),
        )

    def start(self) -> None:
        self._scheduler = self._start_scheduler()

    def keep_up(self) -> bool:
        if self._worker.poll() is not None:
            self._worker = self._start_worker()
        return True

    def kill_scheduler(self) -> None:
        self._scheduler.kill()
        self._scheduler.wait()

    def close(self) -> None:
        for process in (self._worker, self._scheduler):
            process.kill()
            process.wait()


def test_a_scheduler_that_is_lost(tmp_path, record, monkeypatch):
    row, chance = record("a scheduler is lost (from its start)"), dice("scheduler")
    remote = _RemoteCluster(free_port())
    monkeypatch.setenv("EXPLORER_SCHEDULER", remote.address)
    engine = Engine(Store(f"sqlite:///{tmp_path}/runs.db"), Cluster(), grace=None)
    try:
        assert engine.wait_ready(PATIENCE)
        fleet = Fleet(engine, row, EXPERIMENTS[:2])
        fleet.recover((0, 1), time.monotonic())
        row.recoveries.clear()
        for _ in range(times(10)):
            fleet.tend_for(chance.uniform(0.5, 3.0))
            remote.kill_scheduler()
            wait_for(lambda: _all_are_told(fleet), "the sentence of a lost scheduler")
            fleet.tend_for(chance.uniform(0.5, 5.0))
            remote.start()
            began = time.monotonic()
            row.rounds += 1
            wait_for(lambda: remote.keep_up() and not engine._core.cluster.lost, "the scheduler")
            wait_for(lambda: remote.keep_up() and engine._core.cluster.addresses(), "a worker")
            fleet.recover((0, 1), began)
        fleet.finish()
    finally:
        engine.close()
        engine.store.close()
        remote.close()
    assert row.held


def _is_done(server: Server, run: str) -> bool:
    return bool(server.ask("status", run=run).get("state") == "done")


def _all_are_told(fleet: Fleet) -> bool:
    fleet.tend()
    going = fleet.going()
    return bool(going) and all("does not answer" in fleet.status(run)["reason"] for run in going)


def _wait_for_a_commit(database: Path) -> None:
    """Return at the moment when something is written to the log. It looks again and again without a pause: a commit takes
    less than a millisecond."""
    log, deadline = f"{database}-wal", time.monotonic() + SECONDS_UNTIL_A_COMMIT
    with suppress(FileNotFoundError):
        before = os.stat(log).st_mtime_ns
        while os.stat(log).st_mtime_ns == before and time.monotonic() < deadline:
            pass


def _looks_whole(database: Path, folder: Path) -> bool:
    """Check what a killed server has left, in a copy: the next server must find it as it is, the log not yet applied.

    Returns whether the log ends in half a transaction.
    """
    folder.mkdir()
    for path in database.parent.glob(f"{database.name}*"):
        # The index of the log is shared memory that the next one makes anew.
        if not path.name.endswith("-shm"):
            shutil.copy(path, folder)
    half = _ends_in_half(folder / f"{database.name}-wal")
    connection = sqlite3.connect(folder / database.name)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    stored = connection.execute("SELECT run, count(*), max(epoch) FROM frames GROUP BY run").fetchall()
    assert all(count == last for _, count, last in stored), stored
    states = connection.execute("SELECT runs.epoch, states.epoch FROM runs JOIN states ON states.run = runs.id").fetchall()
    assert all(run == state for run, state in states), states
    connection.close()
    shutil.rmtree(folder)
    return half


def _ends_in_half(log: Path) -> bool:
    """Whether the last pages in a write-ahead log lack the one that commits them (https://sqlite.org/fileformat2.html)."""
    content = log.read_bytes() if log.exists() else b""
    if len(content) < HEADER_OF_LOG:
        return False
    size = struct.unpack(">I", content[8:12])[0]
    salts, committed, at = content[16:24], True, HEADER_OF_LOG
    while at + HEADER_OF_PAGE <= len(content) and content[at + 8 : at + 16] == salts:
        committed = struct.unpack(">I", content[at + 4 : at + 8])[0] != 0
        at += HEADER_OF_PAGE + size
    return not committed


def _wait_for_workers_to_end(server: Server) -> None:
    wait_for(lambda: not server.left(), "the end of a killed server's workers", 60)
