"""The tensors of a run at any epoch, and the batches of one: what is stored, and the rest trained again from the nearest
state that is kept. What a replay brings is kept for a while, with the state in which it ended: a film asks for the next.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from cachetools import LRUCache

from explorer.experiment import Experiment
from explorer.inside.states import LayerStates
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.cluster.futures import WorkerDied
from explorer.runtime.jobs.batch_job import Walk, batches_at
from explorer.runtime.jobs.inside_job import InsideReply, inside_at
from explorer.runtime.jobs.replay_job import Replay, tensors_at
from explorer.runtime.jobs.walk_job import WalkThrough, walk_at
from explorer.runtime.questions.queries import BUSY, Refused
from explorer.runtime.questions.replayed import (
    NO_NUMBER,
    Batches,
    Seen,
    Shown,
    Walked,
    bytes_of_batches,
    bytes_of_walk,
    not_yet,
    too_long,
)
from explorer.runtime.storage.records import Run
from explorer.runtime.storage.stored_tensors import StoredTensors
from explorer.training.batches import Batch
from explorer.training.checkpoint import epoch_of

# A replay that would take longer is not begun: somebody waits for it.
MOST_SECONDS = 4.0
BYTES_OF_KEPT_TENSORS = 48 * 2**20
BYTES_OF_KEPT_STATES = 96 * 2**20
BYTES_OF_KEPT_BATCHES = 24 * 2**20
BYTES_OF_KEPT_WALKS = 16 * 2**20
BYTES_OF_KEPT_INSIDES = 32 * 2**20
KEPT_DRAWINGS = 2000
# What is brought along of an epoch at once.
MOST_BATCHES = 64
TRIES = 2
# Behind shapes, which somebody waits for, and chunks, which train; before what is compiled ahead.
PRIORITY = -5
_Key = tuple[str, int, int]


class Replays:
    """Every method may be called from any thread.

    cluster: gives the cluster, within so many seconds; raises TimeoutError where it is not up. place: the worker that has a
    run's compiled program, or None. at_once: how many replays may be at work together.
    """

    def __init__(
        self,
        stored: StoredTensors,
        cluster: Callable[[float], Cluster],
        place: Callable[[Run], str | None],
        at_once: int,
    ) -> None:
        self._stored = stored
        self._cluster = cluster
        self._place = place
        self._lock = threading.Lock()
        self._tensors: LRUCache[_Key, bytes] = LRUCache(BYTES_OF_KEPT_TENSORS, getsizeof=len)
        self._states: LRUCache[str, bytes] = LRUCache(BYTES_OF_KEPT_STATES, getsizeof=len)
        self._drawings: LRUCache[tuple[_Key, str], dict[str, Any]] = LRUCache(KEPT_DRAWINGS)
        self._batches: LRUCache[tuple[_Key, int, str | None], list[Batch]] = LRUCache(
            BYTES_OF_KEPT_BATCHES, getsizeof=bytes_of_batches
        )
        self._walks: LRUCache[tuple[Any, ...], Walked] = LRUCache(BYTES_OF_KEPT_WALKS, getsizeof=bytes_of_walk)
        self._insides: LRUCache[tuple[_Key, str | None], LayerStates] = LRUCache(
            BYTES_OF_KEPT_INSIDES, getsizeof=lambda layer_states: int(layer_states.bytes)
        )
        self._turn = threading.Condition()
        self._at_work: set[str] = set()
        self._at_once = at_once

    def tensors(self, run: Run, sequence: int, first: int, last: int, layer: str | None, timeout: float) -> Shown:
        """See `explorer.runtime.engine.engine.Engine.tensors`."""
        deadline = time.monotonic() + timeout
        epochs = range(first, min(last, run.epoch) + 1)
        shown, missing = self._known(run, sequence, epochs, layer)
        if not missing:
            return shown
        with self._turn_of(run.id, deadline):
            shown, missing = self._known(run, sequence, epochs, layer)  # Somebody else may have asked for the same.
            if not missing:
                return shown
            replay = self._replayed(run, sequence, missing, layer, deadline)
            self._remember(run, sequence, layer, replay)
        shown, missing = self._known(run, sequence, epochs, layer)
        reason = ""
        if replay.seconds and missing:
            reason = too_long(missing[-1], replay.seconds)
        return Shown(shown.tensors, shown.drawings, reason)

    def batches(self, run: Run, sequence: int, epoch: int, first: int, timeout: float, layer: str | None = None) -> Batches:
        """See `explorer.runtime.engine.engine.Engine.batches`."""
        if epoch > run.epoch:
            return Batches([], not_yet(epoch, run.epoch))
        deadline = time.monotonic() + timeout
        key = (run.id, sequence, epoch), first, layer
        most = MOST_BATCHES if layer is None else 1
        with self._turn_of(run.id, deadline):
            with self._lock:
                kept = self._batches.get(key)
            if kept is not None:
                return Batches(kept, "")
            state = self._state_before(run.id, epoch - 1)
            arguments = (run.experiment.to_dict(), state, epoch, first, most, sequence, MOST_SECONDS, layer)
            walk: Walk = self._done(run, batches_at, arguments, deadline)
            with self._lock:
                if walk.state is not None:
                    self._keep(self._states, run.id, walk.state)
                if bytes_of_batches(walk.batches) <= self._batches.maxsize:
                    self._batches[key] = walk.batches
        if walk.batches:
            return Batches(walk.batches, "")
        return Batches([], too_long(epoch, walk.seconds) if walk.seconds else NO_NUMBER)

    def walk(self, run: Run | None, experiment: Experiment, sequence: int, epoch: int, batch: int, timeout: float) -> Walked:
        """See `explorer.runtime.engine.engine.Engine.walk`."""
        if run is not None and epoch > run.epoch:
            return Walked([], [], not_yet(epoch, run.epoch))
        deadline = time.monotonic() + timeout
        of = run.id if run is not None else experiment.key
        key = (of, sequence, epoch, batch)
        with self._turn_of(of, deadline):
            with self._lock:
                kept = self._walks.get(key)
            if kept is not None:
                return kept
            state = self._state_before(of, epoch - bool(batch)) if run is not None else None
            arguments = (experiment.to_dict(), state, epoch, batch, sequence, MOST_SECONDS)
            found: WalkThrough = self._done(run, walk_at, arguments, deadline)
            walked = Walked(found.layers or [], found.refused, "")
            with self._lock:
                if run is not None and found.state is not None:
                    self._keep(self._states, of, found.state)
                if found.layers is not None and bytes_of_walk(walked) <= self._walks.maxsize:
                    self._walks[key] = walked
        if found.layers is not None:
            return walked
        return Walked([], [], too_long(epoch, found.seconds) if found.seconds else NO_NUMBER)

    # --- for who asks workers for more of a run (`explorer.runtime.questions.gradients`)

    def turn(self, of: str, deadline: float) -> AbstractContextManager[None]:
        """One at a time of what is called so, and not more than so many in all."""
        return self._turn_of(of, deadline)

    def ask(
        self, run: Run, job: Callable[..., Any], arguments: tuple[Any, ...], deadline: float, priority: int = PRIORITY
    ) -> Any:
        """What a worker gives for a job. Raises as `explorer.runtime.engine.engine.Engine.tensors`."""
        return self._done(run, job, arguments, deadline, priority)

    def state_up_to(self, run_id: str, epoch: int) -> bytes | None:
        """The latest state up to an epoch that there is, stored or kept here; None: that of the start."""
        return self._state_before(run_id, epoch)

    def keep_state(self, run_id: str, state: bytes | None) -> None:
        """Keep a state that a run was trained to again: whoever asks next trains on from it."""
        if state is not None:
            with self._lock:
                self._keep(self._states, run_id, state)

    def inside(self, run: Run, sequence: int, epoch: int, layer: str | None, timeout: float) -> Seen:
        """What a recurrent layer (None: the first one) held for one probe sequence at an epoch, trained again as for
        `explorer.runtime.engine.engine.Engine.tensors`, which raises the same."""
        if epoch > run.epoch:
            return Seen(None, not_yet(epoch, run.epoch))
        deadline = time.monotonic() + timeout
        key = (run.id, sequence, epoch), layer
        with self._lock:
            kept = self._insides.get(key)
        if kept is not None:
            return Seen(kept, "")
        with self._turn_of(run.id, deadline):
            with self._lock:
                kept = self._insides.get(key)
            if kept is not None:
                return Seen(kept, "")
            state = self._state_before(run.id, epoch)
            arguments = (run.experiment.to_dict(), state, epoch, sequence, layer, MOST_SECONDS)
            found: InsideReply = self._done(run, inside_at, arguments, deadline)
            reached, layer_states, refusal = found
            with self._lock:
                if reached is not None:
                    self._keep(self._states, run.id, reached.state)
                if layer_states is not None and layer_states.bytes <= self._insides.maxsize:
                    self._insides[key] = layer_states
        if layer_states is None and not refusal:
            refusal = too_long(epoch, reached.seconds) if reached is not None and reached.seconds else NO_NUMBER
        return Seen(layer_states, refusal)

    def _known(self, run: Run, sequence: int, epochs: range, layer: str | None) -> tuple[Shown, list[int]]:
        """What is there already, and the epochs of which something is missing."""
        if not epochs:
            return Shown({}, {}, ""), []
        tensors = self._stored.tensors(run.id, sequence, epochs[0], epochs[-1])
        drawings = {}
        with self._lock:
            for epoch in epochs:
                key = (run.id, sequence, epoch)
                if epoch not in tensors and (numbers := self._tensors.get(key)) is not None:
                    tensors[epoch] = numbers
                if layer is not None and (drawing := self._drawings.get((key, layer))) is not None:
                    drawings[epoch] = drawing
        missing = [epoch for epoch in epochs if epoch not in tensors or (layer is not None and epoch not in drawings)]
        return Shown(tensors, {epoch: each for epoch, each in drawings.items() if each}, ""), missing

    def _remember(self, run: Run, sequence: int, layer: str | None, replay: Replay) -> None:
        with self._lock:
            for epoch, numbers in replay.tensors.items():
                self._keep(self._tensors, (run.id, sequence, epoch), numbers)
            if layer is not None:
                for epoch, drawing in replay.drawings.items():
                    self._drawings[(run.id, sequence, epoch), layer] = drawing
            if replay.state is not None:
                self._keep(self._states, run.id, replay.state)

    def _keep(self, cache: LRUCache[Any, bytes], key: Any, content: bytes) -> None:
        if len(content) <= cache.maxsize:
            cache[key] = content

    def _replayed(self, run: Run, sequence: int, missing: list[int], layer: str | None, deadline: float) -> Replay:
        state = self._state_before(run.id, missing[0])
        arguments = (run.experiment.to_dict(), state, missing, sequence, layer, MOST_SECONDS)
        replay: Replay = self._done(run, tensors_at, arguments, deadline)
        return replay

    def _done(
        self,
        run: Run | None,
        job: Callable[..., Any],
        arguments: tuple[Any, ...],
        deadline: float,
        priority: int = PRIORITY,
    ) -> Any:
        """What a worker gives for a job."""
        cluster = self._cluster(max(0.0, deadline - time.monotonic()))
        for attempt in range(TRIES):
            try:
                worker = self._place(run) if run is not None and attempt == 0 else None
                future = cluster.submit(job, *arguments, worker=worker, priority=priority)
                try:
                    return cluster.result(future, max(0.1, deadline - time.monotonic()))
                except TimeoutError:
                    future.cancel()
                    raise
            except OSError:  # TimeoutError among them
                raise
            except WorkerDied as error:
                if cluster.lost:
                    raise TimeoutError(cluster.lost) from None
                if attempt == TRIES - 1:
                    raise TimeoutError("The worker that trained these epochs again ended. Try again in a moment.") from error
            except Exception as error:
                raise Refused(f"What flows within this model cannot be shown: {error}") from error
        raise AssertionError("The last try returns or raises.")

    def _state_before(self, run_id: str, epoch: int) -> bytes | None:
        stored = self._stored.state_before(run_id, epoch)
        with self._lock:
            kept = self._states.get(run_id)
        return kept if kept is not None and _epoch(stored) < _epoch(kept) <= epoch else stored

    @contextmanager
    def _turn_of(self, run_id: str, deadline: float) -> Iterator[None]:
        """One replay of a run at a time, and not more than so many in all."""

        def is_free() -> bool:
            return run_id not in self._at_work and len(self._at_work) < self._at_once

        with self._turn:
            if not self._turn.wait_for(is_free, max(0.0, deadline - time.monotonic())):
                raise TimeoutError(BUSY)
            self._at_work.add(run_id)
        try:
            yield
        finally:
            with self._turn:
                self._at_work.discard(run_id)
                self._turn.notify_all()


def _epoch(state: bytes | None) -> int:
    return 0 if state is None else epoch_of(state)
