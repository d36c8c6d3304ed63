"""Which masks come with what each call of a model takes and returns, as Keras sends them when the model runs.

Keras notes masks on symbolic tensors while a model is built. When it runs there is one difference: MultiHeadAttention takes
the mask off the tensors that it is given. Whatever reads one of them later, and is not handed the mask as an argument, gets
none; Keras hands it so where a call takes one tensor and an argument `mask`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from explorer.keras_internals import in_order_of_calling, mask_of
from explorer.shapes.graph import Call

TAKES_MASKS_OFF = "MultiHeadAttention"


@dataclass(frozen=True)
class CallMasks:
    """comes, goes: for each tensor that a call takes and returns, whether a mask comes with it. taken_by: the call that took
    a mask off one of those that it takes, "" where none did."""

    comes: tuple[bool, ...]
    goes: tuple[bool, ...]
    taken_by: str = ""


def mask_flow(model: Any, steps: Sequence[Call]) -> dict[str, CallMasks]:
    """The masks of every call, by its name. steps: the calls of the model's graph."""
    travels: dict[int, Any] = {id(tensor): mask_of(tensor) for step in steps for tensor in (*step.inputs, *step.outputs)}
    taken: dict[int, str] = {}
    found = {}
    for place in in_order_of_calling(model, [step.node for step in steps]):
        step = steps[place]
        handed = step.node.arguments.kwargs.get("mask")
        comes = tuple(_comes(tensor, index, travels, handed) for index, tensor in enumerate(step.inputs))
        if any(travels[id(tensor)] is not mask_of(tensor) for tensor in step.inputs) and handed is None:
            for tensor, mask in zip(step.outputs, _masks_now(step, travels), strict=True):
                travels[id(tensor)] = mask
        goes = tuple(travels[id(tensor)] is not None for tensor in step.outputs)
        by = [
            taken[id(tensor)] for tensor, there in zip(step.inputs, comes, strict=True) if not there and id(tensor) in taken
        ]
        found[step.name] = CallMasks(comes, goes, by[0] if by else "")
        if any(each.__name__ == TAKES_MASKS_OFF for each in type(step.layer).__mro__):
            for tensor in step.inputs:
                if travels[id(tensor)] is not None:
                    travels[id(tensor)], taken[id(tensor)] = None, step.name
    return found


def _comes(tensor: Any, index: int, travels: dict[int, Any], handed: Any) -> bool:
    """Whether a mask comes with a tensor of a call: one that travels still, or one that is an argument of the call."""
    listed = handed if isinstance(handed, (list, tuple)) else [handed]
    return travels[id(tensor)] is not None or (index < len(listed) and listed[index] is not None)


def _masks_now(step: Call, travels: dict[int, Any]) -> list[Any]:
    """What masks a call returns, where other ones come in than Keras noted."""
    layer, first = step.layer, step.node.arguments.args[:1] or [*step.node.arguments.kwargs.values()][:1]
    if not getattr(layer, "supports_masking", False) or not first:
        return [None] * len(step.outputs)
    tensors = first[0] if isinstance(first[0], (list, tuple)) else [first[0]]
    before = [travels.get(id(tensor)) for tensor in tensors]
    single = not isinstance(first[0], (list, tuple))
    masks = layer.compute_mask(first[0], before[0] if single else before)
    listed = list(masks) if isinstance(masks, (list, tuple)) else [masks]
    return [*listed, *[None] * len(step.outputs)][: len(step.outputs)]
