"""What is said of an answer, of the lines, of a pinned unit and of what is not drawn: each sentence as it is read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from keras import layers

from explorer.inside.equation import _reason
from explorer.inside.matrices import matrices
from explorer.inside.panel import Choice, panel_answer
from explorer.inside.sentences import answered, of_pin, reach, target_line
from explorer.inside.states import Follow
from explorer.inside.terms import Line, Product
from explorer.inside.words import follow_sentence, follow_short
from tests.inside.test_equation import ABOUT, CASES, TIMESTEPS, UNITS, layer_states

CLASSES = ("0", "1", "2", "3", "4")


@pytest.fixture(scope="module")
def tagged():
    """A layer of which three timesteps are masked, with an answer and a target of five classes at each; unit 1 follows the
    second class."""
    found = CASES["GRU, masked"]()
    target = np.eye(5, dtype=np.float32)[[1, 0, 2, 0, 0]]
    (direction,) = found.directions
    direction = replace(direction, follows=(Follow("target", 2, -0.82), *direction.follows[1:]))
    return replace(found, directions=(direction,), output=0.9 * target + 0.02, target=target)


def test_a_class_is_told_by_its_name(tagged):
    assert answered(tagged, 2, CLASSES) == "Output at timestep 3: class 2 with 0.92. Target: class 2."
    masked = "Output at timestep 5: class 0 with 0.92. This timestep is masked, so its target does not count."
    assert answered(tagged, 4, CLASSES) == masked
    once = replace(tagged, output=tagged.output[:1], target=tagged.target[:1])
    assert answered(once, 4, CLASSES) == "Output: class 1 with 0.92. Target: class 1."
    assert answered(once, 4, ()) == "Output: 0.020, 0.92, 0.020, 0.020 and 1 more. Target: 0, 1.00, 0, 0 and 1 more."
    assert answered(replace(tagged, output=None), 4, CLASSES) == ""


def test_a_unit_follows_a_class_by_its_name():
    found = Follow("target", 1, -0.82)
    assert follow_short(found, 5, CLASSES) == "class 0 −0.82"
    told = "Unit 3 follows class 0 of the target with the opposite sign: correlation −0.82 over the 8 validation sequences."
    assert follow_sentence(3, found, 5, CLASSES, 8) == told


def test_the_target_is_drawn_that_a_unit_follows_where_it_counts(tagged):
    name, line = target_line(tagged, tagged.directions[0], 0, CLASSES)
    assert name == "target, class 1"
    np.testing.assert_array_equal(line, np.where(tagged.counts, tagged.target[:, 1], np.nan))
    about = replace(ABOUT, classes=CLASSES, symbols=tuple("x()ab"))
    shown = panel_answer(tagged, about, Choice(unit=1, timestep=3, pin=2))
    assert shown.target == (1, None, 0, None, None)
    assert shown.legend[1:] == (reach("unit 2, pinned", tagged.directions[0].hidden[:, 1]), "target, class 1, −1 to 1")
    assert shown.scales == "Each line has its own scale."
    assert shown.symbols == tuple("x()ab")
    assert panel_answer(tagged, ABOUT, Choice(unit=1)).symbols == ()


def test_what_pinning_does_is_said():
    assert of_pin(4, 0) == "Pin unit 4: its line stays when you choose another unit, so that you can compare the two."
    stays = "Unit 2 is pinned: its line stays when you choose another unit."
    assert of_pin(4, 2) == f"{stays} Its line is dashed."
    assert of_pin(2, 2) == f"{stays} Choose another unit to compare the two."


def test_what_moves_a_candidate_is_no_share():
    def reason(weight: float) -> str:
        moved, still = Product(np.ones(2), np.array([weight, 0.0])), Product(np.zeros(2), np.ones(2))
        return _reason(Line("candidate", 0, moved, 0.0, still, None, None, False, weight, None))

    assert reason(0.17) == "What lifts the candidate most is feature 1 of the input: it adds 0.17 to the sum."
    assert reason(-0.4) == "What lowers the candidate most is feature 1 of the input: it takes 0.40 from the sum."


def test_how_much_of_a_matrix_is_drawn_is_said():
    (direction,) = layer_states(layers.GRU(40)).directions
    drawn = [each.drawn for each in matrices(direction, 0)]
    assert drawn == ["Drawn: 16 of 40 units.", "Drawn: 16 of 40 units and 32 of 40 rows.", "Drawn: 16 of 40 units."]
    (small,) = CASES["GRU"]().directions
    assert [each.drawn for each in matrices(small, 0)] == ["", "", ""]
    assert small.units == UNITS < TIMESTEPS
