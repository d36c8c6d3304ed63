"""The sentences of a batch in slow motion say what its numbers do."""

from __future__ import annotations

import math

from explorer.training.slow_motion import DirectionNorms, SlowBatch, phases, whose

WAY = DirectionNorms("memory", "", False, 1, (0.5, 1.0, 2.0), (0.001, 0.02, 0.04))
CHANGES = {"memory": 0.0083, "answer": 0.0031}
BATCH = SlowBatch(1, 32, 0.25, 0.25, 0.24, (0.1, 0.4, 0.25), (WAY,), CHANGES)


def told(batch: SlowBatch) -> dict[str, str]:
    return {phase.name: phase.sentence for phase in phases(batch)}


def test_each_phase_says_what_it_changes_with_its_numbers():
    assert list(told(BATCH).values()) == [
        "Forward: 32 sequences go through the model. “memory” reads from timestep 1 to 3; the norm of its state grows "
        "from 0.5 to 2. No weight changes.",
        "Loss: 0.25, the mean over 32 sequences and 3 timesteps. It is largest at timestep 2 (0.4) and smallest at "
        "timestep 1 (0.1). No weight changes.",
        "Backward: the gradient goes from the loss back through the model. In “memory” it goes from timestep 3 to 1; it is "
        "strongest at timestep 3 (0.04), and at timestep 1 it is 2.5% of that. No weight changes yet.",
        "Update: Adam works out a step for every weight, from its gradients in this batch and in those before. It changes "
        "“memory” by 0.83% of the norm of its weights and “answer” by 0.31%. The loss of this batch goes "
        "from 0.25 to 0.24.",
    ]


def test_what_reads_backwards_goes_the_other_way_and_windows_are_counted_within():
    back = DirectionNorms("memory", "backward", True, 1, (2.0, 1.0, 0.5), (0.04, 0.02, 0.001))
    found = told(BATCH._replace(directions=(back,), samples=1))
    assert "1 sequence goes through" in found["forward"]
    assert "“memory” (backward) reads from timestep 3 to 1; the norm of its state grows from 0.5 to 2." in found["forward"]
    assert (
        "goes from timestep 1 to 3; it is strongest at timestep 1 (0.04), and at timestep 3 it is 2.5%" in found["backward"]
    )
    windows = DirectionNorms("memory", "", False, 2, (0.5, 1.0, 0.6, 2.0), (0.1, 0.2, 0.3, 0.4))
    found = told(BATCH._replace(directions=(windows,), by_timestep=None))
    assert "from timestep 1 to 2 of each window" in found["forward"]
    assert "strongest at timestep 2 of window 2 (0.4), and at timestep 1 of window 1 it is 25%" in found["backward"]
    assert found["loss"].startswith("Loss: 0.25, the mean over 32 sequences, each with one output.")


def test_what_is_no_number_or_not_there_is_said():
    nan = DirectionNorms("memory", "", False, 1, (math.nan, 1.0), (math.nan, 1.0))
    found = told(BATCH._replace(directions=(nan,), evaluated=math.nan, after=math.nan))
    assert "In “memory” it is NaN or infinite." in found["backward"]
    assert found["loss"] == "Loss: it is no finite number, so that no gradient of it is either."
    still = BATCH._replace(directions=(WAY._replace(gradient=(0.0, 0.0, 0.0)),), changes={"memory": 0.0, "answer": 0.0})
    assert "In “memory” it is 0 at every timestep." in told(still)["backward"]
    assert told(still)["update"].startswith("Update: no weight changed.")
    assert "No layer carries a state" in told(BATCH._replace(directions=()))["backward"]
    assert "In the step itself it was 0.3, with what layers drop" in told(BATCH._replace(loss=0.3))["loss"]
    many = {name: 0.01 for name in "abcde"} | {"new": None}
    assert "“new” from 0, “a” by 1% and “b” by 1%; 3 more layers by less." in told(BATCH._replace(changes=many))["update"]


def test_a_loss_that_goes_on_a_little_has_more_digits_and_one_that_stays_says_so():
    last = told(BATCH._replace(evaluated=1.42e-4, after=1.39e-4))["update"]
    assert last.endswith("The loss of this batch goes from 1.42e-4 to 1.39e-4.")
    last = told(BATCH._replace(evaluated=0.25, after=0.2500001))["update"]
    assert last.endswith("The loss of this batch hardly changes: it stays at 0.25.")


def test_it_is_said_that_the_drawing_is_of_one_sequence_and_the_batch_of_many():
    assert whose(BATCH) == (
        "These sentences and bars are of the whole batch: 32 training sequences. The numbers in the drawing above stay "
        "those of one validation sequence at the end of the epoch."
    )
