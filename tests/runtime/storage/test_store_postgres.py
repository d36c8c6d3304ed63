"""The store on a real PostgreSQL server: what holds on a file holds there, and its faults are told in the same sentences."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from explorer.runtime.storage import database_errors
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.store import Store
from explorer.ui.server.settings import wrong_settings
from tests.postgres import postgres_server

# What is said of the store there, said of it here: these find the fixture `store` of this file.
from tests.runtime.storage.test_store import (  # noqa: F401
    a_run,
    beside,
    frame,
    test_a_chunk_is_kept_whole_or_not_at_all,
    test_a_frame_that_is_there_is_left_as_it_is,
    test_a_loss_that_is_not_finite_is_kept_as_missing,
    test_a_run_comes_back_as_it_was,
    test_a_server_on_another_machine_loses_its_runs_when_its_lease_is_over,
    test_a_server_that_ends_holds_its_own_runs_only,
    test_frames_come_back_in_order_after_an_epoch,
    test_frames_that_do_not_follow_the_last_are_refused,
    test_many_threads_lose_nothing,
    test_measurements_come_back_as_they_were_and_the_newer_one_stays,
    test_only_the_server_that_trains_a_run_writes_to_it,
    test_what_an_ended_server_left_is_held_and_what_a_living_one_trains_is_not,
    write_all,
)


@pytest.fixture(scope="module")
def server():
    with postgres_server() as server:
        yield server


@pytest.fixture
def store(server):
    store = Store(server.url(server.new_database()))
    yield store
    store.close()


def test_servers_that_start_together_make_the_tables_once(server):
    address, together = server.url(server.new_database()), threading.Barrier(6)
    stores = [Store(address) for _ in range(6)]

    def begin(place: int) -> None:
        together.wait()
        stores[place].add_run(a_run(f"r{place}"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(begin, range(6)))
    assert all(stores[0].run(f"r{place}") for place in range(6))
    for store in stores:
        store.close()


def test_a_run_of_long_ago_is_deleted_with_all_that_it_has(store):
    store.add_run(a_run("r1", "done"))
    store.add_chunk("r1", 1, b"one", [frame(1)], "done")
    store.note_opening("r1")
    assert store.size() > len(b"one")
    ((run_id, size),) = store.unopened(1e12, 10)
    assert (run_id, size) == ("r1", store.size())
    assert store.delete("r1", 1e12)
    assert (store.run("r1"), store.frames("r1"), store.state("r1"), store.size()) == (None, [], None, 0)


def test_only_so_many_runs_are_kept(store):
    store.add_run(a_run())
    store.set_kept("r1", True)
    assert store.count_kept(a_run().owner) == 1
    assert store.run("r1").kept


def test_a_server_that_stops_says_so_and_is_used_again_when_it_is_back(server, store):
    store.add_run(a_run())
    store.add_chunk("r1", 1, b"one", [frame(1)], "running")
    server.stop()
    try:
        assert set(write_all(store)) == {database_errors.NO_ANSWER}
    finally:
        server.start()
    store.add_chunk("r1", 2, b"two", [frame(2)], "running")
    assert [kept.epoch for kept in store.frames("r1")] == [1, 2]


def test_connections_that_are_cut_while_they_rest_are_made_anew(server, store):
    store.add_run(a_run())
    server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname LIKE 'runs_%'"
    )
    assert store.run("r1") == a_run()


def test_a_database_that_is_read_only_says_so(server):
    name = server.new_database()
    first = Store(server.url(name))
    first.add_run(a_run())
    first.close()
    server.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store = Store(server.url(name))
    with pytest.raises(DatabaseUnavailable, match=database_errors.READ_ONLY):
        store.add_run(a_run("new"))
    store.close()


def test_a_lock_that_is_not_given_in_time_says_so(server):
    name = server.new_database()
    server.run(f"ALTER DATABASE {name} SET lock_timeout = '50ms'")
    store = Store(server.url(name))
    other = beside(store)
    store.add_run(a_run())
    with other.database.transaction() as connection:
        connection.exec_driver_sql("LOCK TABLE runs IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(DatabaseUnavailable, match=database_errors.LOCKED):
            store.set_state("r1", "paused")
    store.set_state("r1", "paused")
    other.close()
    store.close()


def test_before_the_server_starts_its_settings_are_judged(server, monkeypatch):
    monkeypatch.setenv("EXPLORER_DATABASE", server.url(server.new_database()))
    assert wrong_settings() == []
    monkeypatch.setenv("EXPLORER_DATABASE", server.url("no_such_database"))
    (sentence,) = wrong_settings()
    assert database_errors.NO_ANSWER in sentence and '"no_such_database" does not exist' in sentence
    server.run("CREATE ROLE somebody LOGIN PASSWORD 'secret'")
    monkeypatch.setenv("EXPLORER_DATABASE", server.url(server.new_database()).replace("explorer@", "somebody:secret@"))
    (sentence,) = wrong_settings()
    assert "permission denied" in sentence and "secret" not in sentence
