"""Experiments to start from: the article's three examples, and what a reader should have seen once."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.experiment import Experiment


@dataclass(frozen=True)
class Preset:
    """An experiment with a name.

    title: short, for a button. says: one sentence on what there is to see.
    """

    name: str
    title: str
    says: str
    experiment: Experiment


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "article_1",
            "TimeDistributed(GRU)",
            "TimeDistributed runs the same GRU on each of 8 windows, so the input needs four axes.",
            Experiment("windows_gru", "longest_window", knobs={"windows": 8, "run_length": 4}),
        ),
        Preset(
            "article_2",
            "return_sequences",
            "The GRU returns its hidden state at every timestep; one Dense layer turns each into an output.",
            Experiment("gru_every_step", "delayed_echo", timesteps=20, features=5, units=32, knobs={"delay": 3}),
        ),
        Preset(
            "article_3",
            "Two inputs",
            "Two sequences of different widths, each read in both directions, then concatenated.",
            Experiment("two_streams", "two_streams_sum", features=5, units=32, knobs={"second_features": 2, "apart": 1}),
        ),
        Preset(
            "needs_memory",
            "Memory",
            "Without memory the loss stays at the baseline; choose a GRU, and it falls far below.",
            Experiment("dense_every_step", "delayed_echo", knobs={"delay": 3}),
        ),
        Preset(
            "both_directions",
            "Bidirectional",
            "A model that reads only forwards cannot output later inputs; one that also reads backwards can.",
            Experiment("bidirectional_gru", "look_ahead", knobs={"ahead": 3, "merge_mode": "concat"}),
        ),
        Preset(
            "symbols",
            "Embedding",
            "An Embedding turns each symbol into a vector; a softmax gives the probability of each depth in brackets.",
            Experiment("embedding_tagger", "bracket_depth"),
        ),
        Preset(
            "teacher_forcing",
            "Teacher forcing",
            "Told each right symbol, a decoder is better than when it reads its own outputs, as a translator must.",
            Experiment("seq2seq_with_state", "symbol_reverse", timesteps=8),
        ),
        Preset(
            "addition",
            "Addition",
            "From 4,096 examples a decoder learns to write the sum of two numbers, digit by digit.",
            Experiment("seq2seq_with_state", "symbol_addition", timesteps=5, units=64, samples=4096),
        ),
        Preset(
            "attention_weights",
            "Attention pooling",
            "The GRU's hidden states are averaged with learned weights: after training they are large at the marks.",
            Experiment("gru_attention_pooling", "adding_problem", features=2),
        ),
        Preset(
            "positions",
            "Positions",
            "Without positions a Transformer cannot tell which mark came first; add them, and the loss falls.",
            Experiment("transformer_encoder", "temporal_order", features=2, knobs={"heads": 2, "positions": "none"}),
        ),
        Preset(
            "frames",
            "Frames",
            "TimeDistributed applies the same Conv2D to each frame; the GRU compares them.",
            Experiment("frames_gru", "moving_dot", timesteps=12, features=1, knobs={"rows": 4, "columns": 6, "filters": 3}),
        ),
        Preset(
            "nothing_to_learn",
            "Overfitting",
            "The training loss falls because the model memorizes; the validation loss never gets below the baseline.",
            Experiment("gru_every_step", "noise", units=64, samples=64, batch=8, epochs=100, learning_rate=0.005),
        ),
    )
}
