"""Layers that treat every number alone: activations, dropout, noise, and what passes its input on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer import drawings
from explorer.description import Range, TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import LayerCall, LayerRules, Own, Summary
from explorer.layers.drawn import LayerView, grid
from explorer.layers.held import Number, Terms, WeightAxis, WeightMeaning
from explorer.layers.reading import given_masks
from explorer.layers.words import activated, is_elementwise, letter_of, same_at_every_step, step
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import ORDERED, Axes
from explorer.tensors.text import count, joined


class Elementwise(LayerRules):
    """(batch, ...) -> the same shape."""

    family = "elementwise"
    trusted = True
    keeps_axes = True
    short = ""
    line: str | None = None

    def summary(self, call: LayerCall) -> Summary | None:
        return Summary(self.short, self.short)

    def equation(self, call: LayerCall) -> Sequence[str]:
        return () if self.line is None else [self.line]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return same_at_every_step(call.first)


class Activation(Elementwise):
    classes = ("Activation",)
    title_arguments = ("activation",)

    def covers(self, call: LayerCall) -> bool:
        # A function of somebody's own may do anything to the whole tensor.
        return super().covers(call) and activated(call.layer.activation, "x") is not None

    def summary(self, call: LayerCall) -> Summary:
        name = call.layer.activation.__name__
        where = "to every number" if is_elementwise(call.layer.activation) else f"along {call.first.axes[-1]}"
        return Summary(f"applies {name} {where}"[:60], f"applies {name} {where}")

    def equation(self, call: LayerCall) -> Sequence[str]:
        return [f"y = {activated(call.layer.activation, 'x')}"] if is_elementwise(call.layer.activation) else ()

    def time_flow(self, call: LayerCall) -> TimeFlow:
        if not is_elementwise(call.layer.activation) and call.first.axes[-1] in ORDERED:
            return "unknown"
        return super().time_flow(call)


class ReLU(Elementwise):
    """x from the threshold on, and negative_slope ∗ (x − threshold) below it; https://keras.io/api/layers/activation_layers/relu/."""

    classes = ("ReLU",)

    def summary(self, call: LayerCall) -> Summary | None:
        layer = call.layer
        below = "negative numbers" if not layer.threshold else f"numbers below {layer.threshold:g}"
        words = f"sets {below} to 0"
        if layer.negative_slope:
            more = below if not layer.threshold else f"what is below {layer.threshold:g}"
            words = f"multiplies {more} by {layer.negative_slope:g}"
        if layer.negative_slope and (layer.threshold or layer.max_value is not None):
            return None
        limit = "" if layer.max_value is None else f", and numbers above {layer.max_value:g} to {layer.max_value:g}"
        return Summary(words, words + (limit if not layer.negative_slope else ""))

    def equation(self, call: LayerCall) -> Sequence[str]:
        layer = call.layer
        if layer.negative_slope or layer.threshold:
            return ()
        inner = "max(0, x)"
        return [f"y = {inner}" if layer.max_value is None else f"y = min({layer.max_value:g}, {inner})"]


class LeakyReLU(Elementwise):
    classes = ("LeakyReLU",)

    def summary(self, call: LayerCall) -> Summary:
        words = f"multiplies negative numbers by {call.layer.negative_slope:g}"
        return Summary(words, words)

    def equation(self, call: LayerCall) -> Sequence[str]:
        return [f"y = max(x, {call.layer.negative_slope:g} ∗ x)"] if 0 <= call.layer.negative_slope <= 1 else ()


class ELU(Elementwise):
    """Clevert et al., https://arxiv.org/abs/1511.07289."""

    classes = ("ELU",)
    short = "bends negative numbers towards a limit"

    def summary(self, call: LayerCall) -> Summary:
        return Summary(self.short, f"bends negative numbers smoothly towards −{call.layer.alpha:g}")

    def equation(self, call: LayerCall) -> Sequence[str]:
        scaled = "" if call.layer.alpha == 1 else f"{call.layer.alpha:g} ∗ "
        return [f"y = x where x > 0, else {scaled}{'(exp(x) − 1)' if scaled else 'exp(x) − 1'}"]


