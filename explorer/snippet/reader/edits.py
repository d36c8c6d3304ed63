"""Changes of source text: each names a stretch of the code and what stands there instead."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.snippet.reader.logical_lines import BLANKS
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.pasted_text import as_python
from explorer.snippet.reader.recovery import MEANT, BrokenLine, Recovered, recovered
from explorer.syntax import parse

# Characters that all changes of a code may put into it.
LONGEST_CHANGE = 50_000
LONGEST_COMPARED = 300


@dataclass(frozen=True, order=True)
class Edit:
    """Put `text` where `start` to `end` (offsets in characters) stands now; an insertion has the same start and end."""

    start: int
    end: int
    text: str


def split_lines(text: str) -> list[str]:
    """Lines with their ends: only what `ast` itself takes for the end of a line; a form feed in a string is none."""
    return re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)


def changes(own: str, read: str) -> tuple[Edit, ...]:
    """How one line became another: the white space before it, and the stretches behind that in which they differ."""
    before, after = (len(each) - len(each.lstrip(BLANKS)) for each in (own, read))
    found = [] if own[:before] == read[:after] else [Edit(0, before, read[:after])]
    mine, its = own[before:], read[after:]
    # What is compared letter by letter takes long in a long line.
    blocks = difflib.SequenceMatcher(None, mine, its, autojunk=False).get_opcodes() if len(own) < LONGEST_COMPARED else []
    if not blocks and mine != its:
        least = min(len(mine), len(its))
        same = next((at for at in range(least) if mine[at] != its[at]), least)
        end = next((at for at in range(least - same) if mine[-1 - at] != its[-1 - at]), least - same)
        blocks = [("replace", same, len(mine) - end, same, len(its) - end)]
    found += (Edit(before + start, before + end, its[i:j]) for how, start, end, i, j in blocks if how != "equal")
    return tuple(found)


class Source:
    """Code with its syntax tree, and where every node of it stands.

    broken: the lines that are no Python. lost: at which lines something stands in the tree that is not followed, and why.

    Raises SyntaxError and what else `ast.parse` raises for text of which nothing can be read.
    """

    def __init__(self, code: str) -> None:
        # Some editors begin a file with a mark of the order of its bytes, which is no part of the first line.
        if code.lstrip().startswith("{") and '"cells"' in code:
            # A notebook's file may pass for a dictionary of Python.
            code = as_python(code)
        mark = len(code) - len(code.removeprefix("\ufeff"))
        found: Recovered | None = None
        try:
            self.tree = parse(code[mark:])
        except SyntaxError:
            # Prompts and what only notebooks know are no Python: without them the lines stay where they are.
            code = as_python(code)
            try:
                self.tree = parse(code[mark:])
            except SyntaxError as error:
                found = recovered(split_lines(code[mark:]), error)
                if found is None:
                    raise
                self.tree = found.tree
        self.code = code
        self.lines = split_lines(code[mark:])
        self.broken: tuple[BrokenLine, ...] = found.broken if found else ()
        self.lost: dict[int, str] = found.lost if found else {}
        # The lines as they were read, and how far each is from the line of the code.
        self._read = found.lines if found else self.lines
        self._changes: dict[int, tuple[Edit, ...]] = {}
        for line, (own, read) in enumerate(zip(self.lines, self._read, strict=True), 1):
            if own != read:
                self._changes[line] = changes(own, read)
        self._within: dict[int, ast.stmt | None] = {}
        self._starts = [mark]
        for own in self.lines:
            self._starts.append(self._starts[-1] + len(own))

    def offset(self, line: int, column: int) -> int:
        """Where a place of `ast` (1-based line, column in bytes of UTF-8) stands in the text."""
        at = len(self._read[line - 1].encode()[:column].decode(errors="ignore"))
        moved = 0
        for edit in self._changes.get(line, ()):
            start = edit.start + moved
            # A statement begins behind the white space before it, and an expression ends before what was added to it.
            if at < start or (at == start and edit.start):
                break
            if at < start + len(edit.text):
                at, moved = min(edit.start + at - start, edit.end), 0
                break
            moved += len(edit.text) - (edit.end - edit.start)
        return self._starts[line - 1] + at - moved

    def mending(self, broken: BrokenLine) -> tuple[Edit, ...]:
        """The changes that make broken lines what they were read as; none where nothing is offered for them."""
        if not broken.fix:
            return ()
        others = (each for each in self.broken if each.how != MEANT)
        kept = {line for each in others for line in range(each.first, each.last + 1)}
        return tuple(
            Edit(start := self._starts[line - 1], start + len(own), read)
            for line in range(broken.first, broken.last + 1)
            if (own := self.lines[line - 1]) != (read := self._read[line - 1]) and line not in kept
        )

    def span(self, node: Node) -> tuple[int, int]:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def text(self, node: Node) -> str:
        start, end = self.span(node)
        return self.code[start:end]

    def indentation(self, line: int) -> str:
        """The white space that a line begins with."""
        text = self.lines[line - 1]
        return text[: len(text) - len(text.lstrip(" \t"))]

    def replaced(self, node: Node, text: str) -> Edit:
        return Edit(*self.span(node), text)

    def statement(self, node: Node) -> ast.stmt:
        """The innermost statement that holds a node. Raises ValueError for a node of another code."""
        if not self._within:
            waiting: list[tuple[ast.AST, ast.stmt | None]] = [(self.tree, None)]
            while waiting:
                each, around = waiting.pop()
                around = each if isinstance(each, ast.stmt) else around
                self._within[id(each)] = around
                waiting += ((inner, around) for inner in ast.iter_child_nodes(each))
        found = self._within.get(id(node))
        if found is None:
            raise ValueError("no statement of this code holds the node")
        return found

    def before(self, node: Node, text: str) -> Edit:
        """A line of its own before the statement that holds a node."""
        statement = self.statement(node)
        start = self.span(statement)[0]
        return Edit(start, start, f"{text}\n{self.indentation(statement.lineno)}")

    def after(self, node: Node, text: str) -> Edit:
        """A line of its own after the statement that holds a node."""
        statement = self.statement(node)
        end = self.span(statement)[1]
        return Edit(end, end, f"\n{self.indentation(statement.lineno)}{text}")

    def at_the_top(self, text: str) -> Edit:
        """A line of its own before all others, but after a docstring and what must stand first."""
        start = self._starts[0]
        for statement in self.tree.body:
            told = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            if not told and not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
                break
            start = self._starts[statement.end_lineno or statement.lineno]
        return Edit(start, start, f"{text}\n")

    def at_the_end(self, text: str) -> Edit:
        end = len(self.code)
        return Edit(end, end, text if self.code.endswith("\n") or not self.code else f"\n{text}")

    # --- calls

    def keyword(self, call: ast.Call, name: str) -> ast.keyword | None:
        return next((each for each in call.keywords if each.arg == name), None)

    def with_keyword(self, call: ast.Call, name: str, text: str) -> Edit:
        """`name=text` in a call: changed where it stands, else added at the end."""
        if found := self.keyword(call, name):
            return self.replaced(found.value, text)
        given: list[Node] = [*call.args, *call.keywords]
        if not given:
            end = self.span(call)[1] - 1
            return Edit(end, end, f"{name}={text}")
        end = max(self.span(each)[1] for each in given)
        return Edit(end, end, f", {name}={text}")

    def without_keyword(self, call: ast.Call, name: str) -> Edit | None:
        """A call without an argument given by name, and without the comma that goes with it."""
        found = self.keyword(call, name)
        return self.without(call, found) if found else None

    def without(self, call: ast.Call, argument: Node) -> Edit:
        """A call without one of its arguments."""
        arguments: list[Node] = [*call.args, *call.keywords]
        given = sorted(arguments, key=lambda each: self.span(each)[0])
        place = next(index for index, each in enumerate(given) if each is argument)
        start, end = self.span(argument)
        if place:
            return Edit(self.span(given[place - 1])[1], end, "")
        if len(given) > 1:
            return Edit(start, self.span(given[1])[0], "")
        rest = self.code[end : self.span(call)[1]]
        return Edit(start, end + len(rest) - len(rest.lstrip(" \t\r\n,")), "")

    def element_removed(self, sequence: ast.List | ast.Tuple, element: Node) -> Edit:
        """A list without one of its elements, and without the line that it leaves empty."""
        place = next(index for index, each in enumerate(sequence.elts) if each is element)
        start, end = self.span(element)
        if place + 1 < len(sequence.elts):
            return Edit(start, self.span(sequence.elts[place + 1])[0], "")
        if place:
            return Edit(self.span(sequence.elts[place - 1])[1], end, "")
        return Edit(start, end, "")

    def element_before(self, element: Node, text: str) -> Edit:
        """A new element of a list before one of its elements, on a line of its own where that one has it."""
        start = self.span(element)[0]
        line = self.lines[element.lineno - 1]
        alone = line[: start - self._starts[element.lineno - 1]].strip() == ""
        return Edit(start, start, f"{text},\n{self.indentation(element.lineno)}" if alone else f"{text}, ")

    def element_after(self, element: Node, text: str) -> Edit:
        end = self.span(element)[1]
        line = self.lines[element.lineno - 1]
        alone = line.lstrip().startswith(self.text(element).split("\n")[0])
        return Edit(end, end, f",\n{self.indentation(element.lineno)}{text}" if alone else f", {text}")

    def statement_removed(self, node: Node) -> Edit:
        """The code without the statement that holds a node; `pass` where a block would be left empty."""
        statement = self.statement(node)
        start, end = self.span(statement)
        for parent in ast.walk(self.tree):
            for body in (getattr(parent, "body", None), getattr(parent, "orelse", None)):
                if isinstance(body, list) and len(body) == 1 and body[0] is statement and not isinstance(parent, ast.Module):
                    return Edit(start, end, "pass")
        start = self._starts[statement.lineno - 1]
        if end < len(self.code) and self.code[end] == "\n":
            end += 1
        return Edit(start, end, "")


def _joined(edits: Sequence[Edit]) -> list[Edit]:
    """The changes, those as one that take away stretches which overlap."""
    found: list[Edit] = []
    for edit in sorted(set(edits)):
        if found and not edit.text and not found[-1].text and edit.start < found[-1].end:
            found[-1] = Edit(found[-1].start, max(found[-1].end, edit.end), "")
        else:
            found.append(edit)
    return found


def applied(code: str, edits: Sequence[Edit]) -> str:
    """The code after all changes.

    Raises ValueError where two of them overlap that do not both take text away, or where they make it far longer.
    """
    if sum(len(edit.text) for edit in edits) > LONGEST_CHANGE:
        raise ValueError("These changes put too much into the code.")
    last = len(code) + 1
    for edit in reversed(made_of(code, edits)):
        if edit.end > last:
            raise ValueError(f"Two changes of the code overlap at {edit.start}.")
        code = code[: edit.start] + edit.text + code[edit.end :]
        last = edit.start
    return code


def made_of(code: str, edits: Sequence[Edit]) -> list[Edit]:
    """The changes as they are made, in their order: new lines end as those of the code do."""
    newline = "\r\n" if "\r\n" in code else "\r" if "\r" in code and "\n" not in code else "\n"
    texts = ((edit, edit.text.replace("\r\n", "\n").replace("\n", newline)) for edit in sorted(_joined(edits)))
    return [Edit(edit.start, edit.end, text) for edit, text in texts]


def diff(before: str, after: str) -> str:
    """The changed lines of two codes, as a unified diff without its heading."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return "\n".join(list(lines)[2:])
