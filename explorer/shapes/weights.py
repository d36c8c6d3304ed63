"""What a layer's weights are called and what their axes mean: one small rule for each class of layer (`WEIGHTS`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from explorer.description import Weight as WrittenWeight
from explorer.shapes.parameters import Number, Own
from explorer.tensors.symbols import Size, written
from explorer.tensors.tensor import Tensor, kind, rule

# The parts of a recurrent layer's kernels in Keras's order, each with its letter in the equations.
GATES: dict[str, dict[str, str]] = {
    "GRU": {"update z": "z", "reset r": "r", "candidate h̃": "h̃"},
    "LSTM": {"input i": "i", "forget f": "f", "candidate c̃": "c̃", "output o": "o"},
    "SimpleRNN": {},
}
# The meaning and the size of each axis of a weight, and the equal parts that its last axis has, with their letters.
Axis = tuple[str, Number]
Meaning = tuple[Sequence[Axis], Mapping[str, str]]


@dataclass(frozen=True)
class Weight:
    """One array of weights, as Keras names and shapes it.

    axes: the name of each axis. sizes: in symbols, None where there is none. parts: the equal parts that the last axis
    has, such as a GRU's three gates. letters: of each part.
    """

    name: str
    shape: tuple[int, ...]
    axes: tuple[str, ...]
    sizes: tuple[Size | None, ...]
    parts: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()

    def written(self) -> WrittenWeight:
        return WrittenWeight(self.name, self.shape, self.axes, written(self.sizes), self.parts, self.letters)


def weights(layer: Any, received: Sequence[Tensor], values: Mapping[str, int | None], own: Own) -> tuple[Weight, ...]:
    """Every weight of a built layer; one that no rule names has numbered axes."""
    if kind(layer, ("Bidirectional",)):
        return _both_ways(layer, received, values, own)
    inner = layer.layer if kind(layer, ("TimeDistributed",)) else layer
    if not received or not received[0].shape or not hasattr(inner, "weights"):
        return ()
    first = received[0]
    width = first.sizes[-1] if first.sizes[-1] is not None else first.shape[-1]
    meanings = {} if width is None else rule(WEIGHTS, inner, _unknown)(inner, (first.axes[-1], width), own)
    return tuple(_weight(each, meanings, values) for each in inner.weights if "seed_generator" not in each.path)


def _weight(variable: Any, meanings: Mapping[str, Meaning], values: Mapping[str, int | None]) -> Weight:
    shape = tuple(variable.shape)
    # Attention holds four small layers, each with a kernel and a bias: the path tells which.
    path = variable.path.split("/")
    name = " ".join(path[-2:]) if " ".join(path[-2:]) in meanings else variable.name
    axes, parts = meanings.get(name, ((), {}))
    numbers = [size.at(values) if isinstance(size, Size) else size for _, size in axes]
    if len(axes) != len(shape) or any(number != each for number, each in zip(numbers, shape, strict=True)):
        return Weight(name, shape, tuple(f"axis {place}" for place in range(len(shape))), (None,) * len(shape))
    sizes = tuple(Size.of(size) for _, size in axes)
    return Weight(name, shape, tuple(axis for axis, _ in axes), sizes, tuple(parts), tuple(parts.values()))


def _both_ways(layer: Any, received: Sequence[Tensor], values: Mapping[str, int | None], own: Own) -> tuple[Weight, ...]:
    found = []
    for way, each in (("forward", layer.forward_layer), ("backward", layer.backward_layer)):
        for weight in weights(each, received, values, own):
            found.append(replace(weight, name=f"{way} {weight.name}"))
    return tuple(found)


def _unknown(layer: Any, width: Axis, own: Own) -> dict[str, Meaning]:
    return {}


def _recurrent(layer: Any, width: Axis, own: Own) -> dict[str, Meaning]:
    units, gates = own(layer.units), GATES[kind(layer, GATES)]
    every = (own.axis, Size.of(units) * max(1, len(gates)))
    bias: list[Axis] = [("input, memory", 2), every] if getattr(layer, "reset_after", False) else [every]
    return {
        "kernel": ([width, every], gates),
        "recurrent_kernel": ([(own.axis, units), every], gates),
        "bias": (bias, gates),
    }


def _dense(layer: Any, width: Axis, own: Own) -> dict[str, Meaning]:
    wide = (own.axis, own(layer.units))
    return {"kernel": ([width, wide], {}), "bias": ([wide], {})}


def _convolution(layer: Any, width: Axis, own: Own) -> dict[str, Meaning]:
    seen, filters = ("steps seen", layer.kernel_size[0]), (own.axis, own(layer.filters))
    return {"kernel": ([seen, (width[0], Size.of(width[1]) // layer.groups), filters], {}), "bias": ([filters], {})}


def _depthwise(layer: Any, width: Axis, own: Own) -> dict[str, Meaning]:
    seen, times = ("steps seen", layer.kernel_size[0]), ("filters of each", layer.depth_multiplier)
    return {"kernel": ([seen, width, times], {}), "bias": ([(width[0], Size.of(width[1]) * times[1])], {})}


def _separable(layer: Any, width: Axis, own: Own) -> dict[str, Meaning]:
    seen, times = ("steps seen", layer.kernel_size[0]), ("filters of each", layer.depth_multiplier)
    filters = (own.axis, own(layer.filters))
    return {
        "depthwise_kernel": ([seen, width, times], {}),
        "pointwise_kernel": ([("", 1), (width[0], Size.of(width[1]) * times[1]), filters], {}),
        "bias": ([filters], {}),
    }


def _multi_head(layer: Any, width: Axis, own: Own) -> dict[str, Meaning]:
    heads, wide = ("heads", own(layer.num_heads, "heads")), ("head size", own(layer.key_dim, "head size"))
    into: dict[str, Meaning] = {"kernel": ([width, heads, wide], {}), "bias": ([heads, wide], {})}
    found = {f"{part} {name}": meaning for part in ("query", "key", "value") for name, meaning in into.items()}
    return found | {"attention_output kernel": ([heads, wide, width], {}), "attention_output bias": ([width], {})}


def _embedding(layer: Any, width: Axis, own: Own) -> dict[str, Meaning]:
    rows, wide = ("vocabulary", own(layer.input_dim, "vocabulary")), (own.axis, own(layer.output_dim))
    return {"embeddings": ([rows, wide], {})}


def _one_each(layer: Any, width: Axis, own: Own) -> dict[str, Meaning]:
    return dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance", "scale"), ([width], {}))


WEIGHTS: dict[str, Callable[[Any, Axis, Own], dict[str, Meaning]]] = {
    **dict.fromkeys(GATES, _recurrent),
    "Dense": _dense,
    "Conv1D": _convolution,
    "DepthwiseConv1D": _depthwise,
    "SeparableConv1D": _separable,
    "MultiHeadAttention": _multi_head,
    "Embedding": _embedding,
    **dict.fromkeys(("LayerNormalization", "BatchNormalization", "RMSNormalization", "AdditiveAttention"), _one_each),
}
