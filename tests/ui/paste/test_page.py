"""The page "Paste" without a browser: what comes into its fields and its address, and the examples that it offers."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.state import SessionState
from streamlit.testing.v1.element_tree import Selectbox

from explorer.catalog.examples import EXAMPLES
from explorer.report import TITLES
from explorer.runtime.engine import precompiler
from explorer.ui.front_end import streamlit_internals
from explorer.ui.front_end.markdown import marked
from explorer.ui.model.code import changed_lines
from explorer.ui.paste import editor as paste_editor
from explorer.ui.paste.trials import WAITING
from explorer.ui.server import engine_instance
from explorer.ui.state.paste_fields import LOSSES, MOST_CHARACTERS, read_fields, write_shapes
from tests.app_pages import AppTest

SCRIPT = Path(__file__).resolve().parents[3] / "explorer" / "ui" / "paste" / "page.py"
MODEL = "import keras\nmodel = keras.Sequential([keras.Input((7, 3)), keras.layers.GRU(5), keras.layers.Dense(2)])\n"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("EXPLORER_DATABASE", f"sqlite:///{tmp_path_factory.mktemp('page')}/runs.db")
    patch.setenv("EXPLORER_WORKERS", "1")
    # No page is trained on: what rests there need not be compiled ahead.
    patch.setattr(precompiler, "SECONDS_OF_REST", float("inf"))
    engine_instance.engine().wait_ready(120)
    yield
    engine_instance.end()
    patch.undo()


def open_page(engine, **address: str) -> AppTest:
    page = AppTest.from_file(str(SCRIPT), default_timeout=120)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def type_code(page: AppTest, code: str) -> AppTest:
    """What the editor's message does: a component of the browser is none that AppTest can type into."""
    page.session_state["code"] = code
    return page.run()


def test_what_is_typed_stays_though_the_browser_still_sends_the_choice_of_an_example(engine, monkeypatch):
    monkeypatch.setattr(SessionState, "_remove_stale_widgets", SessionState._remove_stale_widgets)
    streamlit_internals.forget_removed_widgets()
    page = open_page(engine, example="channels_first")
    shown_before = page._tree.get_widget_states()
    assert {each.id.rpartition("-")[2] for each in shown_before.widgets} >= {"example_0", "form_0"}
    type_code(page, MODEL)
    page._run(shown_before)
    assert not page.exception and page.session_state["code"] == MODEL


def give(page: AppTest, name: str, text: str) -> AppTest:
    page.session_state["_paste"]["sizes"][name] = text
    return page.run()


def editor_of(page: AppTest) -> dict:
    """What the page sends to its editor."""
    (found,) = [each.proto for each in page.get("bidi_component") if each.proto.component_name == "explorer_editor"]
    return json.loads(found.json)


def chain_of(page: AppTest) -> dict:
    """What the page sends to its chain."""
    (found,) = [each.proto for each in page.get("bidi_component") if each.proto.component_name == "explorer_chain"]
    return json.loads(found.json)


def example_of(page: AppTest) -> Selectbox:
    (found,) = [each for each in page.selectbox if each.label == "Examples"]
    return found


def marked_lines(page: AppTest) -> list[tuple[int, str]]:
    return [(each["line"], each["kind"]) for each in editor_of(page)["marks"]]


def words(page: AppTest) -> str:
    found = (*page.markdown, *page.warning, *page.info, *page.error, *page.caption)
    return "\n".join(element.value for element in found).replace("\\", "")


def test_the_first_visit_shows_an_example_already_diagnosed(engine):
    page = open_page(engine)
    assert page.session_state["code"] == EXAMPLES["memory_thrown_away"].code
    assert TITLES["time_axis_missing"] in words(page)
    # Nobody has chosen it.
    assert "example" not in page.query_params


