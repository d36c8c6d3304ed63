"""`python -m bench.flood`: many people open the page, in calm, and while one visitor floods every route.

--people 200 --spread 60: so many come within so many seconds; every tenth trains. --folder: another project's folder, whose
application is measured instead of this one. --json: figures only. The flood is one process with one cookie, which keeps
so many connections busy as it can (--connections 256); it ends by itself when the people are done, or after --longest
seconds. Everything stays on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import websockets
from websockets import Subprotocol

from bench.application import ROOT, Application, free_port
from bench.contest import tell
from bench.http import HOST, fetch
from bench.numbers import percentile
from bench.visitor import VisitFailed, Visitor

EPOCHS = 40
ONE_IN_SO_MANY_TRAINS = 10
SECONDS_BETWEEN_PROBES = 0.5
LONGEST_ANSWER = 30.0
UPLOAD = b"x" * 20_000
TROUBLES = (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, VisitFailed, websockets.WebSocketException)


@dataclass
class Found:
    """Seconds, each a list of single measures. opens: from the request of the page to its shapes and an enabled Train.

    firsts: from the click on Train to the first frame. shapes, health: of one who asks twice a second. errors: what went
    wrong for people. flooded: how often the flood was answered, by status; requests that were not answered are "none".
    """

    opens: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)
    shapes: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    flooded: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


def measure(
    people: int = 200, spread: float = 60.0, connections: int = 256, longest: float = 300.0, folder: Path = ROOT
) -> dict[str, dict[str, Any]]:
    """The figures (see Found) of "calm" and of "flood", each on a server of its own."""
    found = {}
    for name in ("calm", "flood"):
        with tempfile.TemporaryDirectory() as place:
            application = Application(free_port(), Path(place) / "runs.db", quiet=True, folder=folder)
            application.start()
            try:
                application.wait_for_workers()
                tell(f"flood: {people} people within {spread:g} s, {name}")
                flooding = _flooding(application.port, connections, longest) if name == "flood" else None
                try:
                    came = asyncio.run(asyncio.wait_for(_come(application.port, people, spread), longest))
                finally:
                    if flooding is not None:
                        flooding.send_signal(signal.SIGTERM)
                        told, _ = flooding.communicate(timeout=60)
                if flooding is not None:
                    came.flooded = json.loads(told)
                found[name] = asdict(came)
            finally:
                application.stop()
    return found


# --- those who come


async def _come(port: int, people: int, spread: float) -> Found:
    found, chance, began = Found(), random.Random(1), time.monotonic()
    # The first visitor of a server waits for imports.
    first = Visitor(port)
    await first.open(f"epochs={EPOCHS}")
    await first.leave()
    arrivals = [chance.uniform(0, spread) for _ in range(people)]
    probing = asyncio.create_task(_probe(port, found))
    await asyncio.gather(*(_visit(port, number, wait, found) for number, wait in enumerate(arrivals)))
    probing.cancel()
    with suppress(asyncio.CancelledError):
        await probing
    found.seconds = time.monotonic() - began
    return found


async def _visit(port: int, number: int, wait: float, found: Found) -> None:
    visitor = Visitor(port)
    await asyncio.sleep(wait)
    try:
        found.opens.append(await visitor.open(f"epochs={EPOCHS}&seed={number}"))
        if visitor.panel is None or not visitor.panel.data["may"]["ready"]:
            found.errors.append("Train was greyed out.")
        elif number % ONE_IN_SO_MANY_TRAINS == 0:
            began, run, heard = time.monotonic(), await visitor.train(), False
            async for name, _ in visitor.watch(run):
                if name == "frames" and not heard:
                    heard = True
                    found.firsts.append(time.monotonic() - began)
        else:
            await asyncio.sleep(5)
    except TROUBLES as error:
        found.errors.append(f"{type(error).__name__}: {error}"[:200])
    finally:
        found.errors += visitor.errors
        with suppress(*TROUBLES):
            await visitor.leave()


async def _probe(port: int, found: Found) -> None:
    """One visitor who moves a slider, and looks whether the server lives."""
    cookies = (await fetch(port, "/")).cookies
    for number in itertools.count():
        for path, into in (
            (f"/shapes?units={40 + number % 200}&features={1 + number % 60}", found.shapes),
            ("/_stcore/health", found.health),
        ):
            began = time.monotonic()
            try:
                answer = await fetch(port, path, cookies, seconds=LONGEST_ANSWER)
            except TROUBLES as error:
                found.errors.append(f"{path.partition('?')[0]}: {type(error).__name__}")
                continue
            into.append(time.monotonic() - began)
            if answer.status != 200:
                found.errors.append(f"{path.partition('?')[0]} answered {answer.status}")
        await asyncio.sleep(SECONDS_BETWEEN_PROBES)


# --- the one who floods


def _flooding(port: int, connections: int, longest: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.flood", "--attack", str(port)]
    command += ["--connections", str(connections), "--longest", str(longest)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


async def _attack(port: int, connections: int, longest: float) -> Counter[str]:
    """Ask for everything, from so many connections, until told to end."""
    answered: Counter[str] = Counter()
    cookies = (await fetch(port, "/")).cookies
    numbers = itertools.count()
    tasks = [asyncio.create_task(_ask_on_and_on(port, cookies, numbers, answered)) for _ in range(connections)]
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: [task.cancel() for task in tasks])
    await asyncio.wait(tasks, timeout=longest)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return answered


async def _ask_on_and_on(port: int, cookies: str, numbers: itertools.count[int], answered: Counter[str]) -> None:
    while True:
        number = next(numbers)
        asked = (
            ("/", "GET", b""),
            (f"/shapes?units={1 + number % 250}&timesteps={5 + number % 90}&features={1 + number % 30}", "GET", b""),
            (f"/live/{number:032x}", "GET", b""),
            ("/_stcore/health", "GET", b""),
            ("/paste", "GET", b""),
            (f"/_stcore/upload_file/{number}/{number}", "POST", UPLOAD),
            (f"/nothing/{number}", "GET", b""),
            None,
        )[number % 8]
        try:
            if asked is None:
                answered[await _knock(port, cookies)] += 1
            else:
                path, method, body = asked
                answered[str((await fetch(port, path, cookies, method, body, LONGEST_ANSWER)).status)] += 1
        except TROUBLES:
            answered["none"] += 1
            # A connection that is refused at once would otherwise be asked for without a pause.
            await asyncio.sleep(0.01)


async def _knock(port: int, cookies: str) -> str:
    """Open a WebSocket, ask for the page some times, and close it again without listening."""
    visitor = Visitor(port, cookies)
    try:
        async with websockets.connect(
            f"ws://{HOST}:{port}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            additional_headers={"Cookie": cookies},
            open_timeout=LONGEST_ANSWER,
            max_size=None,
            proxy=None,
        ) as socket:
            for units in range(1, 6):
                await socket.send(visitor.asking(f"units={units}"))
        return "socket"
    except websockets.InvalidStatus as error:
        return str(error.response.status_code)


def table(found: dict[str, dict[str, Any]]) -> str:
    """What people waited for, in calm and in the flood, as a table of Markdown."""
    lines = ["| seconds | calm | flood | times |", "| --- | --- | --- | --- |"]
    for name, words in (("opens", "opening"), ("firsts", "first frame"), ("shapes", "/shapes"), ("health", "health")):
        for share, which in ((0.5, "median"), (0.95, "95%")):
            values = [found[each][name] for each in ("calm", "flood")]
            # Nobody got so far: that is a result, and the worst one.
            before, after = (percentile(each, share) if each else math.nan for each in values)
            spelled = (f"{value:.3f}" if value == value else "none" for value in (before, after))
            times = f"{after / before:.2f}" if after == after and before == before else ""
            lines.append(f"| {words}, {which} | {' | '.join(spelled)} | {times} |")
    for name, words in (("opens", "people who opened"), ("errors", "errors")):
        lines.append(f"| {words} | {len(found['calm'][name])} | {len(found['flood'][name])} | |")
    told = ", ".join(f"{status} {many}" for status, many in sorted(found["flood"]["flooded"].items()))
    rate = sum(found["flood"]["flooded"].values()) / max(found["flood"]["seconds"], 1e-9)
    errors = Counter(found["calm"]["errors"] + found["flood"]["errors"]).most_common(8)
    return "\n".join([*lines, "", f"The flood: {rate:.0f} requests a second, answered: {told}.", *map(str, errors)])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.flood", description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--spread", type=float, default=60.0)
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument("--longest", type=float, default=300.0)
    parser.add_argument("--folder", type=Path, default=ROOT)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--attack", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.attack:
        print(json.dumps(asyncio.run(_attack(options.attack, options.connections, options.longest))))
        return
    found = measure(options.people, options.spread, options.connections, options.longest, options.folder)
    print(json.dumps(found, indent=2) if options.json else table(found))


if __name__ == "__main__":
    main()
