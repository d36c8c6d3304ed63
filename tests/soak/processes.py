"""A server process for the faults: `python -m tests.soak.processes DATABASE` does what it is told line by line, and the
handle that tells it, kills it and looks after what it left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from explorer.experiment import Experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.engine import Engine, Refused
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.store import Store

ROOT = Path(__file__).resolve().parents[2]
MARK = "EXPLORER_SOAK_SERVER"
SECONDS_OF_A_START = 120.0


def _answer(engine: Engine, asked: dict[str, Any]) -> dict[str, Any]:
    do, run, owner = asked["do"], asked.get("run", ""), asked.get("owner", "")
    try:
        if do == "submit":
            return {"run": engine.submit(Experiment.from_dict(asked["experiment"]), owner)}
        if do == "open":
            opened = engine.open(run, owner)
            return {"state": opened.state} if opened is not None else {"error": f"There is no run {run}."}
        return dict(engine.status(run) or {"error": f"There is no run {run}."})
    except (Refused, DatabaseUnavailable, TimeoutError) as error:
        return {"error": str(error)}


def serve(url: str) -> None:
    """Answer each line of standard input, and train, until it ends or this process is killed."""
    engine = Engine(Store(url), Cluster(2), grace=None)
    for line in sys.stdin:
        print(json.dumps(_answer(engine, json.loads(line))), flush=True)
    engine.close()


class Server:
    """A server process on a database, with an engine and two workers of its own."""

    def __init__(self, url: str) -> None:
        self._mark = uuid.uuid4().hex
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.processes", url],
            cwd=ROOT,
            env=os.environ | {MARK: self._mark},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        written, read = self._process.stdin, self._process.stdout
        assert written is not None and read is not None
        written.write(json.dumps({"do": do, **more}) + "\n")
        written.flush()
        line = read.readline()
        assert line, f"The server ended with {self._process.wait()}."
        answer: dict[str, Any] = json.loads(line)
        return answer

    def submit(self, experiment: Experiment, owner: str) -> str:
        """Start a run, as soon as the workers are up; returns its id."""
        deadline = time.monotonic() + SECONDS_OF_A_START
        while True:
            answer = self.ask("submit", experiment=experiment.to_dict(), owner=owner)
            if "run" in answer:
                return str(answer["run"])
            assert "not up yet" in answer["error"] and time.monotonic() < deadline, answer
            time.sleep(0.05)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it as its owner would, and whatever is left of it by force."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()
        for process in self.left():
            with suppress(psutil.Error):
                process.kill()

    def left(self) -> list[psutil.Process]:
        """The processes that belong to it and are still there: its workers end by themselves after it."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.pid != os.getpid() and process.environ().get(MARK) == self._mark:
                    found.append(process)
        return found


if __name__ == "__main__":
    serve(sys.argv[1])
