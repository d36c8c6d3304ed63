"""What a newcomer is told, one hint at a time, where the eyes are, whatever address brought them here.

A hint is done when what it suggests was done, or put away; the browser keeps which ones (`assets/page/hints.js`).
"""

from __future__ import annotations

from typing import Any

from explorer.experiment import Experiment
from explorer.tensors.text import count

# A quiz asks, and Compare is one of the things that a hint leads to: there nobody is led elsewhere.
QUIET_VIEWS = ("quiz", "twins")
TRAIN, RUN = ".st-key-train", '.explorer-live[data-run]:not([data-run=""])'


def hints(experiment: Experiment, view: str) -> list[dict[str, Any]]:
    """The five hints, in order; those on layers only of the model that they speak of, which is the one that opens first.
    None in a view that wants no hints.

    at: a selector of what a hint stands beside, on its side; one whose place is not on the page is left out.
    done: what ends it: the settings that differ, a view that is chosen, a selector of what is pressed, or of what is there.
    """
    if view in QUIET_VIEWS:
        return []
    steps, features = count(experiment.timesteps, "timesteps"), count(experiment.features, "features")
    windows = experiment.knobs.get("windows")
    of = f"{count(windows, 'windows')} of {steps}" if windows else f"{steps} with {features} each"
    data = _hint(
        *("data", ".st-key-timesteps", "right"),
        f"The data: sequences of {of}. Move a slider, and see which tensors change.",
        # Whoever trains already needs no word on the data.
        {"settings": ["timesteps", "features"], "there": RUN},
    )
    train = _hint(
        *("train", TRAIN, "below"),
        "Train the model, and watch its loss fall epoch by epoch.",
        {"press": TRAIN, "there": RUN},
    )
    layers = _on_layers(experiment, steps) if experiment.architecture == "gru_every_step" else []
    return [data, *layers, train]


def _on_layers(experiment: Experiment, steps: str) -> list[dict[str, Any]]:
    gru, dense = ('.layer[data-layer="memory"]', '.layer[data-layer="answer"]')
    units = count(experiment.units, "units")
    return [
        _hint(
            *("gru", gru, "below"),
            f"The GRU reads one timestep after the other, with a hidden state of {units}. Click it to look inside.",
            {"press": gru},
        ),
        _hint(
            *("return_sequences", ".st-key-view", "below"),
            "With return_sequences=True the GRU returns the hidden state of every timestep, with False only the last one. "
            "Compare shows both.",
            {"view": "twins"},
        ),
        _hint(
            *("time_distributed", dense, "below"),
            f"TimeDistributed(Dense) is one Dense layer, with the same weights for {steps}. Click it to see them.",
            {"press": dense},
        ),
    ]


def _hint(name: str, at: str, side: str, says: str, done: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "at": at, "side": side, "says": says, "done": done}
