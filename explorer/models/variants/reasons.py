"""Why a layer cannot go on with what it is given, in named axes: one small rule for each class of layer (`NEEDS`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from explorer.models.variants.changes import title
from explorer.shapes.sentences import MERGED, POOLS, RECURRENT, WINDOW_POOLS
from explorer.tensors.tensor import Tensor, kind, known, rule
from explorer.tensors.text import an, count, in_words, joined

Received = Sequence[Tensor]
Rule = Callable[[Any, Received], str]


def reason(layer: Any, received: Received) -> str:
    """What a layer needs and does not get, as the second half of a sentence."""
    return rule(NEEDS, layer, _unknown)(layer, received)


def _unknown(layer: Any, received: Received) -> str:
    return f"{an(title(layer))} cannot take {_all(received)}"


def _all(received: Received) -> str:
    return joined([in_words(tensor.axes, tensor.shape) for tensor in received])


def _along(verb: str) -> Rule:
    """A rule for what takes steps along one axis, and what stands at each."""

    def says(layer: Any, received: Received) -> str:
        first, name = received[0], an(title(layer))
        if len(first.shape) < 3:
            return f"{name} {verb} timesteps, and {in_words(first.axes, first.shape)} has none"
        if len(first.shape) > 3:
            return f"{name} {verb} one axis, and what comes has {len(first.places)}: {joined(list(first.places))}"
        return _unknown(layer, received)

    return says


def _time_distributed(layer: Any, received: Received) -> str:
    first, held = received[0], layer.layer
    if len(first.shape) > 2:
        return (
            f"at each of the {count(first.shape[1], first.axes[1])} {reason(held, [each.without(1) for each in received])}"
        )
    # Not every layer takes a vector: only for those that do is there a way out.
    hint = f". A {title(held)} alone would take it" if kind(held, ("Dense",)) else ""
    return f"{an(title(layer))} takes timesteps one by one, and {in_words(first.axes, first.shape)} has none{hint}"


def _recurrent(layer: Any, received: Received) -> str:
    if len(received) > 1 and len(received[0].shape) == 3:
        return f"{an(title(layer))} does not start from what it is given, {_all(received[1:])}"
    return _along("reads along")(layer, received)


def _convolution(layer: Any, received: Received) -> str:
    first = received[0]
    reach = (layer.kernel_size[0] - 1) * layer.dilation_rate[0] + 1
    if len(first.shape) == 3 and layer.padding == "valid" and (first.shape[1] or reach) < reach:
        seen, come = count(reach, "steps"), count(first.shape[1], first.axes[1])
        return f"without padding it answers only where all {seen} that it sees are there, and there are only {come}"
    return _along("slides along")(layer, received)


def _repeat(layer: Any, received: Received) -> str:
    first = received[0]
    if len(first.shape) == 2:
        return _unknown(layer, received)
    return f"a RepeatVector hands one vector to every step, and {in_words(first.axes, first.shape)} is a whole sequence"


def _reshape(layer: Any, received: Received) -> str:
    first, wanted = received[0], math.prod(layer.target_shape)
    if None in first.shape[1:] or wanted < 0:
        return _unknown(layer, received)
    there = f"{in_words(first.axes, first.shape)} has {math.prod(known(first.shape[1:])):,}"
    return f"{an(title(layer))} lays {wanted:,} numbers out anew, and {there}"


def _merged(layer: Any, received: Received) -> str:
    axes = received[0].axes
    agree = f"agree on every axis but {axes[layer.axis]}" if kind(layer, ("Concatenate",)) else "have the same shape"
    return f"what comes together must {agree}, and {_all(received)} do not"


NEEDS: dict[str, Rule] = {
    "TimeDistributed": _time_distributed,
    **dict.fromkeys((*RECURRENT, "Bidirectional"), _recurrent),
    **dict.fromkeys((*POOLS, *WINDOW_POOLS), _along("pools along")),
    **dict.fromkeys(("Conv1D", "SeparableConv1D", "DepthwiseConv1D"), _convolution),
    **dict.fromkeys(("Attention", "AdditiveAttention", "MultiHeadAttention"), _along("looks along")),
    "RepeatVector": _repeat,
    "Reshape": _reshape,
    **dict.fromkeys((*MERGED, "Concatenate"), _merged),
}
