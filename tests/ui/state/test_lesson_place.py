"""A lesson in the page's state and address: where a link leads, what is answered and done, and the way on."""

from __future__ import annotations

import pytest

from explorer.catalog.lessons import LESSONS
from tests.app_pages import AppTest

LESSON = LESSONS["return_sequences"]
STEPS = len(LESSON.steps)


def page_of_a_lesson():
    import streamlit as st

    from explorer.ui.explore.controls import controls
    from explorer.ui.explore.head import head
    from explorer.ui.lessons import steps as lesson_steps
    from explorer.ui.lessons.panel import lesson_panel
    from explorer.ui.state import address, lesson_place

    experiment, problems = address.take(lambda run: None)
    st.session_state["said"] = [problem.sentence for problem in problems]
    at = lesson_place.place("explore")
    if at:
        at = lesson_steps.note_what_is_seen(at, experiment)
        lesson_panel(at, None, experiment)
    controls(experiment, st.session_state["_followed"])
    head(experiment, at)
    address.write(experiment)


def open_link(**query: str) -> AppTest:
    page = AppTest.from_function(page_of_a_lesson, default_timeout=30)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


def query_of(page: AppTest) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[0] for name, value in page.query_params.items()}


def stands_at(page: AppTest) -> tuple[str, str]:
    query = query_of(page)
    return query["lesson"], query["step"]


def answer(page: AppTest, place: int) -> None:
    page.radio[0].set_value(place).run()
    page.button(key="lesson_answer").click().run()
    assert not page.exception


def test_a_link_to_a_lesson_opens_its_first_step():
    page = open_link(lesson=LESSON.name)
    assert stands_at(page) == (LESSON.name, "1") and page.session_state["said"] == []
    shown = {"view": "chain"} | LESSON.state(1)[1]
    assert shown.items() <= query_of(page).items()


def test_what_the_address_says_beside_counts_more_than_the_step():
    page = open_link(lesson=LESSON.name, step="1", timesteps="7", hide="seed")
    assert page.session_state["timesteps"] == 7
    assert query_of(page)["hide"] == "seed"


@pytest.mark.parametrize(
    ("query", "step", "words"),
    [
        ({"lesson": LESSON.name, "step": "99"}, str(STEPS), f"has the steps 1 to {STEPS}; received “99”"),
        ({"lesson": LESSON.name, "step": "0"}, "1", "received “0”"),
        ({"lesson": LESSON.name, "step": "two" * 500}, "1", "received “twotwo"),
        ({"lesson": "return_sequence", "step": "2"}, None, "Did you mean return_sequences?"),
        ({"lesson": "x" * 5000}, None, "There are: "),
        ({"step": "2"}, None, "names a step and no lesson"),
    ],
)
def test_a_wrong_lesson_or_step_gets_a_sentence_and_the_nearest_state(query, step, words):
    page = open_link(**query)
    (said,) = page.session_state["said"]
    assert words in said and len(said) < 400
    assert query_of(page).get("step") == step


def test_a_step_is_answered_and_done_before_the_next_one_and_can_be_skipped():
    page = open_link(lesson=LESSON.name, step="3")
    go_on = page.button(key="lesson_next")
    assert go_on.disabled and page.button(key="lesson_skip").disabled is False
    # What is done before the answer does not count.
    answer(page, 0)
    assert page.button(key="lesson_next").disabled
    page.slider(key="timesteps").set_value(9).run()
    assert not page.button(key="lesson_next").disabled and page.button(key="lesson_skip").disabled
    # Once done it stays so.
    page.slider(key="timesteps").set_value(20).run()
    page.button(key="lesson_next").click().run()
    assert stands_at(page) == (LESSON.name, "4")
    page.button(key="lesson_skip").click().run()
    assert stands_at(page) == (LESSON.name, "5")
    page.button(key="lesson_back").click().run()
    assert stands_at(page) == (LESSON.name, "4") and page.session_state["timesteps"] == 20
    page.button(key="lesson_leave").click().run()
    assert "lesson" not in page.query_params and "hide" not in page.query_params


def test_the_first_answer_counts_and_its_reason_is_told():
    page = open_link(lesson=LESSON.name, step="1")
    answers = LESSON.steps[0].prediction.answers
    wrong = next(place for place, each in enumerate(answers) if not each.right)
    answer(page, wrong)
    told = " ".join(element.value for element in page.markdown)
    assert "Wrong:" in told and answers[wrong].why in told and "The right answer:" in told
    assert not page.radio


def test_what_a_quiz_asks_can_be_chosen_by_kind_and_layer():
    from explorer.quiz import question_about
    from tests.lessons.facts import described

    description = described(LESSON.experiment(STEPS))
    asked = question_about(description, "gone", "memory")
    assert (asked.kind, asked.layer) == ("gone", "memory") and asked.choices[asked.right].text == "timesteps"
    with pytest.raises(ValueError, match="cannot be asked of this model"):
        question_about(description, "gone", "answer")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(batch, 20 timesteps)", "(:gray[batch], :blue[20 timesteps])"),
        (r"takes \(batch, units 2\).", r"takes \(:gray[batch], :green[units 2]\)."),
        ("(timesteps, batch, 8 windows)", "(:blue[timesteps], :gray[batch], 8 windows)"),
        ("20 timesteps (and no batch](", "20 timesteps (and no batch]("),
    ],
)
def test_the_axes_of_a_shape_have_their_colours(text, found):
    from explorer.ui.lessons.panel import coloured

    assert coloured(text) == found
