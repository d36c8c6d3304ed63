"""What pages and programs ask for: train, pause, step, stop; shapes; and how a run stands.

The engine keeps chunks of every active run in flight; a chunk brings back the new state and its frames, both are stored
in one transaction, and the next chunk goes out. So pausing is sending no next chunk, stepping is a chunk of one epoch,
stopping is dropping what returns, fairness is one chunk for each visitor in turn (`explorer.runtime.scheduler`), and a
dead worker is one chunk again. Everything is plain method calls; what happened is read from the store.

One thread owns the state of all runs (`event_loop`, `runs`, `chunks`). Commands go to it, what waits for the database
(`store_writer`) or for the workers (`cluster_monitor`) does so in other threads, and how a run stands is read from a value
that never changes (`snapshot`), without waiting for anything.

Where the database cannot be written to, every run waits, with a sentence, and goes on by itself when it can. What could
not be written is written first.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import Any

from explorer import limits
from explorer.description import Description
from explorer.runtime.chunks import Chunks
from explorer.runtime.cluster import Cluster
from explorer.runtime.cluster_monitor import ClusterMonitor
from explorer.runtime.database_errors import DatabaseUnavailable
from explorer.runtime.describe_catalog import describe_in_quiet
from explorer.runtime.embedded import workers_wanted
from explorer.runtime.event_loop import EventLoop
from explorer.runtime.health import WorkerHealth
from explorer.runtime.precompiler import Precompiler
from explorer.runtime.queries import Queries, Refused
from explorer.runtime.quotas import KEPT_RUNS_OF_A_VISITOR, Quotas
from explorer.runtime.retention import Retention
from explorer.runtime.runs import NOTHING_STARTED, Runs
from explorer.runtime.scheduler import Scheduler
from explorer.runtime.snapshot import Snapshot, Status
from explorer.runtime.store import Run, Store, owner_of
from explorer.runtime.store_writer import StoreWriter
from explorer.runtime.subscribers import Notify, Subscribers
from explorer.runtime.views import Views
from explorer.runtime.worker_pool import WorkerPool
from explorer.spec import Experiment

_LOG = logging.getLogger(__name__)

SECONDS_OF_A_TICK = 0.1
# How long the end waits for what a thread is at.
SECONDS_OF_AN_EVENT = 4.0
SECONDS_OF_A_WRITE = 8.0


class NotTheOwner(Refused):
    """Somebody else's run was to be changed."""


