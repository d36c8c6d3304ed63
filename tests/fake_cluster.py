"""A cluster that runs jobs in place, at once, and that can be told to die, hang, be silent, full or lost.

Its chunks do not train: each epoch's loss follows from the seed and from the state before it, so that an epoch that is
lost, doubled or of another run shows in every loss after it. Its workers compile programs and remember them, as real
ones do.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from explorer.catalog import program_key
from explorer.experiment import Experiment, Frame
from explorer.runtime.cluster.futures import WorkerDied
from explorer.runtime.cluster.health import WorkerHealth
from explorer.runtime.jobs import jobs
from explorer.runtime.jobs.batch_job import batches_at
from explorer.runtime.jobs.replay_job import tensors_at

SEED_WITHOUT_NUMBERS = 4242
NO_NUMBER_FROM = 5


class FakeFuture(Future[Any]):
    @property
    def status(self) -> str:
        return "finished" if self.done() else "pending"


class FakeCluster:
    """What `explorer.runtime.engine.engine.Engine` asks of a cluster.

    deaths: how often a worker still dies with the next chunk or replay that it is given. by_memory: whether it dies for
    that reason. hanging: the seeds of runs whose chunks never come back while their worker lives. silent: seconds since
    a worker was heard of. used: the bytes that each worker takes. chunks: (worker, seed, epochs asked) of every chunk that
    was sent.
    """

    remote, memory = False, 2 * 2**30

    def __init__(self, workers: int = 1, epochs_of_a_chunk: int = 3) -> None:
        self.wanted = workers
        self.epochs_of_a_chunk = epochs_of_a_chunk
        self.deaths, self.by_memory, self.silent, self.used, self.lost = 0, False, 0.0, 2**28, ""
        self.hanging: set[int] = set()
        self.chunks: list[tuple[str, int, float]] = []
        self.ahead: list[tuple[str, Experiment]] = []
        self.paused = threading.Event()  # set: chunks wait in the workers
        self._names = itertools.count(1)
        self._lock = threading.RLock()
        self._programs: dict[str, list[str]] = {}
        self._at_work: list[tuple[str, FakeFuture, Callable[[], Any]]] = []
        for _ in range(workers):
            self._add()

    def _add(self) -> None:
        self._programs[f"worker-{next(self._names)}"] = []

    def start(self) -> FakeCluster:
        return self

    def addresses(self) -> list[str]:
        with self._lock:
            return sorted(self._programs)

    def health(self) -> dict[str, WorkerHealth]:
        return {address: WorkerHealth(self.used, self.silent) for address in self.addresses()}

    def submit(
        self, function: Callable[..., Any], *arguments: Any, worker: str | None = None, priority: int = 0
    ) -> FakeFuture:
        future = FakeFuture()
        with self._lock:
            if not self._programs:
                raise WorkerDied("No worker is up.")
            address = worker if worker in self._programs else sorted(self._programs)[0]
        if function is jobs.describe:
            future.set_result(description(replace(Experiment.from_dict(arguments[0]), seed=0, epochs=1)))
        elif function is jobs.chunk:
            self._submit_chunk(future, address, *arguments)
        elif function in (tensors_at, batches_at) and self._dies():
            future.set_exception(WorkerDied("It died."))
        elif function in (jobs.trace, jobs.prepare):
            self.ahead.append((function.__name__, Experiment.from_dict(arguments[0])))
            future.set_result(self._compiled(address, arguments[0], function is jobs.prepare))
        else:
            try:
                future.set_result(function(*arguments))
            except Exception as error:
                future.set_exception(error)
        return future

    def _submit_chunk(self, future: FakeFuture, address: str, experiment: dict[str, Any], before: Any, *limits: Any) -> None:
        with self._lock:
            self.chunks.append((address, experiment["seed"], limits[1]))
        if self._dies():
            self.renew(address, lambda: None)
            future.set_exception(WorkerDied("It died."))
            return

        def run() -> Any:
            state = before.result() if isinstance(before, Future) else before
            state = state.state if isinstance(state, jobs.Chunk) else state
            frames, after = trained(
                Experiment.from_dict(experiment), state, min(limits[0], _epoch(state) + self._epochs(limits[1]))
            )
            return jobs.Chunk(after, frames, self._compiled(address, experiment, True))

        if self.paused.is_set() or experiment["seed"] in self.hanging or not _is_ready(before):
            with self._lock:
                self._at_work.append((address, future, run))
        else:
            _finish(future, run)

    def _dies(self) -> bool:
        with self._lock:
            dies, self.deaths = self.deaths > 0, max(0, self.deaths - 1)
        return dies

    def _epochs(self, budget: float) -> int:
        return 1 if budget == 0 else self.epochs_of_a_chunk

    def go_on(self) -> None:
        """Let the chunks that wait in the workers come back, those that hang excepted."""
        self.paused.clear()
        with self._lock:
            waiting, self._at_work = self._at_work, []
        for _, future, run in waiting:
            _finish(future, run)

    def _compiled(self, address: str, experiment: dict[str, Any], is_compiled: bool) -> jobs.Held:
        with self._lock:
            held = self._programs.get(address, [])
            key = program_key(Experiment.from_dict(experiment))
            if is_compiled and key not in held:
                held.append(key)
            return jobs.Held(list(held), self.used)

    def result(self, future: FakeFuture, timeout: float = 30.0) -> Any:
        return future.result(timeout)

    def place_of(self, future: FakeFuture) -> str | None:
        return None

    def renew(self, worker: str, then: Callable[[], None]) -> None:
        """Its successor is up at once; what it was at is lost."""
        with self._lock:
            if self._programs.pop(worker, None) is not None:
                self._add()
            lost = [future for address, future, _ in self._at_work if address == worker]
            self._at_work = [waiting for waiting in self._at_work if waiting[0] != worker]
        self.silent = 0.0
        for future in lost:
            if not future.cancelled():
                future.set_exception(WorkerDied("It was ended."))
        then()

    def lose_workers(self) -> int:
        """All workers end, and what they are at is lost; successors come with `come_back`. Returns how many there were."""
        with self._lock:
            gone, self._programs = len(self._programs), {}
            lost, self._at_work = self._at_work, []
        for _, future, _ in lost:
            future.set_exception(WorkerDied("It was ended."))
        return gone

    def come_back(self, workers: int) -> None:
        with self._lock:
            for _ in range(workers):
                self._add()

    def restore(self) -> None:
        """Every worker that ended has a successor already."""

    def died_by_memory(self, worker: str) -> bool:
        return self.by_memory

    def close(self) -> None:
        with self._lock:
            waiting, self._at_work = self._at_work, []
        for _, future, _ in waiting:
            future.cancel()


def trained(experiment: Experiment, state: bytes | None, until: int) -> tuple[list[Frame], bytes]:
    """The frames of the epochs after `state` to `until`, and the state then: the epoch and a hash of what came before."""
    frames = []
    state = state or _state(0, hashlib.sha256(str(experiment.seed).encode()).digest())
    for epoch in range(_epoch(state) + 1, until + 1):
        state = _state(epoch, hashlib.sha256(state).digest())
        loss = int.from_bytes(state[8:14], "big") / 2**48
        if experiment.seed == SEED_WITHOUT_NUMBERS and epoch >= NO_NUMBER_FROM:
            loss = math.nan
        outputs = np.full((1, experiment.timesteps, 1), loss, "float32")
        frames.append(Frame(epoch, loss, loss / 2, None, None, outputs))
        if math.isnan(loss):
            break
    return frames, state


@cache
def description(experiment: Experiment) -> dict[str, Any]:
    """What a real worker says of an experiment: described once for all tests in this process."""
    return jobs.describe(experiment.to_dict())


def _state(epoch: int, digest: bytes) -> bytes:
    return epoch.to_bytes(8, "big") + digest


def _epoch(state: bytes | None) -> int:
    return int.from_bytes(state[:8], "big") if state else 0


def _is_ready(before: Any) -> bool:
    return not isinstance(before, Future) or before.done()


def _finish(future: FakeFuture, run: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(run())
    except Exception as error:
        future.set_exception(error)
