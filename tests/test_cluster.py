"""What comes back from real worker processes, and what comes back when they die with it."""

from __future__ import annotations

import operator
import os
import signal
import time
from pathlib import Path

import pytest

from explorer.cluster import Cluster, WorkerDied


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster(workers=2)
    yield cluster
    cluster.close()


def test_a_result_and_an_error_come_back(cluster):
    assert cluster.result(cluster.submit(operator.add, 1, 2)) == 3
    with pytest.raises(ZeroDivisionError):
        cluster.result(cluster.submit(operator.truediv, 1, 0))


def test_what_takes_longer_than_it_may_is_a_timeout_and_is_there_later(cluster):
    future = cluster.submit(time.sleep, 1)
    with pytest.raises(TimeoutError):
        cluster.result(future, timeout=0.2)
    assert cluster.result(future) is None


def test_a_worker_that_dies_while_it_works_says_so(cluster):
    with pytest.raises(WorkerDied):
        cluster.result(cluster.submit(os._exit, 1))


def kill(cluster: Cluster, worker: str) -> None:
    (pid,) = cluster._client.run(os.getpid, workers=[worker]).values()
    os.kill(pid, signal.SIGKILL)
    while worker in cluster.addresses():
        time.sleep(0.01)


def test_what_died_with_its_worker_is_not_waited_for(cluster, tmp_path):
    """Dask would make it again, from what it was made from, and so on back: here that would take a minute."""
    worker = cluster.addresses()[0]
    again = tmp_path / "again"
    before = cluster.submit(_slow_the_second_time, str(again), worker=worker)
    future = cluster.submit(operator.add, before, 1, worker=worker)
    while future.status != "finished":
        time.sleep(0.01)
    before.release()
    kill(cluster, worker)
    while not again.exists() or future.status == "finished":
        time.sleep(0.01)
    with pytest.raises(WorkerDied):
        cluster.result(future)


def test_a_worker_that_nobody_starts_anew_is_restored(cluster):
    """As Dask leaves it where a worker died while it started."""
    name, nanny = next(iter(cluster._local.workers.items()))
    cluster._client.sync(nanny.close)
    while len(cluster.addresses()) != 1:
        time.sleep(0.01)
    cluster.restore()
    while len(cluster.addresses()) != 2 or cluster._local.workers.get(name) in (None, nanny):
        time.sleep(0.01)


def _slow_the_second_time(seen: str) -> int:
    if os.path.exists(seen + ".once"):
        Path(seen).touch()
        time.sleep(60)
    Path(seen + ".once").touch()
    return 1
