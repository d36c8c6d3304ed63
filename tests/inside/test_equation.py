"""Every number of an equation is NumPy's: terms add up to the sum, the sum makes the gate, the gates make the state."""

from __future__ import annotations

import itertools
from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers

from explorer.inside.panel import About, Choice, panel_answer
from explorer.inside.states import LayerStates
from explorer.inside.terms import lines
from explorer.models.look_inside import look_inside

SAMPLES, TIMESTEPS, FEATURES, UNITS = 3, 5, 2, 4  # all different, so that a swapped axis shows
ABOUT = About("Inside GRU(4)", "A task.", "", "", 3, 1, SAMPLES)


def sigmoid(x: float) -> float:
    return 1 / (1 + np.exp(-x))


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def layer_states(layer: keras.Layer, masked: bool = False, windows: int = 0) -> LayerStates:
    """What a layer with random weights and biases held for the second sequence, which has padding where it is masked."""
    shape = (windows, TIMESTEPS, FEATURES) if windows else (TIMESTEPS, FEATURES)
    sequence = keras.Input(shape, name="sequence")
    model = keras.Model(sequence, layer(layers.Masking(name="mask")(sequence) if masked else sequence))
    for place, variable in enumerate(model.trainable_variables):
        variable.assign(numbers(*variable.shape, seed=place + 1))
    inputs = numbers(SAMPLES, *shape)
    if masked:
        inputs[1, ..., -2:, :] = 0
        inputs[1, ..., 1, :] = 0
    return look_inside(model, None, inputs, numbers(SAMPLES, max(1, windows) * TIMESTEPS, 1, seed=9), 1)


CASES = {
    "GRU": lambda: layer_states(layers.GRU(UNITS)),
    "GRU, reset before": lambda: layer_states(layers.GRU(UNITS, reset_after=False)),
    "GRU, masked": lambda: layer_states(layers.GRU(UNITS), masked=True),
    "GRU without biases": lambda: layer_states(layers.GRU(UNITS, use_bias=False)),
    "LSTM": lambda: layer_states(layers.LSTM(UNITS, return_sequences=True), masked=True),
    "SimpleRNN": lambda: layer_states(layers.SimpleRNN(UNITS), masked=True),
    "SimpleRNN without biases": lambda: layer_states(layers.SimpleRNN(UNITS, use_bias=False)),
    "Bidirectional": lambda: layer_states(layers.Bidirectional(layers.LSTM(UNITS)), masked=True),
    "TimeDistributed": lambda: layer_states(layers.TimeDistributed(layers.GRU(UNITS, reset_after=False)), windows=3),
}


@pytest.mark.parametrize("case", CASES)
def test_terms_add_up_to_the_sum_the_gate_and_the_state(case):
    found = CASES[case]()
    steps = found.timesteps // found.windows
    for direction, unit, t in itertools.product(found.directions, range(UNITS), range(found.timesteps)):
        begins = t % steps == (steps - 1 if direction.backwards else 0)
        old = t + 1 if direction.backwards else t - 1
        state = np.zeros(UNITS) if begins else direction.hidden[old]
        kernel, recurrent = direction.weights["kernel"], direction.weights["recurrent_kernel"]
        bias = direction.weights.get("bias", np.zeros(kernel.shape[1]))
        own, second = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))
        values = {}
        for line in lines(found, direction, unit, t):
            column = line.block * UNITS + unit
            read = state * direction.gates["r"][t] if line.resets else state
            of_state = read @ recurrent[:, column] + second[column]
            of_state *= direction.gates["r"][t, unit] if line.reset is not None else 1
            wanted = found.inputs[t] @ kernel[:, column] + own[column] + of_state
            inner = line.state.value + (line.state_bias or 0)
            total = line.input.value + (line.bias or 0) + (inner if line.reset is None else line.reset * inner)
            assert line.sum == pytest.approx(wanted, abs=1e-5)
            assert line.sum == pytest.approx(total, abs=1e-12)
            bend = np.tanh if line.gate in ("candidate", "h") else sigmoid
            if line.value is None:
                assert line.gate == "h" and not found.counts[t]
                continue
            assert line.value == pytest.approx(bend(line.sum), abs=1e-5)
            values[line.gate] = line.value
        if not found.counts[t]:
            assert direction.hidden[t, unit] == state[unit]
        elif direction.cell_kind == "GRU":
            z = values["z"]
            assert direction.hidden[t, unit] == pytest.approx(z * state[unit] + (1 - z) * values["candidate"], abs=1e-5)
        elif direction.cell_kind == "LSTM":
            was = 0.0 if begins else direction.cell[old, unit]
            cell = values["f"] * was + values["i"] * values["candidate"]
            assert direction.cell[t, unit] == pytest.approx(cell, abs=1e-5)
            assert direction.hidden[t, unit] == pytest.approx(values["o"] * np.tanh(cell), abs=1e-5)
        else:
            assert direction.hidden[t, unit] == values["h"]


