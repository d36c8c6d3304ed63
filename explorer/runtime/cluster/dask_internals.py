"""What this package knows of Dask's cluster beyond what Dask documents: attributes of nannies, futures and schedulers.

Read in distributed 2026.8.0. tests/runtime/cluster/test_dask_internals.py fails where another version calls one of them
otherwise, and names it. Its servers without what is not needed are in `explorer.runtime.cluster.nodes`, its settings in
`dask_settings`.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from typing import Any

from distributed import Client, Future, SpecCluster, Status
from distributed.client import ClosedClientError
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker
from distributed.utils import LoopRunner, get_mp_context

# The topic of a nanny's events about a worker that it ended for its memory; each names `worker` and `rss`.
MEMORY_TOPIC = "worker-restart-memory"
# The reason that Dask itself gives for cancelling everything when its connection breaks.
LOST_REASON = "scheduler-connection-lost"

# --- nannies, which start the workers' processes and watch them


def nannies_ever(cluster: SpecCluster) -> list[Any]:
    """Every nanny that a cluster has started and that is not forgotten, those that are still starting among them."""
    return list(cluster._created)


def nanny_of(cluster: SpecCluster, worker: str) -> Any:
    """The nanny of the worker at this address, or None."""
    return next((nanny for nanny in cluster.workers.values() if nanny.worker_address == worker), None)


def has_ended(nanny: Any) -> bool:
    """Whether a nanny has ended, or could not start its worker."""
    return nanny.status in (Status.closed, Status.failed)


def has_worker(nanny: Any, other_than: int) -> bool:
    """Whether the worker of a nanny is up in a process of another number."""
    return nanny.pid not in (None, other_than) and nanny.process.status == Status.running


def pid_of(nanny: Any) -> int | None:
    """The number of the process that a nanny has started, from its very beginning on; None where there is none."""
    process = nanny.process and nanny.process.process
    return process.pid if process else None


def start_no_other(nanny: Any) -> None:
    """Have a nanny that is up take the end of its worker for its own."""
    if nanny.status == Status.running:
        nanny.close_gracefully(reason="the server ends")


def preload_in_forkserver(modules: Sequence[str]) -> None:
    """Name the modules that the process imports from which workers are forked."""
    get_mp_context()  # names what Dask wants imported ahead; what is named after it counts
    multiprocessing.get_context("forkserver").set_forkserver_preload([*modules])


# --- futures


def reason_of_cancelling(future: Future[Any]) -> str | None:
    """Why a future was cancelled, as whoever did it said, or None."""
    return getattr(future._state and future._state.exception, "reason", None)


def cancel_by_key(client: Client, key: Any, reason: str) -> None:
    """Cancel what a client waits for under this key, if anything, without asking the scheduler."""
    state = client.futures.get(key)
    if state is not None:
        state.cancel(reason=reason)


# --- schedulers


def last_seen_and_memory(scheduler: Any) -> dict[str, tuple[float, int]]:
    """When a scheduler of this process last heard of each worker, and the bytes that it used, by address."""
    return {address: (worker.last_seen, worker.metrics.get("memory", 0)) for address, worker in scheduler.workers.items()}


def last_seen_and_memory_in(identity: Any) -> dict[str, tuple[float, int]]:
    """The same from what another process's scheduler tells of itself."""
    workers = identity["workers"].items()
    return {address: (worker["last_seen"], worker["metrics"].get("memory", 0)) for address, worker in workers}


__all__ = [
    "LOST_REASON",
    "MEMORY_TOPIC",
    "ClosedClientError",
    "CommClosedError",
    "KilledWorker",
    "LoopRunner",
    "cancel_by_key",
    "has_ended",
    "has_worker",
    "last_seen_and_memory",
    "last_seen_and_memory_in",
    "nannies_ever",
    "nanny_of",
    "pid_of",
    "preload_in_forkserver",
    "reason_of_cancelling",
    "start_no_other",
]
