"""The processes that chunks run in: a Dask cluster, embedded in the server or at an address.

One code path for both: EXPLORER_SCHEDULER names the address of a scheduler; without it a cluster of EXPLORER_WORKERS
workers (2 unless told) is started here, and ends with this process.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import dask
import psutil
from distributed import Client, Future, SpecCluster

from explorer.runtime.cluster import embedded
from explorer.runtime.cluster.cluster_settings import SMALLEST_MEMORY, checked_address, memory_of_a_worker, workers_wanted
from explorer.runtime.cluster.dask_internals import (
    MEMORY_TOPIC,
    ClosedClientError,
    CommClosedError,
    LoopRunner,
    last_seen_and_memory_in,
)
from explorer.runtime.cluster.dask_settings import SETTINGS
from explorer.runtime.cluster.embedded import SECONDS_OF_A_START
from explorer.runtime.cluster.futures import WorkerDied, give_up, result_of
from explorer.runtime.cluster.health import HealthRecord, Heartbeat, MemoryDeaths, WorkerHealth
from explorer.runtime.cluster.remote import Warmup

_LOG = logging.getLogger(__name__)
# The scheduler runs in this process, or near it. On a loaded machine its answers take a moment, never this long.
_SECONDS_OF_AN_ANSWER = 10.0
# How often the workers' heartbeats, which come twice a second, are looked at; and a lost scheduler is tried again.
_SECONDS_BETWEEN_HEARTBEATS = 0.5
# A lost scheduler that does not answer an attempt by then is tried again.
_SECONDS_OF_AN_ATTEMPT = 2.0
_SECONDS_OF_A_REPLACEMENT = 60.0
# A worker that is told to end has so long to do it; then it is killed.
_SECONDS_TO_END = 3.0


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
        self._warmup = Warmup()
        self._memory_deaths = MemoryDeaths()
        self._closing = threading.Lock()
        self._closed = threading.Event()
        self._processes: set[psutil.Process] = set()
        self._health = HealthRecord()
        self._watching = threading.Thread(target=self._watch, name="cluster", daemon=True)

    def start(self) -> Cluster:
        """Start the workers here, or connect to the scheduler; returns the cluster itself. May be tried again.

        Raises ValueError with a sentence for settings that are refused, and ConnectionError where no scheduler answers.
        """
        dask.config.set(SETTINGS)
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
                for future in self._warmup.warm(self._client, self.addresses()):
                    self.result(future, SECONDS_OF_A_START)
            except Exception:
                embedded.close_within(self._client.close, _SECONDS_OF_AN_ATTEMPT)
                self._loops.stop()
                self._warmup = Warmup()
                raise
        else:
            self._local = embedded.start(self.wanted, self.memory)
            self._address = self._local.scheduler_address
            self._client = Client(self._local, set_as_default=False)
            self._client.subscribe_topic(MEMORY_TOPIC, self._memory_deaths.note)
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
        """Run a function of `explorer.runtime.jobs.jobs` in a worker; on `worker` while that is alive.

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
        return result_of(future, timeout, self._closed)

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
        return self._memory_deaths.happened(worker, within)

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
            embedded.close_within(self._client.close, 2)
            if self._watching.is_alive():
                self._watching.join(timeout=_SECONDS_OF_AN_ATTEMPT)
            if self._local is None:
                self._loops.stop()
                return
            killing = threading.Timer(_SECONDS_TO_END, embedded.kill, [self._processes])
            killing.daemon = True
            killing.start()
            self._local.shutdown_on_close = False  # Dask would try once more when this process ends, for ten seconds.
            embedded.close_within(self._local.close, _SECONDS_TO_END + 4)
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
            heartbeats = client.sync(embedded.heartbeats, self._local, callback_timeout=_SECONDS_OF_AN_ANSWER / 2)
        else:
            scheduler: Any = client.scheduler
            found = client.sync(scheduler.identity, callback_timeout=_SECONDS_OF_AN_ANSWER / 2)
            heartbeats = {address: Heartbeat(*told) for address, told in last_seen_and_memory_in(found).items()}
            self._warmup.warm(self._client, list(heartbeats))
        self._health.note(heartbeats, time.monotonic())

    # --- a scheduler that is somebody else's

    def _connected(self, seconds: float) -> Client:
        client = Client(self._address, loop=self._loops.loop, set_as_default=False, timeout=seconds)
        client.subscribe_topic(MEMORY_TOPIC, self._memory_deaths.note)
        return client

    def _restart_remote(self, worker: str) -> None:
        client = self._client
        # Such a scheduler may try what its worker was at again elsewhere, or keep it for a worker of the same address.
        client.sync(give_up, client, self._asked("processing").get(worker, ()), callback_timeout=_SECONDS_OF_AN_ANSWER)
        client.restart_workers([worker], timeout=_SECONDS_OF_A_REPLACEMENT, raise_for_error=False)

    def _reconnect(self) -> None:
        """Give everything up that was asked of the lost scheduler, and connect to the one that comes in its place."""
        self._lost = f"The scheduler at {self._address} does not answer; trying again."
        _LOG.warning(self._lost)
        before = self._client
        with suppress(Exception):
            before.sync(give_up, before, list(before.futures), callback_timeout=_SECONDS_OF_AN_ATTEMPT)
        embedded.close_within(before.close, _SECONDS_OF_AN_ATTEMPT)
        self._health.note({}, time.monotonic())
        self._warmup = Warmup()
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
                embedded.close_within(client.close, _SECONDS_OF_AN_ATTEMPT)
            return
