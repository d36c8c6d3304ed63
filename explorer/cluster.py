"""The processes that chunks run in: a Dask cluster, embedded in the server or at an address.

One code path for both: EXPLORER_SCHEDULER names the address of a scheduler; without it a cluster of EXPLORER_WORKERS
workers (2 unless told) is started here, and ends with this process.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any

import dask
import psutil
from distributed import Client, Future, LocalCluster, Status
from distributed.scheduler import KilledWorker
from distributed.utils import get_mp_context

from explorer import work

_LOG = logging.getLogger(__name__)
_SMALLEST_MEMORY = 1.5 * 2**30
_MEMORY_TOPIC = "worker-restart-memory"
_SECONDS_BETWEEN_LOOKS = 0.1
# The scheduler runs in this process, or near it. On a loaded machine its answers take a moment, never this long.
_SECONDS_OF_AN_ANSWER = 10.0
# A worker that is not up by then hangs. The first one, which waits for TensorFlow, has been seen to take 25 s under load.
_SECONDS_OF_A_START = 120.0
# A worker that is told to end has so long to do it; then it is killed.
_SECONDS_TO_END = 3.0

_SETTINGS = {
    # A chunk that kills its worker comes back as an error at once: the engine decides whether to try again, and where.
    "distributed.scheduler.allowed-failures": 0,
    # The engine sends each chunk to the worker that has its model; a stolen one would compile again.
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    # A paused worker would never answer; one that is over its limit is ended instead.
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # Dask would end a worker that takes this long to come back, just when it is up; `restore` replaces those that failed.
    "distributed.deploy.lost-worker-timeout": "1 hour",
    "distributed.admin.tick.limit": "30s",
    "distributed.logging": {"distributed": "error"},
}


class WorkerDied(Exception):
    """The worker ended before it gave its result away."""


def gone(future: Future) -> bool:
    """Whether what a worker had made ended with it, so that waiting for it would never end."""
    return future.status == "lost"


def workers_wanted() -> int:
    """EXPLORER_WORKERS, or 2. Raises ValueError with a sentence for anything but a whole number from 1 to 64."""
    received = os.environ.get("EXPLORER_WORKERS", "2")
    if not received.isdigit() or not 1 <= int(received) <= 64:
        raise ValueError(f"EXPLORER_WORKERS must be a whole number from 1 to 64. Received: {received!r}")
    return int(received)


def memory_of_a_worker(workers: int) -> int:
    """The bytes that one worker may use: its part of 60% of the machine, and at least 1.5 GiB."""
    return int(max(_SMALLEST_MEMORY, psutil.virtual_memory().total * 0.6 / workers))


def _fork_ahead() -> None:
    """Import TensorFlow once, in a process that every worker is then forked from.

    So the second worker, and one that comes for a dead one, is there in a moment, and they share the memory of what is
    imported. The parent only imports: no operation has run and no thread of TensorFlow has started when it is forked.
    Elsewhere than on Linux forking is not safe beside the system's own libraries, and each worker imports for itself.
    """
    if sys.platform != "linux":
        return
    dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
    # The parent of the workers inherits the settings from here, before it imports anything that reads them.
    for name, value in work.ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    get_mp_context()  # names what Dask wants imported ahead; what is named after it counts
    multiprocessing.get_context("forkserver").set_forkserver_preload(["explorer.warm", "distributed"])


class Cluster:
    """A started cluster. The plain wrapper exists because a Dask client is awaitable, which some callers choke on."""

    def __init__(self, workers: int | None = None, memory: int | None = None) -> None:
        dask.config.set(_SETTINGS)
        address = os.environ.get("EXPLORER_SCHEDULER")
        self._local: LocalCluster | None = None
        if address:
            self.memory = memory or int(_SMALLEST_MEMORY)
            self._client = Client(address, set_as_default=False, timeout="10s")
            self._client.run(work.warm)
        else:
            count = workers or workers_wanted()
            self.memory = memory or memory_of_a_worker(count)
            _fork_ahead()
            self._local = LocalCluster(
                n_workers=count,
                # One thread trains while the next chunk waits in another; one compiles, and one describes shapes, so that
                # a slider waits for none of them.
                threads_per_worker=4,
                processes=True,
                memory_limit=self.memory,
                # None would still listen, on a fixed port; the routes are emptied above.
                dashboard_address="127.0.0.1:0",
                host="127.0.0.1",
                env=work.ENVIRONMENT,
                preload=["explorer.warm"],
                death_timeout=_SECONDS_OF_A_START,
            )
            self._client = Client(self._local, set_as_default=False)
        self._deaths_by_memory: dict[str, float] = {}
        self._deaths_lock = threading.Lock()
        self._closing = threading.Lock()
        self._closed = False
        self._processes: set[psutil.Process] = set()
        self._client.subscribe_topic(_MEMORY_TOPIC, self._note_death)

    @property
    def remote(self) -> bool:
        """Whether the workers are somebody else's, as many as there are."""
        return self._local is None

    def addresses(self) -> list[str]:
        """The workers that are up now. Raises TimeoutError where the scheduler does not answer."""
        return sorted(self._asked(self._client.scheduler.ncores))

    def restore(self) -> None:
        """Have the workers started that are missing and that nobody starts; returns at once.

        Dask starts a dead worker anew, but not one that dies, or hangs, while it starts.
        """
        if self._local is not None:
            self._local.loop.add_callback(_reopen, self._local, self._processes)

    def submit(self, function: Callable[..., Any], *arguments: Any, worker: str | None = None, priority: int = 0) -> Future:
        """Run a function of `explorer.work` in a worker; on `worker` while that is alive."""
        where = {"workers": [worker], "allow_other_workers": True} if worker else {}
        return self._client.submit(function, *arguments, pure=False, priority=priority, **where)

    def result(self, future: Future, timeout: float = 30.0) -> Any:
        """What the function returned, or the error that it raised.

        Raises WorkerDied where the worker died while it worked, or later with the result that nobody had fetched yet: for
        the latter Dask's own `result` waits for ever. Raises TimeoutError after `timeout` seconds, and where it was given up
        meanwhile, as everything is when the cluster is closed.
        """
        try:
            return self._client.sync(_fetched, future, timeout)
        except KilledWorker as error:
            raise WorkerDied(str(error)) from error
        except CancelledError as error:
            raise TimeoutError("What was asked of the workers has been given up.") from error

    def place_of(self, future: Future) -> str | None:
        """The worker that is at it, or None where none is. Raises TimeoutError where the scheduler does not answer."""
        at_work = self._asked(self._client.scheduler.processing)
        return next((worker for worker, keys in at_work.items() if future.key in keys), None)

    def renew(self, worker: str, then: Callable[[], None]) -> None:
        """Start a worker anew, and call `then` (from another thread) when its successor is up, or was not to be had."""

        def restart() -> None:
            try:
                self._client.restart_workers([worker], timeout=60, raise_for_error=False)
            except Exception:
                _LOG.exception("A worker that was full could not be started anew.")
            then()

        threading.Thread(target=restart, name="renew", daemon=True).start()

    def died_by_memory(self, worker: str, within: float = 30.0) -> bool:
        """Whether this worker was ended for using more memory than it may."""
        with self._deaths_lock:
            return time.monotonic() - self._deaths_by_memory.get(worker, -1e9) < within

    def close(self) -> None:
        """End the workers, within about ten seconds whatever they do; from any thread, and more than once.

        None of them is left behind: this process would wait for it without a bound when it ended.
        """
        with self._closing:
            if self._closed:
                return
            self._closed = True
            _at_most(self._client.close, 2)
            if self._local is None:
                return
            self._local.loop.add_callback(_collect, self._local, self._processes)
            killing = threading.Timer(_SECONDS_TO_END, _kill, [self._processes])
            killing.daemon = True
            killing.start()
            self._local.shutdown_on_close = False  # Dask would try once more when this process ends, for ten seconds.
            _at_most(self._local.close, _SECONDS_TO_END + 4)
            killing.cancel()
            _collect(self._local, self._processes)
            _kill(self._processes)

    def _asked(self, function: Callable[..., Awaitable[Any]]) -> Any:
        """What the scheduler answers, or TimeoutError: the engine asks with its lock held."""
        try:
            return self._client.sync(function, callback_timeout=_SECONDS_OF_AN_ANSWER)
        except (TimeoutError, asyncio.TimeoutError) as error:
            raise TimeoutError("The scheduler does not answer.") from error

    def _note_death(self, event: tuple[float, dict[str, Any]]) -> None:
        _, message = event
        with self._deaths_lock:
            self._deaths_by_memory[message["worker"]] = time.monotonic()
        _LOG.warning("A worker used %.1f GiB, more than it may, and was ended.", message["rss"] / 2**30)


