"""The syntax tree of code, while something else in the process makes one, too."""

from __future__ import annotations

import ast
import gc

import pytest

from explorer.syntax import parse

DEEP = "y = f(g(h(i(j(k(l(m(n(1))))))))) + [[[[[[1]]]]]]\n" * 50


class ParsesAtItsEnd:
    """Garbage that makes a tree when it is collected, as another thread would at that moment."""

    def __init__(self) -> None:
        self.own = self

    def __del__(self) -> None:
        ast.parse("f(x)[1] + 2")


def test_a_tree_is_made_while_another_is_made():
    gc.collect()
    before = gc.get_threshold()
    # Every few objects of the tree: Python 3.11.7 then fails each time.
    gc.set_threshold(50, 1, 1)
    try:
        for _ in range(20):
            ParsesAtItsEnd()
            assert len(parse(DEEP).body) == 50
    finally:
        gc.set_threshold(*before)


def test_code_that_is_none_is_no_reason_to_try_again():
    with pytest.raises(SyntaxError):
        parse("y = (")
