"""Fixes are small changes of the code as it stands, however oddly it is written, and both intentions are offered."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

import pytest

from explorer.catalog.examples import EXAMPLES
from explorer.snippet import check
from explorer.snippet.diagnose.problems import Data
from explorer.snippet.reader.edits import Edit, Source, applied, diff
from explorer.snippet.reader.limits import Budget
from explorer.snippet.repair.trials import tried
from tests.fuzz.watch import watched
from tests.learners import executed

DATA = {"x": [(8, 20, 5)], "y": (8, 1), "loss": "mse"}
IMPORTS = "import keras\nfrom keras import layers\n"
# One mistake, a GRU that forgets its timesteps before another, as many hands write it: the code up to the place where
# `return_sequences=True` belongs, and the code after it.
HANDS = {
    "plain": (
        IMPORTS + "model = keras.Sequential([\n    keras.Input((20, 5)),\n    layers.GRU(32",
        "),\n    layers.GRU(16),\n    layers.Dense(1),\n])\n",
    ),
    "no end of line at the end": (
        IMPORTS + "model = keras.Sequential([keras.Input((20, 5)), layers.GRU(32",
        "), layers.GRU(16), layers.Dense(1)])",
    ),
    "semicolons": (
        "import keras; from keras import layers; m = keras.Sequential(); m.add(keras.Input((20, 5))); m.add(layers.GRU(32",
        ")); m.add(layers.GRU(16)); m.add(layers.Dense(1))",
    ),
    "comments at the ends of lines": (
        "import keras  # Keras, 3\nfrom keras import layers\nmodel = keras.Sequential([  # ( [ \n"
        "    keras.Input((20, 5)),  # )\n"
        "    layers.GRU(32",
        "),  # the first, 'GRU(32)'\n    # layers.GRU(32),\n    layers.GRU(16),  # the second\n"
        "    layers.Dense(1),\n])  # end\n",
    ),
    "tabs": (
        IMPORTS + "def build():\n\tmodel = keras.Sequential()\n\tmodel.add(keras.Input((20, 5)))\n\tmodel.add(layers.GRU(32",
        "))\n\tmodel.add(layers.GRU(16))\n\tmodel.add(layers.Dense(1))\n\treturn model\nmodel = build()\n",
    ),
    "Windows ends of lines": (
        IMPORTS.replace("\n", "\r\n") + "model = keras.Sequential([\r\n    keras.Input((20, 5)),\r\n    layers.GRU(32",
        "),\r\n    layers.GRU(16),\r\n    layers.Dense(1),\r\n])\r\n",
    ),
    "old Macintosh ends of lines": (
        IMPORTS.replace("\n", "\r") + "model = keras.Sequential([\r    keras.Input((20, 5)),\r    layers.GRU(32",
        "),\r    layers.GRU(16),\r    layers.Dense(1),\r])\r",
    ),
    "letters of two and four bytes before it": (
        IMPORTS + "name = 'Gedächtnis 🧠 記憶'; "
        "model = keras.Sequential([keras.Input((20, 5), name='größe🧠'), layers.GRU(32, name='日本'",
        "), layers.GRU(16, name='é'), layers.Dense(1)])  # 🧠\n",
    ),
    "a call over several lines": (
        IMPORTS + "model = keras.Sequential([\n    keras.Input((20, 5)),\n    layers.GRU(\n"
        "        units=32,\n        dropout=0.1",
        "  # a little\n    ),\n    layers.GRU(\n        16\n    ),\n    layers.Dense(1)\n])\n",
    ),
    "commas at the end": (
        IMPORTS + "model = keras.Sequential([\n    keras.Input((20, 5),),\n    layers.GRU(\n        32",
        ",\n    ),\n    layers.GRU(16,),\n    layers.Dense(1,),\n],)\n",
    ),
    "a line that goes on": (
        IMPORTS + "x = inputs = keras.Input((20, 5))\nx = \\\n  layers.GRU(32",
        ") \\\n  (x)\nx = layers.GRU(16)(x)\nmodel = keras.Model(inputs, layers.Dense(1)(x))\n",
    ),
    "spaces everywhere": (
        IMPORTS + "model = keras . Sequential ( [ keras.Input( (20, 5) ) , layers . GRU ( 32",
        " ) , layers.GRU ( 16 ) , layers.Dense ( 1 ) ] )   \n   \n",
    ),
    "a form feed and a long string": (
        "\f\n" + IMPORTS + '"""A model.\r\n\x0c GRU(32) \x1c end\n"""\n'
        "model = keras.Sequential([keras.Input((20, 5)), layers.GRU(32",
        "), layers.GRU(16), layers.Dense(1)])\n",
    ),
    "a function that makes both": (
        IMPORTS + "def build(units):\n    inputs = keras.Input((20, 5))\n    h = layers.GRU(units",
        ")(inputs)\n    h = layers.GRU(16)(h)\n    return keras.Model(inputs, layers.Dense(1)(h))\nmodel = build(32)\n",
    ),
}


def ends(code: str) -> set[str]:
    """What ends the lines of a code."""
    return set(re.findall(r"\r\n|\r|\n", code.partition('"""')[0]))


