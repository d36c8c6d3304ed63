"""A title is code: read back with the signature of the class, it gives the settings that Keras says the layer has."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import keras
from keras import layers

from explorer.layers.base import same_as
from explorer.layers.code_titles import code_title
from tests.for_all import for_all
from tests.layers.drawing import every_class
from tests.layers.golden import NAMES, settings

# The class that keras.layers has under another name.
NAMED_OTHERWISE = {"GroupQueryAttention": "GroupedQueryAttention"}


def _is_built_as(call: ast.expr, config: dict[str, Any]) -> None:
    """Compare a call as it is written with the serialized layer it names."""
    name = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else getattr(call, "id", "")
    known = every_class()[NAMED_OTHERWISE.get(config["class_name"], config["class_name"])]
    assert name == known.__name__
    given = call.args if isinstance(call, ast.Call) else []
    bound = inspect.signature(known.__init__).bind_partial(None, *given)
    plain = {argument: value for argument, value in bound.arguments.items() if argument != "self"}
    for argument, value in plain.items():
        kept = config["config"][argument]
        for part, own in zip(*((value.elts, kept) if isinstance(value, ast.List) else ([value], [kept])), strict=True):
            if isinstance(part, ast.Call) and isinstance(own, dict):
                _is_built_as(part, own)
            else:
                number, kept_there = ast.literal_eval(part), _tuples(own)
                # One number stands for as many as there are axes.
                assert number == kept_there or set(_leaves(kept_there)) == {number}, (argument, number, kept_there)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, (list, tuple)) else value


def _leaves(value: Any) -> list[Any]:
    return [leaf for each in value for leaf in _leaves(each)] if isinstance(value, tuple) else [value]


@for_all("name", NAMES)
def test_every_class_has_the_title_that_builds_it(name: str) -> None:
    for one in (True, False):
        layer = every_class()[name](**settings(name, one))
        _is_built_as(ast.parse(code_title(layer), mode="eval").body, keras.saving.serialize_keras_object(layer))


def _own(x: Any) -> Any:
    return x


def test_titles_are_as_people_write_them() -> None:
    titled = {
        "GRU(32)": layers.GRU(32, return_sequences=True),
        "LSTM(16)": layers.LSTM(16),
        "Dense(1)": layers.Dense(1),
        "TimeDistributed(Dense(1))": layers.TimeDistributed(layers.Dense(1)),
        "Bidirectional(GRU(16))": layers.Bidirectional(layers.GRU(16)),
        "RNN(GRUCell(4))": layers.RNN(layers.GRUCell(4)),
        "RNN(StackedRNNCells([GRUCell(4), LSTMCell(5)]))": layers.RNN([layers.GRUCell(4), layers.LSTMCell(5)]),
        "Conv1D(8)": layers.Conv1D(8, 3),
        "MaxPooling1D(2)": layers.MaxPooling1D(2),
        "MaxPooling2D((2, 3))": layers.MaxPooling2D((2, 3)),
        "Dropout(0.2)": layers.Dropout(0.2),
        "Embedding(1000, 16)": layers.Embedding(1000, 16),
        "MultiHeadAttention(2, 8)": layers.MultiHeadAttention(2, 8),
        "Reshape((32, 1))": layers.Reshape((32, 1)),
        'Activation("relu")': layers.Activation("relu"),
        "Flatten": layers.Flatten(),
        # Nothing that could be written in a title.
        "Activation": layers.Activation(_own),
    }
    assert {title: code_title(layer) for title, layer in titled.items()} == {title: title for title in titled}


def test_a_class_of_ones_own_has_its_name_alone() -> None:
    """Also one that computes what a class of Keras does: it may take other arguments."""

    class MyDense(layers.Dense):
        pass

    @same_as("GRU")
    class MyGRU(layers.GRU):
        pass

    assert [code_title(each(3)) for each in (MyDense, MyGRU)] == ["MyDense", "MyGRU"]
    assert code_title(layers.TimeDistributed(MyDense(3))) == "TimeDistributed(MyDense)"
