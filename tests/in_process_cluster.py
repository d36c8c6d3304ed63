"""A cluster whose workers are threads of this process: real chunks of work, and workers that die when a test says so."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from explorer.runtime.cluster import WorkerDied
from explorer.runtime.health import WorkerHealth


class InProcessFuture(Future):
    @property
    def status(self) -> str:
        return "finished" if self.done() else "pending"


class InProcessCluster:
    """What `explorer.runtime.engine.Engine` asks of a cluster.

    deaths: how often a worker still dies with the next chunk that it is given. silent: seconds since a worker was heard of.
    endless: the seed of the run whose chunks do not come to an end while its worker lives.
    """

    remote, lost, memory = False, "", 2**40
    wanted: int

    def __init__(self, workers: int) -> None:
        self.wanted = workers
        self._names = itertools.count(1)
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._lock = threading.Lock()
        self.deaths, self.silent, self.endless = 0, 0.0, -1
        self.chunks: list[tuple[str, str]] = []
        for _ in range(workers):
            self._add()

    def _add(self) -> None:
        name = f"worker-{next(self._names)}"
        self._threads[name] = ThreadPoolExecutor(1, thread_name_prefix=name)

    def start(self) -> None:
        """The workers are up from the beginning."""

    def addresses(self) -> list[str]:
        with self._lock:
            return sorted(self._threads)

    def health(self) -> dict[str, WorkerHealth]:
        return {address: WorkerHealth(0, self.silent) for address in self.addresses()}

    def submit(self, function: Callable[..., Any], *arguments: Any, worker: str | None = None, priority: int = 0) -> Future:
        with self._lock:
            address = worker if worker in self._threads else sorted(self._threads)[0]
            threads = self._threads[address]
        future = InProcessFuture()
        threads.submit(self._run, future, address, function, arguments)
        return future

    def _run(self, future: Future, address: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            if function.__name__ == "chunk":
                with self._lock:
                    self.chunks.append((address, arguments[0]["seed"]))
                    dies = self.deaths > 0
                    self.deaths -= dies
                while arguments[0]["seed"] == self.endless and address in self.addresses():
                    time.sleep(0.01)
                if dies:
                    self.renew(address, lambda: None)
                    raise WorkerDied("It died.")
            future.set_result(function(*(each.result() if isinstance(each, Future) else each for each in arguments)))
        except BaseException as error:
            future.set_exception(error)

    def result(self, future: Future, timeout: float = 30.0) -> Any:
        return future.result(timeout)

    def place_of(self, future: Future) -> str | None:
        return None

    def renew(self, worker: str, then: Callable[[], None]) -> None:
        with self._lock:
            if self._threads.pop(worker, None) is not None:
                self._add()
        self.silent = 0.0
        then()

    def restore(self) -> None:
        """Every worker that ended has a successor already."""

    def died_by_memory(self, worker: str) -> bool:
        return False

    def close(self) -> None:
        for threads in self._threads.values():
            threads.shutdown(wait=True, cancel_futures=True)
