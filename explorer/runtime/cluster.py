"""The processes that chunks run in: a Dask cluster, embedded in the server or at an address.

One code path for both: EXPLORER_SCHEDULER names the address of a scheduler; without it a cluster of EXPLORER_WORKERS
workers (2 unless told) is started here, and ends with this process.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any

import dask
import psutil
from distributed import Client, Future, SpecCluster
from distributed.client import ClosedClientError
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker
from distributed.utils import LoopRunner

from explorer.runtime import embedded, jobs
from explorer.runtime.embedded import SECONDS_OF_A_START, SMALLEST_MEMORY, memory_of_a_worker, workers_wanted
from explorer.runtime.health import HealthRecord, Heartbeat, WorkerHealth
from explorer.runtime.remote import checked_address

_LOG = logging.getLogger(__name__)
_MEMORY_TOPIC = "worker-restart-memory"
# The reason that Dask itself gives for cancelling everything when its connection breaks.
_LOST_REASON = "scheduler-connection-lost"
_SECONDS_BETWEEN_LOOKS = 0.1
# The scheduler runs in this process, or near it. On a loaded machine its answers take a moment, never this long.
_SECONDS_OF_AN_ANSWER = 10.0
# How often the workers' heartbeats, which come twice a second, are looked at; and a lost scheduler is tried again.
_SECONDS_BETWEEN_HEARTBEATS = 0.5
# A lost scheduler that does not answer an attempt by then is tried again.
_SECONDS_OF_AN_ATTEMPT = 2.0
_SECONDS_OF_A_REPLACEMENT = 60.0
# A worker that is told to end has so long to do it; then it is killed.
_SECONDS_TO_END = 3.0
_SECONDS_THAT_A_DEATH_COUNTS = 600.0

_SETTINGS = {
    # A chunk that kills its worker comes back as an error at once: the engine decides whether to try again, and where.
    "distributed.scheduler.allowed-failures": 0,
    # The engine sends each chunk to the worker that has its model; a stolen one would compile again.
    "distributed.scheduler.work-stealing": False,
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    # A paused worker would never answer; one that is over its limit is ended instead.
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # Dask would end a worker that takes this long to come back, just when it is up; `restore` replaces those that failed.
    "distributed.deploy.lost-worker-timeout": "1 hour",
    "distributed.admin.tick.limit": "30s",
    # What Dask keeps to look at later would grow for hours: the last 1,000 messages of each connection (with the states
    # of runs in them), an hour of samples of each process, and where each worker was every 10 ms.
    "distributed.admin.low-level-log-length": 10,
    "distributed.admin.log-length": 100,
    "distributed.admin.system-monitor.log-length": 10,
    "distributed.diagnostics.computations.max-history": 10,
    "distributed.diagnostics.erred-tasks.max-history": 10,
    "distributed.scheduler.events-cleanup-delay": "1 minute",
    "distributed.worker.profile.enabled": False,
}


class WorkerDied(Exception):
    """The worker ended before it gave its result away, or the scheduler that knew of it did."""


def gone(future: Future[Any]) -> bool:
    """Whether what a worker had made ended with it or with its scheduler, so that waiting for it would never end."""
    if future.status == "cancelled":
        reason = getattr(future._state and future._state.exception, "reason", None)
        return reason == _LOST_REASON or bool(future.client.status == "closed")
    return bool(future.status == "lost")


class Cluster:
    """A cluster, which `start` starts. The plain wrapper exists because a Dask client is awaitable, which some callers
    choke on.

    workers, memory: how many workers are started here, and the bytes that one may use. Raises ValueError with a sentence
    for a setting that is refused.
    """

    def __init__(self, workers: int | None = None, memory: int | None = None) -> None:
        self.wanted = workers or workers_wanted()
        self._scheduler = os.environ.get("EXPLORER_SCHEDULER", "")
        self.memory = memory or (int(SMALLEST_MEMORY) if self._scheduler else memory_of_a_worker(self.wanted))
        self._local: SpecCluster | None = None
        self._lost = ""
        self._warmed: set[str] = set()
        self._deaths_by_memory: dict[str, float] = {}
        self._deaths_lock = threading.Lock()
        self._closing = threading.Lock()
        self._closed = threading.Event()
        self._processes: set[psutil.Process] = set()
        self._health = HealthRecord()
        self._watching = threading.Thread(target=self._watch, name="cluster", daemon=True)

    def start(self) -> Cluster:
        """Start the workers here, or connect to the scheduler; returns the cluster itself. May be tried again.

        Raises ValueError with a sentence for settings that are refused, and ConnectionError where no scheduler answers.
        """
        dask.config.set(_SETTINGS)
        # What is cancelled, and who is started anew, when a server ends is no news for whoever ends it.
        logging.getLogger("distributed").setLevel(logging.ERROR)
        if self.remote:
            self._address = checked_address(self._scheduler)
            # It tells each broken connection with a traceback; a sentence about it is in `lost`.
            logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
            # A loop of its own outlives each connection, so that what waits for an answer when one breaks is told.
            self._loops = LoopRunner()
            self._loops.start()
            try:
                self._client = self._connected(_SECONDS_OF_AN_ANSWER)
            except OSError as error:
                self._loops.stop()
                raise ConnectionError(
                    f"No scheduler answers at {self._address}, which EXPLORER_SCHEDULER names. Start one there "
                    "(`dask scheduler`), or unset it to have workers started here."
                ) from error
            try:
                for future in self._warm(self.addresses()):
                    self.result(future, SECONDS_OF_A_START)
            except Exception:
                _at_most(self._client.close, _SECONDS_OF_AN_ATTEMPT)
                self._loops.stop()
                self._warmed = set()
                raise
        else:
            self._local = embedded.start(self.wanted, self.memory)
            self._address = self._local.scheduler_address
            self._client = Client(self._local, set_as_default=False)
            self._client.subscribe_topic(_MEMORY_TOPIC, self._note_death)
        self._watching.start()
        return self

    @property
    def remote(self) -> bool:
        """Whether the workers are somebody else's, as many as there are."""
        return bool(self._scheduler)

    @property
    def lost(self) -> str:
        """A sentence while the scheduler does not answer, and it is tried again and again; else an empty string."""
        return self._lost

    def health(self) -> dict[str, WorkerHealth]:
        """How each worker is that was up half a second ago, by address; at once, since nobody is asked.

        Empty while the scheduler is lost.
        """
        return {} if self._lost else self._health.health()

    def addresses(self) -> list[str]:
        """The workers that are up now; none while the scheduler is lost. Raises TimeoutError where it does not answer."""
        return [] if self._lost else sorted(self._asked("ncores"))

    def restore(self) -> None:
        """Have the workers started that are missing and that nobody starts; returns at once.

        Dask starts a dead worker anew, but not one that dies, or hangs, while it starts.
        """
        if self._local is not None and self._local.loop is not None:
            self._local.loop.add_callback(embedded.reopen, self._local, self._processes)

    def submit(
        self, function: Callable[..., Any], *arguments: Any, worker: str | None = None, priority: int = 0
    ) -> Future[Any]:
        """Run a function of `explorer.runtime.jobs` in a worker; on `worker` while that is alive.

        Raises WorkerDied while the scheduler is lost.
        """
        if self._lost:
            raise WorkerDied(self._lost)
        where = {"workers": [worker], "allow_other_workers": True} if worker else {}
        try:
            return self._client.submit(function, *arguments, pure=False, priority=priority, **where)
        except ClosedClientError as error:
            raise WorkerDied("The scheduler does not answer.") from error

    def result(self, future: Future[Any], timeout: float = 30.0) -> Any:
        """What the function returned, or the error that it raised.

        Raises WorkerDied where the worker died while it worked, or later with the result that nobody had fetched yet: for
        the latter Dask's own `result` waits for ever; and where the scheduler was lost meanwhile. Raises TimeoutError after
        `timeout` seconds, and where it was given up meanwhile, as everything is when the cluster is closed.
        """
        try:
            return future.client.sync(_fetched, future, timeout)
        except KilledWorker as error:
            raise WorkerDied(str(error)) from error
        except CommClosedError as error:
            raise WorkerDied("The scheduler was lost before it gave the result away.") from error
        except CancelledError as error:
            if gone(future) and not self._closed.is_set():
                raise WorkerDied("The scheduler was lost.") from error
            raise TimeoutError("What was asked of the workers has been given up.") from error

    def place_of(self, future: Future[Any]) -> str | None:
        """The worker that is at it, or None where none is. Raises TimeoutError where the scheduler does not answer."""
        at_work = {} if self._lost else self._asked("processing")
        return next((worker for worker, keys in at_work.items() if future.key in keys), None)

    def renew(self, worker: str, then: Callable[[], None]) -> None:
        """Start a worker anew, and call `then` (from another thread) when its successor is up, or was not to be had.

        Its process is killed, whether it is at work, stopped or hangs; what it was at is a WorkerDied. Of somebody else's
        workers Dask is asked to do it: that takes some seconds, and one without a nanny is only ended.
        """

        def restart() -> None:
            try:
                if self._local is not None:
                    self._client.sync(embedded.replace, self._local, worker, _SECONDS_OF_A_REPLACEMENT)
                elif not self._lost:
                    self._restart_remote(worker)
            except Exception:
                if not self._closed.is_set():
                    _LOG.exception("A worker could not be started anew.")
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
            if self._closed.is_set():
                return
            self._closed.set()
            if not self._watching.ident:
                return  # It was never started.
            if self._local is not None and self._local.loop is not None:
                # First of all, so that none is started for one that ends now.
                self._local.loop.add_callback(embedded.retire, self._local, self._processes)
            _at_most(self._client.close, 2)
            if self._watching.is_alive():
                self._watching.join(timeout=_SECONDS_OF_AN_ATTEMPT)
            if self._local is None:
                self._loops.stop()
                return
            killing = threading.Timer(_SECONDS_TO_END, embedded.kill, [self._processes])
            killing.daemon = True
            killing.start()
            self._local.shutdown_on_close = False  # Dask would try once more when this process ends, for ten seconds.
            _at_most(self._local.close, _SECONDS_TO_END + 4)
            killing.cancel()
            embedded.collect(self._local, self._processes)
            embedded.kill(self._processes)

    def _asked(self, what: str) -> Any:
        """What the scheduler answers, or TimeoutError: the engine asks with its lock held."""
        scheduler = self._client.scheduler
        try:
            if scheduler is None:
                raise CommClosedError("The client is closed.")
            return self._client.sync(getattr(scheduler, what), callback_timeout=_SECONDS_OF_AN_ANSWER)
        except (TimeoutError, OSError) as error:  # TimeoutError is an OSError
            raise TimeoutError("The scheduler does not answer.") from error

    # --- the thread that watches

    def _watch(self) -> None:
        timeouts = 0
        while not self._closed.wait(_SECONDS_BETWEEN_HEARTBEATS):
            try:
                self._look()
                timeouts = 0
                continue
            except TimeoutError:
                timeouts += 1
            except Exception as error:
                timeouts = 2
                if self._local is not None and not self._closed.is_set():
                    _LOG.warning("The workers could not be looked at: %r", error)
            # Once is no proof: this process may have been stopped itself while it waited.
            if timeouts >= 2 and self.remote and not self._closed.is_set():
                self._reconnect()
                timeouts = 0

    def _look(self) -> None:
        client = self._client
        if client.status != "running":
            raise ConnectionError("The connection is broken.")
        if self._local is not None:
            heartbeats = client.sync(_heartbeats_here, self._local, callback_timeout=_SECONDS_OF_AN_ANSWER / 2)
        else:
            scheduler: Any = client.scheduler
            found = client.sync(scheduler.identity, callback_timeout=_SECONDS_OF_AN_ANSWER / 2)
            heartbeats = {
                address: Heartbeat(worker["last_seen"], worker["metrics"].get("memory", 0))
                for address, worker in found["workers"].items()
            }
            self._warm(list(heartbeats))
        self._health.note(heartbeats, time.monotonic())

    # --- a scheduler that is somebody else's

    def _connected(self, seconds: float) -> Client:
        client = Client(self._address, loop=self._loops.loop, set_as_default=False, timeout=seconds)
        client.subscribe_topic(_MEMORY_TOPIC, self._note_death)
        return client

    def _restart_remote(self, worker: str) -> None:
        client = self._client
        # Such a scheduler may try what its worker was at again elsewhere, or keep it for a worker of the same address.
        client.sync(_give_up, client, self._asked("processing").get(worker, ()), callback_timeout=_SECONDS_OF_AN_ANSWER)
        client.restart_workers([worker], timeout=_SECONDS_OF_A_REPLACEMENT, raise_for_error=False)

    def _reconnect(self) -> None:
        """Give everything up that was asked of the lost scheduler, and connect to the one that comes in its place."""
        self._lost = f"The scheduler at {self._address} does not answer; trying again."
        _LOG.warning(self._lost)
        before = self._client
        with suppress(Exception):
            before.sync(_give_up, before, list(before.futures), callback_timeout=_SECONDS_OF_AN_ATTEMPT)
        _at_most(before.close, _SECONDS_OF_AN_ATTEMPT)
        self._health.note({}, time.monotonic())
        self._warmed = set()
        while not self._closed.wait(_SECONDS_BETWEEN_HEARTBEATS):
            try:
                client = self._connected(_SECONDS_OF_AN_ATTEMPT)
            except (TimeoutError, OSError):
                continue
            except Exception:
                _LOG.exception("The scheduler answers, but not as one that can be used.")
                continue
            self._client = client
            self._lost = ""
            if self._closed.is_set():
                _at_most(client.close, _SECONDS_OF_AN_ATTEMPT)
            return

    def _warm(self, addresses: list[str]) -> list[Future[Any]]:
        """Have workers that are new import TensorFlow, in a thread: in their event loop they would be silent meanwhile."""
        fresh = [address for address in addresses if address not in self._warmed]
        self._warmed = set(addresses)
        warming = [self._client.submit(jobs.warm, workers=[address], pure=False) for address in fresh]
        for future in warming:
            future.add_done_callback(_report_cold)  # Held by it until it is done.
        return warming

    def _note_death(self, event: tuple[float, dict[str, Any]]) -> None:
        _, message = event
        now = time.monotonic()
        with self._deaths_lock:
            recent = {who: at for who, at in self._deaths_by_memory.items() if now - at < _SECONDS_THAT_A_DEATH_COUNTS}
            self._deaths_by_memory = recent | {message["worker"]: now}
        _LOG.warning("A worker used %.1f GiB, more than it may, and was ended.", message["rss"] / 2**30)


async def _heartbeats_here(local: SpecCluster) -> dict[str, Heartbeat]:
    scheduler: Any = local.scheduler
    return {
        address: Heartbeat(worker.last_seen, worker.metrics.get("memory", 0))
        for address, worker in scheduler.workers.items()
    }


async def _give_up(client: Client, keys: Iterable[Any]) -> None:
    """As Dask does itself with everything where a connection breaks."""
    for key in keys:
        state = client.futures.get(key)
        if state is not None:
            state.cancel(reason=_LOST_REASON)


def _report_cold(future: Future[Any]) -> None:
    if future.status == "error":
        _LOG.error("A worker could not import what it needs.", exc_info=future.exception())


async def _fetched(future: Future[Any], timeout: float) -> Any:
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


def _at_most(close: Callable[..., Any], seconds: float) -> None:
    """Close something of Dask's; what it could not close in time, or at all, is ended otherwise."""
    try:
        close(timeout=seconds)
    except TimeoutError:
        _LOG.warning("Dask did not end within %g seconds.", seconds)
    except Exception:
        _LOG.exception("Dask could not end.")
