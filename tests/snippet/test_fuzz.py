"""Whatever is pasted: a report comes back, nothing was run, and Keras is as it was."""

from __future__ import annotations

import json

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.snippet import check, model_of
from tests.fuzz.promises import keep
from tests.fuzz.writing import edited, program
from tests.learners import CASES, HERE, RIGHT, WRONG, holding

SCRIPTS = json.loads((HERE / "cases" / "scripts.json").read_text(encoding="utf-8"))
SHAPE = st.lists(st.integers(1, 30), min_size=1, max_size=4)
LOSSES = st.sampled_from([None, "mse", "nonsense", "sparse_categorical_crossentropy"])
# `make soak-code` draws thousands of each.
few = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def picking(data: st.DataObject):
    return lambda many: data.draw(st.integers(0, many - 1))


@settings(few, max_examples=20)
@given(st.data())
def test_accidents_in_learners_codes_break_nothing(data):
    case = data.draw(st.sampled_from(CASES))
    keep(edited(case["code"], picking(data)), x=case["x"], y=case["y"], loss=case["loss"], batch_size=case.get("batch_size"))


@settings(few, max_examples=12)
@given(st.data())
def test_accidents_in_whole_scripts_break_nothing(data):
    script = data.draw(st.sampled_from(SCRIPTS))
    keep(edited(script["code"], picking(data)), x=script["x"], y=script["y"], loss=script["loss"])


@settings(few, max_examples=12)
@given(st.data())
def test_random_programs_break_nothing(data):
    keep(program(picking(data)))


@settings(few, max_examples=12)
@given(
    st.sampled_from(CASES),
    st.none() | SHAPE | st.lists(SHAPE, min_size=1, max_size=2),
    st.none() | SHAPE | st.lists(SHAPE, min_size=2, max_size=2),
    LOSSES,
    st.none() | st.integers(1, 9),
)
def test_data_of_any_shape_breaks_nothing(case, x, y, loss, batch_size):
    keep(case["code"], x=x, y=y, loss=loss, batch_size=batch_size)


@pytest.mark.parametrize("wrong", [[[]], [[8, 0, 5]], [[8, -1]], [8, None, 5], ["8"], [[8, 2.5]]])
@pytest.mark.parametrize("which", ["x", "y"])
def test_what_is_no_shape_is_refused_in_a_sentence(which, wrong):
    with pytest.raises(ValueError, match=r"whole numbers.*Received"):
        check(CASES[0]["code"], **{which: wrong})


@settings(few, max_examples=60)
@given(st.text(max_size=200) | st.text("()[]{}=.,:*-'\"\\# \n\tabkerasx019", max_size=120))
def test_any_text_breaks_nothing(text):
    keep(text)


@pytest.mark.parametrize("case", RIGHT[::40], ids=lambda case: case["id"])
def test_a_model_that_is_built_after_a_check_is_named_as_if_there_had_been_none(case):
    def names() -> list[str]:
        keras.utils.clear_session(free_memory=False)
        check(case["code"])
        model = keras.Sequential([keras.Input((7, 3)), keras.layers.GRU(5), keras.layers.Dense(1)])
        assert model.predict_on_batch(keras.ops.zeros((2, 7, 3))).shape == (2, 1)
        check(case["code"])
        return [model.name, *(layer.name for layer in model.layers), keras.layers.GRU(3).name]

    assert names() == ["sequential", "gru", "dense", "gru_1"]


LOUD = next(case for case in WRONG if case["kind"] == "time_distributed_inner" and case["x"])


@pytest.mark.parametrize("case", [LOUD, *WRONG[::80]], ids=lambda case: case["id"])
def test_checking_twice_says_the_same(case):
    data = {key: case.get(key) for key in ("x", "y", "loss", "batch_size")}
    assert keep(case["code"], **data) == keep(case["code"], **data)


def test_a_check_within_a_model_being_built_leaves_it_alone():
    source = keras.Input((7, 3))
    memory = keras.layers.GRU(5)(source)
    report = keep("import keras\nmodel = keras.Sequential([keras.Input((7, 3)), keras.layers.GRU(5)])\n")
    model = keras.Model(source, keras.layers.Dense(1)(memory))
    assert report["holds"] and model.count_params() == 156
    assert model.predict_on_batch(keras.ops.zeros((2, 7, 3))).shape == (2, 1)


def test_the_weights_of_a_model_are_made_after_a_check():
    check(RIGHT[0]["code"])
    code, x = holding(RIGHT[0])
    model = model_of(code, x)
    assert all(each.numpy().shape == tuple(each.shape) for each in model.weights)
