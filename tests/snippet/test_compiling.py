"""Losses, optimizers, metrics and activations that Keras does not have are told with the nearest one that it has."""

from __future__ import annotations

import keras
import pytest

from explorer.snippet import check
from explorer.snippet.diagnose.rules import compiling

CODE = """import keras
from keras import layers

model = keras.Sequential([keras.Input((20, 5)), layers.GRU(8), layers.Dense(1{})])
model.compile({})
"""


@pytest.mark.parametrize(
    ("given", "word", "near"),
    [
        ("loss='foo'", "foo", None),
        ("loss='mean_square_error'", "mean_square_error", "mean_squared_error"),
        ("loss={'dense': 'cosine_similarty'}", "cosine_similarty", "cosine_similarity"),
        ("optimizer='adamm', loss='mse'", "adamm", "adam"),
        ("'RMSpropp', 'mse'", "RMSpropp", "rmsprop"),
        ("optimizer='adam', loss='mse', metrics=['mae', 'acuracy']", "acuracy", "accuracy"),
        ("optimizer='adam', loss='mse', weighted_metrics=['precison']", "precison", "precision"),
    ],
)
def test_a_name_that_keras_does_not_have_is_told_with_the_nearest(given, word, near):
    code = CODE.format("", given)
    (problem,) = check(code).to_dict()["problems"]
    assert (problem["kind"], problem["line"], problem["silent"]) == ("keras3_api", 5, False)
    assert f"`{word}`" in problem["message"] and word in problem["keras_says"]
    if near is None:
        assert problem["fixes"] == []
        return
    assert f"`{near}`" in problem["message"]
    assert problem["fixes"][0]["code"] == code.replace(f"'{word}'", f'"{near}"')


@pytest.mark.parametrize(
    "given",
    [
        *("loss='MSE'", "'Adam', 'mse'", "loss='CategoricalCrossentropy'", "loss='crossentropy'", "metrics=['acc', 'AUC']"),
        *("metrics=[['Accuracy']]", "loss=keras.losses.Huber()", "optimizer=keras.optimizers.SGD(0.1)", "loss=None"),
        *("metrics=[keras.metrics.R2Score()]", "loss=lambda t, p: 0", "loss=keras.losses.mean_squared_error"),
    ],
)
def test_what_keras_has_is_left_in_peace(given):
    assert check(CODE.format("", given)).to_dict()["problems"] == []


def test_what_is_said_to_exist_exists():
    for named in (compiling._LOSS, compiling._METRIC, compiling._OPTIMIZER):
        of_compile = {"accuracy", "acc", *compiling._BY_SHAPE}
        assert set(named.common) <= set(named.names)
        for name in ("mse", "adam", "mae", "SparseCategoricalCrossentropy", "nadam"):
            assert (name in named.names) is _takes(named.get, name), name
        assert all(_takes(named.get, name) for name in named.common if name not in of_compile)


def _takes(get, name):
    try:
        return get(name) is not None
    except ValueError:
        return False


@pytest.mark.parametrize(
    ("given", "nearest"),
    [("optimizer=keras.optimizers.Adamm()", "Adam"), ("loss=keras.losses.Hubber()", "Huber")],
)
def test_a_class_that_keras_does_not_have_is_told_where_it_is_made(given, nearest):
    code = CODE.format("", given)
    problem = check(code).to_dict()["problems"][0]
    assert (problem["line"], problem["message"].split("Did you mean ")[1]) == (5, f"{nearest}?")
    assert f".{nearest}()" in problem["fixes"][0]["code"]


def test_the_class_of_an_optimizer_is_no_optimizer():
    code = CODE.format("", "optimizer=keras.optimizers.Adam, loss='mse'")
    problem = check(code).to_dict()["problems"][0]
    assert "`Adam` is a class" in problem["message"]
    assert "keras.optimizers.Adam()" in problem["fixes"][0]["code"]
    with pytest.raises(ValueError, match="Could not interpret optimizer"):
        keras.optimizers.get(keras.optimizers.Adam)


def test_an_activation_that_keras_does_not_have_is_told_at_its_layer():
    problem = check(CODE.format(", activation='relluu'", "loss='mse'")).to_dict()["problems"][0]
    assert (problem["kind"], problem["line"]) == ("keras3_api", 4)
    assert "no activation called `relluu`. The nearest is `relu`" in problem["message"]
    assert 'activation="relu"' in problem["fixes"][0]["code"]


def test_a_loss_that_was_given_beside_the_code_is_told_too():
    code = "import keras\nmodel = keras.Sequential([keras.Input((20, 5)), keras.layers.GRU(8)])\n"
    report = check(code, x=[(8, 20, 5)], y=(8, 8), loss="msee").to_dict()
    (problem,) = report["problems"]
    assert (problem["line"], problem["fixes"][0]["loss"]) == (None, "mse")
