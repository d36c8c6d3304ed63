"""How well pasted code is understood: the learners' cases by kind, and how long a check takes in a warm worker.

`python -m bench.snippets` writes docs/pasted_code.md alone; `make bench` writes it with everything else.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench.application import ROOT
from bench.contest import tell
from bench.numbers import percentile
from bench.scripts import Judged, counts
from bench.scripts import judged as laid_beside

CASES = ROOT / "tests" / "cases"
SETS = {
    "learner_cases": "The shared cases, which the rules were written with",
    "held_out": "Cases by another hand, met by finished rules; what they showed was fixed afterwards",
    "fresh_cases": "More shared cases; before their rules 16 of 22 were named, 15 blamed, 15 fixed",
    "second": "A second set by another hand, met and fixed in the same way",
}
# Sets of whole scripts, and what each is; how many were read at first contact, before anything was mended.
SCRIPTS = {
    "scripts": "shared; before there were rules for whole scripts, 3 of 40 were read whole and 6 of 44 judged right",
    "more_scripts": "written when the rules stood; at first contact 18 of 27 were read whole and 19 of 28 judged right",
}
REPEATS = 30
PATIENCE = 60.0
_HEAD = """import keras
from keras import layers

inputs = keras.Input(shape=(20, 5))
h = layers.LayerNormalization()(inputs)
h = layers.Conv1D(16, 3, padding="same", activation="relu")(h)
h = layers.Bidirectional(layers.GRU({first}, return_sequences=True))(h)
h = layers.Dropout(0.2)(h)
h = layers.LSTM(32, return_sequences=True)(h)
h = layers.LayerNormalization()(h)
h = layers.GRU({second}{sequences})(h)
h = layers.GRU(16)(h)
h = layers.Dense(16, activation="relu")(h)
model = keras.Model(inputs, layers.Dense(1)(h))
model.compile(optimizer="adam", loss="mse")
"""


def measure(quick: bool = False) -> dict[str, Any]:
    """{"cases": {set: {kind: [cases, named, blamed, fixed]}}, "scripts": {set: counts}, "seconds": {"holds": [...], ...}}.

    seconds: of one check of ten layers in a warm worker, each of a code with sizes of its own.
    """
    from explorer.runtime.cluster.cluster import Cluster
    from explorer.runtime.engine.engine import Engine
    from explorer.runtime.storage.store import Store

    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Store(f"sqlite:///{Path(folder) / 'runs.db'}"), Cluster(1), grace=None)
        try:
            engine.wait_ready(PATIENCE)
            seconds = _seconds(engine, 3 if quick else REPEATS)
            cases = {}
            for name in SETS:
                tell(f"learners' cases: {name}")
                if (CASES / f"{name}.json").exists():
                    cases[name] = by_kind(_judged(engine, json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))))
            read = {}
            for name in SCRIPTS:
                tell(f"whole scripts: {name}")
                scripts = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
                read[name] = counts(_read(engine, scripts))
        finally:
            engine.close()
    return {"cases": cases, "seconds": seconds, "scripts": read}


def _read(engine: Any, scripts: Iterable[dict[str, Any]]) -> Iterator[Judged]:
    for script in scripts:
        x = script["x"]
        x = [x] if x and isinstance(x[0], int) else x
        report = engine.check(script["code"], x, script["y"], script["loss"], script["batch_size"], timeout=PATIENCE)
        yield laid_beside(script, report)


def _seconds(engine: Any, repeats: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"holds": [], "breaks": []}
    for repeat in range(repeats + 2):
        for name, sequences in (("holds", ", return_sequences=True"), ("breaks", "")):
            code = _HEAD.format(first=8 + repeat, second=16 + repeat, sequences=sequences)
            start = time.perf_counter()
            report = engine.check(code, [(8, 20, 5)], (8, 1), timeout=PATIENCE)
            took = time.perf_counter() - start
            if report["holds"] is not (name == "holds"):
                raise ValueError(f"The code that {name} was not taken for that: {report['problems']}")
            if repeat >= 2:  # the first ones warm the worker
                found[name].append(took)
    return found


def _judged(engine: Any, cases: Iterable[dict[str, Any]]) -> Iterator[tuple[str, bool, bool, bool]]:
    for case in cases:
        x = case["x"]
        x = [x] if x and isinstance(x[0], int) else x
        report = engine.check(case["code"], x, case["y"], case["loss"], case.get("batch_size"), timeout=PATIENCE)
        yield judged(case, report)


def judged(case: dict[str, Any], report: dict[str, Any]) -> tuple[str, bool, bool, bool]:
    """The case's kind, and whether its report names it, blames the right layer and offers a proved fix."""
    problem = next(iter(report["problems"]), None)
    if case["kind"] == "none":
        right = problem is None
        return "none", right, right, right
    if problem is None:
        return case["kind"], False, False, False
    blamed = problem["layer"] in (case["layer"], case["fix_layer"])
    return case["kind"], problem["kind"] == case["kind"], blamed, bool(problem["fixes"])


