"""Losses, their weights, metrics and targets of several outputs: judged as Keras itself judges them."""

from __future__ import annotations

import pytest

from explorer.snippet import check
from explorer.snippet.diagnose.problems import Fix
from tests.learners import executed

OF_TWO = """import keras
import numpy as np
from keras import layers

i = keras.Input((20, 5))
h = layers.GlobalAveragePooling1D()(i)
model = keras.Model(i, [layers.Dense(1, name="one")(h), layers.Dense(2, name="two")(h)])
model.compile("adam", loss={})
model.fit(np.zeros((8, 20, 5)), {}, verbose=0)
"""
ONE, TWO = "np.zeros((8, 1))", "np.zeros((8, 2))"


def judged_as_keras_does(code: str) -> tuple[Fix, ...]:
    """The fixes of the one problem that Keras has with a code; none where it trains."""
    try:
        executed(code)
    except Exception as error:
        (problem,) = check(code).problems
        kind, _, says = " ".join(problem.keras_says.split()).partition(": ")
        assert kind == type(error).__name__ and says, problem
        if problem.kind == "fit_arguments":
            said = " ".join(str(error).split())
            # Of what it says of metrics the middle is quoted, which says what is meant.
            assert all(part in said for part in says.removeprefix("... ").removesuffix(" ...").split(" ... ")), (says, said)
        return problem.fixes
    assert check(code).holds, check(code).problems
    return ()


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        *(('["mse", None]', ONE), ('[None, "mse"]', TWO), ('["mse"]', f"[{ONE}]"), ('["mse", "mae"]', f"[{ONE}, {TWO}]")),
        *(('{"one": "mse", "two": None}', f"[{ONE}, {TWO}]"), ('["mse"]', f"[{ONE}, {TWO}]"), ('"mse"', f"[{ONE}, {TWO}]")),
        *(
            ('["mse", "mse", "mse"]', f"[{ONE}, {TWO}]"),
            ('{"one": "mse"}', f"[{ONE}, {TWO}]"),
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
    judged_as_keras_does(OF_TWO.format(loss, targets))


def test_the_target_of_the_one_output_that_has_a_loss_is_compared_with_it():
    code = OF_TWO.format('[None, "mse"]', "np.zeros((8, 5))")
    # A compiled step names the shapes as they are told here.
    with pytest.raises(ValueError, match=r"Dimensions must be equal, but are 5 and 2"):
        exec(code, {})
    (problem,) = check(code).problems
    assert problem.kind == "target_mismatch" and "Dimensions must be equal, but are 5 and 2" in problem.keras_says


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
    executed(code)
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
h = layers.GlobalAveragePooling1D()(i)
model = keras.Model(i, [layers.Dense(1, name="a")(h), layers.Dense(3, activation="softmax", name="b")(h)])
model.compile("adam", loss={loss})
model.fit(np.random.rand(50, 10, 4), [np.random.rand(50, 1), np.random.randint(0, 3, 50)], verbose=0)
"""
    first, second = check(code).to_dict()["problems"][0]["fixes"]
    assert (first["code"], second["code"]) == (code.replace(loss, fixed), code)
    assert second["data"].startswith("y[1] = ") and first["loss"] == ["mse", "sparse_categorical_crossentropy"]
    executed(first["code"])


def test_a_loss_under_a_name_that_is_no_key_of_the_outputs_is_told_alone():
    code = KEYED.format('{"a": "mse", "bb": "mse"}', f'{{"a": {ONE}, "b": {TWO}}}')
    with pytest.raises(KeyError) as raised:
        executed(code)
    (problem,) = check(code).problems
    assert problem.kind == "fit_arguments" and problem.keras_says == f"KeyError: {raised.value}"
    assert problem.fixes[0].code == code.replace('"bb"', '"b"')


COMPILED = OF_TWO.replace("loss={}", "{}")
BOTH = f"[{ONE}, {TWO}]"


@pytest.mark.parametrize(
    ("arguments", "targets"),
    [
        *(
            (f'loss="mse", metrics={metrics}', BOTH)
            for metrics in (
                *(
                    '"mae"',
                    '["mae"]',
                    '["mae", "mae"]',
                    '["mae", "mse", "mape"]',
                    '[["mae"], ["mae", "mse"]]',
                    '[["mae"], None]',
                ),
                *('[["mae"], ["mae"], ["mae"]]', '{"one": "mae"}', '{"one": "mae", "tow": "mae"}', "[]", "{}"),
                *('{"one": ["mae"], "two": ["mae"]}', "(['mae'], ['mae'])", '{"three": "mae"}'),
            )
        ),
        *((f'loss="mse", weighted_metrics={metrics}', BOTH) for metrics in ('["mae"]', '[["mae"], ["mae"]]', '"mae"')),
        *(
            (f"loss={loss}, loss_weights={weights}", BOTH)
            for loss in ('"mse"', '["mse", "mse"]', '{"one": "mse", "two": "mse"}', '["mse", None]')
            for weights in ("[1, 2]", "[1, 2, 3]", "[1]", '{"one": 1, "two": 2}', '{"one": 1}', '{"on": 1, "two": 2}')
        ),
        *((f"loss={loss}", f"[{BOTH}]") for loss in ('["mse", "mse"]', '{"one": "mse", "two": "mse"}')),
        ('loss=["mse", "mse"], loss_weights=0.5', BOTH),
        ('loss=[["mse"], ["mse"]]', BOTH),
        *(('loss="mse"', targets) for targets in (f"[{ONE}, {TWO}, {TWO}]", f"[{BOTH}]", f"({ONE}, {TWO})", f"({BOTH},)")),
    ],
)
def test_what_several_outputs_are_given_is_judged_as_keras_does(arguments, targets):
    for fix in judged_as_keras_does(COMPILED.format(arguments, targets)):
        executed(fix.code)


@pytest.mark.parametrize(
    ("arguments", "fixed"),
    [
        ('loss="mse", metrics="mae"', 'loss="mse", metrics=[["mae"], ["mae"]]'),
        (
            'loss="mse", metrics=["mae", "mse", "mape"]',
            'loss="mse", metrics=[["mae", "mse", "mape"], ["mae", "mse", "mape"]]',
        ),
        ('loss="mse", metrics={"one": "mae", "tow": "mae"}', 'loss="mse", metrics={"one": "mae", "two": "mae"}'),
        ('loss="mse", loss_weights=[1, 2]', 'loss=["mse", "mse"], loss_weights=[1, 2]'),
    ],
)
def test_each_output_is_given_its_own(arguments, fixed):
    code = COMPILED.format(arguments, BOTH)
    (problem,) = check(code).problems
    assert problem.fixes[0].code == COMPILED.format(fixed, BOTH)


def test_a_metric_in_no_list_is_told_of_one_output_too():
    code = """import keras
import numpy as np
model = keras.Sequential([keras.Input((20, 5)), keras.layers.GRU(3), keras.layers.Dense(1)])
model.compile("adam", "mse", metrics="accuracy")
model.fit(np.zeros((8, 20, 5)), np.zeros((8, 1)), verbose=0)
"""
    (problem,) = check(code).problems
    assert problem.message == "`metrics` takes a list, also for one metric: write brackets around it."
    assert problem.fixes[0].code == code.replace('"accuracy"', '["accuracy"]')


def test_targets_of_the_outputs_with_a_loss_alone_are_compared_with_these():
    code = COMPILED.replace(
        'layers.Dense(2, name="two")(h)', 'layers.Dense(2, name="two")(h), layers.Dense(3, name="three")(h)'
    )
    loss = 'loss=["mse", None, "mse"]'
    executed(code.format(loss, f"[{ONE}, np.zeros((8, 3))]"))
    assert check(code.format(loss, f"[{ONE}, np.zeros((8, 3))]")).holds
    (problem,) = check(code.format(loss, f"[{ONE}, np.zeros((8, 4))]")).problems
    assert problem.name == "three"


def test_outputs_and_targets_in_a_list_within_a_list_are_compared_one_by_one():
    two = 'layers.Dense(2, name="two")(h)'
    code = COMPILED.replace(f"{two}])", f'[{two}, layers.Dense(3, name="three")(h)]])')
    code = code.format('loss=["mse", ["mse", "mse"]]', f"[{ONE}, [{TWO}, np.zeros((8, 3))]]")
    executed(code)
    assert check(code).holds, check(code).problems


def test_a_target_under_a_name_that_no_output_has_gets_the_name_of_the_nearest():
    code = COMPILED.format('loss="mse"', f'{{"one": {ONE}, "tow": {TWO}}}')
    with pytest.raises(TypeError) as raised:
        exec(code, {})
    (problem,) = check(code).problems
    assert problem.keras_says == f"TypeError: {raised.value}" and "a target for `tow`" in problem.message
    assert problem.fixes[0].code == code.replace('"tow"', '"two"')
