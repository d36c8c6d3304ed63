"""What pages and programs ask for: train, pause, step, stop; shapes; and how a run stands.

The engine keeps chunks of every active run in flight; a chunk brings back the new state and its frames, both are stored
in one transaction, and the next chunk goes out. So pausing is sending no next chunk, stepping is a chunk of one epoch,
stopping is dropping what returns, fairness is one chunk for each visitor in turn (`scheduler`), and a
dead worker is one chunk again. What happened is read from the store.

One thread owns the state of all runs (`event_loop`, `runs`, `chunks`). Commands go to it, what waits for the database
(`store_writer`) or for the workers (`cluster_monitor`) does so in other threads, and how a run stands is read from a value
that never changes (`snapshot`), without waiting for anything.

Where the database cannot be written to, every run waits, with a sentence, and goes on by itself when it can.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import Any

from explorer.experiment import Experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.engine_core import EngineCore
from explorer.runtime.engine.snapshot import Status
from explorer.runtime.engine.subscribers import Notify
from explorer.runtime.questions.queries import NotTheOwner, Refused
from explorer.runtime.questions.replayed import Batches, Shown, Walked
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.quotas import KEPT_RUNS_OF_A_VISITOR
from explorer.runtime.storage.records import Run, new_run
from explorer.runtime.storage.store import Store

NOTHING_STARTED = "Nothing was started. Try again in a moment."


class Engine:
    """Starts at once and gets ready in the background; every method may be called from any thread.

    A visitor is named by a secret that only his browser has; whoever has it can change his runs, everybody else can only
    watch them. Methods that change a run raise NotTheOwner for another's secret, and
    `explorer.runtime.storage.database_errors.DatabaseUnavailable` where the run must be read first and cannot be.

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
        self._core = EngineCore(store, cluster, grace, first, later)
        self.try_fixes = self._core.trials.ask
        self.model_file = self._core.model_files.make
        self.gradients = self._core.gradients
        self.slow_motions = self._core.slow_motions
        self.inside = self._core.replays.inside
        self.who_can = self._core.measuring.known

    @property
    def ready(self) -> bool:
        """Whether the workers are up."""
        return self._core.monitor.ready.is_set()

    @property
    def failure(self) -> str:
        """Why there are no workers, as a sentence; an empty string where there are, or will be."""
        return self._core.monitor.failure

    @property
    def workers(self) -> int:
        """How many workers there should be."""
        return self._core.pool.wanted

    def wait_ready(self, timeout: float) -> bool:
        """Wait until the workers are up, for so many seconds; whether they are."""
        return self._core.monitor.ready.wait(timeout)

    def close(self) -> None:
        """End the workers, within 30 seconds. Runs that were going on are marked as held, and go on after the next start."""
        self._core.close()

    # --- shapes and pasted code

    def describe(self, experiment: Experiment, timeout: float = 30.0) -> dict[str, Any]:
        """The shapes of an experiment's model, as `jobs.describe` gives them; kept for the next asking,
        and for the next start.

        Raises TimeoutError while they are not known and the workers are not up, and Refused for a model that cannot be
        built.
        """
        return self._core.queries.describe(experiment, timeout)

    def compare(self, experiment: Experiment, layer: str, setting: str, value: Any, timeout: float = 30.0) -> dict[str, Any]:
        """The same of an experiment's model with one setting of one layer at another value, as `jobs.compare`."""
        return self._core.queries.compare(experiment, layer, setting, value, timeout)

    def check(
        self,
        code: str,
        x: Sequence[Sequence[int]] | None = None,
        y: Sequence[int] | None = None,
        loss: str | None = None,
        batch_size: int | None = None,
        timeout: float = 20.0,
        visitor: str = "",
        sizes: Mapping[str, Any] | None = None,
        model: str | None = None,
    ) -> dict[str, Any]:
        """What pasted code makes of its shapes, or where they break, as `jobs.check`; kept for the next asking.

        Raises TimeoutError while the workers are not up or are busy with others' code, and Refused for code that takes a
        worker longer than `timeout` seconds, or ends it. A worker that is at it for so long is started anew: nothing else
        ends what it does. Of one visitor's codes one is checked at a time.
        """
        return self._core.queries.check(code, x, y, loss, batch_size, timeout, visitor, sizes, model)

    def refusal(self, experiment: Experiment) -> str:
        """Why `submit` refuses an experiment by its estimate; "" where it does not, or its shapes are not known; at once."""
        return self._core.known_refusal(experiment)

    def compile_ahead(self, visitor: str, experiment: Experiment) -> None:
        """Say that a visitor's page rests on this experiment: it is compiled ahead when a worker has nothing else.

        Only one whose shapes are known, and that may be trained at all.
        """
        self._core.loop.post(lambda: self._core.precompiler.request(visitor, experiment))

    # --- what an owner can ask

    def submit(
        self,
        experiment: Experiment,
        visitor: str,
        steps: int | None = None,
        paused: bool = False,
        sequence: int | None = None,
    ) -> str:
        """Start a run and return its id. steps: pause after so many epochs. paused: wait at the start.

        sequence: the probe sequence that the page will `watch`: its first epochs come before the page can say so.

        Raises Refused, before anything is stored, where its estimated work or memory is past the limit, where its code
        cannot be trained here, where the visitor has as many runs as one may have, and where nothing can be stored.
        """
        run = new_run(experiment, visitor, "paused" if paused else "queued")
        watched = () if sequence is None else (sequence,)
        self._begin(run, partial(self._core.commands.start, run, steps, watched), instead_of=None)
        return run.id

    def train_more(self, run_id: str, visitor: str, epochs: int, sequence: int | None = None) -> None:
        """Let a run that is done or stopped go on where it ended, up to so many epochs in all: the same epochs, bit for bit,
        as a run that was that long from the start. Sequence, and what is raised, as for
        `submit`. Nothing happens where it cannot go on."""
        run = self._owned(run_id, visitor)
        if run.state in ("done", "stopped") and epochs > run.epoch:
            longer = dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, epochs=epochs))
            watched = () if sequence is None else (sequence,)
            self._begin(longer, partial(self._core.commands.go_on, longer, watched), instead_of=run_id)

    def _begin(self, run: Run, command: Callable[[Any], None], instead_of: str | None) -> None:
        if refusal := self._core.refusal(run.experiment, self.describe(run.experiment)) or self._core.retention.refusal():
            raise Refused(refusal)

        def begin(reply: Any) -> None:
            held = self._core.scheduler.runs.values()
            owners = [active.run.owner for active in held if active.going and active.run.id != instead_of]
            owners += self._core.commands.starting
            if refused := self._core.quotas.refusal_of_run(run.owner, owners):
                raise Refused(refused)
            command(reply)

        try:
            self._core.loop.ask(begin)
        except DatabaseUnavailable as error:
            raise Refused(f"{error} {NOTHING_STARTED}") from error

    def pause(self, run_id: str, visitor: str) -> None:
        """Send no next chunk, and drop the one in flight: its epochs come again, bit for bit, when the run goes on."""
        self._command(self._core.commands.pause, run_id, visitor)

    def resume(self, run_id: str, visitor: str) -> None:
        """Go on from the last chunk as if nothing had been."""
        self._go_on(run_id, visitor, None)

    def step(self, run_id: str, visitor: str) -> None:
        """Exactly one epoch, then pause."""
        self._go_on(run_id, visitor, 1)

    def stop(self, run_id: str, visitor: str) -> None:
        """End a run; what is still in flight is dropped."""
        self._command(self._core.commands.stop, run_id, visitor)

    def reset(self, run_id: str, visitor: str, experiment: Experiment | None = None) -> str:
        """A new run instead of this one, which waits at epoch 0: of another experiment where one is given, else of the same.

        The old one stays as it is, stopped.
        """
        run = self._owned(run_id, visitor)
        new = new_run(experiment or run.experiment, visitor, "paused")
        self._begin(new, partial(self._core.commands.start, new, None, ()), instead_of=run_id)
        with suppress(DatabaseUnavailable):
            self.stop(run_id, visitor)
        return new.id

    def set_kept(self, run_id: str, visitor: str, kept: bool) -> None:
        """Whether a run stays though nobody opens it. Raises Refused where a visitor keeps as many as one may."""
        run = self._owned(run_id, visitor)
        if kept and not run.kept and self.store.count_kept(run.owner) >= KEPT_RUNS_OF_A_VISITOR:
            raise Refused(f"You keep {KEPT_RUNS_OF_A_VISITOR} runs, and no more are allowed. Turn off Keep for one of them.")
        self.store.set_kept(run_id, kept)
        self._core.loop.post(lambda: self._core.runs.note_kept(run_id, kept))

    def open(self, run_id: str, visitor: str) -> Run | None:
        """A visitor's page shows this run: one that was held goes on when its owner opens it. None: there is no such run.

        Raises DatabaseUnavailable where the run cannot be read.
        """
        run = self._run(run_id)
        if run is None:
            return None
        if not self._core.views.snapshot.database_trouble:
            with suppress(DatabaseUnavailable):
                self.store.note_opening(run_id)
        if run.held and run.belongs_to(visitor) and not self._core.stopping.is_set():
            with suppress(DatabaseUnavailable):
                self.resume(run_id, visitor)
            run = self._run(run_id)
        return run

    def _go_on(self, run_id: str, visitor: str, steps: int | None) -> None:
        if self._owned(run_id, visitor).state == "paused":
            self._core.loop.ask(partial(self._core.commands.resume, run_id, steps))

    def _command(self, command: Callable[[str, Any], None], run_id: str, visitor: str) -> None:
        if not self._owned(run_id, visitor).ended:
            self._core.loop.ask(partial(command, run_id))

    def _run(self, run_id: str) -> Run | None:
        view = self._core.views.snapshot.runs.get(run_id)
        return view.run if view is not None else self.store.run(run_id)

    def _owned(self, run_id: str, visitor: str) -> Run:
        run = self._run(run_id)
        if run is None:
            raise Refused(f"There is no run called {run_id[:40]}.")
        if not run.belongs_to(visitor):
            raise NotTheOwner("This run belongs to somebody else: you can watch it. Train starts one of your own.")
        return run

    # --- who watches

    def watch(self, run_id: str, notify: Notify, sequence: int | None = None) -> AbstractContextManager[None]:
        """While this is held, `notify` is called (from any thread) whenever there is news of the run.

        It is given whether the news is urgent: another state, which somebody who pressed a button waits for. sequence: the
        probe sequence whose tensors are computed and stored with every epoch meanwhile.
        """
        return self._core.subscribers.watch(run_id, notify, sequence)

    def tensors(
        self, run: Run, sequence: int, first: int, last: int, layer: str | None = None, timeout: float = 10.0
    ) -> Shown:
        """What flows within a run's model for one probe sequence, at its epochs from `first` to `last`, and what the drawing
        of one layer shows. Epochs that nobody watched are trained again in a worker, as long as that takes a few seconds.

        Raises TimeoutError while the workers are busy or not up, Refused where they cannot do it, and DatabaseUnavailable.
        """
        return self._core.replays.tensors(run, sequence, first, last, layer, timeout)

    def batches(
        self, run: Run, sequence: int, epoch: int, first: int = 1, timeout: float = 10.0, layer: str | None = None
    ) -> Batches:
        """The batches of an epoch from `first` on, trained again, with their tensors; with a layer `first` alone, and what
        the layer's drawing shows after it. Raises as `tensors`."""
        return self._core.replays.batches(run, sequence, epoch, first, timeout, layer)

    def walk(
        self, experiment: Experiment, sequence: int, run: Run | None, epoch: int, batch: int, timeout: float = 10.0
    ) -> Walked:
        """What every recurrent layer computes at each timestep of one probe sequence, after an epoch of a run, or after its
        batch `batch` where that is not 0; without a run, of an experiment's untrained model. Raises as `tensors`."""
        return self._core.replays.walk(run, experiment, sequence, epoch, batch, timeout)

    def status(self, run_id: str) -> Status | None:
        """What the panel's status line says of a run, None where there is none. A run in hand is read without waiting.
        Raises DatabaseUnavailable for another one that cannot be read."""
        run = self._run(run_id)
        return None if run is None else self._core.views.snapshot.status(run)


__all__ = ["Engine", "NotTheOwner", "Refused"]
