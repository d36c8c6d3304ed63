"""Several runs at once on two workers: epochs a second in all, against one run alone."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.contest import tell
from bench.numbers import median
from explorer.catalog import read_experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.engine import Engine
from explorer.runtime.engine.snapshot import Status
from explorer.runtime.storage.store import Store

CROWDS = (1, 2, 4, 8)
# Large enough that no run ends while it is counted.
EXPERIMENT = {"units": 64, "epochs": 500}
SECONDS, PATIENCE = 6.0, 120.0


def measure(quick: bool = False) -> dict[str, float]:
    """By how many runs: the median of the epochs a second that all of them made together."""
    crowds, rounds, seconds = ((1, 2), 1, 3.0) if quick else (CROWDS, 3, SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'runs.db'}")
        engine = Engine(store, Cluster(2), grace=None)
        try:
            if not engine.wait_ready(PATIENCE):
                raise TimeoutError("The workers did not start.")
            seeds = itertools.count()
            _epochs_a_second(engine, 2, seeds, 0.5)  # both workers have compiled it now
            found: dict[int, list[float]] = {crowd: [] for crowd in crowds}
            for _ in range(rounds):
                for crowd in crowds:
                    tell(f"crowd: {crowd} at once")
                    found[crowd].append(_epochs_a_second(engine, crowd, seeds, seconds))
        finally:
            engine.close()
            store.close()
    return {str(crowd): median(rates) for crowd, rates in found.items()}


def _epochs_a_second(engine: Engine, crowd: int, seeds: Iterator[int], seconds: float) -> float:
    """Start so many runs, and count when each has trained.

    Epochs arrive in chunks, so the clock goes from one arrival to another, not from a moment between two.
    """
    runs = {
        engine.submit(read_experiment({**EXPERIMENT, "seed": seed}).experiment, f"visitor {seed}"): f"visitor {seed}"
        for seed in itertools.islice(seeds, crowd)
    }

    def status(run: str) -> Status:
        found = engine.status(run)
        if found is None:
            raise RuntimeError(f"There is no run {run}.")
        return found

    def total() -> int:
        return sum(status(run)["epoch"] for run in runs)

    def changed(before: int) -> tuple[float, int]:
        _until(lambda: total() > before)
        return time.perf_counter(), total()

    try:
        _until(lambda: all(status(run)["epoch"] > 2 for run in runs))
        began, at_first = changed(total())
        now, last = began, at_first
        while now - began < seconds:
            now, last = changed(last)
        ended = [run for run in runs if status(run)["state"] not in ("queued", "running")]
        if ended:
            raise RuntimeError(f"{len(ended)} of {crowd} runs ended while they were counted.")
        return (last - at_first) / (now - began)
    finally:
        for run, visitor in runs.items():
            engine.stop(run, visitor)


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("The runs do not go on.")
        time.sleep(0.005)