@pytest.mark.parametrize("hand", HANDS)
def test_a_fix_changes_its_place_and_nothing_else_and_each_parses_and_mends_however_it_is_written(hand):
    before, after = HANDS[hand]
    problem = check(before + after, **DATA).to_dict()["problems"][0]
    assert problem["kind"] == "time_axis_missing"
    assert problem["fixes"][0]["code"] == f"{before}, return_sequences=True{after}"
    for fix in problem["fixes"]:
        ast.parse(fix["code"])
        assert check(fix["code"], x=fix["x"], y=fix["y"], loss=fix["loss"], batch_size=fix["batch_size"]).holds, fix["title"]
        # The ends of its lines are those that the code had.
        assert ends(fix["code"]) <= (ends(before + after) or {"\n"})


def test_a_line_is_blamed_by_its_number_whatever_ends_lines():
    for end in ("\n", "\r\n", "\r"):
        code = "".join(HANDS["plain"]).replace("\n", end)
        assert check(code, **DATA).problems[0].line == 6


def mended(code: str, **data) -> dict[str, dict]:
    """The fixes of a code's only problem, by their titles."""
    (problem,) = check(code, **data).to_dict()["problems"]
    return {fix["title"]: fix for fix in problem["fixes"]}


CHAIN = """import keras
from keras import layers

model = keras.Sequential([
    keras.Input((20, 5)),
    layers.GRU(32{}),
    layers.Dense(1),
])
"""


@pytest.mark.parametrize(("keeps", "target"), [("", (8, 20, 1)), (", return_sequences=True", (8, 1))])
def test_an_answer_for_the_sequence_and_one_for_each_timestep_are_both_offered(keeps, target):
    found = mended(CHAIN.format(keeps), x=[(8, 20, 5)], y=target, loss="mse")
    answers = {
        tuple(check(fix["code"], x=fix["x"], y=fix["y"], loss="mse").to_dict()["output"][0][1:]) for fix in found.values()
    }
    assert answers == {(1,), (20, 1)}, {title: fix["data"] for title, fix in found.items()}
    # One of the two leaves the data alone; the other says how the target is made from the old one.
    assert {fix["data"] is None for fix in found.values()} == {True, False}
    assert len({title for title in found}) == len(found)


def test_without_data_both_ends_of_a_gap_are_offered():
    code = CHAIN.replace("layers.Dense(1)", "layers.GRU(16)").format("")
    found = mended(code)
    assert any("return_sequences=True" in fix["code"] for fix in found.values())


def test_what_a_fix_needs_is_imported_and_nothing_twice():
    code = (
        "from tensorflow.keras.models import Sequential\nfrom tensorflow.keras.layers import Input, Conv1D, Dense\n\n"
        "model = Sequential([Input((20, 5)), Conv1D(8, 3), Dense(1)])\n"
    )
    found = mended(code, x=[(8, 20, 5)], y=(8, 1), loss="mse")
    assert found
    for fix in found.values():
        with watched() as seen:
            assert check(fix["code"], x=fix["x"], y=fix["y"], loss="mse").holds
        assert not seen
        imported = [
            name.name
            for node in ast.walk(ast.parse(fix["code"]))
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for name in node.names
        ]
        assert len(imported) == len(set(imported))


