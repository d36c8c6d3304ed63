"""Recurrent layers: GRU, LSTM and SimpleRNN.

A recurrent layer has one cell. It reads one vector at a time and carries its hidden state h from timestep to timestep; an
LSTM carries a cell state c besides. `return_sequences` returns the hidden state of every timestep, never the cell state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from explorer import drawings
from explorer.description import TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import (
    AxisSize,
    LayerCall,
    LayerRules,
    LayerView,
    Own,
    Summary,
    Terms,
    WeightAxis,
    WeightMeaning,
)
from explorer.layers.drawn import grid, kept_steps
from explorer.layers.reasons import along
from explorer.layers.words import activated, added, all_steps, bias
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import Axes, Shape, Tensor
from explorer.tensors.text import an, in_words, joined


class Recurrent(LayerRules):
    """(batch, timesteps, features) -> (batch, timesteps, units), or (batch, units) of the last timestep."""

    family = "recurrent"
    exchangeable = ("GRU", "LSTM", "SimpleRNN")
    unseen = frozenset(("stateful", "unroll", "zero_output_for_mask", "unit_forget_bias"))
    # The parts of the kernels in Keras's order, each with its letter in the equations.
    gates: ClassVar[Mapping[str, str]] = {}
    states: ClassVar[tuple[str, ...]] = ("hidden state",)

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        return ("batch", "timesteps", "features") if rank == 3 else None

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        """The sequence of hidden states keeps the timesteps; a single state does not."""
        batch, steps, *_ = call.first.axes
        return [(batch, steps, "units") if len(shape) == 3 else (batch, "units") for shape in shapes]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        batch, steps, *_ = call.first.sizes
        return [[batch, steps, shape[-1]] if len(shape) == 3 else [batch, shape[-1]] for shape in shapes]

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        if call.width is None:
            return None
        units = own(call.layer.units)
        parts: list[int | Size] = [len(self.gates)] if len(self.gates) > 1 else []
        return [([*parts, units], [call.width, units, *self.biases(call.layer)])]

    def biases(self, layer: Any) -> list[int | Size]:
        """What the biases add to the numbers that each gate of each unit reads."""
        return bias(layer)

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        if call.width is None:
            return {}
        units = own(call.layer.units)
        columns: WeightAxis = (own.axis, Size.of(units) * max(1, len(self.gates)))
        biases: list[WeightAxis] = [("input, hidden state", 2), columns] if self._two_biases(call.layer) else [columns]
        return {
            "kernel": ([(call.first.axes[-1], call.width), columns], self.gates),
            "recurrent_kernel": ([(own.axis, units), columns], self.gates),
            "bias": (biases, self.gates),
        }

    def _two_biases(self, layer: Any) -> bool:
        return bool(getattr(layer, "reset_after", False))

    def summary(self, call: LayerCall) -> Summary:
        every = call.keeps_rank
        backwards = ", from the last to the first," if getattr(call.layer, "go_backwards", False) else ""
        started = ", starting from the state it is given" if _has_initial_state(call.node) else ""
        if every:
            short = "returns the hidden state at every timestep"
            long = (
                f"reads one vector per timestep{backwards} and returns the hidden state of {all_steps(call.first)}{started}"
            )
        else:
            short = "returns only the last hidden state"
            long = f"reads {all_steps(call.first)}{backwards} and returns only the last hidden state{started}"
        if call.first.masked:
            short = "skips masked timesteps, " + ("returns every state" if every else "returns the last state")
            long += ", skipping masked timesteps"
        if len(call.returned) > 1:
            long += f"; it also returns its last {joined(self.states)} separately"
        return Summary(short, long)

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return "along" if call.keeps_rank else "last"

    def view(self, view: LayerView) -> Drawing | None:
        states = view.hidden_states(view.layer, view.received[0], view.mask)
        if states is None or len(view.received) > 1:
            return None
        last = not view.layer.return_sequences
        returned = "only the last one is returned" if last else "every one is returned"
        skipped = "; at a masked timestep it stays as it was" if _some_masked(view.mask) else ""
        says = f"The hidden state starts at zero and is updated at every timestep{skipped}; {returned}."
        return drawings.MemoryLook(grid=grid(states[0]), last=last, counts=kept_steps(view.mask), says=says)

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        if len(received) > 1 and len(received[0].shape) == 3:
            given = joined([in_words(tensor.axes, tensor.shape) for tensor in received[1:]])
            return f"{an(type(layer).__name__)} cannot start from the states it is given, {given}"
        return along("reads along", layer, received)


class GRU(Recurrent):
    """Cho et al., https://arxiv.org/abs/1406.1078; reset_after as in https://arxiv.org/abs/1412.3555 and CuDNN."""

    classes = ("GRU",)
    gates = {"update z": "z", "reset r": "r", "candidate h̃": "h̃"}

    def biases(self, layer: Any) -> list[int | Size]:
        # With reset_after, the default, one bias is added to the input and another to the hidden state.
        return [2] if layer.use_bias and layer.reset_after else bias(layer)

    def equation(self, call: LayerCall) -> Sequence[str]:
        layer = call.layer
        both = layer.use_bias and layer.reset_after
        lines = []
        for name in ("z", "r"):
            own = f"bias_{name}" if layer.use_bias else ""
            second = f"recurrent_bias_{name}" if both else ""
            inner = added(f"x · kernel_{name}", own, f"h · recurrent_kernel_{name}", second)
            lines.append(_line(name, layer.recurrent_activation, inner))
        own = "bias_h" if layer.use_bias else ""
        state = "(r ∗ h) · recurrent_kernel_h"
        if layer.reset_after:
            state = f"r ∗ ({added('h · recurrent_kernel_h', 'recurrent_bias_h' if both else '')})"
        lines.append(_line("h̃", layer.activation, added("x · kernel_h", own, state)))
        return _whole([*lines, "h' = z ∗ h + (1 − z) ∗ h̃"])


