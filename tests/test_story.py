"""The sentences say what the numbers say."""

from __future__ import annotations

import numpy as np

from explorer.experiment import Experiment
from explorer.training.narration import Course, tell

ECHO = Experiment("gru_every_step", "delayed_echo", timesteps=4, knobs={"delay": 1})
FLOOR = 3 / 4 / 3


def course(val_losses, losses=None, errors=None, accuracies=None) -> Course:
    val_losses = np.array(val_losses, float)
    errors = np.ones((len(val_losses), 4)) if errors is None else np.array(errors, float)
    losses = val_losses if losses is None else np.array(losses, float)
    return Course(losses, val_losses, errors, None if accuracies is None else np.array(accuracies))


def test_nothing_is_said_before_the_first_epoch():
    assert tell(ECHO, course([])) == []


def test_it_names_the_epoch_in_which_a_floor_was_passed_and_what_that_means():
    said = tell(ECHO, course([0.4, FLOOR, FLOOR * 0.9, FLOOR * 0.5]))
    assert said[0] == (
        "Passed the floor “without memory” (0.250) at epoch 3: only a model that remembers 1 steps back can be there."
    )


def test_it_says_when_a_model_stands_on_a_floor():
    said = tell(ECHO, course([0.4, FLOOR * 1.01]))
    assert said[0].startswith("The held-out loss (0.253) stands on the floor “without memory” (0.250)")


def test_it_says_when_the_floor_is_not_reached_yet():
    assert "is above the floor" in tell(ECHO, course([0.4, 0.39]))[0]


def test_it_names_the_first_and_the_last_timesteps():
    errors = [[1, 1, 1, 1], [0.1, 0.1, 1, 1], [0.1, 0.1, 0.1, 1], [0.1, 0.1, 0.1, 0.1]]
    said = tell(ECHO, course([0.1] * 4, errors=errors))
    assert "Timesteps 1 and 2 came first, at epoch 2, and timestep 4 last, at epoch 4." in said


def test_a_timestep_that_was_forgotten_again_is_not_learned():
    errors = [[1, 1, 1, 1], [0.1, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.9]]
    assert "not learned yet: timestep 4." in tell(ECHO, course([0.1] * 3, errors=errors))[-1]


def test_it_says_since_when_the_held_out_loss_rises():
    val_losses = [0.3, 0.2, *np.linspace(0.21, 0.4, 8)]
    said = tell(ECHO, course(val_losses, losses=np.linspace(0.3, 0.01, 10)))
    assert "The held-out loss rises since epoch 2, from 0.2 to 0.4, while the training loss falls: " in " ".join(said)


def test_a_trembling_loss_does_not_rise():
    assert "rises" not in " ".join(tell(ECHO, course([0.3, 3e-5, *[6e-5] * 8])))


def test_it_gives_the_accuracy_of_yes_or_no_answers():
    majority = Experiment("gru_pooled", "majority")
    said = tell(majority, course([0.5], errors=[[0.4]], accuracies=[0.875]))
    assert "It answers 88% of the held-out sequences right." in said


def test_a_course_that_is_not_finite_is_not_told():
    assert tell(ECHO, course([0.1, np.nan])) == []
