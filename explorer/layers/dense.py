"""Dense and EinsumDense: weighted sums of what stands along the last axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer.description import TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import LayerCall, LayerRules, Own, Summary
from explorer.layers.drawn import LayerView
from explorer.layers.held import AxisSize, Number, Terms, WeightAxis, WeightMeaning
from explorer.layers.time_distributed import copies
from explorer.layers.words import activated, added, all_steps, bias, is_elementwise, letter_of, same_at_every_step
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import ORDERED, Axes, Shape
from explorer.tensors.text import count


class Dense(LayerRules):
    """(batch, ..., features) -> (batch, ..., units): the same weights wherever there are axes between."""

    classes = ("Dense",)
    family = "dense"
    title_arguments = ("units",)
    trusted = True

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        """What it weighs are features; the axes before them may be any."""
        return ("batch", *(f"axis {place}" for place in range(1, rank - 1)), "features") if rank > 1 else None

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        return [(*call.first.axes[:-1], "units")]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        return [[*call.first.sizes[:-1], call.layer.units]]

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        return None if call.width is None else [([own(call.layer.units)], [call.width, *bias(call.layer)])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        if call.width is None:
            return {}
        units = (own.axis, own(call.layer.units))
        return {"kernel": ([(call.first.axes[-1], call.width), units], {}), "bias": ([units], {})}

    def summary(self, call: LayerCall) -> Summary:
        first, out = call.first, call.out
        if len(first.shape) == 2:
            short = "weighted sums of its inputs"
            if first.width and out.width and None not in (first.shape[1], out.shape[1]):
                short = f"mixes {all_steps(first)} into {count(*out.width)}"
            plus = " plus a bias" if call.layer.use_bias else ""
            return Summary(short, f"computes each output as a weighted sum of all inputs{plus}")
        between = all_steps(first) if len(first.shape) == 3 else "all positions"
        return Summary(f"the same Dense for {between}", f"applies the same Dense, with the same weights, to {between}")

    def equation(self, call: LayerCall) -> Sequence[str]:
        if not is_elementwise(call.layer.activation) and len(call.first.shape) > 3:
            return ()
        at = f"[{letter_of(call.first)}]" if len(call.first.shape) == 3 else ""
        inner = activated(call.layer.activation, added(f"x{at} · kernel", "bias" if call.layer.use_bias else ""))
        return () if inner is None or len(call.first.shape) > 3 else [f"y{at} = {inner}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        # An axis of time that is the last one is mixed. Softmax goes along the last axis alone, and a function of somebody's
        # own may do anything.
        if call.first.axes[-1] in ORDERED or activated(call.layer.activation, "x") is None:
            return "unknown"
        return same_at_every_step(call.first)

    def view(self, view: LayerView) -> Drawing | None:
        return copies(view)

    def settings_in_words(self, layer: Any) -> list[str]:
        return [count(layer.output[0][-1], "units")]


class EinsumDense(LayerRules):
    """A weighted sum along the axes that an equation such as "abc,cd->abd" names; letters as in Einstein's notation.

    https://keras.io/api/layers/core_layers/einsum_dense/; an equation with "..." is not covered.
    """

    classes = ("EinsumDense",)
    family = "dense"

    def covers(self, call: LayerCall) -> bool:
        taken, weighed, given = self._letters(call)
        plain = all(part.isalpha() and len(set(part)) == len(part) for part in (taken, weighed, given))
        batched = plain and taken[0] == given[0] and taken[0] not in weighed
        return super().covers(call) and batched and len(taken) == len(call.first.shape)

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        taken, _, given = self._letters(call)
        known = dict(zip(taken, call.first.axes, strict=True))
        if given[-1] not in known:
            known[given[-1]] = "units"
        return [tuple(known.get(letter, f"axis {place}") for place, letter in enumerate(given))]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        (taken, _, given), (shape,) = self._letters(call), shapes
        known: dict[str, AxisSize] = dict(zip(taken, call.first.sizes, strict=True))
        return [[known.get(letter, size) for letter, size in zip(given, shape, strict=True)]]

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        _, weighed, _ = self._letters(call)
        found = [self._size(call, letter, own) for letter in weighed]
        if not found or None in found:
            return None
        terms: Terms = [
            ([size for size in found[:-1] if size is not None], [size for size in found[-1:] if size is not None])
        ]
        biases = [self._size(call, letter, own) for letter in call.layer.bias_axes or ()]
        if None in biases:
            return None
        return [*terms, ([], [_product([size for size in biases if size is not None])])] if biases else terms

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        _, weighed, given = self._letters(call)
        axes: list[WeightAxis] = []
        for letter in weighed:
            size = self._size(call, letter, own)
            if size is None:
                return {}
            axes.append((self._name(call, letter), size))
        found: dict[str, WeightMeaning] = {"kernel": (axes, {})}
        # One bias for each position along its axes, 1 where it is the same behind them.
        behind = [letter for letter in given if letter in (call.layer.bias_axes or "")]
        if behind:
            places = given[given.index(behind[0]) :]
            sizes = [(self._name(call, each), self._size(call, each, own) if each in behind else 1) for each in places]
            found["bias"] = ([(name, size) for name, size in sizes if size is not None], {})
        return found

    def summary(self, call: LayerCall) -> Summary:
        written = call.layer.equation
        return Summary("weighted sums, as its equation says", f"computes weighted sums, as the equation {written} says")

    def equation(self, call: LayerCall) -> Sequence[str]:
        sums = f"einsum({call.layer.equation}; x, kernel)"
        inner = activated(call.layer.activation, added(sums, "bias" if call.layer.bias_axes else ""))
        return () if inner is None else [f"y = {inner}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        taken, weighed, given = self._letters(call)
        timed = [letter for letter, axis in zip(taken, call.first.axes, strict=True) if axis in ORDERED]
        mixed = [letter for letter in timed if letter in weighed or letter not in given]
        if (
            mixed
            or not is_elementwise(call.layer.activation)
            or any(letter in timed for letter in call.layer.bias_axes or ())
        ):
            return "unknown"
        return same_at_every_step(call.first)

    def _letters(self, call: LayerCall) -> tuple[str, str, str]:
        left, _, given = call.layer.equation.replace(" ", "").partition("->")
        taken, _, weighed = left.partition(",")
        return taken, weighed, given

    def _name(self, call: LayerCall, letter: str) -> str:
        taken, weighed, given = self._letters(call)
        if letter in taken:
            return call.first.axes[taken.index(letter)]
        return "units" if letter == given[-1] else f"axis {weighed.index(letter)}"

    def _size(self, call: LayerCall, letter: str, own: Own) -> Number | None:
        """The size of an axis: of the input, or one that the layer sets itself."""
        taken, _, given = self._letters(call)
        if letter in taken:
            place = taken.index(letter)
            return call.first.sizes[place] if call.first.sizes[place] is not None else call.first.shape[place]
        number = call.out.shape[given.index(letter)] if letter in given else None
        return None if number is None else own(number, self._out_name(call, letter))

    def _out_name(self, call: LayerCall, letter: str) -> str:
        return call.out.axes[self._letters(call)[2].index(letter)]


def _product(sizes: Sequence[Number]) -> Size:
    product = Size.of(1)
    for size in sizes:
        product = product * size
    return product
