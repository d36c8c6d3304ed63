"""Measures what the table “Who can?” lacks, in workers that have nothing else to do.

It begins when somebody first asks for the table, and goes on in chunks of a quarter of a second: whoever trains, or asks
for shapes, comes first.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from explorer.catalog import who_can
from explorer.catalog.who_can import Measured
from explorer.experiment import Frame
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.cluster.futures import WorkerDied
from explorer.runtime.jobs import jobs
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.measurements import Measurements

_LOG = logging.getLogger(__name__)

# Behind everything else that workers are asked.
PRIORITY = -10
SECONDS_OF_A_CHUNK = 0.25
# A chunk that waits behind others, with what must be compiled for it.
SECONDS_FOR_A_CHUNK = 120.0
SECONDS_BETWEEN_LOOKS = 1.0
TRIES = 3


@dataclass(frozen=True)
class Known:
    """What the table knows now: measured, by key. left: how many pairs nobody has measured yet and this server will.

    failed: the pairs that could not be measured here, with the reason as a sentence.
    """

    measured: Mapping[str, Measured]
    left: int = 0
    failed: Mapping[tuple[str, str], str] = field(default_factory=dict)


class Measuring:
    """Every method may be called from any thread.

    cluster: gives the cluster within so many seconds; raises TimeoutError where it is not up. is_quiet: whether nobody else
    asks for anything. quiet_workers: those with the least to do first. ends: set when the server ends.
    """

    def __init__(
        self,
        kept: Measurements,
        cluster: Callable[[float], Cluster],
        is_quiet: Callable[[], bool],
        quiet_workers: Callable[[], Sequence[str]],
        ends: threading.Event,
    ) -> None:
        self._kept = kept
        self._cluster = cluster
        self._is_quiet = is_quiet
        self._quiet_workers = quiet_workers
        self._ends = ends
        self._lock = threading.Lock()
        self._found: dict[str, Measured] = {}
        self._failed: dict[tuple[str, str], str] = {}
        self._thread: threading.Thread | None = None

    def known(self) -> Known:
        """What ships with the project, what the database has, and what was measured here; the rest is begun."""
        found = self._known()
        wanted = [pair for pair in who_can.missing(found) if pair not in self._failed]
        if wanted:
            self._begin()
        return Known(found, len(wanted), dict(self._failed))

    def _known(self) -> dict[str, Measured]:
        found = dict(who_can.shipped())
        if who_can.missing(found):
            # What this process has found stands there too, unless the database could not be used.
            with suppress(DatabaseUnavailable):
                found = self._kept.all() | found
        return found | self._found

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._measure_missing, name="who can", daemon=True)
                self._thread.start()

    def _measure_missing(self) -> None:
        for pair in who_can.missing(self._known()):
            if pair in self._failed:
                continue
            measured = self._measured(*pair)
            if self._ends.is_set():
                return
            if measured is None:
                continue
            # Kept first: who is told that nothing is left finds all of it in the database.
            with suppress(DatabaseUnavailable):
                self._kept.keep(measured)
            self._found[measured.key] = measured

    def _measured(self, architecture: str, task: str) -> Measured | None:
        """One pair, trained to its end; None where it cannot be, or the server ends."""
        for attempt in range(TRIES):
            try:
                return self._trained(architecture, task)
            except (WorkerDied, TimeoutError) as error:
                told: Exception = error
                if attempt == TRIES - 1:
                    _LOG.warning("%s on %s could not be measured: %r", architecture, task, error)
            except Exception as error:
                told = error
                _LOG.warning("%s on %s could not be measured: %r", architecture, task, error)
                break
        self._failed[architecture, task] = f"It could not be measured here: {told}"
        return None

    def _trained(self, architecture: str, task: str) -> Measured | None:
        experiment = who_can.experiment_of(architecture, task)
        # One worker compiles its program, as long as that lives.
        place = next(iter(self._quiet_workers()), None)
        state: bytes | None = None
        frames: list[Frame] = []
        while not frames or (frames[-1].finite and frames[-1].epoch < experiment.epochs):
            while not self._is_quiet():
                if self._ends.wait(SECONDS_BETWEEN_LOOKS):
                    return None
            if self._ends.is_set():
                return None
            arguments = (experiment.to_dict(), state, experiment.epochs, SECONDS_OF_A_CHUNK)
            cluster = self._cluster(SECONDS_FOR_A_CHUNK)
            future: Any = cluster.submit(jobs.chunk, *arguments, worker=place, priority=PRIORITY)
            state, frames, _ = cluster.result(future, SECONDS_FOR_A_CHUNK)
        last = frames[-1]
        return who_can.measured_now(architecture, task, last.val_loss if last.finite else float("nan"), last.epoch)
