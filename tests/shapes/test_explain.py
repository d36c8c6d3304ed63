"""Explanations against Keras itself: every explained class of layer over a grid of sizes, and what is said of the rest."""

from __future__ import annotations

import json
import math

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from explorer import explain
from explorer.catalog import ARCHITECTURES, TASKS
from explorer.description import Description, every
from explorer.shapes.describe_model import describe
from explorer.shapes.explanation import explained, explanation_text, named
from tests import catalog_models
from tests.catalog_models import experiment_of
from tests.layers.described import described_as_sequences
from tests.layers.drawing import examples

SMALL = st.integers(1, 6)
STEPS = st.integers(8, 14)
BOOLEAN = st.booleans()
CELLS = {"GRU": layers.GRU, "LSTM": layers.LSTM, "SimpleRNN": layers.SimpleRNN}
MERGED = ("Add", "Average", "Multiply", "Subtract", "Maximum", "Minimum")


def cell(draw) -> layers.Layer:
    kind = draw(st.sampled_from(sorted(CELLS)))
    more = {"reset_after": draw(BOOLEAN)} if kind == "GRU" else {}
    return CELLS[kind](draw(SMALL), return_sequences=draw(BOOLEAN), use_bias=draw(BOOLEAN), **more)


def convolution(kind, draw, **more) -> layers.Layer:
    padding = draw(st.sampled_from(("valid", "same") + (("causal",) if kind is layers.Conv1D else ())))
    strides, apart = draw(st.sampled_from([(1, 1), (1, 2), (2, 1), (3, 1)]))
    sizes = {"kernel_size": draw(st.integers(1, 3)), "strides": strides, "dilation_rate": apart}
    return kind(**sizes, padding=padding, use_bias=draw(BOOLEAN), **more)


def pool(kind, draw) -> layers.Layer:
    window, padding = draw(st.integers(1, 4)), draw(st.sampled_from(("valid", "same")))
    return kind(window, strides=draw(st.sampled_from([None, 1, 2])), padding=padding)


# A layer of every class that is explained, of drawn sizes, for one sequence of (timesteps, features).
ONE_SEQUENCE = {
    **{kind: lambda draw, kind=kind: CELLS[kind](draw(SMALL), return_sequences=draw(BOOLEAN)) for kind in CELLS},
    "GRU any": cell,
    "Bidirectional": lambda draw: layers.Bidirectional(
        cell(draw), merge_mode=draw(st.sampled_from(("concat", "sum", "mul", "ave")))
    ),
    "Dense": lambda draw: layers.Dense(draw(SMALL), use_bias=draw(BOOLEAN)),
    "TimeDistributed": lambda draw: layers.TimeDistributed(layers.Dense(draw(SMALL), use_bias=draw(BOOLEAN))),
    "Conv1D": lambda draw: convolution(layers.Conv1D, draw, filters=draw(SMALL)),
    "DepthwiseConv1D": lambda draw: convolution_in_step(layers.DepthwiseConv1D, draw),
    "SeparableConv1D": lambda draw: convolution_in_step(layers.SeparableConv1D, draw, filters=draw(SMALL)),
    "MultiHeadAttention": lambda draw: layers.MultiHeadAttention(draw(SMALL), draw(SMALL), use_bias=draw(BOOLEAN)),
    "Attention": lambda draw: layers.Attention(use_scale=draw(BOOLEAN)),
    "AdditiveAttention": lambda draw: layers.AdditiveAttention(use_scale=draw(BOOLEAN)),
    "Embedding": lambda draw: layers.Embedding(draw(SMALL), draw(SMALL)),
    "RepeatVector": lambda draw: layers.RepeatVector(draw(SMALL)),
    "Flatten": lambda draw: layers.Flatten(),
    "Permute": lambda draw: layers.Permute((2, 1)),
    "Masking": lambda draw: layers.Masking(),
    "Concatenate": lambda draw: layers.Concatenate(axis=draw(st.sampled_from((-1, 1)))),
    **{name: lambda draw, name=name: getattr(layers, name)() for name in MERGED},
    "GlobalAveragePooling1D": lambda draw: layers.GlobalAveragePooling1D(keepdims=draw(BOOLEAN)),
    "GlobalMaxPooling1D": lambda draw: layers.GlobalMaxPooling1D(keepdims=draw(BOOLEAN)),
    "MaxPooling1D": lambda draw: pool(layers.MaxPooling1D, draw),
    "AveragePooling1D": lambda draw: pool(layers.AveragePooling1D, draw),
    "UpSampling1D": lambda draw: layers.UpSampling1D(draw(SMALL)),
    "ZeroPadding1D": lambda draw: layers.ZeroPadding1D((draw(SMALL), draw(SMALL))),
    "Cropping1D": lambda draw: layers.Cropping1D((draw(st.integers(0, 3)), draw(st.integers(0, 3)))),
    "LayerNormalization": lambda draw: layers.LayerNormalization(center=draw(BOOLEAN)),
    "RMSNormalization": lambda draw: layers.RMSNormalization(),
    "BatchNormalization": lambda draw: layers.BatchNormalization(center=draw(BOOLEAN), scale=draw(BOOLEAN)),
    "UnitNormalization": lambda draw: layers.UnitNormalization(),
    "Dropout": lambda draw: layers.Dropout(0.1),
    "SpatialDropout1D": lambda draw: layers.SpatialDropout1D(0.1),
    "GaussianNoise": lambda draw: layers.GaussianNoise(0.1),
    "GaussianDropout": lambda draw: layers.GaussianDropout(0.1),
    "Activation": lambda draw: layers.Activation("tanh"),
    "ReLU": lambda draw: layers.ReLU(),
    "LeakyReLU": lambda draw: layers.LeakyReLU(),
    "Softmax": lambda draw: layers.Softmax(),
    "Identity": lambda draw: layers.Identity(),
}
TWO = ("Concatenate", "MultiHeadAttention", "Attention", "AdditiveAttention", *MERGED)


