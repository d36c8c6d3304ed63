"""What pages ask of workers: shapes, models with one setting changed, and checks of pasted code.

Answers are kept, and whoever asks the same at the same time waits for the same work.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from cachetools import LRUCache, TTLCache

from explorer.experiment import Experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.cluster.futures import WorkerDied, gone
from explorer.runtime.jobs import jobs
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.descriptions import Descriptions, model_key

_LOG = logging.getLogger(__name__)

KEPT_ANSWERS = 512
TRIES = 3
# For so long code that a worker could not be done with is refused without another try.
SECONDS_OF_A_REFUSAL = 300.0
KEPT_REFUSALS = 1000
BUSY = "The workers are busy."


class Refused(ValueError):
    """A request that cannot be granted; its text is a sentence for the reader."""


class NotTheOwner(Refused):
    """Somebody else's run was to be changed."""


class _WorkersDied(Refused):
    """Every worker ended that was given it."""


class Queries:
    """Every method may be called from any thread.

    cluster: gives the cluster, within so many seconds; raises TimeoutError where it is not up. replace_worker: called with
    the address of a worker that does not come to an end. quiet_workers: the workers that compile nothing ahead, those with
    the least to do first. checks: how many checks of code may be at work at once. descriptions: where they are kept for
    the next start. in_background: does something that nobody waits for.
    """

    def __init__(
        self,
        cluster: Callable[[float], Cluster],
        replace_worker: Callable[[str], None],
        quiet_workers: Callable[[], Sequence[str]],
        checks: int,
        descriptions: Descriptions,
        in_background: Callable[[Callable[[], None]], None],
    ) -> None:
        self._cluster = cluster
        self._replace_worker = replace_worker
        self._quiet_workers = quiet_workers
        self._descriptions = descriptions
        self._in_background = in_background
        self._lock = threading.Lock()
        self._answers: LRUCache[str, dict[str, Any]] = LRUCache(KEPT_ANSWERS)
        self._asked: dict[str, Any] = {}
        self._refusals: TTLCache[str, str] = TTLCache(KEPT_REFUSALS, SECONDS_OF_A_REFUSAL)
        self._most_checks = checks
        self._checking: set[str] = set()
        self._check_ended = threading.Condition()
        self._asked_at = time.monotonic()

    def seconds_of_quiet(self) -> float:
        """For how long nobody has asked a worker for anything."""
        return time.monotonic() - self._asked_at

    def describe(self, experiment: Experiment, timeout: float) -> dict[str, Any]:
        """See `explorer.runtime.engine.engine.Engine.describe`."""
        key = model_key(experiment)
        found = self.known_description(experiment) or self._stored_description(key)
        if found is not None:
            return found
        self._asked_at = time.monotonic()
        if experiment.pasted is None:
            found = self._ask(key, timeout, jobs.describe, experiment.to_dict())
        else:
            found = self._ask_bounded(key, timeout, key, jobs.describe, experiment.to_dict())
        described = found
        self._in_background(lambda: self._descriptions.keep(key, described))
        return found

    def known_description(self, experiment: Experiment) -> dict[str, Any] | None:
        """What `describe` has returned for an experiment with the same model lately, or None; at once."""
        with self._lock:
            return self._answers.get(model_key(experiment))

    def _stored_description(self, key: str) -> dict[str, Any] | None:
        try:
            found = self._descriptions.find(key)
        except DatabaseUnavailable:
            return None  # Then it is described once more.
        except (ValueError, zlib.error) as error:
            _LOG.warning("A stored description could not be read, and is made again: %r", error)
            return None
        if found is not None:
            with self._lock:
                self._answers[key] = found
        return found

    def compare(self, experiment: Experiment, layer: str, setting: str, value: Any, timeout: float) -> dict[str, Any]:
        """See `explorer.runtime.engine.engine.Engine.compare`."""
        key = f"{model_key(experiment)} {layer} {setting} {value}"
        arguments = (experiment.to_dict(), layer, setting, value)
        if experiment.pasted is None:
            return self._ask(key, timeout, jobs.compare, *arguments)
        return self._ask_bounded(key, timeout, key, jobs.compare, *arguments)

    def check(
        self,
        code: str,
        x: Sequence[Sequence[int]] | None,
        y: Sequence[int] | None,
        loss: str | None,
        batch_size: int | None,
        timeout: float,
        visitor: str,
        sizes: Mapping[str, Any] | None = None,
        model: str | None = None,
    ) -> dict[str, Any]:
        """See `explorer.runtime.engine.engine.Engine.check`."""
        shapes = None if x is None else [tuple(shape) for shape in x]
        arguments = (code, shapes, None if y is None else tuple(y), loss, batch_size, dict(sizes) if sizes else None, model)
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
            refusal = self._refusals.get(key)
        if known is not None:
            return known
        if refusal is not None:
            raise Refused(refusal)
        with self._turn_to_check(visitor, deadline):
            try:
                return self._ask(key, timeout, function, *arguments)
            except TimeoutError:
                self._end_hanging(key)
                refusal = (
                    f"This code was not worked out within {timeout:g} seconds: make its sizes smaller, or leave parts out."
                )
            except _WorkersDied:
                refusal = "The worker that read this code ended: it may need too much memory. Make its sizes smaller."
            with self._lock:
                # A page that is drawn again asks again, and must not end a worker each time.
                self._refusals[key] = refusal
        raise Refused(refusal)

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
                worker = self._quiet_worker() if attempt == 0 and function is not jobs.check else None
                found: dict[str, Any] = cluster.result(self._submitted(cluster, key, worker, function, *arguments), timeout)
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
            self._answers[key] = found
        return found

    def _quiet_worker(self) -> str | None:
        """A worker that compiles nothing ahead, which would hold its interpreter lock for long; None where it is all one.

        Dask never runs what was sent to the only worker when that has just ended: then another try goes to any worker.
        """
        quiet = self._quiet_workers()
        return quiet[0] if quiet and self._most_checks > 1 else None

    def _submitted(
        self, cluster: Cluster, key: str, worker: str | None, function: Callable[..., Any], *arguments: Any
    ) -> Any:
        """What is being worked out for this key; the page and its slider ask for the same at nearly the same time."""
        with self._lock:
            future = self._asked.get(key)
            if future is None or future.done() or gone(future):
                self._asked = {other: asked for other, asked in self._asked.items() if not asked.done() and not gone(asked)}
                future = self._asked[key] = cluster.submit(function, *arguments, worker=worker, priority=100)
            return future
