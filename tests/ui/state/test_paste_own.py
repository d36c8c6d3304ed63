"""The visitor's own code on the page "Paste": no example, run, link or step back in the browser takes it away for good."""

from __future__ import annotations

import pytest

from explorer.catalog.examples import EXAMPLES
from explorer.ui.state import paste_state
from explorer.ui.state.code_link import fragment_of
from tests.app_pages import AppTest

OWN = "import keras\nmine = keras.Sequential([keras.Input((9, 2)), keras.layers.LSTM(3)])\n"
OTHER = "import keras\nhost = keras.Sequential([keras.Input((4, 4)), keras.layers.GRU(6)])\n"
EXAMPLE, ANOTHER = "article_1", "memory_thrown_away"


def page_of_fields():
    import streamlit as st

    from explorer.ui.paste import received as paste_received
    from explorer.ui.state import paste_state

    paste_state.take(lambda run: None)
    for name, *values in st.session_state.pop("do", ()):
        getattr(paste_received if hasattr(paste_received, name) else paste_state, name)(*values)
    paste_state.keep(False)


@pytest.fixture
def page(monkeypatch):
    page = AppTest.from_function(page_of_fields, default_timeout=30)
    page.run()
    monkeypatch.setattr(paste_state, "went_through_history", lambda: True)
    page.session_state["do"] = [("type_code", OWN, None)]
    page.run()
    return page


def go(page: AppTest, **address: str) -> str:
    """By a call of a host, or by back and forward; returns the code that stands there then."""
    page.query_params.clear()
    page.query_params.update(address)
    page.run()
    assert not page.exception
    return page.session_state["code"]


def do(page: AppTest, *what: tuple) -> str:
    page.session_state["do"] = what
    page.run()
    assert not page.exception
    return page.session_state["code"]


def test_an_example_that_is_brought_leaves_own_code_one_click_away(page):
    assert go(page, example=EXAMPLE) == EXAMPLES[EXAMPLE].code
    assert go(page, example=ANOTHER) == EXAMPLES[ANOTHER].code
    assert do(page, ("undo",)) == OWN
    # The list of examples does the same.
    assert do(page, ("show", EXAMPLES[EXAMPLE]), ("undo",)) == OWN


def test_a_link_that_is_brought_leaves_own_code_one_click_away_and_is_nobodys_own(page):
    link = fragment_of({"code": OTHER, "x": "", "y": "", "loss": ""}, {})
    assert do(page, ("open_link", link)) == OTHER
    assert go(page, example=EXAMPLE) == EXAMPLES[EXAMPLE].code
    assert do(page, ("undo",)) == OWN


def test_back_to_an_address_that_names_nothing_is_back_to_own_code(page):
    assert go(page, example=EXAMPLE) == EXAMPLES[EXAMPLE].code
    assert go(page) == OWN
    # And what was typed over it stays there.
    typed = OWN.replace("LSTM(3)", "LSTM(5)")
    assert do(page, ("type_code", typed, None)) == typed
    assert go(page, nothing="1") == typed
    assert "example" not in page.query_params


def test_an_example_alone_is_no_code_of_ones_own():
    page = AppTest.from_function(page_of_fields, default_timeout=30)
    page.query_params["example"] = EXAMPLE
    page.run()
    do(page, ("show", EXAMPLES[ANOTHER]))
    assert page.session_state["_paste"]["before"] is None


def test_what_was_typed_after_a_fix_comes_back_by_another_click(page):
    fixed = OWN.replace("LSTM(3)", "LSTM(4)")
    fix = {"code": fixed, "x": None, "y": None, "loss": None, "batch_size": None}
    assert do(page, ("apply", fix, OWN)) == fixed
    typed = fixed + "# my own words\n"
    assert do(page, ("type_code", typed, None), ("undo",)) == OWN
    assert do(page, ("undo",)) == typed
    # Of a fix alone there is nothing to bring back.
    page.session_state["code"] = OWN
    assert do(page, ("apply", fix, OWN), ("undo",)) == OWN
    assert page.session_state["_paste"]["before"] is None


def test_one_file_after_another_leaves_what_was_typed_one_click_away(page):
    assert do(page, ("open_file", "a.py", OTHER), ("open_file", "b.py", "import keras\n")) == "import keras\n"
    assert do(page, ("undo",)) == OWN
    # A file that is changed by hand is somebody's own.
    changed = OTHER + "# changed\n"
    do(page, ("open_file", "a.py", OTHER), ("type_code", changed, None), ("open_file", "b.py", "import keras\n"))
    assert do(page, ("undo",)) == changed


def test_what_is_typed_together_with_a_click_on_another_example_is_one_click_away(page):
    do(page, ("show", EXAMPLES[EXAMPLE]))
    put = page.session_state["_paste"]["put"]
    typed = EXAMPLES[EXAMPLE].code + "# typed\n"
    page.session_state["_paste"]["before"] = None
    # Streamlit calls what the click does first.
    assert do(page, ("show", EXAMPLES[ANOTHER]), ("type_code", typed, put)) == EXAMPLES[ANOTHER].code
    assert do(page, ("undo",)) == typed


def test_the_last_letters_before_a_click_on_apply_are_one_click_away(page):
    do(page, ("open_file", "a.py", OWN))
    put, fixed, typed = page.session_state["_paste"]["put"], OWN.replace("LSTM(3)", "LSTM(4)"), OWN + "# the last letters\n"
    fix = {"code": fixed, "x": None, "y": None, "loss": None, "batch_size": None}
    assert do(page, ("apply", fix, OWN), ("type_code", typed, put)) == fixed
    assert do(page, ("undo",)) == typed


def test_a_file_that_is_no_text_gets_its_sentence(page):
    assert do(page, ("open_file", "chart.png", "\ufffdPNG\x00\x01")) == OWN
    assert page.session_state["_paste"]["told"].startswith("“chart.png” is no text, so it cannot be read as Python.")
