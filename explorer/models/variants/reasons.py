"""Why a layer fails with what it is given, in named axes, by the rules of every layer (`explorer.layers`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.layers.base import rules_for
from explorer.layers.reasons import not_taken
from explorer.tensors.tensor import Tensor


def reason(layer: Any, received: Sequence[Tensor]) -> str:
    """What a layer needs and does not get, as the second half of a sentence."""
    return rules_for(layer).needs(layer, received) or not_taken(layer, received)
