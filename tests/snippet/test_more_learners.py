"""Mistakes of learners that were once called something else, or nothing: Keras itself says which codes run."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.snippet import check
from tests.learners import executed

HEAD = "import keras\nfrom keras import layers\n\ni = keras.Input((12, 3))\n"
# The code, its kind, what is said, and the error that Keras raises while it is wired.
WIRED = {
    "a layer added to a functional model": (
        "h = layers.LSTM(8)(i)\nmodel = keras.Model(i, h)\nmodel.add(layers.Dense(1))\n",
        "keras3_api",
        "Only a Sequential model has `add`",
    ),
    "self-attention in heads on one tensor": (
        "h = layers.MultiHeadAttention(2, 8)(i)\nmodel = keras.Model(i, layers.Dense(1)(h))\n",
        "merge_mismatch",
        "needs a query and a value",
    ),
    "attention on one tensor": (
        "h = layers.Attention()(i)\nmodel = keras.Model(i, layers.Dense(1)(h))\n",
        "merge_mismatch",
        "needs a query and a value",
    ),
    "a layer without its units": (
        "model = keras.Sequential([i, layers.LSTM(), layers.Dense(1)])\n",
        "units_misread",
        "An LSTM needs `units`, the size of its hidden state",
    ),
    "an argument that no layer has": (
        "model = keras.Sequential([i, layers.Dense(8, activations='relu')])\n",
        "keras3_api",
        "A Dense has no argument `activations`",
    ),
}


@pytest.mark.parametrize("name", WIRED)
def test_what_keras_refuses_is_told_and_its_fixes_are_taken(name):
    code, kind, told = WIRED[name]
    with pytest.raises(Exception) as raised:
        executed(HEAD + code)
    problem = check(HEAD + code).to_dict()["problems"][0]
    assert problem["kind"] == kind and told in problem["message"]
    assert problem["keras_says"].partition(":")[0] == type(raised.value).__name__
    assert problem["fixes"]
    for fix in problem["fixes"]:
        executed(fix["code"])


def test_a_state_that_asks_a_sequence_asks_across_the_batch():
    code = HEAD + (
        "z, h, c = layers.LSTM(8, return_sequences=True, return_state=True)(i)\n"
        "model = keras.Model(i, layers.Dense(1)(layers.Attention()([h, z])))\n"
    )
    problem = check(code, x=[(16, 12, 3)], y=(16, 1), loss="mse").to_dict()["problems"][0]
    assert (problem["kind"], problem["silent"], problem["name"]) == ("time_axis_missing", True, "attention")
    # As Keras has it: as many rows as there are samples, not one for each of them.
    model = executed(code)["model"]
    assert model(np.zeros((16, 12, 3))).shape == (16, 16, 1)
    fixed = executed(problem["fixes"][0]["code"])["model"]
    assert fixed.output_shape == (None, 1, 1)


def test_a_model_of_two_outputs_and_one_target_stops_keras():
    code = HEAD + "h = layers.LSTM(8)(i)\nmodel = keras.Model(i, [layers.Dense(1)(h), layers.Dense(2)(h)])\n"
    problem = check(code, x=[(4, 12, 3)], y=(4, 1), loss="mse").to_dict()["problems"][0]
    model = executed(code)["model"]
    model.compile("adam", "mse", run_eagerly=True)
    with pytest.raises(KeyError) as raised:
        model.fit(np.zeros((4, 12, 3)), np.zeros((4, 1)), verbose=0)
    assert problem["keras_says"] == f"KeyError: {raised.value}"
    assert "one for each" in problem["message"]


def test_a_layer_that_was_not_called_is_told_as_what_it_is():
    code = HEAD + "h = layers.LSTM(8)\nmodel = keras.Model(i, layers.Dense(1)(h))\n"
    problem = check(code).to_dict()["problems"][0]
    assert (problem["line"], "called on another layer" in problem["message"]) == (6, True)


def test_a_batch_size_that_divides_is_set_where_fit_sets_another():
    code = (
        "import keras\nimport numpy as np\n\nx, y = np.zeros((16, 12, 3)), np.zeros((16, 1))\n"
        "model = keras.Sequential([\n    keras.Input(batch_shape=(10, 12, 3)),\n"
        "    keras.layers.LSTM(8, stateful=True),\n    keras.layers.Dense(1),\n])\n"
        "model.compile('adam', 'mse')\nmodel.fit(x, y, batch_size=10, shuffle=False)\n"
    )
    fixes = check(code).to_dict()["problems"][0]["fixes"]
    (divides,) = [fix for fix in fixes if "divides 16" in fix["title"]]
    assert "batch_shape=(8, 12, 3)" in divides["code"] and "batch_size=8, shuffle=False" in divides["code"]