def test_what_hides_behind_a_mistake_is_mended_with_it():
    code = CHAIN.format("").replace("layers.Dense(1)", "layers.GRU(16),\n    layers.LSTM(8),\n    layers.Dense(1)")
    (first, *_) = mended(code, **DATA).values()
    assert first["code"].count("return_sequences=True") == 2
    assert check(first["code"], **DATA).holds


def test_one_change_at_several_layers_is_told_once():
    code = CHAIN.format("").replace("layers.Dense(1)", "layers.LSTM(8),\n    layers.GRU(8),\n    layers.Dense(1)")
    (first, *others) = check(code, **DATA).problems[0].fixes
    assert (first.title, first.steps) == ("return_sequences=True in gru and lstm", 1)
    assert all(each.steps == 1 for each in others)


def test_two_changes_are_offered_only_where_no_single_one_will_do():
    both = CHAIN.format(", return_sequences=True").replace("(20, 5)", "(20, None)")
    assert any(title.count("; ") == 1 for title in mended(both, **DATA))
    assert not any("; " in title for title in mended(CHAIN.format(", return_sequences=True"), **DATA))
    # The second one wrote anew what the first one wrote: only the second one is told.
    wrong = CHAIN.format("").replace("(20, 5)", "(20, None)")
    assert list(mended(wrong, x=[(8, 20, 1)], y=(8, 1), loss="mse")) == ["Change the Input to the shape of the data"]


LOOPS = {
    "for n in sizes:\n    model.add(layers.GRU(n))": "for i, n in enumerate(sizes):\n"
    "    model.add(layers.GRU(n, return_sequences=i < len(sizes) - 1))",
    "for k, n in enumerate(sizes):\n    model.add(layers.GRU(n))": "for k, n in enumerate(sizes):\n"
    "    model.add(layers.GRU(n, return_sequences=k < len(sizes) - 1))",
    "[model.add(layers.GRU(n)) for n in sizes]": "[model.add(layers.GRU(n, return_sequences=i < len(sizes) - 1)) "
    "for i, n in enumerate(sizes)]",
}


@pytest.mark.parametrize("loop", LOOPS)
def test_in_a_loop_all_layers_but_the_last_keep_their_timesteps(loop):
    code = (
        f"{IMPORTS}sizes = [8, 6, 4]\nmodel = keras.Sequential([keras.Input((20, 5))])\n{loop}\nmodel.add(layers.Dense(1))\n"
    )
    assert next(iter(mended(code, **DATA).values()))["code"] == code.replace(loop, LOOPS[loop])


def test_an_image_instead_of_a_film_takes_the_layer_of_images():
    code = IMPORTS + "model = keras.Sequential([keras.Input((16, 16, 1)), layers.Conv3D(1, 3, padding='same')])\n"
    assert "layers.Conv2D(1, 3" in mended(code, x=[(8, 16, 16, 1)], y=(8, 16, 16, 1), loss="mse")["Use a Conv2D"]["code"]


STATEFUL = """import keras
import numpy as np
from keras import layers

x, y = np.zeros((20, 5, 3)), np.zeros((20, 1))
model = keras.Sequential([keras.Input((5, 3), batch_size=4), layers.GRU(4, stateful=True), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, batch_size=5, shuffle=False, validation_split=0.2)
"""


def test_a_fix_is_tried_with_the_batches_of_the_codes_own_fit():
    (problem,) = check(STATEFUL, trials=True).problems
    assert problem.fixes and all(fix.ran for fix in problem.fixes)
    for fix in problem.fixes:
        executed(fix.code)
    # Batches of 5 with 16 samples to train and 4 to validate: Keras takes neither, and the trial says so.
    sizes = Data(((20, 5, 3),), (20, 1), "mse", 5)
    refused = tried(STATEFUL, sizes, {}, Budget())
    assert (refused.ran, refused.sentence) == (
        *(False, "Tried: the batches of your `fit` do not have the size that the model is made for."),
    )
    taken = tried(STATEFUL.replace("batch_size=5", "batch_size=4"), replace(sizes, batch=4), {}, Budget())
    assert (taken.ran, taken.sentence) == (True, "Tried: one step of your own `fit` runs.")


