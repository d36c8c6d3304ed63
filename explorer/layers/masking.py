"""Masking: padded timesteps are marked, so that the layers after it can skip them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from explorer import drawings
from explorer.description import TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import LayerCall, LayerRules, Summary
from explorer.layers.drawn import MOST_STEPS, LayerView
from explorer.tensors.tensor import Axes
from explorer.tensors.text import counted


class Masking(LayerRules):
    """(batch, timesteps, features) -> the same, with a mask (batch, timesteps)."""

    classes = ("Masking",)
    keeps_range = True
    family = "masking"
    trusted = True
    keeps_axes = True

    def covers(self, call: LayerCall) -> bool:
        # What is masked is what stands along the last axis but one.
        return super().covers(call) and call.first.axes[-2:-1] == ("timesteps",)

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        return ("batch", "timesteps", "features") if rank == 3 else None

    def summary(self, call: LayerCall) -> Summary:
        value = f"{call.layer.mask_value:g}".replace("-", "−")
        zeroed = "; they become 0" if call.layer.mask_value else ""
        return Summary("masks padded timesteps", f"masks the timesteps in which every number is {value}{zeroed}")

    def equation(self, call: LayerCall) -> Sequence[str]:
        return [f"timestep t is masked where every x[t] = {call.layer.mask_value:g}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return "mark"

    def view(self, view: LayerView) -> Drawing | None:
        counts = np.any(view.received[0][0] != view.layer.mask_value, axis=-1).astype(int)[:MOST_STEPS].tolist()
        of_all = counted(len(counts), "timesteps", "are").replace("are", "").replace("is", "").strip()
        says = f"{len(counts) - sum(counts)} of {of_all} masked: every number in them is {view.layer.mask_value:g}."
        return drawings.MaskDrawing(counts=tuple(counts), value=float(view.layer.mask_value), says=says)