def convolution_in_step(kind, draw, **more) -> layers.Layer:
    sizes = {"kernel_size": draw(st.integers(1, 3)), "depth_multiplier": draw(st.integers(1, 3))}
    return kind(**sizes, padding=draw(st.sampled_from(("valid", "same"))), use_bias=draw(BOOLEAN), **more)


def applied(name: str, layer: layers.Layer, steps: int, features: int) -> keras.Model:
    """A model of that one layer, with a Dense behind it, so that its last axis is not the answer's."""
    if name == "Embedding":
        sequence = keras.Input((steps,), dtype="int32")
    elif name == "RepeatVector":
        sequence = keras.Input((features,))
    else:
        sequence = keras.Input((steps, features))
    if name not in TWO:
        return keras.Model(sequence, layer(sequence))
    second = keras.Input((steps, features))
    given = (sequence, second) if name == "MultiHeadAttention" else ([sequence, second],)
    return keras.Model([sequence, second], layer(*given))


def numbers_of(tensors: list[list[dict]]) -> list[tuple]:
    return [tuple(axis["size"] for axis in tensor) for tensor in tensors]


@pytest.mark.parametrize("name", ONE_SEQUENCE)
@examples(1)
@given(data=st.data())
def test_shapes_and_parameters_are_those_of_keras(name, data):
    layer = ONE_SEQUENCE[name](data.draw)
    model = applied(name, layer, data.draw(STEPS), data.draw(SMALL))
    found = describe(model)
    values = {symbol: size for symbol, (_, size) in found.symbols.items()}
    (described,) = found.layers
    assert described.explained
    # The shape that the symbols come to is Keras's, on every axis: none is left without a symbol.
    (shape,) = described.output
    assert tuple(size.at(values) for size in described.sizes_out[0]) == shape == tuple(model.output.shape)
    parameters = described.parameters
    assert parameters.total == model.count_params() == layer.count_params()
    assert eval(parameters.numbers) == layer.count_params()
    assert described.counted.total == layer.count_params()
    assert sum(math.prod(weight.shape) for weight in described.weights) == layer.count_params()
    assert all(size is not None for weight in described.weights for size in weight.sizes), described.weights


