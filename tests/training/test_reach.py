"""What is said of a gradient through time follows from its numbers."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.training.gradient_words import norms_told
from explorer.training.reach import reach

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("slopes", "to", "sentence", "low"),
    [
        ([0.001, 0.002, 0.3, 0.5, 1.0], 5, "Below 1 %: timesteps 1 to 2 are out of reach.", [(1, 2)]),
        ([0.001, 0.4, 0.3, 0.5, 1.0], 5, "Below 1 %: timestep 1 is out of reach.", [(1, 1)]),
        ([1.0, 0.5, 0.3, 0.004, 0.002], 1, "Below 1 %: timesteps 4 to 5 are out of reach.", [(4, 5)]),
        ([0.61, 1.2, 0.9, 1.0], 4, "Every timestep gets through, 61 % or more.", []),
        ([0.041, 1.2, 0.9, 1.0], 4, "Every timestep gets through, the weakest is timestep 1 with 4 %.", []),
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
            "Timestep 3 counts most, 50 times as much as timestep 5. Below 1 % of it: timesteps 1 to 2, 4 hardly count.",
            [(1, 2), (4, 4)],
        ),
        ([0.2, 0.2, 0.1, 0.1], None, "Timestep 1 counts most. Every timestep gets through, 50 % of it or more.", []),
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
    base = slopes[to - 1] if found.to else max(slopes)
    for relative, slope in zip(found.relative, slopes, strict=True):
        assert relative == (pytest.approx(slope / base if base else 0.0) if np.isfinite(slope) else None)


def test_timesteps_that_cannot_count_are_not_spoken_of():
    counts = np.array([False, True, True, False])
    assert reach(np.array([0.0, 0.5, 1.0, 0.0]), 3, counts).sentence == "Every timestep gets through, 50 % or more."
    scattered = reach(np.array([0.0, 1.0] * 5), 10)
    assert scattered.sentence == "Below 1 %: 5 of 10 timesteps hardly count." and len(scattered.low) == 5


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        ({}, "No epoch is trained yet, so that there is no gradient yet."),
        ({"a": [0.5, 0.4]}, "The gradient of “a” was 0.5 at first and is 0.4 now."),
        ({"a": [NAN, 0.4]}, "The gradient of “a” was 0.4 at first and is 0.4 now."),
        (
            {"a": [0.1, 3.0], "b": [0.1, 0.001]},
            "The gradient of “a” grew from 0.1 to 3. The largest is now that of “a”, 3000 times that of “b”.",
        ),
        (
            {"a": [0.5, 0.5], "b": [0.0, 0.0]},
            "The gradient of “a” was 0.5 at first and is 0.5 now. That of “b” is 0: nothing reaches it.",
        ),
    ],
)
def test_the_norms_are_told_by_their_numbers(layers, sentence):
    assert norms_told([3, 9] if layers else [], layers) == sentence
