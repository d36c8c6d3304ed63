"""Whether a worker that does not answer is noticed, and one that does is left alone."""

from __future__ import annotations

import ctypes
import operator
import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.cluster.futures import WorkerDied
from explorer.runtime.cluster.health import HealthRecord, Heartbeat, WorkerHealth
from tests.runtime.cluster.test_cluster import until


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster(workers=2).start()
    yield cluster
    cluster.close()


def hang_in_c() -> None:
    """Sleep with the interpreter locked: no other thread of the process runs, and no exception ends it."""
    ctypes.PyDLL(None).sleep(600)


def stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


@pytest.mark.parametrize("end", [stop, hang_in_c])
def test_a_worker_that_does_not_answer_is_seen_and_replaced(cluster, end: Callable[[], None]):
    until(lambda: len(cluster.health()) == 2)
    worker, other = cluster.addresses()
    future = cluster.submit(end, worker=worker)
    began = time.monotonic()
    until(lambda: cluster.health()[worker].silent > 2)
    # Not before that: the heartbeat before may have come half a second before it was stopped, and looks are as far apart.
    assert time.monotonic() - began > 1
    assert cluster.health()[other].silent < 2
    assert cluster.health()[other].bytes > 50 * 2**20
    renewed = threading.Event()
    began = time.monotonic()
    cluster.renew(worker, renewed.set)
    with pytest.raises(WorkerDied):
        cluster.result(future)
    assert renewed.wait(30)
    assert time.monotonic() - began < 10
    assert len(cluster.addresses()) == 2 and worker not in cluster.addresses()
    until(lambda: set(cluster.health()) == set(cluster.addresses()))
    assert cluster.result(cluster.submit(operator.add, 1, 2)) == 3


def test_one_that_is_not_there_is_not_waited_for(cluster):
    renewed = threading.Event()
    cluster.renew("tls://127.0.0.1:1", renewed.set)
    assert renewed.wait(10)


def test_health_asks_nobody(cluster):
    """The engine asks once a second, with its lock held: also while the event loop is busy."""
    until(cluster.health)
    busy, over = threading.Event(), threading.Event()
    cluster._client.loop.add_callback(lambda: (busy.set(), over.wait(60)))
    try:
        assert busy.wait(10)
        began = time.monotonic()
        assert cluster.health()
        # Whoever asks the loop waits until it is free, which is after this.
        assert time.monotonic() - began < 30
    finally:
        over.set()


def test_silence_grows_from_look_to_look_and_ends_with_a_heartbeat():
    record = HealthRecord()
    record.note({"a": Heartbeat(100.0, 7), "b": Heartbeat(50.0, 8)}, now=0.0)
    record.note({"a": Heartbeat(100.0, 7), "b": Heartbeat(51.0, 9)}, now=1.0)
    record.note({"a": Heartbeat(100.0, 7), "b": Heartbeat(52.0, 9)}, now=2.5)
    assert record.health() == {"a": WorkerHealth(7, 2.5), "b": WorkerHealth(9, 0.0)}
    # The clock of the scheduler was set back: it is a heartbeat all the same.
    record.note({"a": Heartbeat(3.0, 6)}, now=3.0)
    assert record.health() == {"a": WorkerHealth(6, 0.0)}


def test_a_server_that_stood_still_does_not_take_its_workers_for_silent():
    """It was stopped, or the machine slept, for an hour: the workers could not be heard."""
    record = HealthRecord()
    for now in (0.0, 0.5, 3600.0):
        record.note({"a": Heartbeat(100.0, 7)}, now)
    assert record.health()["a"].silent <= 3
