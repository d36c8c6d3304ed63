"""How the workers are: what they use, and how long nobody has heard of them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

# What one look can add to a silence. Where looks are further apart, it was this process that stood still (it was stopped,
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
