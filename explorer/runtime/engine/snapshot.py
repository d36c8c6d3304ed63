"""What pages read: how every run in hand stands, as values that never change. Reading them waits for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from explorer.runtime.storage.records import GOING, Run


class Sharing(TypedDict):
    """How many runs share how many workers."""

    runs: int
    workers: int


class Queue(TypedDict):
    """A place in the queue of runs that have not begun (1 is the next), of how many, and after about how many seconds it
    begins; None where that is not known.
    """

    place: int
    of: int
    seconds: float | None


class Status(TypedDict):
    """What the panel's status line says of a run.

    reason: a sentence, or empty. rate: epochs a second. left: seconds. sharing: None where no run has to share. queue: None
    where it has its turns. elsewhere: whether another server trains it, whose news is not told here. compiling: whether it
    waits for its model to be compiled.
    """

    state: str
    reason: str
    epoch: int
    epochs: int
    rate: float | None
    left: float | None
    sharing: Sharing | None
    queue: Queue | None
    elsewhere: bool
    compiling: bool


@dataclass(frozen=True)
class RunView:
    """A run in hand. hindrance: why it does not train now, as a sentence, or an empty string."""

    run: Run
    rate: float | None = None
    hindrance: str = ""
    queue: Queue | None = None
    compiling: bool = False


@dataclass(frozen=True)
class Snapshot:
    """runs: those in hand, by id. going: how many of them want to train. admitted: how many of those take turns.

    quiet_workers: the addresses of workers that compile nothing ahead, those with the least to do first.
    database_trouble: why the database cannot be used, or an empty string.
    """

    runs: Mapping[str, RunView] = field(default_factory=dict)
    going: int = 0
    admitted: int = 0
    workers: int = 0
    quiet_workers: tuple[str, ...] = ()
    database_trouble: str = ""

    def status(self, run: Run) -> Status:
        """How a run stands: one in hand, or as it was read from the store."""
        view = self.runs.get(run.id)
        if view is not None:
            run = view.run
        rate = view.rate if view and run.state == "running" else None
        shares = run.state in GOING and self.admitted > self.workers
        return {
            "state": run.state,
            "reason": run.reason or (view.hindrance if view else ""),
            "epoch": run.epoch,
            "epochs": run.experiment.epochs,
            "rate": rate,
            "left": (run.experiment.epochs - run.epoch) / rate if rate else None,
            "sharing": {"runs": self.admitted, "workers": self.workers} if shares else None,
            "queue": view.queue if view else None,
            "elsewhere": view is None and run.state in GOING,
            "compiling": view is not None and view.compiling,
        }
