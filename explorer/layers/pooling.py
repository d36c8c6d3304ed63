"""Pooling: the largest or the mean of a window, or of everything along an axis. No pooling layer has weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from explorer import drawings
from explorer.description import TimeFlow, Window
from explorer.drawings import Drawing
from explorer.layers.base import AxisSize, LayerCall, LayerRules, LayerView, Summary
from explorer.layers.convolution import window_of
from explorer.layers.drawn import column, grid, kept_steps
from explorer.layers.reasons import along
from explorer.layers.words import all_steps, slid
from explorer.tensors.tensor import Axes, Shape, Tensor
from explorer.tensors.text import count


class _Pooling(LayerRules):
    family = "pooling"
    verb: ClassVar[str] = ""

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        return ("batch", "timesteps", "features") if rank == 3 and layer.data_format == "channels_last" else None

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        return along("pools along", layer, received)


class _GlobalPooling1D(_Pooling):
    """(batch, timesteps, features) -> (batch, features)."""

    exchangeable = ("GlobalAveragePooling1D", "GlobalMaxPooling1D")

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        axes = call.first.axes
        if call.layer.data_format != "channels_last":
            return None
        return [axes if len(shape) == len(axes) else (axes[0], axes[-1]) for shape in shapes]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        sizes = call.first.sizes
        if call.layer.data_format != "channels_last":
            return None
        return [[sizes[0], 1, sizes[2]] if len(shape) == 3 else [sizes[0], sizes[-1]] for shape in shapes]

    def summary(self, call: LayerCall) -> Summary | None:
        if call.layer.data_format != "channels_last":
            return None
        if self.skips_masked(call.layer, call.first.masked):
            return Summary(
                "averages the timesteps that are not masked", f"{self.verb} {all_steps(call.first)} that are not masked"
            )
        words = f"{self.verb} {all_steps(call.first)}"
        return Summary(words, words)

    def skips_masked(self, layer: Any, masked: bool) -> bool:
        return False

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return "pool" if call.layer.data_format == "channels_last" else "unknown"

    def view(self, view: LayerView) -> Drawing | None:
        layer, received = view.layer, view.received[0]
        if received.ndim != 3 or layer.data_format != "channels_last":
            return None
        mask = view.mask if self.skips_masked(layer, view.mask is not None) else None
        steps = received.shape[1] if mask is None else int(np.asarray(mask).sum())
        left = "" if mask is None or np.asarray(mask).all() else "; masked timesteps are left out"
        says = f"For each feature alone: {self.verb} {count(steps, 'timesteps')}{left}."
        before, after = grid(received[0]), column(view.returned.reshape(-1))
        return drawings.PoolLook(verb=self.verb, received=before, returned=after, counts=kept_steps(mask), says=says)


class GlobalAveragePooling1D(_GlobalPooling1D):
    classes = ("GlobalAveragePooling1D",)
    verb = "averages over"

    def skips_masked(self, layer: Any, masked: bool) -> bool:
        return masked and bool(layer.supports_masking)

    def equation(self, call: LayerCall) -> Sequence[str]:
        if call.layer.data_format != "channels_last":
            return ()
        if self.skips_masked(call.layer, call.first.masked):
            return ["y = Σ x[t] / n   over the n timesteps that are not masked"]
        return ["y = (x[1] + … + x[T]) / T"]


class GlobalMaxPooling1D(_GlobalPooling1D):
    classes = ("GlobalMaxPooling1D",)
    verb = "takes the largest over"

    def equation(self, call: LayerCall) -> Sequence[str]:
        return ["y = max over t of x[t]"] if call.layer.data_format == "channels_last" else ()


class _Pooling1D(_Pooling):
    """(batch, timesteps, features) -> fewer timesteps."""

    exchangeable = ("AveragePooling1D", "MaxPooling1D")
    words = {"padding": ("valid", "same")}

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        return [call.first.axes] if call.layer.data_format == "channels_last" else None

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        layer, (batch, length, wide) = call.layer, call.first.sizes
        if layer.data_format != "channels_last":
            return None
        (window,), (stride,) = layer.pool_size, layer.strides
        return [[batch, slid(length, window, stride, layer.padding), wide]]

    def summary(self, call: LayerCall) -> Summary | None:
        if call.layer.data_format != "channels_last":
            return None
        words = f"{self.verb} every {count(call.layer.pool_size[0], 'timesteps')}"
        if call.layer.strides[0] != call.layer.pool_size[0]:
            words = f"{self.verb} a window of {count(call.layer.pool_size[0], 'timesteps')}"
        return Summary(words, words)

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return "window" if call.layer.data_format == "channels_last" else "unknown"

    def window(self, call: LayerCall) -> Window | None:
        if call.layer.data_format != "channels_last":
            return None
        return window_of(call.layer, call.first.shape[1], call.layer.pool_size[0])

    def told_settings(self, layer: Any) -> list[str]:
        return [f"pool_size={layer.reach}"]


class MaxPooling1D(_Pooling1D):
    classes = ("MaxPooling1D",)
    verb = "takes the largest of"


class AveragePooling1D(_Pooling1D):
    classes = ("AveragePooling1D",)
    verb = "averages"
