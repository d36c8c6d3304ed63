"""Which run's chunk goes to which worker next. Nothing here runs anything.

A worker has room for two chunks: one that trains, and the next, so that it does not wait for the engine between them. The
second place goes to another run that waits for this worker; where none does, to the same run, whose next chunk then
takes what the one before it returns, inside the worker.

Visitors have turns, not runs: with ten runs somebody has as many turns as another with one. A run that has no frame yet
goes before those that have, unless its visitor has another run that moves. Of several programs that must be compiled
first, the one that most runs wait for comes first. No more than `most_runs` have turns at a time; the others queue.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from explorer.catalog import program_key
from explorer.experiment import Experiment
from explorer.runtime.jobs.jobs import Chunk
from explorer.runtime.storage.records import GOING, Run

ROOM = 2
# A run whose chunks come faster than they can be stored waits for the database.
MOST_UNSTORED_CHUNKS = 2
# Compiling a program once more takes about as long as so many short chunks of other runs.
CHUNKS_OF_A_COMPILATION = 8
# So many runs on a worker leave everybody some frames a second; more of them wait in the queue.
RUNS_OF_A_WORKER = 50


@dataclass
class Flight:
    """A chunk that was sent and has not come back. outcome: what came back, where an older chunk of its run has not."""

    token: int
    future: Any
    outcome: tuple[Chunk | None, Exception | None] | None = None


@dataclass
class Active:
    """A run that is in this engine's hands.

    run: as its owner sees it; its epoch is the last one that is stored. epoch: the last one that came back, after which
    the training state is `state`. next_state: the state that it has once its last chunk is stored, or an empty string.
    """

    run: Run
    state: bytes | None
    steps: int | None = None  # epochs still to do before it pauses; None: to the end
    epoch: int = 0
    next_state: str = ""
    next_reason: str = ""
    flight: list[Flight] = field(default_factory=list)  # the oldest first
    worker: str | None = None
    failures: int = 0
    trained: float = 0.0  # epochs that came lately, and the seconds that they took; older ones count less
    seconds: float = 0.0
    last_return: float | None = None
    unwatched_since: float | None = field(default_factory=time.monotonic)
    awaited: tuple[int, ...] = ()  # the probe sequences that its page will look into, until the first page watches
    not_before: float = 0.0  # its next chunk waits until then, by the monotonic clock
    note: str = ""  # why it waits, a sentence that is not stored
    checks: int = 0  # how often its oldest chunk was asked for and had not come back
    writes: int = 0  # how many of its changes are on their way to the database
    unstored: int = 0  # how many chunks are among them
    program: str = ""  # the key of its compiled program

    def __post_init__(self) -> None:
        self.epoch = self.epoch or self.run.epoch
        self.program = program_key(self.run.experiment)

    @property
    def rate(self) -> float | None:
        """Epochs a second, None where too little is known of it yet: the first two chunks may come at once."""
        return self.trained / self.seconds if self.seconds > 0.1 else None

    @property
    def going(self) -> bool:
        return self.run.state in GOING and not self.next_state

    @property
    def may_have_another_chunk(self) -> bool:
        """Whether the database keeps up with it."""
        return len(self.flight) + self.unstored < MOST_UNSTORED_CHUNKS + 1

    @property
    def is_stored(self) -> bool:
        return self.writes == 0


@dataclass
class Worker:
    """What is known of a worker.

    sent: what was sent and has not come back, by its token; a chunk, or work ahead, with the key of its program.
    ahead: the tokens of work ahead among them. programs: the keys of those that it has compiled. leaving: it gets nothing
    more, and is started anew when it is idle. since: when it came, by the monotonic clock.
    """

    sent: dict[int, str] = field(default_factory=dict)
    ahead: set[int] = field(default_factory=set)
    programs: set[str] = field(default_factory=set)
    leaving: bool = False
    since: float = field(default_factory=time.monotonic)

    def has(self, experiment: Experiment) -> bool:
        """Whether it has compiled the program of an experiment, or is about to."""
        return self.has_program(program_key(experiment))

    def has_program(self, program: str) -> bool:
        return program in self.programs or program in self.sent.values()

    def take_back(self, token: int) -> None:
        self.sent.pop(token, None)
        self.ahead.discard(token)

    @property
    def has_room(self) -> bool:
        return len(self.sent) < ROOM and not self.leaving

    @property
    def compiles(self) -> bool:
        """Whether something was sent to it that it has to compile first."""
        return any(program not in self.programs for program in self.sent.values())

    @property
    def idle(self) -> bool:
        return not self.sent and not self.leaving


class Scheduler:
    """The runs in hand, the workers that are up, and the runs that wait for their next chunk, in order.

    most_runs: how many runs may have turns at a time, whatever the number of workers; None: RUNS_OF_A_WORKER for each.
    """

    def __init__(self, most_runs: int | None = None) -> None:
        self.runs: dict[str, Active] = {}
        self.workers: dict[str, Worker] = {}
        self._most_runs = most_runs
        self._waiting: deque[str] = deque()
        self._admitted: set[str] = set()
        # When each owner last had a turn.
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
        self._admitted.discard(run_id)
        if run_id in self._waiting:
            self._waiting.remove(run_id)

    def next(self) -> tuple[Active, str] | None:
        """The run that gets its next chunk now, and the worker to send it to; None while there is none."""
        if not any(worker.has_room for worker in self.workers.values()):
            return None
        now, bound = time.monotonic(), self.runs_by_worker()
        waiting = [active for active in self._in_order() if active.not_before <= now and active.may_have_another_chunk]
        for active in waiting:
            address = self._place(active, bound)
            if address is not None:
                return self._chosen(active, address)
        # A worker that would do nothing at all compiles what another one has, or is compiling.
        idle = next((address for address, worker in self.workers.items() if worker.idle), None)
        unbound = next((active for active in waiting if active.worker not in self.workers), None)
        if idle is not None and unbound is not None:
            return self._chosen(unbound, idle)
        for active in self.runs.values():
            worker = self.workers.get(active.worker or "")
            ahead = active.going and active.steps is None and len(active.flight) == 1 and active.may_have_another_chunk
            if ahead and worker is not None and active.worker is not None and worker.has_room:
                return active, active.worker
        return None

    def _chosen(self, active: Active, address: str) -> tuple[Active, str]:
        self._waiting.remove(active.run.id)
        self._serve(active.run.owner)
        return active, address

    def queue(self) -> list[str]:
        """The runs that wait until others have ended, the next one first."""
        self._admit()
        return [run_id for run_id in self._waiting if run_id not in self._admitted]

    def admitted(self) -> list[Active]:
        """The runs that take turns."""
        return [self.runs[run_id] for run_id in self._admitted if run_id in self.runs]

    def crowd(self) -> int:
        """How many runs want to train."""
        return sum(active.going for active in self.runs.values())

    def runs_by_worker(self) -> Counter[str]:
        """How many runs that want to train are bound to each worker."""
        return Counter(active.worker for active in self.runs.values() if active.going and active.worker is not None)

    def idlest(self) -> str | None:
        """An idle worker to compile on ahead: the one with the fewest runs."""
        idle = [address for address, worker in self.workers.items() if worker.idle]
        bound = self.runs_by_worker()
        return min(idle, key=lambda address: bound[address], default=None)

    def quiet_workers(self) -> tuple[str, ...]:
        """The workers that compile nothing ahead, those with the least to do first."""
        quiet = [address for address, worker in self.workers.items() if not worker.ahead and not worker.leaving]
        return tuple(sorted(quiet, key=lambda address: len(self.workers[address].sent)))

    def _admit(self) -> None:
        """Let the runs that came first take turns, as far as there is room; of each owner one before a second of another."""
        most = self._most_runs or RUNS_OF_A_WORKER * max(1, len(self.workers))
        # A run keeps its turns while it trains, whether it waits or its chunk is in a worker.
        self._admitted = {run_id for run_id in self._admitted if run_id in self.runs and self.runs[run_id].going}
        queued = [run_id for run_id in self._waiting if run_id not in self._admitted]
        free = most - len(self._admitted)
        if not queued or free <= 0:
            return
        held = Counter(self.runs[run_id].run.owner for run_id in self._admitted)
        for _ in range(min(free, len(queued))):
            chosen = min(queued, key=lambda run_id: held[self.runs[run_id].run.owner])
            queued.remove(chosen)
            held[self.runs[chosen].run.owner] += 1
            self._admitted.add(chosen)

    def _in_order(self) -> list[Active]:
        """The runs that wait and have turns, the next one first."""
        self._admit()
        waiting = [self.runs[run_id] for run_id in self._waiting if run_id in self._admitted]
        if len(waiting) < 2:
            return waiting
        moving = {active.run.owner for active in self.runs.values() if active.going and active.epoch}
        compiled = {program for worker in self.workers.values() for program in worker.programs}
        demand = Counter(active.program for active in waiting if active.program not in compiled)

        def rank(active: Active) -> tuple[bool, int, bool, int]:
            is_new = not active.epoch and active.run.owner not in moving
            # What is compiled has its first frame in a moment, and compiling takes seconds.
            must_compile = active.program in demand
            return not is_new, self._served.get(active.run.owner, 0), must_compile, -demand[active.program]

        return sorted(waiting, key=rank)

    def _serve(self, owner: str) -> None:
        self._services += 1
        self._served[owner] = self._services
        if len(self._served) > 2 * len(self.runs) + 100:
            present = {active.run.owner for active in self.runs.values()}
            self._served = {known: when for known, when in self._served.items() if known in present}

    def _place(self, active: Active, bound: Counter[str]) -> str | None:
        """Where the next chunk of a run that waits can go now, or None while there is no room."""
        own = self.workers.get(active.worker or "")
        if active.worker is not None and own is not None and not own.leaving:
            # It moves, at the price of compiling once more, only where it shares its worker while another has no run.
            free = [address for address, worker in self.workers.items() if worker.idle and not bound[address]]
            if free and bound[active.worker] > 1:
                return free[0]
            return active.worker if own.has_room else None
        staying = [address for address, worker in self.workers.items() if not worker.leaving]
        best = min(staying, key=lambda address: self._cost(active, address, bound[address]), default=None)
        if best is None or not self.workers[best].has_room:
            return None
        worker = self.workers[best]
        # The second place is for what can train meanwhile: two that compile would leave nothing to train.
        if worker.sent and worker.compiles and not worker.has_program(active.program) and len(self._waiting) > 1:
            return None
        return best

    def _cost(self, active: Active, address: str, bound: int) -> tuple[int, bool, int]:
        """The fewest runs first, where a program that must be compiled counts as some more of them; among equals the one
        that has the program, or is compiling it; then the least to do. Where no more runs wait than there are workers, one
        without runs is always better than one with some.
        """
        worker = self.workers[address]
        has = worker.has_program(active.program)
        is_crowded = len(self._waiting) > len(self.workers)
        return bound + (CHUNKS_OF_A_COMPILATION if (bound or is_crowded) and not has else 0), not has, len(worker.sent)
