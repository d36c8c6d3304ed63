"""Experiments that train through faults, what each gives in calm, and runs of them that are kept going."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial

import numpy as np

from explorer.catalog import read_experiment
from explorer.experiment import Experiment
from explorer.runtime.engine.engine import Engine, Refused
from explorer.runtime.engine.snapshot import Status
from explorer.runtime.jobs import jobs
from explorer.runtime.storage.records import StoredFrame
from tests.soak.record import Row

# How often the faults come: of every kind so many percent of what each file names.
ROUNDS = int(os.environ.get("ROUNDS", "100"))
SEED = int(os.environ.get("SEED", "1"))
# Nothing takes so long; a run that does is stuck.
PATIENCE = 120.0
# What was on its way when something was killed has come by then, and counts as before.
UNDER_WAY = 0.1

EXPERIMENTS = tuple(
    read_experiment({"samples": 256, "seed": 7, **chosen}).experiment
    for chosen in (
        {"architecture": "gru_every_step", "epochs": 500},
        {"architecture": "lstm_every_step", "units": 24, "epochs": 500},
        {"architecture": "two_streams", "epochs": 300},
        {"architecture": "windows_gru", "epochs": 250},
    )
)


def times(of_a_hundred: int) -> int:
    """How often a fault comes that comes so often where ROUNDS is 100."""
    return max(1, round(of_a_hundred * ROUNDS / 100))


def dice(what: str) -> random.Random:
    """The choices for a kind of fault, the same every time."""
    return random.Random(f"{SEED} {what}")


@cache
def calm(experiment: Experiment) -> tuple[StoredFrame, ...]:
    """The frames of an experiment that nothing disturbs, as the store would give them."""
    frames = jobs.chunk(experiment.to_dict(), None, experiment.epochs, 1e9).frames
    return tuple(
        StoredFrame(
            frame.epoch,
            frame.loss,
            frame.val_loss,
            frame.accuracy,
            frame.val_accuracy,
            frame.outputs.shape,
            frame.outputs.astype(np.dtype("<f2")).tobytes(),
        )
        for frame in frames
    )


def wait_for(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait until a condition holds; fail, and say what was waited for, where it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"Waited {seconds:.0f} seconds in vain for: {what}"
        time.sleep(0.005)


class Fleet:
    """Runs of these experiments on one engine: one that is done is compared with the calm one, and started once more."""

    def __init__(self, engine: Engine, row: Row, experiments: Sequence[Experiment] = EXPERIMENTS) -> None:
        self.engine, self._row = engine, row
        self._experiments = experiments
        self._before = [0] * len(experiments)
        self.runs = [self._submit(place) for place in range(len(experiments))]

    def _submit(self, place: int) -> str:
        return self.engine.submit(self._experiments[place], f"owner {place}")

    def tend(self) -> None:
        for place, run_id in enumerate(self.runs):
            if run_id and self._ended(run_id) and not self.engine._core.runs.trouble:
                self._compare(place)
                self.runs[place] = ""
            if not self.runs[place]:
                # While the database cannot be written to nothing can be started: the next look tries again.
                with suppress(Refused):
                    self.runs[place] = self._submit(place)

    def tend_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.tend()
            time.sleep(0.005)

    def progress(self, place: int) -> int:
        """How many frames were stored of the runs in one place."""
        run_id = self.runs[place]
        return self._before[place] + (self.status(run_id)["epoch"] if run_id else 0)

    def status(self, run_id: str) -> Status:
        status = self.engine.status(run_id)
        assert status is not None, run_id
        return status

    def going(self) -> list[str]:
        """The runs that have not ended."""
        return [run for run in self.runs if run and not self._ended(run)]

    def busy(self) -> dict[str, list[int]]:
        """The places whose runs have chunks at each worker."""
        found: dict[str, list[int]] = {}
        for place, run_id in enumerate(self.runs):
            active = self.engine._core.scheduler.runs.get(run_id)
            if active is not None and active.flight and active.worker:
                found.setdefault(active.worker, []).append(place)
        return found

    def recover(self, places: Sequence[int], since: float) -> None:
        """Wait for the next frame of each of these, and note how long it took since a moment of the monotonic clock."""
        before = {place: self.progress(place) for place in places}

        def all_go_on() -> bool:
            self.tend()
            for place, frames in list(before.items()):
                if self.progress(place) > frames:
                    self._row.recoveries.append(time.monotonic() - since)
                    del before[place]
            return not before

        wait_for(all_go_on, "the next frame of every run that was held up")

    def finish(self) -> None:
        """Let the last runs end."""
        for place, run_id in enumerate(self.runs):
            if not run_id:
                continue
            wait_for(partial(self._ended, run_id), "the end of a run")
            self._compare(place)

    def _ended(self, run_id: str) -> bool:
        status = self.status(run_id)
        assert status["state"] in ("queued", "running", "done"), status
        return status["state"] == "done"

    def _compare(self, place: int) -> None:
        frames = self.engine.store.frames(self.runs[place])
        self._row.compare(frames, calm(self._experiments[place]))
        self._before[place] += len(frames)
