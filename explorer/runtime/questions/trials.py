"""Fixes of pasted code, tried by workers while somebody reads them: nobody waits for an answer."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache, TTLCache

from explorer.report import TOO_LONG, Trial, not_tried
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.cluster.futures import WorkerDied, gone
from explorer.runtime.jobs import jobs

_LOG = logging.getLogger(__name__)

KEPT = 256
# After what somebody waits for (100), before what trains.
PRIORITY = 10
# Nothing that a worker tries takes so long (`jobs.try_fixes`): later than that, none was free.
SECONDS = 20.0
# A page looks twice a second: who has not asked for so long has gone on to another code.
SECONDS_UNTIL_FORGOTTEN = 3.0
MOST_AT_ONCE = 32
# So long a page says that no worker was free or that it takes too long; whoever looks again later has them tried.
SECONDS_UNTIL_TRIED_AGAIN = 30.0
_NOBODY_FREE = Trial(None, not_tried("the workers are busy"))
_ENDED = Trial(None, not_tried("the worker that tried it ended"))


@dataclass
class _Asked:
    """What a worker is at. since, seen: when it was asked for at first, and at last."""

    future: Any
    many: int
    since: float
    seen: float


class Trials:
    """Every method may be called from any thread, and returns at once.

    cluster: gives the cluster within so many seconds; raises TimeoutError where it is not up.
    """

    def __init__(self, cluster: Callable[[float], Cluster]) -> None:
        self._cluster = cluster
        self._lock = threading.Lock()
        self._known: LRUCache[str, list[Trial]] = LRUCache(KEPT)
        self._given_up: TTLCache[str, list[Trial]] = TTLCache(KEPT, SECONDS_UNTIL_TRIED_AGAIN, lambda: time.monotonic())
        self._asked: dict[str, _Asked] = {}

    def ask(
        self, fixes: Sequence[Mapping[str, Any]], sizes: Mapping[str, Any] | None = None, model: str | None = None
    ) -> list[Trial] | None:
        """What became of each fix, as `explorer.report.Fix` has it; None as long as it is being tried.

        sizes, model: what its report was made with (`explorer.snippet.check`). Whoever wants to know asks again.
        """
        arguments = (list(fixes), dict(sizes) if sizes else None, model)
        key = hashlib.sha256(json.dumps(arguments).encode()).hexdigest()
        with self._lock:
            if (known := self._known.get(key) or self._given_up.get(key)) is not None:
                return known
            if (asked := self._asked.get(key)) is None:
                self._start(key, arguments)
                return None
            asked.seen = time.monotonic()
        found = self._answer(asked)
        if found is not None:
            with self._lock:
                # On a busy machine what took too long may be done in time later.
                for_now = _NOBODY_FREE in found or TOO_LONG in found
                (self._given_up if for_now else self._known)[key] = found
                self._asked.pop(key, None)
        return found

    def _start(self, key: str, arguments: tuple[Any, ...]) -> None:
        """Have them tried; where that cannot be now, whoever asks again starts it."""
        now = time.monotonic()
        for other, asked in list(self._asked.items()):
            if now - asked.seen > SECONDS_UNTIL_FORGOTTEN:
                asked.future.cancel()
                del self._asked[other]
        if len(self._asked) >= MOST_AT_ONCE:
            return
        try:
            future = self._cluster(0.0).submit(jobs.try_fixes, *arguments, priority=PRIORITY)
        except (TimeoutError, WorkerDied):
            return
        self._asked[key] = _Asked(future, len(arguments[0]), now, now)

    def _answer(self, asked: _Asked) -> list[Trial] | None:
        future = asked.future
        if gone(future):
            return [_ENDED] * asked.many
        if future.done():
            try:
                return [Trial.read(each) for each in self._cluster(0.0).result(future, 1.0)]
            except (TimeoutError, WorkerDied):
                return [_ENDED] * asked.many
            except Exception as error:
                _LOG.warning("Fixes could not be tried: %r", error)
                return [_ENDED] * asked.many
        if time.monotonic() - asked.since > SECONDS:
            future.cancel()
            return [_NOBODY_FREE] * asked.many
        return None
