"""Bidirectional: a recurrent layer forwards, and one backwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from explorer import drawings
from explorer.description import Layer, Range, TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import LayerCall, LayerRules, Own, Summary, rules_for
from explorer.layers.cells import cell_rules, states_of
from explorer.layers.drawn import MOST_ROWS, LayerView, grid, kept_steps
from explorer.layers.held import AxisSize, HeldLayer, HeldPart, Terms
from explorer.layers.masked_steps import masked_words
from explorer.layers.reasons import along, layer_name
from explorer.layers.recurrent import gets_mask, states_given, units_in_words
from explorer.layers.words import all_steps, last_of, letter_of
from explorer.tensors.tensor import Axes, Shape, Tensor
from explorer.tensors.text import joined


class Bidirectional(LayerRules):
    """Two copies of a recurrent layer, one of which reads backwards; Schuster and Paliwal, https://doi.org/10.1109/78.650093."""

    classes = ("Bidirectional",)
    family = "wrapper"
    most_inputs = 5
    reads_time = True
    words = {"merge_mode": ("concat", "sum", "mul", "ave")}

    # What becomes of the two hidden states: what the layer does, and what they then are, in words and in an equation.
    merges: ClassVar[Mapping[str | None, tuple[str, str, str]]] = {
        "concat": ("concatenates", "concatenated", "[→h ; ←h]"),
        "sum": ("adds", "added", "→h + ←h"),
        "ave": ("averages", "averaged", "(→h + ←h) / 2"),
        "mul": ("multiplies", "multiplied", "→h ∗ ←h"),
        None: ("returns", "returned separately", "→h and ←h"),
    }

    def covers(self, call: LayerCall) -> bool:
        """Two recurrent layers of one class, whose cells are known, and of which only the second reads backwards."""
        ahead, back = call.layer.forward_layer, call.layer.backward_layer
        families = {rules_for(each).family for each in (ahead, back)}
        known = families <= {"recurrent", "convolutional recurrent"} and type(ahead) is type(back)
        known = known and back.go_backwards and not ahead.go_backwards
        return super().covers(call) and known and all(each.time_flow in ("along", "last") for each in call.inside)

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        return rules_for(layer.forward_layer).input_axes(layer.forward_layer, rank)

    def held(self, layer: Any, received: list[Tensor], shapes: list[Shape]) -> list[HeldPart]:
        parts = []
        for role, each in (("forwards", layer.forward_layer), ("backwards", layer.backward_layer)):
            found = _flat(each.compute_output_shape(received[0].shape))
            parts.append(HeldPart(each, role, received[:1], found, ends=False))
        return parts

    def input_names(self, call: LayerCall) -> Sequence[str]:
        return states_given(call, _states_both_ways(call))

    def output_names(self, call: LayerCall) -> Sequence[str]:
        merged = ["output"] if call.layer.merge_mode is not None else ["forward output", "backward output"]
        if len(call.returned) > len(merged):
            return [*merged, *(f"state {letter}" for letter in _states_both_ways(call))]
        return merged if len(merged) > 1 else ["hidden states" if call.keeps_rank else "last hidden states"]

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        forwards, backwards = (each.axes for each in call.inside)
        merged = [forwards[0]] if call.layer.merge_mode is not None else [forwards[0], backwards[0]]
        return [*merged, *forwards[1:], *backwards[1:]]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        forwards, backwards = (each.sizes for each in call.inside)
        merged = [forwards[0]] if call.layer.merge_mode is not None else [forwards[0], backwards[0]]
        wide, other = forwards[0][-1], backwards[0][-1]
        if call.layer.merge_mode == "concat" and wide is not None and other is not None:
            merged = [(*forwards[0][:-1], wide + other)]
        return [list(sizes) for sizes in (*merged, *forwards[1:], *backwards[1:])]

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        forwards, backwards = (each.terms for each in call.inside)
        if forwards is None or backwards is None:
            return None
        if forwards == backwards:
            return [([2, *factors], addends) for factors, addends in forwards]
        return [*forwards, *backwards]

    def held_weights(self, call: LayerCall) -> Sequence[tuple[str, HeldLayer]]:
        return [("forward ", call.inside[0]), ("backward ", call.inside[1])]

    def ranges(self, layer: Any, outputs: int) -> Sequence[Range]:
        merged = 2 if layer.merge_mode is None else 1
        states = (outputs - merged) // 2
        first, *rest = rules_for(layer.forward_layer).ranges(layer.forward_layer, 1 + states)
        return ["open" if layer.merge_mode == "sum" else first] * merged + [*rest, *rest]

    def merge_mode(self, layer: Any) -> str | None:
        mode: str | None = layer.merge_mode
        return mode

    def summary(self, call: LayerCall) -> Summary:
        verb, name = self.merges[call.layer.merge_mode][0], layer_name(call.layer.forward_layer)
        which = "both" if call.layer.merge_mode is None else "their"
        more = (f", skipping masked {call.first.axes[1]}" if gets_mask(call) else "") + _states_of_each(call)
        long = f"reads {all_steps(call.first)} with two {name} layers, one forwards and one backwards"
        if call.keeps_rank:
            return Summary(f"{verb} both directions", f"{long}, and {verb} {which} hidden states{more}")
        if call.first.shape[1] != 1:
            # The backward layer has read everything only when it is at the first timestep.
            long = f"reads {all_steps(call.first)} with two {name} layers, one from first to last and one from last to first"
        short = f"{verb} the last state of both directions"
        return Summary(short, f"{long}, and {verb} {which} last hidden states{more}")

    def equation(self, call: LayerCall) -> Sequence[str]:
        name, last = layer_name(call.layer.forward_layer), last_of(call.first)
        lines = [f"→h = {name}(x[1] … x[{last}])", f"←h = {name}(x[{last}] … x[1])"]
        at = f"[{letter_of(call.first)}]" if call.layer.return_sequences else ""
        return [*lines, f"y{at} = {self.merges[call.layer.merge_mode][2].replace('h', 'h' + at)}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        if any(each.time_flow not in ("along", "last") for each in call.inside):
            return "unknown"
        return "both" if call.keeps_rank else "both last"

    def skips_masked(self, call: LayerCall) -> bool:
        return gets_mask(call)

    def view(self, view: LayerView) -> Drawing | None:
        layer, returned = view.layer, view.returned
        ahead, back = (
            view.remembered(each, view.received[0], view.mask) for each in (layer.forward_layer, layer.backward_layer)
        )
        if ahead is None or back is None or layer.merge_mode is None or returned.ndim < 2:
            return None
        # The backward layer's states are in the order in which it reads; here each stands at the timestep that it has read.
        forward, backward = ahead.hidden[0], back.hidden[0][::-1]
        last, half = not layer.return_sequences, MOST_ROWS // 2
        merged = returned[0] if returned.ndim == 3 else returned
        rows = slice(None, MOST_ROWS)
        if layer.merge_mode == "concat":
            units, rows = forward.shape[-1], slice(None, half)
            merged = merged[..., [*range(min(half, units)), *range(units, units + min(half, units))]]
        which = "the two states at every timestep are"
        if last:
            which = "the forward state at the last timestep and the backward state at the first are"
        says = f"One hidden state runs forwards, one backwards; {which} {self.merges[layer.merge_mode][1]}."
        if view.mask is not None:
            counts = np.asarray(view.mask)[0]
            says += _masked(forward, backward, counts)
        return drawings.BothDrawing(
            merge_mode=layer.merge_mode,
            forward=grid(forward)[rows],
            backward=grid(backward)[rows],
            merged=grid(merged),
            last=last,
            counts=kept_steps(view.mask),
            says=says,
        )

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        if rules_for(layer.forward_layer).family != "recurrent":
            return rules_for(layer.forward_layer).needs(layer.forward_layer, received)
        return along("reads along", layer, received)

    def settings_in_words(self, layer: Layer) -> list[str]:
        known = [*units_in_words(layer.inside[0], " in each direction"), f"return_sequences={layer.flow == 'both'}"]
        known += [] if layer.merge_mode is None else [f'merge_mode="{layer.merge_mode}"']
        merged = 2 if layer.merge_mode is None else 1
        return [*known, *(["return_state=True"] if len(layer.output) > merged else [])]


def _masked(forward: np.ndarray, backward: np.ndarray, counts: np.ndarray) -> str:
    """What both hidden states are at masked timesteps, (timesteps, units) each, as a sentence."""
    ahead, back = masked_words(forward, counts), masked_words(backward, counts, from_end=True)
    if not ahead:
        return ""
    same = f" Masked timesteps, in both directions: {ahead}."
    return same if ahead == back else f" Masked timesteps of the forward state: {ahead}; of the backward state: {back}."


def _states_both_ways(call: LayerCall) -> list[str]:
    """The letters of the states: those of the forward layer, then those of the backward one."""
    letters = states_of(getattr(call.layer.forward_layer, "cell", None)).values()
    return [f"{way}{letter}" for way in "→←" for letter in letters]


def _states_of_each(call: LayerCall) -> str:
    """What is said of the states that return_state adds, those of the forward layer first."""
    merged = 1 if call.layer.merge_mode is not None else 2
    if len(call.returned) == merged:
        return ""
    rules = cell_rules(call.layer.forward_layer)
    kinds = f"{joined([state.removesuffix(' state') for state in rules.states])} " if rules else ""
    return f", and the last {kinds}states of each direction"


def _flat(shapes: Any) -> list[Shape]:
    """One shape, or several in lists within lists, as a list."""
    if not any(isinstance(each, (tuple, list)) for each in shapes):
        return [tuple(shapes)]
    return [shape for each in shapes for shape in _flat(each)]
