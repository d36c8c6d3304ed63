"""How much one visitor may have going, so that one who asks for a lot does not slow the others down."""

from __future__ import annotations

import os
from collections.abc import Iterable

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

# Runs that are queued or running. A page has one run, and nobody looks at more pages than these at once. Ten of them have
# as many turns as one (`explorer.runtime.engine.scheduler`).
RUNS_OF_A_VISITOR = 10
STARTS_A_MINUTE = 30
COMPILATIONS_A_MINUTE = 20
KEPT_RUNS_OF_A_VISITOR = 100
# Every run waits its turn: with more than these, on a small machine, nobody would see anything move.
RUNS_IN_ALL = 400


class Quotas:
    """Counts what visitors start. `visitor` is `explorer.runtime.storage.records.owner_of` a visitor's secret."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._starts = RateLimitItemPerMinute(STARTS_A_MINUTE)
        self._compilations = RateLimitItemPerMinute(COMPILATIONS_A_MINUTE)
        self._runs_in_all = runs_in_all()

    def refusal_of_run(self, visitor: str, owners_of_going: Iterable[str]) -> str:
        """Why a visitor must not start another run now, as a sentence; an empty string where he may, and then it counts.

        owners_of_going: the owner of every run that is queued or running.
        """
        owners = list(owners_of_going)
        mine = owners.count(visitor)
        if mine >= RUNS_OF_A_VISITOR:
            return (
                f"You have {mine} runs that are not finished, and may have {RUNS_OF_A_VISITOR}. "
                "Pause or stop one of them, or wait until one is done."
            )
        if len(owners) >= self._runs_in_all:
            return (
                f"This server trains at most {self._runs_in_all} runs at a time, and has as many now. "
                "Try again when one has ended."
            )
        if not self._limiter.hit(self._starts, "start", visitor):
            return f"You have started {STARTS_A_MINUTE} runs within a minute. Wait a moment, then press Train again."
        return ""

    def allow_compilation(self, visitor: str) -> bool:
        """Whether a model may be compiled ahead for a visitor now; it counts."""
        return self._limiter.hit(self._compilations, "compile", visitor)


def runs_in_all() -> int:
    """EXPLORER_MAX_RUNS, or 400. Raises ValueError with a sentence for anything but a whole number greater than 0."""
    received = os.environ.get("EXPLORER_MAX_RUNS", str(RUNS_IN_ALL))
    if not (received.isascii() and received.isdecimal()) or len(received) > 9 or int(received) < 1:
        raise ValueError(f"EXPLORER_MAX_RUNS must be a whole number greater than 0. Received: {received[:40]!r}")
    return int(received)


def most_training() -> int | None:
    """EXPLORER_MAX_TRAINING: how many runs may take turns at a time. None: a number for each worker.

    Raises ValueError with a sentence for anything but a whole number greater than 0.
    """
    received = os.environ.get("EXPLORER_MAX_TRAINING")
    if received is None:
        return None
    if not (received.isascii() and received.isdecimal()) or len(received) > 9 or int(received) < 1:
        raise ValueError(f"EXPLORER_MAX_TRAINING must be a whole number greater than 0. Received: {received[:40]!r}")
    return int(received)
