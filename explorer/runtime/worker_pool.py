"""The workers as the engine sees them: who is up, full or silent, and who is being replaced."""

from __future__ import annotations

import threading
import time
from functools import partial

from explorer.runtime import jobs
from explorer.runtime.cluster import Cluster
from explorer.runtime.scheduler import Turns, Worker

SECONDS_BETWEEN_LOOKS = 1.0
# A worker that was not heard of for so long is said to be silent, and after the second time another one is started.
SECONDS_OF_SILENCE = 3.0
SECONDS_OF_A_HANGING_WORKER = 10.0
# A worker that takes more than this part of the memory it may use is started anew when it is idle.
FULL = 0.75
SECONDS_OF_A_FULL_WORKER = 300.0


class WorkerPool:
    """Keeps `Turns.workers` up to date. lock: of whoever uses those. wanted: how many workers there should be."""

    def __init__(self, turns: Turns, lock: threading.RLock, wanted: int) -> None:
        self.wanted = wanted
        self._turns = turns
        self._lock = lock
        self._cluster: Cluster | None = None
        self._replaced: set[str] = set()
        self._silent: dict[str, float] = {}
        self._looked_at = time.monotonic()

    def connect(self, cluster: Cluster) -> None:
        """Look after the workers of this cluster. Of somebody else's, as many are wanted as there are."""
        self._cluster = cluster
        self.refresh()
        if cluster.remote:
            self.wanted = max(1, len(self._turns.workers))

    @property
    def look_is_due(self) -> bool:
        return time.monotonic() - self._looked_at >= SECONDS_BETWEEN_LOOKS

    def look_soon(self) -> None:
        self._looked_at = 0.0

    def silence_of(self, address: str | None) -> float:
        """For how many seconds a worker has not been heard of, where that is long; else 0."""
        return self._silent.get(address or "", 0.0)

    def refresh(self) -> None:
        """Find out which workers are up."""
        try:
            addresses = self._cluster.addresses()
        except TimeoutError:
            return  # Those that were there last count, until the next look.
        with self._lock:
            known = self._turns.workers
            fresh = [address for address in addresses if address not in known and address not in self._replaced]
            kept = {address: worker for address, worker in known.items() if address in addresses}
            self._turns.workers = kept | {address: Worker() for address in fresh}

    def look(self) -> None:
        """Find out which workers are up and how they are: a death is not always told, and not every worker comes back."""
        self._looked_at = time.monotonic()
        self.refresh()
        health = self._cluster.health()
        with self._lock:
            up = {address: seen for address, seen in health.items() if address in self._turns.workers}
            self._silent = {address: seen.silent for address, seen in up.items() if seen.silent >= SECONDS_OF_SILENCE}
            for address, seen in up.items():
                self._note_memory(address, seen.bytes)
                if seen.silent >= SECONDS_OF_A_HANGING_WORKER and not self._cluster.remote:
                    self.replace(address)
            missing = self.wanted - len(self._turns.workers) - len(self._replaced)
        if missing > 0:
            self._cluster.restore()

    def replace(self, address: str) -> None:
        """End a worker and have another one started; what it was at comes back as a death."""
        with self._lock:
            if address not in self._replaced:
                self._turns.workers.pop(address, None)
                self._replaced.add(address)
                self._cluster.renew(address, partial(self._replaced.discard, address))

    def replace_full(self) -> None:
        """Replace a worker that is full, once it is idle; of several one at a time."""
        with self._lock:
            if self._replaced:
                return
            for address, worker in self._turns.workers.items():
                if worker.leaving and not worker.sent:
                    self.replace(address)
                    return

    def note_return(self, address: str, token: int, held: jobs.Held | None) -> None:
        """Something has come back from a worker, and told what that holds now."""
        worker = self._turns.workers.get(address)
        if worker is None:
            return
        worker.sent.pop(token, None)
        if held is not None:
            worker.programs = set(held.programs)
            self._note_memory(address, held.bytes)

    def _note_memory(self, address: str, used: int) -> None:
        """Let a worker leave that is nearly full, unless another one is leaving."""
        worker = self._turns.workers[address]
        others_stay = not any(other.leaving for other in self._turns.workers.values())
        # One program alone may fill it: then a new worker would be full again, and is not had at once.
        may_help = len(worker.programs) > 1 or time.monotonic() - worker.since > SECONDS_OF_A_FULL_WORKER
        if used > FULL * self._cluster.memory and may_help and others_stay and not self._cluster.remote:
            worker.leaving = True
