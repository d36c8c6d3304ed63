"""Every name of Dask's that Dask does not document, one by one: after an upgrade a failure here says which is gone."""

from __future__ import annotations

import inspect
import multiprocessing
import os
import signal
import time
from pathlib import Path

import distributed
import psutil
import pytest
from dask.utils import key_split
from distributed import Client, Nanny, Scheduler, SpecCluster, Worker, worker_memory

from explorer.runtime.cluster import dask_internals as internals
from explorer.runtime.cluster import nodes

RUNTIME = Path(internals.__file__).parents[1]
READ_IN = "2026.8.0"


@pytest.fixture(scope="module")
def cluster():
    """One worker without anything of the package's in it, in a process of its own."""
    common = {"host": "127.0.0.1"}
    with SpecCluster(
        scheduler={"cls": Scheduler, "options": {**common, "dashboard_address": None, "dashboard": False}},
        workers={0: {"cls": Nanny, "options": {**common, "nthreads": 1, "memory_limit": 2**30}}},
    ) as cluster:
        yield cluster


@pytest.fixture
def client(cluster):
    with Client(cluster, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=60)
        yield client


def test_what_was_read_is_the_version_that_is_installed():
    assert distributed.__version__ == READ_IN, "read the file again with the new Dask beside it, and say so in it"
    assert all(f"distributed {READ_IN}" in " ".join(str(each.__doc__).split()) for each in (internals, nodes))


def test_a_cluster_knows_its_nannies_and_they_their_workers_and_processes(cluster, client):
    (address,) = client.scheduler_info()["workers"]
    nanny = internals.nanny_of(cluster, address)
    assert nanny is cluster.workers[0] and internals.nannies_ever(cluster) == [nanny]
    assert internals.nanny_of(cluster, "tcp://127.0.0.1:1") is None
    pid = internals.pid_of(nanny)
    assert pid == nanny.pid == client.submit(os.getpid).result(timeout=30)
    assert not internals.has_ended(nanny)
    assert internals.has_worker(nanny, other_than=0) and not internals.has_worker(nanny, other_than=pid)


def test_a_nanny_starts_another_worker_for_a_killed_one(cluster, client):
    (nanny,) = internals.nannies_ever(cluster)
    pid = internals.pid_of(nanny)
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while not internals.has_worker(nanny, other_than=pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert psutil.pid_exists(internals.pid_of(nanny))


def test_a_scheduler_knows_when_it_heard_of_a_worker_here_and_elsewhere(cluster, client):
    here = internals.last_seen_and_memory(cluster.scheduler)
    told = internals.last_seen_and_memory_in(client.sync(client.scheduler.identity))
    assert set(here) == set(told) == set(client.scheduler_info()["workers"])
    for found in (here, told):
        ((seen, memory),) = found.values()
        assert abs(seen - time.time()) < 3600 and isinstance(memory, int)
    assert "memory" in next(iter(cluster.scheduler.workers.values())).metrics


def test_a_future_keeps_why_it_was_cancelled(client):
    future = client.submit(time.sleep, 60, pure=False)
    assert internals.reason_of_cancelling(future) is None
    internals.cancel_by_key(client, future.key, internals.LOST_REASON)
    assert future.status == "cancelled" and internals.reason_of_cancelling(future) == internals.LOST_REASON
    internals.cancel_by_key(client, "nothing has this name", internals.LOST_REASON)
    client.cancel([future], force=True)


def test_dask_gives_that_reason_where_a_connection_breaks():
    assert f'"{internals.LOST_REASON}"' in inspect.getsource(distributed.client)


def test_a_nanny_tells_of_too_much_memory_under_that_topic():
    source = inspect.getsource(worker_memory.NannyMemoryManager)
    assert f'"{internals.MEMORY_TOPIC}"' in source and '"rss"' in source and '"worker"' in source


def test_a_loop_can_be_started_and_stopped_by_itself():
    loops = internals.LoopRunner()
    loops.start()
    try:
        assert loops.loop is not None and loops.is_started()
    finally:
        loops.stop()


def test_errors_have_their_names():
    assert issubclass(internals.CommClosedError, OSError)
    assert issubclass(internals.KilledWorker, Exception) and issubclass(internals.ClosedClientError, Exception)


def test_what_is_preloaded_is_what_was_named_last(monkeypatch):
    named = []
    context = multiprocessing.get_context("forkserver")
    monkeypatch.setattr(type(context), "set_forkserver_preload", lambda _, modules: named.append(modules))
    internals.preload_in_forkserver(["one", "two"])
    assert named[-1] == ["one", "two"]


def test_the_names_that_servers_here_replace_are_there():
    for lean, plain in ((nodes.Scheduler, Scheduler), (nodes.Worker, Worker)):
        assert lean.start_http_server is not plain.start_http_server and callable(plain.start_http_server)
        assert "extensions" in inspect.signature(plain).parameters
    key_split("a-1")
    assert key_split.cache_info().currsize
    key_split.cache_clear()
    assert not key_split.cache_info().currsize


def test_a_worker_that_has_ended_is_started_no_more(cluster, client):
    (nanny,) = internals.nannies_ever(cluster)
    cluster.loop.add_callback(internals.start_no_other, nanny)
    deadline = time.monotonic() + 60
    while nanny.status != distributed.Status.closing_gracefully:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(internals.pid_of(nanny), signal.SIGKILL)
    while not internals.has_ended(nanny):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_no_other_file_reaches_for_them():
    private = ("._created", "._state and", ".process.process", "close_gracefully", "distributed.utils", "distributed.comm")
    found = {path.name for path in RUNTIME.rglob("*.py") if any(name in path.read_text() for name in private)}
    assert found == {"dask_internals.py"}
