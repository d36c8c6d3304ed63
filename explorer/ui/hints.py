"""What a newcomer is told on a first visit, one hint at a time, where the eyes are; none of them is in the way of anything.

A hint is done when what it suggests was done, or put away; the browser keeps which ones (`assets/page/hints.js`).
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer.experiment import Experiment
from explorer.tensors.text import count


def hints(experiment: Experiment) -> list[dict[str, Any]]:
    """The five hints, in order; those on layers only of the model that they speak of, which is the one that opens first.

    at: a selector of what a hint stands beside, on its side; one whose place is not on the page is left out.
    done: what ends it: the settings that differ, a view that is chosen, or a selector of what is pressed.
    """
    steps, features = count(experiment.timesteps, "timesteps"), count(experiment.features, "features")
    data = _hint(
        *("data", ".st-key-units", "right"),
        f"The data: sequences of {steps} with {features} each. Move a slider, and see which tensors change.",
        {"settings": ["timesteps", "features"]},
    )
    train = _hint(
        *("train", ".st-key-train", "below"),
        "Train the model, and watch its loss fall epoch by epoch.",
        {"press": ".st-key-train"},
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


def first_visit() -> bool:
    """Whether this session began at the bare address; whoever follows a link with parameters came for what it shows.

    Call before the page writes its address.
    """
    return bool(st.session_state.setdefault("_first_visit", not st.query_params.to_dict()))
