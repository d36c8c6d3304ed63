"""`CODES=100000 LINKS=1000 python -m tests.fuzz.many`: so many fuzzed codes are checked, and so many links opened.

Printed at the end: how often something was executed, raised, or did not end. All must be 0. The same SEED makes the same
codes and links; what fails is printed with its number, and `SEED=.. ONE=number` checks that code alone. Processes check the
codes, and a watch over them ends one that takes too long.
"""

from __future__ import annotations

import collections
import logging
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from typing import Any

from tests.fuzz.links import link

SECONDS = 20.0
SEED = int(os.environ.get("SEED", "1"))
PROCESSES = 2
AT_ONCE = 50
# Of a hundred codes: any text, what breaks off in a line of plain Python, learners' codes after accidents, and programs.
KINDS = ("text",) * 10 + ("accident in the text",) * 25 + ("calculation",) * 35 + ("edited",) * 15 + ("program",) * 15
LETTERS = "()[]{}=.,:*-+/%<>'\"\\# \n\tabkerasx019é\u2028\x00\x0c"


def fuzzed(number: int) -> tuple[str, str, dict[str, Any]]:
    """The code of a number: its kind, its text, and what the check is told of the data."""
    from tests.fuzz.writing import calculation, edited, program
    from tests.learners import CASES

    rng = random.Random(f"{SEED} {number}")
    kind, case = rng.choice(KINDS), rng.choice(CASES)
    data = {key: case.get(key) for key in ("x", "y", "loss", "batch_size")}
    if kind == "text":
        return kind, "".join(rng.choice(LETTERS) for _ in range(rng.randrange(400))), {}
    if kind == "accident in the text":
        start = rng.randrange(len(case["code"]))
        noise = "".join(rng.choice(LETTERS) for _ in range(1 + rng.randrange(4)))
        return kind, case["code"][:start] + noise + case["code"][start + rng.randrange(3) :], data
    if kind == "calculation":
        return kind, calculation(rng.randrange), {}
    if kind == "edited":
        return kind, edited(case["code"], rng.randrange), data
    return kind, program(rng.randrange), {}


class _Logged(logging.Handler):
    """Counts what the net under the check has caught."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.caught: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.caught.append(f"{record.getMessage()}: {record.exc_info[1]!r}" if record.exc_info else record.getMessage())


def _serve(pipe: Connection) -> None:
    from explorer.runtime.jobs.worker_environment import warm

    warm()
    from explorer.snippet import check
    from tests.fuzz.watch import watched
    from tests.learners import CASES

    # What TensorFlow and Keras load when they are first needed is loaded before anything is watched.
    for case in CASES[::10]:
        check(case["code"], x=case["x"], y=case["y"], loss=case["loss"])
    logged = _Logged()
    log = logging.getLogger("explorer.snippet.checking")
    log.addHandler(logged)
    log.propagate = False
    pipe.send(None)
    for numbers in iter(pipe.recv, None):
        for number in numbers:
            pipe.send(("begins", number, None, 0.0, []))
            kind, code, data = fuzzed(number)
            wrong, start = [], time.monotonic()
            try:
                with watched() as seen:
                    report = check(code, **data).to_dict()
                wrong += [f"executed: {each}" for each in seen]
                sentences = [problem["message"] for problem in report["problems"]]
                wrong += [f"no sentence: {each}" for each in sentences if each[-1:] not in (".", "!", "?")]
            except BaseException as error:
                wrong.append(f"raised: {error!r}")
            wrong += [f"raised within: {each}" for each in logged.caught]
            logged.caught.clear()
            pipe.send(("ends", number, kind, time.monotonic() - start, wrong))
        pipe.send(("wants", None, None, 0.0, []))


class _Worker:
    def __init__(self) -> None:
        spawned = multiprocessing.get_context("spawn")
        self.pipe, other = spawned.Pipe()
        self.process = spawned.Process(target=_serve, args=(other,), daemon=True)
        self.process.start()
        other.close()
        self.left: list[int] = []
        self.since: float | None = None

    def end(self) -> None:
        self.process.kill()
        self.process.join()


def checked(many: int, first: int = 0) -> Iterator[tuple[int, str, float, list[str]]]:
    """Number, kind, seconds, and what went wrong, for each of so many codes as they are done."""
    batches = iter([list(range(start, min(start + AT_ONCE, first + many))) for start in range(first, first + many, AT_ONCE)])
    workers = [_Worker() for _ in range(PROCESSES)]
    while workers:
        ready = wait([each.pipe for each in workers], timeout=1.0)
        for worker in list(workers):
            if worker.since is not None and time.monotonic() - worker.since > SECONDS:
                number, rest = worker.left[0], worker.left[1:]
                yield number, fuzzed(number)[0], SECONDS, ["hung"]
                worker.end()
                workers.remove(worker)
                workers.append(_Worker())
                batches = iter([rest, *batches]) if rest else batches
                continue
            if worker.pipe not in ready:
                continue
            try:
                found = worker.pipe.recv()
            except EOFError:
                number, rest = worker.left[0], worker.left[1:]
                yield number, fuzzed(number)[0], 0.0, ["the process died"]
                worker.end()
                workers.remove(worker)
                workers.append(_Worker())
                batches = iter([rest, *batches]) if rest else batches
                continue
            if found is not None and found[0] == "begins":
                worker.since = time.monotonic()
            elif found is not None and found[0] == "ends":
                worker.since = None
                worker.left.remove(found[1])
                yield found[1:]
            else:
                worker.left = next(batches, [])
                worker.pipe.send(list(worker.left) or None)
                if not worker.left:
                    worker.process.join(20)
                    workers.remove(worker)


def main() -> int:
    codes, links = int(os.environ.get("CODES", "100000")), int(os.environ.get("LINKS", "1000"))
    if "ONE" in os.environ:
        kind, code, data = fuzzed(int(os.environ["ONE"]))
        print(f"--- {kind}, with {data}\n{code}\n---")
        codes, links = 0, 0
        found = list(checked(1, int(os.environ["ONE"])))
    start, counts, kinds = time.monotonic(), collections.Counter(), collections.defaultdict(list)
    for number, kind, seconds, wrong in checked(codes) if codes else found:
        kinds[kind].append(seconds)
        for each in wrong:
            counts[each.partition(":")[0]] += 1
            print(f"code {number} ({kind}): {each}", flush=True)
    took = time.monotonic() - start
    for number in range(links):
        for each in link(SEED, number):
            counts[each.partition(":")[0]] += 1
            print(f"link {number}: {each}", flush=True)
    for kind, seconds in sorted(kinds.items()):
        mean = 1000 * sum(seconds) / len(seconds)
        print(f"{len(seconds):7,} codes of the kind {kind}: {mean:.1f} ms each, the slowest {max(seconds):.2f} s")
    raised = counts["raised"] + counts["raised within"] + counts["the process died"] + counts["no sentence"]
    print(
        f"{codes:,} codes in {took:.0f} s and {links:,} links in {time.monotonic() - start - took:.0f} s, seed {SEED}: "
        f"{counts['executed']} executions, {raised} tracebacks, {counts['hung']} hangs."
    )
    return 1 if counts else 0


if __name__ == "__main__":
    sys.exit(main())
