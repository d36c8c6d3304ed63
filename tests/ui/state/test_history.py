"""Undo and redo of settings, without a page."""

from __future__ import annotations

from dataclasses import replace

from explorer.experiment import Experiment
from explorer.ui.state.history import MOST_STEPS, History, changed

FIRST = Experiment("gru_every_step", "delayed_echo", knobs={"delay": 3})


def moved(*moves: tuple[dict, float]) -> tuple[History, list[Experiment]]:
    """A page on which settings were moved, each at its second, and what it showed."""
    history, shown = History(FIRST), [FIRST]
    for settings, second in moves:
        shown.append(replace(shown[-1], **settings))
        history.note(shown[-1], second)
    return history, shown


def test_steps_are_taken_back_in_turn_and_done_again():
    history, (first, second, third) = moved(({"units": 8}, 0), ({"knobs": {"delay": 1}}, 5))
    assert [history.undo(), history.undo(), history.undo()] == [second, first, None]
    assert [history.redo(), history.redo(), history.redo()] == [second, third, None]
    assert history.present == third


def test_another_move_forgets_what_was_taken_back():
    history, (first, _) = moved(({"units": 8}, 0))
    history.undo()
    other = replace(first, units=9)
    history.note(other, 9)
    assert history.redo() is None
    assert history.undo() == first


def test_a_held_key_is_one_step_and_two_settings_are_two():
    history, shown = moved(({"units": 33}, 0), ({"units": 34}, 0.1), ({"units": 35}, 0.2), ({"seed": 1}, 0.3))
    assert history.undo() == shown[3]
    assert history.undo() == FIRST
    assert history.undo() is None


def test_a_later_move_of_the_same_setting_is_a_step_of_its_own():
    history, shown = moved(({"units": 33}, 0), ({"units": 34}, 5))
    assert history.undo() == shown[1]


def test_a_move_that_ends_where_it_began_is_no_step():
    history, _ = moved(({"units": 33}, 0), ({"units": 32}, 0.1))
    assert history.undo() is None


def test_what_is_taken_back_is_noted_by_the_page_and_changes_nothing():
    history, (first, second) = moved(({"units": 8}, 0))
    history.note(history.undo(), 1)
    assert history.redo() == second
    history.note(second, 1)
    assert history.undo() == first


def test_a_preset_is_one_step_however_many_settings_it_changes():
    other = Experiment("noise_free", "noise", units=64, batch=8)
    assert len(changed(FIRST, other)) > 3
    history = History(FIRST)
    history.note(other, 0)
    assert history.undo() == FIRST


def test_there_are_no_more_steps_than_are_kept():
    history, shown = moved(*(({"seed": seed}, 10 * seed) for seed in range(1, MOST_STEPS + 20)))
    steps = 0
    while history.undo() is not None:
        steps += 1
    assert steps == MOST_STEPS
    assert history.present == shown[-1 - MOST_STEPS]


def test_what_followed_a_move_is_taken_back_with_it():
    history = History(FIRST)
    for second, timesteps, delay in ((0.0, 4, 3), (0.1, 3, 2), (0.2, 2, 1)):
        moved = replace(history.present, timesteps=timesteps, knobs={"delay": delay})
        history.note(moved, second, frozenset({"delay"}))
    assert history.undo() == FIRST
    assert history.undo() is None
