"""What is stored comes back as it was, all of a chunk or nothing, and nothing is ever lost."""

from __future__ import annotations

import sqlite3
import threading

import numpy as np
import pytest
import sqlalchemy as sql

from explorer.spec import Experiment, Frame
from explorer.store import Run, Store

EXPERIMENT = Experiment("gru_every_step", "delayed_echo", knobs={"delay": 2})


def frame(epoch: int, loss: float = 0.5, accuracy: float | None = None) -> Frame:
    outputs = np.linspace(-1, 1, 2 * 3, dtype=np.float32).reshape(2, 3, 1) * epoch
    return Frame(epoch, loss, loss + 0.1, accuracy, accuracy, outputs)


def a_run(run_id: str = "r1", state: str = "running") -> Run:
    return Run(run_id, "me", EXPERIMENT, state, "", "", 0)


@pytest.fixture
def store(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'new' / 'runs.db'}")
    yield store
    store.close()


def test_a_run_comes_back_as_it_was(store):
    store.add_run(a_run())
    assert store.run("r1") == a_run()
    assert store.run("r2") is None


def test_frames_come_back_in_order_after_an_epoch(store):
    store.add_run(a_run())
    store.add_chunk("r1", 2, b"two", [frame(1, 0.1 + 0.2, 0.75), frame(2)], "running")
    store.add_chunk("r1", 3, b"three", [frame(3)], "done")
    first, second, third = store.frames("r1")
    assert (first.epoch, first.loss, first.accuracy) == (1, 0.1 + 0.2, 0.75)
    np.testing.assert_allclose(second.array, frame(2).outputs, rtol=1e-3)
    assert third.accuracy is None
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
    with pytest.raises(sql.exc.SQLAlchemyError):
        store.add_chunk("r1", 2, b"a", [frame(1), frame(1)], "running")
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


def test_what_a_dead_server_left_running_is_held(store):
    for state in ("queued", "running", "paused", "done"):
        store.add_run(a_run(state, state))
    assert store.hold_unfinished() == 2
    assert [(store.run(name).state, store.run(name).held) for name in ("queued", "running", "paused", "done")] == [
        ("paused", "restart"),
        ("paused", "restart"),
        ("paused", ""),
        ("done", ""),
    ]


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
