"""All that the page shows of one choice: a direction, a unit and a timestep of what a layer held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.inside.answer import InsideAnswer, Row, Strip, UnitRow
from explorer.inside.equation import equation, rounded
from explorer.inside.follows import ordered
from explorer.inside.matrices import matrices
from explorer.inside.sentences import answered, gates_title, of_pin, of_sampled, of_scales, of_time, reach, target_line
from explorer.inside.states import Direction, LayerStates
from explorer.inside.words import follow_sentence, follow_short, gate_name
from explorer.tensors.text import count

MOST_UNITS = 48
MOST_TIMESTEPS = 80
MOST_FEATURES = 16
ORDERS = ("follows", "layer")


@dataclass(frozen=True)
class Choice:
    """What is to be shown: units and timesteps from 1, None: the first one of the order, and the last timestep that counts.

    direction: "" for the only direction, or for the first of two. pin: a unit, 0 for none.
    """

    direction: str = ""
    unit: int | None = None
    timestep: int | None = None
    order: str = ORDERS[0]
    pin: int = 0


@dataclass(frozen=True)
class About:
    """What is known of the run: words that stand above, and where in it this is.

    classes: what the classes of the answer are called, in their order; none where it is no class. symbols: the symbol at
    each timestep of what the layer reads; none where it reads no symbols.
    """

    title: str
    task: str
    parameters: str
    source: str
    epoch: int
    sequence: int
    sequences: int
    classes: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()


def panel_answer(layer_states: LayerStates, about: About, choice: Choice) -> InsideAnswer:
    """What the page shows. Raises ValueError with a sentence for a direction, unit or timestep that there is not."""
    direction = _direction(layer_states, choice.direction)
    order = ordered(direction.follows) if choice.order == ORDERS[0] else list(range(direction.units))
    unit = _within(choice.unit, direction.units, "unit", layer_states.layer, order[0] + 1) - 1
    counting = np.flatnonzero(layer_states.counts)
    last = int(counting[-1]) if len(counting) else layer_states.timesteps - 1
    timestep = _within(choice.timestep, layer_states.timesteps, "timestep", layer_states.layer, last + 1) - 1
    pin = _within(choice.pin or None, direction.units, "unit", layer_states.layer, 0)
    rows, columns = _rows(direction, order, choice.order, unit), _evenly(layer_states.timesteps, MOST_TIMESTEPS)
    outputs = 0 if layer_states.target is None else layer_states.target.shape[-1]
    follows = tuple(
        follow_sentence(place + 1, each, outputs, about.classes, about.sequences)
        for place, each in enumerate(direction.follows)
    )
    found = equation(layer_states, direction, unit, timestep)
    target_name, target = target_line(layer_states, direction, unit, about.classes)
    beside = bool(pin) and pin != unit + 1
    notes = (
        *layer_states.notes,
        *of_sampled(layer_states, direction, len(rows), len(columns), choice.order == ORDERS[0]),
        *of_time(layer_states, direction),
    )
    return InsideAnswer(
        layer=layer_states.layer,
        title=about.title,
        task=" ".join(filter(None, [about.task, answered(layer_states, timestep, about.classes)])),
        parameters=about.parameters,
        epoch=about.epoch,
        sequence=about.sequence,
        sequences=about.sequences,
        directions=tuple(each.role for each in layer_states.directions) if len(layer_states.directions) > 1 else (),
        direction=direction.role,
        units=direction.units,
        timesteps=layer_states.timesteps,
        windows=layer_states.windows,
        unit=unit + 1,
        timestep=timestep + 1,
        pin=pin,
        order=choice.order,
        columns=tuple(int(each) + 1 for each in columns),
        masked=tuple(int(not layer_states.counts[each]) for each in columns),
        rows=tuple(
            UnitRow(int(each) + 1, follow_short(direction.follows[each], outputs, about.classes), follows[each])
            for each in rows
        ),
        input=_input(layer_states, about, columns),
        hidden=_states("hidden state h[t, u]", direction.hidden, rows, columns),
        cell=None if direction.cell is None else _states("cell state c[t, u]", direction.cell, rows, columns),
        gates=_gates(direction, unit, columns),
        line=_row(direction.hidden[columns, unit]),
        pinned=_row(direction.hidden[columns, pin - 1]) if pin else (),
        target=() if target is None else _row(target[columns]),
        legend=(
            reach(f"unit {unit + 1}", direction.hidden[columns, unit]),
            reach(f"unit {pin}, pinned", direction.hidden[columns, pin - 1]) if beside else "",
            "" if target is None else reach(target_name, target[columns]),
        ),
        scales=of_scales(1 + beside + (target is not None)),
        symbols=tuple(about.symbols[each] for each in columns) if len(about.symbols) == layer_states.timesteps else (),
        pin_says=of_pin(unit + 1, pin),
        gates_title=gates_title(direction, unit + 1),
        follows=follows[unit],
        equation=found,
        matrices=matrices(direction, unit),
        notes=notes,
        text=_text(layer_states, direction, about, unit, timestep, follows[unit]),
    )


def _direction(layer_states: LayerStates, role: str) -> Direction:
    found = next(
        (each for each in layer_states.directions if each.role == role), layer_states.directions[0] if not role else None
    )
    if found is None:
        known = " and ".join(each.role for each in layer_states.directions if each.role)
        there = f"It has: {known}." if known else "It reads in one direction only."
        raise ValueError(f"The layer “{layer_states.layer}” has no direction “{role[:20]}”. {there}")
    return found


def _within(received: int | None, size: int, name: str, layer: str, otherwise: int) -> int:
    if received is None:
        return otherwise
    if not 1 <= received <= size:
        raise ValueError(f"The layer “{layer}” has {count(size, f'{name}s')}, from 1 to {size}. Received: {name} {received}")
    return received


def _rows(direction: Direction, order: list[int], name: str, unit: int) -> np.ndarray:
    """The units that are drawn: the first of those that follow something, or evenly picked ones; the chosen one is among
    them, in its place of the order."""
    picked = order[:MOST_UNITS] if name == ORDERS[0] else [order[place] for place in _evenly(direction.units, MOST_UNITS)]
    if unit not in picked:
        place = order.index(unit)
        nearest = min(range(len(picked)), key=lambda each: abs(order.index(picked[each]) - place))
        picked[nearest] = unit
    return np.array(picked)


def _evenly(size: int, most: int) -> np.ndarray:
    found: np.ndarray = np.linspace(0, size - 1, min(size, most)).round().astype(int)
    return found


def _input(layer_states: LayerStates, about: About, columns: np.ndarray) -> Strip:
    features = _evenly(layer_states.inputs.shape[1], MOST_FEATURES)
    title = "input" if about.source == "" else f"input, from “{about.source}”"
    if len(features) < layer_states.inputs.shape[1]:
        title += f", {len(features)} of {layer_states.inputs.shape[1]} features"
    grid = layer_states.inputs[np.ix_(columns, features)].T
    return _strip(title, "features", tuple(f"feature {each + 1}" for each in features), grid)


def _states(title: str, states: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> Strip:
    return _strip(title, "units", tuple(str(each + 1) for each in rows), states[np.ix_(columns, rows)].T)


def _gates(direction: Direction, unit: int, columns: np.ndarray) -> tuple[Strip, ...]:
    # Each against 1, so that they can be compared: of a sigmoid 1 is fully open.
    strips = [
        _strip(gate_name(direction, gate), "units", (gate,), direction.gates[gate][columns, unit][None], 1.0)
        for gate in direction.gates
    ]
    if direction.cell is not None:
        strips.append(_strip("cell state c", "units", ("c",), direction.cell[columns, unit][None]))
    return tuple(strips)


def _strip(title: str, axis: str, names: tuple[str, ...], grid: np.ndarray, least: float = 0.0) -> Strip:
    finite = grid[np.isfinite(grid)]
    largest = _round_up(max(least, float(np.abs(finite).max(initial=0.0))))
    low = "0" if not (finite < 0).any() else f"−{largest:g}"
    return Strip(
        title=title,
        axis=axis,
        names=names,
        grid=tuple(_row(row) for row in grid),
        largest=largest,
        scale=f"{low} to {'+' if low != '0' else ''}{largest:g}",
    )


def _round_up(largest: float) -> float:
    """The next 1, 2 or 5 times a power of ten: colours seldom change their scale from one epoch to the next."""
    if not largest > 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(largest))
    return float(f"{next(step for step in (1, 2, 5, 10) if step * power >= largest * (1 - 1e-9)) * power:.6g}")


def _row(numbers: np.ndarray) -> Row:
    return tuple(rounded(float(each)) for each in numbers)


def _text(layer_states: LayerStates, direction: Direction, about: About, unit: int, timestep: int, follows: str) -> str:
    """The numbers as text: the equation, and the unit over all timesteps."""
    found = equation(layer_states, direction, unit, timestep)
    role = f", {direction.role}" if direction.role else ""
    lines = [f"{about.title}{role}", f"Epoch {about.epoch}, validation sequence {about.sequence + 1}", about.task]
    lines += ["", found.title]
    lines += [f"{each.name}: " + " ".join(piece.text for piece in each.pieces) for each in found.lines]
    lines += ["".join(piece.text for piece in row) for row in found.results]
    lines += [*found.says, follows, "", "\t".join(["timestep", *_columns(layer_states, direction)])]
    for place in range(layer_states.timesteps):
        numbers = [*layer_states.inputs[place, :MOST_FEATURES], *(gate[place, unit] for gate in direction.gates.values())]
        numbers += [direction.cell[place, unit]] if direction.cell is not None else []
        masked = [] if layer_states.counts[place] else ["masked"]
        lines.append(
            "\t".join([str(place + 1), *(f"{each:.6g}" for each in [*numbers, direction.hidden[place, unit]]), *masked])
        )
    return "\n".join(lines)


def _columns(layer_states: LayerStates, direction: Direction) -> list[str]:
    features = [f"feature {place + 1}" for place in range(min(MOST_FEATURES, layer_states.inputs.shape[1]))]
    cell = ["cell state"] if direction.cell is not None else []
    return [*features, *(gate_name(direction, gate) for gate in direction.gates), *cell, "hidden state"]
