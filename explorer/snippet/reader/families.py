"""Families of layers, by what they do to the axes of what they are given: as the rules of every class say it.

The names are those of Keras's classes (`explorer.layers`). A class that has no rules is in no family.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from explorer.layers.base import RULES, LayerRules


def _where(holds: Callable[[LayerRules], bool]) -> frozenset[str]:
    return frozenset(name for name, rules in RULES.items() if holds(rules))


def _of(family: str) -> frozenset[str]:
    return _where(lambda rules: rules.family == family)


RECURRENT = _of("recurrent")
CONV_RECURRENT = _of("convolutional recurrent")
CELLS = _of("recurrent cell")
CONVOLUTION = _of("convolution")
POOLING = _of("pooling")
MERGING = _of("merging")
ATTENTION = _of("attention")
# Layers that leave every axis where it is.
KEEPING = _where(lambda rules: rules.keeps_axes)
# Layers that make one vector of a sequence.
FLATTENING = _where(lambda rules: rules.makes_vector)
# Layers that read timesteps. The same rules may hold for images: of a Conv1D and of a Conv2D.
SEQUENCE = frozenset(
    name for name in _where(lambda rules: rules.reads_time) if name in CONV_RECURRENT or not re.search("[23]D", name)
)
# Convolutions and poolings along the timesteps: a window slides over them.
SLIDING = (CONVOLUTION | POOLING) & SEQUENCE
# Layers that compute new numbers from the features, so that what was zero is none any more.
COMPUTING = RECURRENT | CONVOLUTION | _of("dense") | _of("normalization")
# Layers that lay the same numbers out along other axes.
RESHAPING = _of("reshaping")
# Layers that read a mask: padding changes what they return.
READING_MASK = _where(lambda rules: rules.reads_mask)
# Layers whose rule for shapes says what happens when they run.
TRUSTED = _where(lambda rules: rules.trusted)
