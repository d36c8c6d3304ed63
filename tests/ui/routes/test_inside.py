"""The inside of a layer over HTTP, and what an address opens of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import streamlit as st

from explorer.models.inside import look
from explorer.runtime.jobs import jobs
from explorer.training import data
from explorer.ui.routes.inside import inside
from explorer.ui.state import inside_place
from tests.ui.routes.test_tensors import RUN, answer, engine  # noqa: F401  # a fixture


def test_an_epoch_is_shown_as_it_was(engine):  # noqa: F811
    state, *_ = jobs.chunk(RUN.experiment.to_dict(), None, 4, 1e9)
    for epoch, of in ((4, state), (0, None)):
        status, found = answer(engine, f"sequence=3&epoch={epoch}&layer=memory&unit=5&timestep=2", route=inside)
        assert status == 200
        probe = data.make(RUN.experiment, "probe").inputs
        model = jobs.model_at(RUN.experiment.to_dict(), of) if of else _untrained()
        wanted = look(model, "memory", list(probe)).hidden[3]
        units = [row["unit"] - 1 for row in found["rows"]]
        np.testing.assert_allclose(np.array(found["hidden"]["grid"], float), wanted.T[units], atol=1e-5)
        assert (found["unit"], found["timestep"], found["epoch"]) == (5, 2, epoch)
        assert found["title"].startswith("Inside GRU(7), ")
        # What is shown is also what is copied.
        assert f"{wanted[1, 4]:.6g}"[:7] in found["text"]


def _untrained():
    from explorer.models.build import build_experiment

    return build_experiment(RUN.experiment)


def test_what_is_open_is_kept_and_no_worker_is_asked_again(engine, monkeypatch):  # noqa: F811
    answer(engine, "sequence=1&epoch=5", route=inside)
    monkeypatch.setattr(engine._core.replays, "_done", lambda *_: pytest.fail("A worker was asked."))
    status, found = answer(engine, "sequence=1&epoch=5&unit=3&order=layer&pin=2", route=inside)
    assert status == 200 and [row["unit"] for row in found["rows"]] == list(range(1, 8))
    assert len(found["pinned"]) == 6


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("epoch=1", 400, "The sequence must be one of the probe's, from 0 to 7. Received: ''"),
        ("sequence=0", 400, "epoch must be a whole number from 0 on. Received: ''"),
        ("sequence=0&epoch=1&unit=0", 400, "unit must be a whole number from 1 on. Received: '0'"),
        ("sequence=0&epoch=1&timestep=1e2", 400, "timestep must be a whole number from 1 on"),
        ("sequence=0&epoch=1&unit=99", 400, "has 7 units, from 1 to 7. Received: unit 99"),
        ("sequence=0&epoch=1&timestep=99", 400, "has 6 timesteps, from 1 to 6. Received: timestep 99"),
        ("sequence=0&epoch=1&direction=backward", 400, "It reads in one direction only."),
        ("sequence=0&epoch=1&order=size", 400, "order must be one of follows, layer."),
        ("sequence=0&epoch=1&layer=nothing", 400, "has no layer called “nothing”. It has: memory, answer."),
        (
            "sequence=0&epoch=1&layer=answer",
            422,
            "It has no hidden state. Recurrent layers that can be looked into: memory.",
        ),
        ("sequence=0&epoch=7", 422, "Epoch 7 is not trained yet: this run has 6 epochs behind it."),
    ],
)
def test_what_cannot_be_shown_is_a_sentence(engine, query, status, sentence):  # noqa: F811
    found = answer(engine, query, route=inside)
    assert found[0] == status
    assert sentence in found[1]["error"]


def test_a_model_that_was_never_trained_is_shown_by_its_settings(engine):  # noqa: F811
    query = "&".join(f"{name}={value}" for name, value in RUN.experiment.to_query().items())
    status, found = answer(engine, f"{query}&sequence=3&unit=5&timestep=2", run=None, route=inside)
    _, wanted = answer(engine, "sequence=3&epoch=0&unit=5&timestep=2", route=inside)
    assert (status, found) == (200, wanted)
    assert found["title"] == "Inside GRU(7), with untrained weights"
    status, found = answer(engine, f"{query}&sequence=3&epoch=4", run=None, route=inside)
    assert (status, found["error"]) == (422, "Epoch 4 is not trained yet: this run has 0 epochs behind it.")


def test_an_unknown_run_is_not_found(engine):  # noqa: F811
    assert answer(engine, "sequence=0&epoch=1", run="nothing", route=inside)[0] == 404


def test_two_hundred_timesteps_of_256_units_are_sampled_and_said(engine, monkeypatch):  # noqa: F811
    large = replace(RUN.experiment, timesteps=200, units=256, samples=16, batch=16, epochs=1, features=9)
    monkeypatch.setattr(engine.store, "run", lambda run_id: replace(RUN, id=run_id, experiment=large, epoch=0))
    status, found = answer(engine, "sequence=0&epoch=0&unit=200&timestep=177", run="large", route=inside)
    assert status == 200
    assert len(str(found)) < 300_000
    assert len(found["columns"]) == 80 and len(found["rows"]) == 48
    assert 200 in [row["unit"] for row in found["rows"]]
    assert any("48 of 256 units are drawn" in note for note in found["notes"])
    assert any("80 of 200 timesteps are drawn, evenly picked" in note for note in found["notes"])
    # Of the chosen unit all numbers are there.
    (state,) = [piece for piece in found["equation"]["lines"][0]["pieces"] if piece["slot"] == "state"]
    assert len(state["parts"]) == 256
    assert found["equation"]["title"].startswith("Unit 200 at timestep 177")


@pytest.mark.parametrize(
    ("address", "place", "sentence"),
    [
        ({"inside": "memory", "unit": "4", "t": "9", "sequence": "6", "direction": "backward"}, (4, 9, 6, "backward"), ""),
        ({"inside": "memory", "unit": "0"}, (None, None, None, None), "unit must be a whole number from 1 to 99,999"),
        ({"inside": "memory", "sequence": "9"}, (None, None, None, None), "sequence must be a whole number from 1 to 8"),
        (
            {"inside": "memory", "direction": "up"},
            (None, None, None, None),
            "direction must be forward or backward; received “up”.",
        ),
        ({"inside": "memory", "loss_t": "4", "cells": "LSTM,SimpleRNN"}, (None, None, None, None), ""),
        ({"inside": "memory", "bars": "state", "bars_of": "sequence"}, (None, None, None, None), ""),
        ({"inside": "memory", "bars": "h"}, (None, None, None, None), "bars must be input or state; received “h”."),
        (
            {"inside": "memory", "bars_of": "all"},
            (None, None, None, None),
            "bars_of must be mean or sequence; received “all”.",
        ),
        ({"inside": "memory", "cells": "RNN"}, (None, None, None, None), "one or more of SimpleRNN, GRU, LSTM, with commas"),
        ({"unit": "4"}, (None, None, None, None), "The link has unit but no layer to look inside: inside=NAME names it."),
        ({}, (None, None, None, None), ""),
    ],
)
def test_an_address_opens_a_unit_and_says_what_is_wrong(monkeypatch, address, place, sentence):
    monkeypatch.setattr(st, "session_state", {})
    problems = [problem.sentence for problem in inside_place.open_place(address)]
    found = st.session_state["_inside"]
    assert tuple(found.get(name) for name in ("unit", "t", "sequence", "direction")) == place
    assert ("".join(problems) == "") is (sentence == "")
    assert sentence in "".join(problems)
    if "inside" in address and not sentence:
        assert inside_place.query() == address


@pytest.mark.parametrize("moved", [None, [], {"layer": 3}, {"layer": "", "opened": 0}, {"opened": 0}, {}])
def test_what_the_browser_says_may_be_anything(monkeypatch, moved):
    monkeypatch.setattr(st, "session_state", {})
    inside_place.take(moved)
    assert inside_place.query() == {}
    inside_place.take({"opened": 0, "layer": "memory", "unit": True, "t": 10**9, "sequence": "3", "direction": {}, "pin": 2})
    assert inside_place.query() == {"inside": "memory", "pin": "2"}
    inside_place.take({"opened": 0, "layer": "memory", "loss_t": 3, "cells": "SimpleRNN,LSTM"})
    assert inside_place.query() == {"inside": "memory", "loss_t": "3", "cells": "SimpleRNN,LSTM"}
    inside_place.take({"opened": 0, "layer": "memory", "bars": "state", "bars_of": "sequence"})
    assert inside_place.query() == {"inside": "memory", "bars": "state", "bars_of": "sequence"}
    wrong = {"loss_t": 0, "cells": "SimpleRNN,Dense", "bars": {}, "bars_of": ["mean"]}
    inside_place.take({"opened": 0, "layer": "memory", **wrong})
    assert inside_place.query() == {"inside": "memory"}


def test_what_the_browser_says_of_a_place_that_a_link_has_left_is_not_taken(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    inside_place.open_place({"inside": "memory", "unit": "4"})
    left = st.session_state["_inside_opened"]
    inside_place.take({"layer": "memory", "unit": 5, "opened": left})
    assert inside_place.query() == {"inside": "memory", "unit": "5"}
    inside_place.open_place({"inside": "answer"})
    for late in ({"layer": "memory", "unit": 6, "opened": left}, {"opened": left}, {"layer": "memory"}):
        inside_place.take(late)
        assert inside_place.query() == {"inside": "answer"}
