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


OF_TWO = """import keras
import numpy as np
from keras import layers

i = keras.Input((20, 5))
h = layers.GRU(8)(i)
model = keras.Model(i, [layers.Dense(1, name="one")(h), layers.Dense(2, name="two")(h)])
model.compile("adam", loss={})
model.fit(np.zeros((8, 20, 5)), {}, verbose=0)
"""
ONE, TWO = "np.zeros((8, 1))", "np.zeros((8, 2))"


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        *(('["mse", None]', ONE), ('[None, "mse"]', TWO), ('["mse"]', f"[{ONE}]"), ('["mse", "mae"]', f"[{ONE}, {TWO}]")),
        *(('{"one": "mse", "two": None}', f"[{ONE}, {TWO}]"), ('["mse"]', f"[{ONE}, {TWO}]"), ('"mse"', f"[{ONE}, {TWO}]")),
        *(
            ('["mse", "mse", "mse"]', f"[{ONE}, {TWO}]"),
            ('{"one": "mse"}', f"[{ONE}, {TWO}]"),
            ('[None, "mse"]', "np.zeros((8, 5))"),
        ),
        *(("[None, None]", f"[{ONE}, {TWO}]"), ("{}", f"[{ONE}, {TWO}]"), ('{"one": None, "two": None}', f"[{ONE}, {TWO}]")),
        *(
            ('{"one": "mse", "tow": "mse"}', f"[{ONE}, {TWO}]"),
            ('{"one": "mse", "two": None, "a": "mse"}', f"[{ONE}, {TWO}]"),
        ),
        *(('{"two": "mse"}', f"[{ONE}, {TWO}]"), ('"mse"', ONE), ('["mse", None]', f"[{ONE}, {TWO}]")),
    ],
)
def test_losses_of_several_outputs_are_judged_as_keras_does(loss, targets):
    code = OF_TWO.format(loss, targets)
    try:
        exec(code, {})
    except Exception as error:
        (problem,) = check(code).problems
        assert problem.keras_says and problem.keras_says.partition(":")[0] == type(error).__name__, problem
        if problem.kind == "fit_arguments":
            assert " ".join(str(error).split()) in " ".join(problem.keras_says.split())
    else:
        assert check(code).holds, check(code).problems


def test_a_loss_for_an_output_that_is_not_there_gets_the_name_of_the_nearest():
    code = OF_TWO.format('{"one": "mse", "tow": "mse"}', f"[{ONE}, {TWO}]")
    (problem,) = check(code).problems
    assert problem.message == (
        "`compile` gives a loss for `tow`, and the model has the outputs `one` and `two`: use the name of an output."
    )
    assert problem.fixes[0].code == code.replace('"tow"', '"two"')


KEYED = (
    OF_TWO.replace("[layers", "{{'a': layers")
    .replace(", layers.Dense(2", ", 'b': layers.Dense(2")
    .replace("(h)])", "(h)}})")
)


@pytest.mark.parametrize(
    "code",
    [
        # A dictionary of outputs may have losses for some of them.
        KEYED.format('{"a": "mse"}', f'{{"a": {ONE}}}'),
        # Without fit nothing is compared.
        OF_TWO.format('{"one": "mse"}', ONE)
        .replace("model.fit", "model.predict")
        .replace(f", {ONE}, verbose=0", ", verbose=0"),
        OF_TWO.format('["mse"] * 3', ONE).partition("model.fit")[0],
    ],
)
def test_losses_are_left_in_peace_where_keras_takes_them(code):
    exec(code, {})
    assert check(code).problems == ()


@pytest.mark.parametrize(
    ("loss", "fixed"),
    [
        ('["mse", "categorical_crossentropy"]', '["mse", "sparse_categorical_crossentropy"]'),
        ('{"a": "mse", "b": "categorical_crossentropy"}', '{"a": "mse", "b": "sparse_categorical_crossentropy"}'),
    ],
)
def test_a_fix_changes_the_loss_of_the_one_output_that_is_wrong(loss, fixed):
    code = f"""import keras
import numpy as np
from keras import layers

i = keras.Input((10, 4))
h = layers.GRU(8)(i)
model = keras.Model(i, [layers.Dense(1, name="a")(h), layers.Dense(3, activation="softmax", name="b")(h)])
model.compile("adam", loss={loss})
model.fit(np.random.rand(50, 10, 4), [np.random.rand(50, 1), np.random.randint(0, 3, 50)], verbose=0)
"""
    first, second = check(code).to_dict()["problems"][0]["fixes"]
    assert (first["code"], second["code"]) == (code.replace(loss, fixed), code)
    assert second["data"].startswith("y[1] = ") and first["loss"] == ["mse", "sparse_categorical_crossentropy"]
    exec(first["code"], {})


def test_a_loss_under_a_name_that_is_no_key_of_the_outputs_is_told_alone():
    code = KEYED.format('{"a": "mse", "bb": "mse"}', f'{{"a": {ONE}, "b": {TWO}}}')
    with pytest.raises(KeyError) as raised:
        exec(code, {})
    (problem,) = check(code).problems
    assert problem.kind == "fit_arguments" and problem.keras_says == f"KeyError: {raised.value}"
    assert problem.fixes[0].code == code.replace('"bb"', '"b"')
