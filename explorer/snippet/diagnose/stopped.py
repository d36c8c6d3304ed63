"""Why a code could not be read, as a finding."""

from __future__ import annotations

import ast
from dataclasses import replace

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.models import named_models
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.reader.objects import ClassValue
from explorer.snippet.reader.reading import Reader
from explorer.snippet.reader.recovery import LEFT_OUT, BrokenLine


def asked_for(reader: Reader) -> Finding:
    """Numbers that only whoever pasted the code knows."""
    each = next(iter(reader.asked.values()))
    if each.name in reader.outputs:
        output = f"{each.name[:1].upper()}{each.name[1:]}"
        message = f"{output} on line {each.line} is not known here. Which shape is it, without the batch?"
    else:
        wanted = "Which shape is it?" if each.shape else "How many are there?"
        message = f"`{each.name}` on line {each.line} is not known from the code alone. {wanted}"
    return at_line("size_missing", message, each.line)


def not_whole(case: Case) -> Finding | None:
    """Why the model that is meant could not be read; None where it was, or where what stopped it is told elsewhere."""
    reader = case.reader
    if case.model is not None and case.model.unread is not None:
        return at_line("unreadable", str(case.model.unread), case.model.unread.line)
    if case.model is None:
        about = [*reader.unread, *(each.unread for each in reader.models if each.unread is not None)]
        if about:
            line = about[0].line
            why = (
                next((each for at, each in sorted(reader.skipped.items()) if at != line), None)
                if not reader.models
                else None
            )
            message, line = (why.why, why.line) if why else (str(about[0]), line)
            return at_line("unreadable", message, line)
        first = next(iter(sorted(reader.skipped.items())), None)
        if first is not None:
            return at_line("unreadable", first[1].why, first[1].line)
        own = next((each for each in reader.names.values() if isinstance(each, ClassValue) and each.kind != "plain"), None)
        if own is not None and own.kind != "data":
            message = (
                f"The class {own.name} is a {own.kind} that nothing here calls on a known shape. Write the model with the "
                "functional API: inputs = keras.Input(...), then layer after layer, then keras.Model(inputs, outputs)."
            )
            return at_line("unreadable", message, own.node.lineno)
        if reader.passed:
            return at_line("unreadable", reader.passed[0].why, reader.passed[0].line)
    return None


def no_such_model(case: Case) -> Finding:
    """A model was asked for by a name that none has."""
    names = ", ".join(f"`{name}`" for name in [*named_models(case.reader)][:8]) or "none"
    message = f"There is no model called `{str(case.given.model)[:80]}` in this code. The models of this code: {names}."
    return Finding("unreadable", message)


def syntax(error: SyntaxError) -> str:
    """What Python says of code that it cannot read, as a sentence."""
    said = error.msg.replace("invalid syntax. Perhaps you forgot a comma?", "is a comma missing?")
    where = f" in line {error.lineno}" if error.lineno else ""
    said += "" if said.endswith("?") else "."
    advice = " Check the indentation." if isinstance(error, IndentationError) else ""
    return f"Syntax error{where}: {said}{advice}"


def broken_lines(case: Case) -> list[Finding]:
    """What is no Python, those left out below one another as one; each with what makes it right, where that is known."""
    found: list[tuple[BrokenLine, Finding]] = []
    for each in case.source.broken:
        if found and each.how == found[-1][0].how == LEFT_OUT and each.first == found[-1][0].last + 1:
            whole = replace(found[-1][0], last=each.last)
            found[-1] = whole, at_line("unreadable", whole.sentence, whole.line)
            continue
        edits = case.source.mending(each)
        candidates = (Candidate(each.fix, edits),) if edits else ()
        found.append((each, replace(at_line("unreadable", each.sentence, each.line), candidates=candidates)))
    return [finding for _, finding in found]


def at_line(kind: str, message: str, line: int | None) -> Finding:
    node = None if line is None else ast.Pass(lineno=line, col_offset=0, end_lineno=line, end_col_offset=0)
    return Finding(kind, message, None, node)
