"""What the projector walks through: a lesson's steps, a list of states in a link, or the page and the named experiments.

A deck comes from an address: `view=present` with `lesson=NAME`, with `states=...` (`explorer.ui.state.slides`), or with
neither; `step` is counted from 1. As with all that comes from an address, what is wrong gets a sentence, and the nearest is
shown.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.catalog import ARCHITECTURES, read_experiment
from explorer.catalog.lessons import LESSONS, Lesson, Prediction, Step
from explorer.catalog.presets import PRESETS
from explorer.experiment import Experiment
from explorer.experiment.parse import LONGEST_VALUE, Problem
from explorer.training.narration import goal
from explorer.ui.state.lesson_place import name_in_room
from explorer.ui.state.run_info import info
from explorer.ui.state.slides import Slide, WrongSlides, unpack

MODES = ("present", "notes")
# Of an address's parameters those that say which slide is shown, and not which state.
OWN = ("view", "lesson", "states", "step")


@dataclass(frozen=True)
class Shown:
    """One slide. address: the parameters of its state, which the page has after the projector.

    text, notes: Markdown. told: what was wrong with its state, as sentences. question: the name of its question in a room.
    """

    title: str
    text: str
    address: Mapping[str, str]
    prediction: Prediction | None = None
    conceals: bool = False
    notes: str = ""
    experiment: Experiment | None = None
    told: tuple[str, ...] = ()
    question: str = ""


@dataclass(frozen=True)
class Deck:
    """The slides, and how an address names them. name: what the notes are headed with."""

    name: str
    query: Mapping[str, str]
    slides: tuple[Shown, ...]
    key: str = field(default="")


def open_deck(address: Mapping[str, str], ignored: tuple[str, ...]) -> tuple[Deck, int, list[Problem]]:
    """The deck of an address, the slide to begin with, from 0, and what was wrong. ignored: parameters that set nothing."""
    problems: list[Problem] = []
    deck = _of_lesson(address, ignored, problems) or _of_states(address, ignored, problems) or _of_page(address, ignored)
    text = json.dumps([[slide.title, slide.text, dict(slide.address)] for slide in deck.slides])
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    at = _step(address.get("step", "")[:LONGEST_VALUE], len(deck.slides), problems)
    return Deck(deck.name, deck.query, deck.slides, key), at, problems


def _step(text: str, slides: int, problems: list[Problem]) -> int:
    if not text:
        return 0
    number = int(text) if text.isdecimal() and len(text) < 6 else 0
    taken = min(max(1, number), slides)
    if taken != number:
        wrong = f"step must be a whole number from 1 to {slides}; received “{text[:40]}”. Showing step {taken}."
        problems.append(Problem("step", text, wrong))
    return taken - 1


def _of_lesson(address: Mapping[str, str], ignored: tuple[str, ...], problems: list[Problem]) -> Deck | None:
    name = address.get("lesson", "")[:LONGEST_VALUE]
    if not name:
        return None
    if name not in LESSONS:
        near = difflib.get_close_matches(name, LESSONS, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(LESSONS)}."
        problems.append(Problem("lesson", name, f"There is no lesson called “{name[:40]}”. {hint}"))
        return None
    lesson = LESSONS[name]
    if address.get("states"):
        wrong = "The link names a lesson and holds slides too. The lesson is shown."
        problems.append(Problem("states", "", wrong))
    slides = [_of_step(lesson, number, step, ignored) for number, step in enumerate(lesson.steps, 1)]
    return Deck(lesson.title, {"lesson": name}, tuple(slides))


def _of_step(lesson: Lesson, number: int, step: Step, ignored: tuple[str, ...]) -> Shown:
    page, state = lesson.state(number)
    experiment = read_experiment(state, ignored).experiment if page == "explore" else None
    notes = "\n\n".join(filter(None, (step.notes, step.do and f"**Then:** {step.do}")))
    # After the projector the page is at this step of the lesson.
    place = {**(state if page == "explore" else {}), "lesson": lesson.name, "step": str(number)}
    conceals = step.conceals and (step.prediction is not None or step.quiz is not None)
    question = name_in_room(lesson.name, number) if step.prediction else ""
    return Shown(step.title, step.text, place, step.prediction, conceals, notes, experiment, question=question)


def _of_states(address: Mapping[str, str], ignored: tuple[str, ...], problems: list[Problem]) -> Deck | None:
    states = address.get("states", "")
    if not states:
        return None
    try:
        slides = unpack(states)
    except WrongSlides as wrong:
        problems.append(Problem("states", states[:LONGEST_VALUE], f"{wrong} Showing the page's own state."))
        return None
    return Deck("Slides", {"states": states}, tuple(of_state(slide, ignored) for slide in slides))


def of_state(slide: Slide, ignored: tuple[str, ...]) -> Shown:
    """A state as a slide: its own name, or the heading of its model, and what its task is."""
    values = {name: value for name, value in slide.query.items() if name not in OWN}
    # Its run, its layer and what it hides are judged where the state is opened.
    reading = read_experiment({name: value for name, value in values.items() if name not in ignored})
    experiment = reading.experiment
    told = tuple(problem.sentence for problem in reading.problems)
    return Shown(
        slide.name or ARCHITECTURES[experiment.architecture].heading,
        f"**Task:** {goal(experiment)}",
        values,
        experiment=experiment,
        told=told,
    )


def _of_page(address: Mapping[str, str], ignored: tuple[str, ...]) -> Deck:
    """The page as it is, and after it the named experiments."""
    own = {name: value for name, value in address.items() if name not in OWN}
    first = of_state(Slide("", _with_preset(own)), ignored)
    presets = (
        Shown(preset.title, preset.says, preset.experiment.to_query(), experiment=preset.experiment)
        for preset in PRESETS.values()
        if preset.experiment != first.experiment
    )
    # What is wrong with the page's own settings the page says itself.
    return Deck("Slides", own, (Shown(first.title, first.text, own, experiment=first.experiment), *presets))


def _with_preset(query: Mapping[str, str]) -> dict[str, str]:
    preset = PRESETS.get(query.get("preset", ""))
    return {**(preset.experiment.to_query() if preset else {}), **query}


def to_data(deck: Deck, experiment_of_run: Callable[[str], Experiment | None]) -> list[dict[str, Any]]:
    """The slides as the component takes them (assets/present/types.d.ts)."""
    return [_data(slide, experiment_of_run) for slide in deck.slides]


def _data(slide: Shown, experiment_of_run: Callable[[str], Experiment | None]) -> dict[str, Any]:
    run = slide.address.get("run", "")[:LONGEST_VALUE]
    trained = experiment_of_run(run) if run else None
    if trained is not None and trained.pasted:
        # What its losses are about is not on the slide.
        trained, wrong = None, f"The run “{run[:40]}” trains pasted code, which no slide shows: it is on the page Paste."
    else:
        wrong = f"There is no run called “{run[:40]}” here. The slide shows the settings without a run."
    experiment = trained or slide.experiment
    asked = slide.prediction
    told = [*slide.told]
    if run and trained is None:
        told.append(wrong)
    known = info(trained) if trained else {}
    return {
        "title": slide.title,
        "text": slide.text,
        "query": experiment.to_query() if experiment and not experiment.pasted else None,
        "hides": ["shapes", "parameters"] if slide.conceals else [],
        "prediction": asked
        and {
            "question": asked.question,
            "answers": [{"text": each.text, "right": each.right, "why": each.why} for each in asked.answers],
        },
        "question": slide.question,
        "notes": slide.notes,
        "run": run if trained else None,
        "info": {name: known[name] for name in ("epochs", "baselines")} if trained else None,
        "told": told,
    }
