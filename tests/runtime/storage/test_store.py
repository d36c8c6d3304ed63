"""What is stored comes back as it was, all of a chunk or nothing, and nothing is ever lost."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sql

from explorer.catalog.who_can import Measured
from explorer.experiment import Experiment, Frame
from explorer.runtime.storage import database, database_errors
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.records import Run, owner_of
from explorer.runtime.storage.server_id import new_server_id
from explorer.runtime.storage.store import FramesMissing, RunTaken, Store
from tests.disks import read_only, resize, small_disk

EXPERIMENT = Experiment("gru_every_step", "delayed_echo", knobs={"delay": 2})


def frame(epoch: int, loss: float = 0.5, accuracy: float | None = None) -> Frame:
    outputs = np.linspace(-1, 1, 2 * 3, dtype=np.float32).reshape(2, 3, 1) * epoch
    return Frame(epoch, loss, loss + 0.1, accuracy, accuracy, outputs)


def a_run(run_id: str = "r1", state: str = "running") -> Run:
    return Run(run_id, owner_of("me"), EXPERIMENT, state, "", "", 0)


@pytest.fixture
def store(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'new' / 'runs.db'}")
    yield store
    store.close()


def beside(store: Store) -> Store:
    """Another server's store of the same database."""
    return Store(store.database.address)


def test_a_run_comes_back_as_it_was(store):
    store.add_run(a_run())
    assert store.run("r1") == a_run()
    assert store.run("r2") is None


def test_frames_come_back_in_order_after_an_epoch(store):
    store.add_run(a_run())
    store.add_chunk("r1", 2, b"two", [frame(1, 0.1 + 0.2, 0.75), frame(2)], "running")
    decoded = np.array([[3, 1, 2], [0, 255, 4]], np.uint8)
    store.add_chunk("r1", 3, b"three", [replace(frame(3), own_accuracy=0.25, decoded=decoded)], "done")
    first, second, third = store.frames("r1")
    assert (first.epoch, first.loss, first.accuracy) == (1, 0.1 + 0.2, 0.75)
    np.testing.assert_allclose(second.array, frame(2).outputs, rtol=1e-3)
    assert third.accuracy is None
    assert (third.own_accuracy, third.decoded) == (0.25, decoded.tobytes())
    assert (first.own_accuracy, first.decoded) == (None, None)
    assert [kept.epoch for kept in store.frames("r1", after=1)] == [2, 3]
    assert [kept.epoch for kept in store.frames("r1", most=2)] == [1, 2]
    assert store.state("r1") == b"three"
    assert (store.run("r1").epoch, store.run("r1").state) == (3, "done")


def test_a_frame_that_is_there_is_left_as_it_is(store):
    store.add_run(a_run())
    store.add_chunk("r1", 2, b"a", [frame(1), frame(2)], "running")
    store.add_chunk("r1", 3, b"b", [frame(2, loss=9.0), frame(3)], "running")
    assert [(kept.epoch, kept.loss) for kept in store.frames("r1")] == [(1, 0.5), (2, 0.5), (3, 0.5)]


def test_a_chunk_is_kept_whole_or_not_at_all(store):
    store.add_run(a_run())
    with pytest.raises(sql.exc.IntegrityError):
        store.add_chunk("r1", 1, None, [frame(1)], "running")
    assert store.frames("r1") == []
    assert store.state("r1") is None
    assert store.run("r1").epoch == 0


def test_a_loss_that_is_not_finite_is_kept_as_missing(store):
    store.add_run(a_run())
    broken = Frame(1, float("nan"), float("inf"), None, None, np.full((1, 2, 1), np.nan, np.float32))
    store.add_chunk("r1", 1, b"a", [broken], "failed", "why")
    (kept,) = store.frames("r1")
    assert (kept.loss, kept.val_loss) == (None, None)
    assert np.isfinite(kept.array).all()
    assert store.run("r1").reason == "why"


@pytest.mark.parametrize(("stored", "came"), [(0, [2]), (0, [1, 3]), (2, [4]), (2, [3, 5]), (2, [1]), (0, [1, 1])], ids=str)
def test_frames_that_do_not_follow_the_last_are_refused(store, stored, came):
    store.add_run(a_run())
    if stored:
        store.add_chunk("r1", stored, b"before", [frame(epoch) for epoch in range(1, stored + 1)], "running")
    with pytest.raises(FramesMissing):
        store.add_chunk("r1", max(stored + 1, came[-1]), b"after", [frame(epoch) for epoch in came], "running")
    assert [kept.epoch for kept in store.frames("r1")] == list(range(1, stored + 1))
    assert store.state("r1") == (b"before" if stored else None)


