"""The gradient through time of a run over HTTP: numbers of Keras's own tape, sentences from them, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.models.build import build_experiment
from explorer.models.through_time import gradient
from explorer.runtime.engine.engine import Engine
from explorer.runtime.jobs import jobs
from explorer.runtime.storage.records import Run
from explorer.runtime.storage.store import Store
from explorer.training import checkpoint, data
from explorer.ui.routes.gradients import gradients
from tests.fake_cluster import FakeCluster
from tests.runs import SMALL
from tests.ui.routes.test_tensors import answer

EPOCHS = 6
RUN = Run("r1", "o" * 64, replace(SMALL, epochs=EPOCHS), "done", "", "", EPOCHS)
DENSE = Run("r2", "o" * 64, replace(SMALL, architecture="dense_every_step", epochs=1), "done", "", "", 1)
ASKED = f"sequence=3&epoch={EPOCHS}&layer=memory"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('gradients')}/runs.db")
    engine = Engine(store, FakeCluster(), grace=None)
    assert engine.wait_ready(60)
    done = jobs.chunk(RUN.experiment.to_dict(), None, 3, 1e9)
    for run in (RUN, DENSE):
        store.add_run(run)
    store.add_chunk(RUN.id, 3, done.state, done.frames, "running")
    last = jobs.chunk(RUN.experiment.to_dict(), done.state, EPOCHS, 1e9)
    store.add_chunk(RUN.id, EPOCHS, last.state, last.frames, "done")
    yield engine
    engine.close()
    store.close()


def ask(engine: Engine, query: str, run: str = RUN.id):
    return answer(engine, query, run, gradients)


def model_at(state: bytes):
    model = build_experiment(RUN.experiment)
    values, _ = checkpoint.unpack(state, [each.numpy() for each in model.variables], whole=False)
    for variable, value in zip(model.variables, values, strict=True):
        variable.assign(value)
    return model


def test_an_answer_has_the_mean_and_the_sequence_relative_to_the_last_timestep(engine):
    status, found = ask(engine, ASKED)
    assert (status, found["reason"], found["layer"], found["answers"], found["at"]) == (200, "", "memory", 6, None)
    net = found["net"]
    assert (net["kind"], net["title"], found["others"]) == ("GRU", "GRU(7)", ["SimpleRNN", "LSTM"])
    assert (
        net["mean"]["state"]["about"] == "How much the loss at timestep 6 reacts to the state after each timestep."
        and found["feet"]["GRU"] == "After 6 epochs."
    )
    assert found["feet"]["SimpleRNN+GRU"].startswith("Both nets after 6 epochs, ") and len(found["feet"]) == 4
    (frame,) = engine.store.frames(RUN.id, EPOCHS - 1)
    assert net["loss"].startswith(f"loss {frame.val_loss:.3g}: ")
    model = model_at(engine.store.tensors.state_before(RUN.id, EPOCHS))
    probe, held_out = (data.make(RUN.experiment, part) for part in ("probe", "held out"))
    one = gradient(model, "memory", [stream[3:4] for stream in probe.inputs], probe.targets[3:4], "mse")
    many = gradient(model, "memory", list(held_out.inputs), held_out.targets, "mse")
    for key, wanted in (("sequence", one), ("mean", many)):
        for what, numbers in (("inputs", wanted.inputs.mean(0)), ("state", wanted.state.mean(0))):
            np.testing.assert_allclose(net[key][what]["numbers"], 100 * numbers / numbers.max(), rtol=2e-3)
            assert net[key][what]["sentence"].endswith(".")
    assert (net["mean"]["of"], net["sequence"]["of"]) == ("mean of 256 validation sequences", "validation sequence 4")
    for what, formula in (("inputs", "dx(t)"), ("state", "dh(t)")):
        most = net["mean"][what]["numbers"].index(100) + 1
        assert net["mean"][what]["measure"] == f"|dLoss(6) / {formula}|, in % of the largest"
        assert net["mean"][what]["unit"] == f"% of timestep {most}"
    assert found["waits"]["LSTM"] == "LSTM is not trained yet: it waits for a free worker, or is being compiled."


def test_a_timestep_and_an_epoch_can_be_chosen(engine):
    _, found = ask(engine, f"{ASKED}&timestep=4")
    shown = found["net"]["mean"]["inputs"]
    assert (found["at"], shown["about"][:36]) == (4, "How much the loss at timestep 4 reac")
    assert max(shown["numbers"][:4]) == 100 and shown["numbers"][4:] == [0, 0]
    # What comes later cannot count, and nothing is said of it.
    assert not any(last > 4 for _, last in found["net"]["mean"]["inputs"]["low"])
    _, untrained = ask(engine, "sequence=3&epoch=0")
    assert (untrained["layer"], untrained["net"]["loss"]) == ("memory", "untrained")
    # An epoch between two states is trained again: as the run itself was at it.
    _, between = ask(engine, "sequence=3&epoch=4")
    state = jobs.chunk(RUN.experiment.to_dict(), None, 4, 1e9).state
    held_out = data.make(RUN.experiment, "held out")
    wanted = gradient(model_at(state), "memory", list(held_out.inputs), held_out.targets, "mse").inputs.mean(0)
    np.testing.assert_allclose(between["net"]["mean"]["inputs"]["numbers"], 100 * wanted / wanted.max(), rtol=2e-3)


def test_another_cell_is_trained_to_the_same_epoch_in_parts(engine, monkeypatch):
    monkeypatch.setattr("explorer.runtime.questions.gradients.SECONDS_OF_A_COMPARISON", 0.0)
    trained = []
    while True:
        status, found = ask(engine, f"{ASKED}&cell=SimpleRNN")
        trained.append(found["trained"])
        if status != 200 or found["net"] or found["reason"]:
            break
        assert found["progress"] == f"SimpleRNN trains: epoch {trained[-1]} of 6."
    assert trained == sorted(set(trained)) and trained[-1] == EPOCHS
    net = found["net"]
    assert (net["title"], found["progress"], found["reason"]) == ("SimpleRNN(7)", "", "")
    assert max(net["mean"]["inputs"]["numbers"]) == 100 and net["loss"].startswith("loss ")
    assert ask(engine, f"{ASKED}&cell=SimpleRNN")[1] == found


def test_the_norms_of_all_layers_come_over_all_epochs(engine):
    status, found = ask(engine, "norms=1")
    assert (status, found["begin"], found["epochs"][-1]) == (200, 0, EPOCHS)
    assert [each["name"] for each in found["layers"]] == ["memory", "answer"]
    assert all(number > 0 for each in found["layers"] for number in each["numbers"])
    assert found["sentence"].startswith("The gradient of “") and found["unit"].startswith("norm of the gradient")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("epoch=1", "from 0 to 7. Received: ''"),
        ("sequence=8&epoch=1", "Received: '8'"),
        ("sequence=0", "epoch must be a whole number from 0 on. Received: ''"),
        ("sequence=0&epoch=²", "epoch must be a whole number"),
        ("sequence=0&epoch=1&timestep=0", "timestep must be a whole number from 1 on. Received: '0'"),
        ("sequence=0&epoch=1&timestep=9999999", "timestep must be a whole number"),
        ("sequence=0&epoch=1&layer=nobody", "no layer called nobody"),
        ("sequence=0&epoch=1&layer=memory&cell=Dense", "SimpleRNN, GRU or LSTM, with a layer. Received: 'Dense'"),
        ("sequence=0&epoch=1&cell=GRU", "with a layer. Received: 'GRU'"),
    ],
)
def test_a_question_that_is_none_is_refused_with_a_sentence(engine, query, sentence):
    status, found = ask(engine, query)
    assert status == 400
    assert sentence in found["error"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("sequence=0&epoch=9", "Epoch 9 is not trained yet: this run has 6 epochs behind it."),
        ("sequence=0&epoch=9&layer=memory&cell=LSTM", "Epoch 9 is not trained yet: this run has 6 epochs behind it."),
        ("sequence=0&epoch=6&timestep=7", "The output has 6 timesteps, 1 to 6. Received: 7."),
        ("sequence=0&epoch=6&layer=answer", "It has no hidden state. Recurrent layers that can be looked into: memory."),
        ("sequence=0&epoch=6&layer=answer&cell=LSTM", "“answer” has no setting called “kind”."),
    ],
)
def test_what_cannot_be_seen_is_a_sentence(engine, query, sentence):
    status, found = ask(engine, query)
    assert (status, found["net"]) == (200, None)
    assert sentence in found["reason"]


def test_sequences_of_different_lengths_have_each_their_last_timestep(engine):
    experiment = replace(SMALL, architecture="embedding_tagger", task="bracket_depth", epochs=1, knobs={})
    engine.store.add_run(Run("r4", "o" * 64, experiment, "done", "", "", 0))
    _, found = ask(engine, "sequence=0&epoch=0", "r4")
    net = found["net"]
    assert (found["ends"], net["title"]) == (True, "Bidirectional(GRU(7)), both directions together")
    assert net["mean"]["inputs"]["about"].startswith("How much the loss at the last timestep of each sequence reacts")
    assert net["mean"]["inputs"]["measure"].startswith("|dLoss(last timestep) / dx(t)|, ")
    assert ", the last one of this sequence, reacts" in net["sequence"]["inputs"]["about"]
    _, chosen = ask(engine, "sequence=0&epoch=0&timestep=2", "r4")
    assert not chosen["ends"] and "at timestep 2 reacts" in chosen["net"]["mean"]["inputs"]["about"]


def test_a_model_without_a_recurrent_layer_is_a_sentence(engine):
    _, found = ask(engine, "sequence=0&epoch=0", DENSE.id)
    assert found["reason"].startswith("The model has no recurrent layer that can be looked into. Its layers: ")
    assert ask(engine, ASKED, "nobody") == (404, {"error": "There is no run called nobody."})


def test_a_loss_that_is_no_finite_number_is_a_sentence(engine):
    wild = Run("r3", "o" * 64, replace(RUN.experiment, learning_rate=1e30, epochs=2), "done", "", "", 2)
    engine.store.add_run(wild)
    _, found = ask(engine, "sequence=0&epoch=2", wild.id)
    assert (found["net"], found["reason"]) == (None, "The loss is no finite number from epoch 1 on.")
