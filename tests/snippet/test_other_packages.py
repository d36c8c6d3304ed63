"""What comes from a package of which nothing is known: it is asked for, and nothing is made up of it."""

from __future__ import annotations

import pytest

from explorer.snippet import check
from explorer.snippet.reader.names import of_unknown_package
from tests.snippet.test_scripts import HEAD, executed, model_in


def test_a_layer_of_another_package_is_asked_for_its_output():
    code = HEAD + "from tcn import TCN\ni = keras.Input((7, 3))\nmodel = keras.Model(i, layers.Dense(1)(TCN(64)(i)))\n"
    (asked,) = check(code).asked
    assert asked.shape and asked.name == "the output of TCN"
    report = check(code, sizes={asked.name: (64,)}).to_dict()
    assert check(code, sizes={asked.name: 64}).to_dict()["layers"] == report["layers"]
    assert [(each["type"], each["output"]) for each in report["layers"]] == [("TCN", [[None, 64]]), ("Dense", [[None, 1]])]


TWO_UNKNOWN = (
    HEAD
    + """
from blocks import Block
i = keras.Input((7, 3))
h = Block(8)(i)
for units in (16, 8, 8):
    h = Block(units)(h)
model = keras.Model(i, layers.Dense(1)(h))
"""
)
BLOCKS = [f"the output of {which}Block" for which in ("", "the 2nd ", "the 3rd ", "the 4th ")]


def test_each_layer_that_is_not_known_is_asked_for_unless_one_was_made_and_called_alike():
    line = TWO_UNKNOWN.splitlines().index("h = Block(8)(i)") + 1
    assert [(each.name, each.line) for each in check(TWO_UNKNOWN).asked] == [(BLOCKS[0], line), (BLOCKS[1], line + 2)]
    # That one answer counts for another layer too is said where that one stands.
    (remark,) = [each for each in check(TWO_UNKNOWN).assumed if each.line == line + 2]
    assert remark.why == (
        "Block is not known here: its parameters are not counted. It is made and called like one before it, so its shape is "
        "taken to be that of the output of Block."
    )
    # What was given stays the answer of its layer when the next one is asked for: a `Block(8)` on another shape.
    given = {BLOCKS[0]: (7, 8), BLOCKS[1]: (7, 16)}
    assert [each.name for each in check(TWO_UNKNOWN, sizes=given).asked] == [BLOCKS[2]]
    report = check(TWO_UNKNOWN, sizes={**given, BLOCKS[2]: (7, 9)})
    assert [each.name for each in report.asked] == [BLOCKS[3]]
    report = check(TWO_UNKNOWN, sizes={**given, BLOCKS[2]: (7, 9), BLOCKS[3]: (7, 8), "the output of the 9th Block": 4})
    assert report.holds and [each.output[0][-1] for each in report.layers] == [8, 16, 9, 8, 1]
    assert any("the 9th Block` is not used" in each for each in report.hints)


BETWEEN = (
    HEAD
    + """
from blocks import Block
i = keras.Input((20, 5))
a = layers.Conv1D(16, 3, padding="same")(i)
b = layers.GRU(8)(i)
h = Block(4)(layers.Concatenate()([Block(8)(a), a]))
model = keras.Model(i, layers.Dense(1)(layers.Concatenate()([layers.GRU(3)(h), b])))
"""
)


def test_what_does_not_depend_on_a_layer_that_is_not_known_is_drawn():
    report = check(BETWEEN)
    assert [each.kind for each in report.problems] == ["size_missing"] and not report.holds
    assert [(each.name, each.output[0], each.params) for each in report.layers] == [
        ("conv1d", (None, 20, 16), 256),
        ("gru", (None, 8), 360),
    ]
    assert [each.name for each in report.description.layers] == ["conv1d", "gru"]
    assert report.description.sources[0].axes == ("batch", "timesteps", "features")
    assert report.params is None and report.description.params is None and report.output is None
    # The first answer brings the chain to the second question.
    report = check(BETWEEN, sizes={"the output of Block": (20, 8)})
    assert [each.type for each in report.layers] == ["Conv1D", "GRU", "Block", "Concatenate"]
    assert [each.name for each in report.asked] == ["the output of the 2nd Block"]
    report = check(BETWEEN, sizes={"the output of Block": (20, 8), "the output of the 2nd Block": (20, 4)})
    assert report.holds and [each.type for each in report.layers][-3:] == ["GRU", "Concatenate", "Dense"]