def test_a_fix_is_tried_while_it_is_read_applied_with_one_click_and_taken_back(engine):
    page = open_page(engine, example="memory_thrown_away")
    # A line stands there from the start, and says later what became of the fix.
    lines = [WAITING.sentence]
    while any(WAITING.sentence in each for each in lines):
        lines = [each.value for each in page.caption if "Tried" in each.value or WAITING.sentence in each.value]
        time.sleep(0.2)
        page.run()
    assert set(lines) == {r":green[Tried\: one step of training runs.]"}
    page.button(key="apply_0_0").click().run()
    assert not page.exception
    assert "No problems found." in words(page)
    assert "return_sequences=True" in page.session_state["code"]
    page.button(key="undo").click().run()
    assert page.session_state["code"] == EXAMPLES["memory_thrown_away"].code
    assert page.button(key="undo").disabled
    assert TITLES["time_axis_missing"] in words(page)


SCRIPT_WITH_A_FILE = """
import pandas as pd
import keras
table = pd.read_csv("prices.csv")
n_features = table.shape[1]
model = keras.Sequential([keras.Input((20, n_features)), keras.layers.GRU(32), keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(x, y)
"""


def test_a_number_that_the_code_does_not_say_is_asked_for_beside_its_line_and_taken(engine):
    page = open_page(engine)
    type_code(page, SCRIPT_WITH_A_FILE)
    assert not page.exception
    assert "A number is missing." in words(page)
    # What does not depend on it is drawn at once, and nothing that does has a number.
    drawn = chain_of(page)["description"]
    assert [layer["params"] for layer in drawn["layers"]] == [None, 33] and drawn["params"] is None
    assert "wait for n" in words(page)
    assert marked_lines(page) == [(5, "asked"), (4, "skipped"), (8, "skipped")]
    (field,) = editor_of(page)["asks"]
    assert (field["name"], field["line"], field["words"]) == ("n_features", 5, "n_features: how many?")
    give(page, "n_features", "five")
    (field,) = editor_of(page)["asks"]
    assert "n_features must be a whole number from 1 to 1,000,000" in field["wrong"] and "received “five”" in field["wrong"]
    give(page, "n_features", "5")
    assert not page.exception
    assert "No problems found." in words(page)
    assert [each.label for each in page.expander if each.label.startswith("Not followed")] == ["Not followed (2 lines)"]
    assert editor_of(page)["layers"] == [{"name": "gru", "line": 6}, {"name": "dense", "line": 6}]
    # Given, it still stands beside its line, also where that has moved.
    type_code(page, "\n\n" + SCRIPT_WITH_A_FILE)
    (field,) = editor_of(page)["asks"]
    assert (field["line"], field["value"], field["wrong"]) == (7, "5", "")
    # With x and y it trains, which builds the model from the same number.
    page.text_input(key="x").set_value("32,20,5").run()
    page.text_input(key="y").set_value("32,1").run()
    assert not page.exception
    assert page.selectbox(key="task").value
    # Another code asks for nothing.
    type_code(page, MODEL)
    assert editor_of(page)["asks"] == []


def test_what_a_layer_that_is_not_known_returns_is_asked_for_and_taken(engine):
    code = """
import keras
from tcn import TCN
i = keras.Input((20, 5))
h = TCN(64)(i)
model = keras.Model(i, keras.layers.Dense(1)(h))
"""
    page = type_code(open_page(engine), code)
    (field,) = editor_of(page)["asks"]
    assert field["name"] == "the output of TCN" and "A shape is missing." in words(page)
    assert "Which shape is it, without the batch?" in words(page)
    give(page, field["name"], "(None, x)")
    (field,) = editor_of(page)["asks"]
    assert field["wrong"].endswith("received “(None, x)”.") and "A shape is missing." in words(page)
    # As Keras writes a shape.
    give(page, field["name"], "(None, 64)")
    assert "No problems found." in words(page)
    give(page, field["name"], "64")
    assert not page.exception
    # The answer stays where it can be read and changed.
    (field,) = editor_of(page)["asks"]
    assert (field["value"], field["wrong"]) == ("64", "")
    assert "No problems found." in words(page)
    # It is not asked for shapes to train what cannot be trained.
    assert "This model has a layer that is not known here: it is drawn, but not trained" in words(page)
    assert "fill in the shapes" not in words(page)
    assert "(batch, features 64)" in words(page) or chain_of(page)["description"]["layers"][-1]["params"] == 65


