"""Whose turn it is: which chunk goes to which worker next. Nothing here runs anything.

A worker has room for two chunks: one that trains, and the next, so that it does not wait for the engine between them. The
second place goes to another run that waits for this worker; where none does, to the same run, whose next chunk then
takes what the one before it returns, inside the worker.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from explorer.catalog import program_key
from explorer.runtime.store import Run
from explorer.spec import Experiment

ROOM = 2


@dataclass(frozen=True)
class Flight:
    """A chunk that was sent and has not come back. future: of the cluster, a `explorer.runtime.jobs.Chunk`."""

    token: int
    future: Any


@dataclass
class Active:
    """A run that is in this engine's hands."""

    run: Run
    state: bytes | None
    steps: int | None = None  # epochs still to do before it pauses; None: to the end
    flight: list[Flight] = field(default_factory=list)  # the oldest first
    worker: str | None = None
    failures: int = 0
    rate: float | None = None
    last_return: float | None = None
    unwatched_since: float | None = field(default_factory=time.monotonic)
    not_before: float = 0.0  # its next chunk waits until then, by the monotonic clock
    note: str = ""  # why it waits, a sentence that is not stored
    looks: int = 0  # how often its oldest chunk was looked at and had not come back
    unsaved_state: bool = False  # whether the store does not know its state yet
    unsaved_chunk: Any = None  # what a chunk brought that could not be stored yet

    @property
    def going(self) -> bool:
        return self.run.state in ("queued", "running")

    @property
    def is_saved(self) -> bool:
        return not self.unsaved_state and self.unsaved_chunk is None


@dataclass
class Worker:
    """What is known of a worker.

    sent: what was sent and has not come back, by its token; a chunk, or work ahead, with the key of its program.
    programs: the keys of those that it has compiled. leaving: it gets nothing more, and is started anew when it is idle.
    since: when it came, by the monotonic clock.
    """

    sent: dict[int, str] = field(default_factory=dict)
    programs: set[str] = field(default_factory=set)
    leaving: bool = False
    since: float = field(default_factory=time.monotonic)

    def has(self, experiment: Experiment) -> bool:
        """Whether it has compiled the program of an experiment, or is about to."""
        key = program_key(experiment)
        return key in self.programs or key in self.sent.values()

    @property
    def has_room(self) -> bool:
        return len(self.sent) < ROOM and not self.leaving

    @property
    def idle(self) -> bool:
        return not self.sent and not self.leaving


class Turns:
    """The runs in hand, the workers that are up, and the runs that wait for their next chunk, in order."""

    def __init__(self) -> None:
        self.runs: dict[str, Active] = {}
        self.workers: dict[str, Worker] = {}
        self._waiting: deque[str] = deque()
        # When each owner last had a turn: with several runs one has as many turns as another has with one.
        self._served: dict[str, int] = {}
        self._services = 0

    def wait(self, run_id: str, first: bool = False) -> None:
        """A run waits for its next chunk, behind all others or `first`."""
        if run_id not in self._waiting:
            (self._waiting.appendleft if first else self._waiting.append)(run_id)
        if first:
            self._served.pop(self.runs[run_id].run.owner, None)

    def leave(self, run_id: str) -> None:
        """A run waits no longer."""
        if run_id in self._waiting:
            self._waiting.remove(run_id)

    def next(self) -> tuple[Active, str] | None:
        """The run that gets its next chunk now, and the worker to send it to; None while there is none."""
        now = time.monotonic()
        for run_id in sorted(self._waiting, key=self._last_service):
            active = self.runs[run_id]
            address = self._place(active) if active.not_before <= now else None
            if address is not None:
                self._waiting.remove(run_id)
                self._serve(active.run.owner)
                return active, address
        for active in self.runs.values():
            worker = self.workers.get(active.worker or "")
            ahead = active.going and active.steps is None and len(active.flight) == 1
            if ahead and worker is not None and worker.has_room:
                return active, active.worker
        return None

    def _last_service(self, run_id: str) -> int:
        return self._served.get(self.runs[run_id].run.owner, 0)

    def _serve(self, owner: str) -> None:
        self._services += 1
        self._served[owner] = self._services
        if len(self._served) > 2 * len(self.runs) + 100:
            present = {active.run.owner for active in self.runs.values()}
            self._served = {known: when for known, when in self._served.items() if known in present}

    def crowd(self) -> int:
        """How many runs want to train."""
        return sum(active.going for active in self.runs.values())

    def bound(self, address: str) -> int:
        """How many runs that want to train are bound to a worker."""
        return sum(active.going and active.worker == address for active in self.runs.values())

    def idlest(self) -> str | None:
        """An idle worker to compile on ahead: the one with the fewest runs."""
        idle = [address for address, worker in self.workers.items() if worker.idle]
        return min(idle, key=self.bound, default=None)

    def _place(self, active: Active) -> str | None:
        """Where the next chunk of a run that waits can go now, or None while there is no room."""
        own = self.workers.get(active.worker or "")
        if own is not None and not own.leaving:
            # It moves, at the price of compiling once more, only where it shares its worker while another has no run.
            free = [address for address, worker in self.workers.items() if worker.idle and not self.bound(address)]
            if free and self.bound(active.worker) > 1:
                return free[0]
            return active.worker if own.has_room else None
        staying = [address for address, worker in self.workers.items() if not worker.leaving]
        best = min(staying, key=lambda address: self._preference(active, address), default=None)
        return best if best is not None and self.workers[best].has_room else None

    def _preference(self, active: Active, address: str) -> tuple[int, bool, int]:
        """The fewest runs first; among equals the one that has the program, or is compiling it; then the least to do."""
        worker = self.workers[address]
        return self.bound(address), not worker.has(active.run.experiment), len(worker.sent)
