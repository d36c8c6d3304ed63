"""How the number of a layer's weights comes about: one small rule for each class of layer (`TERMS`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from explorer.tensors import Tensor, rule

# Products that are added up to give the number of weights, each of factors and a sum that they multiply:
# [([3, 32], [5, 32, 2])] is 3 · 32 · (5 + 32 + 2).
Terms = list[tuple[list[int], list[int]]]


def arithmetic(layer: Any, received: Sequence[Tensor], params: int) -> str | None:
    """How a layer's `params` weights come about, or None where no rule is known or the rule does not give that number.

    >>> class Dense: units, use_bias = 3, True
    >>> arithmetic(Dense(), [Tensor((None, 32), ("batch", "units"))], params=99)
    '3 · (32 + 1) = 99'
    """
    found = _terms(layer, received[0].shape[-1] if received and received[0].shape else None)
    if found is None or sum(math.prod(factors) * sum(addends) for factors, addends in found) != params:
        return None
    return f"{' + '.join(_product(*each) for each in found)} = {params:,}"


def _product(factors: list[int], addends: list[int]) -> str:
    added = " + ".join(f"{each:,}" for each in addends)
    return " · ".join([*(f"{factor:,}" for factor in factors), f"({added})" if len(addends) > 1 else added])


def _terms(layer: Any, width: int | None) -> Terms | None:
    """The terms of a layer that reads tensors whose last axis is `width` long."""
    return None if width is None else rule(TERMS, layer, _unknown)(layer, width)


def _unknown(layer: Any, width: int) -> None:
    return None


def _bias(layer: Any) -> list[int]:
    return [1] if layer.use_bias else []


def _recurrent(*gates: int) -> Callable[[Any, int], Terms]:
    return lambda layer, width: [([*gates, layer.units], [width, layer.units, *_bias(layer)])]


def _gru(layer: Any, width: int) -> Terms:
    # With reset_after a GRU adds one bias to what comes in and another to its memory.
    bias = [2] if layer.use_bias and layer.reset_after else _bias(layer)
    return [([3, layer.units], [width, layer.units, *bias])]


def _both_ways(layer: Any, width: int) -> Terms | None:
    one_way = _terms(layer.forward_layer, width)
    return one_way and [([2, *factors], addends) for factors, addends in one_way]


def _attention(layer: Any, width: int) -> Terms | None:
    """Query, key and value of every head, and the way back to one width; all three must be `width` wide."""
    if layer.key_dim != layer.value_dim:
        return None
    bias = _bias(layer)
    return [([3, layer.num_heads, layer.key_dim], [width, *bias]), ([width], [layer.num_heads * layer.key_dim, *bias])]


TERMS: dict[str, Callable[[Any, int], Terms | None]] = {
    "GRU": _gru,
    "LSTM": _recurrent(4),
    "SimpleRNN": _recurrent(),
    "TimeDistributed": lambda layer, width: _terms(layer.layer, width),
    "Bidirectional": _both_ways,
    "Dense": lambda layer, width: [([layer.units], [width, *_bias(layer)])],
    "Conv1D": lambda layer, width: [([layer.filters], [layer.kernel_size[0] * width // layer.groups, *_bias(layer)])],
    "MultiHeadAttention": _attention,
    "Embedding": lambda layer, width: [([layer.input_dim], [layer.output_dim])],
    "LayerNormalization": lambda layer, width: [([2], [width])],
    "BatchNormalization": lambda layer, width: [([4], [width])],
}
