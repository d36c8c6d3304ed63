"""Shapes and counts are Keras' own, names follow the axes through the graph, and sentences say what happened."""

from __future__ import annotations

import json
import re

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from explorer.catalog import ARCHITECTURES
from explorer.catalog.entries import SYMBOLS, Sizes
from explorer.description import Origin
from explorer.models.build import build
from explorer.shapes.describe_model import describe
from explorer.shapes.graph import calls
from explorer.shapes.model_shapes import LayerShapes
from explorer.tensors.tensor import Tensor
from explorer.tensors.text import changes
from tests.for_all import for_all
from tests.layers.described import described_as_sequences

SIZES = Sizes(timesteps=5, features=2, outputs=3, units=6)  # all different, so that a swapped axis shows


@pytest.fixture(params=ARCHITECTURES.values(), ids=ARCHITECTURES)
def architecture(request):
    return request.param


def every(described) -> list[LayerShapes]:
    """Every layer with what it holds, and what that holds."""
    return [each for layer in described for each in [layer, *every(layer.inside)]]


def one(layer: keras.layers.Layer, *shape: int | None, then: int | None = None) -> LayerShapes:
    """The description of a layer that reads an input of this shape; with `then`, a Dense answers after it."""
    source = keras.Input(shape, name="source")
    returned = layer(source)
    if then is not None:
        returned = layers.Dense(then, name="answer")(returned)
    return described_as_sequences(keras.Model(source, returned)).layers[0]


# ------------------------------------------------------------------------------------------------ the catalog


def test_shapes_and_counts_are_those_of_keras(architecture):
    model = build(architecture, SIZES)
    described = describe(model)
    assert described.inputs == tuple(tuple(tensor.shape) for tensor in model.inputs)
    assert described.output == (model.output_shape,)
    assert described.params == model.count_params() == sum(layer.params for layer in described.layers)
    for layer in described.layers:
        own = model.get_layer(layer.name)
        assert layer.params == own.count_params()
        assert layer.output == (tuple(own.output.shape),)
        # Keras counts a mask among the inputs, after them.
        inputs = keras.tree.flatten(own.input)[: len(layer.input)]
        assert layer.input == tuple(tuple(tensor.shape) for tensor in inputs)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    name=st.sampled_from(list(ARCHITECTURES)),
    sizes=st.builds(Sizes, *[st.integers(1, 9)] * 3, units=st.integers(1, 9)),
    data=st.data(),
)
def test_shapes_are_those_of_keras_at_any_sizes_and_knobs(name, sizes, data):
    architecture = ARCHITECTURES[name]
    knobs = {knob.name: data.draw(st.sampled_from(knob.choices)) for knob in architecture.knobs.values()}
    model = build(architecture, sizes, knobs)
    described = describe(model)
    assert described.inputs == architecture.input_shapes(sizes, knobs)
    assert described.output == (architecture.output_shape(sizes),)
    assert described.params == model.count_params()
    for layer in described.layers:
        assert layer.output == (tuple(model.get_layer(layer.name).output.shape),)
        for shape, axes in zip([*layer.input, *layer.output], [*layer.axes_in, *layer.axes_out], strict=True):
            assert len(shape) == len(axes) == len(set(axes))


