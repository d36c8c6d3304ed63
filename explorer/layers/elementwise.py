"""Layers that treat every number alone: activations, dropout, noise, and what passes its input on."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.description import TimeFlow
from explorer.layers.base import LayerCall, LayerRules, Summary
from explorer.layers.words import activated, is_elementwise, same_at_every_step
from explorer.tensors.tensor import ORDERED


class Elementwise(LayerRules):
    """(batch, ...) -> the same shape."""

    family = "elementwise"
    keeps_axes = True
    short = ""
    line: str | None = None

    def summary(self, call: LayerCall) -> Summary | None:
        return Summary(self.short, self.short)

    def equation(self, call: LayerCall) -> Sequence[str]:
        return () if self.line is None else [self.line]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return same_at_every_step(call.first)


class Activation(Elementwise):
    classes = ("Activation",)

    def summary(self, call: LayerCall) -> Summary | None:
        name = getattr(call.layer.activation, "__name__", None)
        if name is None or not name.isidentifier():
            return None
        if not is_elementwise(call.layer.activation):
            return Summary(f"applies {name}", f"applies {name} along {call.first.axes[-1]}")
        return Summary(f"applies {name} to every number", f"applies {name} to every number")

    def equation(self, call: LayerCall) -> Sequence[str]:
        written = activated(call.layer.activation, "x") if is_elementwise(call.layer.activation) else None
        return () if written is None else [f"y = {written}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        if not is_elementwise(call.layer.activation) and call.first.axes[-1] in ORDERED:
            return "unknown"
        return super().time_flow(call)


class ReLU(Elementwise):
    classes = ("ReLU",)

    def summary(self, call: LayerCall) -> Summary:
        layer = call.layer
        plain = not layer.negative_slope and not layer.threshold
        limit = "" if layer.max_value is None else f", and everything above {layer.max_value:g} to it"
        below = "negative numbers" if not layer.threshold else f"numbers below {layer.threshold:g}"
        words = f"sets {below} to 0{limit}" if not layer.negative_slope else f"shrinks {below}{limit}"
        return Summary("sets negative numbers to 0" if plain else words[:60], words)

    def equation(self, call: LayerCall) -> Sequence[str]:
        layer = call.layer
        if layer.negative_slope or layer.threshold or layer.max_value is not None:
            return ()
        return ["y = max(0, x)"]


class LeakyReLU(Elementwise):
    classes = ("LeakyReLU",)
    short = "shrinks negative numbers"

    def equation(self, call: LayerCall) -> Sequence[str]:
        return [f"y = max(x, {call.layer.negative_slope:g} ∗ x)"] if 0 <= call.layer.negative_slope <= 1 else ()


class Softmax(Elementwise):
    classes = ("Softmax",)

    def summary(self, call: LayerCall) -> Summary | None:
        axis = call.layer.axis
        if not isinstance(axis, int):
            return None
        words = f"turns the numbers along {call.first.axes[axis]} into shares"
        return Summary(words[:60], f"{words} that add up to 1")

    def equation(self, call: LayerCall) -> Sequence[str]:
        axis = call.layer.axis
        return [f"y = exp(x) / Σ exp(x)   over {call.first.axes[axis]}"] if isinstance(axis, int) else ()

    def time_flow(self, call: LayerCall) -> TimeFlow:
        axis = call.layer.axis
        if not isinstance(axis, int) or call.first.axes[axis] in ORDERED:
            return "unknown"
        return super().time_flow(call)


class Dropout(Elementwise):
    classes = ("Dropout",)

    def summary(self, call: LayerCall) -> Summary:
        long = f"sets {call.layer.rate:.0%} of the numbers to 0 at random while training, and scales up the others"
        return Summary("drops random numbers while training", long)


class SpatialDropout1D(Elementwise):
    classes = ("SpatialDropout1D",)

    def summary(self, call: LayerCall) -> Summary:
        share = f"{call.layer.rate:.0%} of the {call.first.axes[-1]}"
        long = f"sets {share} to 0 at random while training, at all timesteps at once"
        return Summary("drops whole features while training", long)


class GaussianNoise(Elementwise):
    classes = ("GaussianNoise",)
    short = "adds random noise while training"


class GaussianDropout(Elementwise):
    classes = ("GaussianDropout",)
    short = "multiplies by random noise while training"


class Identity(Elementwise):
    classes = ("Identity",)
    short = "returns its input unchanged"
    line = "y = x"
