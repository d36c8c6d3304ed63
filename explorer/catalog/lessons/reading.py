"""One lesson's file, read. A file that is wrong raises `WrongLesson`, whose sentence names the file and the line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, get_args

from explorer.catalog import checked_experiment
from explorer.catalog.examples import EXAMPLES
from explorer.catalog.lessons.values import (
    NO_SETTINGS,
    Answer,
    Condition,
    Fact,
    Lesson,
    Page,
    Prediction,
    QuizKind,
    Step,
)
from explorer.experiment import SETTINGS, SIZES, WrongExperiment
from explorer.experiment.restrictions import read_restrictions

# What a step's address can have beside the settings; the views as links name them.
VIEWS = ("chain", "unrolled", "compare", "code", "quiz")
_OF_PAGE = {"explore": NO_SETTINGS, "paste": ("example",)}
_HEAD = ("title", "minutes", "goal")
_MINUTES = range(3, 8)
_PARTS = ("Predict", "Do", "Notes")
_ANSWER = re.compile(r"- \[([ x])\] (.+)")
# {what is said: where it comes from}
_FACT = re.compile(r"\{([^{}]+): ([^{}]+?)\}")
# A number that is no part of a name, as in Conv1D.
_NUMBER = re.compile(r"(?<![A-Za-z_\d])\d[\d,.]*")
_CONDITIONS: dict[str, tuple[str, ...]] = {
    **{"moved": ("name",), "setting": ("name", "value"), "view": ("value",), "opened": ("name",)},
    **{"epoch": ("value",), "below": ("value",), "code": (), "example": ("value",)},
}


class WrongLesson(ValueError):
    """A lesson's file that cannot be read; a sentence with its name and line."""


@dataclass
class _File:
    """The file that is read, and where."""

    name: str
    lines: list[str]
    facts: list[Fact] = field(default_factory=list)
    step: int = 0

    def wrong(self, line: int, what: str) -> NoReturn:
        raise WrongLesson(f"{self.name}, line {line}: {what}")

    def text(self, start: int, lines: list[str]) -> str:
        """Lines as they are shown: of `{3,744: memory.params}` the number, whose source is kept. start: of the first."""
        shown = []
        for line, text in enumerate(lines, start):
            for said, source in _FACT.findall(text):
                self.facts.append(Fact(said, source, self.step, line))
            if found := _NUMBER.search(_FACT.sub("", text)):
                hint = f"Write {{{found[0]}: source}}, so that a test compares it with the model."
                self.wrong(line, f"the number {found[0]} says not where it comes from. {hint}")
            if "{" in (plain := _FACT.sub(r"\1", text)) or "}" in plain:
                self.wrong(line, "a brace without its partner, or without “: ” and a source.")
            shown.append(plain)
        return "\n".join(shown).strip()


def read_lesson(path: Path) -> Lesson:
    """The lesson of a file. Raises WrongLesson."""
    file = _File(path.name, path.read_text(encoding="utf-8").splitlines())
    places = [place for place, line in enumerate(file.lines) if line.startswith("## ")]
    if not places:
        file.wrong(1, "a lesson needs steps; a step begins with “## ” and its title.")
    head = _head(file, places[0])
    steps = tuple(_step(file, start, end) for start, end in zip(places, [*places[1:], len(file.lines)], strict=True))
    lesson = Lesson(path.stem, head["title"], int(head["minutes"]), head["goal"], steps, tuple(file.facts))
    if not steps[0].address:
        file.wrong(places[0] + 1, "the first step must say what the page shows, such as “architecture: gru_once”.")
    if steps[-1].quiz is None:
        file.wrong(places[-1] + 1, "the last step must be a question of the quiz, such as “quiz: output memory”.")
    if not any(step.prediction for step in steps):
        file.wrong(1, "a lesson asks for a prediction: a step needs a part “### Predict”.")
    return lesson


def _head(file: _File, end: int) -> dict[str, str]:
    head: dict[str, str] = {}
    for line, text in enumerate(file.lines[:end], 1):
        name, colon, value = text.partition(": ")
        if not text.strip():
            continue
        if not colon or name not in _HEAD or name in head:
            file.wrong(line, f"the head has {', '.join(_HEAD)}, each once, as “name: value”. Received: {text[:40]!r}.")
        head[name] = value.strip() if name == "minutes" else file.text(line, [value])
    if missing := [name for name in _HEAD if name not in head]:
        file.wrong(1, f"the head needs {', '.join(missing)}.")
    if not head["minutes"].isdecimal() or int(head["minutes"]) not in _MINUTES:
        at_most = f"{_MINUTES.start} to {_MINUTES.stop - 1}"
        file.wrong(1, f"minutes must be a whole number from {at_most}. Received: {head['minutes'][:40]!r}.")
    return head


