"""What every lesson keeps to: its numbers are those of Keras, its states are shown, its conditions can be met."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.catalog.lessons import LESSONS, VIEWS, Lesson, WrongLesson, read_lessons
from explorer.quiz import question_about
from explorer.ui import address
from tests.lessons.facts import described, experiment_at, is_true, value

ROOT = Path(__file__).parents[2]
WRONG = {
    "a number without a source": ("Text.", "It has 32 units.", 10, "the number 32"),
    "no answer is right": ("- [x] b", "- [ ] b", 12, "one of them is right"),
    "no such architecture": ("architecture: gru_once", "architecture: gru_onc", 5, "gru_once"),
    "no such condition": ("hide: presets", "hide: presets\ndone: dancing", 5, "done must be one of"),
    "nothing to do for a condition": ("hide: presets", "hide: presets\ndone: epoch 5", 5, "belong together"),
    "nothing can be hidden by that name": ("hide: presets", "hide: prests", 5, "presets"),
    "no part by that name": ("### Predict", "### Guess", 12, "Predict, Do, Notes"),
    "no quiz at the end": ("quiz: output memory", "conceals: shapes", 19, "question of the quiz"),
    "no goal": ("goal: Know.\n", "", 1, "goal"),
    "a lesson of an hour": ("minutes: 4", "minutes: 60", 1, "3 to 7"),
    "a brace alone": ("Text.", "Text {.", 10, "brace"),
}
WHOLE = """title: A lesson
minutes: 4
goal: Know.

## First
architecture: gru_once
task: adding_problem
hide: presets

Text.

### Predict
Which?
- [ ] a
  No.
- [x] b
  Yes.

## Last
quiz: output memory

End.
"""


@pytest.fixture(params=LESSONS.values(), ids=LESSONS)
def lesson(request) -> Lesson:
    return request.param


def test_every_number_is_what_the_model_has(lesson):
    wrong = [
        f"{lesson.name}.md, line {fact.line}: {fact.said} is not {fact.source}: {value(fact.source, lesson, fact.step)}"
        for fact in lesson.facts
        if not is_true(fact, lesson)
    ]
    assert wrong == []


def test_a_prediction_comes_first_and_its_quiz_can_be_asked(lesson):
    questions = [step for step in lesson.steps if step.prediction or step.quiz]
    doing = next((place for place, step in enumerate(lesson.steps) if step.condition), len(lesson.steps))
    assert any(step.prediction for step in lesson.steps[: doing + 1]), "something is done before anything is predicted"
    assert len(questions) > 1
    quiz, experiment = lesson.steps[-1].quiz, lesson.experiment(len(lesson.steps))
    assert quiz is not None and experiment is not None
    assert question_about(described(experiment), quiz.kind, quiz.layer, 0, experiment).kind == quiz.kind


def test_what_a_step_asks_for_is_on_the_page(lesson):
    for number, step in enumerate(lesson.steps, 1):
        page, state = lesson.state(number)
        condition = step.condition
        if condition is None or page == "paste":
            continue
        experiment = experiment_at(lesson, number)
        if condition.kind in ("moved", "setting"):
            assert condition.name in address.names_of(experiment)
            assert condition.name not in [*state.get("fix", "").split(","), *state.get("hide", "").split(",")]
        if condition.kind == "opened":
            assert condition.name in [layer.name for layer in described(experiment).layers]
        if condition.kind in ("epoch", "below"):
            assert "charts" not in state.get("hide", "")


def test_a_number_that_is_not_the_models_is_found():
    lesson = LESSONS["return_sequences"]
    facts = [fact for fact in lesson.facts if fact.source in ("memory.output", "memory.params")]
    wrong = [replace(fact, said=fact.said.replace("32", "31").replace("3,456", "3,457")) for fact in facts]
    assert facts and all(is_true(fact, lesson) for fact in facts) and not any(is_true(fact, lesson) for fact in wrong)


def test_the_readme_lists_the_lessons():
    wanted = [f"| {each.title} | `?lesson={each.name}` | {each.minutes} | {each.goal} |" for each in LESSONS.values()]
    lines = (ROOT / "README.md").read_text().splitlines()
    assert [line for line in lines if line.startswith("|") and "`?lesson=" in line] == wanted


def test_the_lesson_that_contributors_are_shown_is_one(tmp_path):
    (text,) = re.findall(r"^```markdown\n(.*?)^```$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "shown.md").write_text(text)
    lesson = read_lessons(tmp_path)["shown"]
    assert lesson.facts and all(is_true(fact, lesson) for fact in lesson.facts)
    quiz = lesson.steps[-1].quiz
    assert question_about(described(lesson.experiment(2)), quiz.kind, quiz.layer).choices


def test_the_views_are_those_of_the_page():
    called = {of: name for name, of in address.CALLED.items()}
    assert [called.get(view, view) for view in address.VIEWS] == list(VIEWS)


def test_no_title_stands_twice():
    titles = [lesson.title for lesson in LESSONS.values()]
    assert len({*titles}) == len(titles)


def test_a_whole_file_is_a_lesson(tmp_path):
    (tmp_path / "one.md").write_text(WHOLE)
    lesson = read_lessons(tmp_path)["one"]
    assert lesson.state(2) == ("explore", {"architecture": "gru_once", "task": "adding_problem", "hide": "presets"})
    assert [answer.right for answer in lesson.steps[0].prediction.answers] == [False, True]


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_refused_with_its_line(case, tmp_path):
    before, after, line, words = WRONG[case]
    text = WHOLE.replace(before, after, 1)
    assert text != WHOLE
    (tmp_path / "one.md").write_text(text)
    with pytest.raises(WrongLesson, match=rf"^one\.md, line {line}: ") as refused:
        read_lessons(tmp_path)
    assert words in str(refused.value)
