"""`python -m bench.people`: a class on the page at once, in Streamlit's own protocol.

So many people open the page within --spread seconds, press Train within two seconds of each other, and watch their runs to
the end. Half of them train the model that the page opens with, the others three more kinds. Meanwhile one person asks
for shapes twice a second. Each number of people has a server of its own; everything stays on this machine.
--folder: another project's folder, whose application is measured instead of this one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.application import ROOT, Application, free_port
from bench.contest import tell
from bench.flood import TROUBLES
from bench.http import fetch
from bench.numbers import percentile
from bench.visitor import VisitFailed, Visitor

CROWDS = (60, 200)
EPOCHS = 60
KINDS = ("lstm_every_step", "two_streams", "windows_gru")
SECONDS_TO_PRESS = 2.0
SECONDS_BEFORE_PRESSING = 3.0
LONGEST = 600.0


@dataclass
class Crowd:
    """Seconds, each a list of single measures. opens: from asking for the page to its shapes. firsts: from the click on
    Train to the first frame. gaps: the longest between two frames, of each person. shapes: of one who moves a slider.
    total: from the first click to the last end. epochs: of all runs that ended. errors: what went wrong.
    """

    opens: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    shapes: list[float] = field(default_factory=list)
    total: float = 0.0
    epochs: int = 0
    errors: list[str] = field(default_factory=list)


def measure(
    quick: bool = False, crowds: Sequence[int] | None = None, spread: float = 10.0, folder: Path = ROOT
) -> dict[str, Any]:
    """By the number of people: the figures of `Crowd`."""
    found = {}
    for people in crowds or ((6,) if quick else CROWDS):
        tell(f"people: {people} within {spread:g} s")
        crowd = Crowd()
        with tempfile.TemporaryDirectory() as place:
            application = Application(free_port(), Path(place) / "runs.db", quiet=True, folder=folder)
            application.start()
            try:
                application.wait_for_workers()
                asyncio.run(_bounded(application.port, people, spread, crowd))
            finally:
                application.stop()
        found[str(people)] = asdict(crowd)
    return found


async def _bounded(port: int, people: int, spread: float, found: Crowd) -> None:
    try:
        await asyncio.wait_for(_come(port, people, spread, found), LONGEST)
    except TimeoutError:
        # What was measured until then stays, and so do the other parts of a long measurement.
        found.errors.append(f"The crowd was not done within {LONGEST:g} s.")


async def _come(port: int, people: int, spread: float, found: Crowd) -> None:
    chance, go = random.Random(1), asyncio.Event()
    # The first visitor of a server waits for imports.
    first = Visitor(port)
    await first.open()
    await first.leave()
    waits = [(chance.uniform(0, spread), chance.uniform(0, SECONDS_TO_PRESS)) for _ in range(people)]
    opened = [asyncio.Event() for _ in range(people)]
    visits = [
        asyncio.create_task(_visit(port, number, arrives, presses, opened[number], go, found))
        for number, (arrives, presses) in enumerate(waits)
    ]
    await asyncio.gather(*(each.wait() for each in opened))
    await asyncio.sleep(SECONDS_BEFORE_PRESSING)
    began = time.monotonic()
    go.set()
    looking = asyncio.create_task(_look(port, found))
    try:
        await asyncio.gather(*visits)
    finally:
        found.total = time.monotonic() - began
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


async def _visit(
    port: int, number: int, arrives: float, presses: float, opened: asyncio.Event, go: asyncio.Event, found: Crowd
) -> None:
    kind = f"architecture={KINDS[number // 2 % len(KINDS)]}&" if number % 2 else ""
    visitor = Visitor(port)
    await asyncio.sleep(arrives)
    try:
        found.opens.append(await visitor.open(f"{kind}epochs={EPOCHS}&seed={number}"))
        opened.set()
        await go.wait()
        await asyncio.sleep(presses)
        await _train(visitor, found)
    except TROUBLES as error:
        found.errors.append(f"{type(error).__name__}: {error}"[:200])
    finally:
        opened.set()
        found.errors += visitor.errors
        with suppress(*TROUBLES):
            await visitor.leave()


async def _train(visitor: Visitor, found: Crowd) -> None:
    began = last = time.monotonic()
    gaps, epochs, ended = [], 0, False
    async for name, content in visitor.watch(await visitor.train()):
        if name == "frames":
            now = time.monotonic()
            if epochs:
                gaps.append(now - last)
            else:
                found.firsts.append(now - began)
            last = now
            epochs += len(content["frames"])
        ended = ended or name == "end"
    if not ended:
        raise VisitFailed(f"A run stopped after {epochs} epochs.")
    found.epochs += epochs
    found.gaps.append(max(gaps, default=0.0))


async def _look(port: int, found: Crowd) -> None:
    cookies, number = (await fetch(port, "/")).cookies, 0
    while True:
        number += 1
        began = time.monotonic()
        try:
            await fetch(port, f"/shapes?units={40 + number % 200}&features={1 + number % 60}", cookies)
            found.shapes.append(time.monotonic() - began)
        except TROUBLES as error:
            found.errors.append(f"/shapes: {type(error).__name__}: {error}"[:200])
        await asyncio.sleep(0.5)


def table(found: dict[str, Any]) -> str:
    """The figures as a table of Markdown."""
    lines = [
        "| people | opening, 95% | first frame, median | 95% | longest gap, 95% | shapes, 95% | epochs a second | errors |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for people, crowd in found.items():
        cells = [
            _seconds(crowd["opens"], 0.95),
            *(_seconds(crowd["firsts"], share) for share in (0.5, 0.95)),
            _seconds(crowd["gaps"], 0.95),
            _seconds(crowd["shapes"], 0.95),
            f"{crowd['epochs'] / max(crowd['total'], 1e-9):.0f}",
            str(len(crowd["errors"])),
        ]
        lines.append(f"| {people} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _seconds(values: list[float], share: float) -> str:
    return f"{percentile(values, share):.2f} s" if values else "none"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.people", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=list(CROWDS))
    parser.add_argument("--spread", type=float, default=10.0)
    parser.add_argument("--folder", type=Path, default=ROOT)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(crowds=options.people, spread=options.spread, folder=options.folder)
    print(json.dumps(found, indent=2) if options.json else table(found))
    errors = Counter(error for crowd in found.values() for error in crowd["errors"])
    for error, many in errors.most_common(8):
        print(f"{many} times: {error}")


if __name__ == "__main__":
    main()