def test_a_shape_that_the_codes_own_data_do_not_have_is_said_to_be_what_was_tried():
    code = IMPORTS + (
        "import numpy as np\nX, y = np.random.rand(500, 30, 4), np.random.rand(500, 1)\n"
        "model = keras.Sequential([keras.Input((20, 5)), layers.LSTM(4), layers.Dense(1)])\n"
        "model.compile('sgd', 'mse')\nmodel.fit(X, y)\n"
    )
    trial = tried(code, Data(((8, 20, 5),), (8, 1), "mse", None), {}, Budget())
    assert trial.sentence == (
        "Tried: one step of training runs with an x of shape (8, 20, 5). Your own `fit` was not tried: its x has the shape "
        "(500, 30, 4)."
    )
    own = tried(code.replace("30, 4", "20, 5"), Data(((8, 20, 5),), (8, 1), "mse", None), {}, Budget())
    assert own.sentence == "Tried: one step of your own `fit` runs."


def test_what_keras_says_of_a_fix_that_it_refuses_is_told_in_one_line():
    # The axis that `Dense` is given has another size in every batch: shapes alone do not show it.
    code = IMPORTS + (
        "i = keras.Input((20, 5))\nh = layers.Masking()(layers.Reshape((20, 5, 1))(i))\n"
        "model = keras.Model(i, layers.TimeDistributed(layers.GRU(4))(h))\nmodel.compile('sgd', 'mse')\n"
    )
    trial = tried(code, Data(((8, 20, 5),), (8, 20, 4), "mse", None), {}, Budget())
    assert trial.ran is False
    assert trial.sentence.startswith("Tried: Keras says InvalidArgumentError: ")
    assert "\n" not in trial.sentence and "{{" not in trial.sentence


OWN = {
    "a name": ("x = np.ones((8, 5, 20))", "x", "x = np.swapaxes(x, 1, 2)"),
    "an attribute": (
        "class Held:\n    pass\nheld = Held()\nheld.x = np.ones((8, 5, 20))",
        "held.x",
        "held.x = np.swapaxes(held.x, 1, 2)",
    ),
    "a part": (
        "data = np.ones((8, 5, 21))",
        "data[:, :, :-1]",
        "model.fit(np.swapaxes(data[:, :, :-1], 1, 2), np.ones((8, 1)), epochs=0)",
    ),
}


@pytest.mark.parametrize("given", OWN)
def test_a_line_of_numpy_changes_the_array_that_the_code_gives(given):
    made, name, line = OWN[given]
    code = (
        f"import numpy as np\n{IMPORTS}{made}\ni = keras.Input((20, 5))\n"
        "model = keras.Model(i, layers.Dense(1)(layers.GRU(4)(i)))\n"
        f"model.compile('sgd', 'mse')\nmodel.fit({name}, np.ones((8, 1)), epochs=0)\n"
    )
    fix = mended(code)["Swap the axes of the data"]
    assert line in fix["code"].splitlines()
    executed(fix["code"].replace("epochs=0", "epochs=1, verbose=0"))


def test_what_is_not_keras_own_or_too_large_is_not_tried():
    wide = CHAIN.format("").replace("GRU(32)", "GRU(3000)").replace("Dense(1)", "GRU(16)")
    own = CHAIN.format("").replace("layers.Dense(1)", "layers.GRU(16), layers.Lambda(lambda h: h * 2)")
    for code, why in ((wide, "is too large"), (own, "layers that are not of Keras")):
        fixes = check(code, x=[(8, 20, 5)], y=(8, 16), loss="mse", trials=True).problems[0].written().fixes
        assert fixes and not any(fix.ran for fix in fixes)
        assert all(fix.tried.startswith("Not tried: ") and why in fix.tried for fix in fixes)


