"""Methods of None, and of a History: a call that gives no model, where its value was taken for one."""

from __future__ import annotations

import ast

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.reader.values import Event, Function


def none_value(case: Case, event: Event) -> Finding:
    """What gave None, and where the model is instead."""
    given, function = event.given["given"], event.given["function"]
    asked = event.says.rpartition("'")[0].rpartition("'")[2]
    told = case.text(given.func)
    name = told if len(told) <= 60 and "\n" not in told else f"….{given.func.attr}"
    if isinstance(function, Function):
        message = f"`{name}` has no return, so it gives None, and None has no `{asked}`: return the model."
        return Finding("none_value", message, None, given, event.says, False, tuple(_returned(case, function)))
    if "'History'" in event.says:
        message = f"`{name}` gives the losses of every epoch, a History, which has no `{asked}`: give it a name of its own."
        return Finding("none_value", message, None, given, event.says, False, tuple(_renamed(case, given)))
    message = f"`{name}` gives None, and None has no `{asked}`: call it in a line of its own."
    return Finding("none_value", message, None, given, event.says, False, tuple(_alone(case, given)))


def _returned(case: Case, function: Function) -> list[Candidate]:
    """The function with a return of the model that it makes."""
    node = function.node
    if not isinstance(node, ast.FunctionDef):
        return []
    made = {each.node for each in case.reader.models}
    names = [
        target.id
        for each in ast.walk(node)
        if isinstance(each, ast.Assign) and each.value in made
        for target in each.targets
        if isinstance(target, ast.Name)
    ]
    if not names:
        return []
    last = node.body[-1]
    edit = case.source.after(last, f"return {names[-1]}")
    return [Candidate(f"Return {names[-1]}", (edit,))]


def _renamed(case: Case, given: ast.Call) -> list[Candidate]:
    """Another name for what `fit` gives, so that the model keeps its own."""
    statement = case.source.statement(given)
    if not isinstance(statement, ast.Assign) or statement.value is not given or len(statement.targets) != 1:
        return []
    return [Candidate("Call it history", (case.source.replaced(statement.targets[0], "history"),))]


def _alone(case: Case, given: ast.Call) -> list[Candidate]:
    """The call in a line of its own, and the name for the model that it is a method of."""
    source = case.source
    statement = source.statement(given)
    if not isinstance(statement, ast.Assign) or statement.value is not given or not isinstance(given.func, ast.Attribute):
        return []
    (target, owner), call = (statement.targets[0], given.func.value), source.text(given)
    if len(statement.targets) != 1 or not isinstance(target, ast.Name):
        return []
    if isinstance(owner, ast.Name) and owner.id == target.id:
        return [Candidate(f"Call {given.func.attr} alone", (source.replaced(statement, call),))]
    rest = call[len(source.text(owner)) :]
    lines = f"{target.id} = {source.text(owner)}\n{source.indentation(statement.lineno)}{target.id}{rest}"
    return [Candidate(f"Call {given.func.attr} in a line of its own", (source.replaced(statement, lines),))]
