"""How Dask is set up here, and why."""

from __future__ import annotations

from typing import Any

SETTINGS: dict[str, Any] = {
    # A chunk that kills its worker comes back as an error at once: the engine decides whether to try again, and where.
    "distributed.scheduler.allowed-failures": 0,
    # The engine sends each chunk to the worker that has its model; a stolen one would compile again.
    "distributed.scheduler.work-stealing": False,
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    # A paused worker would never answer; one that is over its limit is ended instead.
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # Dask would end a worker that takes this long to come back, just when it is up; `restore` replaces those that failed.
    "distributed.deploy.lost-worker-timeout": "1 hour",
    # Each process looks whether its loop is late: by default 50 times a second, a twentieth of a core.
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "30s",
    # What Dask keeps to look at later would grow for hours: the last 1,000 messages of each connection (with the states
    # of runs in them), an hour of samples of each process, and where each worker was every 10 ms.
    "distributed.admin.low-level-log-length": 10,
    "distributed.admin.log-length": 100,
    "distributed.admin.system-monitor.log-length": 10,
    "distributed.diagnostics.computations.max-history": 10,
    "distributed.diagnostics.erred-tasks.max-history": 10,
    "distributed.scheduler.events-cleanup-delay": "1 minute",
    "distributed.worker.profile.enabled": False,
}
