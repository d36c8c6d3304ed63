"""What flows within a run's model at any epoch: stored where it was watched, else trained again, the same bit for bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sql

from explorer.experiment import Experiment, Frame, Pasted
from explorer.runtime.jobs import batch_job, jobs, replay_job
from explorer.runtime.questions import replays
from explorer.runtime.questions.queries import Refused
from explorer.runtime.questions.replays import Replays
from explorer.runtime.storage import stored_tensors
from explorer.runtime.storage.records import Run
from explorer.runtime.storage.store import Store
from explorer.runtime.storage.tables import BYTES_OF_A_FRAME, FRAMES, KEY_FRAMES, RUNS, TENSORS
from explorer.training.program import Program
from explorer.training.trainer import Trainer
from tests.fake_cluster import FakeCluster
from tests.runs import SMALL

WATCHED, OTHER = 3, 5
ENDS = (1, 4, 9, 16, 23)  # the epochs that chunks end with
RUN = Run("r1", "o" * 64, replace(SMALL, epochs=ENDS[-1]), "done", "", "", ENDS[-1])


@pytest.fixture(scope="module")
def chunks() -> list[tuple[bytes, list[Frame]]]:
    found, state = [], None
    for end in ENDS:
        state, frames, _ = jobs.chunk(RUN.experiment.to_dict(), state, end, 1e9, (WATCHED,))
        found.append((state, frames))
    return found


@pytest.fixture
def store(tmp_path, chunks):
    store = Store(f"sqlite:///{tmp_path}/runs.db")
    store.add_run(RUN)
    for end, (state, frames) in zip(ENDS, chunks, strict=True):
        store.add_chunk(RUN.id, end, state, frames, "done")
    yield store
    store.close()


@pytest.fixture
def cluster():
    return FakeCluster()


@pytest.fixture
def asked(store, cluster):
    """Replays that ask workers of `cluster`, which run what they are given in this process."""
    return Replays(store.tensors, lambda _: cluster, lambda _: None, at_once=1)


def forget_key_frames(store: Store) -> None:
    with store.database.transaction() as connection:
        connection.execute(KEY_FRAMES.delete())


def bytes_there(store: Store, run_id: str) -> int:
    """What the rows of a run take that are counted here, by the length of their content."""
    with store.database.transaction() as connection:
        return sum(
            row[0] + stored_tensors.BYTES_OF_A_ROW
            for table, content in ((KEY_FRAMES, KEY_FRAMES.c.state), (TENSORS, TENSORS.c.numbers))
            for row in connection.execute(sql.select(sql.func.length(content)).where(table.c.run == run_id))
        )


class Clock:
    """A clock that is so many seconds later whenever it is read."""

    def __init__(self, seconds: float) -> None:
        self._now, self._seconds = 0.0, seconds

    def __call__(self) -> float:
        self._now += self._seconds
        return self._now


def test_what_was_watched_is_stored_and_no_worker_is_asked(asked, cluster, chunks):
    cluster.deaths = 99
    found = asked.tensors(RUN, WATCHED, 1, 23, None, 10)
    assert found.tensors == {frame.epoch: frame.tensors[WATCHED] for _, frames in chunks for frame in frames}
    assert (found.drawings, found.reason) == ({}, "")


def test_epochs_that_nobody_watched_are_the_same_from_whichever_state_they_are_trained(asked, store, cluster, chunks):
    late = asked.tensors(RUN, OTHER, 18, 20, None, 10).tensors
    forget_key_frames(store)  # As a run of before has none.
    fresh = Replays(store.tensors, lambda _: cluster, lambda _: None, at_once=1)
    whole = fresh.tensors(RUN, OTHER, 0, 23, None, 10).tensors
    assert sorted(whole) == list(range(24))
    assert late == {epoch: whole[epoch] for epoch in (18, 19, 20)}
    again = jobs.chunk(RUN.experiment.to_dict(), chunks[2][0], 12, 1e9, (OTHER,)).frames
    assert {frame.epoch: frame.tensors[OTHER] for frame in again} == {epoch: whole[epoch] for epoch in (10, 11, 12)}
    # By Keras and NumPy, without the compiled epoch.
    for epoch, state in ((0, None), (9, chunks[2][0])):
        by_hand = np.frombuffer(replay_job.look(RUN.experiment, state, OTHER, None)[0], "<f2")
        np.testing.assert_allclose(by_hand, np.frombuffer(whole[epoch], "<f2"), rtol=1e-3, atol=1e-3)


def test_epochs_that_are_not_trained_yet_are_absent(asked, cluster):
    assert sorted(asked.tensors(RUN, OTHER, 22, 40, None, 10).tensors) == [22, 23]
    cluster.deaths = 99
    assert asked.tensors(RUN, OTHER, 24, 40, None, 10) == ({}, {}, "")


def test_an_opened_layer_is_drawn_with_the_weights_of_that_epoch(asked, cluster):
    found = asked.tensors(RUN, WATCHED, 8, 9, "memory", 10)
    assert set(found.drawings) == {8, 9}
    numbers = np.frombuffer(found.tensors[9], "<f2")[: 7 * 6].reshape(7, 6)
    drawn = np.array(found.drawings[9]["grid"])
    np.testing.assert_allclose(drawn, numbers[: len(drawn)], atol=2e-2)
    cluster.deaths = 99  # Kept, as is that a layer has none.
    assert asked.tensors(RUN, WATCHED, 8, 9, "memory", 10).drawings == found.drawings


def test_a_replay_that_would_take_too_long_is_a_sentence(asked, monkeypatch):
    monkeypatch.setattr(replay_job, "SECONDS_OF_A_SLICE", 0.0)
    monkeypatch.setattr(replays, "MOST_SECONDS", 1e-9)
    found = asked.tensors(RUN, OTHER, 12, 15, None, 10)
    assert found.reason.startswith("Epoch 15 was not watched while it trained.")
    assert 15 not in found.tensors
    # Of a range, what does not take too long is there.
    monkeypatch.setattr(replay_job.time, "perf_counter", Clock(seconds=1.0))
    monkeypatch.setattr(replays, "MOST_SECONDS", 4.0)
    found = asked.tensors(RUN, WATCHED + 1, 10, 15, None, 10)
    assert 1 <= len(found.tensors) < 6
    assert sorted(found.tensors) == list(range(10, 10 + len(found.tensors)))
    assert found.reason.startswith("Epoch 15")


def test_a_worker_that_dies_in_a_replay_is_replaced_once_and_then_a_sentence(asked, cluster):
    cluster.deaths = 1
    assert sorted(asked.tensors(RUN, OTHER, 10, 11, None, 10).tensors) == [10, 11]
    cluster.deaths = 2
    with pytest.raises(TimeoutError, match=r"ended\. Try again"):
        asked.tensors(RUN, OTHER, 12, 12, None, 10)
    assert sorted(asked.tensors(RUN, OTHER, 12, 12, None, 10).tensors) == [12]


def test_an_epoch_batch_by_batch_comes_from_whichever_state_and_however_it_is_cut(asked, store, cluster, monkeypatch):
    whole = asked.batches(RUN, OTHER, 12, 1, 10)
    assert [each.number for each in whole.batches] == [1, 2, 3, 4, 5] and whole.reason == ""
    cluster.deaths = 99
    assert asked.batches(RUN, OTHER, 12, 1, 10) == whole  # Kept.
    cluster.deaths = 1
    forget_key_frames(store)
    fresh = Replays(store.tensors, lambda _: cluster, lambda _: None, at_once=1)
    assert fresh.batches(RUN, OTHER, 12, 3, 10).batches == whole.batches[2:]
    monkeypatch.setattr(replays, "MOST_BATCHES", 2)
    assert fresh.batches(RUN, OTHER, 12, 2, 10).batches == whole.batches[1:3]
    cluster.deaths = 2
    with pytest.raises(TimeoutError, match=r"ended\. Try again"):
        fresh.batches(RUN, OTHER, 11, 1, 10)
    assert fresh.tensors(RUN, OTHER, 12, 12, None, 10).tensors[12] == whole.batches[-1].tensors


def test_batches_that_would_take_too_long_are_a_sentence_or_less_of_them(asked, store, monkeypatch):
    forget_key_frames(store)
    monkeypatch.setattr(replays, "MOST_SECONDS", 1e-9)
    (first,) = asked.batches(RUN, OTHER, 1, 1, 10).batches
    assert first.number == 1
    monkeypatch.setattr(batch_job, "SECONDS_OF_A_SLICE", 0.0)
    found = asked.batches(RUN, OTHER, 9, 1, 10)
    assert found.batches == []
    assert found.reason.startswith("Epoch 9 was not watched while it trained.")


def test_a_state_of_another_model_is_a_sentence(asked, store):
    forget_key_frames(store)
    wider = replace(RUN, experiment=replace(RUN.experiment, units=40))
    with pytest.raises(Refused, match="belongs to another model"):
        asked.tensors(wider, OTHER, 23, 23, None, 10)


def test_the_states_that_an_encoder_hands_on_are_among_what_is_shown():
    code = """
