"""Convolutions with a filter of its own for every channel: DepthwiseConv and SeparableConv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer.description import Layer, Window
from explorer.layers.base import LayerCall, Own, Summary
from explorer.layers.convolution import SlidConvolution, window_settings
from explorer.layers.held import AxisSize, Number, Terms, WeightAxis, WeightMeaning
from explorer.layers.spatial import (
    at,
    change_of,
    channels_of,
    is_channels_last,
    one_channel,
    places_of,
    seen_at,
    summed,
    taps_of,
)
from explorer.layers.words import activated, added, bias, is_elementwise
from explorer.tensors.symbols import Size
from explorer.tensors.text import count


class _Depthwise(SlidConvolution):
    """A filter of its own for every channel, or `depth_multiplier` of them, and none sees another channel."""

    def channels(self, layer: Any, size: Size | None) -> AxisSize:
        return None if size is None else size * layer.depth_multiplier

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        layer, (_, width) = call.layer, channels_of(call.layer, call.first)
        if width is None:
            return None
        each = Size.of(width) * layer.depth_multiplier
        if len(layer.kernel_size) == 1:
            return [([each], [layer.kernel_size[0], *bias(layer)])]
        return [([*layer.kernel_size], [each]), *([([], [each])] if layer.use_bias else [])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        name, width = channels_of(call.layer, call.first)
        if width is None:
            return {}
        own_bias: WeightAxis = ("filters", Size.of(width) * call.layer.depth_multiplier)
        return {"kernel": (self.depthwise(call, name, width), {}), "bias": ([own_bias], {})}

    def depthwise(self, call: LayerCall, name: str, width: Number) -> list[WeightAxis]:
        """The axes of the kernel with a filter for each channel."""
        filters = f"filters per {one_channel(call.layer, call.first)}"
        return [*self.seen(call), (name, width), (filters, call.layer.depth_multiplier)]

    def filters_in_words(self, call: LayerCall) -> str:
        number = call.layer.depth_multiplier
        return "a separate filter" if number == 1 else f"{number:,} separate filters"

    def summary(self, call: LayerCall) -> Summary:
        channel = one_channel(call.layer, call.first)
        long = f"slides {self.filters_in_words(call)} over each {channel}, {self.seen_in_words(call)} at a time"
        words = f"{self.filters_in_words(call)} for each {channel}"
        return Summary(words, long + self.moves_in_words(call), change_of(call))

    def summed_alone(self, call: LayerCall, windows: Sequence[Window], kernel: str) -> tuple[str, str]:
        """Where a number stands that comes of one channel, and its sum: f is the channel, m one of its filters."""
        more = ["f", "m"] if call.layer.depth_multiplier > 1 else ["f"]
        term = f"x{at([*seen_at(windows, places_of(call)), 'f'])} ∗ {kernel}{at([*taps_of(windows), *more])}"
        return at([*places_of(call), *more]), summed(windows, term)

    def equation(self, call: LayerCall) -> Sequence[str]:
        layer, windows = call.layer, self.windows(call)
        # One number at a time is written, so what mixes them is not.
        if windows is None or not is_elementwise(layer.activation):
            return ()
        place, terms = self.summed_alone(call, windows, "kernel")
        own_bias = "bias[f, m]" if layer.depth_multiplier > 1 else "bias[f]"
        inner = activated(layer.activation, added(terms, own_bias if layer.use_bias else ""))
        return () if inner is None else [f"y{place} = {inner}"]

    def settings_in_words(self, layer: Layer) -> list[str]:
        *kernel, _, times = layer.weights[0].shape
        return [*window_settings(layer, kernel), *([f"depth_multiplier={times}"] if times > 1 else [])]


class DepthwiseConv(_Depthwise):
    classes = ("DepthwiseConv1D", "DepthwiseConv2D")
    title_arguments = ("kernel_size",)
    words = {"padding": ("valid", "same")}


class SeparableConv(_Depthwise):
    """A filter of its own for every channel, and then a mix of all of them; Chollet, https://arxiv.org/abs/1610.02357."""

    classes = ("SeparableConv1D", "SeparableConv2D")
    words = {"padding": ("valid", "same")}

    def channels(self, layer: Any, size: Size | None) -> AxisSize:
        number: int = layer.filters
        return number

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        layer, (_, width), (_, filters) = call.layer, channels_of(call.layer, call.first), self.filters(call, own)
        if width is None:
            return None
        each = Size.of(width) * layer.depth_multiplier
        return [([*layer.kernel_size], [each]), ([filters], [each, *bias(layer)])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        (name, width), filters = channels_of(call.layer, call.first), self.filters(call, own)
        if width is None:
            return {}
        mixed: WeightAxis = (name, Size.of(width) * call.layer.depth_multiplier)
        single = [(axis, 1) for axis, _ in self.seen(call)]
        return {
            "depthwise_kernel": (self.depthwise(call, name, width), {}),
            "pointwise_kernel": ([*single, mixed, filters], {}),
            "bias": ([filters], {}),
        }

    def summary(self, call: LayerCall) -> Summary:
        channel = one_channel(call.layer, call.first)
        long = f"filters each {channel} separately, {self.seen_in_words(call)} at a time{self.moves_in_words(call)}"
        return Summary(f"filters each {channel} separately, then mixes all", f"{long}, and then mixes all", change_of(call))

    def equation(self, call: LayerCall) -> Sequence[str]:
        layer, windows = call.layer, self.windows(call)
        if windows is None or not (is_channels_last(layer) or is_elementwise(layer.activation)):
            return ()
        place, terms = self.summed_alone(call, windows, "depthwise_kernel")
        letters = at(places_of(call))
        mixed = f"z{letters} · pointwise_kernel{at(['0'] * len(windows))}"
        inner = activated(layer.activation, added(mixed, "bias" if layer.use_bias else ""))
        return () if inner is None else [f"z{place} = {terms}", f"y{letters} = {inner}"]

    def settings_in_words(self, layer: Layer) -> list[str]:
        return [count(layer.weights[1].shape[-1], "filters"), *super().settings_in_words(layer)]
