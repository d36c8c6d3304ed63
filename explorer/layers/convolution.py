"""Convolutions: filters that slide along an axis and see a window of it at a time.

Keras's own words: https://keras.io/api/layers/convolution_layers/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer import drawings
from explorer.description import TimeFlow, Window
from explorer.drawings import Drawing
from explorer.layers.base import (
    AxisSize,
    LayerCall,
    LayerRules,
    LayerView,
    Own,
    Summary,
    Terms,
    WeightAxis,
    WeightMeaning,
)
from explorer.layers.reasons import along
from explorer.layers.words import activated, added, bias, slid
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import Axes, Shape, Tensor
from explorer.tensors.text import count


def window_of(layer: Any, steps: int | None, size: int, dilation: int = 1) -> Window:
    """The window that a layer slides along so many timesteps."""
    (stride,) = layer.strides
    spans = (size - 1) * dilation
    if layer.padding != "same":
        return Window(size, stride, dilation, spans if layer.padding == "causal" else 0)
    # TensorFlow pads no more than is needed, and where that is odd one more behind than before.
    last = stride if steps is None else (steps - 1) % stride + 1
    return Window(size, stride, dilation, max(0, spans + 1 - last) // 2)


class _Convolution1D(LayerRules):
    """(batch, timesteps, features) -> (batch, timesteps, filters)."""

    family = "convolution"

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        return ("batch", "timesteps", "features") if rank == 3 and _channels_last(layer) else None

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        return [(*call.first.axes[:-1], "filters")] if _channels_last(call.layer) else None

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        layer, (batch, length, wide) = call.layer, call.first.sizes
        if not _channels_last(layer):
            return None
        (size,), (stride,), (dilation,) = layer.kernel_size, layer.strides, layer.dilation_rate
        return [[batch, slid(length, size, stride, layer.padding, dilation), self.filters(layer, wide)]]

    def filters(self, layer: Any, wide: Size | None) -> AxisSize:
        """How many numbers stand at each timestep that comes out."""
        number: int = layer.filters
        return number

    def summary(self, call: LayerCall) -> Summary:
        seen = count(call.layer.kernel_size[0], "timesteps")
        where = {
            "causal": "up to the timestep of the output",
            "same": "with padding, so that every timestep has an output",
            "valid": "only where the window fits",
        }[call.layer.padding]
        return Summary(f"slides filters over {seen} at a time", f"slides its filters over {seen} at a time, {where}")

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return "window" if _channels_last(call.layer) else "unknown"

    def window(self, call: LayerCall) -> Window | None:
        if not _channels_last(call.layer):
            return None
        return window_of(call.layer, call.first.shape[1], call.layer.kernel_size[0], call.layer.dilation_rate[0])

    def view(self, view: LayerView) -> Drawing | None:
        layer = view.layer
        if not _channels_last(layer):
            return None
        (window,), (dilation,) = layer.kernel_size, layer.dilation_rate
        reach, length = (window - 1) * dilation + 1, view.received[0].shape[1]
        spread = f", {dilation} apart" if dilation > 1 else ""
        seen = count(window, "timesteps")
        says = f"Each output sees {seen}{spread} ({layer.padding} padding). The filters are the same everywhere."
        return drawings.WindowLook(
            reach=reach, window=window, apart=dilation, steps=length, padding=layer.padding, says=says
        )

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        first = received[0]
        reach = (layer.kernel_size[0] - 1) * layer.dilation_rate[0] + 1
        if len(first.shape) == 3 and layer.padding == "valid" and (first.shape[1] or reach) < reach:
            wanted, come = count(reach, "timesteps"), count(first.shape[1], first.axes[1])
            return f"without padding its window needs {wanted}, and its input has only {come}"
        return along("slides along", layer, received)


def _channels_last(layer: Any) -> bool:
    return bool(layer.data_format == "channels_last")


class Conv1D(_Convolution1D):
    classes = ("Conv1D",)
    words = {"padding": ("valid", "same", "causal")}

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        if call.width is None:
            return None
        layer = call.layer
        seen = Size.of(call.width) * layer.kernel_size[0] // layer.groups
        return [([own(layer.filters)], [seen, *bias(layer)])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        if call.width is None:
            return {}
        layer = call.layer
        seen: WeightAxis = ("window", layer.kernel_size[0])
        filters: WeightAxis = (own.axis, own(layer.filters))
        into: WeightAxis = (call.first.axes[-1], Size.of(call.width) // layer.groups)
        return {"kernel": ([seen, into, filters], {}), "bias": ([filters], {})}

    def equation(self, call: LayerCall) -> Sequence[str]:
        layer, window = call.layer, self.window(call)
        if window is None or layer.groups != 1:
            return ()
        place = "t" if window.stride == 1 else f"{window.stride}t"
        step = "k" if window.dilation == 1 else f"{window.dilation}k"
        shift = f" − {window.offset}" if window.offset else ""
        terms = f"Σ(k = 0 … {window.size - 1}) x[{place} + {step}{shift}] · kernel[k]"
        inner = activated(layer.activation, added(terms, "bias" if layer.use_bias else ""))
        return () if inner is None else [f"y[t] = {inner}"]


class DepthwiseConv1D(_Convolution1D):
    """A filter of its own for every feature, and none sees another feature."""

    classes = ("DepthwiseConv1D",)
    words = {"padding": ("valid", "same")}

    def filters(self, layer: Any, wide: Size | None) -> AxisSize:
        return None if wide is None else wide * layer.depth_multiplier

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        if call.width is None:
            return None
        return [([Size.of(call.width) * call.layer.depth_multiplier], [call.layer.kernel_size[0], *bias(call.layer)])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        if call.width is None:
            return {}
        width: WeightAxis = (call.first.axes[-1], call.width)
        seen: WeightAxis = ("window", call.layer.kernel_size[0])
        times = call.layer.depth_multiplier
        own_bias: WeightAxis = (width[0], Size.of(call.width) * times)
        return {"kernel": ([seen, width, ("filters per feature", times)], {}), "bias": ([own_bias], {})}


class SeparableConv1D(_Convolution1D):
    """A filter of its own for every feature, and then a mix of all of them (Chollet, https://arxiv.org/abs/1610.02357)."""

    classes = ("SeparableConv1D",)
    words = {"padding": ("valid", "same", "causal")}

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        if call.width is None:
            return None
        layer = call.layer
        each = Size.of(call.width) * layer.depth_multiplier
        return [([layer.kernel_size[0]], [each]), ([own(layer.filters)], [each, *bias(layer)])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        if call.width is None:
            return {}
        layer, width = call.layer, (call.first.axes[-1], call.width)
        seen: WeightAxis = ("window", layer.kernel_size[0])
        filters: WeightAxis = (own.axis, own(layer.filters))
        mixed: WeightAxis = (width[0], Size.of(call.width) * layer.depth_multiplier)
        return {
            "depthwise_kernel": ([seen, width, ("filters per feature", layer.depth_multiplier)], {}),
            "pointwise_kernel": ([("window", 1), mixed, filters], {}),
            "bias": ([filters], {}),
        }
