"""Operations between layers that are written as expressions: `x[:, -1]`, `keras.ops.mean(x, axis=1)`."""

from __future__ import annotations

from typing import ClassVar

from explorer.description import TimeFlow
from explorer.layers.base import AxisSize, LayerCall, LayerRules, Summary
from explorer.layers.words import same_at_every_step
from explorer.tensors.tensor import ORDERED, Axes, Shape
from explorer.tensors.text import joined


class GetItem(LayerRules):
    """`x[:, -1]`: a number takes its axis away, a slice keeps it."""

    classes = ("GetItem",)
    family = "operation"

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        key = call.node.arguments.args[1] if call.node and len(call.node.arguments.args) > 1 else ...
        key = key if isinstance(key, tuple) else (key,)
        # Backwards, the timesteps would not be those of the input.
        if not all(isinstance(each, int) or (isinstance(each, slice) and (each.step or 1) > 0) for each in key):
            return None
        kept = [axis for place, axis in enumerate(call.first.axes) if place >= len(key) or isinstance(key[place], slice)]
        return [tuple(kept)]

    def summary(self, call: LayerCall) -> Summary:
        return Summary("selects a part of its input", "selects a part of its input")

    def time_flow(self, call: LayerCall) -> TimeFlow:
        timed = any(axis in ORDERED or axis.startswith("axis ") for axis in (*call.first.axes, *call.out.axes))
        return "unknown" if timed else "none"


class Reduction(LayerRules):
    """`keras.ops.mean(x, axis=1)`: the axis is removed, or has one position with keepdims."""

    family = "operation"
    verb: ClassVar[str] = ""

    def places(self, call: LayerCall) -> set[int]:
        """The axes that the operation goes along, counted from 0."""
        axis, rank = call.layer.axis, len(call.first.axes)
        if axis is None:
            return set(range(rank))
        return {each % rank for each in ([axis] if isinstance(axis, int) else axis)}

    def covers(self, call: LayerCall) -> bool:
        return super().covers(call) and 0 not in self.places(call)

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        gone = set() if call.layer.keepdims else self.places(call)
        return [tuple(name for place, name in enumerate(call.first.axes) if place not in gone)]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        gone = self.places(call)
        sizes: list[AxisSize] = [None if place in gone else size for place, size in enumerate(call.first.sizes)]
        return [[size for place, size in enumerate(sizes) if call.layer.keepdims or place not in gone]]

    def summary(self, call: LayerCall) -> Summary:
        words = f"{self.verb} {joined([call.first.axes[place] for place in sorted(self.places(call))])}"
        return Summary(words[:60], words)

    def time_flow(self, call: LayerCall) -> TimeFlow:
        timed = {place for place, axis in enumerate(call.first.axes) if axis in ORDERED}
        if timed & self.places(call):
            return "pool" if timed <= self.places(call) else "unknown"
        return same_at_every_step(call.first)


class Mean(Reduction):
    classes = ("Mean",)
    verb = "averages over"


class Sum(Reduction):
    classes = ("Sum",)
    verb = "adds up over"


class Max(Reduction):
    classes = ("Max",)
    verb = "takes the largest over"


class Min(Reduction):
    classes = ("Min",)
    verb = "takes the smallest over"