class PReLU(Elementwise):
    """He et al., https://arxiv.org/abs/1502.01852: a learned slope for each position, shared along `shared_axes`."""

    classes = ("PReLU",)
    short = "multiplies negative numbers by learned slopes"
    line = "y = x where x > 0, else alpha ∗ x"

    def places(self, call: LayerCall) -> list[WeightAxis] | None:
        axes: list[WeightAxis] = []
        for place, name in enumerate(call.first.axes[1:], start=1):
            number = call.first.shape[place]
            size: Number | None = call.first.sizes[place] if call.first.sizes[place] is not None else number
            if place in (call.layer.shared_axes or ()):
                size = 1
            if size is None:
                return None
            axes.append((name, size))
        return axes

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        places = self.places(call)
        if not places:
            return None
        *others, last = [Size.of(size) for _, size in places]
        return [([*others], [last])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        places = self.places(call)
        return {} if places is None else {"alpha": (places, {})}


class Softmax(Elementwise):
    """exp(x) / Σ exp(x), over one axis or over several together."""

    classes = ("Softmax",)

    def ranges(self, layer: Any, outputs: int) -> Sequence[Range]:
        return ["one"] * outputs

    def places(self, call: LayerCall) -> list[int]:
        rank, given = len(call.first.shape), self._given(call)
        return [each % rank for each in given if -rank <= each < rank]

    def covers(self, call: LayerCall) -> bool:
        # Keras takes an axis that is not there until numbers come.
        found = self.places(call)
        # A mask leaves out single numbers, wherever it can be broadcast to.
        if call.first.masked or given_masks(call.node):
            return False
        return super().covers(call) and bool(found) and len(set(found)) == len(self._given(call)) and 0 not in found

    def _given(self, call: LayerCall) -> list[int]:
        """The axes as they were given; none where the operation takes all of them."""
        axis = call.layer.axis
        return [] if axis is None else [axis] if isinstance(axis, int) else list(axis)

    def over(self, call: LayerCall) -> str:
        return joined([call.first.axes[place] for place in self.places(call)])

    def summary(self, call: LayerCall) -> Summary:
        over = self.over(call)
        long = f"turns the numbers along {over} into positive numbers that sum to 1"
        return Summary(f"applies softmax along {over}"[:60], long)

    def equation(self, call: LayerCall) -> Sequence[str]:
        return [f"y = exp(x) / Σ exp(x)   over {self.over(call)}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        timed = {place for place, axis in enumerate(call.first.axes) if axis in ORDERED}
        if timed & set(self.places(call)):
            return "over all" if timed <= set(self.places(call)) else "unknown"
        return super().time_flow(call)

    def view(self, view: LayerView) -> Drawing | None:
        """Of one number at each position, or of vectors along the second axis: the weights of all positions."""
        received, returned = view.received[0], view.returned
        axis = view.layer.axis
        if not isinstance(axis, int) or received.ndim not in (2, 3) or axis % received.ndim != 1:
            return None
        scores, weights = (each[0].reshape(each.shape[1], -1) for each in (received, returned))
        what = f"{count(len(weights), 'numbers')} into weights that sum to 1"
        says = f"It turns {what}: the larger a number, the larger its weight."
        return drawings.SoftmaxDrawing(all_of=len(weights), scores=grid(scores), weights=grid(weights), says=says)


class Dropout(Elementwise):
    """Srivastava et al., https://jmlr.org/papers/v15/srivastava14a.html."""

    classes = ("Dropout",)
    keeps_range = True
    title_arguments = ("rate",)

    def summary(self, call: LayerCall) -> Summary:
        long = f"sets {100 * call.layer.rate:.4g}% of the numbers to 0 at random during training, and scales up the others"
        return Summary("drops random numbers during training", long)


class AlphaDropout(Elementwise):
    """Klambauer et al., https://arxiv.org/abs/1706.02515."""

    classes = ("AlphaDropout",)
    keeps_range = True
    title_arguments = ("rate",)

    def summary(self, call: LayerCall) -> Summary:
        long = f"sets {100 * call.layer.rate:.4g}% of the numbers to one negative number at random during training"
        told = "drops random numbers during training"
        return Summary(told, f"{long}, and scales all so that mean and variance stay the same")


class SpatialDropout1D(Elementwise):
    """Tompson et al., https://arxiv.org/abs/1411.4280."""

    classes = ("SpatialDropout1D",)
    keeps_range = True
    title_arguments = ("rate",)
    reads_time = True

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        return ("batch", "timesteps", "features") if rank == 3 else None

    def summary(self, call: LayerCall) -> Summary:
        share, along = f"{100 * call.layer.rate:.4g}% of the {call.first.axes[-1]}", call.first.axes[1]
        where = f"all positions of {along}" if along.startswith("axis ") else f"all {along}"
        long = f"sets {share} to 0 at random during training, at {where} at once"
        return Summary(f"drops whole {call.first.axes[-1]} during training", long)


class GaussianNoise(Elementwise):
    classes = ("GaussianNoise",)
    keeps_range = True
    title_arguments = ("stddev",)
    short = "adds random noise during training"


class GaussianDropout(Elementwise):
    """Srivastava et al., https://jmlr.org/papers/v15/srivastava14a.html."""

    classes = ("GaussianDropout",)
    keeps_range = True
    title_arguments = ("rate",)
    short = "multiplies by random noise during training"


class Rescaling(Elementwise):
    classes = ("Rescaling",)
    title_arguments = ("scale",)

    def covers(self, call: LayerCall) -> bool:
        numbers = (call.layer.scale, call.layer.offset)
        plain = all(isinstance(each, (int, float)) for each in numbers)
        return super().covers(call) and (plain or self._marks_steps(call))

    def _marks_steps(self, call: LayerCall) -> bool:
        """Whether it only adds an array with a vector for each timestep, such as the encodings of their positions."""
        scale, offset = call.layer.scale, call.layer.offset
        is_array = isinstance(scale, (int, float)) and scale == 1 and getattr(offset, "ndim", 0) == 2
        return is_array and call.first.axes[1] in ORDERED and call.first.shape[1:] == offset.shape

    def summary(self, call: LayerCall) -> Summary:
        if self._marks_steps(call):
            words = f"adds a fixed vector to each {step(call.first)}"
            return Summary(words, f"{words}, the same in every sequence")
        scale, offset = call.layer.scale, call.layer.offset
        words = f"multiplies every number by {scale:g}"
        if offset:
            words += f" and {'adds' if offset > 0 else 'subtracts'} {abs(offset):g}"
        return Summary(words[:60], words)

    def equation(self, call: LayerCall) -> Sequence[str]:
        if self._marks_steps(call):
            place = letter_of(call.first)
            return [f"y[{place}] = x[{place}] + offset[{place}]"]
        scale, offset = call.layer.scale, call.layer.offset
        return [f"y = {scale:g} ∗ x" + (f" {'+' if offset > 0 else '−'} {abs(offset):g}" if offset else "")]


class Identity(Elementwise):
    classes = ("Identity",)
    keeps_range = True
    short = "returns its input unchanged"
    line = "y = x"


class ActivityRegularization(Identity):
    classes = ("ActivityRegularization",)

    def summary(self, call: LayerCall) -> Summary:
        return Summary(self.short, f"{self.short}, and adds a penalty for large numbers to the loss")
