"""`python -m tests.fuzz.hostile_codes [name ...]`: checks hostile codes one after the other, and prints what each cost.

They are checked in a process of their own, which is ended and begun anew where one takes too long. `make soak` runs it.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.cases.hostile import HOSTILE

SECONDS = 20.0
MOST_BYTES = 1 << 30


@dataclass(frozen=True)
class Cost:
    """What the check of a code cost: seconds, bytes of resident memory at the most, and the sentence that came of it."""

    seconds: float
    size: int
    sentence: str


def _status(field: str) -> int:
    """A size of this process, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:"))


def _serve(pipe: Connection) -> None:
    from explorer.runtime.jobs.worker_environment import warm

    warm()
    from explorer.snippet import check

    limit = _status("VmSize") + MOST_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    pipe.send("ready")
    while (place := pipe.recv()) is not None:
        case = HOSTILE[place]
        Path("/proc/self/clear_refs").write_text("5")
        before, start = _status("VmRSS"), time.monotonic()
        try:
            report = check(case.code, x=case.x, y=case.y, loss="mse").to_dict()
            told = report["problems"][0]["message"] if report["problems"] else "It holds."
        except BaseException as error:
            told = f"RAISED {type(error).__name__}: {error}"[:300] + " RAISED"
        pipe.send(Cost(time.monotonic() - start, _status("VmHWM") - before, told))


def measured(places: Sequence[int], seconds: float = SECONDS) -> Iterator[tuple[int, Cost]]:
    """What each of these codes cost, one after the other."""
    spawned = multiprocessing.get_context("spawn")
    process: Any = None
    for place in places:
        if process is None:
            pipe, other = spawned.Pipe()
            process = spawned.Process(target=_serve, args=(other,), daemon=True)
            process.start()
            other.close()
            # TensorFlow is loaded first, and that is not the code's doing.
            pipe.recv()
        pipe.send(place)
        try:
            found = pipe.recv() if pipe.poll(seconds) else Cost(seconds, 0, "NO ANSWER")
        except EOFError:
            found = Cost(0.0, 0, "THE PROCESS DIED")
        if found.sentence[-1] not in ".!?":
            process.kill()
            process.join()
            process = None
        yield place, found
    if process is not None:
        pipe.send(None)
        process.join(10)


def main() -> int:
    wanted = [place for place, case in enumerate(HOSTILE) if case.name in sys.argv[1:] or not sys.argv[1:]]
    failed, costs = 0, []
    for place, cost in measured(wanted):
        held = cost.seconds < SECONDS and cost.size < MOST_BYTES and cost.sentence[-1] in ".!?"
        held = held and "not foreseen" not in cost.sentence
        failed += not held
        costs.append(cost)
        told = f"{HOSTILE[place].kind:10} {HOSTILE[place].name:28} {cost.sentence[:110]}"
        print(f"{'held' if held else 'FAILED':6} {cost.seconds:6.2f} s {cost.size / 1e6:7.1f} MB  {told}", flush=True)
    slowest, largest = max(each.seconds for each in costs), max(each.size for each in costs)
    print(f"{len(costs)} hostile codes, {failed} failed; the slowest {slowest:.2f} s, the largest {largest / 1e6:.0f} MB.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