@pytest.mark.parametrize("name", [name for name in ONE_SEQUENCE if name not in ("Embedding", "RepeatVector")])
@examples(1)
@given(data=st.data())
def test_symbols_hold_when_the_sizes_are_changed_afterwards(name, data):
    """What was derived at one size gives Keras's shape and count at another, with the same layer."""
    layer = ONE_SEQUENCE[name](data.draw)
    config = layer.get_config()
    found = described_as_sequences(applied(name, layer, 13, 5))
    steps, features = data.draw(STEPS), data.draw(SMALL)
    again = type(layer).from_config(config)
    model = applied(name, again, steps, features)
    values = {symbol: size for symbol, (_, size) in found.symbols.items()} | {"T": steps, "F": features}
    (described,) = found.layers
    assert tuple(size.at(values) for size in described.sizes_out[0]) == tuple(model.output.shape)
    (counted,) = [described.counted]
    terms = [([at(each, values) for each in factors], [at(each, values) for each in add]) for factors, add in counted.terms]
    assert sum(math.prod(factors) * sum(add) for factors, add in terms) == again.count_params()


def at(number, values) -> int:
    return number if isinstance(number, int) else number.at(values)


def sized(name: str) -> list[dict]:
    """Other sizes for an architecture: small, odd, and equal to each other by chance."""
    return [
        {"timesteps": 7, "features": 3, "units": 11},
        {"timesteps": 12, "features": 2, "units": 2, "second_features": 2, "windows": 12},
        {"timesteps": 9, "features": 9, "units": 1},
    ]


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("place", range(3))
def test_an_experiment_s_symbols_hold_at_other_sizes(name, place):
    experiment = experiment_of(name, **sized(name)[place])
    found = catalog_models.described(experiment).to_dict()
    values = {symbol: each["size"] for symbol, each in found["symbols"].items()}
    names = {symbol: each["axis"] for symbol, each in found["symbols"].items()}
    # The features of a pixel are its channels.
    assert names["T"] == "timesteps" and (names.get("F"), names.get("K")) in (("features", None), (None, "channels"))
    assert values["T"] == experiment.timesteps
    assert values["O"] == TASKS[experiment.task].outputs
    for layer in every(Description.read(found).layers):
        assert eval(layer.parameters.numbers) == layer.params
        for symbols, shape in zip(layer.symbols_out, layer.output, strict=True):
            assert tuple(value(symbol, values) for symbol in symbols) == shape
        # The formula, with this model's numbers put in, is the count.
        assert value(layer.parameters.formula, values) == layer.params
        for weight in layer.weights:
            assert tuple(value(symbol, values) for symbol in weight.symbols) == weight.shape


def value(written: str | None, values: dict) -> int | None:
    assert written is not None
    code = written.replace("·", "*").replace("−", "-").replace("⌊", "(").replace("⌋", ")").replace("/", "//")
    return None if values.get(code, 0) is None else eval(code, {}, values)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_setting_moves_what_is_said_and_nothing_else(name):
    before = experiment_of(name, timesteps=8, features=3, units=16)
    found = catalog_models.described(before).to_dict()
    assert {"timesteps", "units"} <= set(found["settings"])
    for setting, says in found["settings"].items():
        old = getattr(before, setting, None) or before.knobs[setting]
        moved_by = before.to_query() | {setting: str(old + 2)}
        after = catalog_models.described(experiment_of(**moved_by)).to_dict()
        moved = [
            one["name"]
            for part, shape in (("sources", "shape"), ("layers", "output"))
            for one, other in zip(found[part], after[part], strict=True)
            if one[shape] != other[shape]
        ]
        parameters = [
            one["name"]
            for one, other in zip(found["layers"], after["layers"], strict=True)
            if one["params"] != other["params"]
        ]
        assert (moved, parameters) == (says["axes"], says["parameters"]), setting
        assert ("No parameter changes" in says["says"]) == (not parameters)


