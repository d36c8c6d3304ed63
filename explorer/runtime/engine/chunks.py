"""Chunks on their way: which are sent, how long they train, and what is done with what comes back, or does not.

Only the engine's own thread touches this, but for the results, which are fetched in threads of their own.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from explorer.catalog import program_key
from explorer.experiment import Experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.cluster.futures import WorkerDied, gone
from explorer.runtime.engine.event_loop import EventLoop
from explorer.runtime.engine.runs import Runs
from explorer.runtime.engine.scheduler import Active, Flight, Scheduler
from explorer.runtime.engine.worker_pool import WorkerPool
from explorer.runtime.jobs import jobs
from explorer.runtime.storage.records import Run

_LOG = logging.getLogger(__name__)

# A chunk by how many runs want to train: one, or as many as there are workers. Every chunk costs the server some
# milliseconds, of a core that one run alone does not need. A little under 0.1 s, so that ten a second can be drawn.
CHUNK_SECONDS = 0.095
CHUNK_SECONDS_ON_EVERY_WORKER = 0.2
# With more runs, a round in which everybody has a chunk takes about so long, within these bounds for one chunk.
SECONDS_OF_A_ROUND = 2.0
SHORTEST_CHUNK_SECONDS = 0.03
LONGEST_CHUNK_SECONDS = 0.5
# The part of a chunk's time that may be spent on keeping what it brings: less than this where nobody waits for the others.
OVERHEAD = 0.05
OVERHEAD_IN_A_CROWD = 0.25
# A chunk ships the whole state: large models train longer between two, so that shipping stays a small part of the time.
STATE_BYTES_A_SECOND = 20e6
# How long a run waits after each death of its worker in one epoch before it is tried again. Deaths that come from outside
# end; a model that ends its worker each time does not, and fails with the death after the last of these.
SECONDS_AFTER_A_DEATH = (0.0, 0.0, 1.0, 2.0, 4.0, 8.0, 15.0)
TRIES_WITHIN_MEMORY = 2
# One chunk is an epoch at least. One that takes longer than ten minutes (a look a second) holds a worker for nothing.
MOST_CHECKS = 600
# Results are fetched by so many threads: one that is slow to come must not hold the others up.
FETCHING_THREADS = 4


class Chunks:
    """Sends the chunks of `runs` to the workers of `pool`. watched: which probe sequences of a run pages look into."""

    def __init__(
        self,
        cluster: Cluster,
        scheduler: Scheduler,
        runs: Runs,
        pool: WorkerPool,
        loop: EventLoop,
        watched: Callable[[str], tuple[int, ...]],
    ) -> None:
        self._watched = watched
        self._cluster = cluster
        self._scheduler = scheduler
        self._runs = runs
        self._pool = pool
        self._loop = loop
        self._tokens = itertools.count(1)
        self._fetching = ThreadPoolExecutor(FETCHING_THREADS, thread_name_prefix="results")
        self._seconds_of_fetching = 0.0

    def end(self) -> None:
        self._fetching.shutdown(wait=False, cancel_futures=True)

    def pump(self) -> None:
        """Send every chunk that there is room for."""
        while not self._runs.trouble and (turn := self._scheduler.next()) is not None:
            self._send(*turn)

    def send_ahead(
        self,
        function: Callable[..., jobs.Held],
        experiment: Experiment,
        address: str,
        then: Callable[[jobs.Held | None], None],
    ) -> bool:
        """Run work for an experiment in a worker, with low priority.

        `then` is called with what the worker holds afterwards, or None where it failed. False: it could not be sent.
        """
        token = next(self._tokens)
        try:
            future = self._cluster.submit(function, experiment.to_dict(), worker=address, priority=-10)
        except WorkerDied:
            return False  # Nothing is lost: it is compiled when somebody trains it.
        worker = self._scheduler.workers[address]
        worker.sent[token] = program_key(experiment)
        worker.ahead.add(token)
        self._when_done(future, partial(self._went_ahead, address, token, then))
        return True

    def place_of(self, run: Run) -> str | None:
        """The worker that has a run's compiled program, or is about to; None where none has."""
        active = self._scheduler.runs.get(run.id)
        trained_by = active.worker if active is not None else self._runs.workers_of_resting.get(run.id)
        workers = self._scheduler.workers
        has = [address for address, worker in workers.items() if worker.has(run.experiment) and not worker.leaving]
        return trained_by if trained_by in has else next(iter(has), None)

    def _went_ahead(
        self,
        address: str,
        token: int,
        then: Callable[[jobs.Held | None], None],
        held: jobs.Held | None,
        _: Exception | None,
        __: float,
    ) -> None:
        self._pool.note_return(address, token, held)
        then(held)
        self.pump()

    # --- sending

    def _send(self, active: Active, address: str) -> None:
        if active.run.state != "running":
            self._runs.set_state(active, "running")
        experiment = active.run.experiment
        last_epoch = experiment.epochs
        if active.steps is not None:
            last_epoch = min(last_epoch, active.epoch + active.steps)
        budget = self._budget(active)
        watched = self._watched(active.run.id) or active.awaited
        before = active.flight[-1].future if active.flight else active.state
        token, active.worker = next(self._tokens), address
        self._scheduler.workers[address].sent[token] = active.program
        active.last_return = active.last_return or time.monotonic()
        try:
            work = (jobs.chunk, experiment.to_dict(), before, last_epoch, budget, watched)
            future = self._cluster.submit(*work, worker=address)
        except WorkerDied as error:
            self._failed(active, address, error)
            return
        active.flight.append(Flight(token, future))
        self._when_done(future, partial(self._returned, active.run.id, token, address))

    def _budget(self, active: Active) -> float:
        """How many seconds the next chunk of a run trains."""
        if not active.flight and active.last_return is None:
            return 0.0  # One epoch: somebody has just pressed a button, and waits for the first point.
        crowd, workers = self._scheduler.crowd(), max(1, len(self._scheduler.workers))
        if crowd <= workers:
            seconds, overhead = CHUNK_SECONDS if crowd == 1 else CHUNK_SECONDS_ON_EVERY_WORKER, OVERHEAD
        else:
            fair = SECONDS_OF_A_ROUND * workers / crowd
            seconds = min(max(fair, SHORTEST_CHUNK_SECONDS), LONGEST_CHUNK_SECONDS)
            overhead = OVERHEAD_IN_A_CROWD
        keeping = self._seconds_of_fetching + self._runs.seconds_of_storing
        return max(seconds, len(active.state or b"") / STATE_BYTES_A_SECOND, keeping / overhead)

    # --- what comes back

    def _when_done(self, future: Any, event: Callable[[Any, Exception | None, float], None]) -> None:
        """Have an event run with what came of a future, its error, and the seconds of work that fetching it took."""

        def fetch(done: Any) -> None:
            began = time.thread_time()
            result, error = self._outcome(done)
            self._loop.post(partial(event, result, error, time.thread_time() - began))

        def start_fetching(done: Any) -> None:
            with suppress(RuntimeError):  # The engine has ended.
                self._fetching.submit(fetch, done)

        future.add_done_callback(start_fetching)

    def _outcome(self, future: Any) -> tuple[Any, Exception | None]:
        """What came back and what went wrong; neither for what was cancelled."""
        if future.cancelled() and not gone(future):
            return None, None
        try:
            return self._cluster.result(future), None
        except TimeoutError:
            return None, WorkerDied("The worker did not give its result away.")
        except Exception as error:
            return None, error

    def _returned(
        self, run_id: str, token: int, address: str, chunk: jobs.Chunk | None, error: Exception | None, seconds: float
    ) -> None:
        self._seconds_of_fetching += 0.1 * (seconds - self._seconds_of_fetching)
        self._pool.note_return(address, token, chunk and chunk.held)
        active = self._scheduler.runs.get(run_id)
        if active is not None:
            for flight in active.flight:
                if flight.token == token:
                    flight.outcome = (chunk, error)
            self._take_over(active, address)
        self.pump()

    def _take_over(self, active: Active, address: str) -> None:
        """Take over what has come back of a run, in the order in which it was sent."""
        while active.flight and active.flight[0].outcome is not None:
            chunk, error = active.flight.pop(0).outcome or (None, None)
            active.checks = 0
            if chunk is not None:
                if chunk.frames:
                    self._runs.store_chunk(active, chunk)
            elif error is not None:
                self._failed(active, address, error)
                return
        self._runs.go_on(active)

    def _failed(self, active: Active, address: str, error: Exception) -> None:
        self._runs.forget_flight(active)
        if not isinstance(error, WorkerDied):
            _LOG.error("A chunk failed.", exc_info=error)
            reason = f"The worker could not train this: {str(error).splitlines()[0] if str(error) else error!r}"
            self._runs.set_state(active, "failed", reason)
            return
        # What ends with its scheduler says nothing of the run.
        active.failures += not self._cluster.lost
        active.worker = None
        self._pool.look_soon()
        by_memory = self._cluster.died_by_memory(address)
        epoch, deaths = active.epoch + 1, active.failures
        # Once more even after a death by memory: what had gathered in an old worker may have been to blame.
        if deaths < (TRIES_WITHIN_MEMORY if by_memory else len(SECONDS_AFTER_A_DEATH) + 1):
            self._scheduler.workers.pop(address, None)
            pause = SECONDS_AFTER_A_DEATH[max(0, deaths - 1)]
            active.not_before = time.monotonic() + pause
            if pause:
                active.note = f"The worker that trained this ended {deaths} times in epoch {epoch}. It is tried again."
            if active.going:
                self._scheduler.wait(active.run.id, first=True)
                self._runs.note_news(active.run.id, urgent=True)
            return
        limit = f"{self._cluster.memory / 2**30:.1f} GiB"
        reason = (
            f"The worker needed more memory than it may use ({limit}) in epoch {epoch}, twice. "
            "Take fewer units, timesteps or samples, or a smaller batch."
            if by_memory
            else f"The worker that trained this ended {deaths} times in epoch {epoch}."
        )
        self._runs.set_state(active, "failed", reason)

    # --- what does not come back

    def check(self) -> None:
        """Find the chunks whose worker is gone, or that do not come to an end."""
        for active in list(self._scheduler.runs.values()):
            if not active.flight or active.flight[0].future.done():
                continue
            # Counted, and not by the clock: while this process is stopped, nobody sees a chunk come back.
            active.checks += 1
            if active.worker not in self._scheduler.workers:
                self._failed(active, active.worker or "", WorkerDied("The worker is not there any more."))
            elif active.checks > MOST_CHECKS:
                self._end_endless(active)
        self.pump()

    def _end_endless(self, active: Active) -> None:
        """Fail a run whose epoch does not come to an end, and its worker with it: nothing else ends what that does."""
        address, epoch = active.worker, active.epoch + 1
        self._runs.forget_flight(active)
        reason = f"Epoch {epoch} was not done within 10 minutes. Take fewer timesteps, units or samples, or a smaller model."
        self._runs.set_state(active, "failed", reason)
        if address is not None:
            self._pool.replace(address)
