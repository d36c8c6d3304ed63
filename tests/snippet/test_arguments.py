"""What the check is told beside the code: each wrong kind gets its sentence."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.experiment import Experiment
from explorer.snippet import check

MODEL = "import keras\nmodel = keras.Sequential([keras.Input((20, 5)), keras.layers.GRU(4)])\n"
UNKNOWN = """import keras
from tcn import TCN
i = keras.Input((20, 5))
model = keras.Model(i, keras.layers.Dense(1)(TCN(64)(i)))
"""
OUTPUT = "the output of TCN"
TWO_OUTPUTS = """import keras
i = keras.Input((7, 3))
h = keras.layers.GRU(4)(i)
one, two = keras.layers.Dense(1)(h), keras.layers.Dense(2)(h)
model = keras.Model(i, [one, two])
"""


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"sizes": [1]}, "Sizes are a dictionary of names and numbers"),
        ({"sizes": "a"}, "Sizes are a dictionary of names and numbers"),
        ({"sizes": {"n": True}}, "A size is a whole number"),
        ({"sizes": {"n": (20, 0)}}, "or a shape of whole numbers from 1 on"),
        ({"sizes": {OUTPUT: 0}}, "or a shape of whole numbers from 1 on"),
        ({"batch_size": 0}, "batch_size takes a whole number from 1 on"),
        ({"batch_size": "8"}, "batch_size takes a whole number from 1 on"),
        ({"batch_size": True}, "batch_size takes a whole number from 1 on"),
        ({"loss": 5}, 'loss takes a name, such as "mse"'),
        ({"loss": {"a": "mse"}}, 'loss takes a name, such as "mse"'),
        ({"x": [True]}, "A shape of x is whole numbers"),
        ({"y": [True]}, "A shape of y is whole numbers"),
    ],
    ids=lambda part: str(part)[:30],
)
def test_what_is_given_as_something_else_is_refused_in_a_sentence(given, sentence):
    with pytest.raises(ValueError) as refused:
        check(MODEL, **given)
    assert sentence in str(refused.value) and "Received" in str(refused.value)


def test_numbers_of_numpy_are_numbers():
    report = check(UNKNOWN, sizes={OUTPUT: np.int64(64)})
    assert report.to_dict() == check(UNKNOWN, sizes={OUTPUT: 64}).to_dict() and report.holds
    # A number of the code may be 0.
    assert check(MODEL.replace("20, 5", "20, 5 + n"), sizes={"n": 0}).holds


@pytest.mark.parametrize("names", [(None, []), (["a"], "delayed_echo"), ("gru_once", 5)], ids=str)
def test_an_experiment_is_named_by_text(names):
    with pytest.raises(TypeError, match=r"(architecture|task) takes a name, such as '\w+'\. Received: "):
        Experiment(*names)


@pytest.mark.parametrize(("outputs", "y"), [(1, [(8, 1), (8, 1)]), (2, [(8, 1)]), (2, [(8, 1), (8, 1), (8, 1)])])
def test_another_number_of_targets_than_the_model_has_outputs_is_a_problem(outputs, y):
    code = TWO_OUTPUTS if outputs == 2 else TWO_OUTPUTS.replace("[one, two]", "one")
    (problem,) = check(code, x=[(8, 7, 3)], y=y, loss="mse").problems
    assert problem.kind == "target_mismatch" and "give one for each" in problem.message
    right = [(8, 1), (8, 2)][:outputs]
    assert check(code, x=[(8, 7, 3)], y=right, loss="mse").holds


@pytest.mark.parametrize("y", [[(8, 1), (9, 2)], [(9, 1), (9, 2)]])
def test_each_of_several_targets_has_as_many_samples_as_the_inputs(y):
    (problem,) = check(TWO_OUTPUTS, x=[(8, 7, 3)], y=y, loss="mse").problems
    assert problem.kind == "target_mismatch" and "There are 8 samples in x, and 9 in target" in problem.message
