"""How long a page waits to know how a run stands, while others train and while another program locks the database."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from pathlib import Path

from bench.contest import tell
from explorer.catalog import read_experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.engine import Engine
from explorer.runtime.storage.store import Store

RUNS, SECONDS, PATIENCE = 20, 5.0, 120.0


def measure(quick: bool = False) -> dict[str, list[float]]:
    """Seconds of single calls of `Engine.status`, "training" and with the database "locked" as well."""
    seconds = 1.0 if quick else SECONDS
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'runs.db'}")
        engine = Engine(store, Cluster(2), grace=None)
        try:
            if not engine.wait_ready(PATIENCE):
                raise TimeoutError("The workers did not start.")
            tell(f"status: {RUNS} runs")
            experiments = [read_experiment({"seed": seed, "epochs": 500}).experiment for seed in range(RUNS)]
            runs = [engine.submit(experiment, f"visitor {seed}") for seed, experiment in enumerate(experiments)]
            found["training"] = _calls(engine, runs, seconds)
            other = sqlite3.connect(Path(folder) / "runs.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            try:
                found["locked"] = _calls(engine, runs, seconds)
            finally:
                other.execute("ROLLBACK")
                other.close()
        finally:
            engine.close()
            store.close()
    return found


def _calls(engine: Engine, runs: list[str], seconds: float) -> list[float]:
    took: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for run in runs:
            began = time.perf_counter()
            engine.status(run)
            took.append(time.perf_counter() - began)
        time.sleep(0.01)
    return took