def test_names_go_from_what_comes_in_to_the_answer(architecture):
    described = describe(build(architecture, SIZES))
    for source in described.sources:
        axes = {"frames": ("rows", "columns", "channels")}.get(architecture.inputs, ("timesteps", "features"))
        axes = ("batch", "timesteps") if architecture.inputs in SYMBOLS else axes
        assert source.axes[-len(axes) :] == axes
    (answer,) = described.layers[-1].axes_out
    assert answer == (("batch", "timesteps", "outputs") if architecture.answers == "every step" else ("batch", "outputs"))
    steps = SIZES.timesteps
    for layer in described.layers:
        # Strides shorten the sequence, from there on.
        steps = -(-steps // layer.window.stride) if layer.window else steps
        for shape, axes in zip(layer.output, layer.axes_out, strict=True):
            named = dict(zip(axes, shape, strict=True))
            assert named["batch"] == (SIZES.batch if architecture.carries else None)
            assert named.get("timesteps", steps) == steps
            assert named.get("outputs", SIZES.outputs) == SIZES.outputs
            assert not any(axis.startswith("axis ") for axis in axes)


def test_every_layer_reads_what_stands_before_it(architecture):
    described = describe(build(architecture, SIZES))
    known = {source.name: (source.shape, source.axes) for source in described.sources}
    for layer in described.layers:
        taken = list(zip(layer.input, layer.axes_in, strict=True))
        # Attention takes the same tensor as query and as value, and reads it once.
        assert [known[name] for name in layer.reads] == (list(dict.fromkeys(taken)) if layer.name == "attention" else taken)
        assert layer.name not in known
        known[layer.name] = (layer.output[0], layer.axes_out[0])


def test_sentences_fit_their_boxes_and_say_the_sizes(architecture):
    for layer in every(describe(build(architecture, SIZES)).layers):
        assert 0 < len(layer.short) <= 60
        assert "None" not in layer.says and not layer.says.endswith(".")
        reason, change = layer.says.split(": ")
        assert reason and change


def test_arithmetic_is_shown_wherever_there_are_parameters_and_comes_out_right(architecture):
    for layer in every(describe(build(architecture, SIZES)).layers):
        assert bool(layer.arithmetic) == bool(layer.params)
        if layer.arithmetic:
            left, right = layer.arithmetic.replace(",", "").replace("·", "*").split(" = ")
            assert re.fullmatch(r"[\d *+()]+", left)
            assert eval(left) == int(right) == layer.params


def test_the_description_is_plain_data(architecture):
    found = describe(build(architecture, SIZES)).to_dict()
    assert json.loads(json.dumps(found)) == found
    named = {"inputs", "output", "returns", "sources", "layers", "params", "symbols", "settings", "unrolled", "spoken"}
    assert set(found) == named


# ------------------------------------------------------------------------------------------------ in words and numbers


def test_the_default_model_reads_as_it_is_drawn():
    found = describe(build(ARCHITECTURES["gru_every_step"], Sizes(timesteps=20, features=5, outputs=1, units=32))).to_dict()
    assert found["inputs"] == [[None, 20, 5]]
    assert found["output"] == [[None, 20, 1]]
    assert found["params"] == 3777
    assert found["sources"] == [
        {
            **{"name": "sequence", "shape": [None, 20, 5], "axes": ["batch", "timesteps", "features"]},
            **{"symbols": ["B", "T", "F"], "spoken": "sequence: the input, (batch B, timesteps T = 20, features F = 5)."},
        },
    ]
    memory, answer = found["layers"]

    def weight(name: str, *places: tuple[int, str, str]) -> dict:
        shape, axes, symbols = (list(each) for each in zip(*places, strict=True))
        gates = ["update z", "reset r", "candidate h̃"]
        sizes = " by ".join(f"{axis} {symbol} = {size}".replace("2 = 2", "2") for size, axis, symbol in places)
        says = f"{name}: {sizes}, in 3 parts: update z, reset r and candidate h̃; {shape[0] * shape[1]:,} weights"
        return {
            "name": name,
            "shape": shape,
            "axes": axes,
            "symbols": symbols,
            "parts": gates,
            "letters": ["z", "r", "h̃"],
            "says": says,
        }

    text = memory.pop("text")
    assert text.startswith("memory: GRU\n  takes (batch B, timesteps T = 20, features F = 5)\n")
    assert text.endswith("\n  parameters: 3 · U · (F + U + 2) = 3 · 32 · (5 + 32 + 2) = 3,744")
    assert memory == {
        "name": "memory",
        "type": "GRU",
        "input": [[None, 20, 5]],
        "output": [[None, 20, 32]],
        "axes_in": [["batch", "timesteps", "features"]],
        "axes_out": [["batch", "timesteps", "units"]],
        "params": 3744,
        "arithmetic": "3 · 32 · (5 + 32 + 2) = 3,744",
        "says": "reads one vector per timestep and returns the hidden state of all 20 timesteps: "
        "timesteps stay, 5 features become 32 units",
        "does": "reads one vector per timestep and returns the hidden state of all 20 timesteps",
        "change": "timesteps stay, 5 features become 32 units",
        "short": "returns the hidden state at every timestep",
        "title": "memory — GRU(32)",
        "as_code": "GRU(32)",
        "spoken": "GRU(32), memory. Reads one vector per timestep and returns the hidden state of all 20 timesteps: "
        "timesteps stay, 5 features become 32 units. It reads sequence, takes (batch B, timesteps T = 20, features F = 5), "
        "returns (batch B, timesteps T = 20, units U = 32), and has 3,744 parameters.",
        "counted": ["3 · U · (F + U + 2)", "3 · 32 · (5 + 32 + 2)", "3,744"],
        "note": "z is the update gate, r the reset gate, h̃ the candidate, h the hidden state and σ the sigmoid; "
        "∗ multiplies element by element. The 2 in the count of parameters: each gate and the candidate have "
        "two biases per unit, one for the input and one for the hidden state (reset_after=True).",
        "merge_mode": None,
        "backwards": False,
        "image_window": [],
        "skips_masked": False,
        "window": None,
        "reads": ["sequence"],
        "origins": [{"name": "sequence", "output": 0}],
        "names_in": [],
        "names_out": ["hidden state"],
        "ranges": ["one"],
        "mask": "",
        "mask_deeds": [],
        "wraps": None,
        "shares": None,
        "inside": [],
        "symbols_in": [["B", "T", "F"]],
        "symbols_out": [["B", "T", "U"]],
        "parameters": {"formula": "3 · U · (F + U + 2)", "numbers": "3 * 32 * (5 + 32 + 2)", "total": 3744},
        "explained": True,
        "flow": "along",
        "reach": None,
        "equation": [
            "z = σ(x · kernel_z + bias_z + h · recurrent_kernel_z + recurrent_bias_z)",
            "r = σ(x · kernel_r + bias_r + h · recurrent_kernel_r + recurrent_bias_r)",
            "h̃ = tanh(x · kernel_h + bias_h + r ∗ (h · recurrent_kernel_h + recurrent_bias_h))",
            "h' = z ∗ h + (1 − z) ∗ h̃",
        ],
        "weights": [
            weight("kernel", (5, "features", "F"), (96, "units", "3 · U")),
            weight("recurrent_kernel", (32, "units", "U"), (96, "units", "3 · U")),
            weight("bias", (2, "input and hidden state", "2"), (96, "units", "3 · U")),
        ],
    }
    assert (answer["type"], answer["wraps"], answer["params"]) == ("TimeDistributed(Dense)", "Dense", 33)
    assert answer["arithmetic"] == "1 · (32 + 1) = 33"
    assert answer["axes_out"] == [["batch", "timesteps", "outputs"]]
    assert answer["says"].endswith("timesteps stay, 32 units become 1 output")
    (inside,) = answer["inside"]
    assert inside["title"] == "the one layer inside — Dense(1)"
    assert (inside["type"], inside["input"], inside["output"]) == ("Dense", [[None, 32]], [[None, 1]])


def says(name: str, layer: str, **knobs) -> str:
    described = describe(build(ARCHITECTURES[name], SIZES, knobs))
    return next(each.says for each in described.layers if each.name == layer)


def test_a_gru_that_answers_once_removes_the_timesteps():
    assert says("gru_once", "memory") == (
        "reads all 5 timesteps and returns only the last hidden state: timesteps are removed, 2 features become 6 units"
    )


def test_a_gru_in_windows_starts_anew_in_each():
    assert says("windows_gru", "memory", windows=4) == (
        "applies the same GRU to all 4 windows; its hidden state starts at zero in each window: "
        "timesteps are removed, windows stay, 2 features become 6 units"
    )


@pytest.mark.parametrize(
    ("merge_mode", "verb", "units"),
    [("concat", "concatenates", 12), ("sum", "adds", 6), ("mul", "multiplies", 6), ("ave", "averages", 6)],
)
def test_both_directions_are_merged_as_the_mode_says(merge_mode, verb, units):
    found = says("bidirectional_gru", "memory", merge_mode=merge_mode)
    assert f"one forwards and one backwards, and {verb} their hidden states" in found
    assert found.endswith(f"timesteps stay, 2 features become {units} units")


def test_masked_steps_are_spoken_of():
    assert "skipping masked timesteps" in says("gru_pooled", "memory")
    assert "timesteps that are not masked" in says("gru_pooled", "average")
    assert "masked" not in says("gru_every_step", "memory")
    assert "masked" not in one(layers.GlobalAveragePooling1D(), 5, 2).says


def test_the_masks_own_operations_are_no_layers():
    described = describe(build(ARCHITECTURES["gru_pooled"], SIZES))
    assert [layer.name for layer in described.layers] == ["mask", "memory", "average", "answer"]
    assert all(len(layer.input) == 1 for layer in described.layers)


# ------------------------------------------------------------------------------------------------ one layer at a time

ZOO = {
    "LSTM": (lambda: layers.LSTM(7), (5, 3), ("batch", "units")),
    "SimpleRNN": (lambda: layers.SimpleRNN(7, return_sequences=True), (5, 3), ("batch", "timesteps", "units")),
    "RNN": (lambda: layers.RNN(layers.GRUCell(7)), (5, 3), ("batch", "units")),
    "backwards": (lambda: layers.GRU(7, go_backwards=True), (5, 3), ("batch", "units")),
    "Bidirectional once": (lambda: layers.Bidirectional(layers.LSTM(7)), (5, 3), ("batch", "units")),
    "Dense": (lambda: layers.Dense(7), (3,), ("batch", "units")),
    "Dense on a sequence": (lambda: layers.Dense(7), (5, 3), ("batch", "timesteps", "units")),
    "Dense on four axes": (lambda: layers.Dense(7), (4, 5, 3), ("batch", "axis 1", "axis 2", "units")),
    "TimeDistributed Bidirectional": (
        lambda: layers.TimeDistributed(layers.Bidirectional(layers.GRU(7))),
        (4, 5, 3),
        ("batch", "windows", "units"),
    ),
    "TimeDistributed sequence": (
        lambda: layers.TimeDistributed(layers.GRU(7, return_sequences=True)),
        (4, 5, 3),
        ("batch", "windows", "timesteps", "units"),
    ),
    "Masking": (lambda: layers.Masking(), (5, 3), ("batch", "timesteps", "features")),
    "GlobalMaxPooling1D": (lambda: layers.GlobalMaxPooling1D(), (5, 3), ("batch", "features")),
    "GlobalAveragePooling1D": (
        lambda: layers.GlobalAveragePooling1D(keepdims=True),
        (5, 3),
        ("batch", "timesteps", "features"),
    ),
    "MaxPooling1D": (lambda: layers.MaxPooling1D(2), (5, 3), ("batch", "timesteps", "features")),
    "AveragePooling1D": (lambda: layers.AveragePooling1D(2), (5, 3), ("batch", "timesteps", "features")),
    "Conv1D": (lambda: layers.Conv1D(7, 2), (5, 3), ("batch", "timesteps", "filters")),
    "causal Conv1D": (lambda: layers.Conv1D(7, 2, padding="causal"), (5, 3), ("batch", "timesteps", "filters")),
    "RepeatVector": (lambda: layers.RepeatVector(6), (3,), ("batch", "timesteps", "features")),
    "Flatten": (lambda: layers.Flatten(), (5, 3), ("batch", "features")),
    "Permute": (lambda: layers.Permute((2, 1)), (5, 3), ("batch", "features", "timesteps")),
    "Reshape": (lambda: layers.Reshape((5, 3, 1)), (5, 3), ("batch", "timesteps", "features", "axis 3")),
    "Embedding": (lambda: layers.Embedding(11, 7), (5,), ("batch", "timesteps", "features")),
    "Dropout": (lambda: layers.Dropout(0.1), (5, 3), ("batch", "timesteps", "features")),
    "Activation": (lambda: layers.Activation("tanh"), (5, 3), ("batch", "timesteps", "features")),
    "LayerNormalization": (lambda: layers.LayerNormalization(), (5, 3), ("batch", "timesteps", "features")),
    "BatchNormalization": (lambda: layers.BatchNormalization(), (5, 3), ("batch", "timesteps", "features")),
}
UNKNOWN = {
    "of the same shape": (lambda: layers.Lambda(lambda x: x * 2), (5, 3), ("batch", "axis 1", "axis 2")),
    "flipped": (lambda: layers.Lambda(lambda x: keras.ops.flip(x, axis=1)), (5, 3), ("batch", "axis 1", "axis 2")),
    "cut": (lambda: layers.Lambda(lambda x: x[:, :2]), (5, 3), ("batch", "axis 1", "axis 2")),
    "picked": (lambda: layers.Lambda(lambda x: x[:, -1]), (5, 3), ("batch", "axis 1")),
}


@for_all("name", ZOO)
def test_names_follow_the_axes_through_any_layer(name):
    make, shape, wanted = ZOO[name]
    layer = one(make(), *shape, then=2)
    assert layer.axes_out == (wanted,)
    assert 0 < len(layer.short) <= 60
    assert layer.says.count(": ") == 1


@pytest.mark.parametrize("name", UNKNOWN)
def test_of_what_no_rule_knows_only_the_shapes_are_told(name):
    make, shape, wanted = UNKNOWN[name]
    layer = one(make(), *shape, then=2)
    assert layer.axes_out == (wanted,)
    assert layer.sizes_out[0][1:] == (None,) * (len(wanted) - 1)
    assert (layer.explained, layer.equation, layer.flow) == (False, (), "unknown")
    sizes = [", ".join(["batch", *map(str, each[1:])]) for each in (*layer.input, *layer.output)]
    assert layer.says == "takes ({}) and returns ({})".format(*sizes)


@pytest.mark.parametrize(
    ("layer", "shape", "change"),
    [
        (lambda: layers.Conv1D(7, 2), (5, 3), "5 timesteps become 4, 3 features become 7 filters"),
        (lambda: layers.MaxPooling1D(2), (5, 3), "5 timesteps become 2, features stay"),
        (lambda: layers.Flatten(), (5, 3), "timesteps are removed, 3 features become 15 features"),
        (lambda: layers.Permute((2, 1)), (5, 3), "(timesteps, features) becomes (features, timesteps)"),
        (lambda: layers.Reshape((3, 5)), (5, 3), "(batch, 5, 3) becomes (batch, 3, 5)"),
        (lambda: layers.RepeatVector(6), (3,), "an axis of 6 timesteps is added, features stay"),
        (lambda: layers.Embedding(11, 7), (5,), "timesteps stay, an axis of 7 features is added"),
        (lambda: layers.Dropout(0.1), (5, 3), "the shape stays the same"),
        (lambda: layers.GRU(7), (None, 3), "timesteps are removed, 3 features become 7 units"),
        (lambda: layers.Dense(1), (5, 3), "timesteps stay, 3 features become 1 unit"),
    ],
)
def test_a_sentence_says_what_became_of_the_axes(layer, shape, change):
    assert one(layer(), *shape, then=2).says.split(": ")[1] == change


def test_a_width_that_only_changes_its_name_is_said_to_be_the_answer():
    assert one(layers.GlobalMaxPooling1D(), 5, 3).says.endswith("timesteps are removed, 3 features become 3 outputs")


def test_changes_without_tensors_is_said_too():
    assert changes([], []) == "the shape stays the same"
    assert changes([Tensor((None,), ("batch",))], [Tensor((None, 2), ("batch", "units"))]) == "an axis of 2 units is added"


# ------------------------------------------------------------------------------------------------ graphs


def test_a_shared_layer_is_two_calls_whose_weights_count_once():
    first, second = keras.Input((5, 2), name="first"), keras.Input((5, 2), name="second")
    encoder = layers.GRU(6, name="encoder")
    merged = layers.Concatenate(name="merged")([encoder(first), encoder(second)])
    model = keras.Model([first, second], layers.Dense(3, name="answer")(merged))
    described = describe(model)
    assert [layer.name for layer in described.layers] == ["encoder", "encoder (2)", "merged", "answer"]
    one, two, merged, _ = described.layers
    assert (one.reads, two.reads, merged.reads) == (("first",), ("second",), ("encoder", "encoder (2)"))
    assert (one.shares, two.shares, two.params) == (None, "encoder", 0)
    assert two.says.startswith("with the same weights as encoder, reads all 5 timesteps and returns only the last")
    assert sum(layer.params for layer in described.layers) == model.count_params()


def test_a_layer_that_is_used_in_another_model_too_is_told_once():
    sequence = keras.Input((5, 2))
    memory = layers.GRU(6, name="memory")
    model = keras.Model(sequence, memory(sequence))
    memory(keras.Input((9, 2)))
    (layer,) = describe(model).layers
    assert layer.input == ((None, 5, 2),)


def test_several_outputs_are_answers_unless_they_are_read_on():
    sequence = keras.Input((5, 2), name="sequence")
    memory = layers.GRU(6, return_sequences=True, name="memory")(sequence)
    every, once = layers.Dense(3, name="every")(memory), layers.GRU(4, name="once")(memory)
    described = describe(keras.Model(sequence, [every, once, memory]))
    assert described.output == ((None, 5, 3), (None, 4), (None, 5, 6))
    axes = {layer.name: layer.axes_out[0][-1] for layer in described.layers}
    assert axes == {"memory": "units", "every": "outputs", "once": "outputs"}


def test_every_input_says_which_output_of_which_layer_it_is():
    source, target = keras.Input((10, 5), name="source"), keras.Input((7, 5), name="target")
    lstm = layers.LSTM(6, return_state=True)
    _, ahead, ahead_c, back, back_c = layers.Bidirectional(lstm, name="encoder")(source)
    h, c = (layers.concatenate(pair, name=name) for name, pair in (("h", [ahead, back]), ("c", [ahead_c, back_c])))
    decoder = layers.LSTM(12, return_sequences=True, name="decoder")(target, initial_state=[h, c])
    looked = layers.MultiHeadAttention(2, 4, name="looked")(decoder, decoder)
    found = {layer.name: layer for layer in describe(keras.Model([source, target], looked)).layers}
    assert found["encoder"].names_out == ("output", "state →h", "state →c", "state ←h", "state ←c")
    assert found["h"].origins == (Origin("encoder", 1), Origin("encoder", 3)) and found["h"].reads == ("encoder",)
    assert found["c"].origins == (Origin("encoder", 2), Origin("encoder", 4))
    assert found["decoder"].names_in == ("sequence", "initial state h", "initial state c")
    assert found["decoder"].origins == (Origin("target"), Origin("h"), Origin("c"))
    assert found["looked"].names_in == ("query", "value") and found["looked"].reads == ("decoder",)


def test_states_that_are_handed_on_are_read_by_the_next():
    sequence = keras.Input((5, 2), name="sequence")
    said, state = layers.GRU(6, return_sequences=True, return_state=True, name="encoder")(sequence)
    decoder = layers.GRU(6, return_sequences=True, name="decoder")(said, initial_state=state)
    looked = layers.Attention(name="looked")([decoder, said])
    described = describe(keras.Model(sequence, layers.Dense(3, name="answer")(looked)))
    encoder, decoder, looked, _ = described.layers
    assert encoder.axes_out == (("batch", "timesteps", "units"), ("batch", "units"))
    assert (decoder.reads, decoder.input) == (("encoder",), ((None, 5, 6), (None, 6)))
    assert decoder.origins == (Origin("encoder", 0), Origin("encoder", 1))
    assert decoder.names_in == ("sequence", "initial state h") and encoder.names_out == ("output", "state h")
    assert described.returns == (Origin("answer"),) and described.layers[-1].names_out == ("output",)
    assert (
        "It reads output of encoder and state h of encoder, takes sequence (batch B, "
        in described.written().layers[1].spoken
    )
    assert "starting from the state it is given" in decoder.says and "starting" not in encoder.says
    assert looked.reads == ("decoder", "encoder")
    assert looked.axes_out == (("batch", "timesteps", "units"),)


def test_a_sequential_model_is_a_graph_too():
    model = keras.Sequential([keras.Input((5,), name="words"), layers.Embedding(11, 2), layers.GRU(6), layers.Dense(3)])
    described = describe(model)
    assert described.sources[0].axes == ("batch", "timesteps")
    assert [layer.type for layer in described.layers] == ["Embedding", "GRU", "Dense"]
    assert described.layers[-1].axes_out == (("batch", "outputs"),)


@pytest.mark.parametrize("functional", [True, False])
def test_a_nested_model_is_one_layer_with_its_own_inside(functional):
    source, parts = keras.Input((5, 2), name="heard"), [layers.GRU(6, return_sequences=True), layers.Dense(4)]
    if functional:
        inner = keras.Model(source, parts[1](parts[0](source)), name="inner")
    else:
        inner = keras.Sequential([source, *parts], name="inner")
    sequence = keras.Input((5, 2), name="sequence")
    model = keras.Model(sequence, layers.Dense(3, name="answer")(layers.GRU(7, name="last")(inner(sequence))))
    nested, *_ = described = describe(model).layers
    assert [layer.name for layer in described] == ["inner", "last", "answer"]
    assert [layer.type for layer in nested.inside] == ["GRU", "Dense"]
    assert nested.axes_out == nested.inside[-1].axes_out == (("batch", "timesteps", "units"),)
    assert nested.params == sum(layer.params for layer in nested.inside) == inner.count_params()


def test_a_wrapped_model_is_described_inside_its_wrapper():
    inner = keras.Sequential([layers.GRU(6, return_sequences=True), layers.Dense(4)])
    layer = one(layers.TimeDistributed(inner), 4, 5, 2, then=3)
    assert layer.type == "TimeDistributed(Sequential)"
    assert layer.output == ((None, 4, 5, 4),)
    assert layer.axes_out == (("batch", "windows", "timesteps", "units"),)


def test_wrappers_hold_both_directions():
    layer = one(layers.TimeDistributed(layers.Bidirectional(layers.LSTM(6))), 4, 5, 2, then=3)
    assert (layer.type, layer.wraps) == ("TimeDistributed(Bidirectional(LSTM))", "Bidirectional(LSTM)")
    (both,) = layer.inside
    assert [each.output for each in both.inside] == [((None, 6),), ((None, 6),)]
    assert both.output == ((None, 12),)
    assert layer.arithmetic == "2 · 4 · 6 · (2 + 6 + 1) = 432"


def test_a_bidirectional_that_merges_nothing_returns_two():
    sequence = keras.Input((5, 2))
    memory = layers.Bidirectional(layers.GRU(6, return_sequences=True), merge_mode=None, name="memory")
    forwards, backwards = memory(sequence)
    described = describe(keras.Model(sequence, [forwards, backwards])).layers[0]
    assert described.output == ((None, 5, 6), (None, 5, 6))


def test_attention_keeps_the_places_of_its_query():
    query, value = keras.Input((4, 2), name="query"), keras.Input((5, 3), name="value")
    looked = layers.MultiHeadAttention(2, 6, output_shape=7, name="looked")(query, value)
    layer = describe(keras.Model([query, value], layers.Dense(1)(looked))).layers[0]
    assert layer.axes_out == (("batch", "timesteps", "units"),)
    assert layer.says.startswith(
        "computes for every timestep of the query, with 2 heads, a weighted mean of the values at all 5 timesteps"
    )


def test_operations_written_as_expressions_are_told_too():
    sequence = keras.Input((5, 2), name="sequence")
    memory = layers.GRU(6, return_sequences=True, name="memory")(sequence)
    last, mean = memory[:, -1], keras.ops.mean(memory, axis=1)
    described = describe(keras.Model(sequence, layers.Dense(3, name="answer")(last + mean * 2.0)))
    axes = {layer.type: layer.axes_out[0] for layer in described.layers}
    assert axes["GetItem"] == axes["Mean"] == axes["Multiply"] == axes["Add"] == ("batch", "units")
    assert all(layer.params == 0 for layer in described.layers[1:-1])


def test_two_branches_come_in_the_order_in_which_data_meets_them():
    left, right = keras.Input((5, 2), name="left"), keras.Input((5, 3), name="right")
    one = layers.Dense(6, name="one")(left)
    two = layers.Dense(6, name="two")(one)
    other = layers.Dense(6, name="other")(right)
    model = keras.Model([left, right], layers.Add(name="sum")([two, other]))
    assert [call.name for call in calls(model)] == ["one", "other", "two", "sum"]


def test_joining_end_to_end_and_side_by_side():
    left, right = keras.Input((5, 2), name="left"), keras.Input((4, 2), name="right")
    model = keras.Model([left, right], layers.Dense(3)(layers.Concatenate(axis=1)([left, right])))
    says = described_as_sequences(model).layers[0].says
    assert says == "concatenates 2 tensors along timesteps: 5 + 4 timesteps become 9"
    # Where nobody names the axis, neither does the sentence.
    assert describe(model).layers[0].says == "concatenates 2 tensors along axis 1: 5 + 4 in axis 1 become 9"
    left, right = keras.Input((5, 2), name="left"), keras.Input((5, 4), name="right")
    model = keras.Model([left, right], layers.Dense(3)(layers.Concatenate()([left, right])))
    assert described_as_sequences(model).layers[0].says == (
        "concatenates 2 tensors at every timestep: timesteps stay, 2 and 4 features become 6 features"
    )


def test_names_of_the_inputs_can_be_given():
    model = keras.Sequential([keras.Input((4, 2)), layers.Dense(3)])
    described = describe(model, input_axes=[["batch", "windows", "features"]])
    assert described.layers[0].axes_out == (("batch", "windows", "outputs"),)
    assert "with the same weights, to all 4 windows" in described.layers[0].says


@pytest.mark.parametrize(("axes", "message"), [([], r"1 inputs\. Received: \[\]"), ([["batch"]], "needs 3 names")])
def test_names_that_do_not_fit_the_inputs_are_refused(axes, message):
    model = keras.Sequential([keras.Input((4, 2)), layers.Dense(3)])
    with pytest.raises(ValueError, match=message):
        describe(model, input_axes=axes)


def test_unknown_timesteps_are_said_without_a_number():
    layer = one(layers.GRU(6, return_sequences=True), None, 2, then=3)
    assert layer.output == ((None, None, 6),)
    assert layer.says == (
        "reads one vector per timestep and returns the hidden state of all timesteps: "
        "timesteps stay, 2 features become 6 units"
    )


def test_a_model_without_a_graph_is_refused_with_a_way_out():
    with pytest.raises(ValueError, match=r"'bare' has no shapes yet: give it a keras\.Input"):
        describe(keras.Sequential([layers.Dense(3)], name="bare"))
