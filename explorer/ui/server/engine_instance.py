"""The one engine of this server process, started by the lifespan or by the first page that asks, and its hub of rooms."""

from __future__ import annotations

import threading

from explorer.experiment import Experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.engine import Engine
from explorer.runtime.questions import describe_catalog
from explorer.runtime.storage.store import Store
from explorer.ui.server.room_hub import Hub

_lock = threading.Lock()
_engine: Engine | None = None
_hub: Hub | None = None


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


def hub() -> Hub:
    """What tells the listeners of this process about their rooms."""
    global _hub
    rooms = engine().store.rooms
    with _lock:
        if _hub is None:
            _hub = Hub(rooms)
        return _hub


def experiment_of(run_id: str) -> Experiment | None:
    """The experiment of a run; None where there is no such run. Raises DatabaseUnavailable where it cannot be read."""
    run = engine().store.run(run_id)
    return None if run is None else run.experiment


def end() -> None:
    global _engine, _hub
    with _lock:
        _hub = None
        if _engine is not None:
            _engine.close()
            _engine.store.close()
            _engine = None
