"""Layers that make one tensor of several: Add and its kind, and Concatenate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from explorer import drawings
from explorer.description import Layer, TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import LayerCall, LayerRules, Summary
from explorer.layers.drawn import LayerView
from explorer.layers.held import AxisSize
from explorer.layers.reasons import all_in_words
from explorer.layers.words import joined_sizes, step
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import ORDERED, Axes, Shape, Tensor, is_named
from explorer.tensors.text import count

LETTERS = "abcdefgh"
EXCHANGEABLE = ("Add", "Multiply", "Average", "Maximum", "Concatenate")


def at_each_step(call: LayerCall) -> TimeFlow:
    """Of what is put together element by element: at the same timestep, where all inputs have as many."""
    timed = [axis for axis in call.out.axes if axis in ORDERED]
    if not timed:
        known = not any(not is_named(axis) or axis in ORDERED for each in call.received for axis in each.axes)
        return "none" if known else "unknown"
    if not all(_has(each, call.out, call.out.axes.index(axis)) for axis in timed for each in call.received):
        return "unknown"
    return "merge" if len(call.received) > 1 else "each"


def _has(tensor: Tensor, out: Tensor, place: int) -> bool:
    """Whether an input has the axis at this place of the result, as long as there: by its name or without one."""
    if len(tensor.shape) == len(out.shape) and not is_named(tensor.axes[place]):
        return tensor.shape[place] == out.shape[place]
    return dict(zip(tensor.axes, tensor.shape, strict=True)).get(out.axes[place], ...) == out.shape[place]


def agreed_axes(received: Sequence[Tensor], shape: Shape, joined: int | None = None) -> Axes:
    """The names of a result that is made position by position: those of the inputs, where they do not contradict.

    What has fewer axes, or size 1 where the result has more, is stretched, and gives no name there. joined: the axis along
    which sizes add up.
    """
    names = []
    for place in range(len(shape)):
        full = [each for each in received if len(each.shape) == len(shape)]
        found = {each.axes[place] for each in full if place == joined or each.shape[place] == shape[place]}
        last = place == len(shape) - 1
        if last:
            found |= {each.axes[-1] for each in received if each.shape[-1:] == shape[-1:] and len(each.shape) > 1}
        # What has no name contradicts none.
        found = set(filter(is_named, found)) or found
        unclear = "units" if last and not found & set(ORDERED) else f"axis {place}"
        names.append(found.pop() if len(found) == 1 else unclear)
    return tuple(names)


class Merging(LayerRules):
    """Number by number: (batch, ...) and (batch, ...) -> (batch, ...)."""

    family = "merging"
    trusted = True
    exchangeable: ClassVar[tuple[str, ...]] = EXCHANGEABLE
    most_inputs = None
    verb: ClassVar[str] = ""
    # What is done with a constant.
    noun: ClassVar[str] = ""
    # Whether a masked number of one tensor does not go into what is made of it and the others.
    leaves_out_masked: ClassVar[bool] = False

    def uses_mask(self, call: LayerCall) -> bool:
        # An operation with the name of a layer, such as that of x * y, knows no masks.
        layer = hasattr(call.layer, "supports_masking")
        return layer and self.leaves_out_masked and any(tensor.masked for tensor in call.received)

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        return [agreed_axes(call.received, shapes[0])]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        """Of each axis that of the first input which has as many there."""
        (shape,) = shapes
        full = [each for each in call.received if len(each.shape) == len(shape)]
        return [
            [
                next((each.sizes[place] for each in full if each.shape[place] == number), None)
                for place, number in enumerate(shape)
            ]
        ]

    def summary(self, call: LayerCall) -> Summary:
        if len(call.received) == 1:
            return Summary("combines every number with a constant", f"combines every number with a constant by {self.noun}")
        words = f"{self.verb} {len(call.received)} tensors, element by element"
        return Summary(words, words)

    def equation(self, call: LayerCall) -> Sequence[str]:
        letters = LETTERS[: len(call.received)]
        if not 2 <= len(call.received) <= len(LETTERS):
            return ()
        written = self.written(letters)
        return [] if written is None else [f"y = {written}"]

    def written(self, letters: str) -> str | None:
        """What is computed of inputs that are called by letters."""
        return None

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return at_each_step(call)

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        return f"its inputs must have the same shape, and {all_in_words(received)} do not"


class Add(Merging):
    classes = ("Add",)
    verb = "adds"
    noun = "addition"

    def written(self, letters: str) -> str | None:
        return " + ".join(letters)


class Average(Merging):
    classes = ("Average",)
    keeps_range = True
    verb = "averages"
    noun = "averaging"

    def covers(self, call: LayerCall) -> bool:
        # `keras.ops.average` is an operation of the same name, which goes along the axes of one tensor.
        return super().covers(call) and not hasattr(call.layer, "axis")

    def written(self, letters: str) -> str | None:
        return f"({' + '.join(letters)}) / {len(letters)}"


class Multiply(Merging):
    classes = ("Multiply",)
    leaves_out_masked = True
    verb = "multiplies"
    noun = "multiplication"

    def written(self, letters: str) -> str | None:
        return " ∗ ".join(letters)


class Subtract(Merging):
    classes = ("Subtract",)
    verb = "subtracts"
    noun = "subtraction"
    exchangeable = ()

    def summary(self, call: LayerCall) -> Summary:
        if len(call.received) != 2:
            return super().summary(call)
        return Summary("subtracts the second tensor", "subtracts the second tensor from the first, element by element")

    def written(self, letters: str) -> str | None:
        return " − ".join(letters) if len(letters) == 2 else None


class Divide(Merging):
    """The operator / between tensors."""

    classes = ("Divide", "TrueDivide")
    verb = "divides"
    noun = "division"
    exchangeable = ()

    def written(self, letters: str) -> str | None:
        return " / ".join(letters) if len(letters) == 2 else None


class Maximum(Merging):
    classes = ("Maximum",)
    leaves_out_masked = True
    keeps_range = True
    verb = "takes the maximum of"
    noun = "taking the larger"

    def written(self, letters: str) -> str | None:
        return f"max({', '.join(letters)})"


class Minimum(Merging):
    classes = ("Minimum",)
    leaves_out_masked = True
    keeps_range = True
    verb = "takes the minimum of"
    noun = "taking the smaller"
    exchangeable = ()

    def written(self, letters: str) -> str | None:
        return f"min({', '.join(letters)})"


class Concatenate(LayerRules):
    """Tensors joined along one axis: the sizes of that axis add up, and all others must agree."""

    classes = ("Concatenate",)
    keeps_range = True
    family = "merging"
    trusted = True
    exchangeable = EXCHANGEABLE
    most_inputs = None

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        return [agreed_axes(call.received, shapes[0], self.place(call))]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        sizes: list[AxisSize] = list(call.first.sizes)
        parts = [tensor.sizes[call.layer.axis] for tensor in call.received]
        known = [part for part in parts if part is not None]
        sizes[call.layer.axis] = None if len(known) < len(parts) else sum(known, Size.of(0))
        return [sizes]

    def summary(self, call: LayerCall) -> Summary:
        tensors, rank, place = count(len(call.received), "tensors"), len(call.first.shape), self.place(call)
        if not place:
            words = f"puts the samples of {tensors} into one batch"
            return Summary(words, words, "the numbers of samples add up, all other axes stay")
        if place == rank - 1:
            along = f" at every {step(call.first)}" if rank == 3 else ""
            return Summary(f"concatenates {tensors}", f"concatenates {tensors}{along}")
        name = call.first.axes[place]
        sizes = joined_sizes([tensor.shape[place] for tensor in call.received])
        after = call.out.shape[place]
        change = f"{sizes} {name if is_named(name) else f'in {name}'} become {'unknown' if after is None else f'{after:,}'}"
        return Summary(f"concatenates {tensors} along {name}", f"concatenates {tensors} along {name}", change)

    def place(self, call: LayerCall) -> int:
        axis: int = call.layer.axis
        return axis % len(call.first.shape)

    def equation(self, call: LayerCall) -> Sequence[str]:
        inputs = len(call.received)
        return [f"y = [{' ; '.join(LETTERS[:inputs])}]"] if 2 <= inputs <= len(LETTERS) else ()

    def time_flow(self, call: LayerCall) -> TimeFlow:
        place = self.place(call)
        return "unknown" if not place or call.first.axes[place] in ORDERED else at_each_step(call)

    def view(self, view: LayerView) -> Drawing | None:
        if view.layer.axis not in (-1, view.returned.ndim - 1):
            return None
        sizes = [tensor.shape[-1] for tensor in view.received]
        says = f"{' + '.join(map(str, sizes))} numbers are concatenated to {sum(sizes)}; none is changed."
        return drawings.ConcatDrawing(parts=tuple(drawings.Part("", size) for size in sizes), says=says)

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        axes = received[0].axes
        but = f" but {axes[layer.axis]}" if -len(axes) <= layer.axis < len(axes) else ""
        return f"its inputs must agree on every axis{but}, and {all_in_words(received)} do not"

    def settings_in_words(self, layer: Layer) -> list[str]:
        return [f"axis={joined_axis(layer)}"]


def joined_axis(layer: Layer) -> int:
    """The axis along which a Concatenate joins: the one that differs; -1 for the last."""
    pairs = list(zip(layer.input[0], layer.output[0], strict=True))
    place = next((place for place, (before, after) in enumerate(pairs) if before != after), len(pairs) - 1)
    # An axis of unknown length is unknown before and after.
    unknown = [place for place, (before, after) in enumerate(pairs) if place and before is None and after is None]
    if pairs[-1][0] == pairs[-1][1] and unknown:
        place = unknown[0]
    return -1 if place == len(pairs) - 1 else place
