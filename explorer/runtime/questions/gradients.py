"""The gradient through time of a run, of the same run with another cell, and the norms of its layers' gradients: asked of
workers and kept for a while.

Nothing of it is computed for a run that nobody looks into.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any, NamedTuple

from cachetools import LRUCache

from explorer.experiment import Experiment
from explorer.runtime.jobs.gradient_job import Found, Norms, Through, norms_of, other_cell_at, through_at
from explorer.runtime.questions.replayed import not_yet, too_long
from explorer.runtime.questions.replays import MOST_SECONDS, Replays
from explorer.runtime.storage.records import Run
from explorer.runtime.storage.stored_tensors import StoredTensors

# A net with another cell trains for so long until it is asked for again: nobody who went away has it trained.
SECONDS_OF_A_COMPARISON = 1.5
# The chart of norms has few points where it would take longer to train again between them.
SECONDS_OF_NORMS = 1.5
# Behind everything that somebody waits for without having asked to, but for what is compiled ahead.
LOW = -8
KEPT = 128
BYTES_OF_KEPT_STATES = 32 * 2**20
# Of a run's states that are sent to a worker for the norms.
MOST_STATES = 32
MOST_BYTES_OF_STATES = 8 * 2**20
_Cell = tuple[str, str, str]


class Seen(NamedTuple):
    """through: None where there is nothing to see; reason: why, as a sentence, else empty."""

    through: Through | None
    reason: str = ""


class Compared(NamedTuple):
    """The same of a net with another cell: epoch: how far it is trained; through: None until that is the wanted one;
    val_loss: of that epoch, None at epoch 0."""

    epoch: int
    through: Through | None
    val_loss: float | None
    reason: str = ""


class Gradients:
    """Every method may be called from any thread. Raises as `explorer.runtime.questions.replays.Replays` does."""

    def __init__(self, stored: StoredTensors, replays: Replays) -> None:
        self._stored = stored
        self._replays = replays
        self._lock = threading.Lock()
        self._seen: LRUCache[tuple[Any, ...], Seen] = LRUCache(KEPT)
        self._compared: LRUCache[tuple[Any, ...], Compared] = LRUCache(KEPT)
        self._norms: LRUCache[tuple[str, int], Norms] = LRUCache(KEPT)
        # Of nets with another cell: by experiment, layer and kind the states by epoch, with the validation loss.
        self._states: LRUCache[tuple[_Cell, int], tuple[bytes, float | None]] = LRUCache(
            BYTES_OF_KEPT_STATES, getsizeof=lambda kept: len(kept[0])
        )

    def through(
        self, run: Run, sequence: int, epoch: int, layer: str | None, timestep: int | None, timeout: float = 10.0
    ) -> Seen:
        """The gradient of the loss at a timestep (from 1; None: the last) through a recurrent layer (None: the first), at an
        epoch of a run: of one probe sequence, and the mean over those that are held out."""
        if epoch > run.epoch:
            return Seen(None, not_yet(epoch, run.epoch))
        deadline = time.monotonic() + timeout
        key = run.id, sequence, epoch, layer, timestep
        with self._replays.turn(run.id, deadline):
            kept: Seen | None = self._kept(self._seen, key)
            if kept is not None:
                return kept
            state = self._replays.state_up_to(run.id, epoch)
            arguments = (run.experiment.to_dict(), state, epoch, sequence, layer, timestep, MOST_SECONDS)
            found: Found = self._replays.ask(run, through_at, arguments, deadline)
            self._replays.keep_state(run.id, found.state)
            if found.through is None:
                return Seen(None, found.refusal or too_long(epoch, found.seconds))
            seen = Seen(found.through)
            with self._lock:
                self._seen[key] = seen
        return seen

    def compared(
        self, run: Run, sequence: int, epoch: int, layer: str, timestep: int | None, kind: str, timeout: float = 10.0
    ) -> Compared:
        """The same of a net that has a cell of another kind in this layer, trained on the same data to the same epoch. It
        trains a while for each call, until it is there."""
        if epoch > run.epoch:
            return Compared(0, None, None, not_yet(epoch, run.epoch))
        deadline = time.monotonic() + timeout
        cell = _without_epochs(run.experiment), layer, kind
        key = cell, sequence, epoch, timestep
        with self._replays.turn("\n".join(cell), deadline):
            kept: Compared | None = self._kept(self._compared, key)
            if kept is not None:
                return kept
            state, val_loss = self._state_before(cell, epoch)
            arguments = (run.experiment.to_dict(), state, epoch, sequence, layer, timestep, kind, SECONDS_OF_A_COMPARISON)
            found: Found = self._replays.ask(run, other_cell_at, arguments, deadline, LOW)
            if found.val_loss is not None:
                val_loss = found.val_loss
            with self._lock:
                if found.state is not None and len(found.state) <= self._states.maxsize:
                    self._states[cell, found.epoch] = found.state, val_loss
            compared = Compared(found.epoch, found.through, val_loss if found.epoch else None, found.refusal)
            if found.through is not None or found.refusal:
                with self._lock:
                    self._compared[key] = compared
        return compared

    def norms(self, run: Run, timeout: float = 10.0) -> Norms:
        """The norm of each layer's gradient over the epochs that are trained."""
        deadline = time.monotonic() + timeout
        key = run.id, run.epoch
        with self._replays.turn(run.id, deadline):
            kept: Norms | None = self._kept(self._norms, key)
            if kept is not None:
                return kept
            states = self._stored.states(run.id, MOST_STATES, MOST_BYTES_OF_STATES)
            arguments = (run.experiment.to_dict(), states, run.epoch, SECONDS_OF_NORMS)
            found: Norms = self._replays.ask(run, norms_of, arguments, deadline)
            with self._lock:
                self._norms[key] = found
        return found

    def _kept(self, cache: LRUCache[Any, Any], key: Any) -> Any:
        with self._lock:
            return cache.get(key)

    def _state_before(self, cell: _Cell, epoch: int) -> tuple[bytes | None, float | None]:
        with self._lock:
            epochs = [at for mine, at in self._states if mine == cell and at <= epoch]
            return self._states[cell, max(epochs)] if epochs else (None, None)


def _without_epochs(experiment: Experiment) -> str:
    """How long a run is to become changes none of its epochs."""
    return replace(experiment, epochs=1).key
