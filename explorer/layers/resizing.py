"""Layers that make axes longer or shorter and learn nothing: UpSampling, ZeroPadding, Cropping.

Keras's own words: https://keras.io/api/layers/reshaping_layers/.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.description import TimeFlow, Window
from explorer.layers.base import LayerCall, Summary
from explorer.layers.held import AxisSize
from explorer.layers.spatial import (
    Spatial,
    at,
    change_of,
    flow_of,
    names_along,
    places_of,
    shifted,
    stretch,
)
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import is_named
from explorer.tensors.text import count, joined

Pairs = tuple[tuple[int, int], ...]


class UpSampling(Spatial):
    """(batch, rows, columns, channels) -> each of them so often."""

    classes = ("UpSampling1D", "UpSampling2D", "UpSampling3D")
    family = "reshaping"
    title_arguments = ("size",)
    verb = "repeats along"

    def factors(self, layer: Any) -> tuple[int, ...]:
        size = layer.size
        return tuple(size) if isinstance(size, (tuple, list)) else (size,)

    def length(self, layer: Any, index: int, size: Size | None) -> AxisSize:
        return None if size is None else size * self.factors(layer)[index]

    def repeats(self, layer: Any) -> bool:
        """Whether numbers are repeated, and not mixed with their neighbours."""
        return bool(getattr(layer, "interpolation", "nearest") == "nearest")

    def summary(self, call: LayerCall) -> Summary:
        layer, names = call.layer, names_along(call.layer, call.first)
        factors = self.factors(layer)
        if not self.repeats(layer):
            words = f"enlarges by {layer.interpolation} interpolation"
            return Summary(words[:60], words, change_of(call))
        if len(names) == 1:
            often = "once" if factors[0] == 1 else count(factors[0], "times")
            words = f"repeats every {'timestep' if names == ('timesteps',) else 'position'} {often}"
        else:
            words = f"repeats every position over {stretch(names, factors)}"
        return Summary(words, words, change_of(call))

    def equation(self, call: LayerCall) -> Sequence[str]:
        if not self.repeats(call.layer):
            return ()
        factors = self.factors(call.layer)
        letters = places_of(call)
        read = [letter if factor == 1 else f"⌈{letter} / {factor}⌉" for letter, factor in zip(letters, factors, strict=True)]
        return [f"y{at(letters)} = x{at(read)}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return flow_of(call, "spread")

    def window(self, call: LayerCall) -> Window | None:
        (size, *_) = self.factors(call.layer)
        return Window(size, size, 1, 0) if self.time_flow(call) == "spread" else None


class _AtTheEnds(Spatial):
    """What adds or removes positions at both ends of each axis."""

    family = "reshaping"
    keeps_range = True

    def pairs(self, layer: Any) -> Pairs:
        """How many at the start and at the end of each axis."""
        raise NotImplementedError

    def amounts(self, call: LayerCall, of: str = "") -> str:
        """How many at the start and at the end of each axis, in words; `of` what, with a blank before it."""
        names, pairs = names_along(call.layer, call.first), self.pairs(call.layer)
        names = tuple(name if is_named(name) else "positions" for name in names)
        before, after = (joined([count(pair[end], name) for pair, name in zip(pairs, names, strict=True)]) for end in (0, 1))
        if before == after:
            return f"{before}{of} at each end"
        return f"{before}{of} at the start and {after if len(names) > 1 else f'{pairs[0][1]:,}'} at the end"

    def shift(self, layer: Any) -> int:
        """By how many timesteps what comes in is moved."""
        raise NotImplementedError

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return flow_of(call, "spread")

    def window(self, call: LayerCall) -> Window | None:
        return Window(1, 1, 1, -self.shift(call.layer)) if self.time_flow(call) == "spread" else None

    def moved(self, call: LayerCall, sign: int) -> Sequence[str]:
        letters, pairs = places_of(call), self.pairs(call.layer)
        read = [f"{letter}{shifted(sign * pair[0])}" for letter, pair in zip(letters, pairs, strict=True)]
        return [f"y{at(letters)} = x{at(read)}"]


def _of_two(pairs: Any) -> Pairs:
    """(1, 2) of a single axis as ((1, 2),), as for several axes."""
    return tuple(map(tuple, pairs)) if isinstance(pairs[0], (tuple, list)) else (tuple(pairs),)


class ZeroPadding(_AtTheEnds):
    classes = ("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D")
    title_arguments = ("padding",)
    verb = "adds zeros along"

    def pairs(self, layer: Any) -> Pairs:
        return _of_two(layer.padding)

    def length(self, layer: Any, index: int, size: Size | None) -> AxisSize:
        return None if size is None else size + sum(self.pairs(layer)[index])

    def summary(self, call: LayerCall) -> Summary:
        short = "adds timesteps of zeros at the ends" if names_along(call.layer, call.first) == ("timesteps",) else ""
        words = f"adds {self.amounts(call, ' of zeros')}"
        return Summary(short or "adds zeros around its input", words, change_of(call))

    def equation(self, call: LayerCall) -> Sequence[str]:
        return [f"{line}   0 outside of x" for line in self.moved(call, -1)]

    def shift(self, layer: Any) -> int:
        return self.pairs(layer)[0][0]


class Cropping(_AtTheEnds):
    classes = ("Cropping1D", "Cropping2D", "Cropping3D")
    title_arguments = ("cropping",)
    verb = "cuts along"

    def pairs(self, layer: Any) -> Pairs:
        return _of_two(layer.cropping)

    def length(self, layer: Any, index: int, size: Size | None) -> AxisSize:
        return None if size is None else size - sum(self.pairs(layer)[index])

    def summary(self, call: LayerCall) -> Summary:
        short = "removes timesteps at the ends" if names_along(call.layer, call.first) == ("timesteps",) else ""
        return Summary(short or "removes positions at the ends", f"removes {self.amounts(call)}", change_of(call))

    def equation(self, call: LayerCall) -> Sequence[str]:
        return self.moved(call, 1)

    def shift(self, layer: Any) -> int:
        return -self.pairs(layer)[0][0]
