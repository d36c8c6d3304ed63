"""A walk through a recurrent layer goes in the order in which it reads, and its numbers are those of Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from explorer.models.inside import look
from explorer.models.walk import MOST_UNITS, walk

WINDOWS, TIMESTEPS, FEATURES, UNITS = 3, 5, 2, 4  # all different, so that a swapped axis shows


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def walked(layer, *inputs, build=None):
    """The walk through the one layer that is called on inputs, whose weights are drawn, and what Keras returns."""
    given = [keras.Input(array.shape[1:]) for array in inputs]
    returned = build(layer, *given) if build else layer(*given)
    model = keras.Model(given, returned)
    for place, variable in enumerate(model.trainable_variables):
        variable.assign(numbers(*variable.shape, seed=place + 1))
    (found,), refused = walk(model, list(inputs))
    assert refused == []
    return found, [np.asarray(each)[0] for each in keras.tree.flatten(model(list(inputs)))]


def follows_from_what_it_comes_with(track) -> None:
    """Each state from the one before and the gates of the same timestep, by the equations in `cell_steps`."""
    at = {name: track.numbers[:, place] for place, name in enumerate(track.strips)}
    if track.kind == "GRU":
        np.testing.assert_allclose(at["h"], at["z"] * at["h before"] + (1 - at["z"]) * at["candidate"], atol=1e-5)
    if track.kind == "LSTM":
        np.testing.assert_allclose(at["c"], at["f"] * at["c before"] + at["i"] * at["candidate"], atol=1e-5)
        np.testing.assert_allclose(at["h"], at["o"] * np.tanh(at["c"]), atol=1e-5)
    np.testing.assert_allclose(at["h before"][1:], at["h"][:-1])
    assert track.largest == tuple(np.abs(track.numbers).max(axis=(0, 2)).tolist())


@pytest.mark.parametrize("kind", [layers.GRU, layers.LSTM, layers.SimpleRNN])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_layer_is_walked_in_the_order_in_which_it_reads(kind, backwards):
    layer = kind(UNITS, return_sequences=True, go_backwards=backwards, name="memory")
    found, (returned,) = walked(layer, numbers(1, TIMESTEPS, FEATURES))
    (track,) = found.tracks
    # Keras returns the states of a layer that reads backwards in the order of reading too.
    np.testing.assert_allclose(track.numbers[:, track.strips.index("h")], returned, atol=1e-5)
    assert (found.timesteps, found.windows, found.units, track.backwards) == (TIMESTEPS, 1, UNITS, backwards)
    assert (track.numbers[0, track.strips.index("h before")] == 0).all()
    follows_from_what_it_comes_with(track)


def test_both_directions_are_walked_each_from_its_own_end_and_states_are_what_they_start_with():
    layer = layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True), name="memory")
    states = [numbers(1, UNITS, seed=30 + place) for place in range(4)]
    build = lambda layer, sequence, *states: layer(sequence, initial_state=list(states))  # noqa: E731
    found, (returned,) = walked(layer, numbers(1, TIMESTEPS, FEATURES), *states, build=build)
    forward, backward = found.tracks
    assert [(each.role, each.backwards) for each in found.tracks] == [("forward", False), ("backward", True)]
    place = forward.strips.index("h")
    np.testing.assert_allclose(forward.numbers[:, place], returned[:, :UNITS], atol=1e-5)
    np.testing.assert_allclose(backward.numbers[::-1, place], returned[:, UNITS:], atol=1e-5)
    for track, (h, c) in zip(found.tracks, (states[:2], states[2:]), strict=True):
        np.testing.assert_allclose(track.numbers[0, :2], [h[0], c[0]])
        follows_from_what_it_comes_with(track)


@pytest.mark.parametrize("backwards", [False, True])
def test_windows_lie_end_to_end_and_begin_at_zero(backwards):
    inner = layers.GRU(UNITS, go_backwards=backwards)
    found, (returned,) = walked(layers.TimeDistributed(inner, name="memory"), numbers(1, WINDOWS, TIMESTEPS, FEATURES))
    (track,) = found.tracks
    assert (found.timesteps, found.windows) == (WINDOWS * TIMESTEPS, WINDOWS)
    cut = track.numbers.reshape(WINDOWS, TIMESTEPS, len(track.strips), UNITS)
    assert (cut[:, 0, 0] == 0).all()
    np.testing.assert_allclose(cut[:, -1, track.strips.index("h")], returned, atol=1e-5)


def test_of_many_units_some_are_drawn_and_what_cannot_be_looked_into_is_a_sentence():
    sequence = keras.Input((TIMESTEPS, FEATURES))
    wide = layers.SimpleRNN(5 * MOST_UNITS, return_sequences=True, name="wide")(sequence)
    model = keras.Model(sequence, layers.RNN(layers.StackedRNNCells([layers.GRUCell(2)]), name="own")(wide))
    (found,), (refusal,) = walk(model, numbers(1, TIMESTEPS, FEATURES))
    assert (found.units, len(found.places), found.places[0], found.places[-1]) == (320, MOST_UNITS, 1, 320)
    assert found.tracks[0].numbers.shape == (TIMESTEPS, 2, MOST_UNITS)
    assert "“own” has a cell of the class StackedRNNCells" in refusal


def test_a_masked_timestep_keeps_the_state_and_what_is_not_finite_is_told():
    inputs = numbers(1, TIMESTEPS, FEATURES)
    inputs[0, 3:] = 0
    build = lambda layer, sequence: layer(layers.Masking()(sequence))  # noqa: E731
    found, _ = walked(layers.GRU(UNITS, name="memory"), inputs, build=build)
    place = found.tracks[0].strips.index("h")
    assert found.counts == (True, True, True, False, False)
    assert (found.tracks[0].numbers[3:, place] == found.tracks[0].numbers[2, place]).all()
    inputs[0, 1, 0] = np.nan
    found, _ = walked(layers.GRU(UNITS, name="memory"), inputs)
    assert found.notes[0].startswith("The state of “memory” is NaN or infinite at 4 timesteps")


def test_directions_of_different_sizes_or_kinds():
    sequence = keras.Input((TIMESTEPS, FEATURES))
    given = numbers(1, TIMESTEPS, FEATURES)
    for back in (layers.LSTM(UNITS + 2, go_backwards=True), layers.GRU(UNITS, go_backwards=True)):
        both = layers.Bidirectional(layers.LSTM(UNITS), backward_layer=back, name="both")
        model = keras.Model(sequence, both(sequence))
        found, refused = walk(model, given)
        inside = look(model, "both", given)
        forward, backward = inside.directions
        returned = np.concatenate([forward.hidden[:, -1], backward.hidden[:, 0]], axis=-1)
        np.testing.assert_allclose(returned, model(given), atol=1e-6)
        if isinstance(back, layers.LSTM):
            assert not found
            assert refused == [
                "“both” has 4 units forward and 6 backward. Its walk is not drawn: both directions must have the same "
                "number of units."
            ]
            assert inside.gates["i"].shape == (1, TIMESTEPS, 2 * UNITS + 2)
        else:
            assert [track.kind for track in found[0].tracks] == ["LSTM", "GRU"]
            np.testing.assert_array_equal(inside.gates["backward z"], backward.gates["z"])
            assert "forward i" in inside.gates


def test_a_model_with_a_batch_size_of_its_own_is_refused_in_a_sentence():
    sequence = keras.Input((TIMESTEPS, FEATURES), batch_size=3)
    model = keras.Model(sequence, layers.GRU(UNITS, stateful=True)(layers.GRU(UNITS, return_sequences=True)(sequence)))
    with pytest.raises(ValueError, match=r"^The model takes 3 sequences at a time\. Received: 1\.$"):
        walk(model, numbers(3, TIMESTEPS, FEATURES))