import keras
from keras import layers
sequence = keras.Input((6, 3))
every, h, c = layers.LSTM(4, return_sequences=True, return_state=True)(sequence)
answers = layers.LSTM(4, return_sequences=True)(sequence, initial_state=[h, c])
model = keras.Model(sequence, layers.Dense(1)(layers.Add()([every, answers])))
model.compile(loss="mse")
"""
    pasted = Pasted(code, [(8, 6, 3)], (8, 6, 1), "mse")
    experiment = jobs.known(Experiment("pasted", "random_targets", samples=32, batch=16, epochs=2, pasted=pasted))
    # Not by XLA, which would compile for seconds what is trained for a moment.
    state, frames = Trainer(experiment, Program(experiment, xla=False)).run(None, 2, 1e9, (WATCHED,))
    watched = frames[-1].tensors[WATCHED]
    every, h, _, answers, *_ = np.split(np.frombuffer(watched, "<f2"), np.cumsum([24, 4, 4, 24, 24]))
    # The hidden state that is handed on is the last one that was returned, and the decoder's first one is not.
    np.testing.assert_array_equal(every.reshape(4, 6)[:, -1], h)
    assert not np.array_equal(answers.reshape(4, 6)[:, 0], every.reshape(4, 6)[:, 0])
    looked_at = replay_job.tensors_at(experiment.to_dict(), state, [2], WATCHED, None, 1e9).tensors[2]
    np.testing.assert_allclose(np.frombuffer(looked_at, "<f2"), np.frombuffer(watched, "<f2"), atol=1e-3)


def test_a_model_whose_layers_mix_the_sequences_of_a_batch_is_looked_at_epoch_by_epoch():
    code = """
