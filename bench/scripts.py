"""How many whole scripts are read: every layer's class, shape and parameters as Keras has them, and the kind of problem.

`python -m bench.scripts` prints each of the shared scripts that is not read, with what stopped it, and the counts.
`python -m bench.scripts FILE` does so for the scripts of another file.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.application import ROOT

SCRIPTS = ROOT / "tests" / "cases" / "scripts.json"


@dataclass(frozen=True)
class Judged:
    """How one script was read. whole: None where its model breaks, so that nobody can. why: what went wrong."""

    id: str
    constructs: tuple[str, ...]
    whole: bool | None
    right: bool
    why: str = ""
    seconds: float = 0.0


def judged(script: dict[str, Any], report: dict[str, Any], seconds: float = 0.0) -> Judged:
    """Lay a report beside what must be read in the script."""
    problem = next(iter(report["problems"]), None)
    kind = problem["kind"] if problem else "none"
    whole = None
    if script["core_is"] == "as_written":
        wanted = [script["layers"]] + ([script["layers_flat"]] if script.get("layers_flat") else [])
        whole = any(_alike(layers_read(report), each) for each in wanted) and report["params"] is not None
    right = kind == script["kind"] and (whole is not False or script["kind"] != "none")
    why = ""
    if not right or whole is False:
        said = f"{problem['kind']}, line {problem['line']}: {problem['message']}" if problem else "no problem was found"
        why = f"wanted {script['kind']}; {said}"
        if asked := report.get("asked"):
            why += f" Asked: {', '.join(each['name'] for each in asked)}."
        if whole is False and (not problem or problem["kind"] != "unreadable"):
            why += f" Layers: {layers_read(report)}"
    return Judged(script["id"], tuple(script["constructs"]), whole, right, why, seconds)


def layers_read(report: dict[str, Any]) -> list[list[Any]]:
    """Class, output shape (several: a list of them) and parameters of every layer that a report has, one that broke too."""
    inner = {each["name"]: each for each in (report.get("description") or {}).get("layers", [])}
    found = []
    for each in report["layers"]:
        shapes = each["output"]
        kind = each["type"]
        wrapped = inner.get(each["name"], {}).get("wraps") or each.get("wraps")
        if wrapped and "(" not in kind:
            kind = f"{kind}({wrapped if isinstance(wrapped, str) else wrapped['type']})"
        found.append([kind, shapes[0] if shapes and len(shapes) == 1 else shapes, each["params"]])
    return found


def _alike(read: list[list[Any]], wanted: list[list[Any]]) -> bool:
    if len(read) != len(wanted):
        return False
    return all(
        _class(mine[0]) == _class(its[0]) and mine[1] == its[1] and (its[2] is None or mine[2] == its[2])
        for mine, its in zip(read, wanted, strict=True)
    )


def _class(name: str) -> str:
    return name.replace(" ", "")


def checked(script: dict[str, Any]) -> Judged:
    """Check a script, and lay the report beside what must be read in it."""
    from explorer.snippet import check

    x = script["x"]
    x = [x] if x and isinstance(x[0], int) else x
    start = time.thread_time()
    report = check(script["code"], x, script["y"], script["loss"], script["batch_size"]).to_dict()
    return judged(script, report, time.thread_time() - start)


def counts(found: Iterable[Judged]) -> dict[str, int]:
    """How many scripts there are, can be read whole, are read whole, and are judged right.

    >>> counts([Judged("a", (), True, True), Judged("b", (), None, False)])
    {'scripts': 2, 'can be read whole': 1, 'read whole': 1, 'judged right': 1}
    """
    rows = list(found)
    return {
        "scripts": len(rows),
        "can be read whole": sum(each.whole is not None for each in rows),
        "read whole": sum(bool(each.whole) for each in rows),
        "judged right": sum(each.right for each in rows),
    }


def main(path: Path = SCRIPTS) -> None:
    rows = [checked(script) for script in json.loads(path.read_text(encoding="utf-8"))]
    for each in rows:
        if each.why:
            print(f"{each.id} ({', '.join(each.constructs)}), {each.seconds:.2f} s\n    {each.why[:600]}")
    stopped = Counter(each.why.partition(", line")[0].partition("; ")[2] for each in rows if each.why)
    print("\n".join(f"{many:3} {what}" for what, many in stopped.most_common()))
    print(
        ", ".join(f"{name}: {many}" for name, many in counts(rows).items()), f"slowest: {max(e.seconds for e in rows):.2f} s"
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