@pytest.mark.parametrize("case", CASES)
def test_what_is_drawn_are_the_numbers_of_the_layer(case):
    found = CASES[case]()
    for direction, order in itertools.product(found.directions, ("follows", "layer")):
        shown = panel_answer(found, ABOUT, Choice(direction.role, 3, 2, order, pin=1))
        units = [row.unit - 1 for row in shown.rows]
        assert sorted(units) == list(range(UNITS))
        assert order == "follows" or units == list(range(UNITS))
        np.testing.assert_allclose(shown.input.grid, found.inputs.T, rtol=1e-6)
        np.testing.assert_allclose(shown.hidden.grid, direction.hidden.T[units], rtol=1e-6)
        assert (shown.cell is None) is (direction.cell is None)
        if shown.cell is not None:
            np.testing.assert_allclose(shown.cell.grid, direction.cell.T[units], rtol=1e-6)
        for strip, gate in zip(shown.gates, direction.gates.values(), strict=False):
            np.testing.assert_allclose(strip.grid[0], gate[:, 2], rtol=1e-6)
        np.testing.assert_allclose(shown.line, direction.hidden[:, 2], rtol=1e-6)
        np.testing.assert_allclose(shown.pinned, direction.hidden[:, 0], rtol=1e-6)
        place = max(1, direction.follows[2].place) if direction.follows[2].kind == "target" else 1
        wanted = np.where(found.counts, found.target[:, place - 1], np.nan)
        np.testing.assert_allclose(np.array(shown.target, float), wanted, rtol=1e-6)
        assert shown.masked == tuple(int(not each) for each in found.counts)
        for line, drawn in zip(lines(found, direction, 2, 1), shown.equation.lines, strict=True):
            for slot, product in (("kernel", line.input), ("state", line.state)):
                (piece,) = [each for each in drawn.pieces if each.slot == slot]
                np.testing.assert_allclose(piece.parts, product.read * product.weights, rtol=1e-6)
        for matrix, name in zip(shown.matrices, ("kernel", "recurrent_kernel", "bias"), strict=False):
            weights = np.atleast_2d(direction.weights[name])
            np.testing.assert_allclose(np.array(matrix.numbers) / 127 * matrix.largest, weights, atol=matrix.largest / 250)
            assert matrix.outlined == 2


def test_an_equation_is_written_with_its_numbers():
    shown = panel_answer(CASES["GRU"](), ABOUT, Choice(unit=2, timestep=3))
    (line,) = [each for each in shown.equation.lines if each.gate == "candidate"]
    text = " ".join(piece.text for piece in line.pieces)
    assert text.count("(") == 1 and " ) = " in text and "tanh" in text
    written = "".join(piece.text for piece in shown.equation.results[0])
    assert written.startswith("h[3, 2] = z · h[2, 2] + (1 − z) · h̃ = ")
    assert shown.equation.results[0][-1].text == written.rsplit(" = ", 1)[1]
    assert "of the old value stays" in shown.equation.says[0]
    before = panel_answer(CASES["GRU, reset before"](), ABOUT, Choice(unit=2, timestep=3))
    assert "(r ∗ h[2]) · R of candidate h̃" in before.equation.lines[2].pieces[4].says
    assert "feature 2:" in before.equation.lines[0].pieces[0].says


def test_what_must_be_known_is_said():
    masked = CASES["GRU, masked"]()
    shown = panel_answer(masked, ABOUT, Choice(unit=1, timestep=5))
    assert shown.equation.says[0].startswith("Timestep 5 is masked: the state stays as it was.")
    striped = "3 timesteps are masked and drawn with stripes. The layer skips them and keeps its state."
    assert striped in shown.notes
    assert shown.target[4] is None
    assert shown.gates_title == "gates and candidate of unit 1"
    assert panel_answer(CASES["LSTM"](), ABOUT, Choice(unit=1)).gates_title == "gates, candidate and cell state of unit 1"
    assert panel_answer(masked, ABOUT, Choice(unit=1)).timestep == 3  # the last one that counts
    both = panel_answer(CASES["Bidirectional"](), ABOUT, Choice("backward", 1, 5))
    assert both.directions == ("forward", "backward")
    assert "The layer begins here: the state before it is zero." in both.equation.says
    windows = panel_answer(CASES["TimeDistributed"](), ABOUT, Choice(unit=1, timestep=6))
    assert "Window 2 begins here: the state before it is zero." in windows.equation.says
    assert any("the state starts anew in each" in note for note in windows.notes)
    simple = panel_answer(CASES["SimpleRNN"](), ABOUT, Choice(unit=2, timestep=3))
    assert "A SimpleRNN has no gates." in simple.notes
    assert simple.gates_title == ""
    written = "".join(piece.text for piece in simple.equation.results[0])
    assert written.startswith("h[3, 2] = tanh(x[3] · W + b + h[2] · R) = tanh(")


def test_a_number_that_is_not_finite_is_null_and_is_told():
    whole = CASES["GRU"]()
    (direction,) = whole.directions
    hidden, gates = direction.hidden.copy(), {name: gate.copy() for name, gate in direction.gates.items()}
    hidden[2:, 1] = gates["z"][3, 1] = np.nan
    found = replace(whole, directions=(replace(direction, hidden=hidden, gates=gates),))
    shown = panel_answer(found, ABOUT, Choice(unit=2, timestep=4))
    row = next(place for place, each in enumerate(shown.rows) if each.unit == 2)
    assert shown.hidden.grid[row][2:] == (None, None, None)
    assert shown.equation.says == ("A number of this equation is not finite, so that nothing can be said of it.",)
    assert shown.equation.results[0][-1].text == "NaN"


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        (Choice(unit=5), "has 4 units, from 1 to 4. Received: unit 5"),
        (Choice(timestep=6), "has 5 timesteps, from 1 to 5. Received: timestep 6"),
        (Choice(pin=9), "Received: unit 9"),
        (Choice("backward"), "has no direction “backward”. It reads in one direction only."),
    ],
)
def test_what_there_is_not_is_refused_with_a_sentence(choice, sentence):
    with pytest.raises(ValueError, match="The layer “") as error:
        panel_answer(CASES["GRU"](), ABOUT, choice)
    assert sentence in str(error.value)
