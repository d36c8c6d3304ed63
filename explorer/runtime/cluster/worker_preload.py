"""Dask imports this in every worker before the worker signs on, so that its first chunk finds TensorFlow imported."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress

import distributed

from explorer.runtime.cluster.cluster_settings import programs_folder
from explorer.runtime.jobs.worker_environment import warm
from explorer.training.program_cache import CACHE

_LOG = logging.getLogger(__name__)
# Work that is cancelled when a server ends is no news for whoever ends it.
logging.getLogger("distributed").setLevel(logging.ERROR)
warm()

# Whoever opens a page or moves a slider waits for the server, and nobody for one more epoch: where there are not enough
# cores, the server goes first (docs/reliability.md says what that gives a crowd).
NICENESS = 10


def dask_setup(worker: distributed.Worker) -> None:
    """Called in each worker before it signs on, in the thread that starts all its others: it lets the server go first, keeps
    what XLA compiles beside the database, for all workers and for the next start, and has made its first model."""
    if sys.platform != "win32":
        os.nice(NICENESS)
    # A server that was given a wrong setting has not started; a worker of another machine keeps nothing then.
    with suppress(ValueError):
        if (folder := programs_folder()) is not None:
            CACHE.open(folder)
    _describe_once()


def _describe_once() -> None:
    """Describe what the page opens with, for nobody: the first model of a process takes several times as long as the next
    ones, and somebody's first step of a slider would wait for it."""
    from explorer.catalog import read_experiment
    from explorer.runtime.jobs import jobs

    try:
        jobs.describe(read_experiment({}).experiment.to_dict())
    except Exception:
        # A worker that cannot do this now is still better than none.
        _LOG.exception("The first model of a worker could not be made.")
