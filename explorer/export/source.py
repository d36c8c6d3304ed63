"""Source text for a script: functions as they are written, what they need of their modules, and the calls of them."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any

from explorer.catalog import resolve
from explorer.catalog.entries import Architecture, Task
from explorer.experiment import Experiment
from explorer.syntax import parse

_PACKAGE = __name__.partition(".")[0]


def call(entry: Architecture | Task, names: list[str], first: str = "") -> str:
    """The call of an entry, every argument by its name."""
    given = ", ".join(f"{name}={name}" for name in [*names, *entry.knobs])
    return f"{entry.name}({first + ', ' if first else ''}{given})"


def baselines(experiment: Experiment) -> str:
    """The lines that print what the simplest answers reach."""
    found = resolve(experiment).baselines
    return "".join(f"print({f'baseline “{name}”: {value:.4g}'!r})\n" for name, value in found.items())


def import_order(line: str) -> tuple[bool, str]:
    """Those of the standard library first, as a linter sorts them."""
    module = line.split()[1].partition(".")[0]
    return module not in sys.stdlib_module_names, line


def undecorated(function: Callable[..., Any]) -> str:
    """The source of a function without `@task`, which only this project knows."""
    source = inspect.getsource(function)
    return "".join(source.splitlines(keepends=True)[parse(source).body[0].lineno - 1 :])


def gather(module: Any, wanted: set[str], own: Mapping[str, str], imports: set[str], code: list[str]) -> None:
    """Add `wanted` and what it needs of its module to `imports` and `code`, in the order of the file.

    own: the text to take, by name, for what is not to be copied as it stands in the file.
    """
    source = inspect.getsource(module)
    lines, body = source.splitlines(), parse(source).body
    places = {name: node for node in body for name in defines(node)}
    needed: set[str] = set()
    waiting = set(wanted)
    while waiting:
        name = waiting.pop()
        needed.add(name)
        node = parse(own[name]) if name in own else places[name]
        used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        waiting |= (used & set(places)) - needed
    found = []
    for node in body:
        names = set(defines(node)) & needed
        if not names:
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            _gather_import(node, names, imports, code)
        else:
            copied = "\n".join(lines[_begin(node, lines) : node.end_lineno])
            found.append(own.get(getattr(node, "name", ""), copied))
    code.extend(text for text in found if text not in code)


def _gather_import(node: ast.Import | ast.ImportFrom, names: set[str], imports: set[str], code: list[str]) -> None:
    """An import as a line of its own; what comes out of this project is copied instead."""
    for alias in node.names:
        if (alias.asname or alias.name.partition(".")[0]) not in names:
            continue
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        if module.partition(".")[0] == _PACKAGE:
            gather(importlib.import_module(module), {alias.name}, {}, imports, code)
        else:
            start = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
            imports.add(f"{start}import {alias.name}" + (f" as {alias.asname}" if alias.asname else ""))


def defines(node: ast.stmt) -> list[str]:
    """The names that a statement of a module gives a meaning."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]


def _begin(node: ast.stmt, lines: list[str]) -> int:
    """Where a statement starts, with its decorators and the comment that stands on it."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)]) - 1
    while first and lines[first - 1].startswith("#"):
        first -= 1
    return first