def test_what_stands_before_one_is_drawn_of_a_sequential_and_of_nested_models():
    sequential = "from blocks import Block\nmodel = keras.Sequential([keras.Input((7, 3)), {layers}, layers.Dense(1)])\n"
    report = check(HEAD + sequential.format(layers="layers.GRU(5, return_sequences=True), Block(4), layers.LSTM(2)"))
    assert [each.type for each in report.layers] == ["GRU"] and report.layers[0].params == 150
    known = "layers.GRU(5, return_sequences=True)"
    nested = "keras.Sequential([keras.Input((7, {size})), {inner}], name='{name}')"
    front, back = (
        nested.format(size=size, inner=inner, name=name)
        for size, inner, name in ((3, known, "front"), (5, "Block(4)", "back"))
    )
    report = check(HEAD + sequential.format(layers=f"{front}, {back}, layers.LSTM(2)"))
    assert [(each.name, each.output[0]) for each in report.layers] == [("front", (None, 7, 5))]
    # Where nothing stands before it, nothing is made up.
    report = check(HEAD + sequential.format(layers="Block(4), layers.LSTM(2)"))
    assert report.layers == () and report.description is None


@pytest.mark.parametrize(
    "line",
    [
        "g = layers.Dense(h.shape[-1])(g)",
        "g = layers.Dense(keras.ops.shape(h)[1])(g)",
        "for k in range(h.shape[-1]): g = layers.Dense(k + 1)(g)",
        "if len(h.shape) == 3: g = layers.Dense(7)(g)",
        "if h.ndim == 3: g = layers.Dense(7)(g)",
    ],
)
def test_nothing_is_drawn_of_numbers_that_were_read_from_a_shape_that_is_not_known(line):
    code = HEAD + f"from blocks import Pool\ni = keras.Input((20, 5))\ng = layers.GRU(6)(i)\nh = Pool(4)(i)\n{line}\n"
    report = check(code + "model = keras.Model(i, layers.Concatenate()([g, h]))\n")
    assert [each.name for each in report.asked] == ["the output of Pool"]
    assert [each.type for each in report.layers] == ["GRU"]


@pytest.mark.parametrize("made", ["Own()(i)", "keras.Sequential([keras.Input((20, 5)), Own()])(i)"])
def test_nothing_is_drawn_of_an_own_layer_around_one_that_is_not_known(made):
    own = "class Own(layers.Layer):\n    def __init__(self):\n        super().__init__()\n        self.pool = Pool(4)\n"
    own += "    def call(self, x):\n        return self.pool(x)\n"
    code = HEAD + f"from blocks import Pool\n{own}i = keras.Input((20, 5))\ng = layers.GRU(6)(i)\nh = {made}\n"
    code += "model = keras.Model(i, layers.Concatenate()([g, layers.Flatten()(h)]))\n"
    assert [each.type for each in check(code).layers] == ["GRU"]
    report = check(code, sizes={"the output of Pool": (4,)})
    assert report.holds and [each.output[0] for each in report.layers][-1] == (None, 10)
    # It is one and the same layer, however often it is followed.
    assert not any("called like one before" in each.why for each in report.assumed)


def test_a_layer_that_is_not_known_stands_where_it_is_made_and_may_declare_its_input():
    code = (
        HEAD
        + "from tcn import TCN\nmodel = keras.Sequential([\n    TCN(8, input_shape=(20, 5)),\n    layers.Dense(1),\n])\n"
    )
    (asked,) = check(code).asked
    assert asked.line == code.splitlines().index("    TCN(8, input_shape=(20, 5)),") + 1
    report = check(code, sizes={asked.name: (8,)})
    assert report.holds and [each.input[0] for each in report.layers] == [(None, 20, 5), (None, 8)]


