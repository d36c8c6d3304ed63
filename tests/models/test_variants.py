"""A variant is the model that one would have built by hand with that setting; where the two part is told, and why."""

from __future__ import annotations

import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers

from explorer.catalog import ARCHITECTURES, read_experiment
from explorer.description import Description
from explorer.models.build import build_experiment
from explorer.models.variants import VariantBroken, describe_variant, settings, variant, variant_of
from explorer.shapes.compare import compare, comparison_text
from explorer.shapes.describe_model import describe
from tests.app_pages import AppTest
from tests.catalog_models import chosen_settings, small_model, small_variant


@pytest.fixture(params=ARCHITECTURES.values(), ids=ARCHITECTURES)
def architecture(request):
    return request.param


def described(model: keras.Model) -> Description:
    return describe(model).written()


def names(model: keras.Model) -> list[str]:
    return [layer.name for layer in describe(model).layers]


def in_short(model: keras.Model) -> list[tuple]:
    return [(each.name, each.type, each.output, each.axes_out, each.params, each.says) for each in describe(model).layers]


def sequence(*shape: int, name: str = "sequence") -> keras.KerasTensor:
    return keras.Input(shape or (7, 2), name=name)


def chain(*held: keras.layers.Layer) -> keras.Model:
    tensor = source = sequence()
    for layer in held:
        tensor = layer(tensor)
    return keras.Model(source, tensor)


def parted(model: keras.Model, *setting: object) -> dict:
    found = variant_of(model, *setting)
    there = found.description and found.description.written()
    return compare(described(model), there, found.broken, found.changed)


# ------------------------------------------------------------------------------------------------ the catalog


def test_a_setting_has_a_variant_that_turns_back_into_the_model_or_a_reason(architecture):
    model, chosen = small_model(architecture.name), chosen_settings()[architecture.name]
    here, short, called = described(model), in_short(model), names(model)
    found = settings(model)
    assert {each.layer for each in found} <= set(called)
    assert len({(each.layer, each.setting) for each in found}) == len(found)
    for each in found:
        assert each.others and each.value not in each.others
        for other in each.others:
            if (each.layer, each.setting, other) not in chosen:
                continue
            made = small_variant(architecture.name, each.layer, each.setting, other)
            if made.broken is None:
                assert [layer.name for layer in made.description.layers] == called
                now = next(own for own in settings(made.model) if (own.layer, own.setting) == (each.layer, each.setting))
                assert now.value == other and each.value in now.others
                # Another kind has not all settings of this one, which are then Keras's own again.
                if each.setting != "kind" and other == each.others[0]:
                    assert in_short(variant(made.model, each.layer, each.setting, each.value)) == short
            else:
                assert f"`{made.broken['layer']}` fails: " in made.broken["says"]
                assert made.broken["says"].endswith(".") and made.broken["keras_says"]
            parts = compare(here, made.description and made.description.written(), made.broken, made.changed)
            assert parts["layer"] and parts["why"].endswith(".") and parts["differences"]
            json.dumps(made.to_dict())
    assert described(model) == here


# ------------------------------------------------------------------------------------------------ by hand


def one(recurrent: type = layers.GRU, **changes: object) -> keras.Model:
    return chain(recurrent(6, **{"return_sequences": True, "name": "memory"} | changes), layers.Dense(3, name="answer"))


def both(recurrent: type = layers.GRU, merge_mode: str = "concat", **changes: object) -> keras.Model:
    held = recurrent(6, **{"return_sequences": True, "name": "forward_gru"} | changes)
    each = layers.TimeDistributed(layers.Dense(3, name="dense"), name="answer")
    return chain(layers.Bidirectional(held, merge_mode, name="memory"), each)


def windows(held: keras.layers.Layer) -> keras.Model:
    source = sequence(4, 7, 2)
    memory = layers.TimeDistributed(held, name="memory")(source)
    return keras.Model(source, layers.Dense(3, name="answer")(memory))


def convolution(padding: str) -> keras.Model:
    return chain(layers.Conv1D(6, 3, padding=padding, name="near"), layers.Dense(3, name="answer"))


def pooled(pool: type, **changes: object) -> keras.Model:
    return chain(pool(name="average", **changes), layers.Dense(3, name="answer"))


def merged(merge: type) -> keras.Model:
    source = sequence()
    pair = [layers.Dense(6, name="left")(source), layers.Dense(6, name="right")(source)]
    return keras.Model(source, layers.Dense(3, name="answer")(merge(name="merged")(pair)))


