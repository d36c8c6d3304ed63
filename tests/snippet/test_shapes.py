"""Shapes and parameters of every code that can be read are Keras's own: the code is run, and its model is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import pytest

from explorer.snippet import Unreadable, check, model_of
from tests.for_all import for_all
from tests.learners import CASES, RIGHT, WRONG, executed, holding, model_in, told

# What is still said of two fixes as their authors wrote them: one pads without a mask, one leaves a single timestep.
FURTHER = {"I8": ["mask_lost"]}


@contextmanager
def overheard() -> Iterator[list[tuple[keras.Layer, Any]]]:
    """Every layer that is called within, with what it returned, in order."""
    heard: list[tuple[keras.Layer, Any]] = []
    call = keras.Layer.__call__

    def listening(layer: keras.Layer, *args: Any, **kwargs: Any) -> Any:
        place = len(heard)
        returned = call(layer, *args, **kwargs)
        heard.insert(place, (layer, returned))
        return returned

    keras.Layer.__call__ = listening
    try:
        yield heard
    finally:
        keras.Layer.__call__ = call


def of_keras(code: str, x: list[list[int]] | None) -> tuple[list[tuple[str, Any, int]], keras.Model]:
    """Name, output shapes and parameters of every layer that a code calls, by its first call, and the model."""
    with overheard() as heard:
        model = model_in(executed(code))
        if not model.built:
            model.build((None, *x[0][1:]))
    found: dict[str, tuple[str, Any, int]] = {}
    for layer, returned in heard:
        tensors = [each for each in keras.tree.flatten(returned) if isinstance(each, keras.KerasTensor)]
        if tensors and any(layer is own for own in model.layers) and not isinstance(layer, keras.layers.InputLayer):
            shapes = [list(each.shape) for each in tensors]
            found.setdefault(layer.name, (layer.name, shapes, layer.count_params()))
    return list(found.values()), model


def agrees(case: dict[str, Any]) -> None:
    """Fails where a report and Keras tell anything else of a code that holds, be it the case's own or its author's fix."""
    code, x = holding(case)
    data = {key: case.get(f"fix_{key}", case.get(key)) for key in ("y", "loss", "batch_size")}
    report = check(code, x=x, **data).to_dict()
    layers, model = of_keras(code, x)
    assert told(report) == layers
    assert report["output"] == [list(each.shape) for each in model.outputs]
    assert report["params"] == model.count_params()
    kinds = [problem["kind"] for problem in report["problems"]]
    assert kinds == FURTHER.get(case["id"], [])


# Codes that train as well take long to run, and are left to `make soak`.
QUICK = [case for case in CASES if ".fit(" not in case["code"]]


@for_all("case", QUICK[::20], ids=lambda case: case["id"])
def test_shapes_and_parameters_are_those_of_keras(case):
    agrees(case)


NESTED = """
import keras
from keras import layers

encoder = keras.Sequential([keras.Input((7, 3)), layers.GRU(6, return_sequences=True), layers.Dense(5)], name="encoder")
left, right = keras.Input((7, 3)), keras.Input((7, 3))
inner = keras.Input((7, 5))
decoder = keras.Model(inner, layers.GRU(4)(inner), name="decoder")
joined = layers.Concatenate()([decoder(encoder(left)), decoder(encoder(right))])
model = keras.Model([left, right], layers.Dense(2)(joined))
"""
SHARED = """
import keras
from keras import layers

memory, answer = layers.GRU(5, return_sequences=True), layers.Dense(3)
source = keras.Input((7, 3))
once = answer(memory(source))
twice = answer(memory(once))
model = keras.Model(source, layers.Add()([once, twice]))
"""
LATE = """
import keras
from keras import layers

model = keras.Sequential()
model.add(layers.GRU(5, return_sequences=True))
model.add(layers.TimeDistributed(layers.Dense(4)))
model.add(keras.Sequential([layers.LSTM(6), layers.Dense(2)]))
"""
WRAPPED = """
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((7, 4, 3)),
    layers.TimeDistributed(layers.Bidirectional(layers.GRU(5))),
    layers.Bidirectional(layers.LSTM(6, return_sequences=True, return_state=False), merge_mode="sum"),
    layers.RNN([layers.GRUCell(4), layers.LSTMCell(5)], return_sequences=True),
    layers.MultiHeadAttention(2, 4) if False else layers.Dense(3),
])
"""


@pytest.mark.parametrize("code", [NESTED, SHARED, LATE, WRAPPED], ids=["nested", "shared", "late", "wrapped"])
def test_layers_within_layers_are_those_of_keras(code):
    x = [[8, 7, 3]]
    report = check(code, x=x if code is LATE else None).to_dict()
    layers, model = of_keras(code, x)
    assert told(report) == layers
    assert report["params"] == model.count_params() and report["holds"]


@pytest.mark.parametrize("case", RIGHT[::12], ids=lambda case: case["id"])
def test_the_model_of_a_code_is_the_one_that_it_makes(case):
    code, x = holding(case)
    if "stateful=True" in code:
        with pytest.raises(Unreadable, match="Remove stateful=True"):
            model_of(code, x)
        return
    real = model_in(executed(code))
    mine = model_of(code)
    assert mine.count_params() == real.count_params()
    assert [tuple(each.shape) for each in mine.outputs] == [tuple(each.shape) for each in real.outputs]
    assert [each.shape for each in mine.weights] == [each.shape for each in real.weights]
    if x is not None and len(mine.inputs) == len(x):
        filled = model_of(code, x)
        assert [each.shape[0] for each in filled.inputs] == [each.shape[0] for each in real.inputs]
        assert [list(each.shape[1:]) for each in filled.inputs] == [shape[1:] for shape in x]
        assert filled.count_params() == real.count_params()


def test_every_case_holds_a_code_that_is_right():
    assert len(CASES) == len(RIGHT) + len(WRONG) and all(holding(case)[0] for case in CASES)


BROKEN_AFTER = {
    "GRU(32)": "units",
    "LSTM(32)": "units",
    "Bidirectional(layers.GRU(16))": "units",
    "Dense(32)": "units",
    "Conv1D(32, 3)": "filters",
}


@pytest.mark.parametrize("layer", BROKEN_AFTER)
def test_where_a_code_breaks_no_layer_returns_outputs_yet(layer):
    """What the code would have read on is no output; of the same model without the layer that fails, it is."""
    begin = f"import keras\nfrom keras import layers\nmodel = keras.Sequential([keras.Input((20, 5)), layers.{layer}"
    wrong = "layers.GRU(16)" if BROKEN_AFTER[layer] == "units" and "Dense" not in layer else "layers.Conv2D(4, 3)"
    broken, whole = check(f"{begin}, {wrong}])\n"), check(f"{begin}])\n")
    assert broken.problems and broken.layers[-1].broken
    (partial,), (ended,) = broken.description.layers, whole.description.layers
    assert partial.axes_out[0][-1] == BROKEN_AFTER[layer]
    assert "output" not in partial.change
    assert ended.axes_out[0][-1] == "outputs"


def test_what_was_given_and_is_not_used_is_named():
    report = check(
        """
import keras
model = keras.Sequential([keras.Input((20, n_features)), keras.layers.GRU(8), keras.layers.Dense(1)])
model.compile(loss="mse", optimizer="adam")
""",
        y=(8, 1),
        loss="mae",
        sizes={"n_features": 5, "n_units": 3},
    )
    assert report.holds
    assert "The number for `n_units` is not used: nothing in the code has that name." in report.hints
    assert "The code's own `compile` sets the loss to mse. The loss that you gave, mae, is not used." in report.hints
    assert len(report.hints) == 2
