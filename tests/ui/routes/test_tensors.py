"""The tensors of a run over HTTP: as one answer, with the live frames, and batch by batch."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import numpy as np
import pytest
from starlette.requests import Request

from explorer.catalog import read_experiment
from explorer.runtime.engine.engine import Engine
from explorer.runtime.jobs import jobs
from explorer.runtime.jobs.slow_job import slow_at
from explorer.runtime.jobs.walk_job import WalkedLayer, WalkedTrack
from explorer.runtime.questions.replayed import Walked
from explorer.runtime.storage.records import Run
from explorer.runtime.storage.store import Store
from explorer.training import data
from explorer.ui.routes import events
from explorer.ui.routes.batches import batches
from explorer.ui.routes.slow import slow
from explorer.ui.routes.tensors import tensors
from explorer.ui.routes.walk import walk, written
from tests.fake_cluster import FakeCluster
from tests.runs import SMALL, finished

RUN = Run("r1", "o" * 64, replace(SMALL, epochs=6), "done", "", "", 6)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('tensors')}/runs.db")
    state, frames, _ = jobs.chunk(RUN.experiment.to_dict(), None, 6, 1e9, (3,))
    store.add_run(RUN)
    store.add_chunk(RUN.id, 6, state, frames, "done")
    engine = Engine(store, FakeCluster(), grace=None)
    assert engine.wait_ready(60)
    yield engine
    engine.close()
    store.close()


def answer(engine: Engine, query: str, run: str = RUN.id, route=tensors) -> tuple[int, dict]:
    scope = {"type": "http", "method": "GET", "path": "", "headers": [], "query_string": query.encode()}
    found = finished(route(Request(scope | {"path_params": {"run": run}}), engine))
    return found.status_code, json.loads(found.body)


def numbers(spelled: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(spelled), "<f2")


def streamed(engine: Engine, sequence: int | None) -> list[dict]:
    async def frames() -> list[dict]:
        told = [event async for event in events._events(engine, RUN.id, RUN.experiment, 0, sequence)]
        bodies = [event.partition("\ndata: ")[2] for event in told if event.startswith("event: frames")]
        return [frame for body in bodies for frame in json.loads(body)["frames"]]

    return finished(frames())


def test_an_answer_says_how_its_grids_are_laid_out_and_has_those_of_every_epoch(engine):
    status, found = answer(engine, "sequence=3&from=0&to=9")
    assert status == 200
    sizes = [(each["name"], each["source"], each["rows"], each["columns"]) for each in found["layout"]]
    assert sizes == [("sequence", True, 2, 6), ("memory", False, 7, 6), ("answer", False, 1, 6)]
    # A hidden state stays within 1; the output is drawn against the targets, and the input against all probe sequences.
    targets = np.abs(data.probe_targets(RUN.experiment)).max()
    inputs = np.abs(data.make(RUN.experiment, "probe").inputs[0]).max()
    assert [each["bound"] for each in found["layout"]] == pytest.approx([inputs, 1.0, targets])
    probe = data.make(RUN.experiment, "probe").inputs[0][3]
    np.testing.assert_allclose(numbers(found["sources"]).reshape(2, 6), probe.T, atol=1e-3)
    assert list(found["epochs"]) == [str(epoch) for epoch in range(7)]
    assert {numbers(each).size for each in found["epochs"].values()} == {7 * 6 + 6}
    # The last layer's grid is what the panel draws as the output.
    (last,) = engine.store.frames(RUN.id, 5)
    np.testing.assert_allclose(numbers(found["epochs"]["6"])[42:], last.array[3, :, 0], atol=1e-3)
    assert (found["drawings"], found["reason"]) == ({}, "")


def test_an_opened_layer_is_drawn_at_the_epoch_that_is_shown(engine):
    _, found = answer(engine, "sequence=5&from=2&to=2&layer=memory")
    assert found["drawings"]["2"]["kind"] == "memory"
    assert list(found["epochs"]) == ["2"]


def test_frames_of_the_sequence_that_a_page_shows_bring_their_tensors_along(engine):
    _, found = answer(engine, "sequence=3&from=1&to=6")
    assert {str(frame["epoch"]): frame["tensors"] for frame in streamed(engine, 3)} == found["epochs"]
    for other in (None, 4):
        frames = streamed(engine, other)
        assert len(frames) == 6
        assert not any("tensors" in frame for frame in frames)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=1&to=2", "from 0 to 7. Received: ''"),
        ("sequence=8&from=1&to=2", "Received: '8'"),
        ("sequence=0&from=1", "whole numbers from 0 on. Received: 1, "),
        ("sequence=0&from=-1&to=2", "whole numbers"),
        ("sequence=0&from=1e3&to=2", "whole numbers"),
        ("sequence=0&from=²&to=2", "whole numbers"),
        ("sequence=0&from=3&to=2", "must not be after"),
        ("sequence=0&from=0&to=100", "at most 100 epochs"),
        ("sequence=0&from=0&to=10&layer=memory", "at most 10 epochs"),
        ("sequence=0&from=1&to=2&layer=nobody", "no layer called nobody"),
    ],
)
def test_a_question_that_is_none_is_refused_with_a_sentence(engine, query, sentence):
    status, found = answer(engine, query)
    assert status == 400
    assert sentence in found["error"]


def test_an_unknown_run_is_a_sentence_and_epochs_that_are_not_there_yet_are_absent(engine):
    assert answer(engine, "sequence=0&from=1&to=2", "nobody") == (404, {"error": "There is no run called nobody."})
    status, found = answer(engine, "sequence=0&from=100&to=120")
    assert (status, found["epochs"], found["reason"]) == (200, {}, "")


def test_what_a_page_watches_is_what_chunks_are_asked_for(engine):
    watched = engine._core.subscribers.sequences
    with engine.watch("r2", lambda _: None), engine.watch("r2", lambda _: None, 4), engine.watch("r2", lambda _: None, 1):
        assert watched("r2") == (1, 4)
    assert watched("r2") == ()


def test_an_epoch_batch_by_batch_ends_where_the_run_itself_does(engine):
    status, found = answer(engine, "sequence=3&epoch=4", route=batches)
    assert (status, found["epoch"], found["of"], found["reason"]) == (200, 4, 5, "")
    _, whole = answer(engine, "sequence=3&from=4&to=4")
    assert (found["layout"], found["sources"]) == (whole["layout"], whole["sources"])
    assert [each["number"] for each in found["batches"]] == [1, 2, 3, 4, 5]
    assert found["batches"][-1]["tensors"] == whole["epochs"]["4"]
    (frame,) = (frame for frame in engine.store.frames(RUN.id) if frame.epoch == 4)
    assert numbers(found["batches"][-1]["outputs"]).tobytes() == frame.outputs
    assert found["batches"][-1]["val_loss"] == frame.val_loss
    # Every batch changes what flows within; together they have every sequence once, and the epoch's loss.
    assert len({each["tensors"] for each in found["batches"]}) == 5
    assert [len(each["samples"]) for each in found["batches"]] == [16, 16, 16, 16, 6]
    assert sorted(place for each in found["batches"] for place in each["samples"]) == list(range(70))
    mean = np.average([each["loss"] for each in found["batches"]], weights=[16, 16, 16, 16, 6])
    assert frame.loss == pytest.approx(mean, rel=1e-6)
    for each in found["batches"]:
        assert set(each["changes"]) == {"memory", "answer"}
        assert all(0 < share < 1 for share in each["changes"].values())
        assert each["sentence"].startswith(f"Loss {each['loss']:.3g} before the step; weights changed most in ")
    _, rest = answer(engine, "sequence=3&epoch=4&from=4", route=batches)
    assert rest["batches"] == found["batches"][3:]
    # An opened layer is drawn after one batch: after the last one as at the end of the epoch.
    _, one = answer(engine, "sequence=3&epoch=4&from=5&layer=memory", route=batches)
    _, end = answer(engine, "sequence=3&from=4&to=4&layer=memory")
    assert one["batches"] == [found["batches"][4] | {"drawing": end["drawings"]["4"]}]
    _, before = answer(engine, "sequence=3&epoch=4&from=4&layer=memory", route=batches)
    assert before["batches"][0]["drawing"] not in (None, end["drawings"]["4"])


def test_batches_of_an_epoch_that_is_not_trained_yet_are_absent_with_a_reason(engine):
    status, found = answer(engine, "sequence=0&epoch=7", route=batches)
    assert (status, found["of"], found["batches"]) == (200, 5, [])
    assert found["reason"] == "Epoch 7 is not trained yet: this run has 6 epochs behind it."


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("epoch=1", "from 0 to 7. Received: ''"),
        ("sequence=8&epoch=1", "Received: '8'"),
        ("sequence=0", "whole numbers from 1 on. Received: , 1"),
        ("sequence=0&epoch=0", "whole numbers from 1 on"),
        ("sequence=0&epoch=1&from=0", "whole numbers from 1 on"),
        ("sequence=0&epoch=²", "whole numbers from 1 on"),
        ("sequence=0&epoch=1&from=6", "has 5 batches. Received: from=6"),
    ],
)
def test_a_question_for_batches_that_is_none_is_refused_with_a_sentence(engine, query, sentence):
    status, found = answer(engine, query, route=batches)
    assert status == 400
    assert sentence in found["error"]
    assert answer(engine, "sequence=0&epoch=1", "nobody", batches) == (404, {"error": "There is no run called nobody."})


def test_a_walk_has_the_gates_of_an_epoch_of_a_batch_and_of_untrained_weights(engine):
    def numbers_of(found: dict) -> np.ndarray:
        (layer,) = found["layers"]
        (track,) = layer["tracks"]
        assert [each["key"] for each in track["strips"]] == ["h before", "z", "r", "candidate", "h"]
        assert (layer["name"], layer["places"], layer["counts"]) == ("memory", list(range(1, 8)), None)
        return np.frombuffer(base64.b64decode(track["numbers"]), "<f4").reshape(-1, 5, 7)

    status, found = answer(engine, "sequence=3&epoch=6&from=2", route=walk)
    assert (status, found["from"], found["until"], found["refused"], found["reason"]) == (200, 2, 6, [], "")
    _, flown = answer(engine, "sequence=3&from=6&to=6")
    hidden = numbers(flown["epochs"]["6"])[:42].reshape(7, 6).T
    np.testing.assert_allclose(numbers_of(found)[:, 4], hidden[1:], atol=1e-3)
    np.testing.assert_allclose(numbers_of(found)[:, 0], hidden[:-1], atol=1e-3)
    # After the last batch of an epoch, and after none.
    of = data.batches(RUN.experiment)
    for query in (f"epoch=6&batch={of}", "epoch=6"):
        _, again = answer(engine, f"sequence=3&{query}&from=2", route=walk)
        assert again["layers"] == found["layers"]
    _, untrained = answer(engine, "sequence=3&epoch=0&from=1", route=walk)
    settings = "&".join(f"{name}={value}" for name, value in RUN.experiment.to_query().items())
    status, fresh = answer(engine, f"sequence=3&from=1&{settings}", run=None, route=walk)
    assert status == 200 and fresh["layers"] == untrained["layers"]
    assert not np.allclose(numbers_of(fresh)[1:], numbers_of(found))


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("sequence=9", 400, "The sequence must be one of the probe's"),
        ("sequence=0&epoch=x", 400, "epoch and batch must be whole numbers from 0 on"),
        ("sequence=0&from=0", 400, "and from a timestep"),
        ("sequence=0&epoch=1&batch=99", 400, "An epoch of this run has"),
        ("sequence=0&epoch=0&batch=2", 400, "batch names one of an epoch"),
        ("sequence=0&epoch=7", 200, "Epoch 7 is not trained yet: this run has 6 epochs behind it."),
    ],
)
def test_a_walk_that_cannot_be_is_a_sentence(engine, query, status, words):
    found_status, found = answer(engine, query, route=walk)
    assert found_status == status
    assert words in found.get("error", "") + found.get("reason", "")


def test_long_walks_are_cut_and_stay_small():
    track = WalkedTrack("", "LSTM", False, ("h",) * 8, np.zeros((200, 8, 64), "<f4").tobytes(), (1.0,) * 8)
    layer = WalkedLayer("memory", 200, 1, 256, tuple(range(64)), None, (track, track), ())
    found = written(Walked([layer], [], ""), 150)
    assert (found["from"], found["until"]) == (150, 163)
    assert len(json.dumps(found)) < 100_000
    assert written(Walked([layer], [], ""), 900)["layers"][0]["tracks"][0]["numbers"] == ""


def test_a_batch_in_slow_motion_has_the_numbers_of_that_batch(engine):
    status, found = answer(engine, "epoch=6&batch=2", route=slow)
    assert (status, found["reason"]) == (200, "")
    assert [each["name"] for each in found["phases"]] == ["forward", "loss", "backward", "update"]
    _, walked = answer(engine, "sequence=0&epoch=6&from=2", route=batches)
    (batch,) = walked["batches"][:1]
    # The step itself, by the compiled epoch; here by Keras, one batch alone.
    assert found["loss"] == pytest.approx(batch["loss"], rel=1e-4)
    assert np.mean(found["by_timestep"]) == pytest.approx(found["loss"], rel=1e-4)
    assert found["changes"] == pytest.approx(batch["changes"], rel=1e-4)
    assert (found["samples"], found["of"]) == (len(batch["samples"]), walked["of"])
    assert found["after"] < found["loss"]
    (direction,) = found["directions"]
    assert (direction["layer"], len(direction["gradient"]), len(direction["states"])) == ("memory", 6, 6)
    wrong = {"epoch=7": "Epoch 7 is not trained yet", "epoch=1&batch=99": "An epoch of this run has", "epoch=0": "1 on"}
    for query, said in wrong.items():
        _, refused = answer(engine, query, route=slow)
        assert said in refused.get("error", "") + refused.get("reason", "")


def test_a_batch_that_begins_with_a_carried_state_is_not_shown_in_slow_motion():
    experiment = read_experiment({"architecture": "stateful_gru", "samples": "32", "units": "4"}).experiment
    found = slow_at(experiment.to_dict(), None, 1, 2, 9.0)
    assert found.batch is None
    assert found.refusal.startswith("“memory” begins each batch with the state that the batch before has left")
