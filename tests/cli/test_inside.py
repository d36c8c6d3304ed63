"""`explorer inside` prints the numbers of a layer so that anybody can compute them again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from explorer.cli import inside, main
from explorer.cli.inside import _reach
from explorer.experiment import Frame
from explorer.interface import Training
from explorer.models.build import build_experiment
from explorer.models.through_time import Gradient
from explorer.tensors.text import ranges, ranges_text
from tests.models.recurrence_by_hand import by_hand

SMALL = ("gru_every_step", "--task", "delayed_echo", "--timesteps", "5", "--units", "4")
KEYS = ["hidden", "gates", "cell", "gradient", "mask", "weights", "inputs"]

BY = "By the gradient with respect to the input (dx): "


@pytest.fixture
def untrained(monkeypatch):
    """Training that is none: the model as it is built, `changed` first; the frame's loss as given."""

    def prepare(loss: float = 0.5, changed=lambda model: None) -> None:
        def train(experiment):
            model = build_experiment(experiment)
            changed(model)
            return Training(experiment, (Frame(1, loss, loss, None, None, np.zeros((1, 2, 1))),), model)

        monkeypatch.setattr(inside, "train_with_bar", train)

    return prepare


def with_biases(model):
    bias = model.get_layer("memory").cell.bias
    bias.assign(np.random.default_rng(1).normal(size=bias.shape))


