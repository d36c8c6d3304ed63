"""The learning rates that experiments start with, and the table that they come from."""

from __future__ import annotations

from explorer.experiment import spell
from explorer.training.trainer import Trainer
from scripts import learning_rates


def test_the_table_has_every_experiment_that_the_page_opens_with_and_its_default():
    table = learning_rates.PLACE.read_text(encoding="utf-8").split("\n\n")[-1]
    head, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]
    assert head[2:] == [spell(rate) for rate in learning_rates.TRIED]
    bold = {name: [rate for rate, cell in zip(head[2:], cells, strict=True) if cell[:2] == "**"] for name, _, *cells in rows}
    assert bold == {name: [spell(each.learning_rate)] for name, each in learning_rates.opened().items()}


def test_a_fall_is_measured_from_the_highest_baseline():
    fall = learning_rates.epochs_of_fall
    assert fall([0.9, 0.4, 0.2, 0.11, 0.1], {"mean": 0.5, "memory": 0.3}) == 4
    assert fall([0.5, 0.49, 0.48], {"mean": 0.5}) is None
    # A baseline of 0 cannot be passed, and says nothing of where the fall begins.
    assert fall([0.5, 0.04, 0.0], {"perfect": 0.0}) == 2


def test_the_fall_of_the_default_experiment_can_be_watched():
    experiment = learning_rates.opened()["gru_every_step on delayed_echo"]
    losses = [frame.val_loss for frame in Trainer(experiment).run(None, 25, float("inf"))[1]]
    epochs = learning_rates.epochs_of_fall(losses, {"without memory": 17 / 60})
    assert epochs is not None and 10 <= epochs <= 20
