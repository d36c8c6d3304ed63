"""The names of tensors and of their axes.

Names of axes start at the inputs and are handed on from call to call, by the rules of every layer (`explorer.layers`). Where
no rule says what an axis means, it is numbered: "axis 2".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from explorer.layers.base import LayerCall, rules_for
from explorer.layers.reading import as_read, given_masks, numbered
from explorer.tensors.symbols import Symbols
from explorer.tensors.tensor import Axes, Shape, Tensor, is_named

# What two axes are where nothing says otherwise: Keras's samples, each with its features.
BY_RANK: dict[int, Axes] = {1: ("batch",), 2: ("batch", "features")}


def source_axes(tensor: Any, outputs: Sequence[Any]) -> Axes:
    """The names of an input's axes: as the layers call them that read it, numbers where none of them says.

    outputs: of the model.
    """
    found, rank = as_read(tensor, outputs), len(tensor.shape)
    return tuple(found.get(place, axis) for place, axis in enumerate(BY_RANK.get(rank, numbered(rank))))


def with_names_of(layer: Any, tensor: Tensor, symbols: Symbols) -> Tensor:
    """A tensor as a layer reads it: an axis without a name is what the layer's class takes it for."""
    if all(map(is_named, tensor.axes)):
        return tensor
    axes, sizes = list(tensor.axes), list(tensor.sizes)
    for place, name in enumerate(rules_for(layer).input_axes(layer, len(axes)) or ()):
        if not is_named(axes[place]) and is_named(name) and name not in axes:
            axes[place] = name
            sizes[place] = symbols.name(name, tensor.shape[place]) if sizes[place] is None else sizes[place]
    return Tensor(tensor.shape, tuple(axes), tensor.masked, tuple(sizes))


def without_masks(received: list[Tensor], of_masks: Sequence[bool], node: Any) -> tuple[list[Tensor], list[Tensor]]:
    """What a layer reads without the masks that it is handed; and with them, their axes called as those that they mask.

    of_masks: which are masks; empty for none. The first of the others is masked where the one mask of the call is given.
    """
    numbers = [tensor for tensor, is_mask in zip(received, of_masks, strict=True) if not is_mask] if any(of_masks) else []
    if not numbers:
        return received, received
    first = numbers[0]
    given = [
        Tensor(each.shape, first.axes[: len(each.shape)], sizes=first.sizes[: len(each.shape)])
        if is_mask and each.shape == first.shape[: len(each.shape)]
        else each
        for each, is_mask in zip(received, of_masks, strict=True)
    ]
    single = given_masks(node).get("mask")
    masked = first.masked or not (single is None or isinstance(single, (list, tuple)))
    return [replace(first, masked=masked), *numbers[1:]], given


def named(call: LayerCall, shapes: list[Shape]) -> list[Axes]:
    """A name for each axis of the tensors that a layer returns; numbers where its rules do not fit a shape."""
    found = call.rules.axes(call, shapes)
    if found is None or len(found) != len(shapes):
        found = [()] * len(shapes)
    return [
        _in_place(axes) if len(axes) == len(shape) == len(set(axes)) else numbered(len(shape), _is_batched(call, shape))
        for axes, shape in zip(found, shapes, strict=True)
    ]


def _in_place(axes: Axes) -> Axes:
    """An axis without a name is called by where it stands now."""
    return tuple(f"axis {place}" if axis.startswith("axis ") else axis for place, axis in enumerate(axes))


def _is_batched(call: LayerCall, shape: Shape) -> bool:
    """Whether what no rule knows has as many samples as what comes in."""
    return not call.received or not shape or shape[0] == call.first.shape[0]


def input_names(named: Sequence[str], of_masks: Sequence[bool]) -> tuple[str, ...]:
    """What the tensors that go in are called, with the masks among them."""
    if not any(of_masks) or len(named) == len(of_masks):
        return tuple(named)
    names = iter(named or ("input",))
    return tuple("mask" if is_mask else next(names, "input") for is_mask in of_masks)


def output_names(named: Sequence[str], ends: Sequence[bool]) -> tuple[str, ...]:
    """What the tensors that a layer returns are called: the model's output so, others as the rules say."""
    several = len(ends) > 1
    found = named if len(named) == len(ends) else [f"output {place + 1}" if several else "" for place, _ in enumerate(ends)]
    names = tuple("output" if end and not place else name for place, (name, end) in enumerate(zip(found, ends, strict=True)))
    return names if any(names) else ()
