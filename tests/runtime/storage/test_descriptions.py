"""Descriptions are kept for the next start, and belong to the versions of what made them."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from explorer.catalog import read_experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.engine import Engine
from explorer.runtime.jobs import jobs
from explorer.runtime.questions.describe_catalog import describe_in_quiet, describe_missing, experiments
from explorer.runtime.storage import descriptions
from explorer.runtime.storage.database_file import has_descriptions
from explorer.runtime.storage.descriptions import model_key
from explorer.runtime.storage.store import Store
from tests.fake_cluster import FakeCluster
from tests.runs import wait_for

FIRST = read_experiment({}).experiment


@pytest.fixture
def store(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/runs.db")
    yield store
    store.close()


def test_what_was_described_is_found_again_as_it_was(store):
    found = jobs.describe(FIRST.to_dict())
    store.descriptions.keep(model_key(FIRST), found)
    assert store.descriptions.find(model_key(FIRST)) == found
    assert store.descriptions.find(model_key(replace(FIRST, units=9))) is None


def test_a_file_says_whether_it_has_descriptions_before_the_database_is_opened(store, tmp_path, monkeypatch):
    address = f"sqlite:///{tmp_path}/runs.db"
    assert not has_descriptions(address)
    store.descriptions.keep("a model", {"hindrance": "none"})
    assert has_descriptions(address) is True
    monkeypatch.chdir(tmp_path)
    assert has_descriptions("sqlite:///runs.db") is True
    (tmp_path / "text.db").write_text("This is no database." * 100)
    for other in (
        "sqlite:///nowhere.db",
        "sqlite:///text.db",
        "sqlite:///",
        "postgresql://user@host/name",
        f"{address}?mode=ro",
    ):
        assert has_descriptions(other) is None
    assert not (tmp_path / "nowhere.db").exists()


def test_another_version_does_not_use_it_and_replaces_it(store, monkeypatch):
    store.descriptions.keep("a model", {"hindrance": "old"})
    monkeypatch.setattr(descriptions, "versions", lambda: "another")
    assert store.descriptions.find("a model") is None
    store.descriptions.keep("a model", {"hindrance": "new"})
    assert store.descriptions.find("a model") == {"hindrance": "new"}
    assert store.descriptions.count() == 1


def test_those_used_longest_ago_make_room(store, monkeypatch):
    monkeypatch.setattr(descriptions, "MOST_BYTES", 300)
    for number in range(30):
        store.descriptions.keep(f"model {number}", {"hindrance": f"{number}" * 20})
    assert store.descriptions.find("model 29") is not None
    assert store.descriptions.find("model 0") is None
    assert 1 < store.descriptions.count() < 12


def test_a_damaged_description_is_made_again(store):
    engine = Engine(store, FakeCluster(), grace=None)
    try:
        assert engine.wait_ready(60)
        store.descriptions.keep(model_key(FIRST), {})
        with store.database.transaction() as connection:
            connection.exec_driver_sql("UPDATE descriptions SET body = x'00'")
        assert engine.describe(FIRST)["description"]["layers"]
    finally:
        engine.close()


class NeverUp(FakeCluster):
    """A cluster that does not start."""

    def start(self):
        raise ConnectionError("No scheduler answers.")


def test_shapes_that_were_seen_are_there_while_no_worker_is(store):
    engine = Engine(store, FakeCluster(), grace=None)
    assert engine.wait_ready(60)
    found = engine.describe(FIRST)
    # It is kept beside the answer, by another thread.
    assert wait_for(lambda: store.descriptions.find(model_key(FIRST))) == found
    engine.close()
    without = Engine(store, NeverUp(), grace=None)
    try:
        assert without.describe(FIRST, timeout=0.0) == found
        with pytest.raises(TimeoutError):
            without.describe(replace(FIRST, units=9), timeout=0.0)
    finally:
        without.close()


def test_the_setup_describes_what_pages_open_with_once(store):
    wanted = experiments()[:3]
    assert describe_missing(store, wanted) == 3
    assert describe_missing(store, wanted) == 0
    assert experiments()[0] == FIRST


def test_a_server_describes_only_while_nobody_asks():
    described, quiet, ends = [], iter([0.0, 20.0, 20.0, 0.0]), threading.Event()

    def seconds_of_quiet() -> float:
        now = next(quiet)
        if now == 0.0 and described:
            ends.set()
        return now

    wanted = [replace(FIRST, units=units) for units in (1, 2, 3, 4)]
    describe_in_quiet(wanted, described.append, seconds_of_quiet, ends)
    assert described == wanted[:2]


def test_the_real_cluster_is_what_the_fake_one_stands_for():
    told = {"go_on", "lose_workers", "come_back"}
    asked = {name for name in dir(FakeCluster) if not name.startswith("_")} - told
    assert asked <= set(dir(Cluster)) | set(Cluster(1).__dict__)
