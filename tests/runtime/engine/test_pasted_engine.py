"""Pasted code in the engine: checked by a worker, trained like any other run, and no end of the server where it hangs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.catalog import pasted_experiment
from explorer.report import Report
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.engine import Engine, Refused
from explorer.runtime.jobs import jobs
from explorer.runtime.storage.store import Store
from tests import hanging
from tests.runs import epoch_of, state_is, wait_for

CODE = """import keras
from keras import layers
model = keras.Sequential([keras.Input((6, 3)), layers.GRU(5), layers.Dense(1)])
"""
# Of the same shapes; XLA compiles it in a moment.
DENSE = CODE.replace("layers.GRU(5)", "layers.Flatten()")
ASKED = {"x": [(8, 6, 3)], "y": (8, 1), "loss": "mae"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('pasted')}/runs.db")
    engine = Engine(store, Cluster(1), grace=None)
    assert engine.wait_ready(120)
    yield engine
    engine.close()
    store.close()


def workers(engine: Engine) -> set[int]:
    """The process ids of the workers that are up."""
    return {nanny.pid for nanny in engine._core.cluster._local.workers.values() if nanny.pid}


def wait_for_another_worker(engine: Engine, before: set[int]) -> None:
    wait_for(lambda: workers(engine) and not before & workers(engine) and engine._core.scheduler.workers)


def test_fixes_are_tried_while_nobody_waits(engine):
    broken = CODE.replace("layers.GRU(5)", "layers.GRU(5), layers.GRU(4)")
    # One of them: for more a slow machine may lack the time.
    fixes = engine.check(broken, **ASKED)["problems"][0]["fixes"][:1]
    assert engine.try_fixes(fixes) is None
    wait_for(lambda: engine.try_fixes(fixes) is not None)
    found = engine.try_fixes(fixes)
    assert [(each.ran, each.sentence) for each in found] == [(True, "Tried: one step of training runs.")] * len(fixes)


def test_a_checked_code_is_trained_step_by_step_and_to_its_end(engine):
    report = engine.check(DENSE, **ASKED)
    assert engine.check(DENSE, **ASKED) is report
    wanted = pasted_experiment(DENSE, Report.read(report), samples=40, batch=16, epochs=6)
    engine.compile_ahead("a page", wanted)
    run_id = engine.submit(wanted, "me", steps=1)
    state_is(engine, run_id, "paused")
    engine.step(run_id, "me")
    state_is(engine, run_id, "paused")
    assert epoch_of(engine, run_id) == 2
    engine.resume(run_id, "me")
    state_is(engine, run_id, "done")
    losses = [frame.loss for frame in engine.store.frames(run_id)]
    assert losses == [frame.loss for frame in jobs.chunk(wanted.to_dict(), None, 6, 1e9).frames]
    assert engine.store.run(run_id).experiment == wanted


def test_what_cannot_be_trained_is_refused_before_it_is_a_run(engine):
    report = engine.check(CODE, **ASKED)
    wanted = pasted_experiment(CODE, Report.read(report), samples=40, batch=16, epochs=6)
    fixed = replace(wanted.pasted, code=CODE.replace("keras.Input((6, 3))", "keras.Input(batch_shape=(8, 6, 3))"))
    with pytest.raises(Refused, match="The code sets the batch size to 8"):
        engine.submit(replace(wanted, pasted=fixed), "me")
    unread = replace(wanted.pasted, code="model = nothing()")
    with pytest.raises(Refused, match=r"This model cannot be built: .*nothing"):
        engine.submit(replace(wanted, pasted=unread), "me")


def test_a_worker_that_hangs_on_code_is_started_anew(engine, monkeypatch):
    monkeypatch.setattr(jobs, "check", hanging.check)
    before = workers(engine)
    with pytest.raises(Refused, match=r"This code was not worked out within 1 seconds"):
        engine.check(hanging.ENDLESS, timeout=1.0)
    wait_for_another_worker(engine, before)
    after = workers(engine)
    with pytest.raises(Refused, match="was not worked out"):
        engine.check(hanging.ENDLESS, timeout=60.0)
    assert engine.check(CODE, **ASKED, timeout=60.0)["holds"]
    assert workers(engine) == after


def test_a_worker_that_hangs_when_it_builds_a_model_of_code_is_started_anew(engine, monkeypatch):
    monkeypatch.setattr(jobs, "describe", hanging.describe)
    report = engine.check(DENSE, **ASKED)
    endless = pasted_experiment(f"{DENSE}{hanging.ENDLESS}\n", Report.read(report), samples=40, batch=16, epochs=6)
    before = workers(engine)
    with pytest.raises(Refused, match=r"This code was not worked out within 1 seconds"):
        engine.describe(endless, timeout=1.0)
    wait_for_another_worker(engine, before)
    with pytest.raises(Refused, match="was not worked out"):
        engine.submit(endless, "me")
    fine = pasted_experiment(f"{DENSE}\n\n", Report.read(report), samples=40, batch=16, epochs=2)
    state_is(engine, engine.submit(fine, "me"), "done")


def test_a_worker_that_ends_on_code_is_told(engine, monkeypatch):
    monkeypatch.setattr(jobs, "check", hanging.check)
    with pytest.raises(Refused, match="The worker that read this code ended"):
        engine.check(hanging.DEADLY, timeout=60.0)
    assert engine.check(CODE + "\n", **ASKED, timeout=60.0)["holds"]
