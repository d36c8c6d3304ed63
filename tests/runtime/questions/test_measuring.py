"""What the table "Who can?" lacks is measured while nobody else asks, and kept in the database."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from explorer.catalog import who_can
from explorer.runtime.engine.engine import Engine
from explorer.runtime.questions import measuring
from explorer.runtime.questions.measuring import Measuring
from explorer.runtime.storage.store import Store
from tests.fake_cluster import NO_NUMBER_FROM, SEED_WITHOUT_NUMBERS, FakeCluster
from tests.runs import wait_for

FIRST, SECOND = ("gru_every_step", "delayed_echo"), ("gru_every_step", "pointwise")


@pytest.fixture
def store(tmp_path, monkeypatch):
    others = [who_can.measured_now(*pair, 0.5, 60) for pair in who_can.pairs() if pair not in (FIRST, SECOND)]
    shipped = {each.key: each for each in others}
    monkeypatch.setattr(who_can, "shipped", lambda: shipped)
    store = Store(f"sqlite:///{tmp_path}/runs.db")
    yield store
    store.close()


def measurer(store, cluster, is_quiet=lambda: True):
    return Measuring(store.measurements, lambda _: cluster, is_quiet, lambda: ["worker-1"], threading.Event())


def test_what_is_missing_is_measured_at_first_use_and_found_after_a_restart(store):
    cluster = FakeCluster()
    cluster.deaths = 1
    at = measurer(store, cluster)
    assert at.known().left == 2
    found = wait_for(lambda: (known := at.known()).left == 0 and known).measured
    for pair in (FIRST, SECOND):
        measured = found[who_can.key_of(*pair)]
        assert (measured.architecture, measured.task, measured.epochs) == (*pair, 60)
        assert set(measured.versions) == {"explorer", "keras", "tensorflow", "numpy"}
    wait_for(lambda: len(store.measurements.all()) == 2)
    asked = len(cluster.chunks)
    again = measurer(store, cluster).known()
    assert (again.left, again.measured) == (0, found)
    assert len(cluster.chunks) == asked


def test_nothing_is_measured_while_others_train(store):
    cluster, quiet, looked = FakeCluster(), threading.Event(), threading.Event()

    def is_quiet():
        looked.set()
        return quiet.is_set()

    at = measurer(store, cluster, is_quiet)
    at.known()
    assert looked.wait(60)
    assert cluster.chunks == []
    quiet.set()
    wait_for(lambda: at.known().left == 0)


def test_a_loss_that_is_no_number_is_kept_as_one_and_what_fails_is_told(store, monkeypatch):
    experiment_of = who_can.experiment_of
    monkeypatch.setattr(who_can, "experiment_of", lambda *pair: replace(experiment_of(*pair), seed=SEED_WITHOUT_NUMBERS))
    at = measurer(store, FakeCluster())
    known = wait_for(lambda: (known := at.known()).left == 0 and known)
    measured = known.measured[who_can.key_of(*FIRST)]
    assert (measured.loss, measured.epochs) == (None, NO_NUMBER_FROM)
    monkeypatch.setattr(measuring, "TRIES", 1)
    with store.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM measurements")
    cluster = FakeCluster()
    cluster.deaths = 2
    another = measurer(store, cluster)
    known = wait_for(lambda: (known := another.known()).left == 0 and known)
    assert set(known.failed) == {FIRST, SECOND}
    assert "could not be measured here" in known.failed[FIRST]


def test_an_engine_measures_when_nobody_asks_for_shapes(store, monkeypatch):
    engine = Engine(store, FakeCluster(), grace=None)
    try:
        assert engine.wait_ready(60)
        assert not engine._core._is_quiet()
        monkeypatch.setattr("explorer.runtime.engine.engine_core.SECONDS_OF_QUIET", 0.0)
        wait_for(lambda: engine.who_can().left == 0)
    finally:
        engine.close()
