"""What is said of settings that move because another one did."""

from __future__ import annotations

from dataclasses import replace

from explorer.catalog import read_experiment
from explorer.ui.state.followed import Followed, followed

ECHO = read_experiment({"delay": 7}).experiment


def after(**asked):
    """What is said where these are asked for on a page that shows `ECHO`; None: left to fit by itself."""
    before = {name: value for name, value in {**ECHO.to_dict(), **ECHO.knobs}.items() if name != "knobs"}
    wanted = {name: value for name, value in (before | asked).items() if value is not None}
    return followed(before, wanted, read_experiment(wanted).experiment)


def test_what_moves_with_another_setting_is_said_with_its_reason():
    said = "Also changed: delay from 7 to 4 (with 5 timesteps it can be 0 to 4). Undo takes both back."
    assert after(timesteps=5) == Followed(frozenset({"delay"}), "timesteps", said)
    assert after(samples=64, batch=128).sentence == ""
    found = after(architecture="gru_once", task=None, learning_rate=None)
    assert found.cause == "architecture"
    assert "task from “Delayed echo” to “Adding problem” (the one before does not fit “GRU, " in found.sentence
    assert "features from 5 to 2 (The adding problem always has 2 features: the number and its mark)" in found.sentence
    assert found.sentence.endswith("Undo takes all of it back.")


def test_what_a_hand_moved_or_nothing_did_is_not_said():
    assert after(timesteps=9) == after(units=8) == after() == Followed()
    # Asked for by hand, and not possible: that is another sentence.
    assert after(delay=40) == Followed()


def test_a_batch_follows_the_samples():
    big = replace(ECHO, batch=256)
    before = {name: value for name, value in {**big.to_dict(), **big.knobs}.items() if name != "knobs"}
    wanted = before | {"samples": 32}
    found = followed(before, wanted, read_experiment(wanted).experiment)
    assert found.sentence == "Also changed: batch from 256 to 32 (there are 32 samples). Undo takes both back."


def test_what_followed_is_told_while_the_same_hand_moves_on():
    """A key that is held, or pressed in a burst, takes the setting past where nothing else had to move."""
    begun = read_experiment({"timesteps": 20, "delay": 3}).experiment
    flat = {name: value for name, value in {**begun.to_dict(), **begun.knobs}.items() if name != "knobs"}
    low = read_experiment({"timesteps": 2, "delay": 3}).experiment
    shown = flat | {"timesteps": 2, "delay": low.knobs["delay"]}
    for timesteps in (22, 20):
        wanted = {**shown, "timesteps": timesteps}
        after = read_experiment(wanted).experiment
        assert followed(shown, wanted, after) == Followed()
        told = followed(shown, wanted, after, flat)
        assert (told.cause, told.names) == ("timesteps", frozenset({"delay"}))
        assert told.sentence.startswith("Also changed: delay from 3 to 1 (an earlier value of timesteps required it). ")
