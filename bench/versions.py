"""`python -m bench.versions FOLDER`: this code beside that of another checkout, in one run on one machine.

Opening, slider and first point in Chromium, in turn on both: of each the median, and the ratio of the other to this code,
which is over 1 where this code is faster. Each page is read as its own `bench/sites.py` says.
"""

from __future__ import annotations

import argparse
import json
import runpy
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.application import ROOT, Application, free_port
from bench.contest import environment, tell
from bench.numbers import median
from bench.page import EPOCHS, MOVES_AT_ONCE, REST, Visits, chromium

OPENINGS, ROUNDS_OF_MOVES, RUNS = 9, 3, 9
MEASURES = {
    "controls": "opening to controls",
    "shapes": "opening to shapes",
    "moves": "slider to shapes",
    "first": "first point",
}


def measure(other: Path) -> dict[str, dict[str, float]]:
    """By "here" and "other": the median seconds of each of `MEASURES`."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        browser = stack.enter_context(chromium())
        visits: dict[str, Visits] = {}
        for name, folder in (("here", ROOT), ("other", other)):
            server = Application(
                free_port(), place / f"{name}.db", environment=environment("ours"), quiet=True, folder=folder
            )
            server.start()
            stack.callback(server.stop)
            visits[name] = Visits(browser, server, _site(folder))
        for visit in visits.values():
            visit.warm_up()
        for turn in range(OPENINGS):
            tell(f"versions: opening {turn + 1} of {OPENINGS}")
            for visit in visits.values():
                visit.opening()
        for turn in range(ROUNDS_OF_MOVES):
            tell(f"versions: slider {turn + 1} of {ROUNDS_OF_MOVES}")
            for visit in visits.values():
                page = visit.open()
                page.wait_for_timeout(REST)
                for step in range(MOVES_AT_ONCE):
                    visit.move(page, 21 + step)
                page.context.close()
        for turn in range(RUNS):
            tell(f"versions: Train {turn + 1} of {RUNS}")
            for visit in visits.values():
                visit.train(f"seed={turn + 1}", EPOCHS, rest=True, into=("first",))
    return {name: {part: median(visit.found[part]) for part in MEASURES} for name, visit in visits.items()}


def _site(folder: Path) -> Any:
    """`OURS` as that folder's own bench has it: a `bench.sites.Site`."""
    return runpy.run_path(str(folder / "bench" / "sites.py"))["OURS"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.versions", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not (options.folder / "bench" / "sites.py").is_file():
        parser.error(f"There is no bench/sites.py in {options.folder}: name the folder of a checkout.")
    found = measure(options.folder.resolve())
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print("| | here | other | ratio |\n| --- | --- | --- | --- |")
    for part, words in MEASURES.items():
        here, other = found["here"][part], found["other"][part]
        print(f"| {words} | {here:.3f} s | {other:.3f} s | {other / here:.2f} |")


if __name__ == "__main__":
    main()
