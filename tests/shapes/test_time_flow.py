"""What is said of the way along time is what Keras does: one step is changed, and it is seen which answers move."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from explorer.catalog import ARCHITECTURES
from explorer.shapes.describe_model import describe
from explorer.shapes.time_flow import TIME_FLOWS
from tests.catalog_models import described, experiment_of
from tests.for_all import for_all
from tests.layers.described import described_as_sequences

STEPS = 9
PADDINGS = ("valid", "same")
LAYERS = {
    "each": [layers.Dense(3), layers.TimeDistributed(layers.Dense(3)), layers.LayerNormalization()],
    "along": [layers.GRU(3, return_sequences=True), layers.LSTM(3, return_sequences=True)],
    "last": [layers.GRU(3), layers.SimpleRNN(3)],
    "both": [layers.Bidirectional(layers.GRU(3, return_sequences=True))],
    "both last": [layers.Bidirectional(layers.LSTM(3))],
    "pool": [layers.GlobalAveragePooling1D()],
    "window": [layers.Conv1D(3, 3, padding="same"), layers.Conv1D(3, 2, dilation_rate=3, padding="causal")],
    "spread": [layers.Conv1DTranspose(3, 3, strides=2), layers.UpSampling1D(2)],
    "all": [layers.MultiHeadAttention(2, 3)],
    "over all": [layers.Softmax(axis=1)],
    "all before": [layers.MultiHeadAttention(2, 3, name="causal")],
}


def answered(layer: layers.Layer, sequence: keras.KerasTensor) -> keras.KerasTensor:
    if isinstance(layer, layers.MultiHeadAttention):
        return layer(sequence, sequence, use_causal_mask=layer.name == "causal")
    return layer(sequence)


def moved(layer: layers.Layer) -> np.ndarray:
    """(steps changed, steps answered): whether an answer moves when the numbers of one step are others."""
    sequence = keras.Input((STEPS, 4))
    answer = answered(layer, sequence)
    model = keras.Model(sequence, answer)
    calm = np.random.default_rng(0).normal(size=(1, STEPS, 4)).astype("float32")
    others = np.repeat(calm, STEPS, axis=0)
    for step in range(STEPS):
        others[step, step] += [1.0, -2.0, 0.5, 3.0]
    answers = np.asarray(model(others)) - np.asarray(model(calm))
    return np.abs(answers.reshape(STEPS, -1, answers.shape[-1])).max(axis=-1) > 1e-5


CASES = [(flow, layer) for flow, some in LAYERS.items() for layer in some]


@for_all(("flow", "layer"), CASES, ids=lambda case: case if isinstance(case, str) else case.name)
def test_the_flow_that_is_named_is_the_one_that_keras_has(flow, layer):
    reaches = moved(layer)
    sequence = keras.Input((STEPS, 4))
    answer = answered(layer, sequence)
    (described,) = described_as_sequences(keras.Model(sequence, answer)).layers
    assert described.flow == flow
    before, after = np.indices((STEPS, STEPS))
    if flow == "each":
        assert np.array_equal(reaches, before == after)
    elif flow in ("along", "all before"):
        assert np.array_equal(reaches, before <= after)
    elif flow == "spread":
        # From the first step of the output that is reached to the last.
        reached = np.where(reaches, np.indices(reaches.shape)[1], np.nan)
        assert (np.nanmax(reached, axis=1) - np.nanmin(reached, axis=1) + 1 == described.reach).all()
    elif flow in ("both", "all", "over all"):
        assert reaches.all()
    elif flow == "window":
        # From the first step that is seen to the last, the one counted with the other.
        seen = np.where(reaches, before - after, 0)
        assert (seen.max() - seen.min() + 1) == described.reach
    else:
        assert reaches.shape == (STEPS, 1)
        assert reaches.all()


WINDOWS = [
    *(layers.Conv1D(3, 3, padding=padding) for padding in ("valid", "same", "causal")),
    *(layers.Conv1D(3, 2, strides=2, padding=padding) for padding in ("valid", "same", "causal")),
    layers.Conv1D(3, 3, strides=2, padding="same"),
    layers.Conv1D(3, 4, strides=3, padding="same"),
    layers.Conv1D(3, 2, strides=4, padding="same"),
    layers.Conv1D(3, 2, dilation_rate=3, padding="causal"),
    layers.Conv1D(3, 3, dilation_rate=2, padding="same"),
    layers.SeparableConv1D(3, 3, padding="same"),
    layers.DepthwiseConv1D(2, strides=2),
    *(layers.AveragePooling1D(3, strides, padding) for strides in (None, 1, 2) for padding in ("valid", "same")),
    layers.AveragePooling1D(2, 3, "valid"),
]


@for_all("layer", WINDOWS, ids=lambda layer: layer.name)
def test_a_window_sees_exactly_the_steps_that_move_its_answers(layer):
    reaches = moved(layer)
    sequence = keras.Input((STEPS, 4))
    (described,) = describe(keras.Model(sequence, layer(sequence))).layers
    window = described.window
    for place in range(reaches.shape[1]):
        first = window.stride * place + 1 - window.offset
        seen = {first + window.dilation * k for k in range(window.size)} & set(range(1, STEPS + 1))
        assert seen == {step + 1 for step in np.flatnonzero(reaches[:, place])}, place
    assert described.reach == window.reach
    assert described.written().window == window


SPREADS = [
    *(
        layers.Conv1DTranspose(3, size, stride, padding)
        for size in (1, 2, 3, 4)
        for stride in (1, 2, 3)
        for padding in PADDINGS
    ),
    *(layers.Conv1DTranspose(3, 3, 3, padding, output_padding=2) for padding in PADDINGS),
    layers.Conv1DTranspose(3, 3, 2, "same", output_padding=1),
    layers.Conv1DTranspose(3, 5, 3, "same", output_padding=1),
    *(layers.UpSampling1D(size) for size in (1, 2, 3)),
    *(layers.ZeroPadding1D(padding) for padding in (0, 2, (1, 3))),
    *(layers.Cropping1D(cropping) for cropping in (1, (0, 2), (3, 1))),
]


@for_all("layer", SPREADS, ids=lambda layer: layer.name)
def test_a_step_reaches_exactly_the_steps_of_the_output_that_it_moves(layer):
    reaches = moved(layer)
    sequence = keras.Input((STEPS, 4))
    (described,) = describe(keras.Model(sequence, layer(sequence))).layers
    window = described.window
    assert described.flow == "spread"
    for place in range(STEPS):
        first = window.stride * place + 1 - window.offset
        reached = {first + window.dilation * k for k in range(window.size)} & set(range(1, reaches.shape[1] + 1))
        assert reached == {step + 1 for step in np.flatnonzero(reaches[place])}, place


STILL = {"repeat", "merge", "mark", "none", "unknown", "input"}


def test_every_flow_that_has_words_is_held_against_keras_or_moves_nothing_along_time():
    assert set(LAYERS) | STILL == set(TIME_FLOWS)
    assert not set(LAYERS) & STILL


@for_all("name", ARCHITECTURES)
@for_all("timesteps", [4, 20])
def test_the_unrolled_chain_has_a_row_for_all_and_shows_both_ends(name, timesteps):
    found = described(experiment_of(name, timesteps=timesteps)).to_dict()
    unrolled = found["unrolled"]
    assert [row["name"] for row in unrolled["rows"]] == [each["name"] for each in (*found["sources"], *found["layers"])]
    steps = found["sources"][0]["shape"][1]
    assert (unrolled["steps"], unrolled["axis"]) == (steps, found["sources"][0]["axes"][1])
    assert unrolled["shown"][0] == 1
    assert unrolled["shown"][-1] == steps
    assert len(unrolled["shown"]) <= 7
    assert all(row["says"] in unrolled["says"] for row in unrolled["rows"])


def test_a_layer_above_strides_has_a_cell_for_each_step_that_they_left():
    sequence = keras.Input((STEPS, 4))
    short = layers.Conv1D(3, 3, strides=2, padding="same")(sequence)
    row = describe(keras.Model(sequence, layers.GRU(4)(short))).written().unrolled.rows[-1]
    assert row.same == "×5 the same weights"


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("every", [False, True])
def test_a_layer_that_reads_backwards_is_told_and_drawn_so(backwards, every):
    sequence = keras.Input((STEPS, 4))
    memory = layers.GRU(3, return_sequences=every, go_backwards=backwards, name="memory")(sequence)
    description = describe(keras.Model(sequence, memory)).written()
    (row,) = (row for row in description.unrolled.rows if row.name == "memory")
    assert row.backwards == description.layers[0].backwards == backwards
    assert ("from the last timestep to the first" in row.says) == backwards
    assert ("from timestep to timestep" in row.says) != backwards


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        (layers.Dense(3), "the same weights at every timestep; no timestep sees another"),
        (layers.Dropout(0.1), "no timestep sees another"),
        # A slope for each timestep and feature.
        (layers.PReLU(), "no timestep sees another"),
        (layers.PReLU(shared_axes=[1]), "the same weights at every timestep; no timestep sees another"),
        (layers.MaxPooling1D(2), "each output is made from 2 timesteps"),
        (layers.Conv1D(3, 3), "the same weights at every timestep; each output is made from 3 timesteps"),
        (layers.Conv1D(3, 3, dilation_rate=4, padding="same"), "each output is made from 3 timesteps, 4 apart"),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_weights_are_called_the_same_where_they_are(layer, says):
    sequence = keras.Input((STEPS, 4))
    states = layers.GRU(4, return_sequences=True)(sequence)
    description = describe(keras.Model(sequence, layer(states))).written()
    row = description.unrolled.rows[-1]
    assert row.says == says or (row.says.endswith(says) and "apart" in says)
    assert row.shared == ("the same weights" in row.says)
