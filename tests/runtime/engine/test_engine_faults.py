"""What happens to runs when the database, a worker or a second server is in the way: nothing is lost, and it is said."""

from __future__ import annotations

import sqlite3
import threading
import time
from dataclasses import replace

import pytest

from explorer.catalog import program_key
from explorer.experiment import Experiment
from explorer.runtime.engine import chunks, cluster_monitor, store_writer
from explorer.runtime.engine import engine as engine_module
from explorer.runtime.engine.engine import Engine, NotTheOwner, Refused
from explorer.runtime.storage import database, database_errors, quotas
from explorer.runtime.storage.store import Store
from tests.disks import resize, small_disk
from tests.fake_cluster import FakeCluster, trained
from tests.runs import epoch_of, losses, state_is, wait_for

SMALL = Experiment(
    "gru_every_step",
    "delayed_echo",
    timesteps=6,
    features=2,
    units=7,
    samples=64,
    batch=32,
    epochs=60,
    knobs={"delay": 2},
)
LONG = replace(SMALL, epochs=500)
ENDLESS = replace(SMALL, epochs=100_000)


@pytest.fixture(scope="module")
def calm() -> list[tuple]:
    """Epochs and losses of SMALL, trained without a disturbance."""
    frames, _ = trained(ENDLESS, None, 2000)
    return [(frame.epoch, frame.loss, frame.val_loss) for frame in frames]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(database, "SECONDS_FOR_A_LOCK", 0.1)
    monkeypatch.setattr(store_writer, "SECONDS_BETWEEN_TRIES", 0.05)
    monkeypatch.setattr(store_writer, "SECONDS_BETWEEN_LEASES", 0.1)
    monkeypatch.setattr(cluster_monitor, "SECONDS_BETWEEN_LOOKS", 0.05)
    # Short chunks, so that a run of many epochs is still going on when something happens to it.
    monkeypatch.setattr(chunks, "CHUNK_SECONDS", 0.01)
    monkeypatch.setattr(chunks, "OVERHEAD", 1e9)


@pytest.fixture
def engines(tmp_path):
    """Makes engines on one database, and ends them."""
    made = []

    def make(workers: int = 1, url: str = f"sqlite:///{tmp_path}/runs.db", **more) -> Engine:
        engine = Engine(Store(url), FakeCluster(workers), **{"grace": None, **more})
        made.append(engine)
        assert engine.wait_ready(60)
        return engine

    yield make
    for engine in made:
        engine.close()
        engine.store.close()


def started(engine: Engine, experiment: Experiment = LONG, visitor: str = "me", epochs: int = 3) -> str:
    """A run that has trained some epochs."""
    run_id = engine.submit(experiment, visitor)
    wait_for(lambda: engine.status(run_id)["epoch"] >= epochs)
    return run_id


def ends_as_the_calm_one(engine: Engine, run_id: str, calm: list[tuple], epochs: int = LONG.epochs) -> None:
    state_is(engine, run_id, "done")
    kept = losses(engine.store, run_id)
    assert [frame[0] for frame in kept] == list(range(1, epochs + 1))
    assert [frame[:3] for frame in kept] == calm[:epochs]


def goes_on_as_the_calm_one(engine: Engine, run_id: str, calm: list[tuple]) -> None:
    """A run without end trains on; what it has trained so far is what a calm one has, as far as that goes."""
    epoch = engine.status(run_id)["epoch"]
    wait_for(lambda: engine.status(run_id)["epoch"] > epoch + 20)
    engine.stop(run_id, "me")
    kept = losses(engine.store, run_id)
    assert [frame[0] for frame in kept] == list(range(1, engine.status(run_id)["epoch"] + 1))
    assert [frame[:3] for frame in kept][: len(calm)] == calm[: len(kept)]


