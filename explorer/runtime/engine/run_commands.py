"""What an owner can have done with a run. Only the engine's own thread calls this."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from explorer.experiment import ENDED
from explorer.runtime.engine.event_loop import EventLoop
from explorer.runtime.engine.runs import Runs
from explorer.runtime.engine.scheduler import Active, Scheduler
from explorer.runtime.engine.store_writer import StoreWriter
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.records import Run
from explorer.runtime.storage.store import Store


class RunCommands:
    """Commands take a `reply`, which is answered with None once what they did is stored, or, where the database cannot be
    used, is remembered. They raise DatabaseUnavailable where a run must be read first and cannot be.
    """

    def __init__(self, store: Store, scheduler: Scheduler, loop: EventLoop, writer: StoreWriter, runs: Runs) -> None:
        self.starting: list[str] = []  # the owners of runs that are just being stored
        self._store = store
        self._scheduler = scheduler
        self._loop = loop
        self._writer = writer
        self._runs = runs
        self._unanswered: set[Future[None]] = set()
        runs.when_trouble_begins = self._answer_all

    def start(self, run: Run, steps: int | None, awaited: tuple[int, ...], reply: Future[str]) -> None:
        """Store a new run and let it train, unless it is paused; `reply` gets its id. awaited: see `Active`."""
        if self._runs.trouble:
            raise DatabaseUnavailable(self._runs.trouble)
        self.starting.append(run.owner)

        def stored(_: Any, error: Exception | None) -> None:
            self.starting.remove(run.owner)
            if error is None and run.state != "paused":
                self._runs.take_in(Active(run, None, steps, awaited=awaited))
            self._loop.answer(reply, error or run.id)

        self._writer.ask(partial(self._store.add_run, run), stored)

    def go_on(self, run: Run, awaited: tuple[int, ...], reply: Future[None]) -> None:
        """Let a run that has ended train on, towards the epochs of this `run`. awaited: see `Active`."""
        if self._runs.trouble:
            raise DatabaseUnavailable(self._runs.trouble)
        self.starting.append(run.owner)

        def taken(found: tuple[Run, bytes | None] | None, error: Exception | None) -> None:
            self.starting.remove(run.owner)
            if found is not None and run.id not in self._scheduler.runs:
                worker = self._runs.workers_of_resting.pop(run.id, None)
                self._runs.take_in(Active(*found, worker=worker, awaited=awaited))
            self._loop.answer(reply, error)

        self._writer.ask(partial(self._store.take_ended, run.id, run.experiment), taken)

    def pause(self, run_id: str, reply: Future[None]) -> None:
        self._with_run(run_id, reply, self._pause)

    def stop(self, run_id: str, reply: Future[None]) -> None:
        self._with_run(run_id, reply, self._stop)

    def resume(self, run_id: str, steps: int | None, reply: Future[None]) -> None:
        """Go on from the last chunk. steps: pause after so many epochs."""
        self._with_run(run_id, reply, partial(self._resume, steps))

    def _pause(self, active: Active) -> None:
        if active.going:
            self._runs.forget_flight(active)
            self._runs.set_state(active, "paused")

    def _stop(self, active: Active) -> None:
        if active.next_state not in ENDED and not active.run.ended:
            active.next_state = active.next_reason = ""
            self._runs.forget_flight(active)
            self._runs.set_state(active, "stopped")

    def _resume(self, steps: int | None, active: Active) -> None:
        if active.run.state != "paused":
            return
        active.steps = steps
        active.unwatched_since = time.monotonic()
        self._runs.set_state(active, "queued")
        self._runs.go_on(active)

    def _with_run(self, run_id: str, reply: Future[None], command: Callable[[Active], None]) -> None:
        """Do it with the run, taken up from the store where it is not in hand; nothing where it has ended."""
        active = self._scheduler.runs.get(run_id)
        if active is not None:
            command(active)
            self._answer_when_stored(reply)
            return
        if self._runs.trouble:
            raise DatabaseUnavailable(self._runs.trouble)

        def taken(found: tuple[Run, bytes | None] | None, error: Exception | None) -> None:
            if error is not None:
                self._loop.answer(reply, error)
                return
            active = self._scheduler.runs.get(run_id)
            if active is None and found is not None and not found[0].ended:
                run, state = found
                active = Active(run, state, unwatched_since=None, worker=self._runs.workers_of_resting.pop(run_id, None))
                # Where it is going, another server trained it until now, and finds with its next chunk that it no longer
                # does.
                self._runs.take_in(active)
            if active is not None:
                command(active)
                self._runs.let_rest(active)
            self._answer_when_stored(reply)

        self._writer.ask(partial(self._store.take, run_id), taken)

    def _answer_when_stored(self, reply: Future[None]) -> None:
        if self._runs.trouble:
            self._loop.answer(reply, None)
            return
        self._unanswered.add(reply)

        def stored(*_: Any) -> None:
            if reply in self._unanswered:
                self._unanswered.remove(reply)
                self._loop.answer(reply, None)

        self._writer.write(lambda: None, stored)

    def _answer_all(self) -> None:
        """The database cannot be used: what was done is remembered, and nobody waits for it."""
        replies, self._unanswered = self._unanswered, set()
        for reply in replies:
            self._loop.answer(reply, None)
