"""What a question needs to know of a layer, read from its description, and what it tells the reader beforehand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.description import Axes, Layer, Shape, TimeFlow, Weight
from explorer.layers.base import RULES
from explorer.tensors.tensor import Tensor
from explorer.tensors.text import joined

RECURRENT = ("along", "last", "both", "both last")
BOTH_WAYS = ("both", "both last")


@dataclass(frozen=True)
class Facts:
    """A layer of a description, and what follows from it."""

    layer: Layer

    @property
    def name(self) -> str:
        return self.layer.name

    @property
    def type(self) -> str:
        return self.layer.type

    @property
    def flow(self) -> TimeFlow:
        return self.layer.flow

    @property
    def total(self) -> int:
        return self.layer.parameters.total or 0

    @property
    def received(self) -> list[Tensor]:
        return _tensors(self.layer.input, self.layer.axes_in)

    @property
    def returned(self) -> list[Tensor]:
        return _tensors(self.layer.output, self.layer.axes_out)

    @property
    def first(self) -> Tensor:
        return self.received[0] if self.received else Tensor((), ())

    @property
    def out(self) -> Tensor:
        return self.returned[0]

    @property
    def cell(self) -> Facts:
        """What a wrapper holds, or the layer itself: the GRU of a TimeDistributed(GRU)."""
        return Facts(self.layer.inside[0]).cell if self.layer.wraps and self.layer.inside else self

    @property
    def is_recurrent(self) -> bool:
        return self.cell.flow in RECURRENT and bool(self.weights("recurrent_kernel"))

    @property
    def ways(self) -> int:
        """How many hidden states run along the sequence: 2 in a Bidirectional."""
        return 2 if self.flow in BOTH_WAYS else 1

    @property
    def units(self) -> int | None:
        """The size of the hidden state of one direction, or how wide a Dense or a convolution is."""
        kernels = self.weights("recurrent_kernel")
        if kernels:
            return kernels[0].shape[0]
        kernels = self.weights("kernel")
        return kernels[0].shape[-1] if len(kernels) == 1 else None

    @property
    def steps(self) -> tuple[str, int] | None:
        """The last axis of those that are counted along in what comes in: ("timesteps", 20)."""
        known = [(name, size) for name, size in self.first.places.items() if size is not None]
        return known[-1] if known else None

    @property
    def merge_mode(self) -> str | None:
        """How a Bidirectional merges its two directions."""
        return self.layer.merge_mode

    @property
    def batch(self) -> int:
        """A number for the batch that stands nowhere in the layer, so that it cannot be taken for something else."""
        taken = {size for tensor in (*self.received, *self.returned) for size in tensor.shape}
        return next(number for number in (32, 16, 64, 128, 256, 512, 8, 4, 2) if number not in taken)

    def weights(self, part: str) -> list[Weight]:
        """The weights called so, one for each direction."""
        return [weight for weight in self.layer.weights if weight.name.split(" ")[-1] == part]

    def explains(self) -> str:
        """What the layer does, as sentences."""
        says = sentence(self.layer.says)
        return says if self.layer.explained else f"{says} {self.layer.note}"

    def introduction(self, with_input: bool = True) -> str:
        """What stands before the question: the layer's settings, and what comes in where that is not what is asked."""
        takes = joined([written(tensor) for tensor in self.received]) if with_input else ""
        return f"{self.name} is {_layer_in_words(self)}." + (f" It takes {takes}." if takes else "")


def _tensors(shapes: Sequence[Shape], axes: Sequence[Axes]) -> list[Tensor]:
    return [Tensor(shape, names) for shape, names in zip(shapes, axes, strict=True)]


def size_of(weight: Weight) -> int:
    return math.prod(weight.shape)


def sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def written(tensor: Tensor) -> str:
    """A shape as a choice shows it.

    >>> written(Tensor((None, 20, 32), ("batch", "timesteps", "units")))
    '(batch, timesteps 20, units 32)'
    """
    parts = []
    for name, size in zip(tensor.axes, tensor.shape, strict=True):
        number = "any" if size is None else f"{size:,}"
        parts.append(number if name.startswith("axis ") else name if size is None else f"{name} {number}")
    return f"({', '.join(parts)})"


def _layer_in_words(facts: Facts) -> str:
    kind = facts.type.split("(")[0]
    if kind == "TimeDistributed" and facts.layer.inside:
        return f"a TimeDistributed around {_layer_in_words(Facts(facts.layer.inside[0]))}"
    known = _settings(facts, kind)
    article = "an" if kind[:1] in "AEIOU" or kind == "LSTM" else "a"
    name = f"{kind}({known.pop(0)})" if kind == "RepeatVector" else facts.type
    return f"{article} {name}" + (f" with {joined(known)}" if known else "")


def _settings(facts: Facts, kind: str) -> list[str]:
    """What a layer was given, as far as its description tells, without what the question asks for."""
    known = RULES[kind].settings_in_words(facts.layer) if facts.layer.explained and kind in RULES else []
    if kind == "Conv1D" and known:
        known += _window(facts, facts.weights("kernel")[0].shape[0])
    if facts.weights("kernel") and not facts.weights("bias"):
        known.append("use_bias=False")
    return known


def _window(facts: Facts, seen: int) -> list[str]:
    """What else decides what a convolution reads, and how many timesteps it returns."""
    known = []
    reach = facts.layer.reach or seen
    if seen > 1 and reach > seen:
        known.append(f"dilation_rate={(reach - 1) // (seen - 1)}")
    before, after = facts.first.shape[1], facts.out.shape[1]
    if before is not None and before == after:
        known.append("padding that keeps every timestep")
    elif before is not None and after == before - reach + 1:
        known.append("no padding")
    return known
