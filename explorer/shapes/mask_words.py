"""What is said of a layer and the masks that come to it: whether it makes, uses, passes on or drops one."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.description import MaskDeed
from explorer.layers.base import MASK_MAKERS, LayerCall, class_name
from explorer.layers.recurrent import gets_mask
from explorer.shapes.mask_flow import CallMasks
from explorer.tensors.tensor import ORDERED

RECURRENT = ("recurrent", "convolutional recurrent")
NOT_GIVEN = (
    "a mask comes with the sequence, but Keras does not give it to a layer that is also given initial states: the layer "
    "reads padded {steps} like all others"
)


@dataclass(frozen=True)
class MaskWords:
    """says: a sentence, "" where no mask comes in or goes out. deeds: the same in words for a mark."""

    says: str = ""
    deeds: tuple[MaskDeed, ...] = ()


def mask_words(call: LayerCall, masks: CallMasks, uses: bool | None) -> MaskWords:
    """uses: whether the layer's numbers depend on the masks; None where that is not known."""
    comes, goes = any(masks.comes) or call.first.masked, any(masks.goes)
    steps = next((axis for axis in call.first.axes[1:] if axis in ORDERED), "positions")
    gone = ""
    if masks.taken_by:
        gone = f"“{masks.taken_by}” reads the same tensor before, and Keras takes the mask off what MultiHeadAttention reads"
    if class_name(call.layer) in MASK_MAKERS and goes:
        return MaskWords(f"it makes a mask, which tells later layers which {steps} are padding", ("makes",))
    if not comes:
        made = MaskWords("it makes a mask", ("makes",)) if goes else MaskWords()
        return MaskWords(f"no mask comes in: {gone}", made.deeds) if gone else made
    found = _of_one(call, uses, goes, steps)
    return MaskWords(f"{found.says}. One of its masks is missing: {gone}", found.deeds) if gone else found


def _of_one(call: LayerCall, uses: bool | None, goes: bool, steps: str) -> MaskWords:
    """What becomes of a mask that comes in."""
    passed: tuple[str, MaskDeed] = ("passes it on", "passes") if goes else ("does not pass it on", "drops")
    verb, deed = passed
    if _not_given(call):
        named = "With mask=… in the call it gets the mask"
        return MaskWords(f"{NOT_GIVEN.format(steps=steps)}. The layer {verb}. {named}", (deed,))
    if uses is None:
        return MaskWords(f"a mask comes in. Whether the layer uses it is not known; it {verb}", ("unknown", deed))
    if uses and goes:
        return MaskWords("it uses the mask and passes it on", ("uses", "passes"))
    if uses and not any(steps in tensor.axes for tensor in call.returned):
        return MaskWords(f"it uses the mask. What it returns has no {steps}, so the mask ends here", ("uses",))
    if uses:
        later = f"later layers read padded {steps} like all others"
        return MaskWords(f"it uses the mask, but does not pass it on: {later}", ("uses", "drops"))
    if goes:
        return MaskWords("it does not use the mask and passes it on", ("passes",))
    return MaskWords(f"it does not use the mask and drops it: from here on padded {steps} count like all others", ("drops",))


def _not_given(call: LayerCall) -> bool:
    """Whether a recurrent layer is kept from the mask that comes with its sequence."""
    recurrent = call.rules.family in RECURRENT or class_name(call.layer) == "Bidirectional"
    return recurrent and call.first.masked and not gets_mask(call)
