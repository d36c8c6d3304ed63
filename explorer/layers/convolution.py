"""Convolutions: filters that slide along one, two or three axes and see a window at a time.

Keras's own words: https://keras.io/api/layers/convolution_layers/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer import drawings
from explorer.description import Layer, TimeFlow, Window
from explorer.drawings import Drawing
from explorer.layers.base import LayerCall, Own, Summary
from explorer.layers.drawn import LayerView
from explorer.layers.held import AxisSize, Terms, WeightAxis, WeightMeaning
from explorer.layers.spatial import (
    Spatial,
    at,
    change_of,
    channels_of,
    flow_of,
    is_channels_last,
    known_windows,
    moving,
    names_along,
    over_image,
    places_of,
    seen_at,
    space_of,
    stretch,
    summed,
    taps_of,
    window_of,
)
from explorer.layers.words import activated, added, bias, is_elementwise, slid
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import SPATIAL, Tensor, is_named
from explorer.tensors.text import count, one_of


class Filters(Spatial):
    """(batch, rows, columns, channels) -> (batch, rows, columns, filters): what all kinds of convolution share."""

    family = "convolution"
    title_arguments = ("filters",)
    verb = "slides along"
    channels_after = "filters"

    def channels(self, layer: Any, size: Size | None) -> AxisSize:
        number: int = layer.filters
        return number

    def filters(self, call: LayerCall, own: Own) -> tuple[str, Size]:
        """The axis and the symbol of the filters."""
        place = space_of(call.layer).channels
        name = call.out.axes[place] if is_named(call.out.axes[place]) else "filters"
        return name, own(call.layer.filters, name)

    def seen(self, call: LayerCall) -> list[WeightAxis]:
        """The axes of a kernel that lie along the window."""
        names = names_along(call.layer, call.first)
        if len(names) == 1:
            return [("window", call.layer.kernel_size[0])]
        named = [f"window {name}" for name in names]
        return list(zip(named, call.layer.kernel_size, strict=True))

    def settings_in_words(self, layer: Layer) -> list[str]:
        kernel = layer.weights[0].shape
        return [count(self.filters_of(kernel), "filters"), *window_settings(layer, kernel[:-2])]

    def filters_of(self, kernel: Sequence[int]) -> int:
        """How many filters a kernel of this shape holds."""
        return kernel[-1]


def window_settings(layer: Layer, kernel: Sequence[int]) -> list[str]:
    """What a description tells of the window of a convolution: its size, its strides, and whether it is padded."""
    if len(kernel) == 1:
        strided = layer.window is not None and layer.window.stride > 1
        return [f"kernel_size={kernel[0]}", *([f"strides={layer.window.stride}"] if layer.window and strided else [])]
    known, (before, after) = [f"kernel_size={tuple(kernel)}"], (each[0] for each in (layer.input, layer.output))
    if layer.image_window and max(each.stride for each in layer.image_window) > 1:
        known.append(f"strides={tuple(each.stride for each in layer.image_window)}")
    places = [place for place, axis in enumerate(layer.axes_in[0]) if axis in SPATIAL]
    sizes = [(before[place], after[place], size) for place, size in zip(places, kernel, strict=False)]
    if len(sizes) < len(kernel):
        return known
    if all(old is not None and old == new for old, new, _ in sizes):
        known.append("padding that keeps every position")
    elif all(old is not None and new == old - size + 1 for old, new, size in sizes):
        known.append("no padding")
    return known


class SlidConvolution(Filters):
    """What slides over its input; a transposed convolution slides over its output."""

    def length(self, layer: Any, index: int, size: Size | None) -> AxisSize:
        window, stride, dilation = (each[index] for each in (layer.kernel_size, layer.strides, layer.dilation_rate))
        return slid(size, window, stride, layer.padding, dilation)

    def windows(self, call: LayerCall) -> list[Window] | None:
        """The window along each axis, None where one of them is not known."""
        layer, lengths = call.layer, [call.first.shape[place] for place in space_of(call.layer).along]
        settings = zip(layer.kernel_size, layer.strides, layer.dilation_rate, lengths, strict=True)
        return known_windows(
            [window_of(size, stride, dilation, layer.padding, length) for size, stride, dilation, length in settings]
        )

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return flow_of(call, "window")

    def window(self, call: LayerCall) -> Window | None:
        found = self.windows(call) if self.time_flow(call) == "window" else None
        return None if found is None else found[0]

    def image_window(self, call: LayerCall) -> tuple[Window, ...]:
        return over_image(call, self.windows(call))

    def seen_in_words(self, call: LayerCall) -> str:
        return stretch(names_along(call.layer, call.first), call.layer.kernel_size)

    def moves_in_words(self, call: LayerCall) -> str:
        """How it moves on, and what it does at the ends."""
        layer, names = call.layer, names_along(call.layer, call.first)
        moved = moving(layer.strides, layer.dilation_rate)
        place = one_of(names[0]) if len(names) == 1 and is_named(names[0]) else "position"
        if layer.padding == "same":
            whole = f"with padding, so that every {place} has an output"
            return f"{moved}, {whole if max(layer.strides) == 1 else 'with padding at the ends'}"
        ends = f"up to the {place} of the output" if layer.padding == "causal" else "only where the window fits"
        return f"{moved}, {ends}"

    def view(self, view: LayerView) -> Drawing | None:
        layer = view.layer
        if len(layer.kernel_size) > 1 or not is_channels_last(layer):
            return None
        (window,), (dilation,) = layer.kernel_size, layer.dilation_rate
        reach, length = (window - 1) * dilation + 1, view.received[0].shape[1]
        spread = f", {dilation} apart" if dilation > 1 else ""
        seen = count(window, "timesteps")
        says = f"Each output sees {seen}{spread} ({layer.padding} padding). The filters are the same everywhere."
        return drawings.WindowDrawing(
            reach=reach, window=window, dilation=dilation, steps=length, padding=layer.padding, says=says
        )

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        if (reason := super().needs(layer, received)) is not None:
            return reason
        settings = zip(space_of(layer).along, layer.kernel_size, layer.dilation_rate, strict=True)
        for place, size, dilation in settings:
            reach, name = (size - 1) * dilation + 1, received[0].axes[place]
            come = received[0].shape[place]
            if layer.padding == "valid" and come is not None and come < reach:
                return f"without padding its window needs {count(reach, name)}, and its input has only {count(come, name)}"
        return None


class _Convolution(SlidConvolution):
    """Every filter sees all channels; with `groups`, those of its own group."""

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        (_, filters), (_, width), layer = self.filters(call, own), channels_of(call.layer, call.first), call.layer
        if width is None:
            return None
        if len(layer.kernel_size) == 1:
            return [([filters], [Size.of(width) * layer.kernel_size[0] // layer.groups, *bias(layer)])]
        biases: Terms = [([], [filters])] if layer.use_bias else []
        return [([*layer.kernel_size, Size.of(width) // layer.groups], [filters]), *biases]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        filters, (name, width) = self.filters(call, own), channels_of(call.layer, call.first)
        if width is None:
            return {}
        into: WeightAxis = (name, Size.of(width) // call.layer.groups)
        return {"kernel": ([*self.seen(call), into, filters], {}), "bias": ([filters], {})}

    def summary(self, call: LayerCall) -> Summary:
        words, groups = f"over {self.seen_in_words(call)} at a time", call.layer.groups
        channel = channels_of(call.layer, call.first)[0]
        parted = f", in {groups:,} groups of {channel if is_named(channel) else 'channels'}" if groups > 1 else ""
        long = f"slides its filters {words}{self.moves_in_words(call)}{parted}"
        return Summary(f"slides filters {words}", long, change_of(call))

    def equation(self, call: LayerCall) -> Sequence[str]:
        layer, windows = call.layer, self.windows(call)
        if windows is None or layer.groups != 1 or not (is_channels_last(layer) or is_elementwise(layer.activation)):
            return ()
        term = f"x{at(seen_at(windows, places_of(call)))} · kernel{at(taps_of(windows))}"
        inner = activated(layer.activation, added(summed(windows, term), "bias" if layer.use_bias else ""))
        return () if inner is None else [f"y{at(places_of(call))} = {inner}"]

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        if (reason := super().needs(layer, received)) is not None:
            return reason
        place = space_of(layer).channels
        come = received[0].shape[place]
        if come is not None and come % layer.groups:
            return f"its {layer.groups:,} groups are of one size, and its input has {count(come, received[0].axes[place])}"
        return None


class Conv1D(_Convolution):
    classes = ("Conv1D",)
    words = {"padding": ("valid", "same", "causal")}


class Conv2D(_Convolution):
    classes = ("Conv2D", "Conv3D")
    words = {"padding": ("valid", "same")}