def test_an_answer_is_not_called_unused_where_reading_ended_before_it():
    code = (
        HEAD
        + "from blocks import Block\n"
        + "model = keras.Sequential([keras.Input((20, 5)), layers.GRU(8), layers.GRU(8), Block(4)])\n"
    )
    report = check(code, sizes={"the output of Block": (4,)})
    assert report.problems and not any("is not used" in each for each in report.hints)


TWO_MODELS = (
    HEAD
    + """
from blocks import Block
encoder = keras.Sequential([keras.Input((20, 5)), layers.GRU(8)], name="encoder")
i = keras.Input((20, 5))
other = keras.Model(i, layers.Dense(1)(Block(64)(i)), name="other")
"""
)


def test_a_model_that_depends_on_nothing_unknown_is_told_without_a_question():
    report = check(TWO_MODELS, model="encoder")
    assert report.holds and report.asked == () and report.params == 360
    assert [(each.name, each.output, each.params) for each in report.models] == [
        ("encoder", ((None, 8),), 360),
        ("other", None, None),
    ]
    report = check(TWO_MODELS)
    assert [each.name for each in report.asked] == ["the output of Block"]
    assert [(each.name, each.params) for each in report.models] == [("other", None), ("encoder", 360)]
    # Where one is trained on what the other answers, nothing is known of its data.
    trained = "encoder.compile('adam', 'mse')\nencoder.fit(np.zeros((8, 20, 5)), other.predict(np.zeros((8, 20, 5))))\n"
    assert [each.name for each in check(TWO_MODELS + trained).asked] == ["the output of Block"]
    report = check(TWO_MODELS + trained.replace("other.predict(np.zeros((8, 20, 5)))", "np.zeros((8, 3))"))
    assert [each.kind for each in report.problems] == ["target_mismatch"] and report.asked == ()


def test_a_number_that_is_missing_too_may_be_anywhere():
    code = BETWEEN.replace("GRU(8)", "GRU(units)")
    report = check(code)
    assert {each.name for each in report.asked} >= {"units", "the output of Block"} and report.description is None


@pytest.mark.parametrize(
    ("model", "shape", "message"),
    [
        (
            "layers.LSTM(16), Block(4), layers.LSTM(4), layers.Dense(1)",
            64,
            "`block` took (batch, units 16) and returned (batch, 64), but `lstm_1` needs (batch, timesteps, features).",
        ),
        (
            "layers.LSTM(16, return_sequences=True), Block(4), layers.Dense(1)",
            (20, 64),
            "`block` returns (batch, timesteps 20, features 64), so the model has an output at each of the 20 timesteps, ",
        ),
    ],
)
def test_no_layer_before_one_that_is_not_known_is_blamed_for_what_that_one_returns(model, shape, message):
    code = HEAD + f"from blocks import Block\nmodel = keras.Sequential([keras.Input((20, 5)), {model}])\n"
    (problem,) = check(code, x=(8, 20, 5), y=(8, 1), loss="mse", sizes={"the output of Block": shape}).problems
    assert message in problem.message and "`lstm`" not in problem.message, problem.message
    assert not any("return_sequences" in fix.title or "last hidden state of lstm" in fix.title for fix in problem.fixes)


def test_nothing_is_said_of_parameters_that_are_not_known():
    report = check(TWO_UNKNOWN, sizes=dict.fromkeys(BLOCKS, (7, 8)))
    assert report.holds and report.params is None and report.models[0].params is None
    assert [each.params for each in report.layers] == [None, None, None, None, 9]
    first, dense = report.layers[0], report.layers[-1]
    assert first.note == "Block is of another package and not known here: its shape is the one that was given for it."
    assert first.counted == ("the number of parameters is not known",) and "parameters: not known" in first.text
    assert "a number of parameters that is not known" in first.spoken and dense.arithmetic == "1 · (8 + 1) = 9"
    assert report.description.spoken.endswith("The number of parameters is not known.")


