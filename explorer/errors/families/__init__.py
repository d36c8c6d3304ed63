"""Families of messages: all that Keras and TensorFlow say, today and in old versions, of one thing. One small file for each.

A file has a head (`title`, and `general: yes` where its messages count only if there is no other), and four sections:

=== messages  a message in each line, as data (`explorer.errors.patterns`): every wording, new and old
=== beside    the same of what stands before or after a message; may be left out
=== means     `condition | sentence`, of which the first counts that fits; `{name}` is what the message says of it
=== causes    `kind | example | condition | sentence`, the most frequent first: why, and what to do

A condition may be empty (`explorer.errors.conditions`). To add a family is to add a file; tests walk the folder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from explorer.catalog.examples import EXAMPLES
from explorer.errors.conditions import holds
from explorer.errors.patterns import compiled, types
from explorer.report import TITLES

_HERE = Path(__file__).parent
SECTIONS = ("messages", "beside", "means", "causes")


class WrongFamily(ValueError):
    """A family's file that cannot be read; the text names the file and the line."""


@dataclass(frozen=True)
class Message:
    """words: as the file has them. pattern: what finds it. types: of its parts, by name."""

    words: str
    pattern: re.Pattern[str]
    types: dict[str, str]


@dataclass(frozen=True)
class Row:
    """One cause. condition: when it counts; says: why, and what to do."""

    kind: str
    example: str
    condition: str
    says: str


@dataclass(frozen=True)
class Family:
    """One file. means: (condition, sentence). general: whether its messages say so little that any other counts first."""

    name: str
    title: str
    general: bool
    messages: tuple[Message, ...]
    beside: tuple[Message, ...]
    means: tuple[tuple[str, str], ...]
    causes: tuple[Row, ...]


def read(name: str, text: str) -> Family:
    """The family that a file's text says. Raises WrongFamily with a sentence that names the line."""
    head: dict[str, str] = {}
    sections: dict[str, list[tuple[int, str]]] = {section: [] for section in SECTIONS}
    at: list[tuple[int, str]] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("=== "):
            if line[4:] not in SECTIONS:
                raise WrongFamily(f"{name}.txt, line {number}: a section is one of: {', '.join(SECTIONS)}.")
            at = sections[line[4:]]
        elif line.strip() and at is None:
            field, colon, value = line.partition(": ")
            if not colon or field not in ("title", "general"):
                raise WrongFamily(f"{name}.txt, line {number}: the head has “title: …” and “general: yes”, not “{line}”.")
            head[field] = value
        elif line.strip() and at is not None:
            at.append((number, line.strip()))
    if not head.get("title") or not sections["messages"] or not sections["means"] or not sections["causes"]:
        raise WrongFamily(f"{name}.txt needs a title, messages, a meaning and a cause.")
    messages, beside = ([_message(name, *line) for line in sections[part]] for part in ("messages", "beside"))
    means = [_columns(name, number, line, 2) for number, line in sections["means"]]
    causes = [_row(name, number, line) for number, line in sections["causes"]]
    pairs = tuple((condition, sentence) for condition, sentence in means)
    return Family(name, head["title"], "general" in head, tuple(messages), tuple(beside), pairs, tuple(causes))


def _message(name: str, number: int, line: str) -> Message:
    try:
        return Message(line, compiled(line), types(line))
    except ValueError as error:
        raise WrongFamily(f"{name}.txt, line {number}: {error}") from error


def _columns(name: str, number: int, line: str, many: int) -> list[str]:
    columns = [column.strip() for column in line.split("|")]
    if len(columns) != many:
        raise WrongFamily(f"{name}.txt, line {number}: {many} columns with | between them are needed, not {len(columns)}.")
    try:
        holds(columns[-2], {})
    except ValueError as error:
        raise WrongFamily(f"{name}.txt, line {number}: {error}") from error
    return columns


def _row(name: str, number: int, line: str) -> Row:
    row = Row(*_columns(name, number, line, 4))
    if row.kind and row.kind not in TITLES:
        raise WrongFamily(f"{name}.txt, line {number}: a kind is one of: {', '.join(TITLES)}. Received: “{row.kind}”.")
    if row.example and row.example not in EXAMPLES:
        raise WrongFamily(f"{name}.txt, line {number}: there is no example called “{row.example}”.")
    return row


FAMILIES = {path.stem: read(path.stem, path.read_text(encoding="utf-8")) for path in sorted(_HERE.glob("*.txt"))}
