"""Where runs live: the queue, pause, step, stop, and recovery.

The engine keeps chunks of every active run in flight; a chunk brings back the new state and its frames, both are stored
in one transaction, and the next chunk goes out. So pausing is sending no next chunk, stepping is a chunk of one epoch,
stopping is dropping what returns, fairness is one chunk for each visitor in turn (`explorer.runtime.scheduler`), and a
dead worker is one chunk again. Everything is plain method calls; what happened is read from the store.

Where the database cannot be written to, every run waits, with a sentence, and goes on by itself when it can. What could
not be written is written first.
"""

from __future__ import annotations

import itertools
import logging
import queue
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

from distributed import Future

from explorer import limits
from explorer.catalog import program_key
from explorer.runtime import jobs
from explorer.runtime.cluster import Cluster, WorkerDied, gone, workers_wanted
from explorer.runtime.database import DatabaseUnavailable
from explorer.runtime.precompiler import Precompiler
from explorer.runtime.queries import Queries, Refused
from explorer.runtime.quotas import KEPT_RUNS_OF_A_VISITOR, Quotas
from explorer.runtime.retention import Retention
from explorer.runtime.scheduler import Active, Flight, Turns
from explorer.runtime.store import FramesMissing, Run, RunTaken, Store, owner_of
from explorer.runtime.worker_pool import WorkerPool
from explorer.spec import Experiment

_LOG = logging.getLogger(__name__)

# A chunk by how many runs want to train: one, as many as there are workers, or more. Every chunk costs the server some
# milliseconds, of a core that one run alone does not need. A little under 0.1 s, so that ten a second can be drawn.
CHUNK_SECONDS = 0.095
CHUNK_SECONDS_ON_EVERY_WORKER = 0.2
CHUNK_SECONDS_UNDER_LOAD = 0.5
# The part of a chunk's time that may be spent on keeping what it brings.
OVERHEAD = 0.05
# A chunk ships the whole state: large models train longer between two, so that shipping stays a small part of the time.
STATE_BYTES_A_SECOND = 20e6
# How long a run waits after each death of its worker in one epoch before it is tried again. Deaths that come from outside
# end; a model that ends its worker each time does not, and fails with the death after the last of these.
SECONDS_AFTER_A_DEATH = (0.0, 0.0, 1.0, 2.0, 4.0, 8.0, 15.0)
TRIES_WITHIN_MEMORY = 2
SECONDS_OF_A_TICK = 0.1
# One chunk is an epoch at least. One that takes longer than ten minutes (a look a second) holds a worker for nothing.
LOOKS_AT_A_CHUNK = 600
# How often the database is tried again, and how often it is told that this server trains its runs.
SECONDS_BETWEEN_TRIES = 1.0
SECONDS_BETWEEN_LEASES = 2.0
SECONDS_BETWEEN_STARTS = 3.0
# How long the engine's end waits for what its thread is at, or for a cluster that is only starting.
SECONDS_OF_AN_EVENT = 4.0
SECONDS_OF_A_START = 18.0
# Of so many runs that rest, the worker that has their program is remembered.
REMEMBERED_WORKERS = 512
GOES_ON = "The run waits, and will go on by itself."
NO_WORKERS = "The workers did not start."
# Not the reason itself: it names addresses and files of the machine, and a visitor reads this.
ASK_WHO_RUNS_IT = "Whoever runs this server finds the reason in its log."
IS_WRITTEN_LATER = "Your click is remembered, and is stored as soon as that is possible."


class NotTheOwner(Refused):
    """Somebody else's run was to be changed."""


