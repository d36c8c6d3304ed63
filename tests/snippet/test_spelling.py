"""Names that are nearly right: Keras raises, the name that was meant is told, and a rename changes nothing but the name."""

from __future__ import annotations

import contextlib

import pytest

from explorer.snippet import check
from tests.for_all import for_all
from tests.learners import executed

CODE = """import keras
import numpy as np
from keras import layers

x = np.zeros((8, 20, 5))
model = keras.Sequential()
model.add(keras.Input(shape=(20, 5)))
model.add(layers.GRU(32, return_sequences=True, activation="tanh"))
model.add(layers.LSTM(16, dropout=0.2))
model.add(layers.Dense(1))
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(x, np.zeros((8, 1)), epochs=0, batch_size=8, validation_split=0.25)
"""
SLIPS = [
    ("return_sequences=True", "return_sequence=True"),
    ("return_sequences=True", "returnSequences=True"),
    ("activation=", "activaton="),
    ("dropout=", "droput="),
    ("LSTM", "LTSM"),
    ("LSTM", "lstm"),
    ("Dense", "dense"),
    ("Sequential", "Sequental"),
    ("Sequential", "sequential"),
    ("shape=", "shap="),
    ("Input", "input"),
    ("model.add(layers.Dense", "model.ad(layers.Dense"),
    ("compile", "complie"),
    ("epochs=", "epoch="),
    ("batch_size=", "batchsize="),
    ("validation_split=", "validation_spilt="),
    ("optimizer=", "optimiser="),
    ("metrics=", "metric="),
    ("import layers", "import layer"),
    ("from keras", "from kears"),
    ("import numpy", "import numpi"),
]


@for_all(("right", "wrong"), SLIPS)
def test_a_slip_is_renamed_and_nothing_else(right, wrong):
    code = CODE.replace(right, wrong, 1)
    with contextlib.suppress(AttributeError, ImportError, TypeError, ValueError):
        executed(code)
        pytest.fail("Keras takes it")
    (problem,) = check(code).problems
    assert problem.kind == "keras3_api"
    assert problem.line == next(place for place, line in enumerate(code.splitlines(), 1) if wrong in line)
    assert problem.keras_says
    assert [fix.code for fix in problem.fixes] == [CODE], [fix.title for fix in problem.fixes]


def test_an_argument_that_is_like_no_other_is_taken_away():
    (problem,) = check(CODE.replace("dropout=0.2", "zzz=0.2")).problems
    assert [fix.code for fix in problem.fixes] == [CODE.replace(", dropout=0.2", "")]
    (problem,) = check(CODE.replace("epochs=0", "qqq=0")).problems
    assert [fix.code for fix in problem.fixes] == [CODE.replace(" epochs=0,", "")]


def test_a_rename_gives_up_nothing_to_mend_what_is_wrong_beside_it():
    """A slip, and data that do not fit: the way out is not to cut the data."""
    code = CODE.replace("epochs=0", "epoch=0").replace("zeros((8, 1))", "zeros((6, 1))")
    first, *_ = check(code).problems
    assert all(fix.data.x == first.fixes[0].data.x and "[:6]" not in fix.code for fix in first.fixes)


def test_what_is_added_and_cannot_be_read_leaves_a_model_that_is_not_whole():
    code = CODE.replace("from keras import layers", "from somewhere import other")
    assert [problem.kind for problem in check(code).problems] == ["unreadable"]


OTHERS = ("import keras_core as kc", "from keras.utils import np_utils", "import tensorboard", "from numba import jit")


@pytest.mark.parametrize("line", OTHERS)
def test_a_module_of_another_name_is_no_slip(line):
    assert check(f"{line}\n{CODE}").holds