def test_only_the_server_that_trains_a_run_writes_to_it(store):
    other = beside(store)
    store.add_run(a_run())
    store.add_chunk("r1", 1, b"one", [frame(1)], "running")
    with pytest.raises(RunTaken):
        other.add_chunk("r1", 2, b"two", [frame(2)], "running")
    with pytest.raises(RunTaken):
        other.set_state("r1", "paused")
    taken, state = other.take("r1")
    assert (taken.epoch, taken.state, state) == (1, "running", b"one")
    with pytest.raises(RunTaken):
        store.add_chunk("r1", 2, b"two", [frame(2)], "running")
    other.add_chunk("r1", 2, b"two", [frame(2)], "running")
    assert [kept.epoch for kept in store.frames("r1")] == [1, 2]
    assert other.take("r2") is None
    other.close()


def in_the_hands_of(store: Store, server: str, lease: float) -> None:
    """Put runs of every state into another server's hands."""
    for state in ("queued", "running", "paused", "done"):
        store.add_run(a_run(state, state))
    with store.database.transaction() as connection:
        connection.execute(sql.text("UPDATE runs SET server = :server, lease = :lease"), {"server": server, "lease": lease})


def test_what_an_ended_server_left_is_held_and_what_a_living_one_trains_is_not(store):
    ended = subprocess.run(
        [sys.executable, "-c", "from explorer.runtime.storage.server_id import new_server_id; print(new_server_id())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    in_the_hands_of(store, new_server_id(), time.time() + 1000)
    assert store.hold_abandoned() == []
    with store.database.transaction() as connection:
        connection.execute(sql.text("UPDATE runs SET server = :server"), {"server": ended})
    assert sorted(store.hold_abandoned()) == ["queued", "running"]
    assert [(store.run(name).state, store.run(name).held) for name in ("queued", "running", "paused", "done")] == [
        ("paused", "restart"),
        ("paused", "restart"),
        ("paused", ""),
        ("done", ""),
    ]


def test_a_server_on_another_machine_loses_its_runs_when_its_lease_is_over(store):
    in_the_hands_of(store, "elsewhere:1:1.0:abc", time.time() + 1000)
    assert store.hold_abandoned() == []
    with store.database.transaction() as connection:
        connection.execute(sql.text("UPDATE runs SET lease = :lease"), {"lease": time.time() - 1})
    assert sorted(store.hold_abandoned()) == ["queued", "running"]


def test_a_server_that_ends_holds_its_own_runs_only(store):
    other = beside(store)
    store.add_run(a_run("mine"))
    other.add_run(a_run("theirs"))
    assert store.hold_own() == 1
    assert [store.run(name).state for name in ("mine", "theirs")] == ["paused", "running"]
    other.close()


def test_many_threads_lose_nothing(store):
    def write(run_id: str) -> None:
        store.add_run(a_run(run_id))
        for epoch in range(1, 11):
            store.add_chunk(run_id, epoch, bytes(10_000), [frame(epoch)], "running")

    names = [f"r{number}" for number in range(8)]
    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all([kept.epoch for kept in store.frames(name)] == list(range(1, 11)) for name in names)


def test_the_file_is_an_ordinary_sqlite_database(tmp_path):
    path = tmp_path / "runs.db"
    store = Store(f"sqlite:///{path}")
    store.add_run(a_run())
    store.close()
    again = Store(f"sqlite:///{path}")
    assert again.run("r1") == a_run()
    again.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_an_owner_is_known_by_a_secret_that_is_not_stored(store, tmp_path):
    store.add_run(a_run())
    run = store.run("r1")
    assert run.belongs_to("me")
    assert not any(run.belongs_to(other) for other in ("", "you", run.owner))
    store.close()
    assert b"me" not in {row[0] for row in sqlite3.connect(tmp_path / "new" / "runs.db").execute("SELECT owner FROM runs")}


def test_a_database_of_before_is_brought_up_to_date(tmp_path):
    path = tmp_path / "runs.db"
    with sqlite3.connect(path) as old:
        old.executescript(
            """
            CREATE TABLE runs (id VARCHAR(32) PRIMARY KEY, owner VARCHAR(64) NOT NULL, experiment TEXT NOT NULL,
                state VARCHAR(16) NOT NULL, reason TEXT NOT NULL, held VARCHAR(16) NOT NULL, epoch INTEGER NOT NULL,
                created FLOAT NOT NULL);
            CREATE TABLE states (run VARCHAR(32) PRIMARY KEY REFERENCES runs (id), epoch INTEGER NOT NULL,
                state BLOB NOT NULL);
            """
        )
        row = ("r1", "secret", json.dumps(EXPERIMENT.to_dict()), "running", "", "", 0, 1.0)
        old.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        old.execute("INSERT INTO states VALUES ('r1', 0, ?)", (bytes(1000),))
    old.close()
    path.chmod(0o644)
    store = Store(f"sqlite:///{path}")
    assert store.run("r1").belongs_to("secret")
    assert store.size() == 1000 + len(row[2])
    assert store.unopened(time.time() - 60, 10) == []
    assert store.hold_abandoned() == ["r1"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    store.close()


def test_an_address_that_is_none_gets_a_sentence():
    with pytest.raises(ValueError, match=r"EXPLORER_DATABASE must be a SQLAlchemy address such as .* Received: 'nonsense'"):
        Store("nonsense")


def test_the_file_and_what_stands_beside_it_are_its_owners_alone(store, tmp_path):
    store.add_run(a_run())
    for file in (tmp_path / "new").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def write_all(store: Store) -> list[Exception]:
    """What every method that writes says now."""
    said = []
    for write in (
        lambda: store.add_run(a_run("new")),
        lambda: store.set_state("r1", "paused"),
        lambda: store.add_chunk("r1", 2, b"two", [frame(2)], "running"),
        lambda: store.take("r1"),
        lambda: store.renew_leases(),
        lambda: store.set_kept("r1", True),
    ):
        with pytest.raises(DatabaseUnavailable) as caught:
            write()
        said.append(str(caught.value))
    return said


def test_a_locked_database_says_so_and_can_be_read(store, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "SECONDS_FOR_A_LOCK", 0.05)
    store.add_run(a_run())
    store.add_chunk("r1", 1, b"one", [frame(1)], "running")
    other = sqlite3.connect(tmp_path / "new" / "runs.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert set(write_all(store)) == {"The database is locked by another program."}
    assert store.run("r1").epoch == 1
    other.execute("ROLLBACK")
    other.close()
    store.add_chunk("r1", 2, b"two", [frame(2)], "running")


def test_a_full_disk_says_so_and_nothing_is_half_written(tmp_path):
    disk = tmp_path / "disk"
    with small_disk(disk, megabytes=1):
        store = Store(f"sqlite:///{disk / 'runs.db'}")
        store.add_run(a_run())
        epoch, sentence = 0, ""
        while not sentence and epoch < 100:
            try:
                store.add_chunk("r1", epoch + 1, os.urandom(50_000), [frame(epoch + 1)], "running")
                epoch += 1
            except DatabaseUnavailable as error:
                sentence = str(error)
        assert sentence in (database_errors.FULL, database_errors.FAILS)
        assert [kept.epoch for kept in store.frames("r1")] == list(range(1, epoch + 1))
        resize(disk, megabytes=8)
        store.add_chunk("r1", epoch + 1, os.urandom(50_000), [frame(epoch + 1)], "running")
        store.close()


def test_a_database_that_cannot_be_written_to_says_so(tmp_path):
    path = tmp_path / "runs.db"
    first = Store(f"sqlite:///{path}")
    first.add_run(a_run())
    first.close()
    store = Store(f"sqlite:///{path}")
    with (
        read_only(tmp_path),
        pytest.raises(DatabaseUnavailable, match=r"^The database (cannot be|file cannot)"),
    ):
        store.add_run(a_run("new"))
    store.add_run(a_run("new"))
    assert store.run("r1") == a_run()
    store.close()


def test_a_database_that_was_opened_read_only_can_be_written_to_when_its_disk_can(tmp_path):
    """A killed server leaves the log beside the file: then SQLite opens it even where nothing can be written."""
    url = f"sqlite:///{tmp_path}/runs.db"
    left = "import os, sys; from explorer.runtime.storage.store import Store; Store(sys.argv[1]).size(); os._exit(0)"
    subprocess.run([sys.executable, "-c", left, url], check=True, cwd=Path(__file__).parents[3])
    assert (tmp_path / "runs.db-shm").exists()
    store = Store(url)
    with read_only(tmp_path), pytest.raises(DatabaseUnavailable, match="it is read-only"):
        store.add_run(a_run())
    store.add_run(a_run())
    assert store.run("r1") == a_run()
    store.close()


def test_a_file_that_is_none_is_left_as_it_is(tmp_path):
    path = tmp_path / "runs.db"
    path.write_bytes(b"This is no database. " * 100)
    store = Store(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnavailable, match="is damaged, or is no database"):
        store.add_run(a_run())
    assert path.read_bytes() == b"This is no database. " * 100
    store.close()


@pytest.mark.parametrize("what", ["the file", "the file and its log", "the folder"])
def test_a_deleted_database_is_put_back_with_all_that_it_held(store, tmp_path, what):
    folder = tmp_path / "new"
    store.add_run(a_run())
    store.add_chunk("r1", 1, b"one", [frame(1)], "running")
    if what == "the folder":
        shutil.rmtree(folder)
    else:
        for path in folder.iterdir() if what == "the file and its log" else [folder / "runs.db"]:
            path.unlink()
    store.add_chunk("r1", 2, b"two", [frame(2)], "running")
    store.close()
    assert [path.name for path in folder.iterdir()] == ["runs.db"]
    again = Store(f"sqlite:///{folder / 'runs.db'}")
    assert [kept.epoch for kept in again.frames("r1")] == [1, 2]
    assert again.state("r1") == b"two"
    again.close()


@pytest.mark.parametrize("other", [b"", None], ids=["an empty file", "a database without tables"])
def test_a_file_without_tables_that_comes_instead_gets_them(store, tmp_path, other):
    path = tmp_path / "other.db"
    if other is None:
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE something (else_ TEXT)")
        connection.close()
    else:
        path.write_bytes(other)
    store.add_run(a_run())
    os.replace(path, tmp_path / "new" / "runs.db")
    assert store.run("r1") is None
    store.add_run(a_run("r2"))
    assert store.run("r2") == a_run("r2")


MADE = {
    "a folder": Path.mkdir,
    "a file of somebody's": lambda path: path.write_bytes(b"This is no database. " * 100),
    "a pipe, as a device": os.mkfifo,
}


@pytest.mark.parametrize("what", MADE)
def test_what_is_no_database_is_not_changed(tmp_path, what):
    path = tmp_path / "something"
    MADE[what](path)
    path.chmod(0o755)
    store = Store(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnavailable):
        store.add_run(a_run())
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    store.close()


@pytest.mark.parametrize("table", ["runs (kilometers REAL)", "frames (run TEXT, epoch INTEGER)", "rooms (size INTEGER)"])
def test_a_database_of_another_program_is_not_changed(tmp_path, table):
    path = tmp_path / "others.db"
    with closing(sqlite3.connect(path)) as others:
        others.execute(f"CREATE TABLE {table}")
    path.chmod(0o644)
    store = Store(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnavailable, match="belongs to another program"):
        store.add_run(a_run())
    store.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    with closing(sqlite3.connect(path)) as others:
        assert others.execute("SELECT sql FROM sqlite_master").fetchall() == [(f"CREATE TABLE {table}",)]


def test_deleting_while_many_write_loses_nothing(store, tmp_path):
    written = threading.Event()

    def insist(method, *arguments) -> None:
        # A connection that is being opened finds no file, and says so: then nothing was written, as the engine expects.
        while True:
            with suppress(DatabaseUnavailable):
                return method(*arguments)

    def write(run_id: str) -> None:
        insist(store.add_run, a_run(run_id))
        for epoch in range(1, 41):
            insist(store.add_chunk, run_id, epoch, bytes(10_000), [frame(epoch)], "running")
            written.set()

    names = [f"r{number}" for number in range(4)]
    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for _ in range(3):
        written.clear()
        assert written.wait(30)
        (tmp_path / "new" / "runs.db").unlink(missing_ok=True)
    for thread in threads:
        thread.join()
    store.close()
    again = Store(f"sqlite:///{tmp_path / 'new' / 'runs.db'}")
    for name in names:
        assert [kept.epoch for kept in again.frames(name)] == list(range(1, 41))
    again.close()


def test_a_database_that_is_deleted_after_the_last_write_is_put_back_at_the_end(store, tmp_path):
    path = tmp_path / "new" / "runs.db"
    store.add_run(a_run())
    path.unlink()
    store.close()
    again = Store(f"sqlite:///{path}")
    assert again.run("r1") == a_run()
    again.close()


def test_a_replaced_database_is_taken_as_it_is_and_ours_is_kept_beside(store, tmp_path):
    folder = tmp_path / "new"
    store.add_run(a_run())
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    other.add_run(a_run("r2"))
    other.close()
    os.replace(tmp_path / "other.db", folder / "runs.db")
    assert store.run("r1") is None
    assert store.run("r2") == a_run("r2")
    (kept,) = folder.glob("runs.db.before-*")
    with sqlite3.connect(kept) as connection:
        assert connection.execute("SELECT id FROM runs").fetchall() == [("r1",)]


def test_measurements_come_back_as_they_were_and_the_newer_one_stays(store):
    first = Measured("a", "gru_once", "adding_problem", 0.1 + 0.2, 60, "2026-11-29", {"keras": "3.15.1"})
    store.measurements.keep(first)
    newer = replace(first, loss=None, day="2026-11-30")
    other = replace(first, key="b", task="majority")
    for each in (newer, other):
        store.measurements.keep(each)
    assert store.measurements.all() == {"a": newer, "b": other}