# ------------------------------------------------------------------------------------------------ the tools


def test_places_are_counted_in_letters():
    code = "é = '🧠'; f(a, b)\r\ng(é)\r"
    source = Source(code)
    calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
    assert [source.text(call) for call in calls] == ["f(a, b)", "g(é)"]
    assert "".join(source.lines) == code
    assert applied(code, [source.replaced(calls[1].args[0], "1"), source.without(calls[0], calls[0].args[0])]) == (
        "é = '🧠'; f(b)\r\ng(1)\r"
    )


def test_arguments_are_added_changed_and_taken_away_with_their_commas():
    for code, name, text, made in [
        ("f()", "k", "1", "f(k=1)"),
        ("f(a)", "k", "1", "f(a, k=1)"),
        ("f(a,)", "k", "1", "f(a, k=1,)"),
        ("f(k = 2, l=3)", "k", "1", "f(k = 1, l=3)"),
        ("f(*a, **b)", "k", "1", "f(*a, **b, k=1)"),
    ]:
        source = Source(code)
        assert applied(code, [source.with_keyword(source.tree.body[0].value, name, text)]) == made
    for code, made in [
        ("f(k=1)", "f()"),
        ("f(k=1, l=2)", "f(l=2)"),
        ("f(a, k=1)", "f(a)"),
        ("f(a, k=1,)", "f(a,)"),
        ("f(\n  k=1,  # why\n  l=2)", "f(\n  l=2)"),
        ("f(k=1,)", "f()"),
    ]:
        source = Source(code)
        assert applied(code, [source.without_keyword(source.tree.body[0].value, "k")]) == made
    assert source.without_keyword(source.tree.body[0].value, "missing") is None


def test_changes_that_overlap_are_refused():
    with pytest.raises(ValueError, match="overlap"):
        applied("abcdef", [Edit(0, 3, "x"), Edit(2, 4, "y")])
    assert applied("abcdef", [Edit(1, 1, "x"), Edit(1, 3, "y")]) in ("axydef", "ayxdef")
    assert applied("abc", [Edit(3, 3, "!"), Edit(0, 0, "?"), Edit(0, 0, "?")]) == "?abc!"


def test_a_diff_shows_what_changed_with_one_line_around_it():
    before = "a\nb\nc\nd\ne\n"
    assert diff(before, before.replace("c", "C")).splitlines()[1:] == [" b", "-c", "+C", " d"]
    assert diff(before, before) == ""


# ------------------------------------------------------------------------------------------------ what a fix is right for

_ONE_OUTPUT = "If you want one output per {}, and {}:"
INTENTIONS = {
    "batch_as_long_as_time": (
        _ONE_OUTPUT.format("timestep", "the next layer is to read every timestep"),
        _ONE_OUTPUT.format("timestep", "one vector is to stand for the whole sequence"),
        "If you want one output per sequence:",
    ),
    "channels_first": ("If your data are right:", "If your data have their axes in the wrong order:"),
    "labels": ("If your targets are right:", "If your targets are to be one-hot vectors:"),
    "stateful": ("If sequences go on in the next batch:", "If each batch begins anew:"),
    "mask_too_late": ("If the padding is to be ignored:", "If the padding counts like data:"),
    # Both are right for the same.
    "read_backwards": ("", ""),
}


@pytest.mark.parametrize("name", INTENTIONS)
def test_fixes_for_different_ends_say_first_what_they_are_for(name):
    example = EXAMPLES[name]
    (problem,) = check(example.code, x=example.x, y=example.y, loss=example.loss).problems
    assert tuple(fix.written().intention for fix in problem.fixes) == INTENTIONS[name]


def test_a_fix_says_what_it_changes_in_shapes():
    example = EXAMPLES["memory_thrown_away"]
    fixes = check(example.code, x=example.x, y=example.y, loss=example.loss).problems[0].fixes
    assert fixes[0].shapes == "`lstm` returns (batch, 20, 32) instead of (batch, 32); the model returns (batch, 1)."
