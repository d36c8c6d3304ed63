"""What the projector walks through, by the address that names it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.catalog.lessons import LESSONS
from explorer.catalog.presets import PRESETS
from explorer.experiment import Experiment, Pasted
from explorer.ui.state.deck import open_deck, to_data
from explorer.ui.state.slides import Slide, pack

IGNORED = ("run", "preset", "view", "fix", "hide", "layer", "lesson", "states", "step")
MEMORY = Experiment("gru_every_step", "delayed_echo", timesteps=7, knobs={"delay": 3}).to_query()


def opened(**address: str):
    deck, at, problems = open_deck(address, IGNORED)
    return deck, at, [problem.sentence for problem in problems]


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_every_step_of_a_lesson_is_a_slide(lesson):
    deck, at, told = opened(view="present", lesson=lesson.name, step="2")
    assert (deck.name, at, told) == (lesson.title, 1, [])
    assert [slide.title for slide in deck.slides] == [step.title for step in lesson.steps]
    data = to_data(deck, lambda run: None)
    for number, (slide, step) in enumerate(zip(data, lesson.steps, strict=True), 1):
        page, state = lesson.state(number)
        assert (slide["query"] is not None) == (page == "explore")
        assert slide["query"] is None or slide["query"].items() >= {"architecture": state["architecture"]}.items()
        assert bool(slide["hides"]) == (step.conceals and (step.prediction or step.quiz) is not None)
        assert step.notes in slide["notes"]
        if step.prediction:
            assert [each["right"] for each in slide["prediction"]["answers"]].count(True) == 1


def test_states_of_a_link_are_slides_and_a_wrong_one_is_told_on_its_own():
    slides = [Slide("A start", MEMORY), Slide("", {**MEMORY, "units": "9999", "run": "gone", "hide": "presets"})]
    deck, at, told = opened(view="present", states=pack(slides), step="2")
    assert (at, told) == (1, [])
    first, second = to_data(deck, lambda run: None)
    assert (first["title"], first["told"], first["query"]) == ("A start", [], MEMORY)
    assert second["title"] == "GRU with an output at every timestep"
    assert [sentence.split()[0] for sentence in second["told"]] == ["units", "There"]
    assert deck.slides[1].address["hide"] == "presets"
    assert second["run"] is None


def test_a_slide_of_a_run_has_what_its_chart_needs():
    trained = Experiment("gru_every_step", "delayed_echo", epochs=12, knobs={"delay": 3})
    deck, *_ = opened(view="present", states=pack([Slide("", {"run": "r1"})]))
    (slide,) = to_data(deck, {"r1": trained}.get)
    assert (slide["run"], slide["info"]["epochs"], slide["query"]) == ("r1", 12, trained.to_query())
    assert [each["name"] for each in slide["info"]["baselines"]]


def test_a_run_of_pasted_code_is_on_no_slide_and_that_is_told():
    pasted = Experiment("pasted", "random_targets", pasted=Pasted("", ((8, 3),), (8, 1), "mse"))
    deck, *_ = opened(view="present", states=pack([Slide("", {**MEMORY, "run": "r1"})]))
    (slide,) = to_data(deck, {"r1": pasted}.get)
    assert (slide["run"], slide["query"]) == (None, MEMORY)
    assert slide["told"] == ["The run “r1” trains pasted code, which no slide shows: it is on the page Paste."]


def test_without_a_list_the_page_is_shown_and_then_the_named_experiments():
    deck, at, told = opened(view="present", **MEMORY)
    assert (at, told, len(deck.slides)) == (0, [], 1 + len(PRESETS))
    assert deck.slides[0].experiment.timesteps == 7
    deck, *_ = opened(view="present", preset="needs_memory")
    assert deck.slides[0].experiment == PRESETS["needs_memory"].experiment
    assert len(deck.slides) == len(PRESETS)


@pytest.mark.parametrize(
    ("address", "at", "words"),
    [
        ({"lesson": "return_sequence"}, 0, "Did you mean return_sequences?"),
        ({"lesson": "x" * 500}, 0, "There are:"),
        ({"states": "%%%"}, 0, "cut short"),
        ({"lesson": "return_sequences", "states": "x"}, 0, "a lesson and holds slides too"),
        ({"lesson": "return_sequences", "step": "99"}, len(LESSONS["return_sequences"].steps) - 1, "from 1 to"),
        ({"step": "none"}, 0, "Showing step 1"),
        ({"step": "9" * 4000}, 0, "Showing step 1"),
    ],
)
def test_what_is_wrong_is_told_and_the_nearest_is_shown(address, at, words):
    _, shown, told = opened(view="present", **address)
    assert shown == at
    assert len(told) == 1 and words in told[0] and told[0].endswith((".", "?"))


@given(st.dictionaries(st.sampled_from(["lesson", "states", "step", "units", "run", "preset"]), st.text(max_size=30)))
def test_any_address_opens_something(address):
    deck, at, told = opened(**address)
    assert 0 <= at < len(deck.slides)
    assert all(sentence.endswith((".", "?")) for sentence in told)
