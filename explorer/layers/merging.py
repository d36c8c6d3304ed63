"""Layers that make one tensor of several: Add and its kind, and Concatenate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from explorer import drawings
from explorer.description import TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import AxisSize, LayerCall, LayerRules, LayerView, Summary
from explorer.layers.reasons import all_in_words
from explorer.layers.words import joined_sizes, step
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import ORDERED, Axes, Shape, Tensor

LETTERS = "abcdefgh"
EXCHANGEABLE = ("Add", "Multiply", "Average", "Maximum", "Concatenate")


def at_each_step(call: LayerCall) -> TimeFlow:
    """Of what is put together number by number: at the same timestep, where all inputs have as many."""
    if not any(axis in ORDERED for axis in call.out.axes):
        return "none"
    if any(tensor.axes[:-1] != call.out.axes[:-1] for tensor in call.received if len(tensor.axes) > 1):
        return "unknown"
    return "merge" if len(call.received) > 1 else "each"


class Merging(LayerRules):
    """Number by number: (batch, ...) and (batch, ...) -> (batch, ...)."""

    family = "merging"
    exchangeable: ClassVar[tuple[str, ...]] = EXCHANGEABLE
    verb: ClassVar[str] = ""

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        """The names of the input that has the shape of the result; where none has, of the one with the most axes."""
        (shape,) = shapes
        tensors = [tensor for tensor in call.received if tensor.shape == shape]
        widest = max(tensors or call.received, key=lambda tensor: len(tensor.shape))
        widths = {tensor.axes[-1] for tensor in call.received if len(tensor.axes) == len(widest.axes)}
        return [widest.axes if len(widths) == 1 else (*widest.axes[:-1], "units")]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        (shape,) = shapes
        tensors = [tensor for tensor in call.received if tensor.shape == shape]
        return [list(max(tensors or call.received, key=lambda tensor: len(tensor.shape)).sizes)]

    def summary(self, call: LayerCall) -> Summary:
        if len(call.received) == 1:
            return Summary("changes every number alone", f"{self.verb} every number with a constant")
        words = f"{self.verb} {len(call.received)} tensors, number by number"
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

    def written(self, letters: str) -> str | None:
        return " + ".join(letters)


class Average(Merging):
    classes = ("Average",)
    verb = "averages"

    def written(self, letters: str) -> str | None:
        return f"({' + '.join(letters)}) / {len(letters)}"


class Multiply(Merging):
    classes = ("Multiply",)
    verb = "multiplies"

    def written(self, letters: str) -> str | None:
        return " ∗ ".join(letters)


class Subtract(Merging):
    classes = ("Subtract",)
    verb = "subtracts"
    exchangeable = ()

    def written(self, letters: str) -> str | None:
        return " − ".join(letters) if len(letters) == 2 else None


class Divide(Merging):
    """The operator / between tensors."""

    classes = ("Divide", "TrueDivide")
    verb = "divides"
    exchangeable = ()

    def written(self, letters: str) -> str | None:
        return " / ".join(letters) if len(letters) == 2 else None


class Maximum(Merging):
    classes = ("Maximum",)
    verb = "takes the largest of"

    def written(self, letters: str) -> str | None:
        return f"max({', '.join(letters)})"


class Minimum(Merging):
    classes = ("Minimum",)
    verb = "takes the smallest of"
    exchangeable = ()

    def written(self, letters: str) -> str | None:
        return f"min({', '.join(letters)})"


class Concatenate(LayerRules):
    """Tensors joined along one axis: the sizes of that axis add up, and all others must agree."""

    classes = ("Concatenate",)
    family = "merging"
    exchangeable = EXCHANGEABLE

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        axes, last = call.first.axes, {tensor.axes[-1] for tensor in call.received}
        return [(*axes[:-1], last.pop() if len(last) == 1 else "units")]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        sizes: list[AxisSize] = list(call.first.sizes)
        parts = [tensor.sizes[call.layer.axis] for tensor in call.received]
        known = [part for part in parts if part is not None]
        sizes[call.layer.axis] = None if len(known) < len(parts) else sum(known, Size.of(0))
        return [sizes]

    def summary(self, call: LayerCall) -> Summary:
        tensors, rank, place = f"{len(call.received)} tensors", len(call.first.shape), self.place(call)
        if place == rank - 1:
            along = f" at every {step(call.first)}" if rank == 3 else ""
            return Summary(f"joins {tensors} side by side", f"joins {tensors} side by side{along}")
        name = call.first.axes[place]
        sizes = joined_sizes([tensor.shape[place] for tensor in call.received])
        change = f"{sizes} {name} become {call.out.shape[place]}"
        return Summary(f"joins {tensors} along {name}", f"joins {tensors} end to end, along {name}", change)

    def place(self, call: LayerCall) -> int:
        axis: int = call.layer.axis
        return axis % len(call.first.shape)

    def equation(self, call: LayerCall) -> Sequence[str]:
        inputs = len(call.received)
        return [f"y = [{' ; '.join(LETTERS[:inputs])}]"] if 2 <= inputs <= len(LETTERS) else ()

    def time_flow(self, call: LayerCall) -> TimeFlow:
        axis = call.first.axes[self.place(call)]
        return "unknown" if axis in ORDERED else at_each_step(call)

    def view(self, view: LayerView) -> Drawing | None:
        if view.layer.axis not in (-1, view.returned.ndim - 1):
            return None
        sizes = [tensor.shape[-1] for tensor in view.received]
        says = f"{' + '.join(map(str, sizes))} numbers stand side by side and make {sum(sizes)}; none is changed."
        return drawings.ConcatLook(parts=tuple(drawings.Part("", size) for size in sizes), axis="units", says=says)

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        axes = received[0].axes
        but = f" but {axes[layer.axis]}" if -len(axes) <= layer.axis < len(axes) else ""
        return f"its inputs must agree on every axis{but}, and {all_in_words(received)} do not"
