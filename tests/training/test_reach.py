"""What is said of a gradient through time follows from its numbers."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.training.gradient_words import about, foot, measure, norms_sentence, title, unit
from explorer.training.reach import reach

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("slopes", "to", "sentence", "low"),
    [
        (
            [0.001, 0.002, 0.3, 0.5, 1.0],
            5,
            "Timestep 5 counts most. Timesteps 1 to 2 hardly change the loss: each has less than 1% of the gradient at "
            "timestep 5.",
            [(1, 2)],
        ),
        (
            [1.0, 0.5, 0.3, 0.04, 0.002],
            1,
            "Timestep 1 counts most. Timestep 5 hardly changes the loss: it has less than 1% of the gradient at timestep 1.",
            [(5, 5)],
        ),
        (
            [0.041, 1.2, 0.9, 1.0],
            4,
            "Timestep 2 counts most. Every timestep changes the loss; the weakest is timestep 1, with 3% of the "
            "gradient at "
            "timestep 2.",
            [],
        ),
        # The far end counts more and more: only a steady growth explodes, and one peak is what the task asks for.
        (
            [64000.0, 3200.0, 160.0, 8.0, 4.0],
            5,
            "The gradient grows with the distance: at timestep 1 it is 16,000 times that of timestep 5. It explodes.",
            [],
        ),
        (
            [0.1, 0.1, 50.0, 0.1, 1.0],
            5,
            "Timestep 3 counts most, 50 times as much as timestep 5. Timesteps 1 to 2, 4 hardly change the loss: "
            "each has less "
            "than 1% of the gradient at timestep 3.",
            [(1, 2), (4, 4)],
        ),
        ([0.2, 0.2, 0.2], None, "Every timestep counts about the same.", []),
        ([0.0, 0.0, 0.0], 3, "The gradient is 0 at every timestep: the loss does not depend on any of them.", []),
        ([0.1, NAN, 1.0], 3, "The gradient is NaN or infinite at timestep 2: what the loss depends on is not known.", []),
        (
            [NAN, INF, 1.0],
            3,
            "The gradient is NaN or infinite at 2 timesteps, the first is 1: what the loss depends on is not known.",
            [],
        ),
        ([1.0], 1, "Only timestep 1 counts.", []),
    ],
)
def test_the_sentence_follows_from_the_numbers(slopes, to, sentence, low):
    found = reach(np.array(slopes), to)
    assert (found.sentence, found.low) == (sentence, low)
    largest = max(each for each in slopes if np.isfinite(each))
    assert found.most == (slopes.index(largest) + 1 if largest else None)
    for percent, slope in zip(found.percent, slopes, strict=True):
        assert percent == (pytest.approx(100 * slope / (largest or 1), rel=1e-3) if np.isfinite(slope) else None)


def test_timesteps_that_cannot_count_are_not_spoken_of():
    slopes, counts = np.array([0.0, 0.5, 1.0, 0.0]), np.array([False, True, True, False])
    weakest = "changes the loss; the weakest is timestep 2, with 50% of the gradient at timestep 3."
    masked = "Timestep 3 counts most. Every timestep that is not masked "
    assert reach(slopes, 3, counts).sentence == masked + weakest
    until = "Timestep 3 counts most. Every timestep up to 3 that is not masked "
    assert reach(slopes, 3, counts, until=3).sentence == until + weakest
    assert reach(slopes[1:], 2, until=2).sentence.startswith("Timestep 2 counts most. Every timestep up to 2 changes ")
    scattered = reach(np.array([0.0, 1.0] * 5), 10)
    assert " 5 of 10 timesteps hardly change the loss: each has less than 1%" in scattered.sentence
    assert len(scattered.low) == 5


def test_what_is_drawn_is_named_and_nothing_else():
    assert about("inputs", 20, None) == (
        "How much the loss at the last timestep of each sequence reacts to each timestep of the input."
    )
    assert about("state", 20, 10).endswith("at timestep 10 reacts to the state after each timestep.")
    assert about("inputs", 0, None, windows=4).endswith(" The 4 windows that the layer reads stand end to end.")
    assert measure("inputs", "GRU", 20, None, 9) == "|dLoss(last timestep) / dx(t)|, in % of the largest"
    assert (unit(9), unit(None)) == ("% of timestep 9", "")
    assert foot(["GRU", "LSTM"], 2).endswith(
        " The bars of each are in % of its own largest one: compare their shape, not their size."
    )
    assert title("GRU", 32, both=True) == "Bidirectional(GRU(32)), both directions together"


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        ({}, "No epoch is trained yet, so that there is no gradient yet."),
        ({"a": [0.5, 0.4]}, "The gradient of “a” was 0.5 in epochs 1 to 3 and is 0.4 in epochs 4 to 9."),
        ({"a": [NAN, 0.4]}, "The gradient of “a” is 0.4 in epochs 4 to 9."),
        (
            {"a": [0.1, 3.0], "b": [0.1, 0.001]},
            "The gradient of “a” grew from 0.1 in epochs 1 to 3 to 3 in epochs 4 to 9. It is the largest, 3000 "
            "times that of “b”.",
        ),
        (
            {"a": [0.5, 0.5], "b": [0.0, 0.0]},
            "The gradient of “a” was 0.5 in epochs 1 to 3 and is 0.5 in epochs 4 to 9. That of “b” is 0: nothing "
            "reaches it.",
        ),
    ],
)
def test_the_norms_are_told_by_their_numbers(layers, sentence):
    points = (
        " The first point stands at epoch 3. Not every epoch has a point: each point is the root mean square "
        "over the epochs "
        "since the point before."
    )
    assert norms_sentence([3, 9] if layers else [], layers) == sentence + points * bool(layers)


def test_norms_of_every_epoch_leave_none_out():
    assert norms_sentence([1, 2], {"a": [0.5, 0.4]}) == "The gradient of “a” was 0.5 in epoch 1 and is 0.4 in epoch 2."