def test_two_sizes_that_are_equal_by_chance_keep_their_own_symbols():
    found = catalog_models.described(experiment_of("two_streams", features=4, second_features=4, units=8)).to_dict()
    assert [source["symbols"] for source in found["sources"]] == [["B", "T", "F"], ["B", "T", "F2"]]
    memory, second, merged, _ = found["layers"]
    assert memory["symbols_out"] == [["B", "T", "2 · U"]]
    assert second["symbols_out"] == [["B", "T", "2 · ⌊U / 2⌋"]]
    assert merged["symbols_out"] == [["B", "T", "2 · U + 2 · ⌊U / 2⌋"]]


def test_computed_sizes_say_how():
    sequence = keras.Input((20, 5), name="sequence")
    model = keras.Model(sequence, layers.Dense(1)(layers.Flatten()(layers.Conv1D(8, 3)(sequence))))
    convolution, flat, dense = explain(model).to_dict()["layers"]
    assert convolution["output"][0][1] == {"axis": "timesteps", "symbol": "T − 2", "size": 18}
    assert flat["output"][0][1] == {"axis": "features", "symbol": "T · N − 2 · N", "size": 144}
    assert dense["parameters"] == {
        "formula": "O · (T · N − 2 · N + 1)",
        "numbers": "1 * (20 * 8 - 2 * 8 + 1)",
        "total": 145,
    }
    windows = keras.Input((4, 6, 3))
    folded = keras.Model(windows, layers.Reshape((24, 3))(windows))
    (layer,) = explain(folded).to_dict()["layers"]
    assert [axis["symbol"] for axis in layer["output"][0]] == ["B", "A · A2", "A3"]


def test_any_model_is_explained_and_what_is_unknown_says_so():
    class Odd(layers.Layer):
        def build(self, shape):
            self.scale = self.add_weight(shape=(7,))

        def call(self, x):
            return x * 2.0

    sequence = keras.Input((20, 5), name="sequence")
    model = keras.Model(sequence, layers.Dense(1)(Odd(name="odd")(sequence)))
    found = explain(model).to_dict()
    assert json.loads(json.dumps(found)) == found
    odd, dense = found["layers"]
    assert odd["parameters"] == {"formula": None, "numbers": None, "total": 7}
    assert [(axis["axis"], axis["symbol"]) for axis in odd["output"][0]] == [
        ("batch", "B"),
        ("axis 1", None),
        ("axis 2", None),
    ]
    assert odd["weights"][0]["shape"] == [7]
    assert odd["says"] == "takes (batch, 20, 5) and returns (batch, 20, 5)"
    assert dense["parameters"]["numbers"] == "1 * (5 + 1)"
    assert "There is no explanation of Odd yet: these shapes and counts are Keras's own." in str(explain(model))


def test_the_json_has_the_fields_that_are_promised():
    found = explained(catalog_models.description("bidirectional_gru")).to_dict()
    memory, _ = found["layers"]
    fields = {"name", "type", "input", "output", "says", "equation", "weights", "parameters", "inside"}
    assert set(memory) == fields
    assert memory["output"][0][2] == {"axis": "units", "symbol": "2 · U", "size": 64}
    assert {"name", "shape", "axes"} <= set(memory["weights"][0])
    assert [inner["type"] for inner in memory["inside"]] == ["GRU", "GRU"]
    assert memory["parameters"]["numbers"] == "2 * 3 * 32 * (5 + 32 + 2)"


def test_the_text_names_everything_and_a_wrong_name_gets_its_sentence():
    description = catalog_models.description("gru_every_step")
    text = explanation_text(description)
    for words in (
        "(batch B, timesteps T = 20, features F = 5)",
        "kernel (features F = 5, units 3 · U = 96), 3 parts: update z, reset r, candidate h̃",
        "parameters: 3 · U · (F + U + 2) = 3 · 32 · (5 + 32 + 2) = 3,744",
        "No parameter changes: the same weights are used at every timestep.",
        "3,777 parameters in total.",
    ):
        assert words in text
    with pytest.raises(ValueError, match=r"There is no layer called “nothing”\. There are: memory, answer\."):
        named(description, "nothing")
