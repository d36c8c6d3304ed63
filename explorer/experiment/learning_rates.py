"""The learning rate that an experiment starts with: one at which the fall of its loss takes ten to twenty epochs.

A loss that falls within three epochs cannot be watched, and one that has not fallen after sixty shows nothing. How fast it
falls depends on the architecture and on the task, so that the rate does too. `make rates` measures them
(docs/learning_rates.md).
"""

from __future__ import annotations

# What the slider stops at.
RATES = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
# For the GRU on the delayed echo, for what was not measured, and where no rate makes the loss fall.
DEFAULT = 0.002
# By architecture and task; all others fall at DEFAULT, or at no rate.
MEASURED = {
    ("gru_every_step", "pointwise"): 0.01,
    ("gru_every_step", "reverse"): 0.005,
    ("gru_every_step", "parity"): 0.005,
    ("gru_every_step", "sine_forecast"): 0.01,
    ("windows_gru", "longest_window"): 0.01,
    ("two_streams", "two_streams_sum"): 0.0005,
    ("gru_once", "adding_problem"): 0.005,
    ("gru_once", "temporal_order"): 0.01,
    ("gru_pooled", "majority"): 0.005,
    ("dense_every_step", "pointwise"): 0.01,
    ("dense_every_step", "running_mean"): 0.0005,
    ("simple_rnn_every_step", "delayed_echo"): 0.0002,
    ("simple_rnn_every_step", "pointwise"): 0.01,
    ("simple_rnn_every_step", "running_mean"): 0.01,
    ("simple_rnn_every_step", "reverse"): 0.02,
    ("simple_rnn_every_step", "sine_forecast"): 0.01,
    ("simple_rnn_every_step", "parity"): 0.02,
    ("lstm_every_step", "pointwise"): 0.01,
    ("lstm_every_step", "reverse"): 0.01,
    ("lstm_every_step", "sine_forecast"): 0.01,
    ("lstm_every_step", "parity"): 0.005,
    ("stacked_gru", "delayed_echo"): 0.001,
    ("stacked_gru", "pointwise"): 0.005,
    ("stacked_gru", "running_mean"): 0.001,
    ("stacked_gru", "reverse"): 0.01,
    ("stacked_gru", "sine_forecast"): 0.005,
    ("bidirectional_gru", "pointwise"): 0.01,
    ("bidirectional_gru", "reverse"): 0.01,
    ("bidirectional_gru", "sine_forecast"): 0.005,
    ("bidirectional_gru", "parity"): 0.005,
    ("encoder_decoder", "delayed_echo"): 0.01,
    ("encoder_decoder", "pointwise"): 0.01,
    ("encoder_decoder", "running_mean"): 0.02,
    ("encoder_decoder", "look_ahead"): 0.01,
    ("encoder_decoder", "reverse"): 0.01,
    ("encoder_decoder", "sine_forecast"): 0.005,
    ("causal_convolution", "delayed_echo"): 0.0002,
    ("causal_convolution", "running_mean"): 0.0005,
    ("causal_convolution", "parity"): 0.02,
    ("self_attention", "pointwise"): 0.001,
    ("self_attention", "running_mean"): 0.0002,
    ("self_attention", "reverse"): 0.0002,
    ("gru_attention_pooling", "adding_problem"): 0.005,
    ("gru_attention_pooling", "temporal_order"): 0.005,
    ("conv_gru", "adding_problem"): 0.005,
    ("conv_gru", "temporal_order"): 0.005,
    ("seq2seq_with_state", "symbol_reverse"): 0.01,
    ("seq2seq_with_state", "symbol_addition"): 0.005,
    ("self_attention", "long_sum"): 0.001,
    ("stateful_gru", "long_sum"): 0.01,
    ("gru_every_step", "long_sum"): 0.001,
    ("stacked_gru", "long_sum"): 0.0005,
    ("bidirectional_gru", "long_sum"): 0.001,
    ("causal_convolution", "long_sum"): 0.0005,
    ("document_gru", "longest_document"): 0.005,
    ("frames_gru", "moving_dot"): 0.01,
}


def default_rate(architecture: str, task: str) -> float:
    """The learning rate of an architecture on a task where nobody chose one.

    >>> default_rate("gru_every_step", "delayed_echo"), default_rate("simple_rnn_every_step", "delayed_echo")
    (0.002, 0.0002)
    """
    return MEASURED.get((architecture, task), DEFAULT)


def given_or_default(rate: float | None, architecture: str, task: str) -> float:
    return default_rate(architecture, task) if rate is None else rate
