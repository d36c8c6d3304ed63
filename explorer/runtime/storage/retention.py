"""Which runs are deleted, and when: those that nobody opened for a long time, and the oldest where the database is full.

A run that somebody keeps stays. EXPLORER_KEEP_DAYS says for how many days a run stays that nobody opens (30), and
EXPLORER_DATABASE_GB how large all runs together may become (10).
"""

from __future__ import annotations

import logging
import os
import threading
import time

from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.store import Store

_LOG = logging.getLogger(__name__)

A_DAY = 24 * 3600.0
SECONDS_BETWEEN_SWEEPS = 60.0
RUNS_AT_ONCE = 20
# No setting is as large: days, or GB.
LARGEST_SETTING = 1_000_000
# Where the database is full, it is emptied to this part of its limit, so that not every sweep has to.
EMPTIED_TO = 0.9
# A run that was opened this lately is never deleted to make room: new ones are refused instead.
SECONDS_AFTER_OPENING = A_DAY


class Retention:
    """Deletes in a thread of its own, run by run, so that nobody waits for it.

    days, gigabytes: as in the settings of the environment, which count where nothing is given. Raises ValueError with a
    sentence for a setting that is no positive number.
    """

    def __init__(self, store: Store, days: float | None = None, gigabytes: float | None = None) -> None:
        self._store = store
        self._days = _setting("EXPLORER_KEEP_DAYS", 30.0) if days is None else days
        self._bytes = 1e9 * (_setting("EXPLORER_DATABASE_GB", 10.0) if gigabytes is None else gigabytes)
        self._size = 0
        self._clocks = time.time() - time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def refusal(self) -> str:
        """Why no new run may be stored, as a sentence; an empty string where one may."""
        if self._size < self._bytes:
            return ""
        return (
            f"The database is full: its runs take {_in_words(self._size)}, and the limit is {_in_words(self._bytes)}. "
            "Whoever runs this server can raise EXPLORER_DATABASE_GB, or remove runs that are kept."
        )

    def sweep(self) -> int:
        """Delete what may go now; returns how many runs were deleted.

        Nothing is deleted once the clock was set by more than a day: nobody knows then how long a run was not opened.
        """
        if abs(time.time() - time.monotonic() - self._clocks) > A_DAY:
            _LOG.warning("The clock was set by more than a day. No run is deleted until the server is started again.")
            self._size = self._store.size()
            return 0
        deleted = self._delete_unopened(time.time() - self._days * A_DAY)
        self._size = self._store.size()
        if self._size > self._bytes:
            deleted += self._delete_unopened(time.time() - SECONDS_AFTER_OPENING, self._size - EMPTIED_TO * self._bytes)
            self._size = self._store.size()
        return deleted

    def _delete_unopened(self, since: float, wanted_bytes: float | None = None) -> int:
        """Delete runs that were not opened since, those of longest ago first, until so many bytes are free."""
        deleted, freed = 0, 0
        while not self._ended.is_set():
            found = self._store.unopened(since, RUNS_AT_ONCE)
            before = deleted
            for run_id, size in found:
                if wanted_bytes is not None and freed >= wanted_bytes:
                    return deleted
                if self._store.delete(run_id, since):
                    deleted, freed = deleted + 1, freed + size
            if deleted == before:
                break
        return deleted

    def _run(self) -> None:
        while True:
            try:
                self.sweep()
                self._store.rooms.sweep()
            except DatabaseUnavailable:
                pass  # The next sweep comes soon.
            except Exception:
                _LOG.exception("Old runs could not be deleted.")
            if self._ended.wait(SECONDS_BETWEEN_SWEEPS):
                return


def _in_words(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _setting(name: str, default: float) -> float:
    received = os.environ.get(name, "")
    if not received:
        return default
    try:
        value = float(received)
    except ValueError:
        value = 0.0
    if not 0 < value < LARGEST_SETTING:
        raise ValueError(
            f"{name} must be a number greater than 0 and less than {LARGEST_SETTING:,}. Received: {received[:40]!r}"
        )
    return value
