"""What every lesson keeps to: its numbers are those of Keras, its states are shown, its conditions can be met."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.catalog.lessons import LESSONS, VIEWS, Lesson, WrongLesson, read_lessons
from explorer.catalog.lessons.on_page import QUIZ_KINDS
from explorer.catalog.lessons.reading import MOST_ANSWERS
from explorer.quiz import BEHAVIOUR, KINDS, question_about
from explorer.runtime.storage.room_rules import MOST_CHOICES
from explorer.ui.state import address
from tests.lessons.facts import described, is_true, not_of_the_model, untrue

ROOT = Path(__file__).parents[2]
WRONG = {
    "a number without a source": ("Text.", "It has 32 units.", 10, "the number 32"),
    "no answer is right": ("- [x] b", "- [ ] b", 12, "one of them is right"),
    "more answers than a room counts": ("- [ ] a\n  No.\n", "- [ ] a\n  No.\n" * 12, 12, "12 answers at most. Received: 13"),
    "no such architecture": ("architecture: gru_once", "architecture: gru_onc", 6, "gru_once"),
    "nothing to do for a condition": ("hide: presets", "hide: presets\ndone: epoch 5", 9, "belong together"),
    "nothing can be hidden by that name": ("hide: presets", "hide: prests", 8, "presets"),
    "a view of a hidden chain": ("hide: presets", "hide: chain\nview: code", 9, "hides the chain. Received: 'code'"),
    "a value to compare, and no setting": ("hide: presets", "compare_value: 3", 8, "belongs to compare"),
    "two comparisons": ("hide: presets", "twin: a.b:c\ncompare: a.b", 8, "a step has one of them"),
    "no part by that name": ("### Predict", "### Guess", 12, "Predict, Do, Notes"),
    "no title of a step": ("## First", "## ", 5, "a step needs a title"),
    "no quiz at the end": ("quiz: output memory", "conceals: shapes", 19, "question of the quiz"),
    "no such question": (
        "quiz: output memory",
        "quiz: nosuch memory",
        20,
        "no question of the quiz called 'nosuch'. There are: gone",
    ),
    "a question about no layer": ("quiz: output memory", "quiz: parameters", 20, "names a layer"),
    "a question about no baseline": ("quiz: output memory", "quiz: baseline nosuch", 20, "'nosuch'. There are: "),
    "a question on Paste": (
        "quiz: output memory",
        "page: paste\nexample: labels\nquiz: output memory",
        22,
        "shows the page paste",
    ),
    "a page that shows nothing": ("quiz: output memory", "page: paste\nquiz: output memory", 20, "says what that shows"),
    "no goal": ("goal: Know.\n", "", 1, "goal"),
    "a goal without words": ("goal: Know.", "goal: ", 1, "needs goal"),
    "a lesson of an hour": ("minutes: 4", "minutes: 60", 1, "3 to 7"),
    "a brace alone": ("Text.", "Text {.", 10, "brace"),
    "NUL": ("Text.", "Te\0xt.", 10, "U+0000, a control character"),
    "a byte-order mark": ("title", "\ufefftitle", 1, "byte-order mark"),
    "no UTF-8": ("Text.", "Text\udcff.", 10, "not UTF-8. Received: the byte 0xff"),
}
# What a step's condition is, and with what its page shows; the line is that of `done`.
WRONG_CONDITIONS = {
    "dancing": ("", "done must be one of"),
    "epoch banana": ("", "from 1 to 60, the epochs of the step. Received: 'banana'"),
    "epoch 0": ("", "from 1 to 60"),
    "epoch 9999": ("", "from 1 to 60"),
    "epoch 5": ("hide: charts", "the step hides the charts. Received: hide: charts"),
    "below nosuch": ("", "no baseline of this task called 'nosuch'. There are: "),
    "opened memory": ("hide: chain", "the step hides the chain"),
    "view nosuch": ("", "no view called 'nosuch'. There are: chain"),
    "moved nosuch": ("", "called 'nosuch'. There are: architecture, task"),
    "moved units": ("fix: units", "the step fixes units. Received: fix: units"),
    "moved units ": ("hide: units,sidebar", "the step hides units. Received: hide: units,sidebar"),
    "moved timesteps": ("hide: sidebar", "the step hides the sidebar, where it is"),
    "moved features": ("", "features cannot be moved. "),
    "setting units banana": ("", "units must be a whole number from 1 to 256; received “banana”"),
    "setting units 010": ("", "writes this value as '10'"),
    "setting architecture nosuch": ("", "no architecture called 'nosuch'"),
    "setting task delayed_echo": ("", "Tasks that fit: adding_problem, temporal_order."),
    "code": ("", "not noticed on the page explore"),
    "example labels": ("", "not noticed on the page explore"),
    "example nosuch": ("page: paste", "no example called 'nosuch'. There are: "),
    "moved epochs": ("page: paste", "What is noticed there: code, example"),
}
# What only the model tells: a field of the first step, or the quiz of the last one.
WRONG_LAYERS = {
    "done: opened nosuch": (8, "no layer called 'nosuch'. It has: memory"),
    "layer: nosuch": (8, "no layer called 'nosuch'. It has: memory"),
    "twin: a.b:c": (8, "no setting “a.b” to compare. It has: memory."),
    "compare: memory.nosuch": (8, "no setting “memory.nosuch” to compare"),
    "twin: architecture:nosuch": (8, "no setting “architecture” to compare"),
    "quiz: parameters nosuch": (20, "cannot be asked of this model. What can be asked: "),
}
SHOWN = "architecture: gru_once\ntask: adding_problem\nhide: presets"
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
    assert untrue(lesson) == []


def test_what_a_step_names_is_in_its_model(lesson):
    assert not_of_the_model(lesson) == []


def test_a_prediction_comes_first_and_a_question_of_the_quiz_last(lesson):
    questions = [step for step in lesson.steps if step.prediction or step.quiz]
    doing = next((place for place, step in enumerate(lesson.steps) if step.condition), len(lesson.steps))
    assert any(step.prediction for step in lesson.steps[: doing + 1]), "something is done before anything is predicted"
    assert len(questions) > 1 and lesson.steps[-1].quiz


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


def refusal(folder: Path, text: str) -> str:
    assert text != WHOLE
    (folder / "one.md").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(WrongLesson) as refused:
        read_lessons(folder)
    return str(refused.value)


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_refused_with_its_line(case, tmp_path):
    before, after, line, words = WRONG[case]
    said = refusal(tmp_path, WHOLE.replace(before, after, 1))
    assert said.startswith(f"one.md, line {line}: ") and words in said


@pytest.mark.parametrize("done", WRONG_CONDITIONS)
def test_what_can_never_be_done_is_refused_with_its_line(done, tmp_path):
    also, words = WRONG_CONDITIONS[done]
    step = SHOWN if also != "page: paste" else "page: paste\nexample: labels"
    step = step.replace("hide: presets", also) if ":" in also and also != "page: paste" else step
    text = WHOLE.replace(SHOWN, f"{step}\ndone: {done}").replace("  Yes.\n", "  Yes.\n\n### Do\nDo it.\n")
    said = refusal(tmp_path, text)
    line = text.splitlines().index(f"done: {done}") + 1
    assert said.startswith(f"one.md, line {line}: ") and words in said


@pytest.mark.parametrize("field", WRONG_LAYERS)
def test_what_the_model_has_not_is_told_with_its_line(field, tmp_path):
    line, words = WRONG_LAYERS[field]
    text = WHOLE.replace("quiz: output memory" if line == 20 else "hide: presets", field)
    if field.startswith("done"):
        text = text.replace("  Yes.\n", "  Yes.\n\n### Do\nDo it.\n")
    (tmp_path / "one.md").write_text(text)
    (said,) = not_of_the_model(read_lessons(tmp_path)["one"])
    assert said.startswith(f"one.md, line {line}: ") and words in said


def test_a_source_that_names_nothing_is_told_with_its_line(tmp_path):
    (tmp_path / "one.md").write_text(WHOLE.replace("Text.", "It has {32: nosuch.params} and {1: units / 0}."))
    first, second = untrue(read_lessons(tmp_path)["one"])
    assert first.startswith("one.md, line 10: the source 'nosuch.params' of 32 cannot be read") and "line 10" in second


def test_what_the_catalog_copies_from_above_it_is_the_same():
    assert set(QUIZ_KINDS) == {BEHAVIOUR, *KINDS} and MOST_ANSWERS == MOST_CHOICES
