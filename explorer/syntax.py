"""The syntax tree of Python code, which several threads may ask for at once."""

from __future__ import annotations

import ast

_TRIES = 20


def parse(code: str) -> ast.Module:
    """The tree of `ast.parse`, which fails at times in Python 3.11 before 3.11.8 without a fault in the code.

    There all threads count the depth of the trees that they make in one number
    (https://github.com/python/cpython/issues/106905).

    Raises SyntaxError and what else `ast.parse` raises for text of which nothing can be read.
    """
    for _ in range(_TRIES):
        try:
            return ast.parse(code)
        except SystemError:
            continue
    return ast.parse(code)