PAIRS = {
    "return_sequences": lambda: (one(), "memory", "return_sequences", False, one(return_sequences=False)),
    "GRU to LSTM": lambda: (one(), "memory", "kind", "LSTM", one(layers.LSTM)),
    "LSTM to SimpleRNN": lambda: (one(layers.LSTM), "memory", "kind", "SimpleRNN", one(layers.SimpleRNN)),
    "reset_after": lambda: (one(), "memory", "reset_after", False, one(reset_after=False)),
    "go_backwards": lambda: (one(), "memory", "go_backwards", True, one(go_backwards=True)),
    "return_state": lambda: (one(), "memory", "return_state", True, None),
    "use_bias of a GRU": lambda: (one(), "memory", "use_bias", False, one(use_bias=False)),
    "merge_mode": lambda: (both(), "memory", "merge_mode", "sum", both(merge_mode="sum")),
    "kind in both directions": lambda: (both(), "memory", "kind", "LSTM", both(layers.LSTM)),
    "return_sequences in windows": lambda: (
        windows(layers.GRU(6, name="gru")),
        *("memory", "return_sequences", True),
        windows(layers.GRU(6, name="gru", return_sequences=True)),
    ),
    "both directions in windows": lambda: (
        windows(layers.GRU(6, name="gru")),
        *("memory", "direction", "both"),
        windows(layers.Bidirectional(layers.GRU(6, name="gru"), name="gru")),
    ),
    "padding": lambda: (convolution("causal"), "near", "padding", "valid", convolution("valid")),
    "pooling": lambda: (
        pooled(layers.GlobalAveragePooling1D),
        *("average", "kind", "GlobalMaxPooling1D"),
        pooled(layers.GlobalMaxPooling1D),
    ),
    "keepdims": lambda: (
        pooled(layers.GlobalMaxPooling1D),
        *("average", "keepdims", True),
        pooled(layers.GlobalMaxPooling1D, keepdims=True),
    ),
    "Add to Concatenate": lambda: (merged(layers.Add), "merged", "kind", "Concatenate", merged(layers.Concatenate)),
}


@pytest.mark.parametrize("case", PAIRS.values(), ids=PAIRS)
def test_the_variant_is_the_model_built_by_hand(case):
    model, layer, setting, value, by_hand = case()
    if by_hand is None:
        source = sequence()
        memory, _ = layers.GRU(6, return_sequences=True, return_state=True, name="memory")(source)
        by_hand = keras.Model(source, layers.Dense(3, name="answer")(memory))
    made = variant(model, layer, setting, value)
    assert described(made) == described(by_hand)
    assert made.count_params() == by_hand.count_params()


def test_one_direction_and_both():
    assert described(variant(both(), "memory", "direction", "one")).layers[0] == described(one()).layers[0]
    wrapped = layers.Bidirectional(layers.GRU(6, return_sequences=True, name="memory"), name="memory")
    assert described(variant(one(), "memory", "direction", "both")) == described(
        chain(wrapped, layers.Dense(3, name="answer"))
    )


def test_the_weights_stay_where_they_fit_so_that_numbers_can_be_compared():
    model = one()
    numbers = np.random.default_rng(0).normal(size=(2, 7, 2)).astype("float32")
    memories = keras.Model(model.input, model.get_layer("memory").output)(numbers)
    last = variant(keras.Model(model.input, model.get_layer("memory").output), "memory", "return_sequences", False)
    np.testing.assert_array_equal(last(numbers), memories[:, -1])
    drawn = [variant(model, "memory", "kind", "LSTM").get_weights() for _ in range(2)]
    assert all((first == second).all() for first, second in zip(*drawn, strict=True))


def test_a_sequential_a_nested_model_a_shared_layer_a_mask_and_a_class_of_ones_own():
    class Memory(layers.GRU):
        pass

    words = [
        keras.Input((7,), name="words"),
        layers.Embedding(9, 4, mask_zero=True, name="vectors"),
        layers.GRU(6, name="memory"),
    ]
    assert variant(keras.Sequential(words), "memory", "return_sequences").output_shape == (None, 7, 6)
    source, second = sequence(), sequence(7, 2, name="second")
    block = keras.Sequential([keras.Input((7, 2)), Memory(6, name="memory")], name="block")
    assert variant(keras.Model(source, block(source)), "block/memory", "return_sequences").output_shape == (None, 7, 6)
    shared = Memory(6, name="memory")
    pair = keras.Model([source, second], layers.Concatenate(name="merged")([shared(source), shared(second)]))
    made = variant(pair, "memory", "return_sequences")
    assert made.output_shape == (None, 7, 12) and made.count_params() == pair.count_params()
    held = keras.Model(source, layers.TimeDistributed(Memory(6), name="memory")(layers.Reshape((7, 2, 1))(source)))
    assert variant(held, "memory", "return_sequences").output_shape == (None, 7, 2, 6)


