"""Pooling of whole axes: the largest or the mean of everything, or of a given number of stretches.

Keras's own words: https://keras.io/api/layers/pooling_layers/.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from explorer import drawings
from explorer.description import TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import LayerCall, Summary
from explorer.layers.drawn import LayerView, column, grid, kept_steps
from explorer.layers.held import AxisSize
from explorer.layers.reading import given_masks
from explorer.layers.spatial import Spatial, at, change_of, is_channels_last, names_along, places_of, space_of, times
from explorer.layers.words import all_steps, bracketed, last_of, letter_of
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import ORDERED, Axes, Shape, Tensor, is_named
from explorer.tensors.text import count, joined


class _GlobalPooling(Spatial):
    """(batch, rows, columns, channels) -> (batch, channels), or with `keepdims` (batch, 1, 1, channels)."""

    family = "pooling"
    keeps_range = True
    verb = "pools along"
    takes = ""
    symbol = ""

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        space, axes = space_of(call.layer), call.first.axes
        if len(axes) != space.rank:
            return None
        return [axes if call.layer.keepdims else (axes[0], axes[space.channels])]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        space, sizes = space_of(call.layer), call.first.sizes
        if len(sizes) != space.rank:
            return None
        if not call.layer.keepdims:
            return [[sizes[0], sizes[space.channels]]]
        return [[Size.of(1) if place in space.along else size for place, size in enumerate(sizes)]]

    def summary(self, call: LayerCall) -> Summary:
        change = None if call.layer.keepdims or is_channels_last(call.layer) else self.removed(call)
        if self.skips_masked(call):
            (name,) = names_along(call.layer, call.first)
            short = f"{self.takes} the {name if is_named(name) else 'positions'} that are not masked"
            return Summary(short, short, change)
        words = f"{self.takes} over {all_places(call.layer, call.first)}"
        short = words if len(words) <= 60 else f"{self.takes} over all positions"
        return Summary(short, words, change)

    def removed(self, call: LayerCall) -> str:
        """What becomes of the axes where the channels stand before the others."""
        return f"{joined(names_along(call.layer, call.first))} are removed, {call.out.axes[-1]} stay"

    def equation(self, call: LayerCall) -> Sequence[str]:
        number = len(space_of(call.layer).along)
        letters = places_of(call)
        left = f"y{at(['1'] * number)}" if call.layer.keepdims else "y"
        return [f"{left} = {self.symbol} over {'all ' if number > 1 else ''}{', '.join(letters)} of x{at(letters)}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        places = [place for place, axis in enumerate(call.first.axes) if axis in ORDERED]
        if not places:
            return "none" if all(map(is_named, call.first.axes)) else "unknown"
        return "pool" if set(places) <= set(space_of(call.layer).along) else "unknown"

    def view(self, view: LayerView) -> Drawing | None:
        layer, received = view.layer, view.received[0]
        if received.ndim != 3 or not is_channels_last(layer):
            return None
        mask = view.mask if self.reads_mask and layer.supports_masking else None
        steps = received.shape[1]
        pooled = steps if mask is None else int(np.asarray(mask).sum())
        of = f"{pooled} of {steps} vectors" if pooled < steps else count(steps, "vectors")
        left = "; the masked ones are left out" if pooled < steps else ""
        verb = f"{self.takes} over"
        return drawings.PoolDrawing(
            verb=verb,
            pooled=pooled,
            received=grid(received[0]),
            returned=column(view.returned.reshape(-1)),
            counts=kept_steps(mask),
            says=f"It {verb} {of}, element by element{left}.",
        )


class _GlobalAverage(_GlobalPooling):
    takes = "averages"
    symbol = "mean"


class _GlobalMax(_GlobalPooling):
    takes = "takes the maximum"
    symbol = "max"


class GlobalAveragePooling2D(_GlobalAverage):
    classes = ("GlobalAveragePooling2D",)
    exchangeable = ("GlobalAveragePooling2D", "GlobalMaxPooling2D")


class GlobalMaxPooling2D(_GlobalMax):
    classes = ("GlobalMaxPooling2D",)
    exchangeable = ("GlobalAveragePooling2D", "GlobalMaxPooling2D")


class GlobalAveragePooling3D(_GlobalAverage):
    classes = ("GlobalAveragePooling3D",)
    exchangeable = ("GlobalAveragePooling3D", "GlobalMaxPooling3D")


class GlobalMaxPooling3D(_GlobalMax):
    classes = ("GlobalMaxPooling3D",)
    exchangeable = ("GlobalAveragePooling3D", "GlobalMaxPooling3D")


class GlobalAveragePooling1D(_GlobalAverage):
    classes = ("GlobalAveragePooling1D",)
    makes_vector = reads_mask = True
    exchangeable = ("GlobalAveragePooling1D", "GlobalMaxPooling1D")

    def covers(self, call: LayerCall) -> bool:
        # A mask that travels is one of the second axis, whatever stands there.
        travels = call.first.masked and "mask" not in given_masks(call.node)
        return super().covers(call) and (is_channels_last(call.layer) or not travels)

    def skips_masked(self, call: LayerCall) -> bool:
        return super().skips_masked(call) and bool(call.layer.supports_masking)

    def equation(self, call: LayerCall) -> Sequence[str]:
        left = "y[1]" if call.layer.keepdims else "y"
        place = space_of(call.layer).along[0]
        letter, last = letter_of(call.first, place), last_of(call.first, place)
        if self.skips_masked(call):
            name = call.first.axes[place] if is_named(call.first.axes[place]) else "positions"
            return [f"{left} = Σ x[{letter}] / n   over the n {name} that are not masked"]
        return [f"{left} = (x[1] + … + x[{last}]) / {bracketed(last)}"]


class GlobalMaxPooling1D(_GlobalMax):
    classes = ("GlobalMaxPooling1D",)
    makes_vector = True
    exchangeable = ("GlobalAveragePooling1D", "GlobalMaxPooling1D")


class _AdaptivePooling(Spatial):
    """(batch, rows, columns, channels) -> as many rows and columns as `output_size` says."""

    family = "pooling"
    keeps_range = True
    title_arguments = ("output_size",)
    trusted = False
    verb = "pools along"
    takes = ""

    def length(self, layer: Any, index: int, size: Size | None) -> AxisSize:
        # No symbol: that of an axis which happens to be as long would say that one follows from the other.
        return Size.of(int(layer.output_size[index]))

    def summary(self, call: LayerCall) -> Summary | None:
        # Keras works out a shape for an input with too many or too few axes, which it then cannot pool.
        if len(call.first.shape) != space_of(call.layer).rank:
            return None
        sizes, names = call.layer.output_size, names_along(call.layer, call.first)
        regions = f"{times(sizes)} regions"
        divided = joined(names) if all(map(is_named, names)) else "its input"
        long = f"divides {divided} into {regions} and {self.takes} each"
        if max(sizes) == 1:
            return Summary(f"{self.takes} all positions together", f"{self.takes} all positions together", change_of(call))
        return Summary(f"{self.takes} each of {regions}", long, change_of(call))


class AdaptiveAveragePooling(_AdaptivePooling):
    classes = ("AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D")
    takes = "averages"


class AdaptiveMaxPooling(_AdaptivePooling):
    classes = ("AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D")
    takes = "takes the maximum of"


def all_places(layer: Any, tensor: Tensor) -> str:
    """All positions that a layer pools: "all 20 timesteps", "all 7 rows and 7 columns", "the one row and all 7 columns"."""
    places = space_of(layer).along
    words = [all_steps(tensor, place) for place in places]
    if all(word.startswith("all ") for word in words) and all(is_named(tensor.axes[place]) for place in places):
        return f"all {joined([word.removeprefix('all ') for word in words])}"
    return joined(words)
