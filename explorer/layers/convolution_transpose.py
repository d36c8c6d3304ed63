"""Transposed convolutions: every position of the input adds its filters to a window of the output.

Dumoulin and Visin, https://arxiv.org/abs/1603.07285, chapter 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer.description import TimeFlow, Window
from explorer.layers.base import LayerCall, Own, Summary
from explorer.layers.convolution import Filters
from explorer.layers.held import AxisSize, Terms, WeightAxis, WeightMeaning
from explorer.layers.spatial import (
    at,
    change_of,
    channels_of,
    flow_of,
    is_channels_last,
    moving,
    names_along,
    places_of,
    seen_at,
    stretch,
    taps_of,
)
from explorer.layers.words import activated, added, bias, is_elementwise
from explorer.tensors.symbols import Size


class ConvolutionTranspose(Filters):
    """(batch, rows, columns, channels) -> (batch, rows, columns, filters), with more rows and columns."""

    classes = ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
    words = {"padding": ("valid", "same")}

    def length(self, layer: Any, index: int, size: Size | None) -> AxisSize:
        """(T − 1) · stride + window, less what padding cuts off, and `output_padding` more."""
        if size is None:
            return None
        stride, more = int(layer.strides[index]), self.output_padding(layer, index)
        reach = int((layer.kernel_size[index] - 1) * layer.dilation_rate[index] + 1)
        if layer.padding == "valid":
            return (size - 1) * stride + reach + (max(0, stride - reach) if more is None else more)
        return size * stride if more is None else (size - 1) * stride + reach % 2 + more

    def output_padding(self, layer: Any, index: int) -> int | None:
        given = layer.output_padding
        found: int | None = given[index] if isinstance(given, (tuple, list)) else given
        return found

    def windows(self, layer: Any) -> list[Window]:
        """The window of the output that a position of the input reaches, along each axis.

        It is the window that a convolution with the same settings slides over that output, so padding cuts as much off
        here as it adds there.
        """
        settings = zip(layer.kernel_size, layer.strides, layer.dilation_rate, strict=True)
        return [
            Window(size, stride, dilation, self.cut(layer, index) // 2)
            for index, (size, stride, dilation) in enumerate(settings)
        ]

    def cut(self, layer: Any, index: int) -> int:
        """How much padding cuts off at both ends of an axis."""
        if layer.padding != "same":
            return 0
        stride, more = int(layer.strides[index]), self.output_padding(layer, index)
        reach = int((layer.kernel_size[index] - 1) * layer.dilation_rate[index] + 1)
        # How much longer the output is than its input times the stride.
        longer = 0 if more is None else reach % 2 + more - stride
        return max(0, reach - stride - longer)

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        (_, filters), (_, width), layer = self.filters(call, own), channels_of(call.layer, call.first), call.layer
        if width is None:
            return None
        if len(layer.kernel_size) == 1:
            return [([filters], [Size.of(width) * layer.kernel_size[0], *bias(layer)])]
        biases: Terms = [([], [filters])] if layer.use_bias else []
        return [([*layer.kernel_size, width], [filters]), *biases]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        filters, (name, width) = self.filters(call, own), channels_of(call.layer, call.first)
        if width is None:
            return {}
        into: WeightAxis = (name, width)
        return {"kernel": ([*self.seen(call), filters, into], {}), "bias": ([filters], {})}

    def summary(self, call: LayerCall) -> Summary:
        layer, names = call.layer, names_along(call.layer, call.first)
        reached = stretch(names, layer.kernel_size)
        cut = ", and cuts off the ends" if any(self.cut(layer, index) for index in range(len(names))) else ""
        long = f"spreads every position over {reached} of its output{moving(layer.strides, layer.dilation_rate)}{cut}"
        return Summary(f"spreads every position over {reached}", long, change_of(call))

    def equation(self, call: LayerCall) -> Sequence[str]:
        layer, windows = call.layer, self.windows(call.layer)
        if not (is_channels_last(layer) or is_elementwise(layer.activation)):
            return ()
        letters = places_of(call)
        where = ", ".join(f"{place}' = {seen}" for place, seen in zip(letters, seen_at(windows, letters), strict=True))
        terms = f"Σ({where}) x{at(letters)} · kernel{at(taps_of(windows))}ᵀ"
        inner = activated(layer.activation, added(terms, "bias" if layer.use_bias else ""))
        return () if inner is None else [f"y{at([f'{letter}′' for letter in letters])} = {inner}".replace("'", "′")]

    def filters_of(self, kernel: Sequence[int]) -> int:
        return kernel[-2]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return flow_of(call, "spread")

    def window(self, call: LayerCall) -> Window | None:
        return self.windows(call.layer)[0] if self.time_flow(call) == "spread" else None
