"""The runs in this engine's hands: their states, and what of them is on its way to the database.

Only the engine's own thread touches them. Nothing here waits: what must be read or written is left to the writer, which
says what came of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from cachetools import LRUCache

from explorer.runtime.engine.scheduler import Active, Scheduler
from explorer.runtime.engine.store_writer import StoreWriter
from explorer.runtime.engine.subscribers import Subscribers
from explorer.runtime.jobs.jobs import Chunk
from explorer.runtime.storage.records import Run
from explorer.runtime.storage.store import FramesMissing, RunTaken, Store

_LOG = logging.getLogger(__name__)

# Of so many runs that rest, the worker that has their program is remembered.
REMEMBERED_WORKERS = 512
UNWATCHED = "Paused because no page was watching. The run continues when its owner opens it."


class Runs:
    """grace: seconds after which a run that nobody watches is paused; None: never. pump: called when a run may go on."""

    def __init__(
        self,
        store: Store,
        scheduler: Scheduler,
        writer: StoreWriter,
        subscribers: Subscribers,
        grace: float | None,
        pump: Callable[[], None],
    ) -> None:
        self.trouble = ""  # why the database cannot be used, as a sentence
        self.news: dict[str, bool] = {}  # the runs that have changed since this was emptied, and whether it is urgent
        self.seconds_of_storing = 0.0
        self._store = store
        self._scheduler = scheduler
        self._writer = writer
        self._subscribers = subscribers
        self._grace = grace
        self._pump = pump
        self.workers_of_resting: LRUCache[str, str] = LRUCache(REMEMBERED_WORKERS)
        self.when_trouble_begins: Callable[[], None] = lambda: None

    # --- states

    def take_in(self, active: Active) -> None:
        """Take a run into hand, and let it train where it is going."""
        self._scheduler.runs[active.run.id] = active
        self.note_news(active.run.id, urgent=True)
        self.go_on(active)

    def go_on(self, active: Active) -> None:
        """Let a run wait for its next chunk, where it is going and has none under way."""
        if active.going and not active.flight and not self.trouble:
            self._scheduler.wait(active.run.id)
            self._pump()

    def set_state(self, active: Active, state: str, reason: str = "", held: str = "") -> None:
        """Give a run in hand another state, and have it stored."""
        active.run = replace(active.run, state=state, reason=reason, held=held)
        active.note = ""
        if state != "running":
            active.last_return = None
        if not active.going:
            self._scheduler.leave(active.run.id)
        active.writes += 1
        run = active.run
        self._writer.write(partial(self._store.set_state, run.id, state, reason, held), partial(self._state_stored, active))
        self.note_news(run.id, urgent=True)

    def _state_stored(self, active: Active, _: Any, error: Exception | None) -> None:
        self._stored(active, error)

    def store_chunk(self, active: Active, chunk: Chunk) -> None:
        """Take over what a chunk brought, and have it stored: its frames and the state that follows them."""
        epoch = chunk.frames[-1].epoch
        if active.steps is not None:
            active.steps -= len(chunk.frames)
        if not chunk.frames[-1].finite:
            active.next_state = "failed"
            active.next_reason = (
                f"The loss was no longer a finite number in epoch {epoch}. A smaller learning rate may help."
            )
        elif epoch >= active.run.experiment.epochs:
            active.next_state = "done"
        elif active.steps == 0:
            active.next_state = "paused"
        run = active.run
        if active.next_state:
            run = replace(run, state=active.next_state, reason=active.next_reason)
            self.forget_flight(active)
            self._scheduler.leave(run.id)
        now = time.monotonic()
        if active.last_return is not None and active.epoch:
            # Both are summed up: of chunks that come at once the second took no time of its own.
            active.trained = 0.7 * active.trained + len(chunk.frames)
            active.seconds = 0.7 * active.seconds + max(now - active.last_return, 1e-6)
        active.last_return, active.epoch, active.state = now, epoch, chunk.state
        active.failures, active.note = 0, ""
        active.writes += 1
        active.unstored += 1

        def store() -> float:
            began = time.thread_time()
            self._store.add_chunk(run.id, epoch, chunk.state, chunk.frames, run.state, run.reason, run.held)
            return time.thread_time() - began

        self._writer.write(store, partial(self._chunk_stored, active, epoch))

    def _chunk_stored(self, active: Active, epoch: int, seconds: float | None, error: Exception | None) -> None:
        if seconds is not None:
            self.seconds_of_storing += 0.1 * (seconds - self.seconds_of_storing)
        active.unstored -= 1
        if self._scheduler.runs.get(active.run.id) is not active:
            return
        if error is None:
            # Told only now: whoever reads that a run is done finds every frame of it.
            active.run = replace(active.run, epoch=epoch)
            if active.next_state and epoch == active.epoch:
                active.run = replace(active.run, state=active.next_state, reason=active.next_reason)
                active.next_state = active.next_reason = ""
                active.last_return = None
        self._stored(active, error)
        self.note_news(active.run.id, urgent=active.run.state != "running")
        self._pump()

    def _stored(self, active: Active, error: Exception | None) -> None:
        active.writes -= 1
        if self._scheduler.runs.get(active.run.id) is not active:
            return
        if isinstance(error, RunTaken):
            _LOG.info("Run %s is no longer in this server's hands.", active.run.id)
            self._drop(active)
        elif isinstance(error, FramesMissing):
            self._read_again(active)
        elif error is not None:
            _LOG.error("A change of run %s could not be stored.", active.run.id, exc_info=error)
            self._read_again(active)
        else:
            self.let_rest(active)

    def _read_again(self, active: Active) -> None:
        """Take a run up from what is stored of it: what we hold does not follow that."""
        _LOG.error("What came of run %s does not follow what is stored. It goes on from what is stored.", active.run.id)
        self._drop(active)

        def taken(found: tuple[Run, bytes | None] | None, error: Exception | None) -> None:
            if error is None and found is not None and not found[0].ended and found[0].id not in self._scheduler.runs:
                self.take_in(Active(*found, active.steps, unwatched_since=active.unwatched_since))
            self.note_news(active.run.id, urgent=True)

        self._writer.ask(partial(self._store.take, active.run.id), taken)

    def let_rest(self, active: Active) -> None:
        """Forget a run that does not train and is stored whole: the store has it, and its state takes memory."""
        if not active.going and active.is_stored:
            if active.worker is not None:
                self.workers_of_resting[active.run.id] = active.worker
            self._drop(active)

    def _drop(self, active: Active) -> None:
        self.forget_flight(active)
        self._scheduler.leave(active.run.id)
        self._scheduler.runs.pop(active.run.id, None)
        self.note_news(active.run.id, urgent=True)

    def forget_flight(self, active: Active) -> None:
        """What is in flight no longer counts: its epochs come again, the same bit for bit, when the run goes on."""
        for flight in active.flight[1:]:
            flight.future.cancel()  # It has not begun: it waits for the one before it.
        active.flight.clear()
        active.checks = 0

    def note_news(self, run_id: str, urgent: bool) -> None:
        """Have whoever watches a run told, once this event is done."""
        self.news[run_id] = urgent or self.news.get(run_id, False)

    # --- what others tell

    def note_kept(self, run_id: str, kept: bool) -> None:
        """The owner wants the run to stay, or no longer; the store knows it already."""
        active = self._scheduler.runs.get(run_id)
        if active is not None:
            active.run = replace(active.run, kept=kept)
            self.note_news(run_id, urgent=False)

    def note_abandoned(self, run_ids: list[str]) -> None:
        """Runs were held that another server had left."""
        for run_id in run_ids:
            self.note_news(run_id, urgent=True)

    def note_watching(self, run_id: str) -> None:
        """Somebody began or ceased to watch a run."""
        active = self._scheduler.runs.get(run_id)
        if active is not None:
            active.unwatched_since = None if self._subscribers.is_watched(run_id) else time.monotonic()
            active.awaited = ()

    def pause_unwatched(self) -> None:
        if self._grace is None:
            return
        now = time.monotonic()
        for active in list(self._scheduler.runs.values()):
            since = active.unwatched_since
            is_over = since is not None and now - since > self._grace
            # A page that has watched it all along may have resumed it since.
            if active.going and is_over and not self._subscribers.is_watched(active.run.id):
                self.forget_flight(active)
                self.set_state(active, "paused", UNWATCHED, held="unwatched")

    def note_trouble(self, sentence: str) -> None:
        """The database cannot be used, for the reason given; an empty one: it can again, and all that waited is written."""
        began, self.trouble = bool(sentence) and not self.trouble, sentence
        if began:
            self.when_trouble_begins()
        for active in list(self._scheduler.runs.values()):
            if began and active.going:
                # What it brings could not be kept for long, and comes again.
                self.forget_flight(active)
                self._scheduler.leave(active.run.id)
                active.run = replace(active.run, state="queued")
                active.last_return = None
            if not sentence:
                self.let_rest(active)
                self.go_on(active)
            self.note_news(active.run.id, urgent=True)