def test_the_loss_of_one_output_of_several_is_changed(engine):
    code = """
import keras
import numpy as np
from keras import layers
i = keras.Input((10, 4))
h = layers.GRU(8)(i)
model = keras.Model(i, [layers.Dense(1)(h), layers.Dense(3, activation="softmax")(h)])
model.compile("adam", loss=["mse", "categorical_crossentropy"])
model.fit(np.zeros((50, 10, 4)), [np.zeros((50, 1)), np.random.randint(0, 3, 50)])
"""
    page = type_code(open_page(engine), code)
    assert not page.exception
    # The fields are for one target and one loss: the code itself changes.
    assert "the field" not in words(page)
    page.button(key="apply_0_0").click().run()
    assert not page.exception
    assert editor_of(page)["code"] == code.replace('"categorical', '"sparse_categorical')
    assert "No problems found." in words(page)


def test_another_model_of_the_code_is_opened_and_the_fitted_one_trains(engine):
    code = """
import keras
i = keras.Input((7, 3))
h = keras.layers.GRU(5)(i)
model = keras.Model(i, keras.layers.Dense(1)(h))
model.compile(loss="mse")
model.fit(keras.ops.zeros((8, 7, 3)), keras.ops.zeros((8, 1)))
encoder = keras.Model(i, h)
"""
    page = open_page(engine)
    type_code(page, code)
    choice = page.selectbox(key="model")
    assert choice.label == "2 models in this code" and choice.value == "model"
    assert choice.options == ["model: line 5, 2 layers, 156 parameters", "encoder: line 8, 1 layer, 150 parameters"]
    choice.set_value("encoder").run()
    assert not page.exception
    assert "150 parameters in total" in words(page) and "choose that one to train it" in words(page)
    page.selectbox(key="model").set_value("model").run()
    assert "156 parameters in total" in words(page)
    page.selectbox(key="model").set_value("encoder").run()
    # One that is gone from the code is not missed.
    type_code(page, code.replace("encoder = keras.Model(i, h)", ""))
    assert "156 parameters in total" in words(page) and "model" not in [each.key for each in page.selectbox]


def test_an_empty_page_says_what_to_paste(engine):
    page = open_page(engine)
    type_code(page, "")
    assert not page.exception
    assert "Paste your script, or drop a file or a notebook." in words(page)


def test_the_shapes_of_an_example_are_not_those_of_code_that_is_pasted_over_it(engine):
    page = open_page(engine)
    type_code(page, MODEL)
    assert [page.text_input(key=name).value for name in ("x", "y", "loss")] == ["", "", ""]
    assert "No problems found." in words(page)
    assert "fill in the shapes" in words(page)


def test_the_shapes_of_an_example_stay_where_one_line_of_it_is_changed(engine):
    page = open_page(engine)
    type_code(page, EXAMPLES["memory_thrown_away"].code.replace("Dense(1)", "Dense(2)"))
    assert page.text_input(key="x").value == "8,20,5 (example)"
    assert "example" not in page.query_params


def test_what_is_typed_stays_also_where_the_same_stood_there_already(engine):
    page = open_page(engine)
    assert page.text_input(key="x").value == "8,20,5 (example)"
    page.text_input(key="x").set_value("8,20,5").run()
    assert (page.text_input(key="x").value, example_of(page).value) == ("8,20,5", "memory_thrown_away")
    type_code(page, MODEL)
    assert [page.text_input(key=name).value for name in ("x", "y", "loss")] == ["8,20,5", "", ""]
    # Changed where it stood, it was typed as well.
    example_of(page).set_value("article_2").run()
    page.text_input(key="x").set_value("4,20,5 (example)").run()
    assert page.text_input(key="x").value == "4,20,5"