# ------------------------------------------------------------------------------------------------ what breaks


def test_without_timesteps_an_answer_at_every_step_cannot_be_given():
    model = small_model("gru_every_step")
    with pytest.raises(VariantBroken) as caught:
        variant(model, "memory", "return_sequences", False)
    error = caught.value
    assert error.layer == "answer"
    assert names(error.partial) == ["memory"] and error.partial.output_shape == (None, 6)
    assert error.says == (
        "With return_sequences=False, `memory` returns (batch, units 6) instead of (batch, timesteps 7, units 6). "
        "`answer` fails: a TimeDistributed(Dense) takes timesteps one by one, and (batch, units 6) has none. "
        "A Dense alone would take it."
    )
    with pytest.raises(ValueError) as of_keras:
        layers.TimeDistributed(layers.Dense(3))(sequence(6))
    assert str(error).endswith(f"Keras says: {of_keras.value}")
    # And so it is: on the same vector a Dense alone goes on.
    alone = variant(model, "answer", "wrapper", "Dense")
    assert variant(alone, "memory", "return_sequences", False).output_shape == (None, 3)


BROKEN = {
    "a second memory": ("stacked_gru", "memory", "return_sequences", "second_memory", "a GRU reads along the timesteps"),
    "two axes of steps": ("windows_gru", "memory", "wrapper", "memory", "its input has 2: windows and timesteps"),
    "a pooling": (
        "gru_pooled",
        "memory",
        "return_sequences",
        "average",
        "a GlobalAveragePooling1D pools along the timesteps",
    ),
    "a repeated vector": ("encoder_decoder", "encoder", "return_sequences", "repeated", "a RepeatVector repeats one vector"),
    "widths": ("two_streams", "merged", "kind", "merged", "must have the same shape"),
    "one stream": ("two_streams", "memory", "return_sequences", "merged", "must agree on every axis but units"),
}


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN)
def test_a_variant_that_breaks_says_where_and_why(case):
    name, layer, setting, where, why = case
    model = small_model(name)
    found = describe_variant(model, layer, setting)
    assert found["broken"]["layer"] == where and why in found["broken"]["says"]
    held = [each["name"] for each in found["description"]["layers"]] if found["description"] else []
    assert where not in held and held == [each for each in names(model) if each in held]
    there = Description.read(found["description"]) if found["description"] else None
    parts = compare(described(model), there, found["broken"], found["changed"])
    assert parts["layer"] == layer
    assert f"`{where}` fails" in parts["why"]
    # What breaks off is no answer: its axes keep their names.
    assert "outputs" not in [
        axis for each in (found["description"] or {"layers": []})["layers"] for axis in each["axes_out"][0]
    ]


def test_too_few_steps_a_missing_tensor_and_numbers_that_do_not_fill_a_shape():
    model = small_model("causal_convolution")
    says = describe_variant(model, "furthest", "padding", "valid")["broken"]["says"]
    assert "without padding its window needs 9 timesteps, and its input has only 7 timesteps" in says
    source = sequence()
    memory, state = layers.GRU(6, return_sequences=True, return_state=True, name="memory")(source)
    model = keras.Model(source, layers.GRU(6, name="decoder")(memory, initial_state=state))
    found = describe_variant(model, "memory", "return_state", False)["broken"]
    assert found["layer"] == "decoder" and "tensor 2 of `memory`" in found["says"] and not found["keras_says"]
    laid = chain(layers.GRU(6, return_sequences=True, name="memory"), layers.Reshape((42,), name="laid"))
    found = describe_variant(laid, "memory", "return_sequences")["broken"]
    assert "a Reshape arranges 42 numbers, and (batch, units 6) has 6" in found["says"]
    assert found["keras_says"].startswith("The total size of the tensor must be unchanged")


def test_what_there_is_not_is_named():
    with pytest.raises(ValueError, match=r"no layer called “answers”.*Layers that have one: memory, answer\."):
        variant(one(), "answers", "use_bias")
    with pytest.raises(ValueError, match=r"“memory” has no setting called “padding”. It has: return_sequences, kind"):
        variant(one(), "memory", "padding")
    with pytest.raises(ValueError, match=r"kind of “memory” is GRU; it can also be LSTM, SimpleRNN. Received: Dense"):
        variant(one(), "memory", "kind", "Dense")
    assert described(variant(one(), "memory", "kind", "lstm")) == described(variant(one(), "memory", "kind", "LSTM"))


