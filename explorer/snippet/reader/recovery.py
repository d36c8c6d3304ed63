"""A text with lines that are no Python, made so that the rest of it can be read: each line stays where it is.

A broken line is read as it was probably meant, or something stands in for it. CPython's parser knows only the first error,
and throws the whole text away; so every statement is looked at alone, and what is left is the nesting of blocks.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from explorer.snippet.reader.logical_lines import LogicalLine, brackets, logical_lines, opens
from explorer.snippet.reader.mending import advice_on, mended, stand_in
from explorer.syntax import parse

MOST_CUT = 8
LEFT_OUT, MEANT, ALONE = "left out", "read as if that was done", "read without it"
_DEEPER = "    "
_AFTER = {
    "elif": ("if", "elif"),
    "else": ("if", "elif", "for", "while", "try", "except"),
    "except": ("try", "except"),
    "finally": ("try", "except", "else"),
    "case": ("match", "case"),
}
_SPACES = "Write the same white space before all lines of a block: spaces, and no tabs."
_LIKE, _LIKE_FIX = "Indent it like the lines around it.", "Indent like the lines around"
_HEADS = ("if", "elif", "else", "for", "while", "try", "except", "finally", "match", "case")


@dataclass(frozen=True)
class BrokenLine:
    """Lines that are no Python. line: where Python's message points; first, last: the lines, all from 1.

    says: the message. advice: what to write, as sentences, "" where that is not known. how: how they were read. fix: in a
    few words what makes them right, "" where nothing is offered.
    """

    line: int
    first: int
    last: int
    says: str
    advice: str = ""
    how: str = LEFT_OUT
    fix: str = ""

    @property
    def sentence(self) -> str:
        said = self.says.replace("invalid syntax. Perhaps you forgot a comma?", "a comma may be missing")
        told = f"Syntax error: {said}{'' if said.endswith(('?', '.')) else '.'}"
        how = (
            f"The line was {self.how}." if self.first == self.last else f"Lines {self.first} to {self.last} were {self.how}."
        )
        return " ".join(each for each in (told, self.advice, how) if each)


@dataclass
class Recovered:
    """lines: the text that can be read, with the ends of its lines. broken: in order. lost: lines (from 1) at which
    something stands in for a statement, with the reason; it is not followed.
    """

    tree: ast.Module
    lines: list[str]
    broken: tuple[BrokenLine, ...]
    lost: dict[int, str]


@dataclass
class _Row:
    """A logical line as it is read. text: "" where nothing stands in for it. lost: what stands in for it is not followed."""

    line: LogicalLine
    text: str
    note: BrokenLine | None = None
    lost: bool = False

    @property
    def word(self) -> str:
        found = re.match(r"\w+", self.text)
        return found[0] if found else ""


@dataclass
class _Block:
    """An open block. width: of its white space as it stands; indent: as it is written. head: the word of its last statement.

    row: the one whose white space was wrong, where the block is one that is none.
    """

    width: int
    indent: str
    head: str = ""
    row: _Row | None = None


def recovered(lines: Sequence[str], error: SyntaxError) -> Recovered | None:
    """The text, given by its lines with their ends, so that it can be read; None where that was not possible.

    error: what Python says of all of it.
    """
    rows = [_read(line) for line in logical_lines(lines) if not line.empty]
    written = _written(lines, rows)
    broken = [row.note for row in rows if row.note is not None]
    lost = {row.line.first + 1: row.note.sentence for row in rows if row.lost and row.note is not None}
    for _ in range(MOST_CUT):
        try:
            tree = parse("".join(written))
        except SyntaxError as more:
            at = min(more.lineno or 1, len(written)) - 1
            bare = written[at].rstrip("\r\n")
            indent = bare[: len(bare) - len(bare.lstrip(" \t"))]
            instead = "" if more.msg.startswith("unexpected") else f"{indent}pass"
            written[at] = instead + written[at][len(bare) :]
            broken.append(BrokenLine(at + 1, at + 1, at + 1, more.msg))
        else:
            at = min(error.lineno or 1, len(lines))
            if not broken:
                advice, fix = ("", "") if written[at - 1] == lines[at - 1] else (_SPACES, "Write the same white space")
                broken = [BrokenLine(at, at, at, error.msg, advice, MEANT, fix)]
            return Recovered(tree, written, tuple(sorted(broken, key=lambda each: each.first)), lost)
    return None


def _read(line: LogicalLine) -> _Row:
    if line.error is None:
        return _Row(line, line.text)
    first, last, at = line.first + 1, line.last + 1, line.first + (line.error.lineno or 1)
    found = mended(line)
    if found is not None:
        return _Row(line, found.text, BrokenLine(min(at, last), first, last, line.error.msg, found.advice, MEANT, found.fix))
    text, lost = stand_in(line)
    return _Row(line, text, BrokenLine(min(at, last), first, last, line.error.msg, advice_on(line)), lost)


def _written(lines: Sequence[str], rows: list[_Row]) -> list[str]:
    """The lines as they are read, those of each block with the same white space; what is wrong with that is noted."""
    written, blocks, expects = [*lines], [_Block(0, "")], False
    after = _next(rows)
    for row, below in zip(rows, after, strict=True):
        if row.text:
            _enter(blocks, row, expects)
            expects = _head(blocks[-1], row, below, rows)
        if row.note is not None or (row.text and blocks[-1].indent != row.line.indent):
            _write(written, row, blocks[-1].indent)
    return written


def _next(rows: list[_Row]) -> list[_Row | None]:
    """For each row the next one that is read; a decorator without anything to decorate is none."""
    found: list[_Row | None] = []
    below: _Row | None = None
    for row in reversed(rows):
        if row.text.startswith("@"):
            if below is None or not (below.word in ("def", "class", "async") or below.text.startswith("@")):
                _note(row, "invalid syntax", "A decorator stands before a function or a class.")
                row.text = ""
            elif below.line.width != row.line.width:
                _note(row, "unexpected indent", _LIKE, MEANT, _LIKE_FIX)
                row.line.indent = below.line.indent
        found.append(below)
        below = row if row.text else below
    return found[::-1]


def _enter(blocks: list[_Block], row: _Row, expects: bool) -> None:
    """Take a row to its block."""
    line, top = row.line, blocks[-1]
    if not line.indent.isascii():
        _note(row, "invalid non-printable character U+00A0", _SPACES, MEANT, "Write plain spaces")
    if expects and line.width > top.width:
        fits = line.indent.startswith(top.indent) and line.indent != top.indent and line.indent.isascii()
        blocks.append(_Block(line.width, line.indent if fits else top.indent + _DEEPER))
        return
    popped = None
    while len(blocks) > 1 and blocks[-1].width > line.width:
        popped = blocks.pop()
        if popped.indent == blocks[-1].indent:
            blocks[-1].head = popped.head
    top = blocks[-1]
    if line.width != top.width:
        inner = popped or top
        says = "unindent does not match any outer indentation level" if popped else "unexpected indent"
        _note(row, says, _LIKE, MEANT, _LIKE_FIX)
        blocks.append(_Block(line.width, inner.indent, inner.head, row))
    elif top.row is not None and top.row.note is not None:
        top.row.note = replace(top.row.note, last=line.last + 1)


def _head(block: _Block, row: _Row, below: _Row | None, rows: list[_Row]) -> bool:
    """Whether a block follows a row, as heads of blocks have it; one that does not belong there becomes another one."""
    word, head = row.word, opens(row.text)
    if word in _AFTER and head and block.head not in _AFTER[word]:
        advice = f"Nothing stands above it that `{word}` belongs to: indent it as that is."
        _note(row, "invalid syntax", advice, "left out, and its block was read")
        word, row.text = "if", "if True:"
    if word == "try" and head and not _handled(row, rows):
        _note(row, "expected 'except' or 'finally' block", "Write one below it.", ALONE)
        word, row.text = "if", "if True:"
    block.head = word if word in _HEADS and (head or word not in ("match", "case")) else ""
    if head and (below is None or below.line.width <= row.line.width):
        says = f"expected an indented block after '{word}' statement on line {row.line.first + 1}"
        _note(row, says, "Indent the lines below it.", ALONE)
        end = brackets(row.text).end
        row.text = f"{row.text[:end]} pass{row.text[end:]}"
        return False
    return head


def _handled(row: _Row, rows: list[_Row]) -> bool:
    """Whether `except` or `finally` follows the block of a `try`."""
    place = next(index for index, each in enumerate(rows) if each is row)
    after = (each for each in rows[place + 1 :] if each.text and each.line.width <= row.line.width)
    return (found := next(after, None)) is not None and found.word in ("except", "finally")


def _note(row: _Row, says: str, advice: str = "", how: str = LEFT_OUT, fix: str = "") -> None:
    """Say what is wrong with a row, unless something is already."""
    line = row.line
    row.note = row.note or BrokenLine(line.first + 1, line.first + 1, line.last + 1, says, advice, how, fix)


def _write(written: list[str], row: _Row, indent: str) -> None:
    texts = f"{indent}{row.text}".split("\n") if row.text else [""]
    for place in range(row.line.first, row.line.last + 1):
        end = written[place][len(written[place].rstrip("\r\n")) :]
        text = texts[place - row.line.first] if place - row.line.first < len(texts) else ""
        written[place] = text.rstrip("\r") + end
