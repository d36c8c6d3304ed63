"""Recurrent layers: GRU, LSTM, SimpleRNN, and RNN with their cells.

A recurrent layer has one cell (`explorer.layers.cells`). It reads one vector at a time and carries its hidden state h from
timestep to timestep; an LSTM carries a cell state c besides. `return_sequences` returns the hidden state of every timestep,
never the cell state; `return_state` returns the last of every state, and of an LSTM the hidden state first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from explorer import drawings
from explorer.description import Layer, Range, TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import LayerCall, LayerRules, Own, Summary, class_name, is_bounded
from explorer.layers.carried_drawn import carried
from explorer.layers.cells import StackedRNNCells, cell_rules, named_cell, stack_of, states_of
from explorer.layers.drawn import LayerView, grid, kept_steps
from explorer.layers.held import AxisSize, HeldLayer, HeldPart, Terms, WeightMeaning
from explorer.layers.masked_steps import masked_words
from explorer.layers.reasons import along
from explorer.layers.words import all_steps, step
from explorer.tensors.tensor import ORDERED, Axes, Shape, Tensor
from explorer.tensors.text import LONGEST_SENTENCE, an, changes, count, in_words, joined

_STACKED = StackedRNNCells()


class Recurrent(LayerRules):
    """(batch, timesteps, features) -> (batch, timesteps, units), or (batch, units) of the last timestep."""

    classes: ClassVar[tuple[str, ...]] = ("GRU", "LSTM", "SimpleRNN")
    family = "recurrent"
    title_arguments = ("units",)
    reads_time = reads_mask = True
    exchangeable: ClassVar[tuple[str, ...]] = ("GRU", "LSTM", "SimpleRNN")
    # The sequence, and states to start from.
    most_inputs = None
    unseen = frozenset(("stateful", "unroll", "zero_output_for_mask", "unit_forget_bias"))

    def covers(self, call: LayerCall) -> bool:
        return super().covers(call) and len(call.first.shape) == 3

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        return ("batch", "timesteps", "features") if rank == 3 and _is_known(layer) else None

    def reads_backwards(self, layer: Any) -> bool:
        return bool(layer.go_backwards)

    def held(self, layer: Any, received: list[Tensor], shapes: list[Shape]) -> list[HeldPart]:
        """The cells of a stack; a single cell is described as the layer itself."""
        if not stack_of(layer.cell) or not received or len(received[0].shape) != 3:
            return []
        return _STACKED.held(layer.cell, [received[0].without(1)], shapes)

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        """The sequence of hidden states keeps the timesteps; a single state does not."""
        if not _is_known(call.layer):
            return None
        batch, steps, *_ = call.first.axes
        widths = [each.axes[0][-1] for each in _STACKED.returned(call)] if call.inside else ["units"] * len(shapes)
        return [
            (batch, steps, width) if len(shape) == 3 else (batch, width)
            for shape, width in zip(shapes, widths, strict=False)
        ]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        if not _is_known(call.layer):
            return None
        batch, steps, *_ = call.first.sizes
        widths: list[AxisSize] = [shape[-1] for shape in shapes]
        if call.inside:
            widths = [each.sizes[0][-1] for each in _STACKED.returned(call)]
        return [
            [batch, steps, width] if len(shape) == 3 else [batch, width]
            for shape, width in zip(shapes, widths, strict=False)
        ]

    def input_names(self, call: LayerCall) -> Sequence[str]:
        return states_given(call, _letters(call.layer))

    def output_names(self, call: LayerCall) -> Sequence[str]:
        return states_returned(call, _letters(call.layer))

    def ranges(self, layer: Any, outputs: int) -> Sequence[Range]:
        gate = getattr(layer.cell, "recurrent_activation", None)
        if not is_bounded(getattr(layer.cell, "activation", None)) or not (gate is None or is_bounded(gate)):
            return ["open"] * outputs
        # What an LSTM carries along is a sum over the timesteps.
        return ["open" if letter == "c" else "one" for letter in ("", *_letters(layer))[:outputs]]

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        rules = cell_rules(call.layer)
        return _STACKED.parameters(call, own) if rules is None else rules.parameters(_at_one_step(call), own)

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        rules = cell_rules(call.layer)
        return {} if rules is None else rules.weights(_at_one_step(call), own)

    def held_weights(self, call: LayerCall) -> Sequence[tuple[str, HeldLayer]]:
        return _STACKED.held_weights(call)

    def skips_masked(self, call: LayerCall) -> bool:
        return gets_mask(call)

    def summary(self, call: LayerCall) -> Summary | None:
        if not _is_known(call.layer):
            return None
        cells = len(stack_of(call.layer.cell))
        return recurrent_summary(
            call,
            with_cell=f" with {named_cell(call.layer)}" if class_name(call.layer) == "RNN" else "",
            of_cell=f" of cell {cells}" if cells > 1 else "",
            states=_states(call.layer),
        )

    def equation(self, call: LayerCall) -> Sequence[str]:
        rules = cell_rules(call.layer)
        return _STACKED.equation(call) if rules is None else rules.equation(_at_one_step(call))

    def note(self, call: LayerCall) -> str | None:
        rules = cell_rules(call.layer)
        return None if rules is None else rules.note(_at_one_step(call))

    def time_flow(self, call: LayerCall) -> TimeFlow:
        # What it reads along may be another axis, that a Permute put there.
        if not _is_known(call.layer) or call.first.axes[1] not in ORDERED:
            return "unknown"
        return "along" if call.keeps_rank else "last"

    def view(self, view: LayerView) -> Drawing | None:
        if view.layer.stateful:
            return carried(view)
        found = view.remembered(view.layer, view.received[0], view.mask)
        rules = cell_rules(view.layer)
        if found is None or rules is None or len(view.received) > 1:
            return None
        last = not view.layer.return_sequences
        returned = "only the last one is returned" if last else "it is returned at every timestep"
        skipped = "; at a masked timestep it stays as it was" if _some_masked(view.mask) else ""
        says = f"The hidden state starts at zero and is updated at every timestep{skipped}; {returned}."
        # What is drawn is in the order in which it is read.
        mask = view.mask if view.mask is None or not view.layer.go_backwards else np.asarray(view.mask)[:, ::-1]
        held = "" if mask is None else masked_words(found.hidden[0], np.asarray(mask)[0])
        says += f" Masked timesteps: {held}." if held else ""
        named = zip(rules.gates, found.gates, strict=True)
        return drawings.MemoryDrawing(
            grid=grid(found.hidden[0]),
            last=last,
            counts=kept_steps(mask),
            cell=None if found.cell is None else grid(found.cell[0]),
            gates=tuple(drawings.Gate(name, grid(gate[0])) for name, gate in named),
            says=says,
        )

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        if not _is_known(layer):
            return None
        if len(received) > 1 and len(received[0].shape) == 3:
            given = joined([in_words(tensor.axes, tensor.shape) for tensor in received[1:]])
            return f"{an(type(layer).__name__)} cannot start from the states it is given, {given}"
        return along("reads along", layer, received)

    def settings_in_words(self, layer: Layer) -> list[str]:
        known = [*units_in_words(layer), f"return_sequences={layer.flow == 'along'}"]
        known += ["return_state=True"] if len(layer.output) > 1 else []
        two_biases = any(len(weight.shape) == 2 for weight in layer.weights if weight.name == "bias")
        has_bias = any(weight.name == "bias" for weight in layer.weights)
        return [*known, *(["reset_after=False"] if layer.type == "GRU" and has_bias and not two_biases else [])]


class RNN(Recurrent):
    """A recurrent layer with a cell of its own choice, or several of them; https://keras.io/api/layers/recurrent_layers/rnn/.

    Nothing is known of one whose cell is somebody's own.
    """

    classes = ("RNN",)
    title_arguments = ("cell",)
    exchangeable = ()


def units_in_words(layer: Layer, more: str = "") -> list[str]:
    """The units of every cell, as a question tells them: "32 units", "cells of 4 and 5 units"."""
    sizes = [weight.shape[0] for weight in layer.weights if weight.name.split(" ")[-1] == "recurrent_kernel"]
    if len(sizes) < 2:
        return [f"{count(size, 'units')}{more}" for size in sizes]
    return [f"cells of {joined([f'{size:,}' for size in sizes])} units{more}"]


def recurrent_summary(
    call: LayerCall, with_cell: str = "", of_cell: str = "", states: str = "", one: str = "one vector"
) -> Summary:
    """What a recurrent layer does. one: what it reads at each timestep. states: what it returns besides, or nothing."""
    every = call.keeps_rank
    backwards = ", from the last to the first," if getattr(call.layer, "go_backwards", False) else ""
    starts, more = _has_initial_state(call.node), states if len(call.returned) > 1 else ""
    started = ", starting from the state it is given" if starts else ""
    # A state to start from is nothing that becomes something.
    change = changes(call.received[:1], call.returned[:1])
    if every:
        short = f"returns the hidden state at every {step(call.first)}"
        read = f"reads {one} per {step(call.first)}{with_cell}{backwards}"
        at = f"{of_cell} at" if of_cell else " of"
        does = f"{read} and returns the hidden state{at} {all_steps(call.first)}"
    else:
        short = "returns only the last hidden state"
        does = f"reads {all_steps(call.first)}{with_cell}{backwards} and returns only the last hidden state{of_cell}"
    if gets_mask(call):
        short = "skips masked timesteps, " + ("returns every state" if every else "returns the last state")
    skipped = ", skipping masked timesteps" if gets_mask(call) else ""
    long = f"{does}{started}{skipped}" + (f"; it also returns {more} separately" if more else "")
    if len(long) > LONGEST_SENTENCE:
        parts = ["starts from the state it is given"] * starts + ["skips masked timesteps"] * bool(skipped)
        long = f"{does}. It {joined([*parts, *([f'also returns {more} separately'] if more else [])])}"
    return Summary(short, long, change)


def _states(layer: Any) -> str:
    rules = cell_rules(layer)
    if rules is None:
        return "the last states of each cell"
    return f"its {joined([f'last {state}' for state in rules.states])}"


def states_given(call: LayerCall, states: Sequence[str]) -> Sequence[str]:
    """What a recurrent layer is given besides its sequence: a state to start from for each letter."""
    return ["sequence", *(f"initial state {letter}" for letter in states)] if len(call.received) > 1 else ()


def states_returned(call: LayerCall, states: Sequence[str]) -> Sequence[str]:
    """What it returns: the hidden state, or with return_state=True the output and the last state of each letter."""
    if len(call.returned) > 1:
        return ["output", *(f"state {letter}" for letter in states)]
    return ["hidden state" if call.keeps_rank else "last hidden state"] if states else ()


def _letters(layer: Any) -> list[str]:
    """The states of its cell, or of its cells in the order in which they are stacked."""
    cells = stack_of(layer.cell)
    if cells:
        return [f"{letter} of cell {place}" for place, cell in enumerate(cells, 1) for letter in states_of(cell).values()]
    return list(states_of(layer.cell).values())


def _is_known(layer: Any) -> bool:
    return cell_rules(layer) is not None or bool(stack_of(layer.cell))


def _at_one_step(call: LayerCall) -> LayerCall:
    """The call of the cell at one timestep."""
    return replace(call, layer=call.layer.cell, received=[call.first.without(1)])


def gets_mask(call: LayerCall) -> bool:
    """Whether a recurrent layer is given the mask of its sequence.

    Keras 3.15.1 hands on the mask that travels where the sequence is the one tensor of the call: a layer that is given
    states to start from gets none but one that is named in the call.
    """
    if not call.first.masked or call.node is None or not _has_initial_state(call.node):
        return call.first.masked
    args, kwargs = call.node.arguments.args, call.node.arguments.kwargs
    return (args[2] if len(args) > 2 else kwargs.get("mask")) is not None


def _has_initial_state(node: Any) -> bool:
    if node is None:
        return False
    args, kwargs = node.arguments.args, node.arguments.kwargs
    return (args[1] if len(args) > 1 else kwargs.get("initial_state")) is not None


def _some_masked(mask: np.ndarray | None) -> bool:
    return mask is not None and not np.asarray(mask).all()
