"""A text that is no Python in logical lines: where each statement begins and ends, as well as that can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from explorer.syntax import parse

HEADERS = (
    "if",
    "elif",
    "else",
    "for",
    "while",
    "with",
    "def",
    "class",
    "try",
    "except",
    "finally",
    "async",
    "match",
    "case",
)
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\r\n]*)|(?P<long>\"{3}|'{3})|(?P<text>"(?:\\[\s\S]|[^"\\\r\n])*"?|'(?:\\[\s\S]|[^'\\\r\n])*'?)"""
    r"""|(?P<bracket>[()\[\]{}])|(?P<on>\\\r?\n)|(?P<end>\r?\n)|(?P<other>[^\s\#"'()\[\]{}\\]+|\\)"""
)
# A line that begins so begins a statement, also where a bracket above it is still open.
_STARTS = re.compile(
    r"(?:import|from|def|class|return|with|while|try|raise|del|pass|assert|global|print|@)\b|@\w|(?:if|elif|else)\b.*:\s*$|for\b.*\bin\b"
    r"|[A-Za-z_][\w.]*(?:\[[^\]]*\])?(?:\s*,\s*[\w.]+)*\s*[-+*/]?=(?!=)|[A-Za-z_]\w*(?:\.\w+)+\((?!.*,\s*$)"
)
# What may stand before a statement: web pages write spaces that are none.
BLANKS = " \t\f\u00a0\u3000"
# Characters that are looked at in search of brackets and quotes that are never closed.
MOST_SEARCHED = 400_000
_AROUND = {"elif": "if 1:\n pass\n", "else": "if 1:\n pass\n", "except": "try:\n pass\n", "finally": "try:\n pass\n"}


@dataclass
class Brackets:
    """What stands between the first and the last letter of a stretch of text.

    open: brackets that are never closed. extra: places of closing ones that were never opened. wrong: places of those that
    close another one, with the right one. quotes: places of texts that do not end on their line. end: behind the last letter
    that is no comment. long: whether a text in three quotes never ends.
    """

    open: list[str] = field(default_factory=list)
    extra: list[int] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)
    quotes: list[int] = field(default_factory=list)
    end: int = 0
    long: str = ""

    @property
    def whole(self) -> bool:
        return not (self.open or self.extra or self.wrong or self.quotes or self.long)


@dataclass
class LogicalLine:
    """A statement, or the head of a block. first, last: its lines, from 0. text: without the white space before it.

    indent: that white space. error: what Python says of it alone, None where it is right. empty: nothing but comments.
    """

    first: int
    last: int
    indent: str
    text: str
    error: SyntaxError | None = None
    empty: bool = False

    @property
    def word(self) -> str:
        found = re.match(r"\w+", self.text)
        return found[0] if found else ""

    @property
    def width(self) -> int:
        return len(self.indent.replace("\f", "").expandtabs(8))


def brackets(text: str, stop: bool = False) -> Brackets:
    """Look through a text; with `stop` no farther than its logical line goes, whose end is then `end`."""
    found, at = Brackets(), 0
    held: list[str] = []
    while (match := _TOKEN.search(text, at)) is not None:
        at = match.end()
        kind, token = match.lastgroup, match[0]
        if kind == "end" and stop and not held:
            break
        if kind == "long":
            closed = text.find(token, at)
            if closed < 0:
                found.long, found.end = token, len(text)
                break
            at = closed + 3
        elif kind == "text" and (len(token) < 2 or token[-1] != token[0]):
            found.quotes.append(match.start())
        elif kind == "bracket" and token in _CLOSES:
            held.append(token)
        elif kind == "bracket":
            if not held:
                found.extra.append(match.start())
            elif _CLOSES[(opened := held.pop())] != token:
                found.wrong.append((match.start(), _CLOSES[opened]))
        if kind not in ("comment", "end", "on"):
            found.end = at
    found.open = held
    return found


def closing(found: Brackets) -> str:
    """The brackets that are missing at the end."""
    return "".join(_CLOSES[each] for each in reversed(found.open))


def error_in(text: str) -> SyntaxError | None:
    """What Python says of one logical line, None where nothing is wrong with it. Its line is counted from 1."""
    word = re.match(r"\w*", text)
    around = _AROUND.get(word[0] if word else "", "")
    tail = ""
    if text.startswith("@"):
        tail = "\ndef f(): pass"
    elif opens(text):
        tail = "\n case _: pass" if text.startswith("match") else "\n pass"
        tail += "\nfinally: pass" if text.startswith("try") else ""
    if text.startswith("case"):
        around, text = "match 1:\n", " " + text
        tail = tail and "\n  pass"
    try:
        parse(f"{around}{text}{tail}")
    except (RecursionError, MemoryError, ValueError):
        return SyntaxError("this is nested too deeply to be read", ("", 1, 1, "", 1, 1))
    except SyntaxError as error:
        above = around.count("\n")
        error.lineno = max(1, (error.lineno or 1) - above)
        error.end_lineno = max(error.lineno, (error.end_lineno or 1) - above)
        return error
    return None


def opens(text: str) -> bool:
    """Whether a block must follow."""
    word = re.match(r"\w+", text)
    return word is not None and word[0] in HEADERS and text[: brackets(text).end].endswith(":")


def logical_lines(lines: Sequence[str]) -> Iterator[LogicalLine]:
    """The logical lines of a text, given by its lines with their ends: in time that grows as the text does."""
    at, searched = 0, 0
    while at < len(lines):
        line = lines[at]
        text = line.lstrip(BLANKS)
        indent = line[: len(line) - len(text)]
        if not text.strip() or text.startswith("#"):
            yield LogicalLine(at, at, indent, text, empty=True)
            at += 1
            continue
        last = at
        alone = brackets(text)
        if alone.open or alone.long or text.rstrip().endswith("\\"):
            closed = False
            if searched <= MOST_SEARCHED:
                rest = text + "".join(lines[at + 1 :])
                whole = brackets(rest, stop=True)
                closed = not whole.open and not whole.long
                # What is closed took no more than was read; what is not took the rest of the text.
                searched += whole.end if closed else len(rest)
                last = at + rest[: whole.end].count("\n") if closed else at
            if not closed or error_in(text + "".join(lines[at + 1 : last + 1])):
                last = _until(lines, at, last if closed else len(lines), LogicalLine(at, at, indent, text))
        text += "".join(lines[at + 1 : last + 1])
        text = text.rstrip("\r\n")
        yield LogicalLine(at, last, indent, text, error_in(text))
        at = last + 1


def _until(lines: Sequence[str], at: int, last: int, start: LogicalLine) -> int:
    """The last line of a statement that is broken: before the next one that begins as a statement does, no deeper than it.

    last: no line after this one is its own.
    """
    if start.word in HEADERS and start.text[: brackets(start.text).end].endswith(":"):
        return at
    held = at
    for place in range(at + 1, min(last + 1, len(lines))):
        line = lines[place]
        text = line.lstrip(BLANKS)
        if not text.strip():
            continue
        width = LogicalLine(place, place, line[: len(line) - len(text)], text).width
        if width <= start.width and _STARTS.match(text):
            return held
        held = place
    return held
