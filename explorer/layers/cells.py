"""The cells of recurrent layers: what one timestep computes. What is done with them over time: `explorer.layers.recurrent`.

A cell reads one vector x and its own states: the hidden state h, and of an LSTM the cell state c besides. It returns the new
hidden state h', and the new states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from explorer.description import TimeFlow
from explorer.layers.base import LayerCall, LayerRules, Own, Summary, rules_for
from explorer.layers.held import AxisSize, HeldLayer, HeldPart, Terms, WeightAxis, WeightMeaning
from explorer.layers.words import activated, added, bias
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import Axes, Shape, Tensor
from explorer.tensors.text import an, changes, joined

# How a weight meets what it weighs, in an equation: "x · kernel", "conv(x, kernel)".
Product = Callable[[str, str], str]


class Cell(LayerRules):
    """(batch, features), and the states -> (batch, units), and the new states.

    gates: the parts of the kernels in Keras's order, each with its letter in the equations.
    states: what the cell carries from timestep to timestep, each with its letter.
    """

    family = "recurrent cell"
    title_arguments = ("units",)
    most_inputs = None
    gates: ClassVar[Mapping[str, str]] = {}
    states: ClassVar[Mapping[str, str]] = {"hidden state": "h"}

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        return ("batch", "features") if rank == 2 else None

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        return [(call.first.axes[0], "units") for _ in shapes]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        return [[call.first.sizes[0], call.layer.units] for _ in shapes]

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
        two = self.biases(call.layer) == [2]
        biases: list[WeightAxis] = [("input and hidden state", 2), columns] if two else [columns]
        return {
            "kernel": ([(call.first.axes[-1], call.width), columns], self.gates),
            "recurrent_kernel": ([(own.axis, units), columns], self.gates),
            "bias": (biases, self.gates),
        }

    def note(self, call: LayerCall) -> str | None:
        """What the letters of the equation mean, for a cell that has gates."""
        written = " ".join(self.equation(call))
        if not written or not self.gates:
            return None
        named = [name.rsplit(" ", 1) for name in self.gates]
        letters = [f"{letter} the {name}{'' if name == 'candidate' else ' gate'}" for name, letter in named]
        letters += [f"{letter} the {state}" for state, letter in self.states.items()]
        letters += ["σ the sigmoid"] if "σ" in written else []
        return f"{joined(letters).replace(' ', ' is ', 1)}; ∗ multiplies element by element."

    def summary(self, call: LayerCall) -> Summary:
        states = joined([f"the {state}" for state in self.states])
        change = changes(call.received[:1], call.returned[:1])
        return Summary(f"updates {states} by one vector", f"reads one vector and updates {states}", change)

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return "none"


class GRUCell(Cell):
    """Cho et al., https://arxiv.org/abs/1406.1078; reset_after as in https://arxiv.org/abs/1412.3555 and CuDNN."""

    classes = ("GRUCell",)
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

    def note(self, call: LayerCall) -> str | None:
        letters, layer = super().note(call), call.layer
        if letters is None or not (layer.use_bias and layer.reset_after):
            return letters
        two = "one for the input and one for the hidden state (reset_after=True)"
        return f"{letters} The 2 in the count of parameters: each gate and the candidate have two biases per unit, {two}."


class LSTMCell(Cell):
    """Hochreiter and Schmidhuber, https://doi.org/10.1162/neco.1997.9.8.1735, with the forget gate of Gers et al."""

    classes = ("LSTMCell",)
    gates = {"input i": "i", "forget f": "f", "candidate c̃": "c̃", "output o": "o"}
    states = {"hidden state": "h", "cell state": "c"}

    def equation(self, call: LayerCall) -> Sequence[str]:
        return lstm_equation(call.layer, lambda state, kernel: f"{state} · {kernel}")


def lstm_equation(layer: Any, product: Product) -> Sequence[str]:
    """What an LSTM computes at one timestep, with its own way of weighing what it reads."""
    lines = []
    for name, sign in (("i", "i"), ("f", "f"), ("o", "o"), ("c", "c̃")):
        read = added(product("x", f"kernel_{name}"), product("h", f"recurrent_kernel_{name}"))
        inner = added(read, f"bias_{name}" if layer.use_bias else "")
        lines.append(_line(sign, layer.activation if name == "c" else layer.recurrent_activation, inner))
    lines.append("c' = f ∗ c + i ∗ c̃")
    state = activated(layer.activation, "c'")
    return _whole([*lines, None if state is None else f"h' = o ∗ {state}"])


