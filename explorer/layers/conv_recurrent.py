"""Recurrent layers that read an image at every timestep: ConvLSTM1D, ConvLSTM2D and ConvLSTM3D.

The equation is an LSTM's, with a convolution in the place of every product with a kernel: Shi et al.,
https://arxiv.org/abs/1506.04214, without the weights that look at the cell state, as in Keras. What it knows holds for
channels_last, where (batch, timesteps, rows, columns, channels) comes in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from explorer.description import TimeFlow
from explorer.layers.base import LayerCall, LayerRules, Own, Summary
from explorer.layers.cells import LSTMCell, lstm_equation
from explorer.layers.held import AxisSize, Terms, WeightAxis, WeightMeaning
from explorer.layers.reasons import title
from explorer.layers.recurrent import gets_mask, recurrent_summary, states_given, states_returned
from explorer.layers.spatial import ALONG
from explorer.layers.words import bias, slid
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import ORDERED, Axes, Shape, Tensor
from explorer.tensors.text import an, in_words

# The axes of what stands at one timestep, by how many the kernel has.
PLACES: dict[int, Axes] = {**ALONG, 1: ("rows",)}
READ = {1: "one signal", 2: "one image", 3: "one volume"}


class ConvLSTM(LayerRules):
    """(batch, timesteps, rows, columns, channels) -> (batch, timesteps, rows, columns, filters), or without timesteps."""

    classes = ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
    family = "convolutional recurrent"
    title_arguments = ("filters",)
    most_inputs = None
    reads_time = True
    words = {"padding": ("valid", "same")}
    unseen = frozenset(("stateful", "unit_forget_bias"))

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        if not _is_covered(layer) or rank != len(layer.kernel_size) + 3:
            return None
        return ("batch", "timesteps", *PLACES[len(layer.kernel_size)], "channels")

    def input_names(self, call: LayerCall) -> Sequence[str]:
        return states_given(call, list(LSTMCell.states.values()))

    def output_names(self, call: LayerCall) -> Sequence[str]:
        return states_returned(call, list(LSTMCell.states.values()))

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        if not _is_covered(call.layer):
            return None
        batch, steps, *places, _ = call.first.axes
        every = (batch, steps, *places, "filters")
        return [every if len(shape) == len(every) else (batch, *places, "filters") for shape in shapes]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        layer = call.layer
        if not _is_covered(layer):
            return None
        batch, steps, *lengths, _ = call.first.sizes
        settings = zip(lengths, layer.kernel_size, layer.strides, layer.dilation_rate, strict=True)
        places = [slid(length, size, stride, layer.padding, spread) for length, size, stride, spread in settings]
        every: list[AxisSize] = [batch, steps, *places, layer.filters]
        return [every if len(shape) == len(every) else [batch, *places, layer.filters] for shape in shapes]

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        if call.width is None or not _is_covered(call.layer):
            return None
        filters, seen = own(call.layer.filters), math.prod(call.layer.kernel_size)
        return [([len(LSTMCell.gates), filters], [Size.of(call.width) * seen, filters * seen, *bias(call.layer)])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        layer = call.layer
        if call.width is None or not _is_covered(layer):
            return {}
        filters, gates = own(layer.filters), LSTMCell.gates
        window: list[WeightAxis] = [
            (f"kernel {place}", size) for place, size in zip(PLACES[len(layer.kernel_size)], layer.kernel_size, strict=True)
        ]
        columns: WeightAxis = (own.axis, filters * len(gates))
        return {
            "kernel": ([*window, (call.first.axes[-1], call.width), columns], gates),
            "recurrent_kernel": ([*window, (own.axis, filters), columns], gates),
            "bias": ([columns], gates),
        }

    def summary(self, call: LayerCall) -> Summary | None:
        if not _is_covered(call.layer):
            return None
        states = "its last hidden state and last cell state"
        return recurrent_summary(call, " through convolutions", states=states, one=READ[len(call.layer.kernel_size)])

    def equation(self, call: LayerCall) -> Sequence[str]:
        if not _is_covered(call.layer):
            return ()
        return lstm_equation(call.layer, lambda state, kernel: f"conv({state}, {kernel})")

    def reads_backwards(self, layer: Any) -> bool:
        return bool(layer.go_backwards)

    def skips_masked(self, call: LayerCall) -> bool:
        return gets_mask(call)

    def time_flow(self, call: LayerCall) -> TimeFlow:
        # What it reads along may be another axis, that a Permute put there.
        if not _is_covered(call.layer) or call.first.axes[1] not in ORDERED:
            return "unknown"
        return "along" if call.keeps_rank else "last"

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        first = received[0]
        if not _is_covered(layer) or len(first.shape) == len(layer.kernel_size) + 3:
            return None
        wanted = ", ".join(("batch", "timesteps", *PLACES[len(layer.kernel_size)], "channels"))
        return f"{an(title(layer))} reads ({wanted}), and its input is {in_words(first.axes, first.shape)}"


def _is_covered(layer: Any) -> bool:
    return bool(layer.data_format == "channels_last")
