"""Which runs are deleted: those that nobody opened for long, and the oldest where there is no room."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import sqlalchemy as sql

from explorer.runtime.storage import quotas, retention
from explorer.runtime.storage.records import Run, owner_of
from explorer.runtime.storage.retention import A_DAY, Retention
from explorer.runtime.storage.store import Store
from tests.runtime.storage.test_store import EXPERIMENT, a_run, frame


@pytest.fixture
def store(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/runs.db")
    yield store
    store.close()


def add(store: Store, run_id: str, days_ago: float, state: str = "done", kept: bool = False, size: int = 1000) -> None:
    """A run with one epoch, last opened so many days ago."""
    store.add_run(replace(a_run(run_id, state), kept=kept))
    store.add_chunk(run_id, 1, bytes(size), [frame(1)], state)
    with store.database.transaction() as connection:
        opened = {"opened": time.time() - days_ago * A_DAY, "id": run_id}
        connection.execute(sql.text("UPDATE runs SET opened = :opened WHERE id = :id"), opened)


def left(store: Store) -> set[str]:
    with store.database.transaction() as connection:
        tables = [
            connection.execute(sql.text(f"SELECT {column} FROM {table}")).scalars().all()
            for column, table in (("id", "runs"), ("run", "states"), ("run", "frames"))
        ]
    assert set(tables[0]) == set(tables[1]) == set(tables[2])
    return set(tables[0])


def test_what_nobody_opened_for_long_goes_and_all_else_stays(store):
    add(store, "old", 31)
    add(store, "old and kept", 400, kept=True)
    add(store, "old and paused", 31, state="paused")
    add(store, "old and training", 31, state="running")
    add(store, "young", 29)
    assert Retention(store, days=30, gigabytes=1).sweep() == 2
    assert left(store) == {"old and kept", "old and training", "young"}


def test_many_go_in_one_sweep(store):
    for number in range(2 * retention.RUNS_AT_ONCE + 1):
        add(store, f"r{number}", 31)
    assert Retention(store, days=30, gigabytes=1).sweep() == 2 * retention.RUNS_AT_ONCE + 1
    assert left(store) == set()
    assert store.size() == 0


def test_opening_counts_from_now_on(store):
    add(store, "old", 31)
    store.note_opening("old")
    assert Retention(store, days=30, gigabytes=1).sweep() == 0
    assert not store.delete("old", time.time() - A_DAY)
    assert left(store) == {"old"}


def test_where_there_is_no_room_the_oldest_go_and_new_ones_are_refused(store):
    for number in range(10):
        add(store, f"r{number}", days_ago=10 - number, size=100_000, kept=number == 0)
    add(store, "of today", 0.5, size=100_000)
    roomy = Retention(store, days=30, gigabytes=1)
    roomy.sweep()
    assert roomy.refusal() == ""
    narrow = Retention(store, days=30, gigabytes=500_000 / 1e9)
    assert narrow.sweep() == 7
    assert left(store) == {"r0", "r8", "r9", "of today"}
    assert store.size() <= 500_000
    assert narrow.refusal() == ""
    full = Retention(store, days=30, gigabytes=100_000 / 1e9)
    full.sweep()
    # What is kept and what was opened today stays, though it is too much.
    assert left(store) == {"r0", "of today"}
    assert full.refusal().startswith("The database is full: its runs take 0.2 MB, and the limit is 0.1 MB.")


def test_a_clock_that_was_set_deletes_nothing(store, monkeypatch):
    add(store, "young", 1)
    keeper = Retention(store, days=30, gigabytes=1)
    now = time.time()
    monkeypatch.setattr(retention.time, "time", lambda: now + 100 * A_DAY)
    assert keeper.sweep() == 0
    assert left(store) == {"young"}


@pytest.mark.parametrize("received", ["", "nonsense", "0", "-1", "nan", "inf", "1e99"])
@pytest.mark.parametrize("name", ["EXPLORER_KEEP_DAYS", "EXPLORER_DATABASE_GB"])
def test_a_setting_that_is_no_number_gets_a_sentence(store, monkeypatch, name, received):
    monkeypatch.setenv(name, received)
    if not received:
        Retention(store)
        return
    allowed = "a number greater than 0 and less than 1,000,000"
    with pytest.raises(ValueError, match=f"^{name} must be {allowed}. Received: '{received}'"):
        Retention(store)


@pytest.mark.parametrize("received", ["nonsense", "0", "-1", "1.5", "9999999999"])
def test_a_number_of_runs_that_is_none_gets_a_sentence(monkeypatch, received):
    monkeypatch.setenv("EXPLORER_MAX_RUNS", received)
    with pytest.raises(
        ValueError, match=f"^EXPLORER_MAX_RUNS must be a whole number greater than 0. Received: '{received}'"
    ):
        quotas.Quotas()


def test_runs_that_are_kept_are_counted_for_each_owner(store):
    for number in range(3):
        store.add_run(Run(f"r{number}", owner_of("me"), EXPERIMENT, "done", "", "", 0, kept=number > 0))
    store.add_run(Run("theirs", owner_of("you"), EXPERIMENT, "done", "", "", 0, kept=True))
    assert store.count_kept(owner_of("me")) == 2
    store.set_kept("r0", True)
    store.set_kept("r1", False)
    assert [store.run(f"r{number}").kept for number in range(3)] == [True, False, True]
