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
            "Article 1",
            "TimeDistributed(GRU) starts a fresh memory in each of 8 windows, so it needs four axes.",
            Experiment("windows_gru", "longest_window", knobs={"windows": 8, "run_length": 4}),
        ),
        Preset(
            "article_2",
            "Article 2",
            "return_sequences=True keeps the memory of every step, and one set of answer weights reads it.",
            Experiment("gru_every_step", "delayed_echo", timesteps=20, features=5, units=32, knobs={"delay": 3}),
        ),
        Preset(
            "article_3",
            "Article 3",
            "Two sequences of different widths are heard in both directions, and answered together.",
            Experiment("two_streams", "two_streams_sum", features=5, units=32, knobs={"second_features": 2, "apart": 1}),
        ),
        Preset(
            "needs_memory",
            "Needs memory",
            "Without a memory the loss stays on its floor; change the architecture to a GRU, and it falls far below.",
            Experiment("dense_every_step", "delayed_echo", knobs={"delay": 3}),
        ),
        Preset(
            "both_directions",
            "Both directions",
            "What is still to come can be said only by a model that also hears the sequence backwards.",
            Experiment("bidirectional_gru", "look_ahead", knobs={"ahead": 3, "merge_mode": "concat"}),
        ),
        Preset(
            "nothing_to_learn",
            "Nothing to learn",
            "The training loss falls all the same, by heart; the held-out loss never stays below its floor.",
            Experiment("gru_every_step", "noise", units=64, samples=64, batch=8, epochs=100),
        ),
    )
}