def test_what_calls_a_layer_that_is_not_known_has_no_known_number_of_parameters_either():
    code = (
        HEAD
        + """
from tcn import TCN
class Encoder(layers.Layer):
    def __init__(self):
        super().__init__()
        self.tcn, self.dense = TCN(4), layers.Dense(3)
    def call(self, x):
        return self.dense(self.tcn(x))
encoder = keras.Sequential([keras.Input((7, 3)), Encoder(), layers.Dense(2)])
i = keras.Input((7, 3))
model = keras.Model(i, layers.GRU(5)(encoder(i)))
"""
    )
    report = check(code, sizes={"the output of TCN": (7, 4)})
    assert report.holds and [each.params for each in report.layers] == [None, 135] and report.params is None
    encoder = report.layers[0]
    assert "A part of Sequential is of another package" in encoder.note and encoder.inside[1].params == 8
    assert "A part of Encoder is of another package" in encoder.inside[0].note


@pytest.mark.parametrize(
    "call", ["(i, j)", "([i, j])", "({'a': i, 'b': j})", "(a=i, b=j)", "(i, mask=j)", "(i, j, mode='a', training=False)"]
)
def test_a_layer_that_is_not_known_is_asked_for_however_it_is_called(call):
    made = f"from blocks import Block\ni, j = keras.Input((7, 3)), keras.Input((7, 2))\nh = Block(4){call}\n"
    code = HEAD + made + "model = keras.Model([i, j], layers.Dense(1)(h))\n"
    assert [each.name for each in check(code).asked] == ["the output of Block"]
    report = check(code, sizes={"the output of Block": (7, 4)})
    assert report.holds and [each.params for each in report.layers] == [None, 5]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("h = layers.TimeDistributed(Block(4))(i)", "TimeDistributed is given blocks.Block, a layer that is not known here"),
        (
            "h, s = Block(4, return_state=True)(i)",
            "is of another package and not known here: it is taken to return one tensor",
        ),
    ],
)
def test_what_cannot_be_asked_of_a_layer_that_is_not_known_is_said(line, sentence):
    code = HEAD + f"from blocks import Block\ni = keras.Input((7, 3))\n{line}\nmodel = keras.Model(i, layers.Dense(1)(h))\n"
    (problem,) = check(code, sizes={"the output of Block": (7, 4)}).problems
    assert sentence in problem.message and not problem.fixes


CALLED = """
from blocks import Block, make_block, show
import blocks.more as more
i = keras.Input((7, 3))
show(i)
h = {call}
model = keras.Model(i, layers.Dense(1)(layers.GRU(2)(h)))
"""


@pytest.mark.parametrize(
    ("call", "kind", "path"),
    [
        ("make_block(i, 8)", "make_block", "blocks.make_block, a function"),
        ("make_block(units=8, inputs=i)", "make_block", "blocks.make_block, a function"),
        ("more.make_block([i, i], rate=0.5)", "make_block", "blocks.more.make_block, a function"),
        ("Block(i, 8)", "Block", "blocks.Block, a function"),
        ("Block(8)(i)", "Block", "blocks.Block, a layer"),
    ],
)
def test_what_a_function_of_another_package_gives_is_asked_for(call, kind, path):
    code = HEAD + CALLED.format(call=call)
    (asked,) = check(code).asked
    assert (asked.name, asked.shape, asked.why) == (f"the output of {kind}", True, f"{path} that is not known here")
    report = check(code, sizes={asked.name: (7, 8)})
    assert report.holds and report.params is None
    assert [(each.type, each.output[0][1:], each.params) for each in report.layers] == [
        (kind, (7, 8), None),
        ("GRU", (2,), 72),
        ("Dense", (1,), 3),
    ]


def test_one_function_is_asked_for_once_where_it_is_called_alike():
    code = HEAD + (
        "from blocks import make_block\ni = keras.Input((7, 3))\nh = make_block(make_block(i, 3), 3)\n"
        "h = h + make_block(i, 8)\nmodel = keras.Model(i, h)\n"
    )
    # The first and the second of them are called on the same shape when the first is not known yet.
    report = check(code, sizes={"the output of make_block": (7, 3), "the output of the 3rd make_block": (7, 3)})
    assert report.holds and [each.output[0] for each in report.layers if each.type == "make_block"] == [(None, 7, 3)] * 3


