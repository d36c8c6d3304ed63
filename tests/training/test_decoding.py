"""Decoding one timestep at a time is what the encoder's state and the decoder's cell give, step by step."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from explorer.catalog import ARCHITECTURES
from explorer.catalog.entries import Sizes
from explorer.experiment import HELD_OUT_SAMPLES, PROBE_SEQUENCES
from explorer.models.build import build
from explorer.training import decoding

TIMESTEPS, SYMBOLS = 5, 8
SAMPLES = HELD_OUT_SAMPLES + PROBE_SEQUENCES


def test_a_decoder_reads_its_own_outputs_and_what_is_told_of_them_is_counted():
    model = build(ARCHITECTURES["seq2seq_with_state"], Sizes(TIMESTEPS, 3, SYMBOLS, 6, SYMBOLS), seed=3)
    for variable in model.variables:  # Fresh weights are small: every output would be the same.
        variable.assign(variable * 8)
    rng = np.random.default_rng(0)
    source = rng.integers(1, SYMBOLS, (SAMPLES, TIMESTEPS))
    source[np.arange(TIMESTEPS) >= rng.integers(2, TIMESTEPS + 1, SAMPLES)[:, None]] = 0
    starts = rng.integers(1, SYMBOLS, SAMPLES)

    # As it is used: a state, and one symbol at a time.
    state = model.get_layer("encoder")(model.get_layer("source_vectors")(source))
    look_up, cell = model.get_layer("target_vectors"), model.get_layer("decoder").cell
    symbol, wanted = starts, []
    for _ in range(TIMESTEPS):
        output, (state,) = cell(look_up(symbol), [state])
        symbol = np.asarray(model.get_layer("answer")(output)).argmax(axis=-1)
        wanted.append(symbol)
    wanted = np.stack(wanted, axis=1)
    assert len(np.unique(wanted)) > 3

    floats = [tf.constant(each, tf.float32) for each in (source, starts)]
    np.testing.assert_array_equal(decoding.decode(model, *floats), wanted)

    # Of the target only its start and its length are read.
    shifted = np.where(np.arange(TIMESTEPS) < rng.integers(2, TIMESTEPS + 1, SAMPLES)[:, None], 1, 0)
    shifted[:, 0] = starts
    targets = rng.integers(0, SYMBOLS, (HELD_OUT_SAMPLES, TIMESTEPS))
    looked_at = [floats[0], tf.constant(shifted, tf.float32)]
    accuracy, decoded = decoding.own(model, looked_at, tf.constant(targets, tf.float32))
    right = (wanted[:HELD_OUT_SAMPLES] == targets)[shifted[:HELD_OUT_SAMPLES] != 0]
    assert float(accuracy) == np.float32(right.mean())
    np.testing.assert_array_equal(decoded, wanted[HELD_OUT_SAMPLES:])
