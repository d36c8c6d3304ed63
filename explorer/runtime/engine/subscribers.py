"""Who watches which run, and is told when there is news of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Given whether the news is urgent: another state, which somebody who pressed a button waits for.
Notify = Callable[[bool], None]


class Subscribers:
    """Every method may be called from any thread. note_change: called with a run's id when its first watcher comes, and
    when its last one leaves.
    """

    def __init__(self, note_change: Callable[[str], None]) -> None:
        self._note_change = note_change
        self._lock = threading.Lock()
        self._of: dict[str, list[tuple[Notify, int | None]]] = {}

    @contextmanager
    def watch(self, run_id: str, notify: Notify, sequence: int | None = None) -> Iterator[None]:
        """While this is held, `notify` is called (from any thread) whenever there is news of the run.

        sequence: the probe sequence whose tensors are looked at, None where none are.
        """
        watcher = (notify, sequence)
        with self._lock:
            self._of.setdefault(run_id, []).append(watcher)
        self._note_change(run_id)
        try:
            yield
        finally:
            with self._lock:
                self._of[run_id].remove(watcher)
                if not self._of[run_id]:
                    del self._of[run_id]
            self._note_change(run_id)

    def is_watched(self, run_id: str) -> bool:
        with self._lock:
            return run_id in self._of

    def sequences(self, run_id: str) -> tuple[int, ...]:
        """The probe sequences of a run whose tensors are looked at."""
        with self._lock:
            watched = {sequence for _, sequence in self._of.get(run_id, ()) if sequence is not None}
        return tuple(sorted(watched))

    def notify(self, run_id: str, urgent: bool) -> None:
        with self._lock:
            watchers = list(self._of.get(run_id, ()))
        for notify, _ in watchers:
            notify(urgent)