MADE_ON = """
from blocks import {base}
class Mine({base}):
    def __init__(self, units):
        super().__init__()
        self.dense = layers.Dense(units)
{body}
i = keras.Input((7, 3))
h = Mine(4)(i)
model = keras.Model(i, layers.Dense(1)(h))
"""


def test_a_class_made_on_one_that_is_not_known_is_followed_where_it_has_a_call_of_its_own():
    code = HEAD + MADE_ON.format(base="Block", body="    def call(self, x):\n        return self.dense(x)")
    report = check(code)
    assert report.holds and not report.asked
    assert [(each.type, each.output[0], each.params) for each in report.layers] == [
        ("Mine", (None, 7, 4), None),
        ("Dense", (None, 7, 1), 5),
    ]
    assert "`Mine` is taken to be a layer of Keras: blocks.Block is not known here." in [each.why for each in report.assumed]


def test_a_class_made_on_one_that_is_not_known_is_asked_for_where_it_has_none():
    code = HEAD + MADE_ON.format(base="Block", body="    def more(self):\n        return 1")
    (asked,) = check(code).asked
    assert (asked.name, asked.why) == ("the output of Mine", "Mine, a subclass of blocks.Block, which is not known here")
    report = check(code, sizes={asked.name: (9,)})
    assert report.holds and [each.output[0] for each in report.layers] == [(None, 9), (None, 1)]


def test_a_model_made_on_one_that_is_not_known_is_trained():
    code = HEAD + MADE_ON.format(base="BaseModel", body="    def call(self, x):\n        return self.dense(x)")
    code = code[: code.index("i = keras.Input")]
    code += "m = Mine(4)\nm.compile('adam', 'mse')\nm.fit(np.zeros((8, 7, 3)), np.zeros((8, 7, {})))\n"
    assert check(code.replace("{}", "4")).holds
    (problem,) = check(code.replace("{}", "5")).problems
    assert problem.kind == "target_mismatch"


EVERYTHING = """
from keras.models import Sequential
from blocks import *
{more}
X_train, y_train = load()
model = Sequential()
model.add(keras.Input((7, 3)))
model.add(Block(4))
model.add(Dense(1))
"""


@pytest.mark.parametrize(
    ("more", "path", "line"),
    [
        ("", "blocks.Block", "`from blocks import *`"),
        ("from more import *", "blocks.Block or more.Block", "`from blocks import *` or `from more import *`"),
    ],
)
def test_a_name_may_come_from_a_package_whose_names_are_all_imported(more, path, line):
    code = HEAD + EVERYTHING.format(more=more)
    (asked,) = check(code).asked
    assert (asked.name, asked.why) == ("the output of Block", f"{path}, a layer that is not known here")
    report = check(code, sizes={asked.name: (7, 4)})
    assert report.holds and [each.type for each in report.layers] == ["Block", "Dense"]
    assert f"`Dense` is taken to be keras.layers.Dense, which {line} may bring." in [each.why for each in report.assumed]


def test_a_name_that_nothing_may_bring_is_told_as_before():
    code = HEAD + EVERYTHING.format(more="").replace("from blocks import *", "from os.path import *")
    (problem,) = check(code).problems
    assert "`Block`, which is not defined" in problem.message


@pytest.mark.parametrize(
    "path", ["functools.reduce", "sklearn.svm.SVC", "os.path.join", "shap.DeepExplainer", "`held`", "held"]
)
def test_of_what_is_known_no_shape_is_asked(path):
    assert not of_unknown_package(path)


