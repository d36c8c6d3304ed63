"""The workers as the engine sees them: who is up, full or silent, and who is being replaced."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.cluster.health import WorkerHealth
from explorer.runtime.engine.scheduler import Scheduler, Worker
from explorer.runtime.jobs import jobs

# A worker that was not heard of for so long is said to be silent, and after the second time another one is started.
SECONDS_OF_SILENCE = 3.0
SECONDS_OF_A_HANGING_WORKER = 10.0
# A worker that takes more than this part of the memory it may use is started anew when it is idle.
FULL = 0.75
SECONDS_OF_A_FULL_WORKER = 300.0


class WorkerPool:
    """Keeps `Scheduler.workers` up to date, in the engine's own thread.

    wanted: how many workers there should be. is_connected: whether the cluster has been up. post: runs what it is given in
    the engine's thread. look_soon: has the cluster looked at without delay.
    """

    def __init__(
        self,
        cluster: Cluster,
        scheduler: Scheduler,
        wanted: int,
        post: Callable[[Callable[[], None]], None],
        look_soon: Callable[[], None],
    ) -> None:
        self.wanted = wanted
        self.is_connected = False
        self.look_soon = look_soon
        self._cluster = cluster
        self._scheduler = scheduler
        self._post = post
        self._replaced: set[str] = set()
        self._silent: dict[str, float] = {}

    def connect(self, addresses: Sequence[str]) -> None:
        """The cluster is up, with these workers. Of somebody else's, as many are wanted as there are."""
        self.note_addresses(addresses)
        self.is_connected = True
        if self._cluster.remote:
            self.wanted = max(1, len(self._scheduler.workers))

    def silence_of(self, address: str | None) -> float:
        """For how many seconds a worker has not been heard of, where that is long; else 0."""
        return self._silent.get(address or "", 0.0)

    def note_addresses(self, addresses: Sequence[str]) -> None:
        """These workers are up."""
        known = self._scheduler.workers
        fresh = [address for address in addresses if address not in known and address not in self._replaced]
        kept = {address: worker for address, worker in known.items() if address in addresses}
        self._scheduler.workers = kept | {address: Worker() for address in fresh}

    def note_health(self, health: Mapping[str, WorkerHealth]) -> None:
        """The workers are so; a death is not always told, and not every worker comes back by itself."""
        up = {address: seen for address, seen in health.items() if address in self._scheduler.workers}
        self._silent = {address: seen.silent for address, seen in up.items() if seen.silent >= SECONDS_OF_SILENCE}
        for address, seen in up.items():
            self._note_memory(address, seen.bytes)
            if seen.silent >= SECONDS_OF_A_HANGING_WORKER and not self._cluster.remote:
                self.replace(address)
        if self.wanted - len(self._scheduler.workers) - len(self._replaced) > 0:
            self._cluster.restore()

    def replace(self, address: str) -> None:
        """End a worker and have another one started; what it was at comes back as a death."""
        if address not in self._replaced:
            self._scheduler.workers.pop(address, None)
            self._replaced.add(address)
            self._cluster.renew(address, lambda: self._post(lambda: self._replaced.discard(address)))

    def replace_full(self) -> None:
        """Replace a worker that is full, once it is idle; of several one at a time."""
        if self._replaced:
            return
        for address, worker in self._scheduler.workers.items():
            if worker.leaving and not worker.sent:
                self.replace(address)
                return

    def note_return(self, address: str, token: int, held: jobs.Held | None) -> None:
        """Something has come back from a worker, and told what that holds now."""
        worker = self._scheduler.workers.get(address)
        if worker is None:
            return
        worker.take_back(token)
        if held is not None:
            worker.programs = set(held.programs)
            self._note_memory(address, held.bytes)

    def _note_memory(self, address: str, used: int) -> None:
        """Let a worker leave that is nearly full, unless another one is leaving."""
        worker = self._scheduler.workers[address]
        others_stay = not any(other.leaving for other in self._scheduler.workers.values())
        # One program alone may fill it: then a new worker would be full again, and is not had at once.
        may_help = len(worker.programs) > 1 or time.monotonic() - worker.since > SECONDS_OF_A_FULL_WORKER
        if used > FULL * self._cluster.memory and may_help and others_stay and not self._cluster.remote:
            worker.leaving = True
