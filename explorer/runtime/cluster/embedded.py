"""The cluster that runs in this process and its children: how it starts, and how its processes are ended."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import dask
import psutil
from distributed import Nanny, SpecCluster

from explorer.runtime.cluster import nodes
from explorer.runtime.cluster.dask_internals import (
    has_ended,
    has_worker,
    last_seen_and_memory,
    nannies_ever,
    nanny_of,
    pid_of,
    preload_in_forkserver,
    start_no_other,
)
from explorer.runtime.cluster.encryption import temporary_security
from explorer.runtime.cluster.health import Heartbeat
from explorer.runtime.jobs.worker_environment import ENVIRONMENT

_LOG = logging.getLogger(__name__)

# A worker that is not up by then hangs. The first one, which waits for TensorFlow, has been seen to take 25 s under load.
SECONDS_OF_A_START = 120.0
_SECONDS_BETWEEN_LOOKS = 0.05


def start(workers: int, memory: int) -> SpecCluster:
    """A started cluster on this machine. memory: the bytes that one worker may use.

    Every connection is encrypted with a key that only this process and its workers have, and nothing else listens.
    """
    security = temporary_security()
    common = {"host": "127.0.0.1", "protocol": "tls://", "security": security}
    worker = {
        "cls": Nanny,
        "options": {
            **common,
            "worker_class": nodes.Worker,
            # One thread trains while the next chunk waits in another; one compiles, and one describes shapes, so that
            # a slider waits for none of them.
            "nthreads": 4,
            "memory_limit": memory,
            "env": ENVIRONMENT,
            "preload": ["explorer.runtime.cluster.worker_preload"],
            "death_timeout": SECONDS_OF_A_START,
            "local_directory": _private_directory(),
            "silence_logs": logging.ERROR,
        },
    }
    with _interrupts_kept_from_workers():
        _fork_ahead()
        return SpecCluster(
            scheduler={"cls": nodes.Scheduler, "options": {**common, "dashboard": False}},
            workers={number: worker for number in range(workers)},
            worker=worker,
            security=security,
            silence_logs=logging.ERROR,
        )


@contextmanager
def _interrupts_kept_from_workers() -> Iterator[None]:
    """While this is held, threads and processes are started that Ctrl-C does not reach.

    A terminal sends it to every process in its foreground. The server ends its workers in order; a worker that also heard
    it would end with a traceback. What is started inherits which signals its parent has blocked.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # It unblocks the signal in the thread that starts it: to be there before.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _private_directory() -> str:
    """A directory that nobody else can write to.

    Dask puts the directory that workers write to before all others that modules are imported from, in this process too,
    and it would take one in /tmp that somebody else has made.
    """
    fixed = Path(tempfile.gettempdir()) / f"explorer-{os.getuid()}" if hasattr(os, "getuid") else None
    if fixed is None:
        return tempfile.mkdtemp(prefix="explorer-")
    with suppress(FileExistsError):
        fixed.mkdir(mode=0o700)
    found = fixed.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
        return str(fixed)  # Always the same one: Dask clears away what a killed server has left there.
    return tempfile.mkdtemp(prefix="explorer-")


def _fork_ahead() -> None:
    """Import TensorFlow once, in a process that every worker is then forked from.

    So the second worker, and one that comes for a dead one, is there in a moment, and they share the memory of what is
    imported. The parent only imports: no operation has run and no thread of TensorFlow has started when it is forked.
    Elsewhere than on Linux forking is not safe beside the system's own libraries, and each worker imports for itself.
    """
    if sys.platform != "linux":
        return
    dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
    # The parent of the workers inherits the settings from here, before it imports anything that reads them.
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    preload_in_forkserver(["explorer.runtime.cluster.worker_preload", "distributed"])


# --- what follows runs in the cluster's own event loop


async def heartbeats(local: SpecCluster) -> dict[str, Heartbeat]:
    """The last heartbeat of each worker that is up, by its address."""
    return {address: Heartbeat(*found) for address, found in last_seen_and_memory(local.scheduler).items()}


async def replace(cluster: SpecCluster, worker: str, seconds: float) -> None:
    """Kill a worker's process, whatever it does, and wait until Dask has started the next one in its place.

    Nothing milder ends one that is stopped or that hangs outside Python. Raises TimeoutError where none is up in time.
    """
    nanny = nanny_of(cluster, worker)
    pid = nanny and nanny.pid
    if nanny is None or not pid:
        return  # It is gone already.
    with suppress(psutil.NoSuchProcess):
        psutil.Process(pid).kill()
    deadline = time.monotonic() + seconds
    while not has_worker(nanny, other_than=pid):
        if time.monotonic() > deadline:
            raise TimeoutError(f"No worker was up within {seconds:g} seconds after one was ended.")
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)


def reopen(cluster: SpecCluster, processes: set[psutil.Process]) -> None:
    """Have the workers started that are missing and that nobody starts; `processes` are those of the last call."""
    for name, nanny in list(cluster.workers.items()):
        if has_ended(nanny):
            del cluster.workers[name]
    held: set[psutil.Process] = set()
    collect(cluster, held)
    # Dask gives up a worker that hangs while it starts, and leaves its process.
    kill(processes - held)
    processes.clear()
    processes |= held
    cluster.scale(len(cluster.worker_spec))


def retire(cluster: SpecCluster, processes: set[psutil.Process]) -> None:
    """Start no worker any more, and collect the processes of those that there are."""
    collect(cluster, processes)
    for nanny in nannies_ever(cluster):
        start_no_other(nanny)


# --- and this in any thread


def collect(cluster: SpecCluster, found: set[psutil.Process]) -> None:
    """The workers' processes, those that are still starting among them."""
    for pid in map(pid_of, nannies_ever(cluster)):
        with suppress(psutil.NoSuchProcess):
            if pid:
                found.add(psutil.Process(pid))


def kill(processes: set[psutil.Process]) -> None:
    """End processes at once."""
    for process in list(processes):
        # Not another one that has its number by now: psutil looks when it was started.
        with suppress(psutil.NoSuchProcess):
            process.kill()


def close_within(close: Callable[..., Any], seconds: float) -> None:
    """Close something of Dask's; what it could not close in time, or at all, is ended otherwise."""
    try:
        close(timeout=seconds)
    except TimeoutError:
        _LOG.warning("Dask did not end within %g seconds.", seconds)
    except Exception:
        _LOG.exception("Dask could not end.")
