"""The values that pages read of the runs in hand, made anew by the engine's thread whenever something has changed."""

from __future__ import annotations

from collections.abc import Iterable

from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.runs import Runs
from explorer.runtime.engine.scheduler import Active, Scheduler
from explorer.runtime.engine.snapshot import Queue, RunView, Snapshot
from explorer.runtime.engine.worker_pool import WorkerPool

GOES_ON = "The run waits, and will continue by itself."
NO_WORKER = "No worker is up: all of them ended, and are being started anew, which takes some seconds."
NO_WORKER_OF_THEIRS = "No worker is connected to the scheduler."
IS_WRITTEN_LATER = "Your click is remembered, and is stored as soon as that is possible."


class Views:
    """snapshot: how things stand, to be read from any thread. The methods belong to the engine's own thread."""

    def __init__(self, scheduler: Scheduler, runs: Runs, pool: WorkerPool, cluster: Cluster) -> None:
        self.snapshot = Snapshot(workers=pool.wanted)
        self._scheduler = scheduler
        self._runs = runs
        self._pool = pool
        self._cluster = cluster
        self._queue: dict[str, Queue] = {}

    def publish(self, changed: Iterable[str]) -> None:
        """Make what has changed of these runs visible."""
        held = self._scheduler.runs
        runs = {run_id: view for run_id, view in self.snapshot.runs.items() if run_id in held}
        for run_id in changed:
            if run_id in held:
                runs[run_id] = self._view(held[run_id])
        self.snapshot = Snapshot(
            runs,
            going=self._scheduler.crowd(),
            admitted=len(self._scheduler.admitted()),
            workers=self._pool.wanted,
            quiet_workers=self._scheduler.quiet_workers(),
            database_trouble=self._runs.trouble,
        )

    def look_at_all(self) -> None:
        """Find the runs of which something changes by itself: their place in the queue, or what hinders them."""
        self._queue = self._places()
        for run_id, active in self._scheduler.runs.items():
            before = self.snapshot.runs.get(run_id)
            if before is None or before != self._view(active):
                self._runs.note_news(run_id, urgent=False)

    def _view(self, active: Active) -> RunView:
        queue = self._queue.get(active.run.id) if active.going else None
        return RunView(active.run, active.rate, self._hindrance(active), queue, self._is_compiling(active))

    def _is_compiling(self, active: Active) -> bool:
        """Whether a chunk is with a worker that has not compiled the run's program yet."""
        worker = self._scheduler.workers.get(active.worker or "")
        return active.going and bool(active.flight) and worker is not None and active.program not in worker.programs

    def _places(self) -> dict[str, Queue]:
        queued = self._scheduler.queue()
        if not queued:
            return {}
        # The next one begins when the first of those ends that take turns now.
        left = sorted(
            (active.run.experiment.epochs - active.epoch) / active.rate if active.rate else float("inf")
            for active in self._scheduler.admitted()
        )
        waits = [left[place] if place < len(left) else float("inf") for place in range(len(queued))]
        return {
            run_id: {"place": place, "of": len(queued), "seconds": None if wait == float("inf") else wait}
            for place, (run_id, wait) in enumerate(zip(queued, waits, strict=True), 1)
        }

    def _hindrance(self, active: Active) -> str:
        """What keeps a run from training now, as a sentence, or an empty string."""
        if self._runs.trouble:
            return f"{self._runs.trouble} {GOES_ON if active.going else IS_WRITTEN_LATER}"
        if not active.going:
            return ""
        if self._cluster.lost:
            return f"{self._cluster.lost} {GOES_ON}"
        if not self._scheduler.workers and self._pool.is_connected:
            return f"{NO_WORKER_OF_THEIRS if self._cluster.remote else NO_WORKER} {GOES_ON}"
        if silence := self._pool.silence_of(active.worker):
            return (
                f"The worker that trains this has not answered for {silence:.0f} seconds. "
                "If it stays silent, another worker continues the run."
            )
        return active.note
