"""What a unit follows is what NumPy's correlation says, over the timesteps that count."""

from __future__ import annotations

import numpy as np

from explorer.inside.follows import follows, ordered
from explorer.inside.states import Follow
from explorer.inside.words import follow_sentence, follow_short

SAMPLES, TIMESTEPS, FEATURES, UNITS = 3, 7, 2, 5


def test_the_strongest_correlation_is_that_of_numpy():
    rng = np.random.default_rng(4)
    hidden, inputs = rng.normal(size=(SAMPLES, TIMESTEPS, UNITS)), rng.normal(size=(SAMPLES, TIMESTEPS, FEATURES))
    target, counts = rng.normal(size=(SAMPLES, TIMESTEPS, 2)), rng.random((SAMPLES, TIMESTEPS)) > 0.2
    hidden[..., 0] = 3 - 2 * target[..., 1] + 0.1 * hidden[..., 0]
    hidden[..., 1] += 4 * inputs[..., 0]
    hidden[..., 2] = np.arange(TIMESTEPS)
    hidden[..., 3] = 0.25
    found = follows(hidden, inputs, counts, target, TIMESTEPS)
    time = np.broadcast_to(np.arange(TIMESTEPS), (SAMPLES, TIMESTEPS))
    candidates = {("target", place + 1): target[..., place] for place in range(2)}
    candidates |= {("feature", place + 1): inputs[..., place] for place in range(FEATURES)} | {("time", 0): time}
    for unit, each in enumerate(found):
        if unit == 3:
            assert each == Follow("", 0, 0.0)
            continue
        wanted = {name: np.corrcoef(hidden[counts][:, unit], numbers[counts])[0, 1] for name, numbers in candidates.items()}
        name = max(wanted, key=lambda name: abs(wanted[name]))
        assert (each.kind, each.place) == name
        np.testing.assert_allclose(each.correlation, wanted[name], atol=1e-6)
    assert [(each.kind, each.place) for each in found[:3]] == [("target", 2), ("feature", 1), ("time", 0)]
    assert found[0].correlation < -0.9
    told = ordered(found)
    assert told[0] == 0 and told.index(1) < told.index(2) < told.index(3) == UNITS - 1


def test_time_begins_anew_in_each_window():
    hidden = np.tile(np.arange(3.0), 4)[None, :, None]
    (found,) = follows(hidden, np.zeros((1, 12, 1)), np.ones((1, 12), bool), None, 3)
    assert found == Follow("time", 0, 1.0)


def test_a_state_that_is_not_finite_follows_nothing():
    hidden = np.full((1, 4, 1), np.nan)
    (found,) = follows(hidden, np.ones((1, 4, 1)), np.ones((1, 4), bool), None, 4)
    assert found.correlation == 0
    assert follow_short(found, 1) == ""
    assert follow_sentence(1, found, 1).startswith("What unit 1 follows is not known")


def test_sequences_with_states_that_are_not_finite_are_left_out():
    rng = np.random.default_rng(5)
    hidden, inputs = rng.normal(size=(SAMPLES, TIMESTEPS, UNITS)), rng.normal(size=(SAMPLES, TIMESTEPS, FEATURES))
    counts = np.ones((SAMPLES, TIMESTEPS), bool)
    wanted = follows(hidden[1:], inputs[1:], counts[1:], None, TIMESTEPS)
    hidden[0, 3, 2] = np.nan
    assert follows(hidden, inputs, counts, None, TIMESTEPS) == wanted
    hidden[:, 3, 2] = np.inf
    (first, *_) = found = follows(hidden, inputs, counts, None, TIMESTEPS)
    assert found == (Follow("unknown", 0, 0.0),) * UNITS
    assert follow_short(first, 1) == ""
    assert follow_sentence(1, first, 1) == (
        "What unit 1 follows is not known: no sequence has finite states at all its timesteps."
    )
    # Where it is masked it does not count.
    counts[1:, 3] = False
    assert {each.kind for each in follows(hidden, inputs, counts, None, TIMESTEPS)} != {"unknown"}
