"""What is written to the database, in order, on a thread of its own, so that nobody else waits for the database.

What cannot be written because the database cannot be used is tried again until it can, and is written before all that
came after it: nothing is left out, and nothing is written twice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.store import Store

_LOG = logging.getLogger(__name__)

# How often the database is tried again, and how often it is told that this server trains its runs.
SECONDS_BETWEEN_TRIES = 1.0
SECONDS_BETWEEN_LEASES = 2.0

# What came of an operation: its result, or its error.
Done = Callable[[Any, Exception | None], None]


@dataclass(frozen=True)
class _Job:
    operation: Callable[[], Any]
    done: Done
    is_kept: bool


class StoreWriter:
    """Every method may be called from any thread and returns at once.

    post: runs what it is given in the thread of whoever owns the runs; every `done` and note below goes through it.
    note_trouble: called with a sentence when the database cannot be used, and with an empty string when it can again and
    all that waited is written. note_abandoned: called with the ids of runs that another server left. has_runs: whether
    this server trains any.
    """

    def __init__(
        self,
        store: Store,
        post: Callable[[Callable[[], None]], None],
        note_trouble: Callable[[str], None],
        note_abandoned: Callable[[list[str]], None],
        has_runs: Callable[[], bool],
    ) -> None:
        self._store = store
        self._post = post
        self._note_trouble = note_trouble
        self._note_abandoned = note_abandoned
        self._has_runs = has_runs
        self._jobs: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._trouble = ""
        self._leases_due = 0.0
        self._ends = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        # The first time before anybody asks: a run that another server left must not look as if it were going on.
        self._renew_leases()
        self._thread.start()

    def write(self, operation: Callable[[], Any], done: Done) -> None:
        """Do this after all that was asked before, as often as it takes until the database can be used."""
        self._add(_Job(operation, done, is_kept=True))

    def ask(self, operation: Callable[[], Any], done: Done) -> None:
        """Do this once, after all that was asked before; where the database cannot be used, that is the error."""
        self._add(_Job(operation, done, is_kept=False))

    def end(self, timeout: float) -> None:
        """Write what still waits, if the database can be used, and mark this server's runs as held."""
        with self._changed:
            self._ends = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _add(self, job: _Job) -> None:
        with self._changed:
            self._jobs.append(job)
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            job = self._next()
            if self._ends:
                break
            if job is None:
                self._renew_leases()
            else:
                self._do(job)
        self._write_the_rest(job)
        try:
            # At once, so that another server can take the runs over while the workers end.
            self._store.hold_own()
        except DatabaseUnavailable as error:
            # The next start finds that this process has ended.
            _LOG.warning("Runs could not be marked as held at the end: %s", error)

    def _next(self) -> _Job | None:
        """The next job, or None where the leases are to be renewed first."""
        with self._changed:
            while not self._ends:
                wait = self._leases_due - time.monotonic()
                if wait <= 0 and not (self._trouble and self._jobs):
                    return None
                if self._jobs:
                    return self._jobs.popleft()
                self._changed.wait(wait)
            return self._jobs.popleft() if self._jobs else None

    def _do(self, job: _Job) -> None:
        while not self._ends:
            result: Any = None
            error: Exception | None = None
            try:
                result = job.operation()
            except DatabaseUnavailable as unavailable:
                if job.is_kept:
                    self._report_trouble(str(unavailable))
                    self._wait_for_database()
                    continue
                error = unavailable
            except Exception as failure:
                error = failure
            self._post(partial(job.done, result, error))
            if job.is_kept and not any(other.is_kept for other in list(self._jobs)):
                self._report_trouble("")
            return
        with self._changed:
            self._jobs.appendleft(job)

    def _wait_for_database(self) -> None:
        """Wait until it is time for another try; who asked for something that is not kept is told at once."""
        until = time.monotonic() + SECONDS_BETWEEN_TRIES
        with self._changed:
            while not self._ends and (left := until - time.monotonic()) > 0:
                for job in [job for job in self._jobs if not job.is_kept]:
                    self._jobs.remove(job)
                    self._post(partial(job.done, None, DatabaseUnavailable(self._trouble)))
                self._changed.wait(left)

    def _renew_leases(self) -> None:
        """Say that this server is there, and hold what others left. While there is trouble, this finds out when it ends."""
        try:
            if self._trouble or self._has_runs():
                self._store.renew_leases()
            abandoned = self._store.hold_abandoned()
        except DatabaseUnavailable as error:
            self._report_trouble(str(error))
            self._leases_due = time.monotonic() + SECONDS_BETWEEN_TRIES
            return
        self._leases_due = time.monotonic() + SECONDS_BETWEEN_LEASES
        self._report_trouble("")
        if abandoned:
            self._post(partial(self._note_abandoned, abandoned))

    def _report_trouble(self, sentence: str) -> None:
        if sentence != self._trouble:
            self._trouble = sentence
            self._post(partial(self._note_trouble, sentence))

    def _write_the_rest(self, first: _Job | None) -> None:
        rest = [job for job in (first, *self._jobs) if job is not None and job.is_kept]
        for place, job in enumerate(rest):
            try:
                job.operation()
            except DatabaseUnavailable as error:
                _LOG.warning("%d changes of runs could not be written at the end: %s", len(rest) - place, error)
                return
            except Exception:
                _LOG.exception("A change of a run could not be written at the end.")
