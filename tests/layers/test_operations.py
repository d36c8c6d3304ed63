"""Operations of `keras.ops` between layers, held against what Keras computes."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers, ops

from explorer.layers.base import RULES
from explorer.layers.operations import Unary
from explorer.shapes.describe_model import describe
from tests.layers.described import checked

FUNCTIONS = {"tanh": np.tanh, "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "max": np.maximum, "sqrt": np.sqrt}
AS_PYTHON = {"√": "sqrt", "|x|": "abs(x)", "∗": "*", "−": "-", "σ(": "sigmoid("}


@pytest.mark.parametrize("name", Unary.classes)
def test_an_equation_gives_the_numbers_of_keras(name):
    source = keras.Input((3, 2), dtype="float64")
    returned = getattr(ops, name.lower())(source)
    (layer,) = checked(keras.Model(source, returned), [("batch", "timesteps", "features")]).layers
    assert (layer.type, layer.flow, layer.axes_out) == (name, "each", (("batch", "timesteps", "outputs"),))
    x = np.array([[[0.5, 1.5], [2.0, 0.1], [3.0, 0.7]]]) * (1 if name in ("Log", "Sqrt") else -1)
    line = layer.equation[0].removeprefix("y = ")
    for sign, python in AS_PYTHON.items():
        line = line.replace(sign, python)
    expected = eval(line, FUNCTIONS | {"x": x, "sigmoid": lambda z: 1 / (1 + np.exp(-z))})
    np.testing.assert_allclose(np.asarray(keras.Model(source, returned)(x)), expected, rtol=1e-9)


def test_every_unary_operation_has_the_same_rules():
    assert all(isinstance(RULES[name], Unary) for name in Unary.classes)


@pytest.mark.parametrize(
    ("operation", "shape", "axes", "says"),
    [
        (
            lambda x: ops.expand_dims(x, 1),
            (4,),
            ("batch", "axis 1", "features"),
            "adds an axis of size 1: (batch, 4) becomes (batch, 1, 4)",
        ),
        (
            lambda x: ops.expand_dims(x, -1),
            (4,),
            ("batch", "features", "axis 2"),
            "adds an axis of size 1: (batch, 4) becomes (batch, 4, 1)",
        ),
        (
            lambda x: ops.squeeze(x, 1),
            (1, 4),
            ("batch", "features"),
            "removes axes of size 1: (batch, 1, 4) becomes (batch, 4)",
        ),
    ],
)
def test_axes_of_one_position_come_and_go(operation, shape, axes, says):
    source = keras.Input(shape)
    model = keras.Model(source, layers.Identity()(layers.Dense(4)(operation(source))))
    first = describe(model, [("batch", *("timesteps", "features")[-len(shape) :])]).layers[0]
    assert first.axes_out == (axes,)
    assert (first.says, first.explained) == (says, True)
    assert first.output == (tuple(operation(source).shape),)


def test_a_part_says_which_one_it_is():
    source = keras.Input((9, 4))
    names = [("batch", "timesteps", "features")]
    for part, does in (
        (source[:, -1], "takes the last timestep"),
        (source[:, 0, :], "takes timestep 1"),
        (source[:, -3:], "takes a part of the timesteps"),
        (source[:, :, :2], "takes a part of the features"),
        (source[:, 2:5, :2], "takes a part of its input"),
    ):
        assert describe(keras.Model(source, part), names).layers[0].does == does
