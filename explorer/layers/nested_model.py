"""A model within a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.description import TimeFlow
from explorer.layers.base import LayerCall, LayerRules, Own, Summary, class_name
from explorer.layers.held import AxisSize, HeldLayer, Terms
from explorer.layers.reading import as_read, numbered
from explorer.tensors.tensor import Axes, Shape
from explorer.tensors.text import count


class NestedModel(LayerRules):
    """A model that is used as a layer, with a graph of its own."""

    classes = ("Model",)
    family = "wrapper"
    most_inputs = None

    def uses_mask(self, call: LayerCall) -> bool | None:
        return None

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        """As its layers call them."""
        tensor = next((each for each in layer.inputs if len(each.shape) == rank), None)
        found = {} if tensor is None else as_read(tensor, layer.outputs)
        return tuple(found.get(place, axis) for place, axis in enumerate(numbered(rank))) if found else None

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        return list(call.inside[-1].axes) if call.inside else None

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        return [list(sizes) for sizes in call.inside[-1].sizes] if call.inside else None

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        return call.inside[-1].terms if call.inside else None

    def held_weights(self, call: LayerCall) -> Sequence[tuple[str, HeldLayer]]:
        return [(f"{each.name} ", each) for each in call.inside[:-1]]

    def summary(self, call: LayerCall) -> Summary:
        layers = count(sum(class_name(layer) != "InputLayer" for layer in call.layer.layers), "layers")
        return Summary(f"a model of {layers}", f"is a model of {layers}")

    def time_flow(self, call: LayerCall) -> TimeFlow:
        # Which way a model reads is told of none.
        backwards = any(getattr(layer, "go_backwards", False) for layer in call.layer.layers)
        flows = [each.time_flow for each in call.inside[:-1] if not backwards]
        return flows[0] if len(set(flows)) == 1 and flows[0] in ("each", "along", "none") else "unknown"