def by_kind(found: Iterable[tuple[str, bool, bool, bool]]) -> dict[str, list[int]]:
    """How many cases of each kind there are, and how many of them are named, blamed and fixed.

    >>> by_kind([("none", True, True, True), ("input_rank", True, False, True)])
    {'input_rank': [1, 1, 0, 1], 'none': [1, 1, 1, 1]}
    """
    counted: dict[str, list[int]] = {}
    for kind, *right in found:
        row = counted.setdefault(kind, [0, 0, 0, 0])
        row[0] += 1
        for place, each in enumerate(right, 1):
            row[place] += each
    return dict(sorted(counted.items()))


def report(figures: dict[str, Any], machine: dict[str, Any]) -> str:
    """The page of Markdown. figures: what `measure` gives. machine: what `bench.run.machine` gives."""
    parts = [
        "# Pasted code\n\n"
        f"From `.venv/bin/python -m bench.snippets` (part of `make bench`) on {machine['date']}: {machine['processor']}, "
        f"{machine['cores']} cores; Python {machine['python']}, keras {machine['versions']['keras']}.\n\n"
        "A case is *named* where the first problem has its kind, *blamed* where it points at the layer that fails or at "
        "the one to change, *fixed* where a fix is offered: each was proved by reading the changed code and letting its "
        "shapes run, and `make soak` really runs each of them in Keras. The row `none` counts "
        "code without a problem, in which none was found."
    ]
    for name, rows in figures["cases"].items():
        parts.append(f"## {SETS[name]}\n\n{_table(rows)}")
    if scripts := figures.get("scripts"):
        rows = ["| set | scripts | can be read whole | read whole | judged right |", "| --- | --- | --- | --- | --- |"]
        rows += [f"| {name}: {SCRIPTS[name]} | {' | '.join(map(str, row.values()))} |" for name, row in scripts.items()]
        parts.append(
            "## Whole scripts\n\n"
            "A script is *read whole* where every layer's class, output shape and parameters are Keras's, and *judged "
            "right* where also the kind of the first problem is, or none is found in one that is right. One whose model "
            "breaks cannot be read whole. `.venv/bin/python -m bench.scripts [FILE]` counts them and says what stopped "
            "each.\n\n" + "\n".join(rows)
        )
    lines = ["| ten layers | median | 95th percentile |", "| --- | --- | --- |"]
    for name, words in (("holds", "code without a problem"), ("breaks", "code that fails, with the proofs of its fixes")):
        times = figures["seconds"][name]
        lines.append(f"| {words} | {median(times):.3f} s | {percentile(times, 0.95):.3f} s |")
    table = "\n".join(lines)
    parts.append(
        f"## How long a check takes\n\nIn a warm worker, asked through the engine; the sizes are new each time.\n\n{table}"
    )
    return "\n\n".join(parts) + "\n"


def _table(rows: dict[str, list[int]]) -> str:
    wrong = [row for kind, row in rows.items() if kind != "none"]
    total = [sum(row[place] for row in wrong) for place in range(4)]
    lines = ["| kind | cases | named | blamed | fixed |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {kind} | {' | '.join(map(str, row))} |" for kind, row in rows.items() if kind != "none"]
    shares = " | ".join(f"{each} ({each / total[0]:.0%})" for each in total[1:])
    lines.append(f"| **all that are wrong** | {total[0]} | {shares} |")
    if right := rows.get("none"):
        lines.append(f"| none | {right[0]} | {right[1]} |  |  |")
    return "\n".join(lines)


def write(figures: dict[str, Any], machine: dict[str, Any]) -> Path:
    """Write the page into docs/."""
    path = ROOT / "docs" / "pasted_code.md"
    path.write_text(report(figures, machine), encoding="utf-8")
    return path


if __name__ == "__main__":
    from bench.run import machine

    tell(f"wrote {write(measure(), machine()).relative_to(ROOT)}")
