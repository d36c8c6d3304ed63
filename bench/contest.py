"""Starts contestants and asks them, one at a time: while one computes, the others wait."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import IO, Any, cast

from bench.application import ROOT
from explorer.experiment import Experiment
from explorer.runtime.jobs.worker_environment import ENVIRONMENT

COMPETITORS = ROOT / ".venv" / "competitors" / "bin" / "python"
# These settings of some machines work around faults of old OpenBLAS, and slow NumPy down: a floor must not stand on them.
WORKAROUNDS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def tell(words: str) -> None:
    """What the bench does now; standard output is kept for the figures."""
    print(words, file=sys.stderr, flush=True)


def environment(name: str) -> dict[str, str]:
    """What a contestant finds around it: the default, but for what makes it that contestant.

    A worker sets its own environment, so whatever the bench was started with must not reach the others.
    """
    plain = {key: value for key, value in os.environ.items() if key not in ENVIRONMENT}
    plain["PYTHONPATH"] = str(ROOT)
    if name == "jax":
        plain["KERAS_BACKEND"] = "jax"
    if name == "products":
        plain = {key: value for key, value in plain.items() if key not in WORKAROUNDS} | {"OPENBLAS_NUM_THREADS": "1"}
    return plain


class Contestant:
    """A running contestant; `missing` names the module that it lacks, once it was found to lack one."""

    def __init__(self, name: str) -> None:
        self.name, self.missing = name, ""
        python = str(COMPETITORS) if name in ("jax", "torch") and COMPETITORS.exists() else sys.executable
        self._process = subprocess.Popen(
            [python, "-m", "bench.contestant", name],
            cwd=ROOT,
            env=environment(name),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._questions = cast(IO[str], self._process.stdin)
        self._answers = cast(IO[str], self._process.stdout)

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        """Raises RuntimeError where the contestant fails."""
        if self.missing:
            return {"missing": self.missing}
        self._questions.write(json.dumps({"do": do, **more}) + "\n")
        self._questions.flush()
        line = self._answers.readline()
        answer = json.loads(line) if line else {"error": f"ended with {self._process.wait()}"}
        if "error" in answer:
            raise RuntimeError(f"The contestant “{self.name}” failed at {do} {more}: {answer['error']}")
        self.missing = answer.get("missing", "")
        return answer

    def setup(self, experiment: Experiment) -> dict[str, Any]:
        """Build an experiment; the answer has `missing` where the contestant is not installed."""
        return self.ask("setup", experiment=experiment.to_dict())

    def epoch(self) -> float:
        return float(self.ask("epoch")["seconds"])

    def close(self) -> None:
        self._questions.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._answers.close()


@contextmanager
def started(*names: str) -> Iterator[dict[str, Contestant]]:
    """These contestants, by name, until the end of the block."""
    with ExitStack() as stack:
        found = {}
        for name in names:
            found[name] = Contestant(name)
            stack.callback(found[name].close)
        yield found


def in_turn(contestants: Sequence[Contestant], warmups: int, rounds: int) -> dict[str, list[float]]:
    """Seconds an epoch of each: a round is one of each, in turn, after epochs that do not count."""
    for contestant in contestants:
        for _ in range(warmups):
            contestant.epoch()
    found: dict[str, list[float]] = {contestant.name: [] for contestant in contestants}
    for _ in range(rounds):
        for contestant in contestants:
            found[contestant.name].append(contestant.epoch())
    return found
