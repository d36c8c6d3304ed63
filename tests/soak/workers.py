"""A worker is killed, or stopped for a while, at random moments: every run ends as the calm one."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from functools import partial

import psutil

from explorer.runtime.engine.engine import Engine
from explorer.runtime.engine.worker_pool import SECONDS_OF_A_HANGING_WORKER, SECONDS_OF_SILENCE
from tests.soak.runs import UNDER_WAY, Fleet, dice, times, wait_for

BOTH = 0.15
# A worker that hangs for longer is given up, which another test is about.
LONGEST_STOP = SECONDS_OF_A_HANGING_WORKER - 1.5


def pids(engine: Engine) -> dict[str, int]:
    """The process of each worker that is up, by its address."""
    cluster = engine._core.cluster._local
    assert cluster is not None
    nannies = list(cluster.workers.values())
    return {nanny.worker_address: nanny.pid for nanny in nannies if nanny.worker_address and nanny.pid}


def victims(fleet: Fleet, most: int) -> tuple[list[int], list[int]]:
    """The processes of at most so many workers that train, and the places of the runs that they train."""
    found: tuple[list[int], list[int]] = [], []

    def choose() -> bool:
        fleet.tend()
        known, busy = pids(fleet.engine), fleet.busy()
        for address in sorted(busy.keys() & known.keys())[:most]:
            found[0].append(known[address])
            found[1].extend(busy[address])
        return bool(found[0])

    wait_for(choose, "a worker that trains")
    return found


def test_workers_that_are_killed(engine, record):
    row, chance = record("a worker is killed"), dice("kill workers")
    fleet = Fleet(engine, row)
    for _ in range(times(100)):
        fleet.tend_for(chance.uniform(0.0, 2.0))
        processes, places = victims(fleet, 2 if chance.random() < BOTH else 1)
        killed = time.monotonic()
        for process in processes:
            os.kill(process, signal.SIGKILL)
        row.rounds += 1
        time.sleep(UNDER_WAY)
        fleet.recover(places, killed)
    fleet.finish()
    assert row.held


def test_workers_that_are_stopped_for_a_moment(engine, record):
    row, chance = record(f"a worker is stopped, up to {LONGEST_STOP:g} s"), dice("stop workers")
    fleet = Fleet(engine, row)
    for _ in range(times(30)):
        fleet.tend_for(chance.uniform(0.0, 2.0))
        (process, *_), places = victims(fleet, 1)
        before = set(pids(engine).values())
        os.kill(process, signal.SIGSTOP)
        time.sleep(UNDER_WAY)
        seconds = chance.uniform(0.5, LONGEST_STOP)
        try:
            fleet.tend_for(seconds)
            told = [fleet.status(fleet.runs[place])["reason"] for place in places]
        finally:
            os.kill(process, signal.SIGCONT)
        went_on = time.monotonic()
        row.rounds += 1
        if seconds > SECONDS_OF_SILENCE + 4:
            # A run may have ended, or have been given to the other worker, just before.
            assert any("has not answered for" in reason for reason in told) or not told, told
        fleet.recover(places, went_on)
        assert set(pids(engine).values()) == before
    fleet.finish()
    assert row.held


def test_workers_that_hang(engine, record):
    row, chance = record("a worker hangs (from its stop)"), dice("hang workers")
    fleet = Fleet(engine, row)
    for _ in range(times(10)):
        fleet.tend_for(chance.uniform(0.0, 2.0))
        (process, *_), places = victims(fleet, 1)
        os.kill(process, signal.SIGSTOP)
        stopped = time.monotonic()
        time.sleep(UNDER_WAY)
        try:
            fleet.recover(places, stopped)
            wait_for(partial(_is_gone, process), "the end of a worker that hangs")
        finally:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)
        row.rounds += 1
    row.note = f"a worker that hangs is given up after {SECONDS_OF_A_HANGING_WORKER:g} s, which count here."
    fleet.finish()
    assert row.held


def _is_gone(process: int) -> bool:
    try:
        return bool(psutil.Process(process).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
