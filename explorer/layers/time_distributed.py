"""TimeDistributed: one layer at every timestep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from explorer import drawings
from explorer.description import Range, TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import LayerCall, LayerRules, Own, Summary, class_name, rules_for
from explorer.layers.drawn import MOST_STEPS, LayerView, grid, kept_steps
from explorer.layers.held import AxisSize, HeldLayer, HeldPart, Terms
from explorer.layers.reasons import layer_name, not_taken, title
from explorer.layers.words import all_steps, letter_of, step
from explorer.tensors.tensor import ORDERED, Axes, Shape, Tensor
from explorer.tensors.text import an, count, in_words

RECURRENT_FLOWS = ("along", "last", "both", "both last")


class TimeDistributed(LayerRules):
    """(batch, timesteps, ...) -> (batch, timesteps, ...): one layer, applied to every timestep with the same weights.

    Nothing passes from one timestep to the next: a recurrent layer within starts anew at each of them.
    https://keras.io/api/layers/recurrent_layers/time_distributed/
    """

    classes = ("TimeDistributed",)
    family = "wrapper"

    def uses_mask(self, call: LayerCall) -> bool | None:
        """The inner layer is given its part of the mask, where it takes one."""
        inner = rules_for(call.layer.layer)
        return False if inner.classes and not inner.reads_mask else None

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        if rank < 3:
            return None
        inner = rules_for(layer.layer).input_axes(layer.layer, rank - 1)
        if inner is None:
            # Its second axis is that of the timesteps, whatever stands at each of them.
            one = ("features",) if rank == 3 else tuple(f"axis {place}" for place in range(2, rank))
            return ("batch", "timesteps", *one)
        return ("batch", "windows" if "timesteps" in inner else "timesteps", *inner[1:])

    def held(self, layer: Any, received: list[Tensor], shapes: list[Shape]) -> list[HeldPart]:
        inner = [tensor.without(1) for tensor in received]
        return [HeldPart(layer.layer, "the one layer inside", inner, [(shape[0], *shape[2:]) for shape in shapes])]

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        return [(axes[0], call.first.axes[1], *axes[1:]) for axes in call.inside[0].axes]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        return [[sizes[0], call.first.sizes[1], *sizes[1:]] for sizes in call.inside[0].sizes]

    def ranges(self, layer: Any, outputs: int) -> Sequence[Range]:
        return rules_for(layer.layer).ranges(layer.layer, outputs)

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        return call.inside[0].terms

    def held_weights(self, call: LayerCall) -> Sequence[tuple[str, HeldLayer]]:
        return [("", call.inside[0])]

    def summary(self, call: LayerCall) -> Summary:
        name, every = layer_name(call.layer.layer), all_steps(call.first)
        if call.inside[0].time_flow in RECURRENT_FLOWS:
            one = step(call.first)
            long = f"applies the same {name} to {every}; its hidden state starts at zero in each {one}"
            return Summary(f"the same {name} for each {one}, each from zero", long)
        weights = ", with the same weights," if call.inside[0].weights else ""
        long = f"applies the same {name}{weights} to {every}"
        return Summary(f"the same {name} for {every}", long)

    def equation(self, call: LayerCall) -> Sequence[str]:
        place = letter_of(call.first)
        weights = ", with the same weights" if call.inside[0].weights else ""
        return [f"y[{place}] = {layer_name(call.layer.layer)}(x[{place}])   for every {place}{weights}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        # Inside, a stateful layer begins where it ended at the timestep before, and windows that a Permute put behind the
        # timesteps may be read along.
        _, axis, *others = call.first.axes
        alone = not getattr(call.layer.layer, "stateful", False)
        alone = alone and ("windows" not in others or call.inside[0].time_flow in ("each", "none"))
        return "each" if axis in ORDERED and alone else "unknown"

    def view(self, view: LayerView) -> Drawing | None:
        inner, sequence = view.layer.layer, view.received[0]
        if rules_for(inner).family != "recurrent" or sequence.ndim != 4:
            return copies(view)
        windows, length = sequence.shape[1:3]
        anew = view.remembered(inner, sequence[0], None)
        through = view.remembered(inner, sequence.reshape(1, windows * length, -1), None)
        if anew is None or through is None:
            return None
        name = type(inner).__name__
        says = (
            f"Above, the hidden state of the {name} starts at zero in each of {windows} windows. Below, the same weights "
            f"run through all {windows * length} timesteps, as in a plain {name}: it continues from window to window."
        )
        # Whole windows, and of long ones some timesteps, so that no cut is drawn that the layer does not make.
        places = np.linspace(0, length - 1, min(length, MOST_STEPS // 2)).round().astype(int)
        kept = min(windows, MOST_STEPS // len(places))
        shown = [
            grid(each.reshape(windows, length, -1)[:kept, places].reshape(kept * len(places), -1))
            for each in (anew.hidden, through.hidden[0])
        ]
        return drawings.WindowsDrawing(windows=kept, steps=len(places), anew=shown[0], through=shown[1], says=says)

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        first, inner = received[0], layer.layer
        if len(first.shape) > 2:
            within = [each.without(1) for each in received]
            reason = rules_for(inner).needs(inner, within) or not_taken(inner, within)
            return f"at each of the {count(first.shape[1], first.axes[1])} {reason}"
        # Only a Dense takes a vector as it is.
        hint = f". A {title(inner)} alone would take it" if class_name(inner) == "Dense" else ""
        return f"{an(title(layer))} takes timesteps one by one, and {in_words(first.axes, first.shape)} has none{hint}"


def copies(view: LayerView) -> Drawing | None:
    """One layer at every timestep, as a drawing; None for what is no sequence of vectors."""
    received, returned = view.received[0], view.returned
    if received.ndim != 3 or returned.ndim != 3:
        return None
    name, length = type(getattr(view.layer, "layer", view.layer)).__name__, received.shape[1]
    says = f"The same {name} is applied {length:,} times, once at each timestep: no timestep sees another."
    if length == 1:
        says = f"The {name} is applied once: there is one timestep."
    counts = kept_steps(view.mask)
    if counts and not all(counts):
        says += " Masked timesteps are computed like all others."
    return drawings.CopiesDrawing(
        steps=length, received=grid(received[0]), returned=grid(returned[0]), counts=counts, says=says
    )
