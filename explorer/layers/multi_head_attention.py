"""Attention in several heads, each with projections of its own of the query, the key and the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from explorer.description import Layer
from explorer.layers.attention import AttentionRules, attended, summary_of
from explorer.layers.base import LayerCall, Own, Summary
from explorer.layers.held import AxisSize, Number, Terms, WeightAxis, WeightMeaning
from explorer.layers.words import added, bias
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import Axes, Shape, Tensor
from explorer.tensors.text import count


class MultiHeadAttention(AttentionRules):
    """Vaswani et al., https://arxiv.org/abs/1706.03762."""

    classes = ("MultiHeadAttention",)
    title_arguments: ClassVar[tuple[str, ...]] = ("num_heads", "key_dim")
    unseen = frozenset(("flash_attention",))

    def heads(self, layer: Any) -> tuple[int, int]:
        """How many heads ask, and how many answer: keys and values."""
        return layer.num_heads, layer.num_heads

    def wide(self, layer: Any) -> tuple[int, int]:
        """How many numbers a key and a value have in every head."""
        return layer.key_dim, layer.value_dim

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        found = attended(call)
        if found is None:
            return None
        query, value = found.query.axes, found.value.axes
        scores = (query[0], "heads", query[1], f"attended {value[1]}")
        return [(*query[:-1], "units") if not place else scores for place in range(len(shapes))]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        found = attended(call)
        if found is None:
            return None
        query, value = found.query.sizes, found.value.sizes
        scores: list[AxisSize] = [query[0], self.heads(call.layer)[0], query[1], value[1]]
        wide = self._set_width(call.layer)
        return [[*query[:-1], query[-1] if wide is None else wide] if not place else scores for place in range(len(shapes))]

    def _set_width(self, layer: Any) -> int | None:
        """The width that the layer sets itself; None where that of the query comes out."""
        set_itself = layer.get_config().get("output_shape")
        return set_itself[0] if set_itself else None

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        """The projections of query, key and value in every head, and the one back to one width."""
        parts = self._projections(call, own)
        if parts is None:
            return None
        own_bias = bias(call.layer)
        *into, (_, out, (heads, wide)) = parts
        terms = [([*each], [read, *own_bias]) for _, read, each in into]
        return [*_together(terms), ([out], [Size.of(heads) * wide, *own_bias])]

    def _projections(self, call: LayerCall, own: Own) -> list[tuple[str, Number, tuple[Number, Number]]] | None:
        """Of every kernel its name, the width on the model's side, and heads and width on the heads' side."""
        found, layer = attended(call), call.layer
        if found is None:
            return None
        widths = [_width(each) for each in (found.query, found.key, found.value)]
        if any(width is None for width in widths):
            return None
        query, key, value = (Size.of(width) for width in widths if width is not None)
        asking, answering = (own(number, "heads") for number in self.heads(layer))
        wide, averaged = (own(number, "head size") for number in self.wide(layer))
        set_itself = self._set_width(layer)
        out = query if set_itself is None else own(set_itself)
        return [
            ("query", query, (asking, wide)),
            ("key", key, (answering, wide)),
            ("value", value, (answering, averaged)),
            ("attention_output", out, (asking, averaged)),
        ]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        parts, found = self._projections(call, own), attended(call)
        if parts is None or found is None:
            return {}
        names = (found.query.axes[-1], found.key.axes[-1], found.value.axes[-1], own.axis)
        meanings: dict[str, WeightMeaning] = {}
        for (part, width, (heads, wide)), axis in zip(parts, names, strict=True):
            outer: WeightAxis = (axis, width)
            inner: list[WeightAxis] = [("heads", heads), ("head size", wide)]
            is_output = part == "attention_output"
            meanings[f"{part} kernel"] = ([*inner, outer] if is_output else [outer, *inner], {})
            meanings[f"{part} bias"] = ([outer] if is_output else inner, {})
        return meanings

    def summary(self, call: LayerCall) -> Summary | None:
        found = attended(call)
        if found is None:
            return None
        unknown = f"; what masked {found.query.axes[1]} are given means nothing"
        return summary_of(call, found, f", with {self.counted_heads(call.layer)},", unknown)

    def settings_in_words(self, layer: Layer) -> list[str]:
        heads, wide = layer.weights[0].shape[1:]
        return [count(heads, "heads"), f"{count(wide, 'numbers')} in each"]

    def counted_heads(self, layer: Any) -> str:
        return count(self.heads(layer)[0], "heads")

    def equation(self, call: LayerCall) -> Sequence[str]:
        found = attended(call)
        if found is None:
            return ()
        key = "key" if found.has_key else "value"
        parts = [
            f"{letter} = {added(f'{name} · kernel_{letter}', f'bias_{letter}' if call.layer.use_bias else '')}"
            for letter, name in (("q", "query"), ("k", key), ("v", "value"))
        ]
        output = added("[a · v of every head] · kernel_output", "bias_output" if call.layer.use_bias else "")
        size = self.wide(call.layer)[0]
        return [
            ",  ".join(parts) + "   for every head",
            f"a = softmax(q · kᵀ / √{size}){found.limits}",
            f"y = {output}",
        ]

    def note(self, call: LayerCall) -> str | None:
        if attended(call) is None:
            return None
        size = self.wide(call.layer)[0]
        letters = "q, k and v are the query, key and value of one head, a its attention weights"
        return f"{letters}; the number under the root is the size of a head, {size:,}."


class GroupedQueryAttention(MultiHeadAttention):
    """Several heads of the query share the key and the value of one: Ainslie et al., https://arxiv.org/abs/2305.13245.

    In keras.layers it is called GroupQueryAttention.
    """

    classes = ("GroupedQueryAttention",)
    title_arguments = ("head_dim", "num_query_heads", "num_key_value_heads")

    def heads(self, layer: Any) -> tuple[int, int]:
        return layer.num_query_heads, layer.num_key_value_heads

    def wide(self, layer: Any) -> tuple[int, int]:
        return layer.head_dim, layer.head_dim

    def counted_heads(self, layer: Any) -> str:
        asking, answering = self.heads(layer)
        if asking == answering:
            return count(asking, "heads")
        shared = "one key and value" if answering == 1 else f"{answering} keys and values"
        return f"{count(asking, 'heads')} that share {shared}"

    def equation(self, call: LayerCall) -> Sequence[str]:
        asking, answering = self.heads(call.layer)
        lines = super().equation(call)
        if not lines:
            return ()
        times = asking // answering
        shared = f"   for every head; {times} heads share one k and v" if times > 1 else "   for every head"
        return [lines[0].replace("   for every head", shared), *lines[1:]]


def _width(tensor: Tensor) -> Number | None:
    return tensor.sizes[-1] if tensor.sizes[-1] is not None else tensor.shape[-1]


def _together(terms: Terms) -> Terms:
    """Equal terms as one, with their number in front."""
    found: list[tuple[int, tuple[list[Number], list[Number]]]] = []
    for term in terms:
        place = next((place for place, (_, known) in enumerate(found) if known == term), None)
        if place is None:
            found.append((1, term))
        else:
            found[place] = (found[place][0] + 1, term)
    return [([*([times] if times > 1 else []), *factors], addends) for times, (factors, addends) in found]