WEIGHTS = """
i = keras.Input((7, 3))
class Encoder(layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)
    def call(self, x):
        return self.dense(x)
gru, encoder = layers.GRU(4, return_sequences=True), Encoder()
inner = keras.Model(i, encoder(gru(i)))
sizes = [gru.count_params(), len(gru.weights), len(gru.get_weights()), gru.weights[0].shape[-1], len(encoder.weights)]
sizes += [encoder.count_params(), len(inner.trainable_weights), inner.count_params(), len(inner.non_trainable_variables) + 1]
sizes += [len(layers.GRU(2).weights) + 1]
h = inner(i)
for size in sizes:
    h = layers.Dense(size)(h)
model = keras.Model(i, h)
"""


def test_weights_and_parameters_of_what_is_built_are_known():
    real = executed(HEAD + WEIGHTS)["sizes"]
    report = check(HEAD + WEIGHTS, model="model")
    assert report.holds and [each.output[0][-1] for each in report.layers if each.type == "Dense"] == real


@pytest.mark.parametrize("size", ["Block(3).count_params()", "len(block.weights)", "gru.count_params()"])
def test_weights_and_parameters_of_what_is_not_known_or_not_built_are_not_made_up(size):
    code = HEAD + (
        "from blocks import Block\ni = keras.Input((7, 3))\nblock, gru = Block(3), layers.GRU(2)\n"
        f"model = keras.Model(i, layers.Dense({size})(i))\n"
    )
    report = check(code)
    told = " ".join([each.message for each in report.problems] + [each.why for each in report.not_followed])
    assert "not known" in told and "Method" not in told and "Input are unknown" not in told, told


MODEL = "i = keras.Input((7, 3))\no = layers.Dense(2)(layers.GRU(4)(i))\nmodel = keras.Model(i, o)\n"
MODEL += "model.compile('adam', 'mse')\n"
FIT = "model.fit(np.zeros((8, 7, 3)), np.zeros((8, 5)))\n"


@pytest.mark.parametrize(
    "line",
    [
        *(
            "info = draw(o)",
            "print(draw(o))",
            "draw(o).render('x.png')",
            "_ = draw(model.output)",
            "fig = [draw(each) for each in (i, o)]",
        ),
        *("if draw(i):\n    pass", "model.add_loss(draw(o))", "n = 1 if draw(i) else 2", "with draw(i):\n    pass"),
        *(
            "def show(t):\n    return draw(t)\nshow(o)",
            "model.compile('adam', loss=draw(o))",
            "callback = Draw(model.output)",
        ),
        "model.compile('adam', 'mse', metrics=[Draw(o), draw(o)])",
    ],
)
def test_what_is_never_used_as_a_tensor_is_not_asked_for(line):
    code = HEAD + f"from blocks import Draw, draw\n{MODEL}{line}\n{FIT}"
    report = check(code)
    assert not report.asked and report.layers
    if "loss=draw" not in line:
        assert [each.kind for each in report.problems] == ["target_mismatch"]


def test_a_number_that_a_function_makes_of_a_tensor_is_asked_for_as_one():
    code = HEAD + "from blocks import n_units\ni = keras.Input((7, 3))\nn = n_units(i)\n"
    code += "model = keras.Model(i, layers.Dense(n + 1)(i))\n"
    (asked,) = check(code).asked
    assert (asked.name, asked.shape) == ("n", False)
    assert check(code, sizes={"n": 6}).output == ((None, 7, 7),)


def test_a_model_that_a_function_makes_is_no_tensor():
    code = HEAD + "from blocks import build\ni = keras.Input((7, 3))\nnet = build(i)\nnet.summary()\nh = net(i)\n"
    report = check(code + "model = keras.Model(i, layers.Dense(1)(h))\n", sizes={"the output of build": (9,)})
    assert report.holds and [each.output[0] for each in report.layers] == [(None, 9), (None, 1)]


