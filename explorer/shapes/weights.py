"""What a layer's weights are called and what their axes mean, by the rules of every layer (`explorer.layers`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from explorer.description import Weight
from explorer.layers.base import LayerCall, Own
from explorer.layers.held import NamedWeight, WeightMeaning
from explorer.tensors.symbols import Size, written


def weights(call: LayerCall, values: Mapping[str, int | None], own: Own) -> tuple[NamedWeight, ...]:
    """Every weight of a built layer; one that no rule names has numbered axes."""
    rules = call.rules
    if held := rules.held_weights(call):
        return tuple(replace(weight, name=f"{prefix}{weight.name}") for prefix, each in held for weight in each.weights)
    meanings = rules.weights(call, own) if call.received else {}
    arrays = getattr(call.layer, "weights", ())
    return tuple(_weight(each, meanings, values) for each in arrays if "seed_generator" not in each.path)


def _weight(variable: Any, meanings: Mapping[str, WeightMeaning], values: Mapping[str, int | None]) -> NamedWeight:
    shape = tuple(variable.shape)
    # Attention holds four small layers, each with a kernel and a bias: the path tells which.
    path = variable.path.split("/")
    name = " ".join(path[-2:]) if " ".join(path[-2:]) in meanings else variable.name
    axes, parts = meanings.get(name, ((), {}))
    numbers = [size.at(values) if isinstance(size, Size) else size for _, size in axes]
    if len(axes) != len(shape) or any(number != each for number, each in zip(numbers, shape, strict=True)):
        return NamedWeight(name, shape, tuple(f"axis {place}" for place in range(len(shape))), (None,) * len(shape))
    sizes = tuple(Size.of(size) for _, size in axes)
    return NamedWeight(name, shape, tuple(axis for axis, _ in axes), sizes, tuple(parts), tuple(parts.values()))


def described(weight: NamedWeight) -> Weight:
    """A weight written out."""
    return Weight(weight.name, weight.shape, weight.axes, written(weight.sizes), weight.parts, weight.letters)
