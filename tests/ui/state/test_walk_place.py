"""Where a walk through time is, by the link, by the browser and by the model."""

from __future__ import annotations

import pytest
import streamlit as st

from explorer.ui.state import walk_place


def unrolled(steps: int) -> dict:
    return {"unrolled": {"steps": steps, "axis": "timesteps", "rows": []}}


def test_a_walk_that_a_link_begins_past_the_end_is_told_and_one_that_has_begun_goes_to_the_end(monkeypatch):
    monkeypatch.setattr(st, "session_state", {"view": "unrolled"})
    walk_place.open_place({"view": "unrolled", "t": "30"})
    timestep, wrong = walk_place.timestep(unrolled(20))
    assert timestep is None and "asks for timestep 30, and a walk through this model has 20" in wrong
    walk_place.open_place({"view": "unrolled", "t": "18"})
    assert walk_place.timestep(unrolled(20)) == (18, "")
    assert walk_place.timestep(unrolled(10)) == (10, "") and walk_place.query() == {"t": "10"}
    assert walk_place.timestep(unrolled(20)) == (10, "")
    assert walk_place.timestep({}) == (None, "") and walk_place.query() == {}


@pytest.mark.parametrize(
    "moved", [None, [], {}, {"timestep": 3}, {"opened": 1}, {"opened": 1, "timestep": "3"}, {"opened": 1, "timestep": True}]
)
def test_what_the_browser_says_of_a_walk_may_be_anything(monkeypatch, moved):
    monkeypatch.setattr(st, "session_state", {"view": "unrolled"})
    walk_place.open_place({"view": "unrolled", "t": "7"})
    walk_place.take(moved)
    assert walk_place.query() == {"t": "7"}


def test_what_the_browser_says_of_a_walk_that_a_link_has_ended_is_not_taken(monkeypatch):
    monkeypatch.setattr(st, "session_state", {"view": "unrolled"})
    walk_place.open_place({"view": "unrolled", "t": "7"})
    left = walk_place.opened()
    walk_place.take({"timestep": 9, "opened": left})
    assert walk_place.query() == {"t": "9"}
    walk_place.open_place({"view": "unrolled", "t": "2"})
    for late in ({"timestep": 9, "opened": left}, {"timestep": None, "opened": left}):
        walk_place.take(late)
        assert walk_place.query() == {"t": "2"}
    walk_place.take({"timestep": None, "opened": walk_place.opened()})
    assert walk_place.query() == {}
