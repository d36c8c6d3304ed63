"""Layers that arrange the same numbers anew: Flatten, Reshape, Permute, RepeatVector."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from math import prod
from operator import mul
from typing import Any

from explorer import drawings
from explorer.description import TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import LayerCall, LayerRules, Summary
from explorer.layers.drawn import LayerView, column, grid
from explorer.layers.held import AxisSize
from explorer.layers.reasons import title
from explorer.layers.words import all_steps, same_at_every_step
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import ORDERED, Axes, Shape, Tensor, is_named, known
from explorer.tensors.text import an, as_shape, in_words

MOST_TERMS = 3
# A number that is no product of the sizes of axes.
OPEN = 1_000_000_007


class Flatten(LayerRules):
    """(batch, ...) -> (batch, features): all numbers of a sample in one row."""

    classes = ("Flatten",)
    keeps_range = True
    family = "reshaping"
    trusted = makes_vector = True

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        return [("batch", "features")]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        product = Size.of(1)
        for size in call.first.sizes[1:]:
            if size is None:
                return [[call.first.sizes[0], None]]
            product = product * size
        # Multiplied out, the rows and columns of a convolution are more terms than anybody reads.
        number = shapes[0][-1]
        return [[call.first.sizes[0], number if len(product.terms) > MOST_TERMS and number is not None else product]]

    def summary(self, call: LayerCall) -> Summary:
        sizes = " · ".join("unknown" if size is None else f"{size:,}" for size in call.first.shape[1:])
        is_one = all(size == 1 for size in call.first.shape[1:])
        numbers = "the one number" if is_one else f"all {sizes} numbers"
        return Summary("puts all numbers into one vector", f"puts {numbers} of a sample into one vector")

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return "pool" if any(axis in ORDERED for axis in call.first.axes) else same_at_every_step(call.first)


class Reshape(LayerRules):
    """The same numbers in the same order, with other axes."""

    classes = ("Reshape",)
    keeps_range = True
    family = "reshaping"
    title_arguments = ("target_shape",)
    trusted = True

    def covers(self, call: LayerCall) -> bool:
        """`keras.ops.reshape` names the batch too, and may put another axis into it."""
        wanted = getattr(call.layer, "newshape", None)
        if wanted is None or not super().covers(call):
            return super().covers(call)
        rest, before = wanted[1:], call.first.shape[1:]
        known = [size for size in before if size is not None]
        return -1 in rest or (len(known) == len(before) and prod(rest) == prod(known))

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        """A name is kept where its size stands at its place and everything before it stays; the rest is numbered."""
        (shape,), first = shapes, call.first
        # A row of numbers is a vector, unless it is what stood at the timesteps, one number at each.
        if len(shape) == 2 and not (self._keeps_time(call, shape) and len(first.shape) > 2):
            return [("batch", "features")]
        axes = ["batch"]
        same = True
        for place in range(1, len(shape)):
            same = same and place < len(first.shape) and first.shape[place] == shape[place]
            axes.append(first.axes[place] if same else f"axis {place}")
        # The last axis, too, where it is as long as before.
        if len(first.shape) > 1 and first.shape[-1] == shape[-1] and first.axes[-1] not in axes:
            axes[-1] = first.axes[-1]
        return [tuple(axes)]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        """An axis that stays keeps its size; of one that neighbours are put into, theirs are multiplied.

        The numbers stay in their order: an axis begins or ends where another one did if as many positions lie before it.
        """
        (shape,), before, (batch, *sizes) = shapes, call.first.shape[1:], call.first.sizes
        rest = [known(each) for each in (before, shape[1:])]
        if None in before and (prod(rest[0]), len(before) - len(rest[0])) != (prod(rest[1]), len(shape) - 1 - len(rest[1])):
            return [[batch, *[None] * (len(shape) - 1)]]
        # One size that is open before and after is the same, whatever it is, where all others multiply to the same.
        numbers, wanted = ([OPEN if number is None else number for number in each] for each in (before, shape[1:]))
        bounds = list(accumulate(numbers, mul, initial=1))
        found: list[AxisSize] = []
        begin = 1
        for number in wanted:
            parts: list[Size | None] = [None]
            if number == 1:
                parts = [Size.of(1)]
            elif begin in bounds and begin * number in bounds:
                # A single position before it is none of its own.
                parts = sizes[len(bounds) - 1 - bounds[::-1].index(begin) : bounds.index(begin * number)]
            found.append(None if None in parts else prod([part for part in parts if part is not None], start=Size.of(1)))
            begin *= number
        return [[batch, *found]]

    def summary(self, call: LayerCall) -> Summary:
        before, after = as_shape(call.first), as_shape(call.out)
        change = "the shape stays the same" if before == after else f"{before} becomes {after}"
        return Summary("the same numbers, other axes", "arranges the same numbers, in the same order, in other axes", change)

    def time_flow(self, call: LayerCall) -> TimeFlow:
        timed = [place for place, axis in enumerate(call.first.axes) if axis in ORDERED]
        if timed and self._keeps_time(call, call.out.shape):
            return "each"
        timed += [place for place, axis in enumerate(call.out.axes) if axis in ORDERED]
        return "unknown" if timed else same_at_every_step(call.first)

    def _keeps_time(self, call: LayerCall, shape: Shape) -> bool:
        """Whether all axes of time stay where they were, as long as before, and so does everything before them."""
        timed = [place for place, axis in enumerate(call.first.axes) if axis in ORDERED]
        kept = max(timed, default=0) + 1
        return bool(timed) and None not in shape[1:kept] and call.first.shape[1:kept] == shape[1:kept]

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        first, wanted = received[0], math.prod(layer.target_shape)
        if None in first.shape[1:] or wanted < 0:
            return None
        has = f"{in_words(first.axes, first.shape)} has {math.prod(known(first.shape[1:])):,}"
        return f"{an(title(layer))} arranges {wanted:,} numbers, and {has}"


class Permute(LayerRules):
    """The axes in another order."""

    classes = ("Permute",)
    keeps_range = True
    family = "reshaping"
    title_arguments = ("dims",)
    trusted = True

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        return [("batch", *(call.first.axes[place] for place in call.layer.dims))]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        return [[call.first.sizes[0], *(call.first.sizes[place] for place in call.layer.dims)]]

    def summary(self, call: LayerCall) -> Summary:
        before, after = f"({', '.join(call.first.axes[1:])})", f"({', '.join(call.out.axes[1:])})"
        if not all(map(is_named, call.first.axes)):
            # Axes without names are called by where they stand, before and after.
            before, after = as_shape(call.first), as_shape(call.out)
        return Summary("reorders the axes", "puts the axes in another order", f"{before} becomes {after}")

    def time_flow(self, call: LayerCall) -> TimeFlow:
        kept = tuple(call.layer.dims) == tuple(range(1, len(call.first.shape)))
        timed = any(axis in ORDERED for axis in call.first.axes)
        return "unknown" if timed and not kept else same_at_every_step(call.first)


class RepeatVector(LayerRules):
    """(batch, features) -> (batch, timesteps, features): one vector, given to every timestep."""

    classes = ("RepeatVector",)
    keeps_range = True
    family = "reshaping"
    title_arguments = ("n",)
    trusted = True

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        return [("batch", "timesteps", call.first.axes[-1])]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        batch, wide = call.first.sizes
        return [[batch, call.layer.n, wide]]

    def summary(self, call: LayerCall) -> Summary:
        words = f"repeats the vector for {all_steps(call.out)}"
        return Summary(words, words)

    def equation(self, call: LayerCall) -> Sequence[str]:
        return ["y[t] = x   for every t"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return "repeat"

    def view(self, view: LayerView) -> Drawing | None:
        length = view.returned.shape[1]
        says = f"The one vector is given to {'the one timestep' if length == 1 else f'all {length:,} timesteps, unchanged'}."
        return drawings.RepeatDrawing(received=column(view.received[0][0]), returned=grid(view.returned[0]), says=says)

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        first = received[0]
        if len(first.shape) == 2:
            return None
        return f"a RepeatVector repeats one vector, and {in_words(first.axes, first.shape)} is a whole sequence"

    def settings_in_words(self, layer: Any) -> list[str]:
        return [str(layer.output[0][1])]
