"""What is said of a run before a button is pressed."""

from __future__ import annotations

from dataclasses import replace

from explorer.catalog import read_experiment
from explorer.runtime.engine.engine import Engine
from explorer.runtime.storage.records import new_run
from explorer.runtime.storage.store import Store
from explorer.ui.run.run_panel import _refusal_of_more
from tests.fake_cluster import FakeCluster


def test_why_a_run_must_not_go_on_is_known_before_it_is_asked_to(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/runs.db")
    engine = Engine(store, FakeCluster(), grace=None)
    try:
        wanted = read_experiment({"timesteps": 200, "units": 256, "epochs": 300}).experiment
        run = replace(new_run(wanted, "me", "done"), epoch=300)
        # Before its shapes are known, nothing is.
        assert _refusal_of_more(engine, run) == ""
        assert engine.wait_ready(60)
        engine.describe(wanted)
        told = _refusal_of_more(engine, run)
        assert told.startswith("Train more would go on to epoch 500. This run would take about ")
        # It is stopped halfway, and may still be trained to its end; and one that goes on needs no such answer.
        assert _refusal_of_more(engine, replace(run, state="stopped", epoch=20)) == ""
        assert _refusal_of_more(engine, replace(run, state="running", epoch=20)) == ""
    finally:
        engine.close()
        store.close()
