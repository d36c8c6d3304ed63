"""The numbers in the drawings are Keras's own, for every layer that has something to show."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest
from keras import layers

from explorer.catalog import ARCHITECTURES
from explorer.models import activations, layer_views
from explorer.models.inside import look
from tests.catalog_models import answer

RANDOM = np.random.default_rng(3)


def drawings_of(model: keras.Model, *arrays: np.ndarray) -> dict:
    found = layer_views.draw(model, *activations.outputs(model, list(arrays)))
    return {name: drawing.to_dict() for name, drawing in found.items()}


def close(shown: list[list[float]], wanted: np.ndarray) -> bool:
    """Whether a grid holds the first rows of (steps, units)."""
    rows = np.array(shown)
    return np.allclose(rows, np.asarray(wanted).T[: rows.shape[0], : rows.shape[1]], atol=1e-3)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_layer_with_time_has_a_look_and_it_is_plain_data(name):
    found = answer(name)
    assert json.loads(json.dumps(found["drawings"])) == found["drawings"]
    assert "failed" not in {each["kind"] for each in found["drawings"].values()}
    for layer in found["description"]["layers"]:
        # What has no weights and leaves every timestep in its place is seen in the chain's own tensors.
        still = ("each", "over all") if not layer["params"] else ()
        # Of images, and of windows that both directions read, there is no drawing of all timesteps.
        if (layer["wraps"] or "").startswith(("Conv2D", "Bidirectional")):
            continue
        # Of a layer that is given a state no drawing tells.
        starts = len(layer["reads"]) > 1 and layer["flow"] != "merge"
        if (layer["flow"] not in ("none", "merge", *still) and not starts) or layer["type"] == "Concatenate":
            assert found["drawings"][layer["name"]]["says"].endswith(".")


@pytest.mark.parametrize("kind", ["GRU", "LSTM", "SimpleRNN"])
@pytest.mark.parametrize("sequences", [True, False])
def test_a_memory_is_shown_at_every_step_whatever_is_handed_on(kind, sequences):
    sequence = keras.Input((7, 3), name="sequence")
    layer = getattr(layers, kind)(4, return_sequences=sequences, name="memory")
    data = RANDOM.normal(size=(1, 7, 3)).astype("float32")
    drawing = drawings_of(keras.Model(sequence, layer(sequence)), data)["memory"]
    assert (drawing["kind"], drawing["last"], drawing["counts"]) == ("memory", not sequences, None)
    layer.return_sequences = True
    assert close(drawing["grid"], layer(data)[0])


@pytest.mark.parametrize("kind", ["GRU", "LSTM", "SimpleRNN"])
def test_the_gates_that_are_drawn_are_those_of_the_layer(kind):
    sequence = keras.Input((5, 2), name="sequence")
    memory = getattr(layers, kind)(4, name="memory")(layers.Masking(name="mask")(sequence))
    model = keras.Model(sequence, memory)
    inputs = np.random.default_rng(0).uniform(-1, 1, (1, 5, 2)).astype(np.float32)
    inputs[0, 2] = 0
    found, drawn = look(model, "memory", inputs), drawings_of(model, inputs)["memory"]
    names = {"GRU": ["update z", "reset r", "candidate h̃"], "LSTM": ["input i", "forget f", "candidate c̃", "output o"]}
    assert [each["name"] for each in drawn["gates"]] == names.get(kind, [])
    for each, gate in zip(drawn["gates"], found.gates.values(), strict=True):
        np.testing.assert_allclose(np.array(each["grid"]).T, gate[0], atol=1e-4)
    assert (drawn["cell"] is None) is (kind != "LSTM")
    if drawn["cell"] is not None:
        np.testing.assert_allclose(np.array(drawn["cell"]).T, found.cell[0], atol=1e-4)


def test_windows_start_from_zero_and_the_plain_layer_runs_through():
    sequence = keras.Input((3, 5, 2), name="sequence")
    gru = layers.GRU(4)
    model = keras.Model(sequence, layers.TimeDistributed(gru, name="memory")(sequence))
    data = RANDOM.normal(size=(1, 3, 5, 2)).astype("float32")
    drawing = drawings_of(model, data)["memory"]
    gru.return_sequences = True
    assert (drawing["kind"], drawing["windows"], drawing["steps"]) == ("windows", 3, 5)
    assert close(drawing["anew"], np.asarray(gru(data[0])).reshape(15, 4))
    assert close(drawing["through"], gru(data.reshape(1, 15, 2))[0])
    anew, through = np.array(drawing["anew"]), np.array(drawing["through"])
    assert np.array_equal(anew[:, :5], through[:, :5])
    assert not np.allclose(anew[:, 5:], through[:, 5:], atol=1e-3)


def test_long_windows_are_shown_whole_with_some_of_their_steps():
    sequence = keras.Input((4, 100, 2), name="sequence")
    gru = layers.GRU(3)
    model = keras.Model(sequence, layers.TimeDistributed(gru, name="memory")(sequence))
    data = RANDOM.normal(size=(1, 4, 100, 2)).astype("float32")
    drawing = drawings_of(model, data)["memory"]
    assert (drawing["windows"], drawing["steps"], np.shape(drawing["anew"])) == (2, 24, (3, 48))
    last = np.asarray(gru(data[0]))
    assert np.allclose(np.array(drawing["anew"])[:, [23, 47]], last[:2].T, atol=1e-3)


@pytest.mark.parametrize("sequences", [True, False])
@pytest.mark.parametrize("mode", ["concat", "sum", "mul", "ave"])
def test_both_directions_stand_under_the_steps_that_they_have_read(mode, sequences):
    sequence = keras.Input((6, 2), name="sequence")
    layer = layers.Bidirectional(layers.GRU(4, return_sequences=sequences), merge_mode=mode, name="memory")
    model = keras.Model(sequence, layer(sequence))
    data = RANDOM.normal(size=(1, 6, 2)).astype("float32")
    drawing = drawings_of(model, data)["memory"]
    merged = np.asarray(model(data))[0]
    forward, backward = np.array(drawing["forward"]), np.array(drawing["backward"])
    at = slice(None) if sequences else slice(-1, None)
    back = slice(None) if sequences else slice(0, 1)
    merge = {
        "concat": lambda a, b: np.concatenate([a, b]),
        "sum": lambda a, b: a + b,
        "mul": lambda a, b: a * b,
        "ave": lambda a, b: (a + b) / 2,
    }[mode]
    assert np.allclose(
        np.array(drawing["merged"]).reshape(len(merge(forward, backward)), -1),
        merge(forward[:, at], backward[:, back]),
        atol=2e-3,
    )
    if mode != "concat":
        assert close(np.array(drawing["merged"]).reshape(4, -1), merged.reshape(-1, 4))


def test_a_mask_shows_which_steps_count_and_the_memory_stays():
    sequence = keras.Input((5, 2), name="sequence")
    flow = layers.Masking(name="mask")(sequence)
    flow = layers.GRU(3, return_sequences=True, name="memory")(flow)
    model = keras.Model(sequence, layers.GlobalAveragePooling1D(name="average")(flow))
    data = RANDOM.normal(size=(1, 5, 2)).astype("float32")
    data[:, 3:] = 0
    found = drawings_of(model, data)
    assert found["mask"]["counts"] == found["memory"]["counts"] == found["average"]["counts"] == [1, 1, 1, 0, 0]
    memory = np.array(found["memory"]["grid"])
    assert np.array_equal(memory[:, 2], memory[:, 4])
    assert np.allclose(memory[:, :3].mean(axis=1), np.array(found["average"]["returned"])[:, 0], atol=1e-3)
    assert found["mask"]["says"].startswith("2 of 5 timesteps masked")
    assert found["average"]["pooled"] == 3 and "averages over 3 of 5 vectors" in found["average"]["says"]


@pytest.mark.parametrize("wide", [None, 1, 2])
def test_a_softmax_along_timesteps_shows_the_weight_of_each(wide):
    sequence = keras.Input((5,) if wide is None else (5, wide), name="sequence")
    model = keras.Model(sequence, layers.Softmax(axis=1, name="weights")(sequence))
    data = RANDOM.normal(size=(1, *sequence.shape[1:])).astype("float32")
    found = drawings_of(model, data)["weights"]
    wanted = np.exp(data) / np.exp(data).sum(axis=1)
    assert (found["kind"], found["all_of"]) == ("softmax", 5)
    assert close(found["weights"], wanted.reshape(5, -1)) and close(found["scores"], data.reshape(5, -1))
    # Along the features no timestep has a weight.
    if wide == 2:
        assert drawings_of(keras.Model(sequence, layers.Softmax(name="weights")(sequence)), data) == {}


def test_what_reads_a_state_is_not_drawn_as_if_it_read_the_output():
    sequence = keras.Input((7, 3), name="sequence")
    _, h, c = layers.LSTM(4, return_state=True, name="memory")(sequence)
    together = layers.Concatenate(name="together")([h, c])
    found = drawings_of(keras.Model(sequence, together), RANDOM.normal(size=(1, 7, 3)).astype("float32"))
    assert set(found) == {"memory"}


def masked_states(layer: keras.Layer, name: str = "memory") -> tuple[dict, np.ndarray]:
    """The drawing of a layer that reads 6 timesteps, the first one and the last two of which are masked; and what Keras
    returns, (timesteps, units)."""
    sequence = keras.Input((6, 2), name="sequence")
    model = keras.Model(sequence, layer(layers.Masking(name="mask")(sequence)))
    data = RANDOM.normal(size=(1, 6, 2)).astype("float32")
    data[:, [0, 4, 5]] = 0
    return drawings_of(model, data)[name], np.asarray(model(data))[0]


def test_what_masked_timesteps_hold_is_told_as_keras_returns_it():
    drawing, returned = masked_states(layers.GRU(3, return_sequences=True, name="memory"))
    assert "Masked timesteps: 1 holds zeros, 5 to 6 hold the state of timestep 4 again." in drawing["says"]
    assert not returned[0].any() and np.array_equal(returned[4], returned[3]) and np.array_equal(returned[5], returned[3])

    drawing, returned = masked_states(layers.Bidirectional(layers.GRU(3, return_sequences=True), name="memory"))
    # Bidirectional has its layers return zeros where a mask is.
    assert "Masked timesteps, in both directions: 1, 5 to 6 hold zeros." in drawing["says"]
    assert drawing["counts"] == [0, 1, 1, 1, 0, 0] and not returned[[0, 4, 5]].any() and returned[1:4].all()

    drawing, returned = masked_states(layers.GRU(3, return_sequences=True, go_backwards=True, name="memory"))
    assert "Masked timesteps: 1 to 2 hold zeros, 6 holds the state of timestep 5 again." in drawing["says"]
    assert not returned[:2].any() and np.array_equal(returned[5], returned[4]) and returned[2:5].all()

    drawing, returned = masked_states(layers.TimeDistributed(layers.Dense(3, bias_initializer="ones"), name="memory"))
    assert "Masked timesteps are computed like all others." in drawing["says"] and (returned[[0, 4, 5]] == 1).all()
    assert drawing["counts"] == [0, 1, 1, 1, 0, 0]


def test_a_drawing_that_fails_takes_no_others_away(monkeypatch):
    def fail(*_):
        raise ValueError("operands could not be broadcast")

    monkeypatch.setattr(layer_views.attention, "attending", fail)
    sequence = keras.Input((5, 2))
    states = layers.GRU(3, return_sequences=True, name="memory")(sequence)
    model = keras.Model(sequence, layers.MultiHeadAttention(2, 4, name="attention")(states, states))
    found = drawings_of(model, RANDOM.normal(size=(1, 5, 2)))
    assert found["attention"] == {"kind": "failed", "says": layer_views.FAILED}
    assert found["memory"]["kind"] == "memory"
