"""A net with another cell in one layer is, bit for bit, the net that is written with that cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from keras import layers

from explorer.experiment import Pasted
from explorer.models.build import build_experiment
from explorer.models.other_cells import build_with_cell, cell_of
from explorer.runtime.jobs import gradient_job, jobs
from tests.training.test_training import small

# Of whole batches alone: a rest would be compiled once more for each net.
GRU = small("gru_every_step", "delayed_echo", samples=32)
WRITTEN = {"SimpleRNN": "simple_rnn_every_step", "LSTM": "lstm_every_step"}


@pytest.mark.parametrize("kind", WRITTEN)
def test_it_begins_with_the_weights_of_the_net_that_is_written_so(kind):
    here = build_with_cell(GRU, "memory", kind)
    there = build_experiment(replace(GRU, architecture=WRITTEN[kind]))
    assert [each.shape for each in here.variables] == [each.shape for each in there.variables]
    for one, other in zip(here.variables, there.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    assert cell_of(here.get_layer("memory")) == (kind, GRU.units, False, False)


def test_a_layer_that_reads_in_both_directions_is_none_that_reads_backwards():
    both = layers.Bidirectional(layers.LSTM(5))
    assert cell_of(both) == cell_of(layers.TimeDistributed(both)) == ("LSTM", 5, False, True)
    assert cell_of(layers.TimeDistributed(layers.GRU(3, go_backwards=True))) == ("GRU", 3, True, False)


def test_an_rnn_is_told_by_the_cell_that_it_was_given_and_keeps_it():
    assert cell_of(layers.RNN(layers.LSTMCell(4))) == ("LSTM", 4, False, False)
    code = 'model = keras.Sequential([keras.Input((6, 3)), layers.RNN(layers.GRUCell(4), name="plain"), layers.Dense(1)])'
    with pytest.raises(ValueError, match="“plain” is an RNN that was given its cell"):
        build_with_cell(replace(GRU, pasted=Pasted(code, ((16, 6, 3),), (16, 1), "mse")), "plain", "LSTM")


def test_it_trains_to_the_same_losses_and_in_parts_as_at_once():
    values = GRU.to_dict()
    whole = gradient_job.other_cell_at(values, None, 3, 0, "memory", None, "SimpleRNN", 1e9)
    assert (whole.epoch, whole.refusal) == (3, "")
    written = jobs.chunk(replace(GRU, architecture="simple_rnn_every_step").to_dict(), None, 3, 1e9)
    assert whole.val_loss == written.frames[-1].val_loss
    assert written.state == whole.state
    part = gradient_job.other_cell_at(values, None, 2, 0, "memory", None, "SimpleRNN", 1e9)
    rest = gradient_job.other_cell_at(values, part.state, 3, 0, "memory", None, "SimpleRNN", 1e9)
    assert (rest.state, rest.val_loss) == (whole.state, whole.val_loss)
    np.testing.assert_array_equal(rest.through.mean.inputs, whole.through.mean.inputs)
    assert (whole.through.kind, whole.through.units, whole.through.mean.samples) == ("SimpleRNN", GRU.units, 256)


TWO_STATES = """
sequence = keras.Input((6, 3), name="sequence")
first, h, c = layers.LSTM(8, return_sequences=True, return_state=True, name="first")(sequence)
second = layers.LSTM(8, name="second")(first, initial_state=[h, c])
model = keras.Model(sequence, layers.Dense(1, name="answer")(second))
"""


def test_a_net_that_cannot_have_that_cell_is_a_sentence():
    pasted = Pasted(TWO_STATES, ((16, 6, 3),), (16, 1), "mse")
    experiment = replace(GRU, architecture="pasted", task="random_targets", knobs={}, pasted=pasted)
    found = gradient_job.other_cell_at(experiment.to_dict(), None, 1, 0, "first", None, "GRU", 1e9)
    assert found.refusal.startswith("With kind=GRU, ")
    assert (found.through, found.epoch) == (None, 0)
    with pytest.raises(ValueError, match="no setting called “kind”"):
        build_with_cell(GRU, "answer", "LSTM")


def test_directions_that_differ_are_refused_in_a_sentence():
    back = layers.GRU(6, go_backwards=True)
    both = layers.Bidirectional(layers.LSTM(6), backward_layer=back, name="both")
    both.build((None, 5, 2))
    with pytest.raises(ValueError, match="The directions of “both” have cells of different kinds or sizes"):
        cell_of(both)