def _step(file: _File, start: int, end: int) -> Step:
    """The step whose title stands at `start`."""
    file.step += 1
    title = file.text(start + 1, [file.lines[start][3:]])
    blank = next((place for place in range(start + 1, end) if not file.lines[place].strip()), end)
    fields = dict(_fields(file, start + 1, blank))
    parts = [("", blank)] + [(line[4:].strip(), p) for p, line in _lines(file, blank, end) if line.startswith("### ")]
    found: dict[str, Any] = {}
    for (part, first), last in zip(parts, [*(place for _, place in parts[1:]), end], strict=True):
        if (part and part not in _PARTS) or part in found:
            file.wrong(first + 1, f"a step's parts are {', '.join(_PARTS)}, each once. Received: {part[:40]!r}.")
        if part == "Predict":
            found[part] = _prediction(file, first + 1, last)
        else:
            found[part] = file.text(first + 1 + bool(part), file.lines[first + bool(part) : last])
    page = fields.pop("page", "explore")
    if page not in get_args(Page):
        file.wrong(start + 1, f"page must be one of {', '.join(get_args(Page))}. Received: {page[:40]!r}.")
    condition = _condition(file, start + 1, fields.pop("done", ""))
    kind, _, layer = fields.pop("quiz", "").partition(" ")
    conceals = fields.pop("conceals", "shapes")
    if conceals not in ("shapes", "model", "nothing"):
        file.wrong(start + 1, f"conceals must be shapes, model or nothing. Received: {conceals[:40]!r}.")
    _check_address(file, start + 1, page, fields)
    if kind and "Predict" in found:
        file.wrong(start + 1, "a step asks one question: a prediction or one of the quiz.")
    if bool(found.get("Do")) != (condition is not None):
        file.wrong(start + 1, "“### Do” and “done:” belong together: what to do, and how that is noticed.")
    return Step(
        title,
        found[""],
        page,  # type: ignore[arg-type]
        MappingProxyType(fields),
        found.get("Predict"),
        found.get("Do", ""),
        condition,
        QuizKind(kind, layer) if kind else None,
        conceals != "nothing",
        conceals == "model",
        found.get("Notes", ""),
    )


def _lines(file: _File, start: int, end: int) -> Iterator[tuple[int, str]]:
    yield from ((place, file.lines[place]) for place in range(start, end))


def _fields(file: _File, start: int, end: int) -> Iterator[tuple[str, str]]:
    seen = set()
    for place, text in _lines(file, start, end):
        name, colon, value = text.partition(": ")
        if not colon or not value.strip():
            file.wrong(place + 1, f"below a title stand “name: value” until an empty line. Received: {text[:40]!r}.")
        if name in seen:
            file.wrong(place + 1, f"{name} stands here twice.")
        seen.add(name)
        yield name, value.strip()


def _prediction(file: _File, start: int, end: int) -> Prediction:
    question: list[str] = []
    answers: list[Answer] = []
    first = next((place for place, line in _lines(file, start, end) if line.startswith("- [")), end)
    question = file.lines[start:first]
    said = file.text(start + 1, question)
    places = [place for place, line in _lines(file, first, end) if line.startswith("- [")]
    for place, last in zip(places, [*places[1:], end], strict=True):
        found = _ANSWER.fullmatch(file.lines[place])
        why = file.text(place + 2, file.lines[place + 1 : last])
        if not found or not why:
            file.wrong(place + 1, "an answer is “- [ ] text”, or “- [x] text” if it is right, and below it why.")
        answers.append(Answer(file.text(place + 1, [found[2]]), found[1] == "x", " ".join(why.split())))
    if not said or len(answers) < 2 or sum(each.right for each in answers) != 1:
        file.wrong(start, "a prediction has a question and two or more answers; one of them is right.")
    return Prediction(" ".join(said.split()), tuple(answers))


def _condition(file: _File, line: int, text: str) -> Condition | None:
    if not text:
        return None
    kind, _, rest = text.partition(" ")
    takes = _CONDITIONS.get(kind)
    words = [rest] if takes is not None and len(takes) == 1 and rest else rest.split()
    if takes is None or len(words) != len(takes):
        known = "; ".join(" ".join([name, *(each.upper() for each in takes)]) for name, takes in _CONDITIONS.items())
        file.wrong(line, f"done must be one of: {known}. Received: {text[:40]!r}.")
    return Condition(kind, **dict(zip(takes, words, strict=True)))  # type: ignore[arg-type]


def _check_address(file: _File, line: int, page: str, address: dict[str, str]) -> None:
    own = {name: value for name, value in address.items() if name in _OF_PAGE[page]}
    settings = {name: value for name, value in address.items() if name not in own}
    if own.get("view", "chain") not in VIEWS:
        file.wrong(line, f"view must be one of {', '.join(VIEWS)}. Received: {own['view'][:40]!r}.")
    if own.get("example") and own["example"] not in EXAMPLES:
        file.wrong(line, f"there is no example called {own['example'][:40]!r}.")
    if page == "paste":
        if settings:
            file.wrong(line, f"a step on Paste has page and example, and no {', '.join(settings)}.")
        return
    if address and not {"architecture", "task"} <= set(settings):
        file.wrong(line, "a step that says what the page shows must name architecture and task.")
    try:
        experiment = checked_experiment(settings)
    except WrongExperiment as error:
        file.wrong(line, str(error))
    _, problems = read_restrictions(own, ("architecture", "task", *SIZES, *SETTINGS, *experiment.knobs))
    if problems:
        file.wrong(line, problems[0].sentence)
