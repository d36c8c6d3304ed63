"""How the number of a layer's weights comes about: one small rule for each class of layer (`TERMS`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.tensors.symbols import Size, Symbols
from explorer.tensors.tensor import Tensor, known, rule

Number = int | Size
# Products that are added up to give the number of weights, each of factors and a sum that they multiply:
# [([3, U], [F, U, 2])] is 3 · U · (F + U + 2).
Terms = list[tuple[list[Number], list[Number]]]


@dataclass(frozen=True)
class Own:
    """The symbol for a number that a layer sets itself: of its last axis, which is called `axis`, or of another."""

    symbols: Symbols
    axis: str = "units"

    def __call__(self, number: int, axis: str | None = None) -> Size:
        return self.symbols.name(axis or self.axis, number)


@dataclass(frozen=True)
class Arithmetic:
    """How many weights a layer has, and why.

    >>> U, F = Size.symbol("U"), Size.symbol("F")
    >>> found = Arithmetic([([3, U], [F, U, 2])], {"U": 32, "F": 5})
    >>> found.formula, found.numbers, found.text
    ('3 · U · (F + U + 2)', '3 * 32 * (5 + 32 + 2)', '3 · 32 · (5 + 32 + 2) = 3,744')
    """

    terms: Terms
    values: Mapping[str, int | None]

    @property
    def total(self) -> int | None:
        """The number, or None where a size is not known."""
        numbers = self._in_numbers()
        return None if numbers is None else sum(math.prod(factors) * sum(addends) for factors, addends in numbers)

    @property
    def formula(self) -> str:
        """In symbols."""
        return _sum(self.terms, " · ", str)

    @property
    def numbers(self) -> str:
        """In this model's numbers, to be evaluated: Python."""
        return _sum(self.terms, " * ", lambda each: Size.of(each).with_numbers(self.values))

    @property
    def text(self) -> str:
        """In this model's numbers, to be read."""
        written = _sum(self.terms, " · ", lambda each: _with_commas(each, self.values))
        return f"{written} = {self.total:,}"

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols that it depends on."""
        return frozenset().union(*(Size.of(each).symbols for factors, addends in self.terms for each in factors + addends))

    def _in_numbers(self) -> list[tuple[list[int], list[int]]] | None:
        found = []
        for factors, addends in self.terms:
            own, others = (
                known(_at(each, self.values) for each in factors),
                known(_at(each, self.values) for each in addends),
            )
            if len(own) < len(factors) or len(others) < len(addends):
                return None
            found.append((list(own), list(others)))
        return found


def arithmetic(
    layer: Any, received: Sequence[Tensor], values: Mapping[str, int | None], own: Own, params: int
) -> Arithmetic | None:
    """How a layer's `params` weights come about, or None where no rule is known or the rule does not give that number.

    values: the numbers of the symbols. own: the symbol for a number that the layer sets itself.

    >>> class Dense: units, use_bias = 3, True
    >>> symbols = Symbols()
    >>> arithmetic(Dense(), [Tensor((None, 32), ("batch", "units"))], symbols, Own(symbols), params=99).text
    '3 · (32 + 1) = 99'
    """
    if not params:
        return Arithmetic([([], [0])], values)
    width = _width(received)
    found = None if width is None else Arithmetic(_terms(layer, width, own) or [], values)
    return found if found is not None and found.terms and found.total == params else None


def _width(received: Sequence[Tensor]) -> Number | None:
    """How many numbers stand at one place of the first tensor that comes in."""
    if not received or not received[0].shape:
        return None
    return received[0].sizes[-1] if received[0].sizes[-1] is not None else received[0].shape[-1]


def _at(number: Number, values: Mapping[str, int | None]) -> int | None:
    return number if isinstance(number, int) else number.at(values)


def _with_commas(number: Number, values: Mapping[str, int | None]) -> str:
    written = Size.of(number).with_numbers(values, " · ", " − ")
    return " ".join(f"{int(part):,}" if part.isdecimal() else part for part in written.split(" "))


def _sum(terms: Sequence[tuple[Sequence[Any], Sequence[Any]]], times: str, write: Callable[[Any], str]) -> str:
    return " + ".join(_product(factors, addends, times, write) for factors, addends in terms)


def _product(factors: Sequence[Any], addends: Sequence[Any], times: str, write: Callable[[Any], str]) -> str:
    added = " + ".join(map(write, addends))
    bracketed = bool(factors) and (len(addends) > 1 or _is_sum(addends[0]))
    written = [f"({write(each)})" if _is_sum(each) else write(each) for each in factors]
    return times.join([*written, f"({added})" if bracketed else added])


def _is_sum(number: Any) -> bool:
    return isinstance(number, Size) and number.is_sum


def _terms(layer: Any, width: Number, own: Own) -> Terms | None:
    """The terms of a layer that reads tensors whose last axis is `width` long."""
    return rule(TERMS, layer, _unknown)(layer, width, own)


def _unknown(layer: Any, width: Number, own: Any) -> None:
    return None


def _bias(layer: Any) -> list[Number]:
    return [1] if layer.use_bias else []


def _recurrent(*gates: int) -> Callable[[Any, Number, Any], Terms]:
    def terms(layer: Any, width: Number, own: Own) -> Terms:
        units = own(layer.units)
        return [([*gates, units], [width, units, *_bias(layer)])]

    return terms


def _gru(layer: Any, width: Number, own: Own) -> Terms:
    # With reset_after a GRU adds one bias to what comes in and another to its memory.
    bias = [2] if layer.use_bias and layer.reset_after else _bias(layer)
    units = own(layer.units)
    return [([3, units], [width, units, *bias])]


def _dense(layer: Any, width: Number, own: Own) -> Terms:
    return [([own(layer.units)], [width, *_bias(layer)])]


def _convolution(layer: Any, width: Number, own: Own) -> Terms:
    seen = Size.of(width) * layer.kernel_size[0] // layer.groups
    return [([own(layer.filters)], [seen, *_bias(layer)])]


def _depthwise(layer: Any, width: Number, own: Own) -> Terms:
    return [([Size.of(width) * layer.depth_multiplier], [layer.kernel_size[0], *_bias(layer)])]


def _separable(layer: Any, width: Number, own: Own) -> Terms:
    """Each feature through a filter of its own, then all of them mixed (https://keras.io/api/layers/convolution_layers/)."""
    each = Size.of(width) * layer.depth_multiplier
    return [([layer.kernel_size[0]], [each]), ([own(layer.filters)], [each, *_bias(layer)])]


def _both_ways(layer: Any, width: Number, own: Own) -> Terms | None:
    one_way = _terms(layer.forward_layer, width, own)
    return one_way and [([2, *factors], addends) for factors, addends in one_way]


def _multi_head(layer: Any, width: Number, own: Own) -> Terms | None:
    """Query, key and value of every head, and the way back to one width; all three must be `width` wide."""
    if layer.key_dim != layer.value_dim:
        return None
    bias = _bias(layer)
    heads, wide = own(layer.num_heads, "heads"), own(layer.key_dim, "head size")
    return [([3, heads, wide], [width, *bias]), ([width], [Size.of(heads) * wide, *bias])]


def _embedding(layer: Any, width: Number, own: Own) -> Terms:
    return [([own(layer.input_dim, "vocabulary")], [own(layer.output_dim)])]


def _each(weights: int) -> Callable[[Any, Number, Any], Terms]:
    return lambda layer, width, own: [([weights], [width])]


def _batch_normalization(layer: Any, width: Number, own: Any) -> Terms:
    return [([2 + bool(layer.center) + bool(layer.scale)], [width])]


def _layer_normalization(layer: Any, width: Number, own: Any) -> Terms:
    return [([bool(layer.center) + bool(layer.scale)], [width])]


TERMS: dict[str, Callable[[Any, Number, Own], Terms | None]] = {
    "GRU": _gru,
    "LSTM": _recurrent(4),
    "SimpleRNN": _recurrent(),
    "TimeDistributed": lambda layer, width, own: _terms(layer.layer, width, own),
    "Bidirectional": _both_ways,
    "Dense": _dense,
    "Conv1D": _convolution,
    "DepthwiseConv1D": _depthwise,
    "SeparableConv1D": _separable,
    "MultiHeadAttention": _multi_head,
    "Attention": lambda layer, width, own: [([], [1])],
    "AdditiveAttention": _each(1),
    "Embedding": _embedding,
    "LayerNormalization": _layer_normalization,
    "RMSNormalization": _each(1),
    "BatchNormalization": _batch_normalization,
}
