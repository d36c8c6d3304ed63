"""The equation of one unit at one timestep as it is drawn: its pieces with their numbers, and what it says in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.inside.answer import Equation, EquationLine, Piece
from explorer.inside.states import Direction, LayerStates
from explorer.inside.terms import Line, Product, lines
from explorer.inside.words import before, factor, gate_name, number, percent, sign

# Of a sum of products so many are told one by one, the largest first.
TOLD = 6


def equation(layer_states: LayerStates, direction: Direction, unit: int, timestep: int) -> Equation:
    """unit, timestep: from 0."""
    found = lines(layer_states, direction, unit, timestep)
    return Equation(
        title=f"Unit {unit + 1} at timestep {timestep + 1}, with the numbers put in",
        heads=_heads(layer_states, direction, timestep, found),
        lines=tuple(_line(layer_states, direction, timestep, each) for each in found),
        results=_results(layer_states, direction, unit, timestep),
        says=tuple(_sentences(layer_states, direction, unit, timestep, found)),
    )


def _heads(layer_states: LayerStates, direction: Direction, timestep: int, found: list[Line]) -> tuple[Piece, ...]:
    heads = [Piece(slot="kernel", text=f"x[{timestep + 1}] · W", part="kernel", axis="features")]
    if found[0].bias is not None:
        heads.append(Piece(slot="bias", text="b", part="bias", axis="units"))
    heads.append(
        Piece(
            slot="state", text=f"h[{before(layer_states, direction, timestep)}] · R", part="recurrent_kernel", axis="units"
        )
    )
    if found[0].state_bias is not None:
        heads.append(Piece(slot="state_bias", text="b′", part="recurrent_bias", axis="units"))
    return (*heads, Piece(slot="sum", text="sum"))


def _line(layer_states: LayerStates, direction: Direction, timestep: int, line: Line) -> EquationLine:
    name, gate = gate_name(direction, line.gate), line.gate
    t, place = timestep + 1, before(layer_states, direction, timestep)
    state = f"(r ∗ h[{place}])" if line.resets else f"h[{place}]"
    pieces = [_product("kernel", f"x[{t}] · W", line.input, gate, name, "feature", "features")]
    if line.bias is not None:
        says = f"The bias b of {name} for this unit: {number(line.bias)}."
        pieces += [_sign("plus_bias", "+"), Piece(slot="bias", text=number(line.bias), part="bias", gate=gate, says=says)]
    if line.reset is None:
        pieces.append(_sign("plus_state", "+"))
    else:
        says = f"The reset gate r, {number(line.reset)}, multiplies what comes from the state."
        pieces.append(Piece(slot="plus_state", text=f"+ {factor(line.reset)} · (", part="gate", gate="r", says=says))
    pieces.append(_product("state", f"{state} · R", line.state, gate, name, "unit", "units"))
    if line.state_bias is not None:
        says = f"The second bias b′ of {name}, which is added to h · R: {number(line.state_bias)}."
        bias = Piece(slot="state_bias", text=number(line.state_bias), part="recurrent_bias", gate=gate, says=says)
        pieces += [_sign("plus_state_bias", "+"), bias]
    pieces.append(_sign("equals", "=" if line.reset is None else ") ="))
    pieces.append(
        Piece(slot="sum", text=number(line.sum), part="sum", gate=gate, says=f"The sum of {name}: {number(line.sum)}.")
    )
    activation = sign(direction.activation if gate in ("candidate", "h") else direction.gate_activation)
    pieces.append(_sign("activation", activation or "→"))
    value = number(line.value) if line.value is not None else "not kept"
    pieces.append(
        Piece(
            slot="value", text=value, part="value", gate=gate, says=f"{name} = {activation}({number(line.sum)}) = {value}."
        )
    )
    return EquationLine(name, gate, tuple(pieces))


def _sign(slot: str, text: str) -> Piece:
    return Piece(slot=slot, text=text)


def _product(slot: str, written: str, found: Product, gate: str, name: str, each: str, axis: str) -> Piece:
    parts = found.parts
    told = np.argsort(-np.abs(np.nan_to_num(parts, nan=np.inf)), kind="stable")[:TOLD]
    products = [
        f"{each} {place + 1}: {number(found.read[place])} · {factor(found.weights[place])} = {number(parts[place])}"
        for place in told
    ]
    rest = len(parts) - len(told)
    if rest:
        left = float(parts.sum() - parts[told].sum())
        products.append(f"{rest} more, together {number(left)}")
    return Piece(
        slot=slot,
        text=number(found.value),
        part="kernel" if slot == "kernel" else "recurrent_kernel",
        gate=gate,
        parts=tuple(rounded(part) for part in parts),
        axis=axis,
        says=f"{written} of {name} = {number(found.value)}. {'The largest parts: ' if rest else ''}{'; '.join(products)}.",
    )


def rounded(value: float) -> float | None:
    """A number as it is written out; None for one that is not finite."""
    return float(f"{value:.7g}") if np.isfinite(value) else None


def _results(layer_states: LayerStates, direction: Direction, unit: int, timestep: int) -> tuple[tuple[Piece, ...], ...]:
    """The new states, each as one equation in letters and in numbers."""
    t, u, place = timestep + 1, unit + 1, before(layer_states, direction, timestep)
    states = layer_states.states_before(direction, timestep)
    old = float(states[0][unit])
    h = float(direction.hidden[timestep, unit])
    if not layer_states.counts[timestep]:
        kept = [_row(f"h[{t}, {u}] = h[{place}, {u}] = ", [], h)]
        if direction.cell is not None:
            kept.insert(0, _row(f"c[{t}, {u}] = c[{place}, {u}] = ", [], float(direction.cell[timestep, unit])))
        return tuple(kept)
    gates = {name: float(gate[timestep, unit]) for name, gate in direction.gates.items()}
    if direction.cell_kind == "GRU":
        z, new = gates["z"], gates["candidate"]
        pieces = _blend(z, "z", old, 1 - z, "z", new)
        return (_row(f"h[{t}, {u}] = z · h[{place}, {u}] + (1 − z) · h̃ = ", pieces, h),)
    if direction.cell_kind == "LSTM":
        c, was = float(direction.cell[timestep, unit]), float(states[1][unit])  # type: ignore[index]  # an LSTM has one
        f, i, new, o = gates["f"], gates["i"], gates["candidate"], gates["o"]
        first = _blend(f, "f", was, i, "i", new)
        bend = sign(direction.activation)
        second: list[Piece | str] = [_gate(factor(o), "o"), " · ", f"{bend}({number(c)})" if bend else factor(c)]
        return (
            _row(f"c[{t}, {u}] = f · c[{place}, {u}] + i · c̃ = ", first, c),
            _row(f"h[{t}, {u}] = o · {bend}(c[{t}, {u}]) = ", second, h),
        )
    bias, bend = " + b" if "bias" in direction.weights else "", sign(direction.activation)
    total = lines(layer_states, direction, unit, timestep)[0].sum
    written = f"h[{t}, {u}] = {bend}(x[{t}] · W{bias} + h[{place}] · R) = "
    return (_row(written, [f"{bend}({number(total)})"] if bend else [], h),)


def _blend(keeps: float, keeper: str, old: float, adds: float, adder: str, new: float) -> list[Piece | str]:
    """What stays of the old number, and what comes in of the candidate."""
    stays: list[Piece | str] = [_gate(factor(keeps), keeper), " · ", _old(old)]
    return [*stays, " + ", _gate(factor(adds), adder), " · ", _gate(factor(new), "candidate")]


def _row(written: str, pieces: Sequence[Piece | str], value: float) -> tuple[Piece, ...]:
    row = [each if isinstance(each, Piece) else Piece(slot="", text=each) for each in pieces]
    if row:
        row.append(Piece(slot="", text=" = "))
    return (Piece(slot="", text=written), *row, Piece(slot="", text=number(value), part="value", gate="state"))


def _gate(text: str, gate: str) -> Piece:
    return Piece(slot="", text=text, part="gate", gate=gate)


def _old(value: float) -> Piece:
    return Piece(slot="", text=factor(value), part="old")


def _sentences(layer_states: LayerStates, direction: Direction, unit: int, timestep: int, found: list[Line]) -> list[str]:
    """What the numbers mean, in plain sentences."""
    if not layer_states.counts[timestep]:
        unused = " What the gates would be here is not used." if direction.gates else ""
        return [
            f"Timestep {timestep + 1} is masked: the state stays as it was.{unused}",
            *_begins(layer_states, direction, timestep),
        ]
    gates = {name: float(gate[timestep, unit]) for name, gate in direction.gates.items()}
    if not all(np.isfinite(each.sum) for each in found):
        return ["A number of this equation is not finite, so that nothing can be said of it."]
    told = []
    if direction.cell_kind == "SimpleRNN":
        told.append("There is no gate: the old state counts only through h · R.")
    elif not all(0 <= value <= 1 for name, value in gates.items() if name != "candidate"):
        told.append("A gate is outside of 0 to 1, so that its number is no part of anything.")
    elif direction.cell_kind == "GRU":
        told.append(
            f"{percent(gates['z'])} of the old value stays, and {percent(1 - gates['z'])} of the candidate comes in."
        )
    else:
        told.append(
            f"{percent(gates['f'])} of the old cell state stays, and {percent(gates['i'])} of the candidate comes in. "
            f"The output gate lets {percent(gates['o'])} through."
        )
    told.append(_reason(next(each for each in found if each.gate in ("candidate", "h"))))
    return [*told, *_begins(layer_states, direction, timestep)]


def _reason(line: Line) -> str:
    """Which product moves a candidate most of all."""
    name = "candidate" if line.gate == "candidate" else "new state"
    share = line.reset if line.reset is not None else 1.0
    parts = [("feature", line.input.parts), ("unit", line.state.parts * share)]
    kind, numbers = max(parts, key=lambda each: float(np.abs(each[1]).max(initial=0.0)))
    place = int(np.abs(numbers).argmax())
    if not numbers[place]:
        return f"Nothing but the bias moves the {name}."
    lifts, size = numbers[place] > 0, number(abs(float(numbers[place])))
    verb, does = ("lifts", f"it adds {size} to the sum") if lifts else ("lowers", f"it takes {size} from the sum")
    source = f"feature {place + 1} of the input" if kind == "feature" else f"the old state of unit {place + 1}"
    return f"What {verb} the {name} most is {source}: {does}."


def _begins(layer_states: LayerStates, direction: Direction, timestep: int) -> list[str]:
    steps = layer_states.timesteps // layer_states.windows
    if layer_states.before(direction, timestep) is not None:
        window, place = divmod(timestep, steps)
        of_window = f"Timestep {timestep + 1} is timestep {place + 1} of window {window + 1}."
        return [of_window] if layer_states.windows > 1 else []
    where = f"Window {timestep // steps + 1}" if layer_states.windows > 1 else "The layer"
    state = "zero" if not any(each.any() for each in direction.start) else "a state that another layer gave"
    return [f"{where} begins here: the state before it is {state}."]
