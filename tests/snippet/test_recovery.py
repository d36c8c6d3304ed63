"""Code with lines that are no Python: the rest is read, the lines are named, and what makes them right is offered."""

from __future__ import annotations

import ast

import pytest

from explorer.snippet import Unreadable, check, model_of
from explorer.snippet.reader.edits import Source
from tests.for_all import for_all
from tests.fuzz.promises import keep

HEAD = "import keras\nfrom keras import layers\n"
RIGHT = """model = keras.Sequential([
    keras.Input((20, 5)),
    layers.GRU(8, return_sequences=True),
    layers.Dense(1),
])
model.compile("adam", loss="mse")
"""
LAYERS = [("GRU", ((None, 20, 8),), 360), ("Dense", ((None, 20, 1),), 9)]
# What is wrong with the code above: what stands there, what is written instead, the line, and words of what Python says.
MENDED = {
    "no comma": ("True),\n", "True)\n", 5, "a comma may be missing"),
    "no colon": ("model.c", "for each in range(2)\n    print(each)\nmodel.c", 8, "expected ':'"),
    "a bracket that is left open": ("])\n", "\n", 3, "was never closed"),
    "a bracket too many": ('"mse")', '"mse"))', 8, "unmatched ')'"),
    "another bracket": ("5)),", "5]),", 4, "does not match"),
    "a text that is left open": ('"mse")', '"mse)', 8, "unterminated string literal"),
    "quotes of a word processor": ('"mse"', "“mse”", 8, "invalid character"),
    "spaces of a web page": ("    layers.GRU", "\u00a0\u00a0layers.GRU", 5, "invalid non-printable character"),
    "HTML": ("model.c", "if 2 &gt; 1:\n    pass\nmodel.c", 8, "invalid syntax"),
    "a prompt": ("model.c", ">>> model.c", 8, "invalid syntax"),
    "white space": ("model.c", "  model.c", 8, "unexpected indent"),
    "a single sign of equality": ("model.c", "if 1 = 1:\n    pass\nmodel.c", 8, "Maybe you meant '=='"),
    "a comma at the end of an import": ("model =", "from keras.layers import GRU,\nmodel =", 3, "trailing comma"),
}
LEFT_OUT = {
    "printed output": ("model.c", "Epoch 1/10\n10/10 [=====] - 1s 5ms/step\nmodel.c", 8, "looks like printed output"),
    "prose": ("model =", "Here is my model, it does not work\nmodel =", 3, "Remove the line"),
    "a tag": ("model.c", "</code></pre>\nmodel.c", 8, "This is HTML"),
    "half a line": ('"mse")\n', '"mse")\nhistory = model.fit(x_train, y_train for\n', 9, "was left out"),
    "a branch of nothing": ("model.c", "else:\n    pass\nmodel.c", 8, "Nothing stands above it"),
    "a decorator of nothing": ("model.c", "@wraps\nmodel.c", 8, "A decorator stands before"),
}


def read_so(report):
    return [(each.type, each.output, each.params) for each in report.layers]


@for_all("name", [*MENDED, *LEFT_OUT])
def test_one_broken_line_costs_no_other(name):
    old, new, line, words = (MENDED | LEFT_OUT)[name]
    code = HEAD + RIGHT.replace(old, new, 1)
    with pytest.raises(SyntaxError):
        ast.parse(code)
    report = check(code)
    assert read_so(report) == LAYERS and report.params == 369 and not report.holds
    problem = report.problems[0]
    assert (problem.kind, problem.line) == ("unreadable", line), problem
    assert problem.message.startswith("Syntax error: ") and words in problem.message, problem.message
    listed = report.assumed if name in MENDED else report.not_followed
    assert line in [each.line for each in listed]
    if name in MENDED:
        (fix,) = problem.fixes
        fixed = check(fix.code)
        ast.parse(fix.code)
        assert read_so(fixed) == LAYERS and fixed.holds, fixed.problems
    with pytest.raises(Unreadable, match="Syntax error"):
        model_of(code)
    keep(code)


def test_each_broken_line_has_a_fix_of_its_own_and_what_else_is_wrong_is_told_too():
    code = HEAD + RIGHT.replace("return_sequences=True", "units=").replace(
        "    layers.Dense", "    layers.LSTM(4), layers.LSTM(4)\n    layers.Dense"
    ).replace('"mse")', '"mse"')
    report = check(code.replace(", units=", ""))
    assert [each.line for each in report.problems] == [6, 9, 6]
    assert [each.kind for each in report.problems] == ["unreadable", "unreadable", "time_axis_missing"]
    first, second, third = (each.fixes[0].code for each in report.problems)
    assert len(Source(first).broken) == len(Source(second).broken) == 1 and len(Source(third).broken) == 2
    assert "layers.LSTM(4, return_sequences=True)" in third


def test_a_model_of_which_a_line_is_broken_is_drawn_as_far_as_it_was_read():
    add = "model = keras.Sequential()\nmodel.add(keras.Input((20, 5)))\nmodel.add(layers.GRU(8))\n"
    report = check(HEAD + add + "model.add(layers.Dense(4 + ))\nmodel.add(layers.Dense(1))\n")
    assert read_so(report) == [("GRU", ((None, 8),), 360)] and report.params is None
    assert [each.line for each in report.problems] == [6]


def test_a_name_that_a_broken_line_makes_is_not_known():
    code = HEAD + "units = 3\nunits = 4 +\nmodel = keras.Sequential([keras.Input((20, 5)), layers.GRU(units)])\n"
    assert [each.name for each in check(code).asked] == ["units"]


def test_what_is_inside_a_function_with_a_broken_head_is_read():
    code = HEAD + "def build(units=8, :\n" + RIGHT.replace("model", "    model").replace("    keras.", "        keras.")
    code += "    return model\n"
    report = check(code)
    assert read_so(report) == LAYERS and report.problems[0].line == 3


def test_code_that_lost_its_white_space_is_read():
    indented = "".join(f"    {line}\n" for line in (HEAD + RIGHT).splitlines())
    for code in (indented, indented.lstrip()):
        report = check(code)
        assert read_so(report) == LAYERS and "unexpected indent" in report.problems[0].message
        assert check(report.problems[0].fixes[0].code).holds
    lost = check(HEAD + "def build():\n" + RIGHT)
    assert read_so(lost) == LAYERS and "expected an indented block" in lost.problems[0].message


def test_of_prose_one_sentence_is_told():
    report = check("Dear all,\n" + "my model does not work, and I do not know why.\n" * 40)
    (problem,) = report.problems
    assert problem.message.startswith("Syntax error:") and problem.message.endswith("Lines 1 to 41 were left out.")
    assert len(report.not_followed) == 41


@pytest.mark.parametrize(
    "text",
    [
        "(\n" * 9000,
        "a=(\n" * 4500,
        "try:\n" * 3900,
        "'''\n" * 4900 + "'",
        "def f(:\n" * 2400,
        "@x\n" * 6000 + "a b",
        "[1\n" * 50 + "2 3\n" * 4000,
    ],
)
def test_broken_text_without_end_ends_in_a_sentence(text):
    keep(text)


def test_every_name_stands_where_it_is_written():
    code = "\ufeffif 1 = 2:\n\u00a0\u00a0é = [a b, c\n  d = foo(“x”, e, {1: f)\n"
    source = Source(code)
    names = [node for node in ast.walk(source.tree) if isinstance(node, ast.Name)]
    assert len(source.broken) >= 2 and len(names) > 5
    assert [source.text(node) for node in names] == [node.id for node in names]
