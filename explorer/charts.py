"""The charts of a training that has ended, for notebooks: Plotly's figure of the losses and of one sequence's outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from explorer.catalog import Resolved
from explorer.experiment import Frame
from explorer.training import data

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

INK, GREY = "#1d2733", "#7a7f87"
# A colour for each output, as on the page, and the same for its target, pale.
OUTPUTS = ((142, 47, 107), (74, 63, 176), (224, 85, 154), (92, 18, 51), (154, 127, 224), (91, 102, 115))


def training_figure(found: Resolved, frames: Sequence[Frame], sequence: int) -> Figure:
    """The loss of every epoch with the baselines, and the last epoch's outputs beside their targets.

    sequence: the validation sequence whose outputs are drawn over its timesteps, counted from 1. A model with one output
    per sequence has all of them drawn instead. Raises ValueError for a sequence that is not there.
    """
    from plotly.subplots import make_subplots

    targets = data.probe_targets(found.experiment)
    if isinstance(sequence, bool) or not isinstance(sequence, int) or not 1 <= sequence <= len(targets):
        raise ValueError(f"sequence must be a whole number from 1 to {len(targets)}. Received: {sequence!r}")
    outputs = frames[-1].outputs
    if found.task.answers == "every step":
        titles, axis = ("Loss", f"Output for validation sequence {sequence}"), "timestep"
        outputs, targets = outputs[sequence - 1], targets[sequence - 1]
    else:
        titles, axis = ("Loss", "Output for each validation sequence"), "sequence"
        outputs, targets = outputs[:, -1], targets[:, -1]
    figure = make_subplots(rows=1, cols=2, subplot_titles=titles)
    _add_losses(figure, frames, found.baselines)
    _add_outputs(figure, outputs, targets)
    figure.update_xaxes(title_text="epoch", row=1, col=1)
    figure.update_yaxes(rangemode="tozero", row=1, col=1)
    figure.update_xaxes(title_text=axis, row=1, col=2)
    figure.update_layout(template="plotly_white", hovermode="x", font={"color": INK}, height=380)
    return figure


def _add_losses(figure: Figure, frames: Sequence[Frame], baselines: Mapping[str, float]) -> None:
    epochs = [frame.epoch for frame in frames]
    for name, losses, dash in (
        ("training", [frame.loss for frame in frames], "solid"),
        ("validation", [frame.val_loss for frame in frames], "dash"),
    ):
        figure.add_scatter(x=epochs, y=losses, name=name, line={"color": INK, "dash": dash}, row=1, col=1)
    for name, value in baselines.items():
        line = {"color": GREY, "dash": "dot"}
        figure.add_hline(value, line=line, annotation_text=f"baseline {name} {value:.3g}", row=1, col=1)


def _add_outputs(figure: Figure, outputs: np.ndarray, targets: np.ndarray) -> None:
    """outputs, targets: (places, outputs). A target is a wide pale band under its output, so that both are seen where they
    agree."""
    places = list(range(1, len(outputs) + 1))
    for index in range(outputs.shape[-1]):
        number = f" {index + 1}" if outputs.shape[-1] > 1 else ""
        colour = ", ".join(map(str, OUTPUTS[index % len(OUTPUTS)]))
        for name, values, line in (
            ("target", targets[:, index], {"color": f"rgba({colour}, 0.25)", "width": 9}),
            ("output", outputs[:, index], {"color": f"rgb({colour})", "width": 1.5}),
        ):
            figure.add_scatter(x=places, y=values, name=name + number, mode="lines+markers", line=line, row=1, col=2)