class SimpleRNNCell(Cell):
    """Elman, https://doi.org/10.1207/s15516709cog1402_1."""

    classes = ("SimpleRNNCell",)

    def equation(self, call: LayerCall) -> Sequence[str]:
        inner = added("x · kernel", "h · recurrent_kernel", "bias" if call.layer.use_bias else "")
        return _whole([_line("h'", call.layer.activation, inner)])


class StackedRNNCells(LayerRules):
    """Cells at the same timestep, one above the other: each reads the new hidden state of the one below.

    https://keras.io/api/layers/recurrent_layers/stacked_rnn_cell/
    """

    classes = ("StackedRNNCells",)
    family = "recurrent cell"
    title_arguments = ("cells",)
    most_inputs = None

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        return ("batch", "features") if rank == 2 and stack_of(layer) else None

    def held(self, layer: Any, received: list[Tensor], shapes: list[Shape]) -> list[HeldPart]:
        cells, batch = stack_of(layer), received[0].shape[0] if received else None
        return [
            HeldPart(
                cell,
                f"cell {place}",
                # A cell above another one reads what that returns.
                received[:1] if place == 1 else [],
                [(batch, cell.units)],
                ends=place == len(cells),
            )
            for place, cell in enumerate(cells, start=1)
        ]

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        return [each.axes[0] for each in self.returned(call)] if call.inside else None

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        return [list(each.sizes[0]) for each in self.returned(call)] if call.inside else None

    def returned(self, call: LayerCall) -> list[HeldLayer]:
        """The cell that each returned tensor is of: the uppermost one's hidden state, then every cell's states."""
        cells = stack_of(getattr(call.layer, "cell", call.layer))
        states = [each for cell, each in zip(cells, call.inside, strict=True) for _ in states_of(cell)]
        return [call.inside[-1], *states]

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        found = [each.terms for each in call.inside]
        known = [each for each in found if each is not None]
        return [term for each in known for term in each] if found and len(known) == len(found) else None

    def held_weights(self, call: LayerCall) -> Sequence[tuple[str, HeldLayer]]:
        return [(f"cell {place} ", each) for place, each in enumerate(call.inside, start=1)]

    def summary(self, call: LayerCall) -> Summary | None:
        if not call.inside:
            return None
        cells = f"{len(call.inside)} cells" if len(call.inside) > 1 else "one cell"
        below = ", each from the hidden state of the one before" if len(call.inside) > 1 else ""
        long, change = (
            f"reads one vector and updates the states of {cells}{below}",
            changes(call.received[:1], call.returned[:1]),
        )
        return Summary(f"updates the states of {cells}", long, change)

    def equation(self, call: LayerCall) -> Sequence[str]:
        lines, read = [], "x"
        for place, cell in enumerate(stack_of(getattr(call.layer, "cell", call.layer)), start=1):
            states = ", ".join(f"{letter}{place}" for letter in states_of(cell).values())
            lines.append(f"h{place}' = {type(cell).__name__}({read}, {states})")
            read = f"h{place}'"
        return lines

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return "none" if call.inside else "unknown"


def cell_rules(layer: Any) -> Cell | None:
    """The rules of the one cell of a recurrent layer; None for several, and for a cell of somebody's own."""
    found = rules_for(getattr(layer, "cell", None))
    return found if isinstance(found, Cell) else None


def stack_of(layer: Any) -> list[Any]:
    """The cells of StackedRNNCells, the one that reads the input first; empty unless all are known."""
    if not isinstance(rules_for(layer), StackedRNNCells):
        return []
    cells = list(layer.cells)
    return cells if all(isinstance(rules_for(cell), Cell) for cell in cells) else []


def states_of(cell: Any) -> Mapping[str, str]:
    """What a known cell carries, each with its letter."""
    rules = rules_for(cell)
    return rules.states if isinstance(rules, Cell) else {}


def named_cell(layer: Any) -> str:
    """A recurrent layer's cell, as it stands in a sentence: "a GRUCell", "2 stacked cells"."""
    stacked = stack_of(layer.cell)
    if not stacked:
        return an(type(layer.cell).__name__)
    return f"{len(stacked)} stacked cells" if len(stacked) > 1 else an(type(stacked[0]).__name__)


def _line(name: str, activation: Any, inner: str) -> str | None:
    found = activated(activation, inner)
    return None if found is None else f"{name} = {found}"


def _whole(lines: Sequence[str | None]) -> Sequence[str]:
    """An equation is shown whole or not at all."""
    known = [line for line in lines if line is not None]
    return known if len(known) == len(lines) else ()