def test_what_is_typed_while_the_page_opens_stays(engine, monkeypatch):
    def interrupted(*_):
        raise StopException

    with monkeypatch.context() as patch:
        # Streamlit ends a run of the page like this, as soon as a hand has changed something.
        patch.setattr(engine_instance.engine(), "check", interrupted)
        page = open_page(engine)
    type_code(page, MODEL)
    assert page.session_state["code"] == MODEL
    assert "No problems found." in words(page)


def test_what_the_editor_sends_is_read_also_where_it_is_gone_and_where_it_is_no_text(monkeypatch):
    # Whoever types and leaves at once has another page on the screen when it comes.
    monkeypatch.setattr(paste_editor.st, "session_state", {})
    assert paste_editor._sent("typed") == {}
    sent = {"typed": {"code": "x = '\ud800'", "put": None}}
    monkeypatch.setattr(paste_editor.st, "session_state", {"editor": sent})
    assert paste_editor._sent("typed") == {"code": "x = '?'", "put": None}


PICTURES = """
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 32, 32, 3)),
    layers.TimeDistributed(layers.Conv2D(8, 3)),
    layers.TimeDistributed(layers.Flatten()),
    layers.LSTM(16),
    layers.Dense(1),
])
"""


def test_a_quiz_draws_no_training_and_keeps_its_settings(engine):
    page = open_page(engine)
    code = MODEL.replace("(7, 3)", "(20, 1)").replace("GRU(5)", "GRU(5, return_sequences=True)")
    code = code.replace("Dense(2)", "Dense(1)")
    type_code(page, code)
    for field, text in {"x": "8,20,1", "y": "8,20,1", "loss": "mse"}.items():
        page.text_input(key=field).set_value(text)
    page.run()
    page.selectbox(key="task").set_value("delayed_echo").run()
    page.slider(key="epochs").set_value(70).run()
    page.slider(key="delay").set_value(5).run()
    page.segmented_control(key="view").set_value("quiz").run()
    assert {"epochs", "delay"}.isdisjoint(each.key for each in page.slider)
    page.button(key="quiz_skip").click().run()
    page.segmented_control(key="view").set_value("chain").run()
    assert not page.exception
    assert page.selectbox(key="task").value == "delayed_echo"
    assert [page.slider(key=key).value for key in ("epochs", "delay")] == [70, 5]


def test_shapes_that_nobody_typed_are_not_meant_for_another_code(engine):
    page = open_page(engine)
    page.button(key="apply_0_0").click().run()
    type_code(page, PICTURES)
    assert [page.text_input(key=key).value for key in ("x", "y", "loss")] == ["", "", ""]
    assert "No problems found" in words(page)
    # What somebody has typed stays, whatever is pasted then.
    page.text_input(key="x").set_value("4,6,2").run()
    type_code(page, EXAMPLES["article_2"].code)
    assert page.text_input(key="x").value == "4,6,2"


@pytest.mark.parametrize(
    ("key", "text", "sentence"),
    [
        ("x", "many", "x cannot be read: “many”. Write whole numbers with commas between them, batch first, such as 8,20,5"),
        ("x", "8,0,5", "x must have 1 to 6 sizes from 1 to 1,000,000; received “8,0,5”."),
        ("x", "; ".join(["8,1"] * 9), "x names 9 inputs, and at most 8 are read."),
        ("y", "8,1; 8,2", "y names 2 shapes, “8,1; 8,2”."),
        ("y", "-8", "y cannot be read: “-8”."),
        ("loss", "msee", "There is no loss called “msee” here. Did you mean mse?"),
        ("loss", "[a](http://b.c)", "There is no loss called “[a](http:"),
    ],
)
def test_a_bad_field_gets_its_sentence(engine, key, text, sentence):
    page = open_page(engine)
    page.text_input(key=key).set_value(text).run()
    assert not page.exception
    assert sentence in words(page)


