"""What the layers that read a tensor call its axes: a GRU says that the second one is that of the timesteps."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from explorer.keras_internals import mask_of, node_of
from explorer.layers.base import RULES, LayerCall, LayerRules, class_name, rules_for
from explorer.tensors.tensor import Axes, Tensor, is_named

# What an axis is called while it is followed.
PLACE = "place "


def as_read(tensor: Any, outputs: Sequence[Any]) -> dict[int, str]:
    """What the readers of a tensor call its axes, by their places, also behind layers that hand them on.

    outputs: of the model that it goes into. The first reader that has a name for an axis is heard; no name is given twice.
    """
    followed: dict[int, Axes] = {id(tensor): tuple(f"{PLACE}{place}" for place in range(len(tensor.shape)))}
    found: dict[int, str] = {}
    for node in _between(tensor, outputs):
        inputs = unmasked(node.input_tensors)
        masks = mask_tensors(node)
        for each in inputs:
            axes = followed.get(id(each), ())
            # A mask has the first axes of what it masks.
            rank = len(inputs[0].shape) if id(each) in masks and len(axes) == 2 else len(axes)
            names = rules_for(node.operation).input_axes(node.operation, rank) if axes else None
            if id(each) in masks and len(axes) != 2:
                continue
            for axis, name in zip(axes, names or (), strict=False):
                place = int(axis.removeprefix(PLACE)) if axis.startswith(PLACE) else 0
                if place and is_named(name) and name not in found.values():
                    found.setdefault(place, name)
        for each, axes in zip(node.outputs, _handed_on(node, inputs, followed), strict=False):
            if any(axis.startswith(PLACE) for axis in axes[1:]):
                followed[id(each)] = axes
    return found


def numbered(rank: int, batched: bool = True) -> Axes:
    """The names of axes that nothing is known of. batched: whether the first one is the batch.

    >>> numbered(3)
    ('batch', 'axis 1', 'axis 2')
    """
    return tuple(f"axis {place}" if place or not batched else "batch" for place in range(rank))


def unmasked(tensors: Iterable[Any]) -> list[Any]:
    """Keras hands a mask on as one more tensor, made by operations that nobody wrote: they are no part of the model."""
    tensors = list(tensors)
    masks = {id(mask_of(tensor)) for tensor in tensors if mask_of(tensor) is not None}
    return [tensor for tensor in tensors if id(tensor) not in masks]


def given_masks(node: Any) -> dict[str, Any]:
    """The masks that a call of one of Keras's layers is handed, by the names of their arguments: a list for several tensors.

    Those that travel beside a tensor are not among them: see `unmasked`.
    """
    if node is None or class_name(node.operation) not in RULES:
        return {}
    args, kwargs = node.arguments.args, node.arguments.kwargs
    # mypy takes no class for hashable.
    names = _parameters(type(node.operation)) if len(args) > 1 else ()  # type: ignore[arg-type]
    given = dict(zip(names, args, strict=False)) | kwargs
    masks = {name: given[name] for name in given if name == "mask" or name.endswith("_mask")}
    if all(mask is None or isinstance(mask, bool) for mask in masks.values()):
        return {}
    own = {id(tensor) for tensor in unmasked(node.input_tensors)}
    own -= {id(mask_of(tensor)) for tensor in node.input_tensors}
    return {
        name: mask
        for name, mask in masks.items()
        if any(id(each) in own for each in (mask if isinstance(mask, (list, tuple)) else [mask]))
    }


@lru_cache(maxsize=256)
def _parameters(own: type) -> tuple[str, ...]:
    """What a call of a layer takes, in this order."""
    return tuple(inspect.signature(own.call).parameters)[1:]  # type: ignore[attr-defined]


def mask_tensors(node: Any) -> set[int]:
    """The tensors among a call's inputs that are masks and no numbers, by their ids."""
    found = [each for mask in given_masks(node).values() for each in (mask if isinstance(mask, (list, tuple)) else [mask])]
    return {id(each) for each in found if each is not None}


def _handed_on(node: Any, inputs: Sequence[Any], followed: Mapping[int, Axes]) -> list[Axes]:
    """Where the followed axes are in what a layer returns; nothing of one that holds layers: they are not described yet."""
    if type(rules_for(node.operation)).held is not LayerRules.held or class_name(node.operation) == "Model":
        return []
    if not any(id(each) in followed for each in inputs):
        return []
    masks = mask_tensors(node)
    received = [
        Tensor(tuple(each.shape), followed.get(id(each), numbered(len(each.shape))), mask_of(each) is not None)
        for each in inputs
        if id(each) not in masks
    ]
    call, shapes = LayerCall(node.operation, received, [], node), [tuple(each.shape) for each in node.outputs]
    found = call.rules.axes(call, shapes) or []
    return [axes if len(axes) == len(shape) else () for axes, shape in zip(found, shapes, strict=False)]


def _between(tensor: Any, outputs: Sequence[Any]) -> list[Any]:
    """The calls that a model is made of, each behind those whose tensors it takes."""
    found: dict[int, Any] = {}
    # Not by recursion: a model may have more calls than Python has room for.
    waiting = [node_of(each) for each in outputs]
    while waiting:
        node = waiting[-1]
        before = [] if node.is_input else [node_of(each) for each in unmasked(node.input_tensors) if each is not tensor]
        missing = [each for each in before if id(each) not in found]
        waiting += reversed(missing)
        if not missing:
            found.setdefault(id(waiting.pop()), node)
    return [node for node in found.values() if not node.is_input]
