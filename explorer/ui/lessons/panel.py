"""The panel of a lesson: its text, its question, what is to be done, and the way to the next step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from explorer.catalog.lessons import LESSONS, Answer, Lesson, Prediction
from explorer.description import Description
from explorer.experiment import Experiment
from explorer.quiz import question_about
from explorer.runtime.engine.engine import Refused
from explorer.ui.frame.room_panel import tally
from explorer.ui.front_end.markdown import plain
from explorer.ui.front_end.modules import component, styles
from explorer.ui.front_end.streamlit_internals import uninterrupted
from explorer.ui.lessons import steps as lesson_steps
from explorer.ui.server import engine_instance
from explorer.ui.state import lesson_place, room
from explorer.ui.state.lesson_place import Place

LATER = "The question follows as soon as the model is described."
OTHER_MODEL = "The question is about the lesson's model, and the page shows another. Press Back, and then Next."
# The theme's colours by these names are those of the axes (.streamlit/config.toml); windows have none there.
_COLOURS = {"batch": "gray", "timesteps": "blue", "features": "orange", "units": "green", "outputs": "violet"}
# Marks may be escaped.
_SHAPE = re.compile(r"(\\?\()([^()\[\]\\]*\bbatch\b[^()\[\]\\]*)(\\?\))")
_AXIS = re.compile(rf"\b({'|'.join(_COLOURS)})\b")
_WATCH = st.components.v2.component(
    "explorer_lessons", css=styles(("lessons.css",)), js=component("lessons.js"), isolate_styles=False
)


def lesson_panel(
    at: Place, describe: Callable[[], Mapping[str, Any]] | None = None, experiment: Experiment | None = None
) -> None:
    """Draw the step. describe: gives the description of the model on the page, which a question of the quiz is about."""
    with st.container(key="lesson", gap=None):
        _panel(at.lesson.name, at.number, describe, experiment)


@st.fragment
def _panel(name: str, number: int, describe: Callable[[], Mapping[str, Any]] | None, experiment: Experiment | None) -> None:
    """Only this fragment runs again while an answer is chosen, and when the browser has seen what was to be done."""
    at = lesson_place.place()
    if at is None or (at.lesson.name, at.number) != (name, number):
        # It was left meanwhile.
        st.rerun()
    step = at.step
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="lesson_head"):
        st.html(_title(at))
        _buttons(at)
    prediction = step.prediction or _of_quiz(at, describe, experiment)
    with st.container(key="lesson_body"):
        text, asked = st.columns([1, 1], gap="medium")
        with text:
            st.markdown(coloured(step.text))
        with asked:
            if isinstance(prediction, Prediction):
                _ask(at, prediction)
            elif prediction:
                st.caption(prediction)
            if step.do and not at.asks:
                _task(at)
    _watch(at, prediction)


def _title(at: Place) -> str:
    steps = len(at.lesson.steps)
    dots = "".join(f"<i{' class=here' if number < at.number else ''}></i>" for number in range(steps))
    counted = f"<small>Step {at.number} of {steps}</small><span aria-hidden=true>{dots}</span>"
    return f'<div class="explorer-lesson"><h1><b>{escape(at.lesson.title)}:</b> {escape(at.step.title)}</h1>{counted}</div>'


def _buttons(at: Place) -> None:
    go, of = lesson_steps.go, engine_instance.experiment_of
    words = "Finish" if at.last else "Next"
    st.button("Back", key="lesson_back", disabled=at.number == 1, on_click=_rerun_after, args=(go, at.number - 1, of))
    st.button(
        words, key="lesson_next", type="primary", disabled=at.waits, on_click=_rerun_after, args=(go, at.number + 1, of)
    )
    st.button("Skip", key="lesson_skip", disabled=not at.waits, on_click=_rerun_after, args=(go, at.number + 1, of))
    st.button("Leave", key="lesson_leave", type="tertiary", on_click=_rerun_after, args=(lesson_steps.leave,))


@uninterrupted()
def _rerun_after(what: Callable[..., None], *arguments: Any) -> None:
    """From a callback: do it, and run the whole page in the place of the fragment."""
    what(*arguments)
    st.rerun()


def _ask(at: Place, prediction: Prediction) -> None:
    given, key = at.answers.get(at.number), f"lesson_choice_{at.lesson.name}_{at.number}"
    st.markdown(f"**{coloured(prediction.question)}**")
    if given is not None:
        _show_answers(prediction.answers, given)
        _tally(at, prediction)
        return
    places = range(len(prediction.answers))
    words = [coloured(answer.text) for answer in prediction.answers]
    st.radio("Your answer", places, None, words.__getitem__, key=key, label_visibility="collapsed", persist_state="session")
    ready = st.session_state.get(key) is not None
    st.button("Answer", key="lesson_answer", type="primary", disabled=not ready, on_click=_answer, args=(key,))
    _tally(at, prediction)


def _tally(at: Place, prediction: Prediction) -> None:
    """What the others of a room have answered: their number at once for the host, the rest after one's own answer."""
    answered = at.number in at.answers
    right = next(place for place, answer in enumerate(prediction.answers) if answer.right) if answered else None
    tally(_name(at), [plainly(answer.text) for answer in prediction.answers], right, revealed=answered)


def _name(at: Place) -> str:
    """The name of a step's question in a room."""
    return lesson_place.name_in_room(at.lesson.name, at.number)


