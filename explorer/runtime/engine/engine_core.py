"""The parts of the engine, put together: its thread, what waits for the database and for the workers, and what they tell
each other.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import partial
from typing import Any

from explorer.description import Description
from explorer.experiment import Experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.cluster.health import WorkerHealth
from explorer.runtime.engine.chunks import Chunks
from explorer.runtime.engine.cluster_monitor import ClusterMonitor
from explorer.runtime.engine.event_loop import EventLoop, LoopEnded
from explorer.runtime.engine.precompiler import Precompiler
from explorer.runtime.engine.run_commands import RunCommands
from explorer.runtime.engine.runs import Runs
from explorer.runtime.engine.scheduler import Scheduler
from explorer.runtime.engine.store_writer import StoreWriter
from explorer.runtime.engine.subscribers import Subscribers
from explorer.runtime.engine.views import Views
from explorer.runtime.engine.worker_pool import WorkerPool
from explorer.runtime.questions.describe_catalog import SECONDS_OF_QUIET, describe_in_quiet
from explorer.runtime.questions.gradients import Gradients
from explorer.runtime.questions.measuring import Measuring
from explorer.runtime.questions.model_files import ModelFiles
from explorer.runtime.questions.queries import Queries, Refused
from explorer.runtime.questions.replays import Replays
from explorer.runtime.questions.slow_motions import SlowMotions
from explorer.runtime.questions.trials import Trials
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.quotas import Quotas, most_training
from explorer.runtime.storage.records import Run
from explorer.runtime.storage.retention import Retention
from explorer.runtime.storage.store import Store
from explorer.training import cost

_LOG = logging.getLogger(__name__)

SECONDS_OF_A_TICK = 0.1
# How long the end waits for what a thread is at.
SECONDS_OF_AN_EVENT = 4.0
SECONDS_OF_A_WRITE = 8.0
SECONDS_TO_DESCRIBE = 30.0


class EngineCore:
    """See `explorer.runtime.engine.engine.Engine` for the arguments. `loop` runs whatever touches the state of runs."""

    def __init__(
        self, store: Store, cluster: Cluster, grace: float | None, first: Experiment | None, later: Sequence[Experiment]
    ) -> None:
        self.cluster = cluster
        self._first = first
        self._later = later
        self.stopping = threading.Event()
        self.quotas = Quotas()
        self.retention = Retention(store)
        self.scheduler = Scheduler(most_training())
        self.loop = EventLoop("engine", self._tick, self._settle, SECONDS_OF_A_TICK)
        post = self.loop.post
        self.subscribers = Subscribers(lambda run_id: post(partial(self.runs.note_watching, run_id)))
        self.writer = StoreWriter(
            store,
            post,
            note_trouble=lambda sentence: self.runs.note_trouble(sentence),
            note_abandoned=lambda run_ids: self.runs.note_abandoned(run_ids),
            has_runs=lambda: self.views.snapshot.going > 0,
        )
        self.runs = Runs(store, self.scheduler, self.writer, self.subscribers, grace, lambda: self.chunks.pump())
        self.commands = RunCommands(store, self.scheduler, self.loop, self.writer, self.runs)
        self.monitor = ClusterMonitor(cluster, post, self._note_up, self._note_look, lambda: self.pool.wanted)
        self.pool = WorkerPool(cluster, self.scheduler, cluster.wanted, post, self.monitor.look_soon)
        self.chunks = Chunks(cluster, self.scheduler, self.runs, self.pool, self.loop, self.subscribers.sequences)
        self.views = Views(self.scheduler, self.runs, self.pool, cluster)
        self.queries = Queries(
            self._cluster_within,
            replace_worker=lambda address: post(lambda: self.pool.replace(address)),
            quiet_workers=lambda: self.views.snapshot.quiet_workers,
            checks=cluster.wanted,
            descriptions=store.descriptions,
            in_background=lambda operation: self.writer.ask(operation, _ignore),
        )
        self.trials = Trials(self._cluster_within)
        self.measuring = Measuring(
            store.measurements,
            self._cluster_within,
            is_quiet=self._is_quiet,
            quiet_workers=lambda: self.views.snapshot.quiet_workers,
            ends=self.stopping,
        )
        self.replays = Replays(store.tensors, self._cluster_within, self._place_of, max(1, cluster.wanted))
        self.gradients = Gradients(store.tensors, self.replays)
        self.slow_motions = SlowMotions(self.replays)
        self.model_files = ModelFiles(self._cluster_within, max(1, cluster.wanted))
        self.precompiler = Precompiler(
            self.scheduler,
            self.queries,
            self.quotas,
            first,
            lambda experiment, found: not self.refusal(experiment, found),
            self.chunks.send_ahead,
        )
        self.retention.start()
        self.loop.start()
        self.writer.start()
        self.monitor.start()

    def close(self) -> None:
        """See `explorer.runtime.engine.engine.Engine.close`."""
        self.stopping.set()
        # From here on nothing new is written of a run: what comes back is left, and comes again.
        self.loop.end(SECONDS_OF_AN_EVENT)
        self.writer.end(SECONDS_OF_A_WRITE)
        self.retention.close()
        self.chunks.end()
        self.monitor.end()

    def _note_up(self, addresses: Sequence[str]) -> None:
        self.pool.connect(addresses)
        if self._first is not None:
            threading.Thread(target=self._describe_first, args=(self._first,), name="first shapes", daemon=True).start()
        self.chunks.pump()

    def _note_look(self, addresses: Sequence[str], health: dict[str, WorkerHealth] | None) -> None:
        self.pool.note_addresses(addresses)
        if health is not None:
            self.pool.note_health(health)
            self.chunks.check()

    def _tick(self) -> None:
        self.runs.pause_unwatched()
        self.chunks.pump()
        self.pool.replace_full()
        if self.monitor.ready.is_set():
            self.precompiler.compile_next()
        self.views.look_at_all()

    def _settle(self) -> None:
        """What an event changed can be seen from here on; then whoever watches is told."""
        news, self.runs.news = self.runs.news, {}
        self.views.publish(news)
        for run_id, urgent in news.items():
            self.subscribers.notify(run_id, urgent)

    def _describe_first(self, first: Experiment) -> None:
        try:
            self.queries.describe(first, SECONDS_TO_DESCRIBE)
        except (Refused, TimeoutError):
            if not self.stopping.is_set():
                _LOG.exception("The first experiment could not be described.")
        describe = partial(self.queries.describe, timeout=SECONDS_TO_DESCRIBE)
        describe_in_quiet(self._later, describe, self.queries.seconds_of_quiet, self.stopping)

    def _is_quiet(self) -> bool:
        """Whether nobody trains, and nobody has asked for shapes for a while."""
        return not self.views.snapshot.going and self.queries.seconds_of_quiet() >= SECONDS_OF_QUIET

    def _cluster_within(self, timeout: float) -> Cluster:
        if not self.monitor.ready.wait(timeout):
            raise TimeoutError(self.monitor.failure or "The workers are not up yet.")
        return self.cluster

    def _place_of(self, run: Run) -> str | None:
        """The worker that has a run's compiled program; None where none has, or it is not known now."""
        try:
            return self.loop.ask(lambda reply: self.loop.answer(reply, self.chunks.place_of(run)))
        except LoopEnded:
            return None

    def refusal(self, experiment: Experiment, found: dict[str, Any]) -> str:
        """Why what was described so must not be trained, or an empty string."""
        description = Description.read(found["description"])
        return str(found["hindrance"]) or cost.refusal(experiment, description, self.cluster.memory)

    def known_refusal(self, experiment: Experiment) -> str:
        """See `explorer.runtime.engine.engine.Engine.refusal`."""
        found = self.queries.known_description(experiment)
        return "" if found is None else self.refusal(experiment, found)


def _ignore(_: Any, error: Exception | None) -> None:
    if error is not None and not isinstance(error, DatabaseUnavailable):
        _LOG.warning("Something could not be kept for later: %r", error)
