"""Normalization: numbers brought to mean 0 and variance 1, by means and variances that do not change while training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explorer.description import TimeFlow
from explorer.layers.base import LayerCall, LayerRules, Own, Summary
from explorer.layers.held import Terms, WeightAxis, WeightMeaning
from explorer.layers.words import same_at_every_step
from explorer.tensors.symbols import Size
from explorer.tensors.text import joined


class Normalization(LayerRules):
    """(batch, ...) -> (batch, ...), with one mean and one variance for each position along `axis`.

    https://keras.io/api/layers/preprocessing_layers/numerical/normalization/. They are given, or found by `adapt`.
    """

    classes = ("Normalization",)
    family = "preprocessing"
    keeps_axes = True

    def covers(self, call: LayerCall) -> bool:
        return super().covers(call) and not call.layer.invert

    def places(self, call: LayerCall) -> list[WeightAxis]:
        """The axes that `axis` names, with their sizes."""
        first, rank = call.first, len(call.first.shape)
        places = sorted(axis % rank for axis in call.layer.axis)
        sizes = [(first.axes[place], first.sizes[place], first.shape[place]) for place in places]
        return [(name, size if size is not None else number or 0) for name, size, number in sizes]

    def parameters(self, call: LayerCall, own: Own) -> Terms:
        """A mean and a variance for each position, and how many samples `adapt` has seen."""
        product = Size.of(1)
        for _, size in self.places(call):
            product = product * size
        return [([2], [product]), ([], [1])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        places = self.places(call)
        return {"mean": (places, {}), "variance": (places, {}), "count": ([], {})}

    def summary(self, call: LayerCall) -> Summary:
        short = "subtracts a mean, divides by a standard deviation"
        each = joined([name for name, _ in self.places(call)])
        where = f", with one pair of them for each position along {each}" if each else ""
        return Summary(short, f"subtracts a mean from every number and divides it by a standard deviation{where}")

    def equation(self, call: LayerCall) -> Sequence[str]:
        # Keras divides by no less than 1e-7.
        return ["y = (x − mean) / max(√variance, 1e-07)"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return same_at_every_step(call.first)
