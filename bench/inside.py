"""What it costs to look inside: an epoch of the model that the page opens with, with the panel "Look inside" open and
closed.

Prints a table: `python -m bench.inside [FOLDER]`. With the folder of another checkout it measures, too, an epoch of both in
a worker with the panel closed. `--json`: as JSON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from bench.application import ROOT
from bench.contest import environment, tell
from bench.numbers import median
from explorer.catalog import read_experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.engine import Engine
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.store import Store

# What the page does: closed, with what flows for one sequence, as it plays any run; open, asking what the panel shows of the
# newest epoch; and with the gradient through time in view.
WAYS = ("closed", "open", "gradient")
TURNS, SECONDS, PATIENCE = 11, 2.0, 120.0
# More than are trained while it is counted.
EPOCHS, LAYER = 5000, "memory"
# While epochs pass, both wait so many times as long as the last answer took (assets/inside/ask.js and gradients.js).
WAITS = {"inside": 4.0, "gradient": 15.0}
SECONDS_BETWEEN_GRADIENTS = 1.2
ROUNDS = 40
# Trains a chunk whenever it reads a line, and writes the seconds of the processor that an epoch of it took.
CHUNKS = """
import sys, time
from explorer.catalog import read_experiment
from explorer.runtime.jobs import jobs
from explorer.training.checkpoint import epoch_of
values = read_experiment({}).experiment.to_dict()
state = jobs.chunk(values, None, 1, 0.0)[0]
for line in sys.stdin:
    began = time.process_time()
    state, frames, _ = jobs.chunk(values, state, epoch_of(state) + 12, 1e9)
    print((time.process_time() - began) / len(frames), flush=True)
