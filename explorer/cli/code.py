"""The commands about your own code: check it, look up an error message."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from explorer import notebook
from explorer.cli import printing
from explorer.cli.files import read_text
from explorer.cli.options import as_json, examples, shape
from explorer.report import Report
from explorer.runtime.jobs import jobs
from explorer.tensors.text import count

if TYPE_CHECKING:
    from explorer.errors import Found


@click.command(epilog=examples("check model.py --x 8,20,5 --y 8,1 --loss mse", "check - --json < model.py"))
@click.argument("file", metavar="FILE")
@click.option("--x", multiple=True, metavar="8,20,5", help="The shape of an input, batch first; once for each input.")
@click.option("--y", multiple=True, metavar="8,1", help="The shape of a target, batch first; once for each output.")
@click.option("--loss", metavar="LOSS", help="mse, binary_crossentropy ..., for code without compile(loss=...).")
@click.option("--batch", metavar="N", help="The batch size in fit.")
@click.option("--size", multiple=True, metavar="NAME=N", help="A number that the check asked for; once for each.")
@click.option("--model", metavar="NAME", help="Which model, where the code makes several; without it, the fitted one.")
@as_json
def check(
    file: str,
    x: tuple[str, ...],
    y: tuple[str, ...],
    loss: str | None,
    batch: str | None,
    size: tuple[str, ...],
    model: str | None,
    as_json: bool,
) -> int:
    """Check your own Keras code: its shapes, or where it fails and how to fix it.

    FILE is Python or a notebook (.ipynb), read and never run; - is standard input. Ends with 1 if it has a problem, or if a
    number is missing that it asks for.
    """
    code = _code_of(file)
    inputs = [shape("--x", text) for text in x] or None
    targets = [shape("--y", text) for text in y]
    target = targets[0] if len(targets) == 1 else targets or None
    (batch_size,) = (None,) if batch is None else shape("--batch", batch, 1)
    report = jobs.check(code, inputs, target, loss, batch_size, dict(map(_size, size)), model, True)
    names = [each["name"] for each in report["models"]]
    if model is not None and names and model not in names:
        raise ValueError(f"--model: this code makes no model called {model!r:.80}. It makes: {', '.join(names)}.")
    if as_json:
        print(json.dumps(report))
    else:
        _print_report(code, Report.read(report))
    return 1 if report["problems"] else 0


def _size(text: str) -> tuple[str, Any]:
    """A number by its name, as `--size` takes it. Raises ValueError for a text without a name."""
    name, equals, number = text.rpartition("=")
    if not equals or not name.strip():
        raise ValueError(f"--size takes a name and a number, such as n_features=5. Received: {text!r:.80}")
    given = shape("--size", number)
    return name.strip(), given if len(given) > 1 else given[0]


def _code_of(file: str) -> str:
    text = read_text(file)
    is_notebook = file.endswith(".ipynb") or (file == "-" and notebook.looks_like_one(text))
    return notebook.code_of(text) if is_notebook else text


def _where(code: str, line: int) -> str:
    """A line of the file, or of a notebook's cell."""
    return notebook.place(code, line) or f"line {line}"


def _print_report(code: str, report: Report) -> None:
    broken = [layer for layer in report.layers if layer.broken is True]
    if report.description is not None:
        printing.chain(report.description, broken)
    else:
        printing.broken_layers(broken)
    for problem in report.problems:
        if problem.kind == "size_missing":
            # All that is asked for is listed below.
            continue
        line = f", {_where(code, problem.line)}" if problem.line else ""
        printing.paragraph(f"\n{problem.kind}{line}: {problem.message}", "bold")
        if problem.keras_says:
            printing.paragraph(f"Keras says: {problem.keras_says}", "dim")
        elif problem.silent:
            printing.paragraph("No error: the model trains, but it is wrong.", "dim")
        for fix in problem.fixes:
            printing.paragraph(f"\n{fix.intention} {fix.title}".replace("\n ", "\n"), "underline")
            if fix.shapes:
                printing.paragraph(fix.shapes)
            if fix.data:
                printing.paragraph(f"data: {fix.data}")
            if fix.tried:
                printing.paragraph(fix.tried, "dim")
            printing.difference(code, fix.code)
    for asked in report.asked:
        example = "20,5" if asked.shape else "5"
        cell = f" That is {place}." if (place := notebook.place(code, asked.line)) else ""
        printing.paragraph(f"\n{asked.sentence}{cell} Give it with --size '{asked.name}={example}'.", "bold")
    if report.asked and report.description is not None:
        them = "it" if len(report.asked) == 1 else "them"
        printing.paragraph(f"The table shows what does not depend on {them}.", "dim")
    if report.not_followed:
        printing.paragraph(f"\nNot followed ({count(len(report.not_followed), 'lines')}):", "dim")
        for each in report.not_followed:
            printing.paragraph(f"{_where(code, each.line)}: {each.why}", "dim")
    for each in report.assumed:
        printing.paragraph(f"Taken for granted, {_where(code, each.line)}: {each.why}", "dim")
    if len(report.models) > 1:
        printing.paragraph(f"\nThe code makes {len(report.models)} models; --model NAME shows another:", "dim")
        for made in report.models:
            params = "" if made.params is None else f", {count(made.params, 'parameters')}"
            shown = ", shown here" if made.shown else ""
            layers = count(made.layers, "layers")
            printing.paragraph(f"{made.name}: {_where(code, made.line)}, {layers}{params}{shown}", "dim")
    for hint in report.hints:
        printing.paragraph(f"\n{hint}")
    if report.holds:
        printing.paragraph("\nNo problems found.", "green")


@click.command("error", epilog=examples("error traceback.txt", 'error "expected ndim=3, found ndim=2"'))
@click.argument("file", metavar="FILE")
@as_json
def look_up(file: str, as_json: bool) -> int:
    """What an error message of Keras means: in named axes, with its usual causes.

    FILE has a message or a whole traceback; - is standard input, and a message may be written in its place. Nothing in it
    is run. Ends with 1 if it is not known.
    """
    from explorer.errors import find

    # What is no text is no message either, and that is the answer.
    found = find(file if _is_message(file) else read_text(file, errors="replace"))
    if as_json:
        print(json.dumps(found.to_dict()))
    else:
        _print_found(found)
    return 0 if found.status == "known" else 1


def _is_message(text: str) -> bool:
    """Whether this is a message itself, and not the name of a file."""
    return len(text.split()) > 1 and not text.lower().endswith((".txt", ".log")) and not os.path.exists(text)


def _print_found(found: Found) -> None:
    if found.title:
        printing.paragraph(found.title, "bold")
    if found.quoted:
        printing.paragraph(f"Found: {found.quoted}", "dim")
    if found.means:
        printing.paragraph(found.means)
    for number, cause in enumerate(found.causes, 1):
        printing.paragraph(f"\n{number}. {cause.says}")
        if cause.example:
            fixed = f", fixed: {cause.fixed}" if cause.fixed else ""
            printing.paragraph(f"Example on the page: /paste?example={cause.example}{fixed}", "dim")
    if found.also:
        printing.paragraph(f"\nThe text has other messages too: {'; '.join(found.also)}.", "dim")
    printing.paragraph(f"\n{found.advice}" if found.causes else found.advice)


COMMANDS = (check, look_up)
