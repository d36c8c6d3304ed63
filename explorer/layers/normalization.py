"""Normalization layers: numbers brought to one scale, over a sample's own numbers or over the batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer.description import TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import LayerCall, LayerRules, Own, Summary
from explorer.layers.drawn import LayerView
from explorer.layers.held import Terms, WeightMeaning
from explorer.layers.time_distributed import copies
from explorer.layers.words import same_at_every_step
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import ORDERED, is_named
from explorer.tensors.text import count, one_of


class _Normalization(LayerRules):
    """(batch, ...) -> the same shape."""

    family = "normalization"
    trusted = True
    keeps_axes = True

    def places(self, call: LayerCall) -> tuple[int, ...]:
        """The axes that the setting `axis` names, counted from 0."""
        axis, rank = call.layer.axis, len(call.first.shape)
        given = axis if isinstance(axis, (list, tuple)) else [axis]
        return tuple(sorted({each % rank for each in given}))

    def covers(self, call: LayerCall) -> bool:
        # Along the samples of a batch nothing is known.
        return super().covers(call) and 0 not in self.places(call)

    def over_last(self, call: LayerCall) -> bool:
        return self.places(call) == (len(call.first.shape) - 1,)

    def over(self, call: LayerCall) -> str:
        """The axes over which mean and variance are taken, or along which there is a weight each."""
        names = [call.first.axes[place] for place in self.places(call)]
        return " and ".join(names)

    def time_flow(self, call: LayerCall) -> TimeFlow:
        timed = {place for place, axis in enumerate(call.first.axes) if axis in ORDERED}
        return "unknown" if timed & set(self.places(call)) else same_at_every_step(call.first)

    def one_each(self, call: LayerCall, arrays: int) -> Terms | None:
        """So many arrays, with a number for each position along the axes."""
        number: int | Size = 1
        for place in self.places(call):
            size = call.first.sizes[place] if call.first.sizes[place] is not None else call.first.shape[place]
            if size is None:
                return None
            number = Size.of(number) * size
        return [([arrays], [number])]

    def one_each_weights(self, call: LayerCall) -> Mapping[str, WeightMeaning]:
        axes = []
        for place in self.places(call):
            size = call.first.sizes[place] if call.first.sizes[place] is not None else call.first.shape[place]
            if size is None:
                return {}
            axes.append((call.first.axes[place], size))
        return dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance", "scale"), (axes, {}))


def _scaled(layer: Any, inner: str) -> str:
    scaled = f"gamma ∗ {inner}" if layer.scale else inner
    return f"{scaled} + beta" if layer.center else scaled


class LayerNormalization(_Normalization):
    """Ba et al., https://arxiv.org/abs/1607.06450."""

    classes = ("LayerNormalization",)
    unseen = frozenset(("rms_scaling",))

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        return self.one_each(call, bool(call.layer.center) + bool(call.layer.scale))

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        return self.one_each_weights(call)

    def summary(self, call: LayerCall) -> Summary:
        words = f"normalizes over {self.over(call)}"
        return Summary(words, f"{words}, separately for each sample")

    def equation(self, call: LayerCall) -> Sequence[str]:
        inner = f"(x − mean) / √(variance + {call.layer.epsilon:g})"
        if getattr(call.layer, "rms_scaling", False):
            return ()
        return [f"y = {_scaled(call.layer, inner)}   mean and variance over {self.over(call)}"]

    def view(self, view: LayerView) -> Drawing | None:
        axis = view.layer.axis
        last = view.received[0].ndim - 1
        return copies(view) if axis in (-1, last, [-1], [last]) else None


class RMSNormalization(_Normalization):
    """Zhang and Sennrich, https://arxiv.org/abs/1910.07467."""

    classes = ("RMSNormalization",)

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        return self.one_each(call, 1)

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        return self.one_each_weights(call)

    def summary(self, call: LayerCall) -> Summary:
        words = f"divides by the root mean square over {self.over(call)}"
        return Summary(words[:60], words)

    def equation(self, call: LayerCall) -> Sequence[str]:
        return [f"y = scale ∗ x / √(mean of x² + {call.layer.epsilon:g})   over {self.over(call)}"]


class UnitNormalization(_Normalization):
    classes = ("UnitNormalization",)

    def summary(self, call: LayerCall) -> Summary:
        words = f"scales every vector along {self.over(call)} to length 1"
        return Summary(words[:60], words)

    def equation(self, call: LayerCall) -> Sequence[str]:
        return [f"y = x / √(Σ x²)   over {self.over(call)}"]


class BatchNormalization(_Normalization):
    """Ioffe and Szegedy, https://arxiv.org/abs/1502.03167."""

    classes = ("BatchNormalization",)
    unseen = frozenset(("synchronized",))

    def uses_mask(self, call: LayerCall) -> bool:
        """While it trains, it leaves masked timesteps out of mean and variance."""
        return bool(call.first.masked and call.layer.trainable)

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        return self.one_each(call, 2 + bool(call.layer.center) + bool(call.layer.scale))

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        return self.one_each_weights(call)

    def summary(self, call: LayerCall) -> Summary:
        places, names = self.places(call), self.over(call)
        one = one_of(names) if len(places) == 1 and is_named(names) else f"position of {names}"
        if not call.layer.trainable:
            words = f"normalizes each {one} by its moving mean and variance"
            return Summary(words[:60], f"{words}, also while training; its weights do not train")
        words = f"normalizes each {one} over the batch"
        unmasked = ", without masked ones" if call.first.masked else ""
        return Summary(words[:60], f"{words}{unmasked}; after training it uses its moving mean and variance")

    def equation(self, call: LayerCall) -> Sequence[str]:
        inner = f"(x − mean) / √(variance + {call.layer.epsilon:g})"
        over = f"mean and variance over all but {self.over(call)}"
        fixed = "mean and variance are moving_mean and moving_variance"
        return [f"y = {_scaled(call.layer, inner)}   {over if call.layer.trainable else fixed}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        # In training the means are taken over all timesteps; afterwards they are constants.
        return same_at_every_step(call.first)


class GroupNormalization(_Normalization):
    """Wu and He, https://arxiv.org/abs/1803.08494."""

    classes = ("GroupNormalization",)
    title_arguments = ("groups",)

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        return self.one_each(call, bool(call.layer.center) + bool(call.layer.scale))

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        return self.one_each_weights(call)

    def summary(self, call: LayerCall) -> Summary:
        groups, over = count(call.layer.groups, "groups"), self.over(call)
        words = f"normalizes {groups} of {over}"
        where = " over all positions" if len(call.first.shape) > 2 else ""
        return Summary(words[:60], f"{words}{where}, separately for each sample")

    def equation(self, call: LayerCall) -> Sequence[str]:
        inner = f"(x − mean) / √(variance + {call.layer.epsilon:g})"
        number = call.layer.groups
        groups = "the one group" if number == 1 else f"each of {count(number, 'groups')}"
        return [f"y = {_scaled(call.layer, inner)}   mean and variance over {groups}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        # The mean of a group is taken over all timesteps, too.
        named = not any(axis.startswith("axis ") for axis in call.first.axes)
        return "none" if named and not any(axis in ORDERED for axis in call.first.axes) else "unknown"