class Engine:
    """Starts at once and gets ready in the background; every method may be called from any thread.

    A visitor is named by a secret that only his browser has; whoever has it can change his runs, everybody else can only
    watch them. Methods that change a run raise NotTheOwner for another's secret, and
    `explorer.runtime.database.DatabaseUnavailable` where the run must be read first and cannot be.

    store: where runs are kept. workers, memory: of the embedded cluster (see `explorer.runtime.cluster`).
    grace: seconds after which a run that nobody watches is paused; None: never.
    first: the experiment that pages open with: described as soon as a worker is up, and compiled on every one of them.
    start_cluster: starts the cluster, given workers and memory.
    """

    def __init__(
        self,
        store: Store,
        workers: int | None = None,
        memory: int | None = None,
        grace: float | None = 60.0,
        first: Experiment | None = None,
        start_cluster: Callable[[int, int | None], Cluster] = Cluster,
    ) -> None:
        self.store = store
        self.failure = ""
        self.workers = workers or workers_wanted()
        self._start = partial(start_cluster, self.workers, memory)
        self._grace = grace
        self._cluster: Cluster | None = None
        self._ready = threading.Event()
        self._lock = threading.RLock()
        self._first = first
        self._turns = Turns()
        self._quotas = Quotas()
        self._retention = Retention(store)
        self._pool = WorkerPool(self._turns, self._lock, self.workers)
        self._queries = Queries(self._cluster_within, self._pool.replace, self.workers)
        self._precompiler = Precompiler(
            self._turns, self._lock, self._queries, self._quotas, first, self._may_train, self._run_ahead
        )
        self._workers_of_resting: OrderedDict[str, str] = OrderedDict()
        self._seconds_of_keeping = 0.0
        self._watchers: dict[str, list[Callable[[bool], None]]] = {}
        self._tokens = itertools.count(1)
        self._events: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._database_trouble = ""
        self._database_asked = 0.0
        self._stopping = threading.Event()
        self._look_at_database()
        self._retention.start()
        self._thread = threading.Thread(target=self._live, name="engine", daemon=True)
        self._thread.start()

    # --- the life of the engine

    @property
    def ready(self) -> bool:
        """Whether the workers are up."""
        return self._ready.is_set()

    def wait_ready(self, timeout: float) -> bool:
        return self._ready.wait(timeout)

    def close(self) -> None:
        """End the workers, within 20 seconds. Runs that were going on are marked as held, and go on after the next start."""
        with self._lock:
            # From here on nothing of a run is written: what comes back is left, and comes again.
            self._stopping.set()
            # At once, so that another server can take the runs over while the workers end.
            self._hold_own()
        self._events.put(None)
        self._retention.close()
        self._thread.join(timeout=SECONDS_OF_AN_EVENT if self._cluster else SECONDS_OF_A_START)
        if self._thread.is_alive() and self._cluster:
            # Whatever the thread is waiting for ends with the workers.
            self._cluster.close()
            self._thread.join(timeout=SECONDS_OF_AN_EVENT)

    def _hold_own(self) -> None:
        if self._database_trouble:
            self._try_database_again()
        try:
            self.store.hold_own()
        except DatabaseUnavailable as error:
            # The next start finds that this process has ended.
            _LOG.warning("Runs could not be marked as held at the end: %s", error)

    def _live(self) -> None:
        if not self._start_cluster():
            return
        try:
            self._pool.connect(self._cluster)
            self.workers = self._pool.wanted
            self._ready.set()
            threading.Thread(target=self._describe_first, name="first shapes", daemon=True).start()
            self._pump()
            ticked = time.monotonic()
            while not self._stopping.is_set():
                try:
                    event = self._events.get(timeout=SECONDS_OF_A_TICK)
                except queue.Empty:
                    event = None
                if event is not None:
                    self._guarded(event)
                # By the clock and not only in silence: with many chunks there is none.
                if time.monotonic() - ticked >= SECONDS_OF_A_TICK:
                    ticked = time.monotonic()
                    self._guarded(self._tick)
        finally:
            self._ready.clear()
            self._cluster.close()

    def _start_cluster(self) -> bool:
        """Start the workers, again and again until they are up. False where that is no use, or the engine ends."""
        while not self._stopping.is_set():
            try:
                self._cluster = self._start()
                self.failure = ""
                return True
            except ValueError as error:
                self.failure = f"{NO_WORKERS} {ASK_WHO_RUNS_IT}"
                _LOG.error("The workers did not start: %s", error)
                return False  # A setting is wrong, and stays so.
            except Exception as error:
                if self._stopping.is_set():
                    return False
                if not self.failure:
                    _LOG.error("The workers did not start: %s", error, exc_info=not isinstance(error, ConnectionError))
                self.failure = f"{NO_WORKERS} They are tried again every few seconds. {ASK_WHO_RUNS_IT}"
            self._guarded(self._look_at_database)
            self._stopping.wait(SECONDS_BETWEEN_STARTS)
        return False

    def _guarded(self, event: Callable[[], None]) -> None:
        # One run's trouble must not end the thread that serves them all.
        try:
            event()
        except Exception:
            _LOG.exception("The engine could not handle an event.")

    def _tick(self) -> None:
        if self._pool.look_is_due:
            self._look_at_workers()
        elif len(self._turns.workers) < self.workers:
            self._pool.refresh()
        self._look_at_database()
        self._pause_unwatched()
        self._pump()
        self._pool.replace_full()
        self._precompiler.compile_next()

    def _describe_first(self) -> None:
        if self._first is not None:
            try:
                self.describe(self._first)
            except (Refused, TimeoutError):
                if not self._stopping.is_set():
                    _LOG.exception("The first experiment could not be described.")

    # --- workers

    def _cluster_within(self, timeout: float) -> Cluster:
        if not self._ready.wait(timeout):
            raise TimeoutError(self.failure or "The workers are not up yet.")
        return self._cluster

    def _look_at_workers(self) -> None:
        self._pool.look()
        with self._lock:
            for active in list(self._turns.runs.values()):
                if not active.flight or active.flight[0].future.done():
                    continue
                # Counted, and not by the clock: while this process is stopped, nobody sees a chunk come back.
                active.looks += 1
                if active.worker not in self._turns.workers:
                    self._failed(active, active.worker or "", WorkerDied("The worker is not there any more."))
                elif active.looks > LOOKS_AT_A_CHUNK:
                    self._end_endless(active)

    def _end_endless(self, active: Active) -> None:
        """Fail a run whose epoch does not come to an end, and its worker with it: nothing else ends what that does."""
        address, epoch = active.worker, active.run.epoch + 1
        self._forget_flight(active)
        reason = f"Epoch {epoch} was not done within 10 minutes. Take fewer timesteps, units or samples, or a smaller model."
        self._set(active, "failed", reason)
        self._pool.replace(address)

    # --- shapes and pasted code

    def describe(self, experiment: Experiment, timeout: float = 30.0) -> dict[str, Any]:
        """The shapes of an experiment's model, as `explorer.runtime.jobs.describe` gives them; kept for the next asking.

        Raises TimeoutError while the workers are not up, and Refused for a model that cannot be built.
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

    def wish(self, visitor: str, experiment: Experiment) -> None:
        """Say that a visitor's page rests on this experiment: it is compiled ahead when a worker has nothing else.

        Only one whose shapes are known, and that may be trained at all.
        """
        self._precompiler.request(visitor, experiment)

    def _run_ahead(
        self,
        function: Callable[..., jobs.Held],
        experiment: Experiment,
        address: str,
        then: Callable[[jobs.Held | None], None],
    ) -> bool:
        token = next(self._tokens)
        try:
            future = self._cluster.submit(function, experiment.to_dict(), worker=address, priority=-10)
        except WorkerDied:
            return False  # Nothing is lost: it is compiled when somebody trains it.
        self._turns.workers[address].sent[token] = program_key(experiment)
        event = partial(self._went_ahead, address, token, then)
        future.add_done_callback(lambda done: self._events.put(partial(event, done)))
        return True

    def _went_ahead(self, address: str, token: int, then: Callable[[jobs.Held | None], None], future: Future) -> None:
        held = self._outcome(future)[0]
        with self._lock:
            self._pool.note_return(address, token, held)
            then(held)
        self._pump()

    # --- what an owner can ask

    def submit(self, experiment: Experiment, visitor: str, steps: int | None = None, paused: bool = False) -> str:
        """Start a run and return its id. steps: pause after so many epochs. paused: wait at the start.

        Raises Refused, before anything is stored, where its estimated work or memory is past the limit, where its code
        cannot be trained here, where the visitor has as many runs as one may have, and where nothing can be stored.
        """
        return self._submit(experiment, visitor, steps, paused, instead_of=None)

    def _submit(self, experiment: Experiment, visitor: str, steps: int | None, paused: bool, instead_of: str | None) -> str:
        owner = owner_of(visitor)
        refusal = self._refusal(experiment, self.describe(experiment))
        with self._lock:
            owners = [
                active.run.owner for active in self._turns.runs.values() if active.going and active.run.id != instead_of
            ]
            refusal = refusal or self._retention.refusal() or self._quotas.refusal_of_run(owner, owners)
            if refusal:
                raise Refused(refusal)
            run = Run(secrets.token_hex(16), owner, experiment, "paused" if paused else "queued", "", "", 0)
            try:
                if self._database_trouble:
                    raise DatabaseUnavailable(self._database_trouble)
                self.store.add_run(run)
            except DatabaseUnavailable as error:
                raise Refused(f"{error} Nothing was started. Try again in a moment.") from error
            if not paused:
                self._turns.runs[run.id] = Active(run, None, steps)
                self._turns.wait(run.id)
        self._events.put(self._pump)
        return run.id

    def _refusal(self, experiment: Experiment, found: dict[str, Any]) -> str:
        """Why what was described so must not be trained, or an empty string."""
        return found["hindrance"] or limits.refusal(experiment, found["description"], self._cluster.memory)

    def _may_train(self, experiment: Experiment, found: dict[str, Any]) -> bool:
        return not self._refusal(experiment, found)

    def pause(self, run_id: str, visitor: str) -> None:
        """Send no next chunk, and drop the one in flight: its epochs come again, bit for bit, when the run goes on."""
        with self._lock:
            active = self._take(run_id, visitor)
            if active and active.going:
                self._forget_flight(active)
                self._set(active, "paused")

    def resume(self, run_id: str, visitor: str) -> None:
        """Go on from the last chunk as if nothing had been."""
        self._go_on(run_id, visitor, None)

    def step(self, run_id: str, visitor: str) -> None:
        """Exactly one epoch, then pause."""
        self._go_on(run_id, visitor, 1)

    def stop(self, run_id: str, visitor: str) -> None:
        """End a run; what is still in flight is dropped."""
        with self._lock:
            active = self._take(run_id, visitor)
            if active and not active.run.ended:
                self._forget_flight(active)
                active.unsaved_chunk = None
                self._set(active, "stopped")

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
        with self._lock:
            active = self._turns.runs.get(run_id)
            if active is not None:
                active.run = replace(active.run, kept=kept)

    def open(self, run_id: str, visitor: str) -> Run | None:
        """A visitor's page shows this run: one that was held goes on when its owner opens it. None: there is no such run.

        Raises DatabaseUnavailable where the run cannot be read.
        """
        run = self._run(run_id)
        if run is None:
            return None
        if not self._database_trouble:
            with suppress(DatabaseUnavailable):
                self.store.note_opening(run_id)
        if run.held and run.belongs_to(visitor) and not self._stopping.is_set():
            self.resume(run_id, visitor)
            run = self._run(run_id)
        return run

    def _go_on(self, run_id: str, visitor: str, steps: int | None) -> None:
        with self._lock:
            if self._owned(run_id, visitor).state != "paused":
                return
            active = self._take(run_id, visitor)
            if active is None or active.run.state != "paused":
                return
            active.steps = steps
            active.unwatched_since = time.monotonic()
            self._set(active, "queued")
            if not self._database_trouble:
                self._turns.wait(run_id)
        self._events.put(self._pump)

    def _run(self, run_id: str) -> Run | None:
        with self._lock:
            active = self._turns.runs.get(run_id)
            if active is not None:
                return active.run
        return self.store.run(run_id)

    def _owned(self, run_id: str, visitor: str) -> Run:
        run = self._run(run_id)
        if run is None:
            raise Refused(f"There is no run called {run_id[:40]}.")
        if not run.belongs_to(visitor):
            raise NotTheOwner("This run belongs to somebody else: you can watch it. Train starts one of your own.")
        return run

    def _take(self, run_id: str, visitor: str) -> Active | None:
        """The run as this engine holds it, taken up from the store where it does not; None where it has ended."""
        if self._owned(run_id, visitor).ended:
            return None
        active = self._turns.runs.get(run_id)
        if active is None:
            found = self.store.take(run_id)
            if found is None or found[0].ended:
                return None
            run, state = found
            active = Active(run, state, unwatched_since=None, worker=self._workers_of_resting.pop(run_id, None))
            self._turns.runs[run_id] = active
            if active.going:
                # Another server trained it until now, and finds with its next chunk that it no longer does.
                self._turns.wait(run_id)
        return active

    def _set(self, active: Active, state: str, reason: str = "", held: str = "") -> None:
        active.run = replace(active.run, state=state, reason=reason, held=held)
        active.note = ""
        if state != "running":
            active.last_return = None
        if not active.going:
            self._turns.leave(active.run.id)
        self._save_state(active)
        self._let_rest(active)
        self._tell(active.run.id, urgent=True)

    def _let_rest(self, active: Active) -> None:
        """Forget a run that does not train and is stored whole: the store has it, and its state takes memory."""
        if not active.going and active.is_saved:
            if active.worker is not None:
                self._workers_of_resting[active.run.id] = active.worker
                while len(self._workers_of_resting) > REMEMBERED_WORKERS:
                    self._workers_of_resting.popitem(last=False)
            self._drop(active)

    def _drop(self, active: Active) -> None:
        self._forget_flight(active)
        self._turns.leave(active.run.id)
        self._turns.runs.pop(active.run.id, None)

    def _forget_flight(self, active: Active) -> None:
        """What is in flight no longer counts: its epochs come again, the same bit for bit, when the run goes on."""
        for flight in active.flight[1:]:
            flight.future.cancel()  # It has not begun: it waits for the one before it.
        active.flight.clear()
        active.looks = 0

    # --- the database

    def _save_state(self, active: Active) -> None:
        """Write a run's state, or remember that it is to be written."""
        active.unsaved_state = True
        if self._database_trouble:
            return
        try:
            self.store.set_state(active.run.id, active.run.state, active.run.reason, active.run.held)
            active.unsaved_state = False
        except DatabaseUnavailable as error:
            self._note_database_trouble(str(error))
        except RunTaken:
            self._lose(active)

    def _lose(self, active: Active) -> None:
        """Another server has taken this run over, or it was deleted: it is no longer in our hands."""
        _LOG.info("Run %s is no longer in this server's hands.", active.run.id)
        active.unsaved_state, active.unsaved_chunk = False, None
        self._drop(active)
        self._tell(active.run.id, urgent=True)

    def _look_at_database(self) -> None:
        """Say that this server is there, and hold what others left; where the database could not be used, try it again."""
        now = time.monotonic()
        if now - self._database_asked < (SECONDS_BETWEEN_TRIES if self._database_trouble else SECONDS_BETWEEN_LEASES):
            return
        self._database_asked = now
        if self._database_trouble:
            self._try_database_again()
            return
        try:
            if self._turns.crowd():
                self.store.renew_leases()
            abandoned = self.store.hold_abandoned()
        except DatabaseUnavailable as error:
            self._note_database_trouble(str(error))
            return
        with self._lock:
            for run_id in abandoned:
                self._tell(run_id, urgent=True)

    def _note_database_trouble(self, sentence: str) -> None:
        with self._lock:
            self._database_trouble = sentence
            self._database_asked = time.monotonic()
            for active in self._turns.runs.values():
                if active.going:
                    # What it brings could not be kept, and comes again.
                    self._forget_flight(active)
                    self._turns.leave(active.run.id)
                    active.run = replace(active.run, state="queued")
                    active.last_return = None
            self._tell_going()

    def _try_database_again(self) -> None:
        """Write what could not be written; where that goes well, let the runs go on."""
        try:
            self.store.renew_leases()  # Without our lock: it may wait for the database's, and pages must not.
        except DatabaseUnavailable as error:
            with self._lock:
                self._database_trouble = str(error)
                self._tell_going()
            return
        with self._lock:
            try:
                for active in list(self._turns.runs.values()):
                    self._save_again(active)
            except DatabaseUnavailable as error:
                self._database_trouble = str(error)
                self._tell_going()
                return
            self._database_trouble = ""
            for active in list(self._turns.runs.values()):
                self._let_rest(active)
                if active.going and not active.flight:
                    self._turns.wait(active.run.id)
            self._tell_going()
        self._pump()

    def _save_again(self, active: Active) -> None:
        try:
            if active.unsaved_chunk is not None:
                self._store_chunk(active, active.unsaved_chunk)
            if active.unsaved_state:
                self.store.set_state(active.run.id, active.run.state, active.run.reason, active.run.held)
                active.unsaved_state = False
        except RunTaken:
            self._lose(active)

    # --- chunks

    def _pump(self) -> None:
        """Send every chunk that there is room for."""
        with self._lock:
            while self.ready and not self._database_trouble and (turn := self._turns.next()) is not None:
                self._send(*turn)

    def _send(self, active: Active, address: str) -> None:
        if active.run.state != "running":
            self._set(active, "running")
            if self._database_trouble or active.run.id not in self._turns.runs:
                return
        experiment = active.run.experiment
        last_epoch = experiment.epochs
        if active.steps is not None:
            last_epoch = min(last_epoch, active.run.epoch + active.steps)
        budget = self._budget(active)
        before = active.flight[-1].future if active.flight else active.state
        token, active.worker = next(self._tokens), address
        self._turns.workers[address].sent[token] = program_key(experiment)
        active.last_return = active.last_return or time.monotonic()
        try:
            future = self._cluster.submit(jobs.chunk, experiment.to_dict(), before, last_epoch, budget, worker=address)
        except WorkerDied as error:
            self._failed(active, address, error)
            return
        active.flight.append(Flight(token, future))
        event = partial(self._returned, active.run.id, token, address)
        future.add_done_callback(lambda done: self._events.put(partial(event, done)))

    def _budget(self, active: Active) -> float:
        """How many seconds the next chunk of a run trains."""
        if not active.flight and active.last_return is None:
            return 0.0  # One epoch: somebody has just pressed a button, and waits for the first point.
        crowd = self._turns.crowd()
        seconds = CHUNK_SECONDS_UNDER_LOAD
        if crowd <= len(self._turns.workers):
            seconds = CHUNK_SECONDS if crowd == 1 else CHUNK_SECONDS_ON_EVERY_WORKER
        return max(seconds, len(active.state or b"") / STATE_BYTES_A_SECOND, self._seconds_of_keeping / OVERHEAD)

    def _returned(self, run_id: str, token: int, address: str, future: Future) -> None:
        began = time.thread_time()
        chunk, error = self._outcome(future)  # Pages ask with the lock, and must not wait for what is fetched here.
        if self._stopping.is_set():
            return  # What ends with the workers is no failure of the run.
        with self._lock:
            self._pool.note_return(address, token, chunk and chunk.held)
            active = self._turns.runs.get(run_id)
            if active is not None and active.flight and active.flight[0].token == token:
                active.flight.pop(0)
                active.looks = 0
                if chunk is not None:
                    self._keep(active, chunk)
                elif error is not None:
                    self._failed(active, address, error)
        self._pump()
        spent = time.thread_time() - began
        self._seconds_of_keeping += 0.1 * (spent - self._seconds_of_keeping)

    def _outcome(self, future: Future) -> tuple[Any, Exception | None]:
        """What came back and what went wrong; neither for what was cancelled."""
        if future.cancelled() and not gone(future):
            return None, None
        try:
            return self._cluster.result(future), None
        except TimeoutError:
            return None, WorkerDied("The worker did not give its result away.")
        except Exception as error:
            return None, error

    def _keep(self, active: Active, chunk: jobs.Chunk) -> None:
        """Store what a chunk brought, and go on; where it cannot be stored, it waits until it can."""
        try:
            self._store_chunk(active, chunk)
        except DatabaseUnavailable as error:
            active.unsaved_chunk = chunk
            self._note_database_trouble(str(error))
        except RunTaken:
            self._lose(active)

    def _store_chunk(self, active: Active, chunk: jobs.Chunk) -> None:
        state, frames, _ = chunk
        epoch = frames[-1].epoch
        steps = None if active.steps is None else active.steps - len(frames)
        run_state, reason = active.run.state, active.run.reason
        if not frames[-1].finite:
            run_state = "failed"
            reason = f"The loss was no longer a finite number in epoch {epoch}. A smaller learning rate may help."
        elif epoch >= active.run.experiment.epochs:
            run_state, reason = "done", ""
        elif steps == 0:
            run_state = "paused"
        try:
            self.store.add_chunk(active.run.id, epoch, state, frames, run_state, reason, active.run.held)
        except FramesMissing:
            self._read_again(active)
            return
        now = time.monotonic()
        if active.last_return is not None and active.run.epoch:
            rate = len(frames) / max(now - active.last_return, 1e-6)
            active.rate = rate if active.rate is None else 0.7 * active.rate + 0.3 * rate
        active.last_return, active.steps = now, steps
        active.run = replace(active.run, epoch=epoch, state=run_state, reason=reason)
        active.state, active.failures, active.note = state, 0, ""
        active.unsaved_chunk, active.unsaved_state = None, False
        if active.going and not active.flight and not self._database_trouble:
            self._turns.wait(active.run.id)
        if not active.going:
            self._forget_flight(active)
        self._let_rest(active)
        self._tell(active.run.id, urgent=run_state != "running")

    def _read_again(self, active: Active) -> None:
        """Take a run up from what is stored of it: what we hold does not follow that."""
        _LOG.error("What came of run %s does not follow what is stored. It goes on from what is stored.", active.run.id)
        found = self.store.take(active.run.id)
        self._drop(active)
        if found is not None and not found[0].ended:
            run, state = found
            self._turns.runs[run.id] = Active(run, state, active.steps, unwatched_since=active.unwatched_since)
            if self._turns.runs[run.id].going:
                self._turns.wait(run.id)
        self._tell(active.run.id, urgent=True)

    def _failed(self, active: Active, address: str, error: BaseException) -> None:
        self._forget_flight(active)
        if isinstance(error, WorkerDied):
            # What ends with its scheduler says nothing of the run.
            active.failures += not self._cluster.lost
            active.worker = None
            self._pool.look_soon()
            by_memory = self._cluster.died_by_memory(address)
            epoch, deaths = active.run.epoch + 1, active.failures
            # Once more even after a death by memory: what had gathered in an old worker may have been to blame.
            if deaths < (TRIES_WITHIN_MEMORY if by_memory else len(SECONDS_AFTER_A_DEATH) + 1):
                self._turns.workers.pop(address, None)
                pause = SECONDS_AFTER_A_DEATH[max(0, deaths - 1)]
                active.not_before = time.monotonic() + pause
                if pause:
                    active.note = f"The worker that trained this ended {deaths} times in epoch {epoch}. It is tried again."
                if active.run.state == "running":
                    self._turns.wait(active.run.id, first=True)
                    self._tell(active.run.id, urgent=True)
                return
            limit = f"{self._cluster.memory / 2**30:.1f} GiB"
            reason = (
                f"The worker needed more memory than it may use ({limit}) in epoch {epoch}, twice. "
                "Take fewer units, timesteps or samples, or a smaller batch."
                if by_memory
                else f"The worker that trained this ended {deaths} times in epoch {epoch}."
            )
        else:
            _LOG.error("A chunk failed.", exc_info=error)
            reason = f"The worker could not train this: {str(error).splitlines()[0] if str(error) else error!r}"
        self._set(active, "failed", reason)

    # --- who watches

    @contextmanager
    def watch(self, run_id: str, tell: Callable[[bool], None]) -> Iterator[None]:
        """While this is held, `tell` is called (from any thread) whenever there is news of the run.

        It is given whether the news is urgent: another state, which somebody who pressed a button waits for.
        """
        with self._lock:
            self._watchers.setdefault(run_id, []).append(tell)
            if run_id in self._turns.runs:
                self._turns.runs[run_id].unwatched_since = None
        try:
            yield
        finally:
            with self._lock:
                self._watchers[run_id].remove(tell)
                if not self._watchers[run_id]:
                    del self._watchers[run_id]
                    if run_id in self._turns.runs:
                        self._turns.runs[run_id].unwatched_since = time.monotonic()

    def status(self, run_id: str) -> dict[str, Any] | None:
        """What the panel's status line says of a run. None: there is no such run.

        state, reason (a sentence, or empty), epoch, epochs, rate (epochs a second), left (seconds), sharing (how many runs
        share how many workers, or None), elsewhere (whether another server trains it, whose news is not told here).

        Raises DatabaseUnavailable for a run that must be read and cannot be.
        """
        with self._lock:
            active = self._turns.runs.get(run_id)
            run = active.run if active else None
            going = self._turns.crowd()
            rate = active.rate if active and run.state == "running" else None
            reason = active and (run.reason or self._hindrance(active))
        if run is None:
            run = self.store.run(run_id)
            if run is None:
                return None
            reason = run.reason
        shared = run.state in ("queued", "running") and going > self.workers
        return {
            "state": run.state,
            "reason": reason,
            "epoch": run.epoch,
            "epochs": run.experiment.epochs,
            "rate": rate,
            "left": (run.experiment.epochs - run.epoch) / rate if rate else None,
            "sharing": {"runs": going, "workers": self.workers} if shared else None,
            "elsewhere": active is None and run.state in ("queued", "running"),
        }

    def _hindrance(self, active: Active) -> str:
        """What keeps a run from training now, as a sentence, or an empty string."""
        if self._database_trouble:
            return f"{self._database_trouble} {GOES_ON if active.going else IS_WRITTEN_LATER}"
        if not active.going:
            return ""
        if self._cluster is not None and self._cluster.lost:
            return f"{self._cluster.lost} {GOES_ON}"
        if silence := self._pool.silence_of(active.worker):
            return (
                f"The worker that trains this has not answered for {silence:.0f} seconds. "
                "When it stays silent, another one goes on."
            )
        return active.note

    def _tell(self, run_id: str, urgent: bool) -> None:
        for tell in self._watchers.get(run_id, []):
            tell(urgent)

    def _tell_going(self) -> None:
        for active in self._turns.runs.values():
            self._tell(active.run.id, urgent=True)

    def _pause_unwatched(self) -> None:
        if self._grace is None:
            return
        with self._lock:
            now = time.monotonic()
            for active in list(self._turns.runs.values()):
                since = active.unwatched_since
                watched = active.run.id in self._watchers
                if active.going and not watched and since is not None and now - since > self._grace:
                    reason = "Paused because no page was watching; it goes on when its owner opens it."
                    self._forget_flight(active)
                    self._set(active, "paused", reason, held="unwatched")
