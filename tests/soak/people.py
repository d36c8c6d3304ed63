"""`python -m tests.soak.people`: people who come, train, watch, paste and leave for MINUTES, and what memory that takes.

MINUTES (120): how long. PEOPLE (8): how many are there at a time. SEED (1). It fails where a visit fails, where the page
shows an exception, or where the memory of the server or of its workers at the end is more than GROWTH (5) percent above
what it was after ten minutes (after a third of the time, where that is shorter).
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import psutil

from bench.application import Application, free_port
from bench.http import fetch
from bench.visitor import VisitFailed, Visitor
from explorer.catalog import ARCHITECTURES
from explorer.catalog.examples import EXAMPLES
from explorer.runtime.storage.records import GOING

SECONDS_OF_WARMING = 600.0
SECONDS_BETWEEN_SAMPLES = 15.0
# What memory is at a moment is the middle of so many samples.
SAMPLES = 9
SECONDS_BETWEEN_VISITS = 5.0
# Everybody trains one of the catalog's models at its own sizes: all are compiled on both workers after ten minutes. Other
# sizes are other programs, which a worker collects until it is started anew; shapes are asked for at any size.
SEEDS = 4


@dataclass
class Sample:
    """Bytes at a moment, in seconds from the start. server: resident. workers: proportional, of all its children."""

    at: float
    server: int
    workers: int
    processes: int


@dataclass
class Soak:
    """What happened so far."""

    port: int
    ends: float
    did: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    frames: int = 0


class Person:
    """Somebody who comes with a new browser each time, and the choices that a seed makes for him."""

    def __init__(self, soak: Soak, number: int, seed: int) -> None:
        self._soak = soak
        self._dice = random.Random(f"{seed} {number}")

    async def come_and_go(self) -> None:
        """Visit again and again until the time is over."""
        while time.monotonic() < self._soak.ends:
            await asyncio.sleep(self._dice.expovariate(1 / SECONDS_BETWEEN_VISITS))
            visitor = Visitor(self._soak.port)
            try:
                await self._visit(visitor)
            except (VisitFailed, OSError, asyncio.IncompleteReadError) as error:
                self._soak.errors.append(f"{type(error).__name__}: {error}")
            finally:
                self._soak.errors += visitor.errors
                self._soak.did["visits"] += 1
                with suppress(OSError):
                    await visitor.leave()

    async def _visit(self, visitor: Visitor) -> None:
        dice = self._dice
        if dice.random() < 0.2:
            await visitor.open(page="paste", query=urlencode({"example": dice.choice(sorted(EXAMPLES))}))
            await self._paste(visitor)
            return
        chosen = {
            "architecture": dice.choice(sorted(ARCHITECTURES)),
            "epochs": dice.choice((20, 60, 150)),
            "seed": dice.randrange(SEEDS),
        }
        await visitor.open(urlencode(chosen))
        for _ in range(dice.randrange(4)):
            await self._move(visitor)
        for _ in range(dice.choice((0, 1, 1, 2))):
            await self._train(visitor)
        if dice.random() < 0.2:
            await visitor.go("paste", urlencode({"example": dice.choice(sorted(EXAMPLES))}))
            await self._paste(visitor)

    async def _move(self, visitor: Visitor) -> None:
        """As the page does while a slider is moved: sizes that nobody has asked for, of a model that is not trained."""
        dice = self._dice
        sizes = {"units": dice.randrange(1, 129), "timesteps": dice.randrange(10, 61), "features": dice.randrange(1, 33)}
        answer = await fetch(visitor.port, f"/shapes?{urlencode(sizes)}", visitor.cookies)
        self._soak.did["shapes"] += 1
        if answer.status != 200:
            raise VisitFailed(f"/shapes answered {answer.status}: {answer.body[:100]!r}")

    async def _train(self, visitor: Visitor) -> None:
        if visitor.run and await visitor.state() in GOING:
            await visitor.act("stop")
        run = await visitor.train()
        self._soak.did["runs"] += 1
        last = None if self._dice.random() < 0.7 else self._dice.randrange(1, 30)
        paused = self._dice.random() < 0.2
        epochs: list[int] = []
        async for name, content in visitor.watch(run):
            if name == "frames":
                epochs += [frame["epoch"] for frame in content["frames"]]
                self._soak.frames += len(content["frames"])
            if epochs != list(range(1, len(epochs) + 1)):
                raise VisitFailed(f"Frames came as {epochs[-20:]}.")
            if paused and len(epochs) > 5 and name == "frames":
                paused = False
                with suppress(VisitFailed):  # It may have ended meanwhile.
                    await visitor.act("pause")
                    await visitor.act("resume")
                    self._soak.did["pauses"] += 1
            if last is not None and len(epochs) > last:
                self._soak.did["left in mid-run"] += 1
                return

    async def _paste(self, visitor: Visitor) -> None:
        units, steps = self._dice.randrange(1, 65), self._dice.randrange(2, 60)
        code = (
            "import keras\nfrom keras import layers\n"
            f"model = keras.Sequential([keras.Input(({steps}, 5)), layers.GRU({units}, return_sequences=True), "
            f"layers.Dense({self._dice.randrange(1, 9)})])\n"
        )
        if self._dice.random() < 0.3:
            code = code.replace("return_sequences=True", "return_sequence=True")
        await visitor.type_code(code)
        self._soak.did["pastes"] += 1


def sample(server: psutil.Process, began: float) -> Sample:
    """What the server and its children take now."""
    children, proportional = server.children(recursive=True), 0
    for child in children:
        with suppress(psutil.Error):
            proportional += child.memory_full_info().pss
    return Sample(time.monotonic() - began, server.memory_info().rss, proportional, len(children))


async def soak(application: Application, minutes: float, people: int, seed: int) -> tuple[Soak, list[Sample]]:
    """People at an application that is up, and its memory meanwhile."""
    began = time.monotonic()
    found = Soak(application.port, began + 60 * minutes)
    samples: list[Sample] = []
    assert application.process is not None
    server = psutil.Process(application.process.pid)

    async def look() -> None:
        while time.monotonic() < found.ends:
            await asyncio.sleep(SECONDS_BETWEEN_SAMPLES)
            samples.append(await asyncio.to_thread(sample, server, began))
            last = samples[-1]
            did = ", ".join(f"{many} {what}" for what, many in sorted(found.did.items()))
            print(
                f"{last.at / 60:5.1f} min  server {last.server / 2**20:.0f} MiB  workers {last.workers / 2**20:.0f} MiB in "
                f"{last.processes}  {found.frames} frames, {did}, {len(found.errors)} errors",
                flush=True,
            )

    visits = [Person(found, number, seed).come_and_go() for number in range(people)]
    await asyncio.gather(look(), *visits)
    return found, samples


def grown(samples: list[Sample], what: str, warmed: float) -> tuple[float, float]:
    """Bytes when it was warm, and at the end: each the middle of some samples."""
    early = [getattr(each, what) for each in samples if each.at <= warmed][-SAMPLES:]
    late = [getattr(each, what) for each in samples][-SAMPLES:]
    return float(median(early)), float(median(late))


def main() -> int:
    minutes = float(os.environ.get("MINUTES", "120"))
    people, seed = int(os.environ.get("PEOPLE", "8")), int(os.environ.get("SEED", "1"))
    most = float(os.environ.get("GROWTH", "5"))
    warmed = min(SECONDS_OF_WARMING, 60 * minutes / 3)
    with tempfile.TemporaryDirectory() as folder:
        application = Application(free_port(), Path(folder) / "runs.db", quiet=True)
        application.start()
        try:
            application.wait_for_workers()
            found, samples = asyncio.run(soak(application, minutes, people, seed))
        finally:
            application.stop()
    too_much = False
    for what in ("server", "workers"):
        early, late = grown(samples, what, warmed)
        growth = 100 * (late - early) / early
        too_much |= growth > most
        print(
            f"{what}: {early / 2**20:.0f} MiB after {warmed / 60:.0f} minutes, {late / 2**20:.0f} at the end, {growth:+.1f}%"
        )
    print(f"{len(found.errors)} errors", *found.errors[:20], sep="\n  ")
    return int(too_much or bool(found.errors))


if __name__ == "__main__":
    sys.exit(main())