def test_code_that_is_too_long_gets_its_sentence(engine):
    page = open_page(engine)
    type_code(page, "#" * (MOST_CHARACTERS + 1))
    assert "The code has 20,001 characters, and at most 20,000 are read." in words(page)


def test_a_line_that_cannot_be_read_is_named(engine):
    page = open_page(engine)
    type_code(page, "import keras\nopen('/etc/passwd')\n")
    assert not page.exception
    assert TITLES["unreadable"] in words(page)
    assert "Line 2." in words(page)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"example": "nothing"}, "There is no example called “nothing”. Choose one from the list of examples."),
        ({"example": "article_11"}, "There is no example called “article_11”. Did you mean article_1?"),
        ({"run": "nothing"}, "There is no run of pasted code called “nothing” here."),
        ({"untis": "3"}, "The address of this page can have example and run; “untis” was ignored."),
    ],
)
def test_a_bad_address_gets_its_sentence_and_an_example(engine, address, sentence):
    page = open_page(engine, **address)
    assert sentence in words(page)
    assert page.session_state["code"] == EXAMPLES["memory_thrown_away"].code


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_opens_as_what_it_is(engine, name):
    page, example = open_page(engine, example=name), EXAMPLES[name]
    assert page.session_state["code"] == example.code
    assert ("No problems found." if example.kind == "none" else TITLES[example.kind]) in words(page)
    assert example_of(page).value == example.stem


def test_fields_are_read_as_people_write_them():
    fields = read_fields(MODEL, " (8, 20, 5);8x3 ;", "(8,)", "'MeanSquaredError'")
    assert (fields.x, fields.y, fields.loss) == (((8, 20, 5), (8, 3)), (8,), "mean_squared_error")
    assert fields.problems == ()
    assert read_fields("", "", "", "").x is None
    assert write_shapes(fields.x) == "8,20,5; 8,3"
    assert {read_fields("", "", "", loss).loss for loss in LOSSES} == set(LOSSES)


def test_a_change_is_told_by_signs_with_the_lines_around():
    before = [f"line {number}" for number in range(12)]
    lines = changed_lines("\n".join(before), "\n".join([*before[:6], "new", *before[7:]]))
    assert [line["sign"] for line in lines] == ["", " ", " ", "−", "+", " ", " ", ""]
    assert [line["text"] for line in lines if line["kind"] in ("removed", "added")] == ["line 6", "new"]
    assert changed_lines("same", "same") == []


def test_names_in_a_sentence_cannot_end_their_own_code():
    assert marked("`a\n\n# b` <i>") == "`a # b` \\<i\\>"


MESSAGE = (
    "ValueError: Input 0 of layer lstm_1 is incompatible: expected ndim=3, found ndim=2. Full shape received: (None, 32)"
)


def look_up(page: AppTest, text: str) -> AppTest:
    page.session_state["error_box"] = True
    page.run()
    page.text_area(key="error_text").set_value(text).run()
    assert not page.exception
    return page


def test_an_error_is_found_and_its_example_opens_in_the_place_of_own_code(engine):
    page = open_page(engine)
    assert not page.text_area
    type_code(page, MODEL)
    look_up(page, MESSAGE)
    text = words(page)
    assert "(batch, timesteps, features)" in text and "Write `return_sequences=True` in that layer." in text
    page.button(key="error_fixed_1").click().run()
    assert editor_of(page)["code"] == EXAMPLES["memory_thrown_away_mended"].code
    # The box is closed, so that the example is seen, and one click brings back what stood in the editor.
    assert not page.text_area
    page.button(key="undo").click().run()
    assert editor_of(page)["code"] == MODEL


def test_code_in_the_box_is_put_into_the_editor_and_what_is_not_known_is_said(engine):
    page = look_up(open_page(engine), "RuntimeError: CUDA out of memory")
    assert "This message is not known here" in words(page).replace("\\", "")
    look_up(page, MODEL)
    assert "This is code" in words(page)
    page.button(key="error_code").click().run()
    assert editor_of(page)["code"] == MODEL