@pytest.mark.parametrize(
    "use",
    [
        *(
            "h = make_block(i) * 0.5",
            "h = 1 - make_block(i)",
            "h = make_block(i)[0]",
            "h = make_block(i)['a']",
            "h = make_block(i).last",
        ),
        *("h = keras.ops.tanh(make_block(i))", "h = make_block(i) + i", "h = layers.concatenate([i, make_block(i)])"),
        *("a, h = make_block(i)", "h = make_block(make_block(i))", "h = [make_block(i)][0]", "h = make_block(i)[:, ::1]"),
    ],
)
def test_what_is_used_as_a_tensor_is_asked_for_however_it_comes_there(use):
    code = (
        HEAD + f"from blocks import make_block\ni = keras.Input((7, 3))\n{use}\nmodel = keras.Model(i, layers.GRU(4)(h))\n"
    )
    asked = check(code).asked
    assert asked and all(each.shape and each.name.startswith("the output of") for each in asked)
    report = check(code, sizes={each.name: (7, 3) for each in asked} | {"the output of the 2nd make_block": (7, 3)})
    assert report.holds and report.output == ((None, 4),) and not report.asked, report.asked


def test_an_own_layer_may_return_what_a_function_gives():
    code = HEAD + (
        "from blocks import make_block\nclass Mine(layers.Layer):\n    def call(self, x):\n        return make_block(x, 3)\n"
        "i = keras.Input((7, 3))\nmodel = keras.Model(i, Mine()(i))\n"
    )
    assert [each.name for each in check(code).asked] == ["the output of make_block"]
    assert check(code, sizes={"the output of make_block": (9,)}).output == ((None, 9),)


@pytest.mark.parametrize(
    ("one", "other", "many"),
    [
        *(("[8, 8]", "[8, 8]", 1), ("[8, 8]", "[32, 32]", 2), ("units=8", "rate=8", 2), ("dict(n=8)", "dict(n=4)", 2)),
        *(("A", "B", 2), ("A", "A", 1), ("None", "0", 2), ("(8, 16)", "layers.Dense(5)", 2), ("True", "1", 2)),
    ],
)
def test_a_function_is_asked_for_again_where_any_argument_is_another(one, other, many):
    code = HEAD + (
        "from blocks import make_block, A, B\ni = keras.Input((7, 3))\n"
        f"a, b = make_block(i, {one}), make_block(i, {other})\n"
        "model = keras.Model(i, [a, b])\n"
    )
    assert len(check(code).asked) == many


def test_one_layer_of_a_class_that_is_not_known_is_asked_for_once_wherever_it_is_called():
    mine = "from blocks import Base\nclass Mine(Base):\n    pass\ni = keras.Input((7, 3))\n"
    outer = "class Outer(layers.Layer):\n    def __init__(self):\n        super().__init__()\n        self.m = Mine()\n"
    outer += "    def call(self, x):\n        return self.m(x)\n"
    for rest in (
        "a = Mine()\nmodel = keras.Model(i, [a(i), a(i)])\n",
        f"{outer}model = keras.Model(i, Outer()(i))\n",
        "model = keras.Sequential([i, Mine(), layers.Dense(1)])\n",
    ):
        assert [each.name for each in check(HEAD + mine + rest).asked] == ["the output of Mine"], rest
        assert check(HEAD + mine + rest, sizes={"the output of Mine": (7, 5)}).holds


def test_a_class_is_followed_where_an_own_class_stands_between_it_and_one_that_is_not_known():
    code = HEAD + MADE_ON.format(base="Block", body="    def call(self, x):\n        return self.dense(x)")
    code = code.replace("class Mine(Block)", "class Between(Block):\n    pass\nclass Mine(Between)")
    assert check(code).holds and check(code).output == ((None, 7, 1),)


@pytest.mark.parametrize("of", ["trainable_weights", "non_trainable_weights", "trainable_variables"])
def test_what_is_trained_is_not_made_up_where_the_code_sets_it(of):
    code = HEAD + (
        "i = keras.Input((7, 3))\nd = layers.Dense(2)\nh = d(i)\nd.trainable = False\n"
        f"model = keras.Model(i, layers.Dense(1 + len(d.{of}))(h))\n"
    )
    (asked,) = check(code).asked
    assert asked.name == f"len(d.{of})"


