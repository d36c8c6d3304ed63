"""Dask imports this in every worker before the worker signs on, so that its first chunk finds TensorFlow imported."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import distributed

from explorer.runtime.database_file import folder_of
from explorer.runtime.worker_environment import warm
from explorer.training.program_cache import CACHE

# Work that is cancelled when a server ends is no news for whoever ends it.
logging.getLogger("distributed").setLevel(logging.ERROR)
warm()


def dask_setup(worker: distributed.Worker) -> None:
    """Called in each worker: what XLA compiles is kept beside the database, for all workers and for the next start."""
    wanted = os.environ.get("EXPLORER_PROGRAMS")
    if wanted != "off":
        CACHE.open(Path(wanted) if wanted else folder_of(os.environ.get("EXPLORER_DATABASE", "")) / "programs")