# ------------------------------------------------------------------------------------------------ where they part


def test_one_answer_instead_of_many():
    parts = parted(one(), "memory", "return_sequences", False)
    assert parts["layer"] == "memory"
    assert parts["why"] == (
        "`memory` returns all 7 hidden states in your model and only its last hidden state with return_sequences=False: "
        "timesteps are removed, so `answer` returns one vector instead of 7."
    )
    assert [(each["layer"], each["what"]) for each in parts["differences"]] == [("memory", "output"), ("answer", "output")]
    back = parted(one(return_sequences=False), "memory", "return_sequences", True)
    assert back["why"].endswith("timesteps stay, so `answer` returns 7 vectors instead of one.")


def test_another_merge_is_another_width():
    parts = parted(both(), "memory", "merge_mode", "sum")
    assert parts["layer"] == "memory"
    assert parts["why"] == (
        "`memory` returns 12 units in your model and 6 with merge_mode=sum (in your model: concatenates their hidden "
        "states; with merge_mode=sum: adds their hidden states), so `answer` has 39 parameters in your model and 21 with "
        "merge_mode=sum."
    )
    two = compare(described(both(merge_mode="sum")), described(both(merge_mode="ave")))
    assert two["layer"] == "memory" and [each["what"] for each in two["differences"]] == ["says"]
    assert two["why"].startswith(
        "The two models have the same shapes and the same parameters; only what `memory` does differs."
    )


def test_one_direction_and_both_part_at_the_memory():
    parts = parted(one(), "memory", "direction", "both")
    assert parts["layer"] == "memory" and "6 units in your model and 12 with direction=both" in parts["why"]
    assert "so `answer` has 21 parameters in your model and 39 with direction=both" in parts["why"]


@pytest.mark.parametrize(
    "setting, value, here, there",
    [
        ("kind", "LSTM", "2 gates, a candidate and 180", "3 gates, a candidate and 216"),
        ("kind", "SimpleRNN", "2 gates, a candidate and 180", "no gates and 54"),
    ],
)
def test_another_cell_moves_parameters_alone(setting, value, here, there):
    parts = parted(one(), "memory", setting, value)
    assert parts["why"] == (
        f"`memory` has {here} parameters in your model, {there} with kind={value}: the shapes stay the same, only the "
        "parameters differ."
    )
    assert [each["what"] for each in parts["differences"]] == ["parameters", "type"]


@pytest.mark.parametrize(
    "setting, why",
    [
        ("reset_after", "bias is 2 × 18 in your model and 18 with reset_after=False"),
        ("use_bias", "no bias with use_bias=False"),
    ],
)
def test_a_bias_moves_parameters_alone(setting, why):
    parts = parted(one(), "memory", setting, False)
    assert parts["layer"] == "memory" and why in parts["why"]
    assert parts["why"].endswith("the shapes stay the same, only the parameters differ.")
    (difference,) = parts["differences"]
    assert difference["what"] == "parameters" and difference["here"] == 180
    assert difference["there"] == variant(one(), "memory", setting, False).get_layer("memory").count_params()


def test_a_wrapper_that_changes_nothing():
    parts = parted(both(), "answer", "wrapper", "Dense")
    assert parts["why"] == (
        "`answer` is a TimeDistributed(Dense) in your model and a Dense with wrapper=Dense: shapes and parameters stay the "
        "same."
    )


def test_the_same_model_does_not_part():
    parts = compare(described(one()), described(one()))
    assert parts == {
        "layer": None,
        "why": "The two models have the same shapes and the same parameters, and every layer does the same.",
        "differences": [],
    }
    changed = {"layer": None, "setting": "heads", "label": "heads", "here": 1, "there": 2}
    assert (
        "only heads differs, 1 in your model and 2 in the other"
        in compare(described(one()), described(one()), None, changed)["why"]
    )


def test_architectures_that_share_some_layers():
    first, second = (described(small_model(name)) for name in ("gru_every_step", "stacked_gru"))
    parts = compare(first, second)
    assert parts["layer"] == "second_memory" and parts["why"] == "`second_memory` (GRU) exists only in the other model."
    assert compare(second, first)["why"] == "`second_memory` (GRU) exists only in your model."
    for name in ARCHITECTURES:
        other = described(small_model(name))
        assert (compare(first, other)["layer"] is None) == (name == "gru_every_step")


