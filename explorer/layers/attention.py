"""Attention: every position of a query is given a weighted mean of all values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from explorer import drawings
from explorer.description import TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import (
    AxisSize,
    LayerCall,
    LayerRules,
    LayerView,
    Own,
    Summary,
    Terms,
    WeightAxis,
    WeightMeaning,
)
from explorer.layers.drawn import MOST_ATTENDED, rows
from explorer.layers.reasons import along
from explorer.layers.words import added, all_steps, bias
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import Axes, Shape, Tensor
from explorer.tensors.text import count


class _Attending(LayerRules):
    family = "attention"

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        return ("batch", "timesteps", "features") if rank == 3 else None

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return "all" if len(call.first.shape) == 3 else "unknown"

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        return along("attends along", layer, received)


def value_of(call: LayerCall) -> Tensor:
    """The second input of an attention layer, which is what it takes the mean of."""
    return call.received[min(1, len(call.received) - 1)]


class Attention(_Attending):
    """Luong et al., https://arxiv.org/abs/1508.04025; AdditiveAttention: Bahdanau et al., https://arxiv.org/abs/1409.0473."""

    classes = ("Attention", "AdditiveAttention")
    words = {"score_mode": ("dot", "concat")}

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        """As many positions as the query has; what stands at each is mixed from the value."""
        query, value = call.first.axes, value_of(call).axes
        scores = ("batch", query[1], f"attended {value[1]}")
        return [(*query[:-1], value[-1]) if not place else scores for place in range(len(shapes))]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        query, value = call.first.sizes, value_of(call).sizes
        return [[*query[:-1], value[-1]] if not place else [query[0], query[1], value[1]] for place in range(len(shapes))]

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        if type(call.layer).__name__ == "AdditiveAttention":
            return None if call.width is None else [([1], [call.width])]
        numbers = bool(call.layer.use_scale) + (call.layer.score_mode == "concat")
        return [([], [numbers])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        if type(call.layer).__name__ == "AdditiveAttention" and call.width is not None:
            return {"scale": ([(call.first.axes[-1], call.width)], {})}
        return {}

    def summary(self, call: LayerCall) -> Summary:
        every = all_steps(value_of(call))
        return Summary(
            f"every timestep attends to {every}",
            f"gives every timestep of the query a weighted mean of {every} of the value",
        )

    def equation(self, call: LayerCall) -> Sequence[str]:
        layer = call.layer
        key = "key" if len(call.received) > 2 else "value"
        scale = "scale ∗ " if layer.use_scale else ""
        if type(layer).__name__ == "AdditiveAttention":
            score = f"Σ {scale}tanh(query + {key})"
        elif layer.score_mode == "dot":
            score = f"{scale}query · {key}ᵀ"
        else:
            score = f"concat_score_weight ∗ Σ tanh({'scale ∗ (' if scale else ''}query + {key}{')' if scale else ''})"
        return [f"a = softmax({score})", "y = a · value"]


class MultiHeadAttention(_Attending):
    """Vaswani et al., https://arxiv.org/abs/1706.03762."""

    classes = ("MultiHeadAttention",)
    unseen = frozenset(("flash_attention",))

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        query, value = call.first.axes, value_of(call).axes
        scores = ("batch", "heads", query[1], f"attended {value[1]}")
        return [(*query[:-1], "units") if not place else scores for place in range(len(shapes))]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        query, value = call.first.sizes, value_of(call).sizes
        scores: list[AxisSize] = [query[0], call.layer.num_heads, query[1], value[1]]
        return [list(query) if not place else scores for place in range(len(shapes))]

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        """Query, key and value of every head, and the projection back to one width."""
        layer, width = call.layer, call.width
        if width is None or layer.key_dim != layer.value_dim:
            return None
        heads, wide = own(layer.num_heads, "heads"), own(layer.key_dim, "head size")
        own_bias = bias(layer)
        return [([3, heads, wide], [width, *own_bias]), ([width], [Size.of(heads) * wide, *own_bias])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        layer = call.layer
        if call.width is None:
            return {}
        width: WeightAxis = (call.first.axes[-1], call.width)
        heads, wide = ("heads", own(layer.num_heads, "heads")), ("head size", own(layer.key_dim, "head size"))
        into: dict[str, WeightMeaning] = {"kernel": ([width, heads, wide], {}), "bias": ([heads, wide], {})}
        found = {f"{part} {name}": meaning for part in ("query", "key", "value") for name, meaning in into.items()}
        return found | {"attention_output kernel": ([heads, wide, width], {}), "attention_output bias": ([width], {})}

    def summary(self, call: LayerCall) -> Summary:
        every, heads = all_steps(value_of(call)), count(call.layer.num_heads, "heads")
        long = f"gives every timestep, with {heads}, a weighted mean of {every}"
        return Summary(f"every timestep attends to {every}", long)

    def equation(self, call: LayerCall) -> Sequence[str]:
        parts = [
            f"{letter} = {added(f'{name} · kernel_{letter}', f'bias_{letter}' if call.layer.use_bias else '')}"
            for letter, name in (("q", "query"), ("k", "key"), ("v", "value"))
        ]
        output = added("[a · v of every head] · kernel_output", "bias_output" if call.layer.use_bias else "")
        return [",  ".join(parts) + "   for every head", "a = softmax(q · kᵀ / √D)   with D, the head size", f"y = {output}"]

    def view(self, view: LayerView) -> Drawing | None:
        query, value = view.received[0], view.received[-1]
        if query.ndim != 3 or view.mask is not None:
            return None
        _, weights = view.layer(query, value, return_attention_scores=True)
        weights = np.asarray(weights)[0].mean(axis=0)[:MOST_ATTENDED, :MOST_ATTENDED]
        says = (
            "Attention weights: how much each timestep (row) attends to each timestep (column), as a mean over the heads. "
            "Each row adds up to 1."
        )
        return drawings.AttentionLook(weights=rows(weights.astype(np.float64)), says=says)