def test_a_sequential_model_that_was_not_called_has_its_weights():
    code = HEAD + (
        "m = keras.Sequential([keras.Input((7, 3)), layers.LSTM(4), layers.Dense(2)])\n"
        "i = keras.Input((7, 3))\nmodel = keras.Model(i, layers.Dense(m.count_params())(layers.Dense(len(m.weights))(i)))\n"
    )
    real = model_in(executed(code))
    assert check(code, model="model").output == (tuple(real.output_shape),)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("from . import blocks\nB = blocks.Block", ".blocks.Block"),
        ("from .blocks import Block as B", ".blocks.Block"),
        ("from ..blocks import Block as B", "..blocks.Block"),
        ("from .blocks import *\nB = Block", ".blocks.Block"),
    ],
)
def test_a_layer_of_another_file_is_asked_for(line, path):
    code = HEAD + f"{line}\ni = keras.Input((7, 3))\nmodel = keras.Model(i, B(4)(i))\n"
    (asked,) = check(code).asked
    assert asked.why == f"{path}, a layer that is not known here"


def test_data_of_a_package_all_of_whose_names_are_imported_are_read():
    code = HEAD + (
        "from sklearn.model_selection import *\nX, y = np.zeros((40, 7, 3)), np.zeros((40, 1))\n"
        "a, b, c, d = train_test_split(X, y, test_size=0.25)\n"
        "model = keras.Sequential([keras.Input((7, 3)), layers.GRU(2), layers.Dense(1)])\n"
        "model.compile('adam', 'mse')\nmodel.fit(a, c)\n"
    )
    report = check(code)
    assert report.holds and report.data.x == ((30, 7, 3),)


def test_not_more_questions_come_at_once_than_somebody_reads():
    code = HEAD + (
        "from blocks import make_block\nh = i = keras.Input((7, 3))\nfor units in range(40):\n    h = make_block(h, units)\n"
        "model = keras.Model(i, h)\n"
    )
    assert len(check(code).asked) == 20


def test_a_layer_that_a_function_gives_is_asked_for_in_a_chain():
    code = (
        HEAD
        + "from helpers import *\nmodel = keras.Sequential([keras.Input((7, 3)), temporal_block(32), layers.Dense(1)])\n"
    )
    (asked,) = check(code).asked
    assert asked.name == "the output of temporal_block"
    assert check(code, sizes={asked.name: (7, 32)}).output == ((None, 7, 1),)


def test_a_class_that_is_trained_is_a_model_whatever_its_base_is_called():
    code = HEAD + MADE_ON.format(
        base="Forecaster", body="    def call(self, x):\n        return self.dense(self.prepare(x))"
    )
    code = code[: code.index("i = keras.Input")]
    code += "m = Mine(4)\nm.compile('adam', 'mse')\nm.fit(np.zeros((8, 7, 3)), np.zeros((8, 7, 5)))\n"
    (asked,) = check(code).asked
    assert (asked.name, asked.why) == (
        "the output of prepare",
        "blocks.Forecaster.prepare, a function that is not known here",
    )
    (problem,) = check(code, sizes={asked.name: (7, 3)}).problems
    assert problem.kind == "target_mismatch"


def test_parts_of_what_a_function_gives_are_asked_for_each():
    code = HEAD + (
        "from blocks import make_head\ni = keras.Input((7, 3))\nlast, all = make_head(i, 10)\n"
        "model = keras.Model(i, [layers.Dense(1)(last), layers.Dense(2)(all)])\n"
    )
    first, second = check(code).asked
    report = check(code, sizes={first.name: (24,), second.name: (10, 24)})
    assert report.holds and report.output == ((None, 1), (None, 10, 2))


@pytest.mark.parametrize(
    "call", ["make_block(h, 3)", "make_block(h, 3) + i", "make_block(h, 3) * 2", "make_block(h, 3)[:, ::1]"]
)
def test_a_long_chain_of_functions_is_no_deep_nesting(call):
    code = HEAD + (
        f"from blocks import make_block\nh = i = keras.Input((7, 3))\nfor each in range(90):\n    h = {call}\n"
        "model = keras.Model(i, layers.GRU(4)(h))\n"
    )
    report = check(code, sizes={"the output of make_block": (7, 3)})
    assert not report.problems or report.asked, report.problems
    assert not report.not_followed or report.asked, report.not_followed