@uninterrupted()
def _answer(key: str) -> None:
    choice, at = st.session_state.get(key), lesson_place.place()
    if choice is not None and at is not None:
        lesson_place.answer(choice)
        room.answer(_name(at), choice)
        st.rerun()


def _show_answers(answers: Sequence[Answer], given: int) -> None:
    """What was chosen and what is right, each with its reason."""
    chosen, right = answers[given], next(answer for answer in answers if answer.right)
    with st.container(key="lesson_told", gap="xsmall"):
        if chosen.right:
            st.markdown(f":material/check: **Right: {coloured(chosen.text)}.** {coloured(chosen.why)}")
        else:
            st.markdown(f":material/close: **Wrong: {coloured(chosen.text)}.** {coloured(chosen.why)}")
            st.markdown(f":material/check: **The right answer: {coloured(right.text)}.** {coloured(right.why)}")


def plainly(text: str) -> str:
    """A line of Markdown without its marks, for what is drawn as text.

    >>> plainly("It has `32` units, *not* one.")
    'It has 32 units, not one.'
    """
    return re.sub(r"[`*]|\\(?=\W)", "", text)


def coloured(text: str) -> str:
    """Markdown with the axes of each shape, such as (batch, 20 timesteps, 32 units), in their colours.

    >>> coloured("It returns (batch, 32 units), and takes (batch, timesteps 12).")
    'It returns (:gray[batch], :green[32 units]), and takes (:gray[batch], :blue[timesteps 12]).'
    """
    return _SHAPE.sub(lambda shape: shape[1] + ", ".join(map(_coloured_axis, shape[2].split(", "))) + shape[3], text)


def _coloured_axis(text: str) -> str:
    found = _AXIS.search(text)
    return f":{_COLOURS[found[0]]}[{text}]" if found else text


def _task(at: Place) -> None:
    done = at.number in at.met
    with st.container(key="lesson_task"):
        st.markdown(f"{':material/check_circle: **Done:**' if done else ':material/arrow_forward: **Do:**'} {at.step.do}")


def _of_quiz(
    at: Place, describe: Callable[[], Mapping[str, Any]] | None, experiment: Experiment | None
) -> Prediction | str | None:
    """The quiz's question as a prediction, a sentence where it cannot be asked now, None where the step has none."""
    quiz = at.step.quiz
    if quiz is None or describe is None:
        return LATER if quiz else None
    try:
        asked = question_about(Description.read(describe()), quiz.kind, quiz.layer, 0, experiment)
    except (Refused, TimeoutError):
        return LATER
    except ValueError:
        return OTHER_MODEL
    answers = tuple(Answer(plain(choice.text), choice.right, plain(choice.reason)) for choice in asked.choices)
    return Prediction(plain(asked.text), answers)


def _watch(at: Place, prediction: Prediction | str | None) -> None:
    """Draws nothing: keeps the place in the browser, tells a screen reader, and looks for what the step asks for."""
    condition, given = at.step.condition, at.answers.get(at.number)
    watches = condition is not None and not at.asks and at.number not in at.met
    told = f"Step {at.number} of {len(at.lesson.steps)}: {at.step.title}."
    if isinstance(prediction, Prediction) and given is not None:
        told = "Right." if prediction.answers[given].right else "Wrong."
    if at.number in at.met:
        told = "Done."
    data = {
        "lessons": None,
        "lesson": at.lesson.name,
        "step": at.number,
        "ends": at.last and not at.waits,
        "told": told,
        "opens": bool(at.lesson.state(at.number)[1].get("layer")),
        "watch": _watched(at) if watches else None,
    }
    _WATCH(data=data, key="lesson_watch", on_seen_change=_seen)


def _watched(at: Place) -> dict[str, Any] | None:
    """What the browser looks for: an open layer, an epoch that is shown, or a loss below a number."""
    condition = at.step.condition
    if condition is None or condition.kind not in ("opened", "epoch", "below"):
        return None
    most = None
    if condition.kind == "below":
        most = lesson_steps.baseline(at, condition.value)
    return {
        "layer": condition.name or None,
        "epoch": int(condition.value) if condition.kind == "epoch" else None,
        "below": most,
    }


@uninterrupted()
def _seen() -> None:
    """The browser has seen it; what it sends is whatever it likes, and no more than a step of a lesson depends on it."""
    seen, at = st.session_state.get("lesson_watch", {}).get("seen"), lesson_place.place()
    if (
        at
        and isinstance(seen, dict)
        and (seen.get("lesson"), seen.get("step")) == (at.lesson.name, at.number)
        and not at.asks
    ):
        lesson_place.note_done()


def lessons_list(lessons: Iterable[Lesson]) -> tuple[str, int] | None:
    """Draw the lessons with what this browser has done; returns the lesson and the step that was just chosen, or None."""
    listed = [
        {
            "name": lesson.name,
            "title": lesson.title,
            "goal": lesson.goal,
            "minutes": lesson.minutes,
            "steps": len(lesson.steps),
            "path": "paste" if lesson.state(1)[0] == "paste" else "",
        }
        for lesson in lessons
    ]
    found = _WATCH(data={"lessons": listed}, key="lessons_list", on_chosen_change=lambda: None).chosen
    if not isinstance(found, dict):
        return None
    name, step = found.get("lesson"), found.get("step")
    lesson = LESSONS.get(name) if isinstance(name, str) else None
    if lesson is None or type(step) is not int or not 1 <= step <= len(lesson.steps):
        return None
    return lesson.name, step
