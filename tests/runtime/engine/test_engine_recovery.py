"""The engine with real workers of its own in each test: full ones, killed servers, and somebody else's cluster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import LocalCluster

from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine import worker_pool
from explorer.runtime.engine.engine import Engine
from explorer.runtime.jobs import jobs
from explorer.runtime.storage.store import Store
from tests import hungry
from tests.runs import QUICK, SMALL, epoch_of, losses, state_is, wait_for

ROOT = Path(__file__).resolve().parents[3]
LONG = replace(QUICK, epochs=20_000)


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """An engine with one worker."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('one')}/runs.db")
    engine = Engine(store, Cluster(1), grace=None)
    assert engine.wait_ready(120)
    yield engine
    engine.close()
    store.close()


@pytest.fixture(scope="module")
def calm(one) -> list[tuple]:
    """The losses of SMALL, trained to the end without a disturbance."""
    run_id = one.submit(SMALL, "me")
    state_is(one, run_id, "done")
    return losses(one.store, run_id)


def test_a_full_worker_is_started_anew_and_changes_no_loss(one, calm, monkeypatch):
    (first,) = one._core.scheduler.workers
    other = one.submit(replace(QUICK, epochs=2), "me")
    state_is(one, other, "done")
    run_id = one.submit(SMALL, "me", steps=10)
    state_is(one, run_id, "paused")
    assert len(one._core.scheduler.workers[first].programs) > 1
    monkeypatch.setattr(worker_pool, "FULL", 0.0)
    one.step(run_id, "me")
    wait_for(lambda: one._core.scheduler.workers and first not in one._core.scheduler.workers)
    state_is(one, run_id, "paused")
    one.resume(run_id, "me")
    state_is(one, run_id, "done")
    assert losses(one.store, run_id) == calm


def test_a_killed_server_changes_no_loss(calm, tmp_path):
    url = f"sqlite:///{tmp_path}/runs.db"
    script = ROOT / "tests" / "server_to_kill.py"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    wanted = replace(SMALL, epochs=200)
    with subprocess.Popen(
        [sys.executable, script, url, json.dumps(wanted.to_dict())], stdout=subprocess.PIPE, env=environment, text=True
    ) as server:
        run_id = server.stdout.readline().strip()
        store = Store(url)
        wait_for(lambda: store.frames(run_id, most=5))
        server.kill()
    left = store.run(run_id)
    assert left.state == "running"
    assert 0 < left.epoch < wanted.epochs
    again = Engine(store, Cluster(1), grace=None)
    try:
        assert store.run(run_id).held == "restart"
        again.open(run_id, "me")
        state_is(again, run_id, "done")
        kept = losses(again.store, run_id)
        assert [frame[0] for frame in kept] == list(range(1, 201))
        assert kept[: len(calm)] == calm
    finally:
        again.close()
        store.close()


def test_a_cluster_at_an_address_gives_the_same_losses(calm, tmp_path, monkeypatch):
    with LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address="127.0.0.1:0") as cluster:
        monkeypatch.setenv("EXPLORER_SCHEDULER", cluster.scheduler_address)
        store = Store(f"sqlite:///{tmp_path}/runs.db")
        engine = Engine(store, Cluster(), grace=None)
        try:
            run_id = engine.submit(SMALL, "me")
            assert engine.workers == 1
            state_is(engine, run_id, "done")
            assert losses(engine.store, run_id) == calm
        finally:
            engine.close()
            store.close()


def test_a_worker_over_its_memory_ends_its_run_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "chunk", hungry.chunk)
    store = Store(f"sqlite:///{tmp_path}/runs.db")
    engine = Engine(store, Cluster(2, memory=int(1.6 * 2**30)), grace=None)
    try:
        greedy = engine.submit(replace(QUICK, seed=hungry.GREEDY_SEED), "me")
        other = engine.submit(LONG, "me")
        state_is(engine, greedy, "failed")
        assert "needed more memory than it may use (1.6 GiB)" in engine.status(greedy)["reason"]
        epoch = epoch_of(engine, other)
        wait_for(lambda: epoch_of(engine, other) > epoch or engine.status(other)["state"] == "done")
    finally:
        engine.close()
        store.close()
