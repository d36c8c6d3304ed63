"""A listener of the real application whose connection breaks every second: it hears every frame once."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from bench.application import Application, free_port
from bench.visitor import Visitor
from explorer.catalog import read_experiment
from explorer.runtime.storage.records import StoredFrame
from tests.soak.record import Row
from tests.soak.runs import PATIENCE, calm, dice, times

EXPERIMENT = read_experiment({"architecture": "windows_gru", "samples": "1024", "epochs": "400", "seed": "7"}).experiment


@pytest.fixture
def application(tmp_path):
    application = Application(free_port(), tmp_path / "runs.db", quiet=True)
    application.start()
    application.wait_for_workers()
    yield application
    application.stop()


def test_a_connection_that_breaks_every_second(application, record):
    row = record("a listener's connection breaks every second")
    asyncio.run(asyncio.wait_for(_listen(application.port, row), 1200))
    assert row.held


async def _listen(port: int, row: Row) -> None:
    chance, ended = dice("stream"), False
    heard: list[StoredFrame] = []
    visitor = Visitor(port)
    await visitor.open(urlencode(EXPERIMENT.to_query()))
    runs = [await visitor.train()]
    while row.rounds < times(100) or not ended:
        if ended:
            row.compare(heard, calm(EXPERIMENT))
            heard, ended = [], False
            runs.append(await visitor.train())
        ended = await _listen_once(visitor, runs[-1], heard, chance.uniform(0.8, 1.2), row)
        row.rounds += 1
    row.compare(heard, calm(EXPERIMENT))
    await visitor.leave()


async def _listen_once(visitor: Visitor, run: str, heard: list[StoredFrame], seconds: float, row: Row) -> bool:
    """Listen for some seconds, from after the last frame that was heard; returns whether the run has ended."""
    began, first = time.monotonic(), None
    events = visitor.watch(run, after=heard[-1].epoch if heard else 0)
    try:
        while True:
            # The connection breaks in the middle of whatever comes then.
            left = began + seconds - time.monotonic() if first is not None else PATIENCE
            name, content = await asyncio.wait_for(anext(events), max(0.01, left))
            if name == "end":
                return True
            if name == "frames":
                if first is None:
                    first = time.monotonic() - began
                    row.recoveries.append(first)
                heard += [_frame(each) for each in content["frames"]]
    except TimeoutError:
        assert first is not None, "Nothing came of a run."
        return False
    finally:
        await events.aclose()


def _frame(sent: dict[str, Any]) -> StoredFrame:
    outputs = base64.b64decode(sent["outputs"])
    shape = calm(EXPERIMENT)[0].shape
    return StoredFrame(sent["epoch"], sent["loss"], sent["val_loss"], sent["accuracy"], sent["val_accuracy"], shape, outputs)
