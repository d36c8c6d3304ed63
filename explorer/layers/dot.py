"""Dot: two tensors are multiplied along one axis of each, and the products are summed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer import drawings
from explorer.description import TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import LayerCall, LayerRules, Summary
from explorer.layers.drawn import LayerView, column, grid
from explorer.layers.held import AxisSize
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import ORDERED, Axes, Shape, is_named
from explorer.tensors.text import count


class Dot(LayerRules):
    """What is left is every axis but the summed ones: (batch, T, F) and (batch, S, F) -> (batch, T, S).

    https://keras.io/api/layers/merging_layers/dot/
    """

    classes = ("Dot",)
    family = "merging"
    title_arguments = ("axes",)
    most_inputs = 2

    def covers(self, call: LayerCall) -> bool:
        # `keras.ops.dot` is an operation of the same name, which has no such axes.
        return super().covers(call) and hasattr(call.layer, "axes")

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        summed = _summed(call)
        if summed is None:
            return None
        first, second = (tensor.axes for tensor in call.received)
        kept = [*_without(first, summed[0]), *_without(second, summed[1])[1:]]
        # Of two axes with one name, such as the timesteps of both, neither is called by it.
        names = [name if kept.count(name) == 1 else f"axis {place}" for place, name in enumerate(kept)]
        return [tuple(names if len(names) > 1 else [*names, "axis 1"])]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        summed = _summed(call)
        if summed is None:
            return None
        first, second = (tensor.sizes for tensor in call.received)
        kept: list[AxisSize] = [*_without(first, summed[0]), *_without(second, summed[1])[1:]]
        return [kept if len(kept) > 1 else [*kept, Size.of(1)]]

    def summary(self, call: LayerCall) -> Summary | None:
        summed = _summed(call)
        if summed is None:
            return None
        one, other = (tensor.axes[place] for tensor, place in zip(call.received, summed, strict=True))
        along = one if one == other else f"{one} and {other}"
        scaled = ", each vector scaled to length 1" if call.layer.normalize else ""
        return Summary(
            "multiplies two tensors and sums the products",
            f"multiplies two tensors along {along} and sums the products{scaled}",
        )

    def equation(self, call: LayerCall) -> Sequence[str]:
        summed = _summed(call)
        if summed is None or call.layer.normalize:
            return ()
        ranks = [len(tensor.shape) for tensor in call.received]
        if ranks == [2, 2]:
            return ["y = Σ a ∗ b"]
        if max(ranks) > 3:
            return ()
        # A vector is summed with either side of a matrix.
        first = "aᵀ" if ranks[0] == 3 and summed[0] == 1 else "a"
        second = "bᵀ" if ranks[1] == 3 and summed[1] == 2 else "b"
        return [f"y = {first} · {second}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        summed = _summed(call)
        names = {name for tensor in call.received for name in tensor.axes}
        if summed and not call.layer.normalize and all(map(is_named, names)):
            # All that there is of time is multiplied and summed: a weighted sum of timesteps.
            along = [tensor.axes[place] for tensor, place in zip(call.received, summed, strict=True)]
            left = [
                name for tensor, place in zip(call.received, summed, strict=True) for name in _without(tensor.axes, place)
            ]
            if along[0] == along[1] and along[0] in ORDERED and not set(left) & set(ORDERED):
                return "pool"
        return "unknown" if any(name in ORDERED or not is_named(name) for name in names) else "none"

    def view(self, view: LayerView) -> Drawing | None:
        """Of a sequence of vectors with a number for each: their weighted sum."""
        first, second = view.received
        if (first.ndim, second.ndim) != (3, 2) or first.shape[1] != second.shape[1] or view.returned.ndim != 2:
            return None
        if view.layer.normalize or view.layer.axes not in (1, (1, 1), [1, 1]):
            return None
        steps = count(first.shape[1], "vectors")
        says = f"It multiplies {steps} by a number each, the second input, and sums them, element by element."
        before, after = grid(first[0]), column(view.returned[0])
        return drawings.PoolDrawing(
            verb="weighs and sums", pooled=first.shape[1], received=before, returned=after, counts=None, says=says
        )


def _summed(call: LayerCall) -> tuple[int, int] | None:
    """The axis of either tensor that is summed; None for other than two tensors."""
    if len(call.received) != 2:
        return None
    axes = call.layer.axes
    pair = (axes, axes) if isinstance(axes, int) else tuple(axes)
    places = [axis % len(tensor.shape) for axis, tensor in zip(pair, call.received, strict=True)]
    return None if 0 in places else (places[0], places[1])


def _without(values: Sequence[Any], place: int) -> list[Any]:
    return [value for at, value in enumerate(values) if at != place]
