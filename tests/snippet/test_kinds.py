"""Mistakes that Keras lets pass or tells in other words: each with its right twin, in which nothing is found."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from keras import layers, losses

from bench.snippets import by_kind, judged
from explorer.snippet import check
from explorer.snippet.diagnose.rules.activations import _OF_PROBABILITIES
from tests import learners
from tests.for_all import for_all
from tests.learners import executed, report_of

HEAD = "import numpy as np\nimport keras\nfrom keras import layers\na = keras.Input((20, 5))\n"
_CLASSES = "model = keras.Sequential([a, layers.GRU(8), layers.Dense(4{})])\nmodel.compile('adam', {})\n"
_WORDS = "i = keras.Input((20,))\nmodel = keras.Sequential([i, layers.Embedding(50, 8{}), {}layers.Dense(1)])\n"
_BOTH = "h = layers.Bidirectional(layers.GRU(8, return_sequences=True))(a)\nmodel = keras.Model(a, layers.Dense(1)({}))\n"
_WEIGHTS = (
    "h = layers.GRU(8, return_sequences=True)(a)\nw = {}\nmodel = keras.Model(a, layers.Flatten()(layers.Dot(1)([w, h])))\n"
)
_CELLS = "layers.RNN([layers.{0}Cell(8), layers.{0}Cell(8)], return_state=True)"
_IMAGES = "i = keras.Input((4, 16, 8))\nmodel = keras.Sequential([i, {}layers.GRU(8)])\n"
_TABLE = _WORDS.format("", "layers.GRU(4), ") + "model.compile('adam', 'mse')\nmodel.fit({}, np.zeros((8, 1)))\n"
_TWO = (
    "h = layers.GRU(8)(a)\nno, yes = layers.Dense(1, name='no')(h), layers.Dense(1, activation='sigmoid', name='yes')(h)\n"
    "model = keras.Model(a, [no, yes])\nmodel.compile('adam', {})\n"
)
_LONE = "layers.Softmax(axis=1)(layers.Dense(1)(h))"

# The code and its right twin; the kind, the class of the layer that is blamed, and words of what is said.
SILENT = {
    "a vector as the value of attention": (
        "h = layers.GRU(8, return_sequences=True)(a)\nmodel = keras.Model(a, layers.Attention()([h, layers.GRU(8)(a)]))\n",
        "h = layers.GRU(8, return_sequences=True)(a)\nmodel = keras.Model(a, layers.Attention()([h, h]))\n",
        ("time_axis_missing", "Attention", "from one sample of the batch to the others"),
    ),
    "sigmoids for one class of several": (
        _CLASSES.format(", activation='sigmoid'", "'categorical_crossentropy'"),
        _CLASSES.format(", activation='sigmoid'", "'binary_crossentropy'"),
        ("label_encoding", "Dense", "The 4 sigmoids of `dense` say yes or no"),
    ),
    "losses by the names of outputs": (
        _TWO.format("{'no': 'binary_crossentropy', 'yes': 'mse'}"),
        _TWO.format("{'yes': 'binary_crossentropy', 'no': 'mse'}"),
        ("label_encoding", "Dense", "`no` has no activation"),
    ),
    "features that are a window": (
        "look_back = 9\nmodel = keras.Sequential([keras.Input((1, look_back)), layers.LSTM(4), layers.Dense(1)])\n",
        "model = keras.Sequential([keras.Input((1, 9)), layers.LSTM(4), layers.Dense(1)])\n",
        ("axes_swapped", "LSTM", "one timestep with 9 features"),
    ),
    "a reshape of rows and columns": (
        _IMAGES.format("layers.Reshape((16, 32)), "),
        _IMAGES.format("layers.Permute((2, 1, 3)), layers.Reshape((16, 32)), "),
        ("axes_swapped", "Reshape", "it mixes axis 1 and axis 3 with axis 2"),
    ),
    "weights of one unit each": (
        _WEIGHTS.format("layers.Dense(1, activation='softmax')(h)"),
        _WEIGHTS.format(_LONE),
        ("axes_swapped", "Dense", "Weights for the 20 timesteps need a softmax along axis 1"),
    ),
    "a softmax layer of one unit": (
        _WEIGHTS.format("layers.Softmax()(layers.Dense(1)(h))"),
        _WEIGHTS.format(_LONE),
        ("axes_swapped", "Softmax", "along axis 2 (units), which has size 1"),
    ),
    "a gate of one unit": (
        "h = layers.GRU(8)(a)\nmodel = keras.Model(a, layers.Multiply()([h, layers.Dense(1, activation='softmax')(h)]))\n",
        "h = layers.GRU(8)(a)\nmodel = keras.Model(a, layers.Multiply()([h, layers.Dense(1, activation='sigmoid')(h)]))\n",
        ("units_misread", "Dense", "A single number from 0 to 1 needs a sigmoid"),
    ),
    "a mask laid flat": (
        _WORDS.format(", mask_zero=True", "layers.Flatten(), "),
        _WORDS.format("", "layers.Flatten(), "),
        ("mask_lost", "Flatten", "passes none on"),
    ),
    "the largest of masked timesteps": (
        _WORDS.format(", mask_zero=True", "layers.GlobalMaxPooling1D(), "),
        _WORDS.format(", mask_zero=True", "layers.GlobalAveragePooling1D(), "),
        ("mask_lost", "GlobalMaxPooling1D", "`embedding` masks the padding"),
    ),
    "a window over masked timesteps": (
        _WORDS.format(", mask_zero=True", "layers.Conv1D(4, 3), layers.GlobalMaxPooling1D(), "),
        _WORDS.format(", mask_zero=True", "layers.Dropout(0.1), layers.LSTM(4), "),
        ("mask_lost", "Conv1D", "reads no mask"),
    ),
    "the last timestep of both directions": (
        _BOTH.format("h[:, -1, :]"),
        _BOTH.format("keras.ops.concatenate([h[:, -1, :8], h[:, 0, 8:]], -1)"),
        ("backward_order", "Bidirectional", "its last hidden state is at timestep 0"),
    ),
    "the last timestep in a Lambda": (
        _BOTH.format("layers.Lambda(lambda t: t[:, -1])(h)"),
        _BOTH.format("layers.Lambda(lambda t: t[:, -1])(layers.LSTM(4, return_sequences=True)(h))"),
        ("backward_order", "Bidirectional", "`t[:, -1]` takes the last timestep"),
    ),
    "a hidden state as probabilities": (
        "model = keras.Sequential([a, layers.LSTM(4)])\nmodel.compile('adam', 'categorical_crossentropy')\n",
        "model = keras.Sequential([a, layers.LSTM(4)])\nmodel.compile('adam', 'mse')\n",
        ("label_encoding", "LSTM", "ends in the activation tanh"),
    ),
    "raw scores of classes": (
        _CLASSES.format("", "'sparse_categorical_crossentropy'"),
        _CLASSES.format("", "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"),
        ("label_encoding", "Dense", "returns raw scores"),
    ),
    "raw scores into the loss of a class": (
        _CLASSES.format("", "loss=keras.losses.BinaryCrossentropy()"),
        _CLASSES.format(", activation=lambda z: keras.ops.sigmoid(z)", "loss=keras.losses.BinaryCrossentropy()"),
        ("label_encoding", "Dense", "use a sigmoid, or from_logits=True"),
    ),
    "a binary loss of a softmax": (
        _CLASSES.format(", activation='softmax'", "'binary_crossentropy'"),
        _CLASSES.format(", activation='softmax'", "'binary_crossentropy'").replace("Dense(4", "Dense(2"),
        ("label_encoding", "Dense", "add up to 1: one class of 4"),
    ),
    "numbers with fractions in a table": (
        _TABLE.format("np.random.rand(8, 20) * 40"),
        _TABLE.format("(np.random.rand(8, 20) * 40).astype(int)"),
        ("embedding_input", "Embedding", "which Keras cuts off"),
    ),
    "numbers below the table": (
        _TABLE.format("np.random.randint(-1, 50, (8, 20))"),
        _TABLE.format("np.random.randint(0, 50, (8, 20))"),
        ("embedding_input", "Embedding", "-1 is row 49"),
    ),
}
# The same for what Keras or Python refuses: the code stops before it trains.
RAISES = {
    "layers for each timestep of a list": (
        "h = layers.TimeDistributed(layers.Dense(4))([a, a])\nmodel = keras.Model(a, h)\n",
        "h = layers.TimeDistributed(layers.Dense(4))(layers.Concatenate()([a, a]))\nmodel = keras.Model(a, h)\n",
        ("time_distributed_inner", "TimeDistributed", "takes one tensor of timesteps and is called on 2"),
    ),
    "a merge for each timestep": (
        "model = keras.Model(a, layers.TimeDistributed(layers.Add())([a, a]))\n",
        "model = keras.Model(a, layers.Add()([a, a]))\n",
        ("time_distributed_inner", "TimeDistributed", "The Add needs no TimeDistributed"),
    ),
    "too few names for the states of two cells": (
        f"h, s = {_CELLS.format('GRU')}(a)\nmodel = keras.Model(a, h)\n",
        f"h, *s = {_CELLS.format('LSTM')}(a)\nmodel = keras.Model(a, {_CELLS.format('LSTM')}(a, initial_state=s)[0])\n",
        ("state_unpacking", "RNN", "its output and the states of every cell"),
    ),
    "a model that is added to and renamed": (
        "model = keras.Sequential([a])\nmodel = model.add(layers.GRU(8))\nmodel.add(layers.Dense(1))\n",
        "model = keras.Sequential([a])\nmodel.add(layers.GRU(8))\nmodel.add(layers.Dense(1))\n",
        ("none_value", None, "`model.add` gives None, and None has no `add`"),
    ),
    "a model that is compiled where it is made": (
        "model = keras.Sequential([a, layers.GRU(8)]).compile('adam', 'mse')\nmodel.summary()\n",
        "model = keras.Sequential([a, layers.GRU(8)])\nmodel.compile('adam', 'mse')\nmodel.summary()\n",
        ("none_value", None, "in a line of its own"),
    ),
    "the losses in place of the model": (
        "model = keras.Sequential([a, layers.GRU(8)])\nmodel.compile('adam', 'mse')\n"
        "model = model.fit(np.zeros((2, 20, 5)), np.zeros((2, 8)), verbose=0)\nmodel.predict(np.zeros((2, 20, 5)))\n",
        "model = keras.Sequential([a, layers.GRU(8)])\nmodel.compile('adam', 'mse')\n",
        ("none_value", None, "a History, which has no `predict`"),
    ),
    "a function that returns no model": (
        "def build():\n    m = keras.Sequential([a, layers.GRU(8)])\nmodel = build()\nmodel.summary()\n",
        "def build():\n    m = keras.Sequential([a, layers.GRU(8)])\n    return m\nmodel = build()\nmodel.summary()\n",
        ("none_value", None, "`build` has no return"),
    ),
}
WITHOUT_FIX = ("numbers below the table",)


@for_all("name", [*SILENT, *RAISES])
def test_a_mistake_is_told_and_its_right_twin_is_left_in_peace(name):
    wrong, right, (kind, blamed, told) = (SILENT | RAISES)[name]
    report = report_of(HEAD + wrong)
    (problem,) = report["problems"]
    assert (problem["kind"], problem["silent"]) == (kind, name in SILENT)
    assert told in problem["message"]
    place = problem["layer"]
    assert (None if place is None else report["layers"][place]["type"].partition(" ")[0].partition("(")[0]) == blamed
    assert bool(problem["fixes"]) is (name not in WITHOUT_FIX)
    report = report_of(HEAD + right)
    assert (report["problems"], report["holds"]) == ([], True)


@pytest.mark.parametrize("name", RAISES)
def test_keras_refuses_it_and_takes_the_fix(name):
    wrong, right, _ = RAISES[name]
    with pytest.raises(Exception) as raised:
        executed(HEAD + wrong)
    problem = report_of(HEAD + wrong)["problems"][0]
    assert problem["keras_says"].partition(":")[0] == type(raised.value).__name__
    for code in (HEAD + right, *(fix["code"] for fix in problem["fixes"])):
        executed(code)


def test_more_shared_cases_are_met_as_often_as_before():
    cases = json.loads((Path(learners.__file__).parent / "cases" / "fresh_cases.json").read_text(encoding="utf-8"))
    found = by_kind(
        judged(case, check(case["code"], case["x"], case["y"], case["loss"], case.get("batch_size")).to_dict())
        for case in cases
    )
    assert found.pop("none") == [10, 10, 10, 10]
    # A sample weight has no kind there; two targets cannot be made of one; an Embedding of features may be read either way.
    assert [sum(row[place] for row in found.values()) for place in range(4)] == [22, 20, 21, 21]


def test_what_is_said_of_losses_is_so():
    rng = np.random.default_rng(0)
    scores, true = rng.normal(size=(6, 2)).astype("float32"), np.eye(2, dtype="float32")[rng.integers(0, 2, 6)]
    for name, (made, right) in _OF_PROBABILITIES.items():
        target = true.argmax(-1) if name.startswith("sparse") else true
        of_scores = getattr(losses, made)(from_logits=True)(target, scores)
        np.testing.assert_allclose(
            losses.get(name)(target, layers.Activation(right)(scores)).numpy().mean(), of_scores, 1e-4
        )
        assert abs(float(losses.get(name)(target, scores).numpy().mean()) - float(of_scores)) > 0.01
    taken = losses.get("binary_crossentropy")(true, layers.Activation("softmax")(scores))
    np.testing.assert_allclose(taken, losses.get("binary_crossentropy")(true, layers.Activation("sigmoid")(scores)), 1e-4)


def test_a_table_counts_negative_numbers_from_its_end():
    table = layers.Embedding(5, 3)
    np.testing.assert_array_equal(table(np.array([-1])), table(np.array([4])))


def test_a_single_timestep_is_no_hint_where_states_are_given_with_it():
    code = (
        HEAD
        + "b, h = keras.Input((1, 9)), keras.Input((4,))\nmodel = keras.Model([b, h], layers.GRU(4)(b, initial_state=[h]))\n"
    )
    report = check(code, x=[(6, 1, 9), (6, 4)])
    assert report.holds and report.hints == ()
