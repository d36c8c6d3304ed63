"""The engine with real workers: what an owner can ask, and what happens when processes are killed."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.catalog import program_key
from explorer.experiment import Experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.engine import Engine, Refused
from explorer.runtime.jobs import jobs
from explorer.runtime.questions import replays
from explorer.runtime.storage.store import Store
from tests.runs import QUICK, SMALL, epoch_of, losses, state_is, wait_for

ROOT = Path(__file__).resolve().parents[3]
LONG = replace(SMALL, epochs=5000)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('engine')}/runs.db")
    engine = Engine(store, Cluster(2), grace=None)
    assert engine.wait_ready(120)
    yield engine
    engine.close()
    store.close()


@pytest.fixture(scope="module")
def calm(engine):
    """The losses of SMALL, trained to the end without a disturbance."""
    run_id = engine.submit(SMALL, "me")
    state_is(engine, run_id, "done")
    return losses(engine.store, run_id)


def test_a_run_ends_with_every_frame(engine, calm):
    assert [frame[0] for frame in calm] == list(range(1, SMALL.epochs + 1))
    assert calm[-1][2] < calm[0][2]


def test_the_same_experiment_gives_the_same_losses_as_one_chunk_in_this_process(calm):
    frames = jobs.chunk(SMALL.to_dict(), None, SMALL.epochs, 1e9).frames
    assert [(frame.epoch, frame.loss, frame.val_loss) for frame in frames] == [frame[:3] for frame in calm]


def test_watching_changes_no_loss_and_what_is_watched_is_there_for_every_epoch(engine, calm, monkeypatch):
    # However slow the machine is.
    monkeypatch.setattr(replays, "MOST_SECONDS", 60.0)
    run_id = engine.submit(SMALL, "me", paused=True)
    pages = [engine.watch(run_id, lambda _: None, sequence) for sequence in (3, 6, None)]
    with pages[0], pages[1], pages[2]:
        engine.resume(run_id, "me")
        state_is(engine, run_id, "done")
    assert losses(engine.store, run_id) == calm
    run = engine.store.run(run_id)
    assert engine.store.tensors.tensors(run_id, 0, 1, SMALL.epochs) == {}
    for sequence in (3, 6):
        stored = engine.store.tensors.tensors(run_id, sequence, 1, SMALL.epochs)
        assert sorted(stored) == list(range(1, SMALL.epochs + 1))
    # A worker trains again what nobody watched.
    found = engine.tensors(run, 0, 0, SMALL.epochs, timeout=60)
    assert (sorted(found.tensors), found.reason) == (list(range(SMALL.epochs + 1)), "")


def test_a_page_that_will_watch_finds_the_epochs_before_it_came_and_the_losses_are_the_same(engine, calm):
    run_id = engine.submit(SMALL, "me", sequence=4)
    state_is(engine, run_id, "done")
    assert losses(engine.store, run_id) == calm
    assert sorted(engine.store.tensors.tensors(run_id, 4, 1, SMALL.epochs)) == list(range(1, SMALL.epochs + 1))
    engine.train_more(run_id, "me", SMALL.epochs + 2, sequence=5)
    state_is(engine, run_id, "done")
    assert sorted(engine.store.tensors.tensors(run_id, 5, 1, 99)) == [SMALL.epochs + 1, SMALL.epochs + 2]
    # A page that has come counts as it says itself.
    other = engine.submit(replace(SMALL, epochs=500), "me", sequence=4)
    with engine.watch(other, lambda _: None):
        state_is(engine, other, "done")
    assert engine.store.tensors.tensors(other, 4, 500, 500) == {}


def test_pausing_and_stepping_change_no_loss(engine, calm):
    run_id = engine.submit(SMALL, "me", steps=1)
    state_is(engine, run_id, "paused")
    assert epoch_of(engine, run_id) == 1
    for epoch in (2, 3):
        engine.step(run_id, "me")
        state_is(engine, run_id, "paused")
        assert epoch_of(engine, run_id) == epoch
    engine.resume(run_id, "me")
    wait_for(lambda: epoch_of(engine, run_id) > 3)
    engine.pause(run_id, "me")
    assert engine.status(run_id)["state"] in ("paused", "done")
    engine.resume(run_id, "me")
    state_is(engine, run_id, "done")
    assert losses(engine.store, run_id) == calm


def test_a_paused_run_stays_where_it_is(engine):
    run_id = engine.submit(LONG, "me")
    wait_for(lambda: epoch_of(engine, run_id) > 0)
    engine.pause(run_id, "me")
    epoch = epoch_of(engine, run_id)
    # A chunk may still be in flight; another run to its end shows that it has come back and was dropped.
    other = engine.submit(replace(SMALL, seed=3, epochs=2), "me")
    state_is(engine, other, "done")
    assert engine.status(run_id)["state"] == "paused"
    assert epoch_of(engine, run_id) == epoch == len(engine.store.frames(run_id))
    engine.stop(run_id, "me")


def test_a_stopped_run_ends_and_cannot_go_on(engine):
    run_id = engine.submit(LONG, "me")
    wait_for(lambda: epoch_of(engine, run_id) > 0)
    engine.stop(run_id, "me")
    assert engine.status(run_id)["state"] == "stopped"
    epoch = epoch_of(engine, run_id)
    engine.resume(run_id, "me")
    engine.step(run_id, "me")
    assert engine.status(run_id)["state"] == "stopped"
    assert len(engine.store.frames(run_id)) == epoch


def test_reset_starts_anew_and_keeps_the_old_run(engine, calm):
    first = engine.submit(SMALL, "me", steps=4)
    state_is(engine, first, "paused")
    second = engine.reset(first, "me")
    assert engine.status(first)["state"] == "stopped"
    assert (engine.status(second)["state"], epoch_of(engine, second)) == ("paused", 0)
    engine.resume(second, "me")
    state_is(engine, second, "done")
    assert losses(engine.store, second) == calm
    assert losses(engine.store, first) == calm[:4]
    third = engine.reset(second, "me", replace(SMALL, seed=4))
    assert (engine.status(third)["state"], epoch_of(engine, third)) == ("paused", 0)
    assert engine.open(third, "me").experiment == replace(SMALL, seed=4)
    assert engine.status(second)["state"] == "done"


def test_a_run_that_has_ended_trains_on_as_if_it_had_been_longer(engine, calm):
    short = engine.submit(replace(SMALL, epochs=3), "me")
    state_is(engine, short, "done")
    engine.train_more(short, "me", 3)
    assert engine.status(short)["state"] == "done"
    engine.train_more(short, "me", SMALL.epochs)
    wait_for(lambda: epoch_of(engine, short) == SMALL.epochs)
    state_is(engine, short, "done")
    assert losses(engine.store, short) == calm
    assert engine.open(short, "me").experiment == SMALL
    stopped = engine.submit(SMALL, "me", steps=2)
    state_is(engine, stopped, "paused")
    engine.stop(stopped, "me")
    engine.train_more(stopped, "me", SMALL.epochs)
    wait_for(lambda: epoch_of(engine, stopped) == SMALL.epochs)
    assert losses(engine.store, stopped) == calm
    with pytest.raises(Refused, match="belongs to somebody else"):
        engine.train_more(stopped, "you", 20)


def test_a_third_run_takes_its_turn_and_nothing_mixes(engine):
    wanted = [replace(SMALL, seed=seed, epochs=150) for seed in (11, 12, 13)]
    runs = [engine.submit(experiment, "me") for experiment in wanted]
    sharing = wait_for(lambda: engine.status(runs[2])["sharing"])
    assert sharing == {"runs": 3, "workers": 2}
    for run_id, experiment in zip(runs, wanted, strict=True):
        state_is(engine, run_id, "done")
        frames = jobs.chunk(experiment.to_dict(), None, 3, 1e9).frames
        assert [frame[1] for frame in losses(engine.store, run_id)[:3]] == [frame.loss for frame in frames]
        assert [frame[0] for frame in losses(engine.store, run_id)] == list(range(1, 151))


def holders(engine: Engine, experiment: Experiment) -> list[str]:
    return [address for address, worker in engine._core.scheduler.workers.items() if worker.has(experiment)]


def programs(engine: Engine) -> list[set[str]]:
    return [set(worker.programs) for worker in engine._core.scheduler.workers.values()]


def test_what_a_page_rests_on_is_compiled_ahead_and_what_it_left_is_not(engine):
    rests, left = replace(QUICK, units=11), replace(QUICK, units=12)
    for experiment in (rests, left):
        engine.describe(experiment)
    asked = []
    submit = engine._core.cluster.submit

    def listen(function, *arguments, **more):
        asked.append((function, arguments[0]["units"]))
        if function is jobs.trace and arguments[0]["units"] == 12:
            engine.compile_ahead("a page", rests)
        return submit(function, *arguments, **more)

    engine._core.cluster.submit = listen
    try:
        engine.compile_ahead("a page", left)
        wait_for(lambda: any(program_key(rests) in held for held in programs(engine)))
    finally:
        del engine._core.cluster.submit
    assert asked == [(jobs.trace, 12), (jobs.trace, 11), (jobs.prepare, 11)]
    assert not any(program_key(left) in held for held in programs(engine))


def test_a_run_waits_for_the_worker_that_compiles_for_it(engine):
    experiment = replace(QUICK, units=13, epochs=3)
    engine.describe(experiment)
    engine.compile_ahead("a page", experiment)
    compiling = wait_for(
        lambda: [address for address, worker in engine._core.scheduler.workers.items() if worker.has(experiment)]
    )
    run_id = engine.submit(experiment, "me")
    state_is(engine, run_id, "done")
    assert holders(engine, experiment) == compiling


def test_a_watcher_is_told(engine):
    urgent = threading.Event()

    def on_news(is_urgent: bool) -> None:
        if is_urgent:
            urgent.set()

    run_id = engine.submit(replace(SMALL, epochs=2), "me", paused=True)
    with engine.watch(run_id, on_news):
        engine.resume(run_id, "me")
        assert urgent.wait(60)
        state_is(engine, run_id, "done")


def test_a_run_past_the_limit_is_refused_with_its_estimate(engine):
    huge = Experiment("stacked_gru", "delayed_echo", timesteps=200, units=256, samples=4096, epochs=500)
    with pytest.raises(Refused, match=r"This run would take about [\d.]+ hours, and the limit is 1 hour\."):
        engine.submit(huge, "me")
    # Once the shapes are known a page says so before anybody presses.
    assert engine.refusal(huge).startswith("This run would take about")
    assert engine.refusal(replace(huge, epochs=1, samples=32)) == ""


def test_a_loss_that_is_no_number_ends_the_run_and_names_the_epoch(engine):
    run_id = engine.submit(replace(SMALL, learning_rate=1e38), "me")
    state_is(engine, run_id, "failed")
    status = engine.status(run_id)
    assert f"in epoch {status['epoch']}." in status["reason"]
    assert engine.store.frames(run_id)[-1].loss is None or engine.store.frames(run_id)[-1].val_loss is None


def test_only_the_owner_lets_a_held_run_go_on(engine):
    run_id = engine.submit(replace(SMALL, epochs=3), "me", paused=True)
    engine.store.set_state(run_id, "paused", held="restart")
    assert engine.open(run_id, "somebody").state == "paused"
    assert engine.open(run_id, "me").state in ("queued", "running")
    state_is(engine, run_id, "done")
    assert engine.open("nothing", "me") is None


def test_a_killed_worker_changes_no_loss(engine, calm):
    wanted = replace(SMALL, epochs=500)
    run_id = engine.submit(wanted, "me")
    wait_for(lambda: epoch_of(engine, run_id) > 0)
    busy = wait_for(lambda: engine._core.scheduler.runs[run_id].worker)
    pids = engine._core.cluster._client.run(os.getpid)
    os.kill(pids[busy], signal.SIGKILL)
    epoch = epoch_of(engine, run_id)
    wait_for(lambda: epoch_of(engine, run_id) > epoch + 30)
    engine.stop(run_id, "me")
    assert [frame[:3] for frame in losses(engine.store, run_id)[: len(calm)]] == [frame[:3] for frame in calm]
    assert [frame[0] for frame in losses(engine.store, run_id)] == list(range(1, epoch_of(engine, run_id) + 1))
