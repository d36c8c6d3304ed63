"""Everything in one run on one machine: measure, print, and (unless quick) write docs/performance.md, its pictures, and
docs/pasted_code.md."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from bench import crowd, figures, growth, inside, page, people, race, reach, snippets, start, status
from bench.application import ROOT
from bench.contest import COMPETITORS, environment, tell
from bench.report import report

PACKAGES = ("tensorflow", "keras", "numpy", "streamlit", "plotly", "distributed")
COMPETING = ("jax", "torch")


def measure(quick: bool = False) -> dict[str, Any]:
    """The figures of every part, by its name."""
    found: dict[str, Any] = {}
    for part in (race, growth, crowd, inside, people, status, page, start, snippets):
        found[part.__name__.rpartition(".")[2]] = part.measure(quick)
    for name in ("watched", "estimates"):
        tell(name)
        command = [sys.executable, "-m", f"bench.{name}"]
        plain = environment("ours")
        answer = subprocess.run(command, cwd=ROOT, env=plain, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        found[name] = json.loads(answer.stdout)
    return found


def machine() -> dict[str, Any]:
    """date, processor, cores, memory (bytes), system, python, and versions by package, None where it is not installed."""
    return {
        "date": f"{date.today():%d %B %Y}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory": psutil.virtual_memory().total,
        "system": f"{platform.system()} ({platform.machine()})",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES} | {name: _competing(name) for name in COMPETING},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names and names[0] else platform.processor() or "a processor without a name"


def _competing(name: str) -> str | None:
    if not COMPETITORS.exists():
        return None
    words = f"from importlib.metadata import version; print(version({name!r}))"
    found = subprocess.run([str(COMPETITORS), "-c", words], capture_output=True, text=True)
    return found.stdout.strip() or None


def main(as_json: bool = False, quick: bool = False) -> None:
    found, where = measure(quick), machine()
    text = report(found, where)
    judged = [vars(row) for row in reach.rows(found)]
    print(json.dumps({"machine": where, "reach": judged, **found}, indent=2) if as_json else text)
    if not quick:
        (ROOT / "docs").mkdir(exist_ok=True)
        (ROOT / "docs" / "performance.md").write_text(text, encoding="utf-8")
        tell(f"wrote {snippets.write(found['snippets'], where).relative_to(ROOT)}")
        for path in figures.draw(found, ROOT / "assets"):
            tell(f"wrote {path.relative_to(ROOT)}")