class LSTM(Recurrent):
    """Hochreiter and Schmidhuber, https://doi.org/10.1162/neco.1997.9.8.1735, with the forget gate of Gers et al."""

    classes = ("LSTM",)
    gates = {"input i": "i", "forget f": "f", "candidate c̃": "c̃", "output o": "o"}
    states = ("hidden state", "cell state")

    def equation(self, call: LayerCall) -> Sequence[str]:
        layer = call.layer
        lines = []
        for name, sign in (("i", "i"), ("f", "f"), ("o", "o"), ("c", "c̃")):
            inner = added(f"x · kernel_{name}", f"h · recurrent_kernel_{name}", f"bias_{name}" if layer.use_bias else "")
            lines.append(_line(sign, layer.activation if name == "c" else layer.recurrent_activation, inner))
        lines.append("c' = f ∗ c + i ∗ c̃")
        state = activated(layer.activation, "c'")
        return _whole([*lines, None if state is None else f"h' = o ∗ {state}"])


class SimpleRNN(Recurrent):
    """Elman, https://doi.org/10.1207/s15516709cog1402_1."""

    classes = ("SimpleRNN",)

    def equation(self, call: LayerCall) -> Sequence[str]:
        inner = added("x · kernel", "h · recurrent_kernel", "bias" if call.layer.use_bias else "")
        return _whole([_line("h'", call.layer.activation, inner)])


def _line(name: str, activation: Any, inner: str) -> str | None:
    found = activated(activation, inner)
    return None if found is None else f"{name} = {found}"


def _whole(lines: Sequence[str | None]) -> Sequence[str]:
    """An equation is shown whole or not at all."""
    known = [line for line in lines if line is not None]
    return known if len(known) == len(lines) else ()


def _has_initial_state(node: Any) -> bool:
    if node is None:
        return False
    args, kwargs = node.arguments.args, node.arguments.kwargs
    return (args[1] if len(args) > 1 else kwargs.get("initial_state")) is not None


def _some_masked(mask: np.ndarray | None) -> bool:
    return mask is not None and not np.asarray(mask).all()
