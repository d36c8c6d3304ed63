"""The one engine of this server process: started by the application's lifespan, or by the first page that asks."""

from __future__ import annotations

import threading

from explorer.experiment import Experiment
from explorer.runtime import describe_catalog
from explorer.runtime.cluster import Cluster
from explorer.runtime.engine import Engine
from explorer.runtime.store import Store

_lock = threading.Lock()
_engine: Engine | None = None


def start() -> None:
    engine()


def engine() -> Engine:
    """The engine; it starts at once and gets ready in the background."""
    global _engine
    with _lock:
        if _engine is None:
            first, *later = describe_catalog.experiments()
            _engine = Engine(Store(), Cluster(), first=first, later=later)
        return _engine


def experiment_of(run_id: str) -> Experiment | None:
    """The experiment of a run; None where there is no such run. Raises DatabaseUnavailable where it cannot be read."""
    run = engine().store.run(run_id)
    return None if run is None else run.experiment


def end() -> None:
    global _engine
    with _lock:
        if _engine is not None:
            _engine.close()
            _engine.store.close()
            _engine = None