def test_both_chains_as_text():
    model = small_model("gru_every_step")
    found = variant_of(model, "memory", "return_sequences")
    text = comparison_text(described(model), found.description.written(), found.broken, found.changed)
    assert text.startswith("memory · return_sequences: True in your model; False in the other.")
    assert [line.split() for line in text.splitlines() if line.startswith("  memory  ")] == [
        ["memory", "GRU", "(batch,", "timesteps", "7,", "units", "6)", "180", "parameters"],
        ["memory", "GRU", "(batch,", "units", "6)", "180", "parameters"],
    ]
    assert "  answer           fails\n" in text
    assert "Keras says: TimeDistributed Layer should be passed" in text and "What differs" in text


# ------------------------------------------------------------------------------------------------ the panel


def page(architecture: str) -> None:
    import streamlit as st

    from explorer.catalog import read_experiment
    from explorer.ui.model.compare_panel import compare_panel
    from explorer.ui.server import engine_instance

    timesteps = st.slider("timesteps", 5, 20, 7, key="timesteps")
    experiment = read_experiment({"architecture": architecture, "timesteps": timesteps, "units": 6}).experiment
    compare_panel(experiment, engine_instance.engine().describe(experiment), in_address=False)


@pytest.fixture
def open_page(monkeypatch):
    """The panel on a page, with an engine that answers at once, and keeps what it has answered as the real one does."""
    models, described_before, compared_before = {}, {}, {}

    def model_of(experiment):
        if experiment.key not in models:
            models[experiment.key] = build_experiment(experiment)
        return models[experiment.key]

    def describe_experiment(experiment, timeout=0.0):
        if experiment.key not in described_before:
            model = model_of(experiment)
            comparable = [each.to_dict() for each in settings(model)]
            described_before[experiment.key] = {"description": described(model).to_dict(), "comparable": comparable}
        return {**described_before[experiment.key], "values": {}}

    def compared(experiment, *changed, timeout=0.0):
        asked = (experiment.key, *changed)
        if asked not in compared_before:
            compared_before[asked] = describe_variant(model_of(experiment), *changed)
        return {**compared_before[asked], "values": {}}

    engine = SimpleNamespace(describe=describe_experiment, compare=compared)
    monkeypatch.setattr("explorer.ui.server.engine_instance.engine", lambda: engine)
    return lambda architecture: AppTest.from_function(page, args=(architecture,), default_timeout=60).run()


def words(app) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption, *app.warning, *app.code))


def test_the_panel_keeps_its_choice_while_a_slider_moves(open_page):
    app = open_page("bidirectional_gru")
    assert not app.exception
    app.selectbox(key="compare_setting").set_value("memory.merge_mode").run()
    app.segmented_control(key="compare_value").set_value("mul").run()
    assert not app.exception and "with merge\\_mode=mul" in words(app)
    app.slider(key="timesteps").set_value(11).run()
    assert app.selectbox(key="compare_setting").value == "memory.merge_mode"
    assert app.segmented_control(key="compare_value").value == "mul"
    app.selectbox(key="compare_setting").set_value("memory.direction").run()
    assert not app.exception and "direction=one" in words(app)


def test_the_panel_says_what_breaks_and_what_keras_says(open_page):
    app = open_page("gru_every_step")
    # What can be built comes first; what cannot is there to be chosen.
    assert app.selectbox(key="compare_setting").value != "memory.return_sequences" and not app.warning
    app.selectbox(key="compare_setting").set_value("memory.return_sequences").run()
    assert "`answer` fails" in app.warning[0].value
    assert app.code[0].value.startswith("`TimeDistributed` Layer should be passed")


def test_the_panel_offers_knobs_and_other_architectures(open_page):
    app = open_page("self_attention")
    app.selectbox(key="compare_setting").set_value(".heads").run()
    assert app.segmented_control(key="compare_value").value == "1" and not app.exception
    app.selectbox(key="compare_setting").set_value(".architecture").run()
    app.selectbox(key="compare_value").set_value("gru_every_step").run()
    assert not app.exception and "exists only" in words(app)


def test_offers_are_those_of_the_experiment():
    from explorer.ui.model.compare_panel import offered

    experiment = read_experiment({"architecture": "bidirectional_gru"}).experiment
    keys = list(offered(experiment, {"comparable": [each.to_dict() for each in settings(both())]}))
    assert "memory.merge_mode" in keys and ".merge_mode" not in keys and keys[-1] == ".architecture"