def lock(tmp_path) -> sqlite3.Connection:
    other = sqlite3.connect(tmp_path / "runs.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_a_locked_database_holds_the_runs_with_a_sentence_and_they_go_on_by_themselves(engines, tmp_path, calm):
    engine = engines()
    news = threading.Event()
    run_id = started(engine, ENDLESS)
    other = lock(tmp_path)
    with engine.watch(run_id, lambda urgent: news.set() if urgent else None):
        wait_for(lambda: engine.status(run_id)["reason"])
        assert news.wait(10)
    status = engine.status(run_id)
    assert status["reason"] == "The database is locked by another program. The run waits, and will continue by itself."
    assert (status["state"], status["epoch"]) == ("queued", len(engine.store.frames(run_id)))
    with pytest.raises(Refused, match=r"^The database is locked by another program. Nothing was started. Try again"):
        engine.submit(SMALL, "you")
    other.execute("ROLLBACK")
    other.close()
    wait_for(lambda: not engine.status(run_id)["reason"])
    goes_on_as_the_calm_one(engine, run_id, calm)


def test_buttons_answer_at_once_while_the_database_is_locked_and_what_they_did_stays(engines, tmp_path, monkeypatch, calm):
    engine = engines()
    stopped, resting = (started(engine, replace(ENDLESS, seed=seed)) for seed in (1, 2))
    paused = started(engine, ENDLESS)
    engine.pause(resting, "me")
    epoch = engine.status(resting)["epoch"]
    other = lock(tmp_path)
    wait_for(lambda: engine.status(paused)["reason"])
    # Only the engine's own thread tries the database again: a button that did would wait for the lock.
    writers = set()
    set_state = engine.store.set_state

    def note_and_set(*arguments):
        writers.add(threading.current_thread().name)
        set_state(*arguments)

    monkeypatch.setattr(engine.store, "set_state", note_and_set)
    engine.pause(paused, "me")
    engine.stop(stopped, "me")
    assert [engine.status(run)["state"] for run in (paused, stopped)] == ["paused", "stopped"]
    assert engine.status(paused)["reason"].endswith("Your click is remembered, and is stored as soon as that is possible.")
    assert engine.status(resting)["epoch"] == epoch
    other.execute("ROLLBACK")
    other.close()
    wait_for(lambda: engine.store.run(paused).state == "paused" and engine.store.run(stopped).state == "stopped")
    assert writers == {"writer"}
    wait_for(lambda: len(engine.store.frames(paused)) == engine.status(paused)["epoch"])
    engine.resume(paused, "me")
    goes_on_as_the_calm_one(engine, paused, calm)
    engine.resume(resting, "me")
    wait_for(lambda: engine.status(resting)["epoch"] > epoch)
    engine.stop(resting, "me")


@pytest.mark.parametrize("which", [1, 3, 7])
def test_a_write_that_fails_once_leaves_no_gap(engines, monkeypatch, calm, which):
    engine = engines()
    add_chunk, calls = engine.store.add_chunk, []

    def fail_once(*arguments):
        calls.append(arguments[1])
        if len(calls) == which:
            raise database_errors.DatabaseUnavailable(database_errors.NO_ANSWER)
        return add_chunk(*arguments)

    monkeypatch.setattr(engine.store, "add_chunk", fail_once)
    run_id = engine.submit(LONG, "me")
    ends_as_the_calm_one(engine, run_id, calm)
    assert len(calls) > which


def test_a_write_that_was_kept_though_it_seemed_to_fail_is_not_doubled(engines, monkeypatch, calm):
    engine = engines()
    add_chunk, calls = engine.store.add_chunk, []

    def keep_and_fail(*arguments):
        add_chunk(*arguments)
        calls.append(arguments[1])
        if len(calls) == 2:
            raise database_errors.DatabaseUnavailable(database_errors.NO_ANSWER)

    monkeypatch.setattr(engine.store, "add_chunk", keep_and_fail)
    run_id = engine.submit(SMALL, "me")
    ends_as_the_calm_one(engine, run_id, calm, SMALL.epochs)


def test_a_full_disk_holds_the_run_and_more_room_lets_it_go_on(engines, tmp_path, calm):
    disk = tmp_path / "disk"
    with small_disk(disk, megabytes=2):
        engine = engines(url=f"sqlite:///{disk}/runs.db")
        run_id = engine.submit(LONG, "me")
        ballast = disk / "ballast"
        with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
            while True:
                file.write(bytes(4096))
        reason = wait_for(lambda: engine.status(run_id)["reason"])
        assert reason.startswith(("The disk that holds the database is full.", database_errors.FAILS))
        assert engine.status(run_id)["state"] == "queued"
        resize(disk, megabytes=16)
        ends_as_the_calm_one(engine, run_id, calm)
        engine.close()
        engine.store.close()


def test_a_database_that_is_deleted_in_mid_run_is_put_back(engines, tmp_path, calm):
    engine = engines()
    run_id = started(engine, ENDLESS)
    for path in tmp_path.glob("runs.db*"):
        path.unlink()
    goes_on_as_the_calm_one(engine, run_id, calm)
    engine.close()
    again = Store(f"sqlite:///{tmp_path}/runs.db")
    kept = losses(again, run_id)
    assert [frame[:3] for frame in kept][: len(calm)] == calm[: len(kept)]
    again.close()


def test_a_server_starts_though_its_database_is_locked(engines, tmp_path, calm):
    first = engines()
    run_id = started(first, ENDLESS)
    first.close()
    other = lock(tmp_path)
    second = engines()
    with pytest.raises(Refused, match="Nothing was started"):
        second.submit(SMALL, "me")
    other.execute("ROLLBACK")
    other.close()
    wait_for(lambda: second.open(run_id, "me").state in ("queued", "running"))
    goes_on_as_the_calm_one(second, run_id, calm)


def test_one_server_takes_over_what_another_trains_and_nothing_mixes(engines, calm):
    first, second = engines(), engines()
    run_id = started(first, ENDLESS)
    assert second.status(run_id)["elsewhere"]
    assert second.status(run_id)["state"] in ("queued", "running")
    second.pause(run_id, "me")
    epoch = second.status(run_id)["epoch"]
    wait_for(lambda: run_id not in first._core.scheduler.runs)
    assert first.status(run_id)["state"] == "paused"
    assert first.status(run_id)["epoch"] == epoch == len(first.store.frames(run_id))
    first.resume(run_id, "me")
    wait_for(lambda: first.status(run_id)["epoch"] > epoch)
    second.step(run_id, "me")  # It is not paused, and stays where it is.
    goes_on_as_the_calm_one(first, run_id, calm)


def test_a_second_server_leaves_the_runs_of_the_first_alone(engines, calm):
    first = engines()
    run_id = started(first)
    engines()
    ends_as_the_calm_one(first, run_id, calm)


def test_only_the_owners_secret_changes_a_run(engines, calm):
    engine = engines()
    run_id = started(engine, ENDLESS)
    for forged in ("", "you", engine.store.run(run_id).owner, run_id):
        for act in (engine.pause, engine.stop, engine.step, engine.resume, engine.reset):
            with pytest.raises(NotTheOwner, match="This run belongs to somebody else: you can watch it"):
                act(run_id, forged)
        with pytest.raises(NotTheOwner):
            engine.set_kept(run_id, forged, True)
        assert engine.open(run_id, forged).state == "running"
    for act in (engine.pause, engine.stop, engine.step, engine.resume, engine.reset):
        with pytest.raises(Refused, match="There is no run called nothing"):
            act("nothing", "me")
    assert not engine.store.run(run_id).kept
    goes_on_as_the_calm_one(engine, run_id, calm)
    assert len({engine.submit(replace(SMALL, seed=seed), f"visitor {seed}") for seed in range(20)}) == 20
    assert len(run_id) == 32


def test_a_visitor_has_so_many_runs_and_no_more(engines, monkeypatch):
    engine = engines()
    mine = [engine.submit(replace(ENDLESS, seed=seed), "me") for seed in range(quotas.RUNS_OF_A_VISITOR)]
    with pytest.raises(Refused, match=r"^You have 10 runs that are not finished, and may have 10\. Pause or stop one"):
        engine.submit(LONG, "me")
    engine.submit(ENDLESS, "you")
    again = engine.reset(mine[0], "me")
    assert engine.status(mine[0])["state"] == "stopped"
    engine.resume(again, "me")
    with pytest.raises(Refused, match="You have 10 runs"):
        engine.submit(LONG, "me")
    engine.pause(again, "me")
    engine.submit(ENDLESS, "me")
    monkeypatch.setattr(engine._core.quotas, "_runs_in_all", 11)
    with pytest.raises(Refused, match="This server trains at most 11 runs at a time, and has as many now"):
        engine.submit(SMALL, "a third")


def test_turns_are_fair_where_runs_share_one_worker(engines, calm):
    engine = engines()
    first = started(engine, ENDLESS)
    second = started(engine, replace(ENDLESS, seed=1, units=9))
    for _ in range(3):
        # Each goes on while the other does.
        before = [epoch_of(engine, run_id) for run_id in (first, second)]
        wait_for(lambda before=before: epoch_of(engine, first) > before[0] and epoch_of(engine, second) > before[1])
        assert [engine.status(run_id)["state"] for run_id in (first, second)] == ["running"] * 2
    engine.stop(second, "me")
    goes_on_as_the_calm_one(engine, first, calm)


def test_deaths_of_workers_change_no_loss_and_a_run_that_kills_each_fails(engines, monkeypatch, calm):
    monkeypatch.setattr(chunks, "SECONDS_AFTER_A_DEATH", (0.0, 0.0, *[0.02] * 5))
    engine = engines(workers=2)
    run_id = started(engine, ENDLESS)
    for _ in range(5):
        engine._core.cluster.deaths = 7
        # While no other worker is up, that is said in its place.
        said = wait_for(lambda: (reason := engine.status(run_id)["reason"]).endswith("It is tried again.") and reason)
        assert "ended" in said
        wait_for(lambda: not engine._core.cluster.deaths)
        epoch = engine.status(run_id)["epoch"]
        wait_for(lambda epoch=epoch: engine.status(run_id)["epoch"] > epoch)
    goes_on_as_the_calm_one(engine, run_id, calm)
    engine._core.cluster.deaths = 1000
    fatal = engine.submit(SMALL, "me")
    state_is(engine, fatal, "failed")
    assert engine.status(fatal)["reason"] == "The worker that trained this ended 8 times in epoch 1."
    engine._core.cluster.deaths = 0


def test_a_silent_worker_is_told_and_replaced(engines, monkeypatch, calm):
    engine = engines()
    run_id = started(engine, ENDLESS)
    engine._core.cluster.silent = 7.0
    reason = wait_for(lambda: engine.status(run_id)["reason"])
    assert reason == (
        "The worker that trains this has not answered for 7 seconds. If it stays silent, another worker continues the run."
    )
    before = engine._core.cluster.addresses()
    engine._core.cluster.silent = 30.0
    wait_for(lambda: engine._core.cluster.addresses() != before)
    goes_on_as_the_calm_one(engine, run_id, calm)


def test_when_all_workers_have_ended_the_run_says_so_and_goes_on_with_their_successors(engines, calm):
    engine = engines()
    run_id = started(engine, ENDLESS)
    cluster = engine._core.cluster
    cluster.paused.set()
    gone = cluster.lose_workers()
    reason = wait_for(lambda: engine.status(run_id)["reason"])
    assert reason == (
        "No worker is up: all of them ended, and are being started anew, which takes some seconds. "
        "The run waits, and will continue by itself."
    )
    cluster.paused.clear()
    cluster.come_back(gone)
    wait_for(lambda: not engine.status(run_id)["reason"])
    goes_on_as_the_calm_one(engine, run_id, calm)


def test_an_epoch_without_end_fails_its_run_and_frees_the_worker(engines, monkeypatch, calm):
    monkeypatch.setattr(chunks, "MOST_CHECKS", 5)
    engine = engines()
    engine._core.cluster.hanging.add(77)
    run_id = engine.submit(replace(SMALL, seed=77), "me")
    state_is(engine, run_id, "failed")
    assert engine.status(run_id)["reason"].startswith("Epoch 1 was not done within 10 minutes. Take fewer")
    ends_as_the_calm_one(engine, engine.submit(LONG, "you"), calm)


def test_a_run_whose_model_is_being_compiled_says_so(engines):
    engine = engines()
    engine._core.cluster.paused.set()
    run_id = engine.submit(replace(SMALL, units=9, epochs=2), "me")
    wait_for(lambda: engine.status(run_id)["compiling"])
    engine._core.cluster.go_on()
    state_is(engine, run_id, "done")
    assert not engine.status(run_id)["compiling"]


def test_a_scheduler_that_is_lost_is_told(engines, calm):
    engine = engines()
    run_id = started(engine, ENDLESS)
    engine._core.cluster.lost = "The scheduler does not answer; trying again."
    said = wait_for(lambda: engine.status(run_id)["reason"])
    assert said == ("The scheduler does not answer; trying again. The run waits, and will continue by itself.")
    engine._core.cluster.lost = ""
    goes_on_as_the_calm_one(engine, run_id, calm)


def test_what_pages_open_with_is_described_and_compiled_on_every_worker(engines):
    engine = engines(workers=2, first=SMALL)
    cluster, key = engine._core.cluster, program_key(SMALL)
    wait_for(lambda: all(key in worker.programs for worker in engine._core.scheduler.workers.values()))
    assert cluster.ahead == [("prepare", SMALL)] * 2
    assert engine.describe(SMALL)


def test_a_run_that_nobody_watches_pauses_and_goes_on_when_its_owner_comes(engines):
    engine = engines(grace=0.05)
    watched, unwatched = (replace(ENDLESS, seed=seed) for seed in (1, 2))
    # Paused until it is watched: on a loaded machine the grace would be over before. And it is watched all the time that it
    # trains, as a run is that a page pauses and resumes.
    watched = engine.submit(watched, "me", paused=True)
    with engine.watch(watched, lambda _: None):
        engine.resume(watched, "me")
        unwatched = engine.submit(unwatched, "me")
        state_is(engine, unwatched, "paused")
        wait_for(lambda: engine.store.run(unwatched).held == "unwatched")
        epoch = engine.status(watched)["epoch"]
        wait_for(lambda: engine.status(watched)["epoch"] > epoch)
        assert engine.open(unwatched, "somebody").state == "paused"
        assert engine.open(unwatched, "me").state in ("queued", "running")


def test_what_rests_takes_no_memory(engines):
    engine = engines()
    runs = [
        engine.submit(replace(SMALL, seed=seed, epochs=2), f"visitor {seed}", paused=seed % 2 == 0) for seed in range(10)
    ]
    for run_id in runs[1::2]:
        state_is(engine, run_id, "done")
    paused = started(engine)
    engine.pause(paused, "me")
    wait_for(lambda: not engine._core.scheduler.runs)
    engine.resume(paused, "me")
    wait_for(lambda: engine._core.scheduler.runs)


def test_where_the_database_has_no_room_no_run_is_started_and_none_is_lost(engines, monkeypatch):
    monkeypatch.setenv("EXPLORER_DATABASE_GB", "0.000001")
    engine = engines()
    run_id = started(engine)
    wait_for(lambda: engine.store.size() > 1000)
    engine._core.retention.sweep()
    with pytest.raises(Refused, match=r"^The database is full: its runs take .* MB, and the limit is 0.0 MB"):
        engine.submit(SMALL, "you")
    state_is(engine, run_id, "done")
    assert len(engine.store.frames(run_id)) == LONG.epochs


def test_so_many_runs_can_be_kept_and_no_more(engines, monkeypatch):
    monkeypatch.setattr(engine_module, "KEPT_RUNS_OF_A_VISITOR", 1)
    engine = engines()
    first, second = (engine.submit(replace(SMALL, seed=seed), "me", paused=True) for seed in (1, 2))
    engine.set_kept(first, "me", True)
    engine.set_kept(first, "me", True)
    with pytest.raises(Refused, match=r"^You keep 1 runs, and no more are allowed"):
        engine.set_kept(second, "me", True)
    engine.set_kept(first, "me", False)
    engine.set_kept(second, "me", True)
    assert engine.open(second, "me").kept and not engine.open(first, "me").kept


def test_of_one_visitors_codes_one_is_checked_at_a_time(engines):
    engine = engines(workers=2)
    codes = [
        f"import keras\nmodel = keras.Sequential([keras.Input((6, {size})), keras.layers.GRU(5)])" for size in range(2, 8)
    ]
    at_once, most = [], []

    def check(code: str, visitor: str) -> None:
        with engine._core.queries._turn_to_check(visitor, time.monotonic() + 60):
            at_once.append(visitor)
            most.append((len(at_once), at_once.count(visitor)))
            at_once.remove(visitor)
        engine.check(code, timeout=60, visitor=visitor)

    threads = [threading.Thread(target=check, args=(code, f"visitor {place % 3}")) for place, code in enumerate(codes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == len(codes)
    assert max(total for total, _ in most) <= 2 and max(own for _, own in most) == 1