import keras
from keras import layers
sequence = keras.Input((6, 3))
steps = layers.Dense(1)(keras.ops.reshape(sequence, (-1, 3)))
model = keras.Model(sequence, keras.ops.reshape(steps, (-1, 6, 1)))
model.compile(loss="mse")
"""
    pasted = Pasted(code, [(8, 6, 3)], (8, 6, 1), "mse")
    experiment = Experiment("pasted", "random_targets", samples=32, batch=16, epochs=3, pasted=pasted).to_dict()
    state, frames, _ = jobs.chunk(experiment, None, 3, 1e9, (WATCHED,))
    assert [frame.tensors for frame in frames] == [{}] * 3
    found = replay_job.tensors_at(experiment, None, [0, 2, 3], WATCHED, None, 1e9)
    assert sorted(found.tensors) == [0, 2, 3]
    assert found.tensors[3] == replay_job.tensors_at(experiment, state, [3], WATCHED, None, 1e9).tensors[3]


def test_key_frames_of_a_long_run_are_bounded_and_evenly_apart_and_counted(store, monkeypatch):
    state, outputs = bytes(1000), np.zeros((1, 2, 1), "float32")
    monkeypatch.setattr(stored_tensors, "MOST_BYTES_OF_KEY_FRAMES", 10 * (1000 + stored_tensors.BYTES_OF_A_ROW))
    store.add_run(replace(RUN, id="long", epoch=0))
    for end in range(3, 502, 3):
        frames = [Frame(epoch, 1.0, 1.0, None, None, outputs, {2: bytes(8)}) for epoch in range(end - 2, end + 1)]
        store.add_chunk("long", end, state, frames, "running")
    with store.database.transaction() as connection:
        query = sql.select(KEY_FRAMES.c.epoch).where(KEY_FRAMES.c.run == "long").order_by(KEY_FRAMES.c.epoch)
        epochs = list(connection.execute(query).scalars())
        row = connection.execute(sql.select(RUNS.c.bytes, RUNS.c.experiment).where(RUNS.c.id == "long")).one()
        outputs_there = sql.select(sql.func.sum(sql.func.length(FRAMES.c.outputs))).where(FRAMES.c.run == "long")
        frames_there = connection.execute(outputs_there).scalar_one() + 501 * BYTES_OF_A_FRAME
    assert 4 <= len(epochs) <= 10
    assert set(np.diff(epochs)) <= {63, 66}
    assert row.bytes == len(row.experiment) + len(state) + frames_there + bytes_there(store, "long")
    assert store.tensors.tensors("long", 2, 500, 600).keys() == {500, 501}


def test_the_nearest_state_before_an_epoch_is_found_the_last_one_too(store, chunks):
    states = dict(zip(ENDS, (state for state, _ in chunks), strict=True))
    assert store.tensors.state_before(RUN.id, 0) is None
    assert store.tensors.state_before(RUN.id, 15) == states[9]
    forget_key_frames(store)
    assert store.tensors.state_before(RUN.id, 22) is None
    assert store.tensors.state_before(RUN.id, 23) == states[23]


def test_a_run_that_is_deleted_leaves_nothing_behind(store):
    assert bytes_there(store, RUN.id) > 0
    assert store.delete(RUN.id, unopened_since=1e12)
    assert bytes_there(store, RUN.id) == 0


def test_a_database_of_before_is_opened_with_all_that_it_holds(store, tmp_path, chunks):
    with store.database.transaction() as connection:
        frames = store.frames(RUN.id)
        for table in (KEY_FRAMES, TENSORS):
            table.drop(connection)
    store.close()
    upgraded = Store(f"sqlite:///{tmp_path}/runs.db")
    assert upgraded.frames(RUN.id) == frames
    assert upgraded.state(RUN.id) == chunks[-1][0]
    assert upgraded.tensors.tensors(RUN.id, WATCHED, 1, 23) == {}
    cluster = FakeCluster()
    found = Replays(upgraded.tensors, lambda _: cluster, lambda _: None, 1).tensors(RUN, WATCHED, 1, 23, None, 10)
    assert found.tensors == {frame.epoch: frame.tensors[WATCHED] for _, frames in chunks for frame in frames}
    upgraded.close()
