"""Dot against Keras: sizes over drawn axes, and the equation run."""

from __future__ import annotations

import keras
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from tests.layers.described import checked
from tests.layers.drawing import examples

SMALL = st.integers(1, 4)


@examples(10)
@given(st.data())
def test_what_is_left_is_every_axis_but_the_summed_ones(data):
    ranks = data.draw(st.sampled_from([(2, 2), (2, 3), (3, 2), (3, 3)]))
    places = [data.draw(st.integers(1, rank - 1)) for rank in ranks]
    shared = data.draw(SMALL)
    shapes = [[data.draw(SMALL) for _ in range(rank - 1)] for rank in ranks]
    for shape, place in zip(shapes, places, strict=True):
        shape[place - 1] = shared
    axes = tuple(place - rank if data.draw(st.booleans()) else place for place, rank in zip(places, ranks, strict=True))
    tensors = [keras.Input(tuple(shape)) for shape in shapes]
    model = keras.Model(tensors, layers.Dot(axes=axes, normalize=data.draw(st.booleans()))(tensors))
    (found,) = checked(model).layers
    if not found.equation:
        return
    arrays = [np.random.default_rng(0).normal(size=(1, *shape)).astype("float32") for shape in shapes]
    a, b = (array[0] for array in arrays)
    if ranks == (2, 2):
        y = [np.sum(a * b)]
    else:
        code = found.equation[0].split(" = ")[1].replace("·", "@").replace("aᵀ", "a.T").replace("bᵀ", "b.T")
        y = eval(code, {"a": a, "b": b})
    np.testing.assert_allclose(np.asarray(model(arrays))[0], y, rtol=1e-3, atol=1e-5)


def test_axes_of_one_name_are_not_confused():
    query, key = keras.Input((7, 4)), keras.Input((9, 4))
    names = ("batch", "timesteps", "features")
    (found,) = checked(keras.Model([query, key], layers.Dot(axes=2)([query, key])), [names, names]).layers
    assert found.axes_out == (("batch", "axis 1", "axis 2"),)
    assert found.does == "multiplies two tensors along features and sums the products"
    assert found.flow == "unknown"
