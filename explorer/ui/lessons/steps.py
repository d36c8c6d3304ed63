"""From step to step of a lesson: what the page then shows, and whether what a step asks for is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import streamlit as st

from explorer.catalog import resolve
from explorer.catalog.examples import EXAMPLES
from explorer.catalog.lessons import LESSONS, Condition
from explorer.experiment import Experiment
from explorer.ui.state import address, lesson_place, paste_state
from explorer.ui.state.lesson_place import Place

PAGES = Path(__file__).parents[1]
FILES = {page: PAGES / page / "page.py" for page in ("explore", "paste", "lessons")}


def switch() -> None:
    """Go to the page of the step where that is another one; call it first on a page."""
    if found := lesson_place.wanted_page():
        page, query = found
        st.switch_page(FILES[page], query_params=query)


def go(number: int, experiment_of_run: Callable[[str], Experiment | None]) -> None:
    """Go to a step of the lesson, from 1; for a callback. Past the last one: to the list of lessons."""
    before = lesson_place.place()
    if before is None:
        return
    if number > len(before.lesson.steps):
        leave()
        st.session_state["_lesson_switch"] = ("lessons", {})
        return
    lesson_place.set_place(before.lesson.name, number)
    page, state = before.lesson.state(number)
    if page != before.page:
        st.session_state["_lesson_switch"] = (page, lesson_place.query())
    elif before.lesson.steps[number - 1].address or number < before.number:
        _show(page, state, experiment_of_run)


def begin(name: str, page: str, experiment_of_run: Callable[[str], Experiment | None]) -> None:
    """Go to the first step of a lesson; for a callback. page: where the visitor is."""
    lesson_place.set_place(name, 1)
    own, state = LESSONS[name].state(1)
    if own == page:
        _show(own, state, experiment_of_run)
    else:
        st.session_state["_lesson_switch"] = (own, lesson_place.query())


def _show(page: str, state: dict[str, str], experiment_of_run: Callable[[str], Experiment | None]) -> None:
    if page == "paste":
        if state.get("example") in EXAMPLES:
            paste_state.show(EXAMPLES[state["example"]])
        return
    run, before = st.session_state.get("run"), st.session_state.get("_experiment")
    experiment, _ = address.open_address({**state, **lesson_place.query()}, experiment_of_run)
    if experiment == before:
        # It is the same model: what it has learned goes on being shown.
        st.session_state["run"] = run


def leave() -> None:
    """End the lesson; the page shows everything again, and keeps its settings. For a callback."""
    lesson_place.end()
    address.end_restrictions()


def note_what_is_seen(at: Place, experiment: Experiment | None = None, holds: bool = False) -> Place:
    """Take note where the page stands at what the step asks for; returns the place with that.

    experiment: the settings on Explore. holds: whether the code on Paste has no problem. What only the browser knows (an
    open layer, the epoch that is shown) it tells by itself.
    """
    condition = at.step.condition
    if condition is None or at.asks or not _is_met(condition, at, experiment, holds):
        return at
    lesson_place.note_done()
    return replace(at, met=at.met | {at.number})


def _is_met(condition: Condition, at: Place, experiment: Experiment | None, holds: bool) -> bool:
    kind, name, value = condition.kind, condition.name, condition.value
    if kind == "view":
        return bool(st.session_state.get("view") == address.CALLED.get(value, value))
    if kind == "code":
        return holds
    if kind == "example":
        shown = paste_state.shown_example()
        return shown is not None and shown.name == value
    if experiment is None or kind not in ("moved", "setting"):
        return False
    now = experiment.to_query()
    if kind == "setting":
        return now.get(name) == value
    first = at.lesson.experiment(at.number)
    return first is not None and now.get(name) != first.to_query().get(name)


def baseline(at: Place, name: str) -> float:
    """The value of a baseline of the step's experiment."""
    experiment = at.lesson.experiment(at.number)
    if experiment is None:
        raise ValueError(f"Step {at.number} of {at.lesson.name} is on Paste and has no baseline.")
    return resolve(experiment).baselines[name]
