"""Pooling: the largest or the mean of a window. No pooling layer has weights.

Keras's own words: https://keras.io/api/layers/pooling_layers/.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.description import Layer, TimeFlow, Window
from explorer.layers.base import LayerCall, Summary
from explorer.layers.held import AxisSize
from explorer.layers.spatial import (
    Spatial,
    at,
    change_of,
    flow_of,
    known_windows,
    moving,
    names_along,
    over_image,
    over_taps,
    places_of,
    seen_at,
    space_of,
    stretch,
    times,
    window_of,
)
from explorer.layers.words import slid
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import Tensor
from explorer.tensors.text import count

PADDINGS = {"padding": ("valid", "same")}


class _Pooling(Spatial):
    """(batch, rows, columns, channels) -> fewer rows and columns, for every channel alone."""

    family = "pooling"
    keeps_range = True
    title_arguments = ("pool_size",)
    verb = "pools along"
    takes = ""
    symbol = ""

    def length(self, layer: Any, index: int, size: Size | None) -> AxisSize:
        return slid(size, layer.pool_size[index], layer.strides[index], layer.padding)

    def windows(self, call: LayerCall) -> list[Window] | None:
        layer, lengths = call.layer, [call.first.shape[place] for place in space_of(call.layer).along]
        settings = zip(layer.pool_size, layer.strides, lengths, strict=True)
        return known_windows([window_of(size, stride, 1, layer.padding, length) for size, stride, length in settings])

    def summary(self, call: LayerCall) -> Summary:
        layer = call.layer
        every = layer.strides == layer.pool_size
        names = names_along(layer, call.first)
        # "Every 2 rows and 2 columns" could be read as two kinds of window.
        pooled = stretch(names, layer.pool_size) if len(names) == 1 else f"{times(layer.pool_size)} positions"
        words = f"{self.takes} {'every' if every else 'a window of'} {pooled}"
        if max(layer.pool_size) == 1:
            words = f"{self.takes} each position alone"
        moved = "" if every else moving(layer.strides)
        padded = ", with padding at the ends" if layer.padding == "same" else ""
        return Summary(words, f"{words}{moved}{padded}", change_of(call))

    def equation(self, call: LayerCall) -> Sequence[str]:
        windows = self.windows(call)
        if windows is None:
            return ()
        taps, left = over_taps(windows), f"y{at(places_of(call))}"
        if not taps:
            return [f"{left} = x{at(seen_at(windows, places_of(call)))}"]
        # Neither TensorFlow nor another of Keras's backends counts the padding in.
        end = "   padding does not count" if call.layer.padding == "same" else ""
        return [f"{left} = {self.symbol}({taps}) x{at(seen_at(windows, places_of(call)))}{end}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return flow_of(call, "window")

    def window(self, call: LayerCall) -> Window | None:
        found = self.windows(call) if self.time_flow(call) == "window" else None
        return None if found is None else found[0]

    def image_window(self, call: LayerCall) -> tuple[Window, ...]:
        return over_image(call, self.windows(call))

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        if (reason := super().needs(layer, received)) is not None:
            return reason
        for place, size in zip(space_of(layer).along, layer.pool_size, strict=True):
            come, name = received[0].shape[place], received[0].axes[place]
            if layer.padding == "valid" and come is not None and come < size:
                return f"without padding its window needs {count(size, name)}, and its input has only {count(come, name)}"
        return None

    def settings_in_words(self, layer: Layer) -> list[str]:
        if layer.reach is not None:
            return [f"pool_size={layer.reach}"]
        sizes, strides = (tuple(getattr(each, name) for each in layer.image_window) for name in ("size", "stride"))
        if not sizes:
            return []
        return [f"pool_size={sizes}", *([] if sizes == strides else [f"strides={strides}"])]


class _MaxPooling(_Pooling):
    takes = "takes the maximum of"
    symbol = "max"


class _AveragePooling(_Pooling):
    takes = "averages"
    symbol = "mean"


class MaxPooling1D(_MaxPooling):
    classes = ("MaxPooling1D",)
    exchangeable = ("AveragePooling1D", "MaxPooling1D")
    words = PADDINGS


class AveragePooling1D(_AveragePooling):
    classes = ("AveragePooling1D",)
    exchangeable = ("AveragePooling1D", "MaxPooling1D")
    words = PADDINGS


class MaxPooling2D(_MaxPooling):
    classes = ("MaxPooling2D",)
    exchangeable = ("AveragePooling2D", "MaxPooling2D")
    words = PADDINGS


class AveragePooling2D(_AveragePooling):
    classes = ("AveragePooling2D",)
    exchangeable = ("AveragePooling2D", "MaxPooling2D")
    words = PADDINGS


class MaxPooling3D(_MaxPooling):
    classes = ("MaxPooling3D",)
    exchangeable = ("AveragePooling3D", "MaxPooling3D")
    words = PADDINGS


class AveragePooling3D(_AveragePooling):
    classes = ("AveragePooling3D",)
    exchangeable = ("AveragePooling3D", "MaxPooling3D")
    words = PADDINGS
