"""What pages ask of workers: shapes, models with one setting changed, and checks of pasted code.

Answers are kept, and whoever asks the same at the same time waits for the same work.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from distributed import Future

from explorer.runtime import jobs
from explorer.runtime.cluster import Cluster, WorkerDied, gone
from explorer.spec import Experiment

KEPT_ANSWERS = 512
TRIES = 3
# For so long code that a worker could not be done with is refused without another try.
SECONDS_OF_A_REFUSAL = 300.0
BUSY = "The workers are busy."


class Refused(ValueError):
    """A request that cannot be granted; its text is a sentence for the reader."""


class _WorkersDied(Refused):
    """Every worker ended that was given it."""


class Queries:
    """Every method may be called from any thread.

    cluster: gives the cluster, within so many seconds; raises TimeoutError where it is not up. replace_worker: called with
    the address of a worker that does not come to an end. checks: how many checks of code may be at work at once.
    """

    def __init__(self, cluster: Callable[[float], Cluster], replace_worker: Callable[[str], None], checks: int) -> None:
        self._cluster = cluster
        self._replace_worker = replace_worker
        self._lock = threading.Lock()
        self._answers: dict[str, dict[str, Any]] = {}
        self._asked: dict[str, Future] = {}
        self._refusals: dict[str, tuple[float, str]] = {}
        self._most_checks = checks
        self._checking: set[str] = set()
        self._check_ended = threading.Condition()

    def describe(self, experiment: Experiment, timeout: float) -> dict[str, Any]:
        """See `explorer.runtime.engine.Engine.describe`."""
        key = model_key(experiment)
        if experiment.pasted is None:
            return self._ask(key, timeout, jobs.describe, experiment.to_dict())
        return self._ask_bounded(key, timeout, key, jobs.describe, experiment.to_dict())

    def description(self, experiment: Experiment) -> dict[str, Any] | None:
        """What `describe` has returned for an experiment with the same model, or None."""
        with self._lock:
            return self._answers.get(model_key(experiment))

    def twin(self, experiment: Experiment, layer: str, setting: str, value: Any, timeout: float) -> dict[str, Any]:
        """See `explorer.runtime.engine.Engine.twin`."""
        key = f"{model_key(experiment)} {layer} {setting} {value}"
        arguments = (experiment.to_dict(), layer, setting, value)
        if experiment.pasted is None:
            return self._ask(key, timeout, jobs.twin, *arguments)
        return self._ask_bounded(key, timeout, key, jobs.twin, *arguments)

    def check(
        self,
        code: str,
        x: Sequence[Sequence[int]] | None,
        y: Sequence[int] | None,
        loss: str | None,
        batch_size: int | None,
        timeout: float,
        visitor: str,
    ) -> dict[str, Any]:
        """See `explorer.runtime.engine.Engine.check`."""
        shapes = None if x is None else [tuple(shape) for shape in x]
        arguments = (code, shapes, None if y is None else tuple(y), loss, batch_size)
        key = f"check {hashlib.sha256(json.dumps(arguments).encode()).hexdigest()}"
        return self._ask_bounded(key, timeout, visitor, jobs.check, *arguments)

    def _ask_bounded(
        self, key: str, timeout: float, visitor: str, function: Callable[..., dict[str, Any]], *arguments: Any
    ) -> dict[str, Any]:
        """Ask what depends on somebody's code: it may take a worker for ever, or end it, and is then refused for a while."""
        deadline = time.monotonic() + timeout
        self._cluster(timeout)
        with self._lock:
            known = self._answers.get(key)
            refused_at, sentence = self._refusals.get(key, (-math.inf, ""))
        if known is not None:
            return known
        if time.monotonic() - refused_at < SECONDS_OF_A_REFUSAL:
            raise Refused(sentence)
        with self._turn_to_check(visitor, deadline):
            try:
                return self._ask(key, timeout, function, *arguments)
            except TimeoutError:
                self._end_hanging(key)
                sentence = (
                    f"This code was not worked out within {timeout:g} seconds: make its sizes smaller, or leave parts out."
                )
            except _WorkersDied:
                sentence = "The worker that read this code ended: it may need too much memory. Make its sizes smaller."
            with self._lock:
                # A page that is drawn again asks again, and must not end a worker each time.
                now = time.monotonic()
                fresh = {other: told for other, told in self._refusals.items() if now - told[0] < SECONDS_OF_A_REFUSAL}
                self._refusals = fresh | {key: (now, sentence)}
        raise Refused(sentence)

    @contextmanager
    def _turn_to_check(self, visitor: str, deadline: float) -> Iterator[None]:
        """One check at a time for a visitor, and not more than there are workers in all: a check may hold one for long."""

        def is_free() -> bool:
            return visitor not in self._checking and len(self._checking) < self._most_checks

        with self._check_ended:
            if not self._check_ended.wait_for(is_free, max(0.0, deadline - time.monotonic())):
                raise TimeoutError("Other code of yours is still being checked." if visitor in self._checking else BUSY)
            self._checking.add(visitor)
        try:
            yield
        finally:
            with self._check_ended:
                self._checking.discard(visitor)
                self._check_ended.notify_all()

    def _end_hanging(self, key: str) -> None:
        """Start the worker anew that does not come to an end with what it was asked; its runs go on elsewhere."""
        with self._lock:
            future = self._asked.pop(key, None)
        if future is None or future.done():
            return
        try:
            address = self._cluster(0.0).place_of(future)
        except TimeoutError:
            address = None  # The scheduler does not answer. The engine's own look at the workers will find out.
        future.cancel()  # Else it would be the next worker's.
        if address is not None:
            self._replace_worker(address)

    def _ask(self, key: str, timeout: float, function: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
        with self._lock:
            known = self._answers.get(key)
        if known is not None:
            return known
        cluster = self._cluster(timeout)
        for attempt in range(TRIES):
            try:
                found = cluster.result(self._submitted(cluster, key, function, *arguments), timeout)
                break
            except WorkerDied:
                if cluster.lost:
                    raise TimeoutError(cluster.lost) from None
                if attempt == TRIES - 1:
                    raise _WorkersDied("The workers end when they build this model: it may be too large.") from None
            except OSError:  # TimeoutError among them
                raise
            except Exception as error:
                raise Refused(f"This model cannot be built: {error}") from error
        with self._lock:
            while len(self._answers) >= KEPT_ANSWERS:
                self._answers.pop(next(iter(self._answers)))
            self._answers[key] = found
        return found

    def _submitted(self, cluster: Cluster, key: str, function: Callable[..., Any], *arguments: Any) -> Future:
        """What is being worked out for this key; the page and its slider ask for the same at nearly the same time."""
        with self._lock:
            future = self._asked.get(key)
            if future is None or future.done() or gone(future):
                self._asked = {other: asked for other, asked in self._asked.items() if not asked.done() and not gone(asked)}
                future = self._asked[key] = cluster.submit(function, *arguments, priority=100)
            return future


def model_key(experiment: Experiment) -> str:
    """Experiments with the same key have the same model and probe: what does not change them must not build them again."""
    return replace(experiment, samples=32, batch=1, epochs=1, learning_rate=1.0).key
