"""What comes back from real worker processes, and what comes back when they die with it."""

from __future__ import annotations

import gc
import operator
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from dask.utils import key_split

from explorer.runtime.cluster import cluster as cluster_module
from explorer.runtime.cluster import embedded
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.cluster.futures import WorkerDied
from explorer.runtime.cluster.worker_preload import NICENESS
from explorer.runtime.engine.engine import Engine
from explorer.runtime.storage.store import Store
from tests.runs import QUICK


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster(workers=2).start()
    yield cluster
    cluster.close()


def test_a_result_and_an_error_come_back(cluster):
    assert cluster.result(cluster.submit(operator.add, 1, 2)) == 3
    with pytest.raises(ZeroDivisionError):
        cluster.result(cluster.submit(operator.truediv, 1, 0))


def test_a_worker_lets_the_server_go_first(cluster):
    assert cluster.result(cluster.submit(os.nice, 0)) == min(os.nice(0) + NICENESS, 19)


def test_what_takes_longer_than_it_may_is_a_timeout_and_is_there_later(cluster):
    future = cluster.submit(time.sleep, 1)
    with pytest.raises(TimeoutError):
        cluster.result(future, timeout=0.2)
    assert cluster.result(future) is None


def test_a_worker_that_dies_while_it_works_says_so(cluster):
    with pytest.raises(WorkerDied):
        cluster.result(cluster.submit(os._exit, 1))


def until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for a condition; where it does not come to hold, the test fails."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "This was waited for in vain."
        time.sleep(0.01)


def pid_of(cluster: Cluster, worker: str) -> int:
    (pid,) = cluster._client.run(os.getpid, workers=[worker]).values()
    return pid


def kill(cluster: Cluster, worker: str) -> None:
    os.kill(pid_of(cluster, worker), signal.SIGKILL)
    until(lambda: worker not in cluster.addresses())


def test_what_died_with_its_worker_is_not_waited_for(cluster, tmp_path):
    """Dask would make it again, from what it was made from, and so on back: here that would take a minute."""
    # The one that another test has ended is up again: this is not about two that are missing at once.
    until(lambda: len(cluster.addresses()) == 2)
    worker = cluster.addresses()[0]
    again = tmp_path / "again"
    before = cluster.submit(_slow_the_second_time, str(again), worker=worker)
    future = cluster.submit(operator.add, before, 1, worker=worker)
    until(lambda: future.status == "finished")
    before.release()
    kill(cluster, worker)
    until(lambda: again.exists() and future.status != "finished")
    with pytest.raises(WorkerDied):
        cluster.result(future)


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Windows has no signals that processes inherit.")
def test_ctrl_c_in_a_terminal_reaches_the_server_and_none_of_its_workers(cluster):
    until(lambda: len(cluster.addresses()) == 2)
    for worker in cluster.addresses():
        blocked = cluster.submit(signal.pthread_sigmask, signal.SIG_BLOCK, (), worker=worker)
        assert signal.SIGINT in cluster.result(blocked)
        pid = pid_of(cluster, worker)
        os.kill(pid, signal.SIGINT)
        assert pid_of(cluster, worker) == pid
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_worker_that_nobody_starts_anew_is_restored(cluster):
    """As Dask leaves it where a worker died while it started."""
    name, nanny = next(iter(cluster._local.workers.items()))
    cluster._client.sync(nanny.close)
    until(lambda: len(cluster.addresses()) == 1)
    cluster.restore()
    until(lambda: len(cluster.addresses()) == 2 and cluster._local.workers.get(name) not in (None, nanny))


def test_a_worker_that_hangs_while_it_starts_is_ended_and_replaced(cluster, tmp_path):
    """Dask waits for it without a bound unless told otherwise, and then leaves it away."""
    assert all(nanny.death_timeout == embedded.SECONDS_OF_A_START for nanny in cluster._local.workers.values())
    hangs, pid = _starts_and_hangs(cluster, tmp_path, seconds=2.0)

    def restored() -> bool:
        cluster.restore()
        return cluster._local.workers.get(hangs.name) is not hangs and len(cluster.addresses()) == 2

    until(restored)
    until(lambda: not psutil.pid_exists(pid))


def test_a_scheduler_that_does_not_answer_keeps_nobody_waiting(cluster, monkeypatch):
    monkeypatch.setattr(cluster_module, "_SECONDS_OF_AN_ANSWER", 0.2)
    future = cluster.submit(time.sleep, 0)
    answers = threading.Event()
    cluster._client.loop.add_callback(answers.wait)
    try:
        with pytest.raises(TimeoutError, match="The scheduler does not answer"):
            cluster.addresses()
        with pytest.raises(TimeoutError, match="The scheduler does not answer"):
            cluster.place_of(future)
        cluster.restore()
    finally:
        answers.set()
    assert cluster.result(future) is None
    assert len(cluster.addresses()) == 2


