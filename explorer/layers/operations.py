"""Operations between layers that are written as expressions: `x[:, -1]`, `keras.ops.mean(x, axis=1)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from explorer.description import TimeFlow
from explorer.layers.base import LayerCall, LayerRules, Summary, class_name
from explorer.layers.held import AxisSize
from explorer.layers.words import same_at_every_step
from explorer.tensors.tensor import ORDERED, Axes, Shape, is_named
from explorer.tensors.text import as_shape, joined, one_of


class GetItem(LayerRules):
    """`x[:, -1]`: a number takes its axis away, a slice keeps it."""

    classes = ("GetItem",)
    family = "operation"

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        parts = self.parts(call)
        if parts is None:
            return None
        # Backwards, the timesteps would not be those of the input.
        kept = [
            f"axis {place}" if isinstance(part, slice) and (part.step or 1) < 0 else axis
            for place, (axis, part) in enumerate(zip(call.first.axes, parts, strict=True))
            if isinstance(part, slice)
        ]
        return [tuple(kept)]

    def key(self, call: LayerCall) -> tuple[Any, ...]:
        """What stands in the brackets."""
        key = call.node.arguments.args[1] if call.node and len(call.node.arguments.args) > 1 else ...
        return tuple(key) if isinstance(key, (tuple, list)) else (key,)

    def parts(self, call: LayerCall) -> list[Any] | None:
        """What is taken along each axis, a number or a slice; None where axes are added, or a tensor tells what."""
        key = self.key(call)
        if not all(each is ... or isinstance(each, int) or _is_fixed(each) for each in key):
            return None
        dots = next((place for place, each in enumerate(key) if each is ...), len(key))
        before, behind = key[:dots], key[dots + 1 :]
        return [*before, *[slice(None)] * (len(call.first.shape) - len(before) - len(behind)), *behind]

    def chosen(self, call: LayerCall) -> dict[int, Any]:
        """The axes along which not all is taken as it stands, with what is taken."""
        parts = enumerate(self.parts(call) or ())
        return {place: part for place, part in parts if not _is_whole(part, call.first.shape[place])}

    def summary(self, call: LayerCall) -> Summary:
        words = self._words(call)
        return Summary(words[:60], words)

    def _words(self, call: LayerCall) -> str:
        chosen, axes, key = self.chosen(call), call.first.axes, self.key(call)
        if self.parts(call) is None:
            plain = all(each is None or each is ... or (_is_fixed(each) and each == slice(None)) for each in key)
            return "adds axes with one position" if plain else "takes a part of its input"
        if not chosen:
            return "returns its input unchanged"
        if all(part == slice(None, None, -1) for part in chosen.values()):
            return f"reverses {joined([the(axes[place]) for place in chosen])}"
        reverse = any(isinstance(part, slice) and (part.step or 1) < 0 for part in chosen.values())
        words = _one_part(*next(iter(chosen.items())), axes) if len(chosen) == 1 else "takes a part of its input"
        return f"{words}, in reverse order" if reverse else words

    def time_flow(self, call: LayerCall) -> TimeFlow:
        timed = {place for place, axis in enumerate(call.first.axes) if axis in ORDERED}
        whole = self.parts(call) is not None and not timed & self.chosen(call).keys()
        return same_at_every_step(call.first) if whole or not timed else "unknown"


def _one_part(place: int, part: Any, axes: Axes) -> str:
    """What is taken along the one axis along which not all is."""
    name = axes[place]
    if isinstance(part, slice):
        every = part.start in (None, 0) and part.stop is None and (part.step or 1) > 1
        return f"takes one of every {part.step:,} {name}" if every and is_named(name) else f"takes a part of {the(name)}"
    if not place:
        return "takes one sample of the batch"
    if not is_named(name) or part < -1:
        return "takes a part of its input"
    return f"takes the last {one_of(name)}" if part < 0 else f"takes {one_of(name)} {part + 1:,}"


def the(name: str) -> str:
    """An axis in a sentence: "the timesteps", "axis 2"."""
    return f"the {name}" if is_named(name) else name


def _is_fixed(part: Any) -> bool:
    """Whether it is a slice whose bounds are numbers."""
    bounds = (part.start, part.stop, part.step) if isinstance(part, slice) else (...,)
    return all(bound is None or isinstance(bound, int) for bound in bounds)


def _is_whole(part: Any, size: int | None) -> bool:
    """Whether all of so many is taken, in the order in which it stands."""
    if isinstance(part, int) or size is None:
        return part in (slice(None), slice(0, None), slice(None, None, 1))
    return bool(range(size)[part] == range(size))


class Unary(LayerRules):
    """`keras.ops.tanh(x)`: a function of every number alone; https://keras.io/api/ops/."""

    family = "operation"
    keeps_axes = True
    lines: ClassVar[Mapping[str, str]] = {
        "Tanh": "tanh(x)",
        "Sigmoid": "σ(x)",
        "Relu": "max(0, x)",
        "Silu": "x ∗ σ(x)",
        "Softplus": "log(1 + exp(x))",
        "Exp": "exp(x)",
        "Log": "log(x)",
        "Sqrt": "√(x)",
        "Square": "x ∗ x",
        "Absolute": "|x|",
        "Negative": "−x",
        "Sin": "sin(x)",
        "Cos": "cos(x)",
    }
    said: ClassVar[Mapping[str, str]] = {
        "Sqrt": "takes the square root of every number",
        "Square": "squares every number",
        "Absolute": "takes the absolute value of every number",
        "Negative": "changes the sign of every number",
    }
    classes = tuple(lines)

    def summary(self, call: LayerCall) -> Summary:
        name = class_name(call.layer)
        words = self.said.get(name, f"applies {name.lower()} to every number")
        return Summary(words, words)

    def equation(self, call: LayerCall) -> Sequence[str]:
        return [f"y = {self.lines[class_name(call.layer)]}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return same_at_every_step(call.first)


class ExpandDims(LayerRules):
    """`keras.ops.expand_dims(x, 1)`: an axis of one position is added."""

    classes = ("ExpandDims",)
    family = "operation"

    def place(self, call: LayerCall) -> int | None:
        """Where the axis is added; None for several at once, and for one before the batch."""
        axis, rank = call.layer.axis, len(call.first.shape) + 1
        return axis % rank if isinstance(axis, int) and axis % rank else None

    def covers(self, call: LayerCall) -> bool:
        return super().covers(call) and self.place(call) is not None

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        place, axes = self.place(call), call.first.axes
        return [(*axes[:place], f"axis {place}", *axes[place:])]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        place, sizes = self.place(call), call.first.sizes
        return [[*sizes[:place], None, *sizes[place:]]]

    def summary(self, call: LayerCall) -> Summary:
        words = "adds an axis of size 1"
        return Summary(words, words, f"{as_shape(call.first)} becomes {as_shape(call.out)}")

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return same_at_every_step(call.first)


class Squeeze(LayerRules):
    """`keras.ops.squeeze(x, -1)`: axes of one position are removed."""

    classes = ("Squeeze",)
    family = "operation"

    def gone(self, call: LayerCall) -> set[int]:
        axis, shape = call.layer.axis, call.first.shape
        if axis is None:
            return {place for place, size in enumerate(shape) if size == 1}
        return {each % len(shape) for each in ([axis] if isinstance(axis, int) else axis)}

    def covers(self, call: LayerCall) -> bool:
        return super().covers(call) and 0 not in self.gone(call)

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        return [tuple(axis for place, axis in enumerate(call.first.axes) if place not in self.gone(call))]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        return [[size for place, size in enumerate(call.first.sizes) if place not in self.gone(call)]]

    def summary(self, call: LayerCall) -> Summary:
        words = "removes axes of size 1"
        return Summary(words, words, f"{as_shape(call.first)} becomes {as_shape(call.out)}")

    def time_flow(self, call: LayerCall) -> TimeFlow:
        # Of a time with one timestep all that there was stays.
        if any(call.first.axes[place] in ORDERED for place in self.gone(call)):
            return "unknown"
        return same_at_every_step(call.first)


class Reduction(LayerRules):
    """`keras.ops.mean(x, axis=1)`: the axis is removed, or has one position with keepdims."""

    family = "operation"
    verb: ClassVar[str] = ""

    def places(self, call: LayerCall) -> set[int]:
        """The axes that the operation goes along, counted from 0."""
        axis, rank = call.layer.axis, len(call.first.axes)
        if axis is None:
            return set(range(rank))
        return {each % rank for each in ([axis] if isinstance(axis, int) else axis)}

    def covers(self, call: LayerCall) -> bool:
        begins_with = getattr(call.layer, "initial", None)
        return super().covers(call) and 0 not in self.places(call) and begins_with is None

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        gone = set() if call.layer.keepdims else self.places(call)
        return [tuple(name for place, name in enumerate(call.first.axes) if place not in gone)]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        gone = self.places(call)
        sizes: list[AxisSize] = [None if place in gone else size for place, size in enumerate(call.first.sizes)]
        return [[size for place, size in enumerate(sizes) if call.layer.keepdims or place not in gone]]

    def summary(self, call: LayerCall) -> Summary:
        words = f"{self.verb} {joined([call.first.axes[place] for place in sorted(self.places(call))])}"
        return Summary(words[:60], words)

    def time_flow(self, call: LayerCall) -> TimeFlow:
        timed = {place for place, axis in enumerate(call.first.axes) if axis in ORDERED}
        if timed & self.places(call):
            return "pool" if timed <= self.places(call) else "unknown"
        return same_at_every_step(call.first)


class Mean(Reduction):
    classes = ("Mean",)
    verb = "averages over"


class Sum(Reduction):
    classes = ("Sum",)
    verb = "sums over"


class Max(Reduction):
    classes = ("Max",)
    verb = "takes the maximum over"


class Min(Reduction):
    classes = ("Min",)
    verb = "takes the minimum over"
