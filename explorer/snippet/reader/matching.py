"""`match` as the branches that it stands for."""

from __future__ import annotations

import ast

from explorer.snippet.reader.values import Unreadable


def as_branches(statement: ast.Match) -> list[ast.stmt]:
    """The same as `if` and `else`. Raises Unreadable for a pattern that looks into what is matched."""
    found: list[ast.stmt] = []
    for case in reversed(statement.cases):
        test = _test(statement.subject, case.pattern)
        if case.guard is not None:
            test = ast.copy_location(ast.BoolOp(ast.And(), [test, case.guard]), case.guard)
        names = [each.name for each in ast.walk(case.pattern) if isinstance(each, ast.MatchAs) and each.name]
        bound = [
            ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], statement.subject), case.pattern) for name in names
        ]
        found = [ast.copy_location(ast.If(test, [*bound, *case.body], found), test)]
    for each in found:
        ast.fix_missing_locations(each)
    return found


def _test(subject: ast.expr, pattern: ast.pattern) -> ast.expr:
    found: ast.expr
    if isinstance(pattern, ast.MatchValue):
        found = ast.Compare(subject, [ast.Eq()], [pattern.value])
    elif isinstance(pattern, ast.MatchSingleton):
        found = ast.Compare(subject, [ast.Is()], [ast.copy_location(ast.Constant(pattern.value), pattern)])
    elif isinstance(pattern, ast.MatchOr):
        found = ast.BoolOp(ast.Or(), [_test(subject, each) for each in pattern.patterns])
    elif isinstance(pattern, ast.MatchAs):
        found = ast.Constant(True) if pattern.pattern is None else _test(subject, pattern.pattern)
    else:
        raise Unreadable("`match` on the parts of a value is not supported here. Write if and elif.", pattern.lineno)
    return ast.copy_location(found, pattern)
