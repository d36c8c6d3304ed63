"""Where a visitor is in a lesson: the lesson, the step, and what was answered and done there.

All of it is in `st.session_state["_lesson"]`; the address has `lesson` and `step`, and the browser keeps the place for a
later visit (`assets/lessons/kept.js`).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from explorer.catalog.lessons import LESSONS, Lesson, Step
from explorer.experiment.parse import LONGEST_VALUE, Problem
from explorer.ui.state import room

PARAMETERS = ("lesson", "step")


@dataclass(frozen=True)
class Place:
    """A step of a lesson. number: from 1. answers: by the step, which answer was given, from 0. met: the steps that are
    done.
    """

    lesson: Lesson
    number: int
    answers: Mapping[int, int]
    met: frozenset[int]

    @property
    def step(self) -> Step:
        return self.lesson.steps[self.number - 1]

    @property
    def page(self) -> str:
        return self.lesson.state(self.number)[0]

    @property
    def last(self) -> bool:
        return self.number == len(self.lesson.steps)

    @property
    def asks(self) -> bool:
        """Whether a question is open."""
        asked = self.step.prediction is not None or self.step.quiz is not None
        return asked and self.number not in self.answers

    @property
    def conceals(self) -> bool:
        """Whether the page must not show shapes and counts yet, as they would tell the answer."""
        return self.asks and self.step.conceals

    @property
    def conceals_model(self) -> bool:
        """Whether the page must not show the model at all yet."""
        return self.asks and self.step.conceals_model

    @property
    def waits(self) -> bool:
        """Whether something is still to be done before the next step."""
        return self.asks or (self.step.condition is not None and self.number not in self.met)


def place(page: str | None = None) -> Place | None:
    """Where the visitor is; None outside of lessons. page: only where the step is of this page."""
    kept = st.session_state.get("_lesson")
    if not kept:
        return None
    found = Place(LESSONS[kept["name"]], kept["number"], kept["answers"], frozenset(kept["met"]))
    return found if page in (None, found.page) else None


def open_place(address: Mapping[str, str], page: str) -> tuple[dict[str, str], list[Problem]]:
    """Go to the step that an address names: the parameters of its state, and what is wrong with lesson and step.

    Where the step is of another page, its state is empty, and `switch` goes there.
    """
    name, number = (address.get(each, "")[:LONGEST_VALUE] for each in PARAMETERS)
    if name not in LESSONS:
        st.session_state["_lesson"] = None
        return {}, unknown(address)
    lesson, problems = LESSONS[name], []
    steps = len(lesson.steps)
    wanted = int(number) if number.isdecimal() and len(number) < 5 else 0
    at = min(max(wanted, 1), steps)
    if number and at != wanted:
        wrong = f"The lesson “{lesson.title}” has the steps 1 to {steps}; received “{number[:40]}”. Step {at} is shown."
        problems.append(Problem("step", number, wrong))
    set_place(name, at)
    own, state = lesson.state(at)
    if own != page:
        st.session_state["_lesson_switch"] = (own, query())
        return {}, problems
    return state, problems


def is_named(address: Mapping[str, str]) -> bool:
    """Whether an address names a lesson that there is."""
    return address.get("lesson", "")[:LONGEST_VALUE] in LESSONS


def unknown(address: Mapping[str, str]) -> list[Problem]:
    """What is wrong with an address that names no lesson that there is; nothing where it names neither lesson nor step."""
    name, number = (address.get(each, "")[:LONGEST_VALUE] for each in PARAMETERS)
    if not name:
        return [Problem("step", number, "The address names a step and no lesson; it was left out.")] if number else []
    near = difflib.get_close_matches(name, LESSONS, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(LESSONS)}."
    return [Problem("lesson", name, f"There is no lesson called “{name[:40]}”. {hint}")]


def set_place(name: str, number: int) -> None:
    """Go to a step of a lesson, from 1; what was answered in the same lesson stays."""
    kept = st.session_state.get("_lesson")
    if not kept or kept["name"] != name:
        kept = {"name": name, "answers": {}, "met": set()}
    st.session_state["_lesson"] = {**kept, "number": number}


def query(page: str | None = None) -> dict[str, str]:
    """The parameters of the address that name the place; none outside of lessons. page: only where the step is of it."""
    at = place(page)
    return {"lesson": at.lesson.name, "step": str(at.number)} if at else {}


def answer(choice: int) -> None:
    """Take an answer to the question of the step, from 0; the first one counts."""
    kept = st.session_state["_lesson"]
    kept["answers"].setdefault(kept["number"], choice)


def note_done() -> None:
    """The step's condition is met, and stays so."""
    kept: dict[str, Any] = st.session_state["_lesson"]
    if kept["number"] in kept["met"]:
        return
    kept["met"].add(kept["number"])
    room.mark_step_done(query())


def end() -> None:
    st.session_state["_lesson"] = None


def wanted_page() -> tuple[str, dict[str, str]] | None:
    """The page that the step is on where that is another one than the page that is shown, with its parameters; once."""
    found: tuple[str, dict[str, str]] | None = st.session_state.pop("_lesson_switch", None)
    return found


def name_in_room(lesson: str, number: int) -> str:
    """The name that the question of a step, from 1, has in a room."""
    return f"lesson/{lesson}/{number}"