class Engine:
    """Starts at once and gets ready in the background; every method may be called from any thread.

    A visitor is named by a secret that only his browser has; whoever has it can change his runs, everybody else can only
    watch them. Methods that change a run raise NotTheOwner for another's secret, and
    `explorer.runtime.database_errors.DatabaseUnavailable` where the run must be read first and cannot be.

    store: where runs are kept. cluster: where chunks run; it is started here, and ended with the engine.
    grace: seconds after which a run that nobody watches is paused; None: never.
    first: the experiment that pages open with: described as soon as a worker is up, and compiled on every one of them.
    later: experiments that are described when nobody else asks for shapes.
    """

    def __init__(
        self,
        store: Store,
        cluster: Cluster,
        grace: float | None = 60.0,
        first: Experiment | None = None,
        later: Sequence[Experiment] = (),
    ) -> None:
        self.store = store
        self._cluster = cluster
        self._first = first
        self._later = later
        self._stopping = threading.Event()
        self._quotas = Quotas()
        self._retention = Retention(store)
        self._scheduler = Scheduler(turns_in_all())
        self._loop = EventLoop("engine", self._tick, self._settle, SECONDS_OF_A_TICK)
        post = self._loop.post
        self._subscribers = Subscribers(lambda run_id: post(partial(self._runs.note_watching, run_id)))
        self._writer = StoreWriter(
            store,
            post,
            note_trouble=lambda sentence: self._runs.note_trouble(sentence),
            note_abandoned=lambda run_ids: self._runs.note_abandoned(run_ids),
            has_runs=lambda: self._views.snapshot.going > 0,
        )
        self._runs = Runs(
            store, self._scheduler, self._loop, self._writer, self._subscribers, grace, lambda: self._chunks.pump()
        )
        self._monitor = ClusterMonitor(cluster, post, self._note_up, self._note_look, lambda: self._pool.wanted)
        self._pool = WorkerPool(cluster, self._scheduler, cluster.wanted, post, self._monitor.look_soon)
        self._chunks = Chunks(cluster, self._scheduler, self._runs, self._pool, self._loop)
        self._views = Views(self._scheduler, self._runs, self._pool, cluster)
        self._queries = Queries(
            self._cluster_within,
            replace_worker=lambda address: post(lambda: self._pool.replace(address)),
            quiet_workers=lambda: self._views.snapshot.quiet_workers,
            checks=cluster.wanted,
            descriptions=store.descriptions,
            in_background=lambda operation: self._writer.ask(operation, _ignore),
        )
        self._precompiler = Precompiler(
            self._scheduler, self._queries, self._quotas, first, self._may_train, self._chunks.send_ahead
        )
        self._retention.start()
        self._loop.start()
        self._writer.start()
        self._monitor.start()

    # --- the life of the engine

    @property
    def ready(self) -> bool:
        """Whether the workers are up."""
        return self._monitor.ready.is_set()

    @property
    def failure(self) -> str:
        """Why there are no workers, as a sentence; an empty string where there are, or will be."""
        return self._monitor.failure

    @property
    def workers(self) -> int:
        """How many workers there should be."""
        return self._pool.wanted

    def wait_ready(self, timeout: float) -> bool:
        """Wait until the workers are up, for so many seconds; whether they are."""
        return self._monitor.ready.wait(timeout)

    def close(self) -> None:
        """End the workers, within 30 seconds. Runs that were going on are marked as held, and go on after the next start."""
        self._stopping.set()
        # From here on nothing new is written of a run: what comes back is left, and comes again.
        self._loop.end(SECONDS_OF_AN_EVENT)
        self._writer.end(SECONDS_OF_A_WRITE)
        self._retention.close()
        self._chunks.end()
        self._monitor.end()

    def _note_up(self, addresses: Sequence[str]) -> None:
        self._pool.connect(addresses)
        if self._first is not None:
            threading.Thread(target=self._describe_first, args=(self._first,), name="first shapes", daemon=True).start()
        self._chunks.pump()

    def _note_look(self, addresses: Sequence[str], health: dict[str, WorkerHealth] | None) -> None:
        self._pool.note_addresses(addresses)
        if health is not None:
            self._pool.note_health(health)
            self._chunks.look()

    def _tick(self) -> None:
        self._runs.pause_unwatched()
        self._chunks.pump()
        self._pool.replace_full()
        if self.ready:
            self._precompiler.compile_next()
        self._views.look_at_all()

    def _settle(self) -> None:
        """What an event changed can be seen from here on; then whoever watches is told."""
        news, self._runs.news = self._runs.news, {}
        self._views.publish(news)
        for run_id, urgent in news.items():
            self._subscribers.notify(run_id, urgent)

    def _describe_first(self, first: Experiment) -> None:
        try:
            self.describe(first)
        except (Refused, TimeoutError):
            if not self._stopping.is_set():
                _LOG.exception("The first experiment could not be described.")
        describe_in_quiet(self._later, self.describe, self._queries.seconds_of_quiet, self._stopping)

    def _cluster_within(self, timeout: float) -> Cluster:
        if not self._monitor.ready.wait(timeout):
            raise TimeoutError(self.failure or "The workers are not up yet.")
        return self._cluster

    # --- shapes and pasted code

    def describe(self, experiment: Experiment, timeout: float = 30.0) -> dict[str, Any]:
        """The shapes of an experiment's model, as `explorer.runtime.jobs.describe` gives them; kept for the next asking,
        and for the next start.

        Raises TimeoutError while they are not known and the workers are not up, and Refused for a model that cannot be
        built.
        """
        return self._queries.describe(experiment, timeout)

    def twin(self, experiment: Experiment, layer: str, setting: str, value: Any, timeout: float = 30.0) -> dict[str, Any]:
        """The same of an experiment's model with one setting of one layer at another value, as `jobs.twin`."""
        return self._queries.twin(experiment, layer, setting, value, timeout)

    def check(
        self,
        code: str,
        x: Sequence[Sequence[int]] | None = None,
        y: Sequence[int] | None = None,
        loss: str | None = None,
        batch_size: int | None = None,
        timeout: float = 20.0,
        visitor: str = "",
    ) -> dict[str, Any]:
        """What pasted code makes of its shapes, or where they break, as `jobs.check`; kept for the next asking.

        Raises TimeoutError while the workers are not up or are busy with others' code, and Refused for code that takes a
        worker longer than `timeout` seconds, or ends it. A worker that is at it for so long is started anew: nothing else
        ends what it does. Of one visitor's codes one is checked at a time.
        """
        return self._queries.check(code, x, y, loss, batch_size, timeout, visitor)

    def compile_ahead(self, visitor: str, experiment: Experiment) -> None:
        """Say that a visitor's page rests on this experiment: it is compiled ahead when a worker has nothing else.

        Only one whose shapes are known, and that may be trained at all.
        """
        self._loop.post(lambda: self._precompiler.request(visitor, experiment))

    # --- what an owner can ask

    def submit(self, experiment: Experiment, visitor: str, steps: int | None = None, paused: bool = False) -> str:
        """Start a run and return its id. steps: pause after so many epochs. paused: wait at the start.

        Raises Refused, before anything is stored, where its estimated work or memory is past the limit, where its code
        cannot be trained here, where the visitor has as many runs as one may have, and where nothing can be stored.
        """
        return self._submit(experiment, visitor, steps, paused, instead_of=None)

    def _submit(self, experiment: Experiment, visitor: str, steps: int | None, paused: bool, instead_of: str | None) -> str:
        refusal = self._refusal(experiment, self.describe(experiment)) or self._retention.refusal()
        if refusal:
            raise Refused(refusal)
        state = "paused" if paused else "queued"
        run = Run(secrets.token_hex(16), owner_of(visitor), experiment, state, "", "", 0)

        def start(reply: Any) -> None:
            going = [active.run for active in self._scheduler.runs.values() if active.going and active.run.id != instead_of]
            owners = [run.owner for run in going] + self._runs.starting
            if refused := self._quotas.refusal_of_run(run.owner, owners):
                raise Refused(refused)
            self._runs.start(run, steps, reply)

        try:
            run_id: str = self._loop.ask(start)
            return run_id
        except DatabaseUnavailable as error:
            raise Refused(f"{error} {NOTHING_STARTED}") from error

    def _refusal(self, experiment: Experiment, found: dict[str, Any]) -> str:
        """Why what was described so must not be trained, or an empty string."""
        description = Description.read(found["description"])
        return str(found["hindrance"]) or limits.refusal(experiment, description, self._cluster.memory)

    def _may_train(self, experiment: Experiment, found: dict[str, Any]) -> bool:
        return not self._refusal(experiment, found)

    def pause(self, run_id: str, visitor: str) -> None:
        """Send no next chunk, and drop the one in flight: its epochs come again, bit for bit, when the run goes on."""
        self._command(self._runs.pause, run_id, visitor)

    def resume(self, run_id: str, visitor: str) -> None:
        """Go on from the last chunk as if nothing had been."""
        self._go_on(run_id, visitor, None)

    def step(self, run_id: str, visitor: str) -> None:
        """Exactly one epoch, then pause."""
        self._go_on(run_id, visitor, 1)

    def stop(self, run_id: str, visitor: str) -> None:
        """End a run; what is still in flight is dropped."""
        self._command(self._runs.stop, run_id, visitor)

    def reset(self, run_id: str, visitor: str) -> str:
        """Start anew with the same experiment and seed, as a new run: the old one stays as it is, stopped.

        A run that was paused waits at the start; any other starts.
        """
        run = self._owned(run_id, visitor)
        paused = run.state == "paused" and not run.held
        new = self._submit(run.experiment, visitor, None, paused, instead_of=run_id)
        with suppress(DatabaseUnavailable):
            self.stop(run_id, visitor)
        return new

    def set_kept(self, run_id: str, visitor: str, kept: bool) -> None:
        """Whether a run stays though nobody opens it. Raises Refused where a visitor keeps as many as one may."""
        run = self._owned(run_id, visitor)
        if kept and not run.kept and self.store.count_kept(run.owner) >= KEPT_RUNS_OF_A_VISITOR:
            raise Refused(f"You keep {KEPT_RUNS_OF_A_VISITOR} runs, which is the most. Let go of one you no longer need.")
        self.store.set_kept(run_id, kept)
        self._loop.post(lambda: self._runs.note_kept(run_id, kept))

    def open(self, run_id: str, visitor: str) -> Run | None:
        """A visitor's page shows this run: one that was held goes on when its owner opens it. None: there is no such run.

        Raises DatabaseUnavailable where the run cannot be read.
        """
        run = self._run(run_id)
        if run is None:
            return None
        if not self._views.snapshot.database_trouble:
            with suppress(DatabaseUnavailable):
                self.store.note_opening(run_id)
        if run.held and run.belongs_to(visitor) and not self._stopping.is_set():
            with suppress(DatabaseUnavailable):
                self.resume(run_id, visitor)
            run = self._run(run_id)
        return run

    def _go_on(self, run_id: str, visitor: str, steps: int | None) -> None:
        if self._owned(run_id, visitor).state == "paused":
            self._loop.ask(partial(self._runs.resume, run_id, steps))

    def _command(self, command: Callable[[str, Any], None], run_id: str, visitor: str) -> None:
        if not self._owned(run_id, visitor).ended:
            self._loop.ask(partial(command, run_id))

    def _run(self, run_id: str) -> Run | None:
        view = self._views.snapshot.runs.get(run_id)
        return view.run if view is not None else self.store.run(run_id)

    def _owned(self, run_id: str, visitor: str) -> Run:
        run = self._run(run_id)
        if run is None:
            raise Refused(f"There is no run called {run_id[:40]}.")
        if not run.belongs_to(visitor):
            raise NotTheOwner("This run belongs to somebody else: you can watch it. Train starts one of your own.")
        return run

    # --- who watches

    def watch(self, run_id: str, notify: Notify) -> AbstractContextManager[None]:
        """While this is held, `notify` is called (from any thread) whenever there is news of the run.

        It is given whether the news is urgent: another state, which somebody who pressed a button waits for.
        """
        return self._subscribers.watch(run_id, notify)

    def status(self, run_id: str) -> Status | None:
        """What the panel's status line says of a run. None: there is no such run.

        A run in hand is read without waiting. Raises DatabaseUnavailable for another one that cannot be read.
        """
        run = self._run(run_id)
        return None if run is None else self._views.snapshot.status(run)


def turns_in_all() -> int | None:
    """EXPLORER_MAX_TRAINING: how many runs may take turns at a time. None: a number for each worker.

    Raises ValueError with a sentence for anything but a whole number greater than 0.
    """
    received = os.environ.get("EXPLORER_MAX_TRAINING")
    if received is None:
        return None
    if not (received.isascii() and received.isdecimal()) or len(received) > 9 or int(received) < 1:
        raise ValueError(f"EXPLORER_MAX_TRAINING must be a whole number greater than 0. Received: {received[:40]!r}")
    return int(received)


def _ignore(_: Any, error: Exception | None) -> None:
    if error is not None and not isinstance(error, DatabaseUnavailable):
        _LOG.warning("Something could not be kept for later: %r", error)


__all__ = ["Engine", "NotTheOwner", "Refused", "Snapshot", "workers_wanted"]
