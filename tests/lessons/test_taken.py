"""Every lesson from its first to its last step as the page's script has it: its links, answers, tasks and buttons.

What only a browser knows, which layer is open and what is shown of a run, is told here in its place. It tells that itself,
and draws all this, in `tests/browser/test_lessons.py`, which takes lessons of each kind. Whether training gets as far as a
step asks for is asked of the trainer alone.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Widget

from explorer.catalog import resolve
from explorer.catalog.examples import EXAMPLES
from explorer.catalog.lessons import LESSONS, Condition, Lesson, Step
from explorer.runtime.engine.engine import Engine
from explorer.runtime.storage.store import Store
from explorer.training.program import Program
from explorer.training.trainer import Trainer
from explorer.ui.lessons.panel import coloured
from explorer.ui.model.quiz_panel import HIDDEN
from explorer.ui.server import engine_instance
from tests.fake_cluster import FakeCluster

PAGES = Path(engine_instance.__file__).parents[1] / "pages.py"
MESSAGE = "Shapes used to initialize variables must be fully-defined"


@pytest.fixture(scope="module", autouse=True)
def engine(tmp_path_factory):
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('lessons')}/runs.db")
    engine = Engine(store, FakeCluster(), grace=None)
    assert engine.wait_ready(60)
    patch = pytest.MonkeyPatch()
    patch.setattr(engine_instance, "_engine", engine)
    yield
    patch.undo()
    engine.close()
    store.close()


def run(page: AppTest | Widget) -> None:
    """Run the page, or that of a widget that somebody has moved."""
    assert not page.run().exception


def press(page: AppTest, key: str) -> None:
    run(page.button(key=key).click())


def sent(page: AppTest, component: str) -> list[dict]:
    """What the page sends to each of its components of this name."""
    found = [each.proto for each in page.get("bidi_component") if each.proto.component_name == component]
    return [json.loads(each.json) for each in found]


def stands_at(page: AppTest, lesson: Lesson, number: int) -> None:
    step, query = lesson.steps[number - 1], {name: str(value) for name, value in page.query_params.items()}
    assert {"lesson": lesson.name, "step": str(number)}.items() <= query.items()
    assert coloured(step.text) in [element.value for element in page.markdown]
    # A step without an address keeps what the learner has.
    if step.address:
        _, address = lesson.state(number)
        assert address.items() <= ({"view": "chain"} | query).items()


def answer(page: AppTest, step: Step, rightly: bool) -> None:
    """Answer the question, of the quiz with the first choice; meanwhile nothing on the page tells it."""
    if step.page == "explore":
        assert sent(page, "explorer_live") == []
        hidden = [each["hidden"] for each in sent(page, "explorer_chain")]
        assert hidden == ([] if step.conceals_model else [list(HIDDEN)] if step.conceals else [[]])
    else:
        assert sent(page, "explorer_chain") == []
        assert EXAMPLES[step.address["example"]].says not in texts(page)
    place = 0
    if step.prediction:
        place = next(place for place, each in enumerate(step.prediction.answers) if each.right == rightly)
    (asked,) = [each for each in page.radio if str(each.key).startswith("lesson_choice")]
    run(asked.set_value(place))
    press(page, "lesson_answer")
    told = ("Right:" if rightly else "Wrong:",) if step.prediction else ("Right:", "Wrong:")
    assert any(f"**{each}" in texts(page) for each in told)


def texts(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


def do(page: AppTest, asked: Condition, lesson: Lesson, number: int) -> None:
    """What a step asks for, as its words say it."""
    if asked.kind == "moved":
        slider = page.slider(key=asked.name)
        run(slider.set_value(slider.value + 1))
    elif asked.kind == "view":
        page.session_state["view"] = asked.value
        run(page)
    elif asked.kind == "code":
        press(page, "apply_0_0")
    elif asked.kind == "example":
        page.session_state["error_box"] = True
        run(page)
        run(page.text_area(key="error_text").set_value(MESSAGE))
        press(page, next(each.key for each in page.button if each.label == "Example: TimeDistributed around a GRU"))
    else:
        be_told(page, asked, lesson, number)


def be_told(page: AppTest, asked: Condition, lesson: Lesson, number: int) -> None:
    """The browser is told what to look for, and says that it is there."""
    epoch = int(asked.value) if asked.kind == "epoch" else None
    below = resolve(lesson.experiment(number)).baselines[asked.value] if asked.kind == "below" else None
    watches = {"layer": asked.name or None, "epoch": epoch, "below": below}
    assert [each["watch"] for each in sent(page, "explorer_lessons")] == [watches]
    page.session_state["_lesson"]["met"].add(number)
    run(page)


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_every_lesson_can_be_taken_from_beginning_to_end(lesson):
    page = AppTest.from_file(PAGES, default_timeout=60)
    page.query_params["lesson"] = lesson.name
    run(page)
    for number, step in enumerate(lesson.steps, 1):
        stands_at(page, lesson, number)
        if step.prediction or step.quiz:
            assert page.button(key="lesson_next").disabled
            answer(page, step, rightly=number % 3 > 0)
        if step.condition:
            assert page.button(key="lesson_next").disabled
            do(page, step.condition, lesson, number)
            assert "**Done:**" in texts(page)
        assert not page.button(key="lesson_next").disabled
        press(page, "lesson_next")
    assert "lesson" not in page.query_params
    assert "Lessons" in [element.value for element in page.subheader]


BELOW = [
    (lesson, number)
    for lesson in LESSONS.values()
    for number, step in enumerate(lesson.steps, 1)
    if step.condition and step.condition.kind == "below"
]


@pytest.mark.parametrize(("lesson", "number"), BELOW, ids=[f"{lesson.name}-{number}" for lesson, number in BELOW])
def test_training_reaches_the_loss_that_a_step_asks_for(lesson, number):
    experiment, asked = lesson.experiment(number), lesson.steps[number - 1].condition
    # XLA would compile for seconds what takes a few epochs; the losses are the same either way (test_training.py).
    trainer = Trainer(experiment, Program(experiment, xla=False))
    below, state = resolve(experiment).baselines[asked.value], None
    for _ in range(experiment.epochs):
        state, (frame,) = trainer.run(state, 1, 0)
        if frame.val_loss < below:
            return
    raise AssertionError(f"After {experiment.epochs} epochs it is {frame.val_loss}, and not below {below}.")
