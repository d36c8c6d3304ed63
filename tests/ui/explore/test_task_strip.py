"""The task as a picture, without a page: what is drawn, and where the arrow goes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from explorer.catalog import ARCHITECTURES, TASKS, read_experiment
from explorer.catalog.arrows import DRAWN_TIMESTEPS, Arrow, Cell, laid
from explorer.glossary import GLOSSARY
from explorer.training import data
from explorer.ui.explore.head import words
from explorer.ui.explore.task_strip import strip
from explorer.ui.explore.task_strip_markup import markup
from explorer.ui.front_end.terms import with_terms
from tests.for_all import for_all


def experiment(task: str, **values):
    return read_experiment({"task": task, **values}).experiment


@for_all("timesteps", [2, 20, 200])
@for_all("task", TASKS)
def test_every_task_is_drawn_with_the_numbers_of_its_probe(task, timesteps):
    shown = experiment(task, timesteps=timesteps)
    found, part = strip(shown), data.make(shown, "probe")
    inputs, targets = part.inputs[0][found.sequence - 1], part.targets[found.sequence - 1]
    shown_inputs = [number for number in found.inputs[0].numbers if number is not None]
    assert shown_inputs == pytest.approx(laid(inputs)[..., 0].ravel()[: len(shown_inputs)].tolist())
    assert len(found.places) == len(found.inputs[0].numbers)
    column = targets.reshape(len(targets), -1)[:, 0] if TASKS[task].answers == "every step" else targets
    shown_targets = [number for number in found.target.numbers if number is not None]
    assert shown_targets == pytest.approx(column[: len(shown_targets)].tolist())
    assert bool(found.left_out) == (TASKS[task].answers == "every step" and shown.timesteps > DRAWN_TIMESTEPS)
    for each in re.findall(r"(?:left|width|right):(-?[\d.]+)%", markup(found)):
        assert 0 <= float(each) <= 100


def test_the_arrow_of_the_default_goes_from_one_cell_to_the_cell_three_later():
    found = strip(experiment("delayed_echo"))
    assert (found.words, found.groups[0].begin, found.at) == ("delay 3", 7, 10)
    assert found.inputs[0].name == "input, feature 1" and found.target.name == "target"
    assert markup(found).count(">0</span>") == 3


def test_padding_is_left_open_and_an_answer_for_the_whole_sequence_is_in_words():
    found = strip(experiment("majority"))
    lengths = data.valid_steps(data.make(experiment("majority"), "probe"))
    assert sum(number is not None for number in found.inputs[0].numbers) == lengths[found.sequence - 1]
    assert found.target.sum_up in ("yes", "no") and "padded" in markup(found)
    # Only a sequence with a run can show one.
    assert strip(experiment("longest_window", windows=4)).target.sum_up == "yes"


def test_symbols_and_classes_are_characters_that_are_read_aloud():
    found = strip(experiment("bracket_depth", timesteps=12))
    text, depths = found.inputs[0].characters, found.target.characters
    assert set(text) <= set("()x") and len(text) == len(depths) == sum(number is not None for number in found.target.numbers)
    drawn = markup(found)
    assert f"input {text}, target {depths}. From the input to the target: {found.words}." in drawn
    assert drawn.count('<span style="left:') == 2 * len(text)


def test_two_inputs_have_a_row_each_and_marks_one_beside_their_numbers():
    assert [row.name for row in strip(experiment("two_streams_sum")).inputs] == ["input 1, feature 1", "input 2, feature 1"]
    found = strip(experiment("adding_problem"))
    assert [row.name for row in found.inputs] == ["input, feature 1", "input, feature 2"]
    assert [group.rows for group in found.groups] == [(0, 1), (0, 1)]


@pytest.mark.parametrize("arrow", [None, Arrow("far", (Cell(500),), 1), Arrow("<b>", (Cell(0),), 1)])
def test_a_task_of_somebody_s_own_is_drawn_without_an_arrow_or_with_a_wrong_one(arrow, monkeypatch):
    shown = experiment("noise", seed=77 if arrow is None else len(arrow.words) + 77)
    monkeypatch.setitem(TASKS, "noise", replace(TASKS["noise"], arrow=lambda inputs: arrow))
    strip.cache_clear()
    found = markup(strip(shown))
    strip.cache_clear()
    assert "<b>" not in found.replace('<b class="', "")
    assert ("&lt;b&gt;" in found) == bool(arrow and arrow.words == "<b>")


def test_a_frame_is_drawn_as_a_window_of_its_columns_with_a_row_for_the_dot():
    shown = experiment("moving_dot", timesteps=4, rows=3, columns=5)
    found = strip(shown)
    film = data.make(shown, "probe").inputs[0][found.sequence - 1][..., 0]
    row = int(film[0].max(axis=1).argmax())
    assert found.inputs[-1].name == f"input, row {row + 1}"
    assert found.inputs[-1].numbers == pytest.approx(film[:, row].ravel().tolist())
    assert len(found.places) == 4 * 5 and [len(group.rows) for group in found.groups] == [1, 1]
    assert (found.words, found.target.sum_up) in (("to the right", "yes"), ("to the left", "no"))


def test_the_head_names_model_and_task_and_explains_each_word_once():
    head = words(experiment("delayed_echo"))
    assert "<h1>GRU with an output at every timestep</h1>" in head
    assert head.index("<b>Model:</b>") < head.index("<b>Task:</b>")
    terms = re.findall(r'data-term="([\w ]+)"', head)
    assert "hidden state" in terms and len(terms) == len(set(terms)) and set(terms) <= set(GLOSSARY)


def test_the_lines_of_the_catalog_fit_into_their_line():
    # As many characters of the page's type as stand on one line at 1280 pixels.
    assert {each.name: len(each.summary) for each in ARCHITECTURES.values() if len(each.summary) > 84} == {}
    assert {each.name: len(each.summary) for each in TASKS.values() if len(each.summary) > 92} == {}
    assert {each.name: len(each.heading) for each in ARCHITECTURES.values() if len(each.heading) > 44} == {}


def test_words_are_explained_as_in_the_browser():
    told: set[str] = set()
    assert re.findall(r'data-term="([\w ]+)"', with_terms("20 timesteps, and the hidden state of a timestep", told)) == [
        "timestep",
        "hidden state",
    ]
    assert with_terms("return_sequences=True <units>", set()).count("abbr") == 2
    assert "data-term" not in with_terms("the hidden state", told)
