"""Dense and EinsumDense: weighted sums of what stands along the last axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer.description import TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import AxisSize, LayerCall, LayerRules, LayerView, Own, Summary, Terms, WeightMeaning
from explorer.layers.words import activated, added, all_steps, bias, is_elementwise, same_at_every_step
from explorer.layers.wrappers import copies
from explorer.tensors.tensor import ORDERED, Axes, Shape
from explorer.tensors.text import count


class Dense(LayerRules):
    """(batch, ..., features) -> (batch, ..., units): the same weights wherever there are axes between."""

    classes = ("Dense",)
    family = "dense"

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        return [(*call.first.axes[:-1], "units")]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        return [[*call.first.sizes[:-1], call.layer.units]]

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        return None if call.width is None else [([own(call.layer.units)], [call.width, *bias(call.layer)])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        if call.width is None:
            return {}
        units = (own.axis, own(call.layer.units))
        return {"kernel": ([(call.first.axes[-1], call.width), units], {}), "bias": ([units], {})}

    def summary(self, call: LayerCall) -> Summary:
        first, out = call.first, call.out
        if len(first.shape) == 2:
            short = "weighted sums of its inputs"
            if first.width and out.width and None not in (first.shape[1], out.shape[1]):
                short = f"mixes all {count(*first.width)} into {count(*out.width)}"
            plus = " plus a bias" if call.layer.use_bias else ""
            return Summary(short, f"computes each output as a weighted sum of all inputs{plus}")
        between = all_steps(first) if len(first.shape) == 3 else "all positions"
        return Summary(f"the same Dense for {between}", f"applies the same Dense, with the same weights, to {between}")

    def equation(self, call: LayerCall) -> Sequence[str]:
        if not is_elementwise(call.layer.activation) and len(call.first.shape) > 3:
            return ()
        at = "[t]" if len(call.first.shape) == 3 else ""
        inner = activated(call.layer.activation, added(f"x{at} · kernel", "bias" if call.layer.use_bias else ""))
        return () if inner is None or len(call.first.shape) > 3 else [f"y{at} = {inner}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        # An axis of time that is the last one is mixed; softmax, too, goes along the last axis alone.
        if call.first.axes[-1] in ORDERED:
            return "unknown"
        return same_at_every_step(call.first)

    def view(self, view: LayerView) -> Drawing | None:
        return copies(view)

    def told_settings(self, layer: Any) -> list[str]:
        return [count(layer.output[0][-1], "units")]