async def _fetched(future: Future, timeout: float) -> Any:
    async def fetch() -> Any:
        return await future

    made = future.status != "pending"
    fetching = asyncio.ensure_future(fetch())
    # Left alone rather than cancelled where it is given up: Dask may be fetching for others with it.
    fetching.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    deadline = time.monotonic() + timeout
    while not fetching.done():
        await asyncio.wait({fetching}, timeout=_SECONDS_BETWEEN_LOOKS)
        # Dask would make it again, from everything that it was once made from: all the chunks of a run. The caller knows
        # better what to do. "Pending" after it was made: Dask has noticed itself, while it fetched.
        if not fetching.done() and (gone(future) or (made and future.status == "pending")):
            future.release()
            raise WorkerDied("The worker ended before its result was fetched.")
        made = made or future.status == "finished"
        if time.monotonic() > deadline and not fetching.done():
            raise TimeoutError("The workers are busy.")
    return fetching.result()


def _reopen(local: LocalCluster, processes: set[psutil.Process]) -> None:
    for name, nanny in list(local.workers.items()):
        if nanny.status in (Status.closed, Status.failed):
            del local.workers[name]
    held: set[psutil.Process] = set()
    _collect(local, held)
    # Dask gives up a worker that hangs while it starts, and leaves its process.
    _kill(processes - held)
    processes.clear()
    processes |= held
    local.scale(len(local.worker_spec))


def _collect(local: LocalCluster, found: set[psutil.Process]) -> None:
    """The workers' processes, those that are still starting among them."""
    for nanny in list(local._created):
        process = nanny.process and nanny.process.process
        with suppress(psutil.NoSuchProcess):
            if process and process.pid:
                found.add(psutil.Process(process.pid))


def _kill(processes: set[psutil.Process]) -> None:
    for process in list(processes):
        # Not another one that has its number by now: psutil looks when it was started.
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _at_most(close: Callable[..., Any], seconds: float) -> None:
    """Close something of Dask's; what it could not close in time, or at all, is ended otherwise."""
    try:
        close(timeout=seconds)
    except (TimeoutError, asyncio.TimeoutError):
        _LOG.warning("Dask did not end within %g seconds.", seconds)
    except Exception:
        _LOG.exception("Dask could not end.")
