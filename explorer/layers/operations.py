"""Operations between layers that are written as expressions: `x[:, -1]`, `keras.ops.mean(x, axis=1)`."""

from __future__ import annotations

from explorer.description import TimeFlow
from explorer.layers.base import LayerCall, LayerRules, Summary
from explorer.tensors.tensor import ORDERED, Axes, Shape


class GetItem(LayerRules):
    """`x[:, -1]`: a number takes its axis away, a slice keeps it."""

    classes = ("GetItem",)
    family = "operation"

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        key = call.node.arguments.args[1] if call.node and len(call.node.arguments.args) > 1 else ...
        key = key if isinstance(key, tuple) else (key,)
        if not all(isinstance(each, (int, slice)) for each in key):
            return None
        kept = [axis for place, axis in enumerate(call.first.axes) if place >= len(key) or isinstance(key[place], slice)]
        return [tuple(kept)]

    def summary(self, call: LayerCall) -> Summary:
        return Summary("selects a part of its input", "selects a part of its input")

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return "unknown" if any(axis in ORDERED for axis in call.first.axes) else "none"


class Reduction(LayerRules):
    """`keras.ops.mean(x, axis=1)`: the axis is gone."""

    classes = ("Mean", "Sum", "Max", "Min")
    family = "operation"

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        axis, rank = call.layer.axis, len(call.first.axes)
        if axis is None or call.layer.keepdims:
            return None
        gone = {each % rank for each in ([axis] if isinstance(axis, int) else axis)}
        return [tuple(name for place, name in enumerate(call.first.axes) if place not in gone)]
