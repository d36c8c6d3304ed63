"""One lesson's file, read. A file that is wrong raises `WrongLesson`, whose sentence names the file and the line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, get_args

from explorer.catalog import checked_experiment, read_experiment
from explorer.catalog.examples import EXAMPLES
from explorer.catalog.lessons.on_page import VIEWS, hindrance, names_of, unknown, wrong_quiz
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
from explorer.experiment import WrongExperiment
from explorer.experiment.restrictions import read_restrictions

# A room counts no more choices than these (`explorer.runtime.storage.room_rules`).
MOST_ANSWERS = 12
_OF_PAGE = {"explore": NO_SETTINGS, "paste": ("example",)}
_HEAD = ("title", "minutes", "goal")
_MINUTES = range(3, 8)
_PARTS = ("Predict", "Do", "Notes")
_SHOWS_MODEL = ("view", "layer", "twin", "compare", "compare_value")
# Characters that nobody sees: control, format, surrogate, and the separators of lines and paragraphs.
_INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")
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
    file = _File(path.name, _lines_of(path))
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
    _check_asked(file, lesson)
    return lesson


def _lines_of(path: Path) -> list[str]:
    """The lines of a file of UTF-8. Raises WrongLesson for one that is none, or holds what nobody sees."""
    data = path.read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        file, line = _File(path.name, []), data.count(b"\n", 0, error.start) + 1
        file.wrong(line, f"this is not UTF-8. Received: the byte 0x{data[error.start]:02x}. Save the file as UTF-8.")
    file = _File(path.name, text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    if text.startswith("\ufeff"):
        file.wrong(1, "the file begins with a byte-order mark, U+FEFF. Save it as UTF-8 without one (“without BOM”).")
    for line, shown in enumerate(file.lines, 1):
        if found := next((each for each in shown if each != "\t" and unicodedata.category(each) in _INVISIBLE), ""):
            name = unicodedata.name(found, "a control character")
            file.wrong(line, f"there is a character that nobody sees. Received: U+{ord(found):04X}, {name}. Delete it.")
    return file.lines


def _check_asked(file: _File, lesson: Lesson) -> None:
    """What a step asks for can be met; it may stand in the state of an earlier step."""
    for number, step in enumerate(lesson.steps, 1):
        page, state = lesson.state(number)
        experiment = lesson.experiment(number)
        wrong = {"done": "", "quiz": ""}
        if step.condition:
            wrong["done"] = hindrance(step.condition, page, state, experiment)
        if step.quiz:
            wrong["quiz"] = wrong_quiz(step.quiz, experiment)
        for name, sentence in wrong.items():
            if sentence:
                file.wrong(step.lines[name], sentence)


def _head(file: _File, end: int) -> dict[str, str]:
    head: dict[str, str] = {}
    for line, text in enumerate(file.lines[:end], 1):
        name, colon, value = text.partition(": ")
        if not text.strip():
            continue
        if not colon or name not in _HEAD or name in head:
            file.wrong(line, f"the head has {', '.join(_HEAD)}, each once, as “name: value”. Received: {text[:40]!r}.")
        head[name] = value.strip() if name == "minutes" else file.text(line, [value])
    if missing := [name for name in _HEAD if not head.get(name)]:
        file.wrong(1, f"the head needs {', '.join(missing)}.")
    if not (head["minutes"].isascii() and head["minutes"].isdecimal()) or int(head["minutes"]) not in _MINUTES:
        at_most = f"{_MINUTES.start} to {_MINUTES.stop - 1}"
        file.wrong(1, f"minutes must be a whole number from {at_most}. Received: {head['minutes'][:40]!r}.")
    return head


def _step(file: _File, start: int, end: int) -> Step:
    """The step whose title stands at `start`."""
    file.step += 1
    title = file.text(start + 1, [file.lines[start][3:]])
    if not title:
        file.wrong(start + 1, f"a step needs a title behind “## ”. Received: {file.lines[start]!r}.")
    blank = next((place for place in range(start + 1, end) if not file.lines[place].strip()), end)
    read = tuple(_fields(file, start + 1, blank))
    fields, lines = dict(pair for _, pair in read), {"title": start + 1} | {pair[0]: line for line, pair in read}
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
        file.wrong(lines["page"], f"page must be one of {', '.join(get_args(Page))}. Received: {page[:40]!r}.")
    condition = _condition(file, lines.get("done", start + 1), fields.pop("done", ""))
    kind, _, layer = fields.pop("quiz", "").partition(" ")
    conceals = fields.pop("conceals", "shapes")
    if conceals not in ("shapes", "model", "nothing"):
        file.wrong(lines["conceals"], f"conceals must be shapes, model or nothing. Received: {conceals[:40]!r}.")
    _check_address(file, lines, page, fields)
    if kind and "Predict" in found:
        file.wrong(lines["quiz"], "a step asks one question: a prediction or one of the quiz.")
    if bool(found.get("Do")) != (condition is not None):
        file.wrong(
            lines.get("done", start + 1), "“### Do” and “done:” belong together: what to do, and how that is noticed."
        )
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
        MappingProxyType(lines),
    )


def _lines(file: _File, start: int, end: int) -> Iterator[tuple[int, str]]:
    yield from ((place, file.lines[place]) for place in range(start, end))


def _fields(file: _File, start: int, end: int) -> Iterator[tuple[int, tuple[str, str]]]:
    seen = set()
    for place, text in _lines(file, start, end):
        name, colon, value = text.partition(": ")
        if not colon or not value.strip():
            file.wrong(place + 1, f"below a title stand “name: value” until an empty line. Received: {text[:40]!r}.")
        if name in seen:
            file.wrong(place + 1, f"{name} stands here twice.")
        seen.add(name)
        yield place + 1, (name, value.strip())


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
    if len(answers) > MOST_ANSWERS:
        file.wrong(start, f"a prediction has {MOST_ANSWERS} answers at most. Received: {len(answers)}.")
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


def _check_address(file: _File, lines: dict[str, int], page: str, address: dict[str, str]) -> None:
    first = lines["title"]
    own = {name: value for name, value in address.items() if name in _OF_PAGE[page]}
    settings = {name: value for name, value in address.items() if name not in own}
    if own.get("view", VIEWS[0]) not in VIEWS:
        file.wrong(lines["view"], unknown("view", own["view"], VIEWS))
    if own.get("example") and own["example"] not in EXAMPLES:
        file.wrong(lines["example"], unknown("example", own["example"], EXAMPLES))
    if "page" in lines and not address:
        file.wrong(lines["page"], "a step that names its page says what that shows, such as “example: masked”.")
    if page == "paste":
        if settings:
            file.wrong(first, f"a step on Paste has page and example, and no {', '.join(settings)}.")
        return
    if address and not {"architecture", "task"} <= set(settings):
        file.wrong(first, "a step that says what the page shows must name architecture and task.")
    try:
        experiment = checked_experiment(settings)
    except WrongExperiment as error:
        wrong = (problem.name for problem in read_experiment(settings).problems)
        file.wrong(next((lines[name] for name in wrong if name in lines), first), str(error))
    kept, problems = read_restrictions(own, names_of(experiment))
    if problems:
        file.wrong(lines[problems[0].name], problems[0].sentence)
    if kept.hides("chain") and (shown := [name for name in _SHOWS_MODEL if name in own]):
        file.wrong(
            lines[shown[0]], f"{shown[0]} shows the model, and the step hides the chain. Received: {own[shown[0]][:40]!r}."
        )
    if "compare_value" in own and "compare" not in own:
        file.wrong(lines["compare_value"], "compare_value belongs to compare, and the step has none.")
    if "twin" in own and "compare" in own:
        file.wrong(lines["twin"], "twin and compare say the same, what to compare with: a step has one of them.")
