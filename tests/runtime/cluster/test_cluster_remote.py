"""Somebody else's scheduler and workers, real processes: what is in flight when the scheduler dies, and afterwards."""

from __future__ import annotations

import operator
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.runtime.cluster import cluster as cluster_module
from explorer.runtime.cluster import remote as remote_workers
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.cluster.futures import WorkerDied, gone
from tests.runtime.cluster.test_cluster import until

ROOT = Path(__file__).resolve().parents[3]


class Remote:
    """A scheduler and one worker, each a process of its own."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.scheduler = self.worker = None
        self.start()

    def start(self) -> None:
        self.scheduler = self._process("scheduler", "--host", "127.0.0.1", "--port", str(self.port))
        self.worker = self._process("worker", self.address, "--nthreads", "4", "--host", "127.0.0.1")

    def _process(self, kind: str, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--dashboard-address", "127.0.0.1:0", *arguments]
        # A group of its own, so that a worker's nanny is ended with it.
        return subprocess.Popen(
            command,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        for process in (self.scheduler, self.worker):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def remote() -> Iterator[Remote]:
    remote = Remote()
    yield remote
    remote.kill()


@pytest.fixture(scope="module")
def cluster(remote) -> Iterator[Cluster]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_SCHEDULER", remote.address)
        # Nothing is trained here: to import TensorFlow would take each worker seconds. Those at an address that train are in
        # test_engine_recovery.py.
        patch.setattr(remote_workers, "warm", os.getpid)
        # Connecting is tried again until the scheduler is up.
        cluster = Cluster().start()
        until(cluster.addresses)
        yield cluster
        cluster.close()


def works(cluster: Cluster) -> bool:
    try:
        return cluster.result(cluster.submit(operator.add, 1, 2), 20) == 3
    except (WorkerDied, TimeoutError):
        return False


def test_it_works_and_tells_how_the_worker_is(cluster):
    assert cluster.remote and cluster.lost == ""
    assert works(cluster)
    until(cluster.health)
    (address,) = cluster.addresses()
    assert cluster.health()[address].bytes > 50 * 2**20


def test_a_stopped_worker_is_seen_and_restarted(cluster):
    (worker,) = cluster.addresses()
    (pid,) = cluster._client.run(os.getpid).values()
    os.kill(pid, signal.SIGSTOP)
    future = cluster.submit(operator.add, 1, 2, worker=worker)
    until(lambda: cluster.place_of(future) == worker)
    until(lambda: cluster.health()[worker].silent > 1)
    renewed = threading.Event()
    cluster.renew(worker, renewed.set)
    with pytest.raises(WorkerDied):
        cluster.result(future, 60)
    assert renewed.wait(60)
    until(lambda: cluster.addresses() not in ([], [worker]))
    assert works(cluster)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
def test_a_scheduler_that_is_lost_and_comes_back(cluster, remote, end, monkeypatch):
    monkeypatch.setattr(cluster_module, "_SECONDS_OF_AN_ANSWER", 2.0)
    until(lambda: works(cluster))
    made = cluster.submit(operator.add, 1, 2)
    until(lambda: made.status == "finished")
    at_work = cluster.submit(time.sleep, 600)
    told = threading.Event()
    at_work.add_done_callback(lambda _: told.set())
    until(lambda: cluster.place_of(at_work))
    began = time.monotonic()
    os.kill(remote.scheduler.pid, end)
    for future in (at_work, made):
        with pytest.raises(WorkerDied):
            cluster.result(future, 60)
    assert time.monotonic() - began < 15
    assert told.wait(10) and gone(at_work)
    until(lambda: cluster.lost)
    assert cluster.lost == f"The scheduler at {remote.address} does not answer; trying again."
    assert cluster.addresses() == [] and cluster.health() == {} and cluster.place_of(at_work) is None
    with pytest.raises(WorkerDied, match="does not answer; trying again"):
        cluster.submit(operator.add, 1, 2)
    renewed = threading.Event()
    cluster.renew("tcp://127.0.0.1:1", renewed.set)
    assert renewed.wait(10)

    if end == signal.SIGKILL:
        remote.kill()
        remote.start()
    else:
        os.kill(remote.scheduler.pid, signal.SIGCONT)
    until(lambda: cluster.lost == "")
    until(cluster.addresses)
    began = time.monotonic()
    assert works(cluster)
    assert time.monotonic() - began < 5
    until(cluster.health)


def test_closing_while_the_scheduler_is_lost_ends_at_once(cluster, remote):
    remote.kill()
    until(lambda: cluster.lost)
    began = time.monotonic()
    cluster.close()
    assert time.monotonic() - began < 8
