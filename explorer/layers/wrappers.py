"""Layers that hold another layer: TimeDistributed and Bidirectional."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from explorer import drawings
from explorer.description import Layer, TimeFlow
from explorer.drawings import Drawing
from explorer.layers.base import (
    AxisSize,
    HeldLayer,
    HeldPart,
    LayerCall,
    LayerRules,
    Own,
    Summary,
    Terms,
    class_name,
    rules_for,
)
from explorer.layers.cells import cell_rules, states_of
from explorer.layers.drawn import MOST_ROWS, MOST_STEPS, LayerView, grid
from explorer.layers.reasons import along, not_taken, title
from explorer.layers.recurrent import states_given, told_units
from explorer.layers.words import all_steps, last_of, letter_of, step
from explorer.tensors.tensor import ORDERED, Axes, Shape, Tensor
from explorer.tensors.text import an, count, in_words, joined

RECURRENT_FLOWS = ("along", "last", "both", "both last")


class TimeDistributed(LayerRules):
    """(batch, timesteps, ...) -> (batch, timesteps, ...): one layer, applied to every timestep with the same weights.

    Nothing passes from one timestep to the next: a recurrent layer within starts anew at each of them.
    https://keras.io/api/layers/recurrent_layers/time_distributed/
    """

    classes = ("TimeDistributed",)
    family = "wrapper"

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        if rank < 3:
            return None
        inner = rules_for(layer.layer).input_axes(layer.layer, rank - 1)
        if inner is None:
            # Its second axis is that of the timesteps, whatever stands at each of them.
            one = ("features",) if rank == 3 else tuple(f"axis {place}" for place in range(2, rank))
            return ("batch", "timesteps", *one)
        return ("batch", "windows" if "timesteps" in inner else "timesteps", *inner[1:])

    def held(self, layer: Any, received: list[Tensor], shapes: list[Shape]) -> list[HeldPart]:
        inner = [tensor.without(1) for tensor in received]
        return [HeldPart(layer.layer, "the one layer inside", inner, [(shape[0], *shape[2:]) for shape in shapes])]

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        return [(axes[0], call.first.axes[1], *axes[1:]) for axes in call.inside[0].axes]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        return [[sizes[0], call.first.sizes[1], *sizes[1:]] for sizes in call.inside[0].sizes]

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        return call.inside[0].terms

    def held_weights(self, call: LayerCall) -> Sequence[tuple[str, HeldLayer]]:
        return [("", call.inside[0])]

    def summary(self, call: LayerCall) -> Summary:
        name, every = _name(call.layer.layer), all_steps(call.first)
        if call.inside[0].time_flow in RECURRENT_FLOWS:
            one = step(call.first)
            long = f"applies the same {name} to {every}; its hidden state starts at zero in each {one}"
            return Summary(f"the same {name} for each {one}, each from zero", long)
        weights = ", with the same weights," if call.inside[0].weights else ""
        long = f"applies the same {name}{weights} to {every}"
        return Summary(f"the same {name} for {every}", long)

    def equation(self, call: LayerCall) -> Sequence[str]:
        place = letter_of(call.first)
        weights = ", with the same weights" if call.inside[0].weights else ""
        return [f"y[{place}] = {_name(call.layer.layer)}(x[{place}])   for every {place}{weights}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        # Inside, a stateful layer begins where it ended at the timestep before, and windows that a Permute put behind the
        # timesteps may be read along.
        _, axis, *others = call.first.axes
        alone = not getattr(call.layer.layer, "stateful", False)
        alone = alone and ("windows" not in others or call.inside[0].time_flow in ("each", "none"))
        return "each" if axis in ORDERED and alone else "unknown"

    def view(self, view: LayerView) -> Drawing | None:
        inner, sequence = view.layer.layer, view.received[0]
        if rules_for(inner).family != "recurrent" or sequence.ndim != 4:
            return copies(view)
        windows, length = sequence.shape[1:3]
        anew = view.hidden_states(inner, sequence[0], None)
        through = view.hidden_states(inner, sequence.reshape(1, windows * length, -1), None)
        if anew is None or through is None:
            return None
        name = type(inner).__name__
        says = (
            f"Above, the hidden state of the {name} starts at zero in each of {windows} windows. Below, the same weights "
            f"run through all {windows * length} timesteps, as in a plain {name}: it continues from window to window."
        )
        # Whole windows, and of long ones some timesteps, so that no cut is drawn that the layer does not make.
        places = np.linspace(0, length - 1, min(length, MOST_STEPS // 2)).round().astype(int)
        kept = min(windows, MOST_STEPS // len(places))
        shown = [
            grid(each.reshape(windows, length, -1)[:kept, places].reshape(kept * len(places), -1))
            for each in (anew, through[0])
        ]
        return drawings.WindowsDrawing(windows=kept, steps=len(places), anew=shown[0], through=shown[1], says=says)

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        first, inner = received[0], layer.layer
        if len(first.shape) > 2:
            within = [each.without(1) for each in received]
            reason = rules_for(inner).needs(inner, within) or not_taken(inner, within)
            return f"at each of the {count(first.shape[1], first.axes[1])} {reason}"
        # Only a Dense takes a vector as it is.
        hint = f". A {title(inner)} alone would take it" if class_name(inner) == "Dense" else ""
        return f"{an(title(layer))} takes timesteps one by one, and {in_words(first.axes, first.shape)} has none{hint}"


def copies(view: LayerView) -> Drawing | None:
    """One layer at every timestep, as a drawing; None for what is no sequence of vectors."""
    received, returned = view.received[0], view.returned
    if received.ndim != 3 or returned.ndim != 3:
        return None
    name, length = type(getattr(view.layer, "layer", view.layer)).__name__, received.shape[1]
    says = f"The same {name} is applied {length:,} times, once at each timestep: no timestep sees another."
    if length == 1:
        says = f"The {name} is applied once: there is one timestep."
    return drawings.CopiesDrawing(steps=length, received=grid(received[0]), returned=grid(returned[0]), says=says)


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

    def merge_mode(self, layer: Any) -> str | None:
        mode: str | None = layer.merge_mode
        return mode

    def summary(self, call: LayerCall) -> Summary:
        verb, name = self.merges[call.layer.merge_mode][0], _name(call.layer.forward_layer)
        which = "both" if call.layer.merge_mode is None else "their"
        more = (f", skipping masked {call.first.axes[1]}" if call.first.masked else "") + _states_of_each(call)
        long = f"reads {all_steps(call.first)} with two {name} layers, one forwards and one backwards"
        if call.keeps_rank:
            return Summary(
                f"reads in both directions, {verb} both states", f"{long}, and {verb} {which} hidden states{more}"
            )
        if call.first.shape[1] != 1:
            # The backward layer has read everything only when it is at the first timestep.
            long = f"reads {all_steps(call.first)} with two {name} layers, one from first to last and one from last to first"
        short = f"reads in both directions, {verb} both last states"
        return Summary(short, f"{long}, and {verb} {which} last hidden states{more}")

    def equation(self, call: LayerCall) -> Sequence[str]:
        name, last = _name(call.layer.forward_layer), last_of(call.first)
        lines = [f"→h = {name}(x[1] … x[{last}])", f"←h = {name}(x[{last}] … x[1])"]
        at = f"[{letter_of(call.first)}]" if call.layer.return_sequences else ""
        return [*lines, f"y{at} = {self.merges[call.layer.merge_mode][2].replace('h', 'h' + at)}"]

    def time_flow(self, call: LayerCall) -> TimeFlow:
        if any(each.time_flow not in ("along", "last") for each in call.inside):
            return "unknown"
        return "both" if call.keeps_rank else "both last"

    def skips_masked(self, call: LayerCall) -> bool:
        return call.first.masked

    def view(self, view: LayerView) -> Drawing | None:
        layer, returned = view.layer, view.returned
        ahead, back = (
            view.hidden_states(each, view.received[0], view.mask) for each in (layer.forward_layer, layer.backward_layer)
        )
        if ahead is None or back is None or layer.merge_mode is None or returned.ndim < 2:
            return None
        # The backward layer's states are in the order in which it reads; here each stands at the timestep that it has read.
        forward, backward = ahead[0], back[0][::-1]
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
        return drawings.BothDrawing(
            merge_mode=layer.merge_mode,
            forward=grid(forward)[rows],
            backward=grid(backward)[rows],
            merged=grid(merged),
            last=last,
            says=says,
        )

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        if rules_for(layer.forward_layer).family != "recurrent":
            return rules_for(layer.forward_layer).needs(layer.forward_layer, received)
        return along("reads along", layer, received)

    def told_settings(self, layer: Layer) -> list[str]:
        known = [*told_units(layer.inside[0], " in each direction"), f"return_sequences={layer.flow == 'both'}"]
        known += [] if layer.merge_mode is None else [f'merge_mode="{layer.merge_mode}"']
        merged = 2 if layer.merge_mode is None else 1
        return [*known, *(["return_state=True"] if len(layer.output) > merged else [])]


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


def _name(layer: Any) -> str:
    return "model" if class_name(layer) == "Model" else type(layer).__name__