def test_what_a_stopped_worker_has_ready_is_waited_for_only_so_long(cluster):
    worker = cluster.addresses()[0]
    pid = pid_of(cluster, worker)
    future = cluster.submit(operator.add, 1, 2, worker=worker)
    until(lambda: future.status == "finished")
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(TimeoutError):
            cluster.result(future, timeout=0.5)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert cluster.result(future) == 3


def test_what_dask_keeps_of_each_task_is_bounded(cluster):
    """A server that runs for weeks would grow with it: each message of up to 1 MB, each future, each task's name."""
    futures = [cluster.submit(operator.add, 1, each) for each in range(100)]
    assert [cluster.result(future) for future in futures] == list(range(1, 101))
    keys = {future.key for future in futures}
    del futures
    gc.collect()
    scheduler = cluster._local.scheduler
    until(lambda: not keys & set(scheduler.tasks) and not keys & set(cluster._client.futures))
    assert "spans" not in scheduler.extensions
    sent = [cluster._client.scheduler_comm, *scheduler.stream_comms.values(), *scheduler.client_comms.values()]
    logs = [each.recent_message_log for each in sent] + [scheduler.transition_log]
    assert len(logs) >= 5 and all(len(log) <= 10 for log in logs)
    (forgetting,) = (each for each in scheduler.periodic_callbacks.values() if each.callback == key_split.cache_clear)
    assert forgetting.is_running()


@pytest.mark.parametrize("state", ["at work", "stopped", "starting"])
def test_closing_ends_every_worker_whatever_it_does(state, tmp_path):
    own = Cluster(workers=1).start()
    (worker,) = own.addresses()
    pid = pid_of(own, worker)
    if state == "stopped":
        os.kill(pid, signal.SIGSTOP)
    if state == "starting":
        pid = _starts_and_hangs(own, tmp_path, seconds=600.0)[1]
    began = time.monotonic()
    own.close()
    assert time.monotonic() - began < 15
    own.close()
    until(lambda: not psutil.pid_exists(pid))


def test_who_waits_while_it_is_closed_is_told():
    own = Cluster(workers=1).start()
    future = own.submit(time.sleep, 600)
    waits, told = threading.Event(), []

    def wait() -> None:
        waits.set()
        try:
            own.result(future, timeout=600)
        except TimeoutError as error:
            told.append(str(error))

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    assert waits.wait(60)
    own.close()
    waiting.join(timeout=60)
    assert told == ["What was asked of the workers has been given up."]


def test_an_engine_whose_workers_are_stopped_ends_and_keeps_its_run(tmp_path):
    """A thread waits for what is ready in one of them, and pages are answered all the same."""
    store = Store(f"sqlite:///{tmp_path}/runs.db")
    engine = Engine(store, Cluster(1), grace=None)
    try:
        experiment = replace(QUICK, epochs=20_000)
        run = engine.submit(experiment, "me")
        until(lambda: engine.status(run)["epoch"] >= 2, 120)
        (pid,) = engine._core.cluster._client.run(os.getpid).values()
        os.kill(pid, signal.SIGSTOP)
        fetched = threading.Event()
        ready = engine._core.cluster.submit(time.sleep, 0)
        engine._core.chunks._fetching.submit(lambda: (fetched.set(), engine._core.cluster.result(ready, timeout=600)))
        assert fetched.wait(60)
        assert engine.status(run)["state"] == "running"
        began = time.monotonic()
        engine.close()
        assert time.monotonic() - began < 20
        assert not {"engine", "writer", "cluster-monitor"} & {thread.name for thread in threading.enumerate()}
        assert (store.run(run).state, store.run(run).held) == ("paused", "restart")
        until(lambda: not psutil.pid_exists(pid))
    finally:
        store.close()


def _starts_and_hangs(cluster: Cluster, folder: Path, seconds: float):
    """Kill a worker whose successor hangs before it signs on; returns its nanny and the successor's process id."""
    started = folder / "started"
    hangs = folder / "hangs.py"
    hangs.write_text(
        f"import os, pathlib, time\n"
        f"pathlib.Path({str(folder / 'pid')!r}).write_text(str(os.getpid()))\n"
        f"pathlib.Path({str(started)!r}).touch()\n"
        f"time.sleep(600)\n"
    )
    nanny = next(iter(cluster._local.workers.values()))
    nanny.death_timeout = seconds
    nanny.process.worker_kwargs["preload"] = [str(hangs)]
    kill(cluster, nanny.worker_address)
    until(started.exists)
    return nanny, int((folder / "pid").read_text())


def _slow_the_second_time(seen: str) -> int:
    if os.path.exists(seen + ".once"):
        Path(seen).touch()
        time.sleep(60)
    Path(seen + ".once").touch()
    return 1
