"""Batches in slow motion, asked of workers and kept for a while. Nothing of it is computed before somebody asks."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

from cachetools import LRUCache

from explorer.runtime.jobs.slow_job import Slow, slow_at
from explorer.runtime.questions.replayed import NO_NUMBER, not_yet, too_long
from explorer.runtime.questions.replays import MOST_SECONDS, Replays
from explorer.runtime.storage.records import Run
from explorer.training.slow_motion import SlowBatch

KEPT = 64


class Seen(NamedTuple):
    """reason: why there is no batch, as a sentence, else empty."""

    batch: SlowBatch | None
    reason: str = ""


class SlowMotions:
    """`at` may be called from any thread."""

    def __init__(self, replays: Replays) -> None:
        self._replays = replays
        self._lock = threading.Lock()
        self._seen: LRUCache[tuple[str, int, int], Seen] = LRUCache(KEPT)

    def at(self, run: Run, epoch: int, number: int, timeout: float = 10.0) -> Seen:
        """Batch `number` (from 1) of an epoch of a run, trained again. Raises as `replays.Replays` does."""
        if epoch > run.epoch:
            return Seen(None, not_yet(epoch, run.epoch))
        deadline = time.monotonic() + timeout
        key = run.id, epoch, number
        with self._replays.turn(run.id, deadline):
            with self._lock:
                kept: Seen | None = self._seen.get(key)
            if kept is not None:
                return kept
            state = self._replays.state_up_to(run.id, epoch - 1)
            found: Slow = self._replays.ask(
                run, slow_at, (run.experiment.to_dict(), state, epoch, number, MOST_SECONDS), deadline
            )
            self._replays.keep_state(run.id, found.state)
            if found.batch is None:
                return Seen(None, found.refusal or (too_long(epoch, found.seconds) if found.seconds else NO_NUMBER))
            seen = Seen(found.batch)
            with self._lock:
                self._seen[key] = seen
        return seen
