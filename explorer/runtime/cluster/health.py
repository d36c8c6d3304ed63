"""How the workers are: what they use, and how long nobody has heard of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

_LOG = logging.getLogger(__name__)

_SECONDS_THAT_A_DEATH_COUNTS = 600.0
# What one check can add to a silence. Where checks are further apart, it was this process that stood still (it was stopped,
# or the machine slept), and not the workers.
_LONGEST_STEP = 2.0


class WorkerHealth(NamedTuple):
    """bytes: resident memory at the last heartbeat. silent: seconds since the scheduler last heard of the worker."""

    bytes: int
    silent: float


class Heartbeat(NamedTuple):
    """The last heartbeat of a worker, as the scheduler knows it. at: when, by the scheduler's clock."""

    at: float
    bytes: int


@dataclass
class _Known:
    heartbeat: Heartbeat
    silent: float = 0.0


class HealthRecord:
    """What looking at the scheduler again and again tells of the workers. May be used from several threads."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._looked_at: float | None = None
        self._lock = threading.Lock()

    def note(self, heartbeats: Mapping[str, Heartbeat], now: float) -> None:
        """Take in the last heartbeat of every worker that is up. now: seconds, by a clock that never jumps.

        When a heartbeat came is only compared with when the one before came: clocks differ, and are set anew.
        """
        with self._lock:
            step = 0.0 if self._looked_at is None else min(now - self._looked_at, _LONGEST_STEP)
            self._looked_at = now
            before, self._known = self._known, {}
            for address, heartbeat in heartbeats.items():
                known = before.get(address)
                is_silent = known is not None and known.heartbeat.at == heartbeat.at
                self._known[address] = _Known(heartbeat, known.silent + step if known and is_silent else 0.0)

    def health(self) -> dict[str, WorkerHealth]:
        """The workers that were up at the last look, by address."""
        with self._lock:
            return {address: WorkerHealth(known.heartbeat.bytes, known.silent) for address, known in self._known.items()}


class MemoryDeaths:
    """Which workers were ended for using more memory than they may. May be used from several threads."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        self._lock = threading.Lock()

    def note(self, event: tuple[float, dict[str, Any]]) -> None:
        """A nanny has ended its worker: an event of Dask's, with the worker's address and the memory that it used."""
        _, message = event
        now = time.monotonic()
        with self._lock:
            recent = {who: at for who, at in self._at.items() if now - at < _SECONDS_THAT_A_DEATH_COUNTS}
            self._at = recent | {message["worker"]: now}
        _LOG.warning("A worker used %.1f GiB, more than it may, and was ended.", message["rss"] / 2**30)

    def happened(self, worker: str, within: float) -> bool:
        """Whether this worker was ended so in the last `within` seconds."""
        with self._lock:
            return time.monotonic() - self._at.get(worker, -1e9) < within
