"""The address against the widgets: which of them counts, where they say different things."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from explorer.ui import address


def page_of_views():
    import streamlit as st

    from explorer.ui import address
    from explorer.ui.views import choose_view

    experiment, _ = address.take(lambda run: None)
    choose_view(st)
    address.write(experiment)


@pytest.fixture
def page():
    page = AppTest.from_function(page_of_views)
    page.query_params["timesteps"] = "7"
    return page.run()


def choose(page: AppTest, view: str) -> AppTest:
    (choice,) = page.button_group
    return choice.set_value(view).run()


def test_a_choice_counts_though_the_browser_still_has_the_address_before_the_last_one(page):
    before = dict(page.query_params)
    choose(page, "code")
    # A second click, sent before the answer to the first one was there.
    page.query_params.clear()
    page.query_params.update(before)
    choose(page, "quiz")
    assert (page.session_state["view"], page.session_state["timesteps"]) == ("quiz", 7)
    assert page.query_params["view"] in ("quiz", ["quiz"])


def test_back_brings_what_its_address_says(page, monkeypatch):
    choose(page, "code")
    page.query_params.update(timesteps="9", view="unrolled")
    page.run()
    assert (page.session_state["view"], page.session_state["timesteps"]) == ("code", 7)
    page.query_params.update(timesteps="9", view="unrolled")
    monkeypatch.setattr(address, "went_through_history", lambda: True)
    page.run()
    assert (page.session_state["view"], page.session_state["timesteps"]) == ("unrolled", 9)