"""


def measure(quick: bool = False) -> dict[str, float]:
    """By each of `WAYS` the median of the milliseconds of the processor that all workers take for an epoch of one run, all
    ways in turn within each run; and, as "open ratio" and "gradient ratio", the median of how many times as long as closed
    that is, turn by turn. Of the processor, and not by the clock: whoever else uses the machine does not count."""
    turns, seconds = (2, 1.0) if quick else (TURNS, SECONDS)
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as ends:
        store = Store(f"sqlite:///{Path(folder) / 'runs.db'}")
        ends.callback(store.close)
        engine = Engine(store, Cluster(2), grace=None)
        ends.callback(engine.close)
        if not engine.wait_ready(PATIENCE):
            raise TimeoutError("The workers did not start.")
        for turn in itertools.count(-1):
            tell(f"inside: {turn + 1} of {turns}")
            order = random.Random(turn).sample(WAYS, len(WAYS))
            spent = _seconds_of_an_epoch(engine, turn + 1, order, seconds)
            # The first turn compiles.
            for way in WAYS if turn >= 0 else ():
                found[way].append(spent[way])
            if turn + 1 == turns:
                break
    ratios = {f"{way} ratio": _ratio(found[way], found["closed"]) for way in WAYS[1:]}
    return {way: 1000 * median(each) for way, each in found.items()} | ratios


def _ratio(one: Sequence[float], other: Sequence[float]) -> float:
    return median(a / b for a, b in zip(one, other, strict=True))


def _seconds_of_an_epoch(engine: Engine, seed: int, order: Sequence[str], seconds: float) -> dict[str, float]:
    """Seconds of the processor for an epoch of one run, in one way after the other."""
    experiment = replace(read_experiment({"seed": seed}).experiment, epochs=EPOCHS)
    run = engine.submit(experiment, "visitor")

    def epoch() -> int:
        status = engine.status(run)
        if status is None or status["state"] not in ("queued", "running"):
            raise RuntimeError("The run ended while its epochs were counted.")
        return status["epoch"]

    workers = psutil.Process().children(recursive=True)

    def arrival(before: int) -> tuple[float, int]:
        deadline = time.monotonic() + PATIENCE
        while (now := epoch()) <= before:
            if time.monotonic() > deadline:
                raise TimeoutError("The run does not go on.")
            time.sleep(0.002)
        times = [worker.cpu_times() for worker in workers]
        return sum(each.user + each.system for each in times), now

    found = {}
    try:
        arrival(2)
        for way in order:
            with _page(engine, run, way):
                # Epochs arrive in chunks, so it is counted from one arrival to another.
                began, first = arrival(epoch())
                spent, last = began, first
                while spent - began < seconds:
                    spent, last = arrival(last)
            found[way] = (spent - began) / (last - first)
    finally:
        engine.stop(run, "visitor")
    return found


@contextmanager
def _page(engine: Engine, run_id: str, way: str) -> Iterator[None]:
    """While it is held, a page asks what it would ask."""
    if way == "closed":
        with engine.watch(run_id, lambda _: None, 0):
            yield
        return
    ended = threading.Event()
    errors: list[Exception] = []

    begun: list[threading.Event] = []

    def asks(question: Callable[[Any], object], waits: float, pause: float = 0.0) -> Callable[[], None]:
        first = threading.Event()
        begun.append(first)

        def ask() -> None:
            while not ended.is_set():
                began = time.perf_counter()
                run = engine.store.run(run_id)
                if run is not None:
                    try:
                        question(run)
                    except (TimeoutError, DatabaseUnavailable):
                        ended.wait(1.5)
                    except Exception as error:
                        errors.append(error)
                        first.set()
                        return
                wait = max(pause, waits * (time.perf_counter() - began))
                # What is counted begins anywhere between two questions, and not always right at one.
                part = 1.0 if first.is_set() else random.random()
                first.set()
                ended.wait(part * wait)

        return ask

    questions = [asks(lambda run: engine.inside(run, 0, run.epoch, LAYER, 10.0), WAITS["inside"])]
    if way == "gradient":
        through = engine.gradients.through
        questions.append(
            asks(lambda run: through(run, 0, run.epoch, LAYER, None), WAITS["gradient"], SECONDS_BETWEEN_GRADIENTS)
        )
    threads = [threading.Thread(target=question, daemon=True) for question in questions]
    with engine.watch(run_id, lambda _: None, 0):
        for thread in threads:
            thread.start()
        for first in begun:
            first.wait(PATIENCE)
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join(PATIENCE)
    if errors:
        raise errors[0]


def beside(other: Path) -> dict[str, float]:
    """Median milliseconds of the processor for an epoch in a worker, closed: here, other; ratio: of the pairs, in turn."""
    workers = {"here": _started(ROOT), "other": _started(other)}
    seconds: dict[str, list[float]] = {name: [] for name in workers}
    try:
        for turn in range(ROUNDS + 1):
            for name in list(workers)[:: 1 if turn % 2 else -1]:
                spent = _asked(workers[name])
                if turn:
                    seconds[name].append(spent)
    finally:
        for worker in workers.values():
            worker.kill()
    found = {name: 1000 * median(each) for name, each in seconds.items()}
    return found | {"ratio": _ratio(seconds["here"], seconds["other"])}


def table(found: dict[str, float]) -> str:
    words = {"closed": "closed", "open": "open", "gradient": "open, with the gradient through time in view"}
    lines = ["| Look inside | ms of the processor an epoch | times closed |", "| --- | --- | --- |"]
    for way, name in words.items():
        lines.append(f"| {name} | {found[way]:.2f} | {found.get(f'{way} ratio', 1.0):.2f} |")
    return "\n".join(lines)


def _started(folder: Path) -> subprocess.Popen[str]:
    plain = environment("ours") | {"PYTHONPATH": str(folder)}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, "-c", CHUNKS], cwd=folder, env=plain, text=True, **pipes)


def _asked(worker: subprocess.Popen[str]) -> float:
    """Raises RuntimeError where a checkout does not train."""
    if worker.stdin is None or worker.stdout is None:
        raise RuntimeError("The checkout cannot be asked.")
    worker.stdin.write("\n")
    worker.stdin.flush()
    answer = worker.stdout.readline()
    if not answer:
        raise RuntimeError("The checkout does not train.")
    return float(answer)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.inside", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    found = measure(options.quick)
    other = beside(options.folder.resolve()) if options.folder else None
    if options.json:
        print(json.dumps({"inside": found, "beside": other}))
        return
    print(table(found))
    if other is not None:
        here = f"{other['here']:.2f} ms here, {other['other']:.2f} ms there: {other['ratio']:.2f} times as long"
        print(f"\nAn epoch in a worker, closed: {here}.")


if __name__ == "__main__":
    main()