def test_what_is_printed_as_json_can_be_computed_again(capsys, untrained):
    untrained(changed=with_biases)
    assert main(["inside", *SMALL, "--layer", "memory", "--sequence", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == KEYS
    weights = {name: np.squeeze(value) for name, value in found["weights"].items()}
    assert {name: value.shape for name, value in weights.items()} == {
        "kernel": (5, 12),
        "recurrent_kernel": (4, 12),
        "bias": (2, 12),
    }
    hand = by_hand("GRU", weights, np.array(found["inputs"]))
    np.testing.assert_allclose(found["hidden"], hand["states"][0], atol=1e-5)
    assert list(found["gates"]) == ["z", "r", "candidate"]
    for name, gate in found["gates"].items():
        np.testing.assert_allclose(gate, hand["gates"][name], atol=1e-5)
    assert found["cell"] is None and found["mask"] == [True] * 5
    assert np.shape(found["gradient"]) == (5,) and found["gradient"][-1] > 0


def test_the_table_has_a_row_for_each_timestep(capsys, untrained):
    untrained()
    assert main(["inside", *SMALL, "--at", "3"]) == 0
    text = capsys.readouterr().out
    head, *rows = [line for line in text.splitlines() if line.strip()][1:7]
    assert text.startswith("memory: GRU, 4 units, after 1 epoch, validation sequence 1\n")
    assert head.split()[-2:] == ["dx", "dh"] and "update z  reset r  candidate  hidden state" in head
    assert [row.split()[0] for row in rows] == ["1", "2", "3", "4", "5"]
    assert rows[4].split()[-2:] == ["0", "0"] and rows[2].split()[-1] != "0"
    assert "the loss at timestep 3 (" in text


def test_an_lstm_and_both_directions_have_all_their_numbers(capsys, untrained):
    untrained()
    assert main(["inside", "lstm_every_step", "--timesteps", "5", "--units", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["gates"]) == ["i", "f", "candidate", "o"]
    assert np.shape(found["cell"]) == np.shape(found["hidden"]) == (5, 3)
    assert np.shape(found["weights"]["bias"]) == (1, 12)
    assert main(["inside", "bidirectional_gru", "--timesteps", "5", "--units", "3"]) == 0
    text = capsys.readouterr().out
    assert "memory forward: GRU, 3 units" in text and "memory backward: GRU, 3 units" in text
    assert "dx belongs to both directions together" in " ".join(text.split())
    assert main(["inside", "windows_gru", "--windows", "2", "--timesteps", "4", "--units", "3"]) == 0
    assert "2 windows lie end to end; the state starts at zero in each of them." in capsys.readouterr().out


def test_attention_is_printed_for_every_head(capsys, untrained):
    untrained()
    small = ("inside", "self_attention", "--timesteps", "5", "--heads", "2", "--layer", "attention")
    assert main([*small, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert np.shape(found["attention"]) == (2, 5, 5) and np.array(found["allowed"]).all()
    np.testing.assert_allclose(np.sum(found["attention"], axis=-1), 1, atol=1e-5)
    assert main([*small]) == 0
    text = capsys.readouterr().out
    assert (
        text.startswith("attention: attention, 2 heads, after 1 epoch")
        and "an even share of 5 key timesteps is 0.200" in text
    )
    head = np.array(found["attention"])[1, 2]
    assert f"{head.argmax() + 1} ({head.max():.3f})" in text
    assert main([*small, "--at", "2"]) == 2 and "recurrent layer" in capsys.readouterr().err


def test_200_timesteps_of_256_units_are_printed_whole(capsys, untrained):
    untrained()
    assert main(["inside", "simple_rnn_every_step", "--timesteps", "200", "--units", "256", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert np.shape(found["hidden"]) == (200, 256) and found["gates"] == {}
    assert np.shape(found["inputs"]) == (200, 5)


def test_numbers_that_are_not_finite_are_null_and_are_told(capsys, untrained):
    untrained(float("nan"), lambda model: model.get_layer("memory").cell.bias.assign(np.full((2, 12), np.nan)))
    assert main(["inside", *SMALL, "--json"]) == 1
    said = capsys.readouterr()
    found = json.loads(said.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert found["hidden"] == [[None] * 4] * 5
    assert "The state of “memory” is NaN or infinite at 5 timesteps, the first is 1." in said.err
    assert "The gradient through “memory” is NaN or infinite" in said.err
    assert "The loss was no longer a finite number in epoch 1." in said.err
    assert main(["inside", *SMALL]) == 1
    assert f"{BY}The gradient is NaN or infinite at 5 timesteps, the first is 1: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("gru_once", "--layer", "none"),
            "There is no layer called “none”. Recurrent layers that can be looked into: memory.",
        ),
        (("gru_once", "--layer", "answer"), "“answer” is a Dense. It has no hidden state. Recurrent layers that can be"),
        (("self_attention",), "The model has no recurrent layer that can be looked into. Its layers: steps, attention,"),
        (("gru_once", "--sequence", "9"), "--sequence must be 1 to 8. Received: “9”."),
        (("gru_once", "--sequence", "one"), "--sequence must be a whole number from 1 on. Received: “one”."),
        (("gru_once", "--epochs", "0"), "epochs must be a whole number from 1 to 500; received “0”."),
        (("gru_once", "--at", "2"), "The model has one output per sequence, so that no timestep has a loss of its own"),
        (("gru_every_step", "--at", "21"), "The output has 20 timesteps, 1 to 20. Received: 21."),
    ],
)
def test_a_bad_request_gets_its_sentence_before_anything_is_trained(capsys, monkeypatch, arguments, sentence):
    monkeypatch.setattr(inside, "train_with_bar", lambda experiment: pytest.fail("It was trained."))
    assert main(["inside", *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_what_is_out_of_reach_is_told_in_ranges():
    assert ranges_text(ranges([2])) == "2"

    def told(*slopes, mask):
        numbers = np.array([slopes])
        return _reach(
            Gradient("memory", np.array([3]), np.ones(1), numbers, {"": numbers}, np.ones(1, bool), np.array([mask]))
        )

    assert told(0.001, 0.001, 1, 0.002, mask=[True] * 4) == (
        f"{BY}Timestep 3 counts most. Timesteps 1 to 2, 4 hardly change the loss: each has less than 1% of the gradient "
        "at timestep 3."
    )
    # What is masked, and what comes after the loss, is not counted.
    assert told(0.5, 0, 1, 0, mask=[True, False, True, True]) == (
        f"{BY}Timestep 3 counts most. Every timestep up to 3 that is not masked changes the loss; the weakest is timestep "
        "1, with 50% of the gradient at timestep 3."
    )
