"""What tests ask of runs: that they come to a state, how far they are, and what they have learned."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from explorer.experiment import Experiment
from explorer.runtime.engine.engine import Engine
from explorer.runtime.storage.store import Store

T = TypeVar("T")

# Of sizes that are all different, with a rest in the last batch; it is trained in a moment.
SMALL = Experiment(
    "gru_every_step",
    "delayed_echo",
    timesteps=6,
    features=2,
    units=7,
    samples=70,
    batch=16,
    epochs=30,
    knobs={"delay": 2},
)
# Where any program does: XLA compiles this one in a third of the time.
QUICK = replace(SMALL, architecture="dense_every_step")


def finished(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives. In a thread of its own: the browser of another test may have a loop running in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


def wait_for(condition: Callable[[], T], seconds: float = 120.0) -> T:
    """Wait until a condition holds, and return what it gave. The time is only there to end a test that hangs."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.005)
    raise AssertionError("This was waited for in vain.")


def state_is(engine: Engine, run_id: str, *states: str) -> None:
    wait_for(lambda: engine.status(run_id)["state"] in states)


def epoch_of(engine: Engine, run_id: str) -> int:
    return engine.status(run_id)["epoch"]


def losses(store: Store, run_id: str) -> list[tuple]:
    return [(frame.epoch, frame.loss, frame.val_loss, frame.outputs) for frame in store.frames(run_id)]
