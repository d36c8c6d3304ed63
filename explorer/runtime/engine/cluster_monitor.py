"""The life of the cluster: it is started, looked at again and again, and ended, in a thread that may wait for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.cluster.health import WorkerHealth

_LOG = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 1.0
# While a worker is missing, it is looked for this often.
SECONDS_BETWEEN_SEARCHES = 0.1
SECONDS_BETWEEN_STARTS = 3.0
# How long the end waits for what this thread is at, or for a cluster that is only starting.
SECONDS_OF_A_LOOK = 4.0
SECONDS_OF_A_START = 18.0
NO_WORKERS = "The workers did not start."
NO_SCHEDULER = "The scheduler of the workers does not answer."
TRIED_AGAIN = "A new attempt is made every few seconds, and this page continues by itself after one that succeeds."
# Not the reason itself: it names addresses and files of the machine, and a visitor reads this.
ASK_WHO_RUNS_IT = "Whoever runs this server finds the reason in its log."

NoteLook = Callable[[Sequence[str], dict[str, WorkerHealth] | None], None]


class ClusterMonitor:
    """post: runs what it is given in the engine's thread. wanted: how many workers there should be.

    note_up: called once with the workers' addresses. note_look: called with their addresses, and with their health once a
    second, None in between.
    """

    def __init__(
        self,
        cluster: Cluster,
        post: Callable[[Callable[[], None]], None],
        note_up: Callable[[Sequence[str]], None],
        note_look: NoteLook,
        wanted: Callable[[], int],
    ) -> None:
        self.failure = ""  # why there are no workers, as a sentence
        self.ready = threading.Event()
        self._cluster = cluster
        self._post = post
        self._note_up = note_up
        self._note_look = note_look
        self._wanted = wanted
        self._ends = threading.Event()
        self._wakes = threading.Event()
        self._looked_at = 0.0
        self._is_started = False
        self._thread = threading.Thread(target=self._run, name="cluster-monitor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def look_soon(self) -> None:
        self._looked_at = 0.0
        self._wakes.set()

    def end(self) -> None:
        """End the workers, within about 20 seconds whatever they do."""
        started = self._is_started
        self._ends.set()
        self._wakes.set()
        self._thread.join(timeout=SECONDS_OF_A_LOOK if started else SECONDS_OF_A_START)
        if self._thread.is_alive() and started:
            # Whatever the thread is waiting for ends with the workers.
            self._cluster.close()
            self._thread.join(timeout=SECONDS_OF_A_LOOK)

    def _run(self) -> None:
        if not self._start():
            return
        try:
            addresses = self._addresses()
            self._post(partial(self._come_up, addresses or []))
            while not self._ends.is_set():
                missing = addresses is None or len(addresses) < self._wanted()
                self._wakes.wait(SECONDS_BETWEEN_SEARCHES if missing else SECONDS_BETWEEN_LOOKS)
                self._wakes.clear()
                try:
                    addresses = self._look()
                except Exception:
                    _LOG.exception("The workers could not be looked at.")
        finally:
            self.ready.clear()
            self._cluster.close()

    def _come_up(self, addresses: Sequence[str]) -> None:
        self._note_up(addresses)
        self.ready.set()

    def _look(self) -> Sequence[str] | None:
        addresses = self._addresses()
        # Those that were there last count, until the next look.
        if addresses is not None and not self._ends.is_set():
            health = None
            if time.monotonic() - self._looked_at >= SECONDS_BETWEEN_LOOKS:
                self._looked_at = time.monotonic()
                health = self._cluster.health()
            self._post(partial(self._note_look, addresses, health))
        return addresses

    def _addresses(self) -> Sequence[str] | None:
        try:
            return self._cluster.addresses()
        except TimeoutError:
            return None

    def _start(self) -> bool:
        """Start the workers, again and again until they are up. False where that is no use, or the engine ends."""
        while not self._ends.is_set():
            try:
                self._cluster.start()
                self._is_started = True
                self.failure = ""
                return True
            except ValueError as error:
                self.failure = f"{NO_WORKERS} {ASK_WHO_RUNS_IT}"
                _LOG.error("The workers did not start: %s", error)
                return False  # A setting is wrong, and stays so.
            except Exception as error:
                if self._ends.is_set():
                    return False
                if not self.failure:
                    _LOG.error("The workers did not start: %s", error, exc_info=not isinstance(error, ConnectionError))
                what = NO_SCHEDULER if isinstance(error, ConnectionError) else NO_WORKERS
                self.failure = f"{what} {TRIED_AGAIN} {ASK_WHO_RUNS_IT}"
            self._ends.wait(SECONDS_BETWEEN_STARTS)
        return False
