"""Embedding: a table with a row of learned numbers for every whole number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from explorer.description import Layer, TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import LayerCall, LayerRules, Own, Summary
from explorer.layers.drawn import LayerView
from explorer.layers.held import AxisSize, Terms, WeightMeaning
from explorer.layers.time_distributed import copies
from explorer.layers.words import letter_of, same_at_every_step
from explorer.tensors.tensor import Axes, Shape
from explorer.tensors.text import count


class Embedding(LayerRules):
    """(batch, timesteps) of whole numbers -> (batch, timesteps, features)."""

    classes = ("Embedding",)
    family = "embedding"
    title_arguments = ("input_dim", "output_dim")
    trusted = True
    unseen = frozenset(("sparse",))

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        """Numbers to look up have no features yet."""
        return ("batch", "timesteps")[:rank] if rank <= 2 else ("batch", *(f"axis {place}" for place in range(1, rank)))

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        axes = call.first.axes
        return [(*axes, f"axis {len(axes)}" if "features" in axes else "features")]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        return [[*call.first.sizes, call.layer.output_dim]]

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        return [([own(call.layer.input_dim, "vocabulary")], [own(call.layer.output_dim)])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        rows, wide = ("vocabulary", own(call.layer.input_dim, "vocabulary")), (own.axis, own(call.layer.output_dim))
        return {"embeddings": ([rows, wide], {})}

    def summary(self, call: LayerCall) -> Summary:
        short = "looks up a vector for every number"
        masked = "; it masks the zeros" if call.layer.mask_zero else ""
        return Summary(short, f"{short} in a table of {count(call.layer.input_dim, 'rows')}{masked}")

    def equation(self, call: LayerCall) -> Sequence[str]:
        at = f"[{letter_of(call.first)}]" if len(call.first.shape) == 2 else ""
        return [f"y{at} = row x{at} of the table"] if len(call.first.shape) <= 2 else ()

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return same_at_every_step(call.first)

    def view(self, view: LayerView) -> Drawing | None:
        (numbers,) = view.received
        return copies(replace(view, received=[numbers[..., None]])) if numbers.ndim == 2 else None

    def settings_in_words(self, layer: Layer) -> list[str]:
        rows, numbers = layer.weights[0].shape
        return [count(rows, "rows"), f"{count(numbers, 'numbers')} in each"]
