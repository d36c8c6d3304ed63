"""The sentences say what the numbers say."""

from __future__ import annotations

import re

import numpy as np

from explorer.experiment import Experiment
from explorer.training.narration import Course, narrate

ECHO = Experiment("gru_every_step", "delayed_echo", timesteps=4, knobs={"delay": 1})
BASELINE = 3 / 4 / 3


def course(val_losses, losses=None, errors=None, accuracies=None, own=None) -> Course:
    val_losses = np.array(val_losses, float)
    errors = np.ones((len(val_losses), 4)) if errors is None else np.array(errors, float)
    losses = val_losses if losses is None else np.array(losses, float)
    shares = (None if each is None else np.array(each) for each in (accuracies, own))
    return Course(losses, val_losses, errors, *shares)


def test_nothing_is_said_before_the_first_epoch():
    assert narrate(ECHO, course([])) == []


def test_it_names_the_epoch_in_which_a_baseline_was_beaten_and_what_that_means():
    said = narrate(ECHO, course([0.4, BASELINE, BASELINE * 0.9, BASELINE * 0.5]))
    assert said[0] == (
        "Beat the baseline “without memory” (0.25) at epoch 3. Only a model that uses what came 1 timestep earlier can."
    )


def test_it_says_when_a_model_is_no_better_than_a_baseline():
    said = narrate(ECHO, course([0.4, BASELINE * 1.01]))
    assert said[0].startswith("The validation loss (0.253) is close to the baseline “without memory” (0.25)")


def test_it_says_when_the_baseline_is_not_reached_yet():
    assert "is above the baseline" in narrate(ECHO, course([0.4, 0.39]))[0]


def test_it_names_the_first_and_the_last_timesteps():
    errors = [[1, 1, 1, 1], [0.1, 0.1, 1, 1], [0.1, 0.1, 0.1, 1], *[[0.1] * 4] * 5]
    said = narrate(ECHO, course([0.1] * 8, errors=errors))
    assert "Timesteps 1 and 2 were learned first (epoch 2); timestep 4 last (epoch 4)." in said


def test_one_timestep_is_told_in_the_singular():
    errors = [[1, 1, 1, 1], *[[0.1, 1, 1, 1]] * 5]
    assert "Timestep 1 was learned first (epoch 2); not learned yet: timesteps 2 to 4." in narrate(
        ECHO, course([0.1] * 6, errors=errors)
    )


def test_what_may_be_noise_is_called_uncertain_and_why():
    errors = [*[[1, 1, 1, 1]] * 7, [0.1, 1, 1, 1]]
    assert narrate(ECHO, course([0.1] * 8, errors=errors))[-1] == (
        "Timestep 1 seems learned, as its error is below half of the mean error of the first epoch; "
        "it counts as learned after 5 such epochs."
    )
    errors = [[1] * 4, *[[0.1, 1, 1, 1]] * 5, [0.1, 0.1, 0.1, 1]]
    assert narrate(ECHO, course([0.1] * 7, errors=errors))[-1] == (
        "Timestep 1 was learned first (epoch 2); timesteps 2 and 3 seem learned, for fewer than 5 epochs; "
        "not learned yet: timestep 4."
    )


def test_no_epoch_contradicts_another():
    errors = np.abs(np.random.default_rng(4).normal(size=(40, 4))) * np.linspace(1.2, 0.05, 40)[:, None]
    bound = errors[0].mean() / 2
    firsts, lasts = set(), set()
    for epoch in range(1, 41):
        said = narrate(ECHO, course([0.1] * epoch, errors=errors[:epoch]))[-1]
        firsts |= set(re.findall(r"(?:^)(T.*?) learned first", said))
        lasts |= set(re.findall(r"; (timesteps? [^;]*) last \(", said))
        if said.startswith("No timestep"):
            assert (errors[epoch - 1] >= bound).all(), epoch
        for step in re.findall(r"not learned yet: timestep (\d)\.", said):
            assert errors[epoch - 1, int(step) - 1] >= bound, epoch
    assert len(firsts) == len(lasts) == 1, (firsts, lasts)


def test_what_an_overfitting_model_has_memorized_is_not_called_learned():
    val_losses = [0.3, 0.2, *np.linspace(0.21, 0.4, 8)]
    said = narrate(ECHO, course(val_losses, losses=np.linspace(0.3, 0.01, 10), errors=[[1] * 4, *[[0.1] * 4] * 9]))
    assert "overfitting" in " ".join(said) and "learned" not in " ".join(said)


def test_a_timestep_that_was_forgotten_again_is_named():
    errors = [[1, 1, 1, 1], *[[0.1, 0.1, 0.1, 0.1]] * 5, [0.1, 0.1, 0.1, 0.9]]
    said = narrate(ECHO, course([0.1] * 7, errors=errors))[-1]
    assert said == "All 4 timesteps were learned at epoch 2; the error has risen again at timestep 4."


def test_it_says_since_when_the_validation_loss_rises():
    val_losses = [0.3, 0.2, *np.linspace(0.21, 0.4, 8)]
    said = narrate(ECHO, course(val_losses, losses=np.linspace(0.3, 0.01, 10)))
    assert "The validation loss has been rising since epoch 2, from 0.2 to 0.4, while the training loss falls: " in " ".join(
        said
    )


def test_a_trembling_loss_does_not_rise():
    assert "rising" not in " ".join(narrate(ECHO, course([0.3, 3e-5, *[6e-5] * 8])))


def test_it_gives_the_accuracy_of_classes_at_every_timestep_and_of_a_decoder_both_ways():
    tagger = Experiment("embedding_tagger", "bracket_depth")
    assert "The model classifies 88% of the timesteps of the validation sequences correctly." in narrate(
        tagger, course([0.5], accuracies=[0.875])
    )
    decoder = Experiment("seq2seq_with_state", "symbol_reverse", timesteps=8)
    assert (
        "With teacher forcing the decoder has 90% of the validation timesteps right; "
        "fed its own outputs, one timestep at a time, it has 75%."
    ) in narrate(decoder, course([0.5], accuracies=[0.9], own=[0.75]))


def test_it_gives_the_accuracy_of_yes_or_no_answers():
    majority = Experiment("gru_pooled", "majority")
    said = narrate(majority, course([0.5], errors=[[0.4]], accuracies=[0.875]))
    assert "The model classifies 88% of the validation sequences correctly." in said


def test_a_course_that_is_not_finite_is_not_told():
    assert narrate(ECHO, course([0.1, np.nan])) == []
