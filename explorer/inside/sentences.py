"""What is said of an answer, of the lines over the timesteps, and of what is not drawn, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.inside.states import Direction, LayerStates
from explorer.inside.words import number, target_column
from explorer.tensors.text import count

# Of an answer of many numbers so many are told.
TOLD = 4


def answered(layer_states: LayerStates, timestep: int, classes: Sequence[str]) -> str:
    """What the model answered and what was wanted: at this timestep (from 0), or once. classes: what they are called."""
    output, target = layer_states.output, layer_states.target
    if output is None or target is None:
        return ""
    once = len(output) == 1
    if not once and len(output) != layer_states.timesteps:
        return ""
    place = 0 if once else timestep
    where = "" if once else f" at timestep {timestep + 1}"
    masked = not once and not bool(layer_states.counts[timestep])
    given = _numbers_in_words(output[place], classes, probability=True)
    if masked:
        return f"Output{where}: {given}. This timestep is masked, so its target does not count."
    return f"Output{where}: {given}. Target: {_numbers_in_words(target[place], classes)}."


def _numbers_in_words(numbers: np.ndarray, classes: Sequence[str], probability: bool = False) -> str:
    if len(numbers) == len(classes) > 1 and np.isfinite(numbers).all():
        best = int(numbers.argmax())
        return f"class {classes[best]}" + (f" with {number(float(numbers[best]))}" if probability else "")
    told = ", ".join(number(float(each)) for each in numbers[:TOLD])
    return told if len(numbers) <= TOLD else f"{told} and {len(numbers) - TOLD} more"


def target_line(
    layer_states: LayerStates, direction: Direction, unit: int, classes: Sequence[str]
) -> tuple[str, np.ndarray | None]:
    """The target over the timesteps, beside which a unit (from 0) is drawn, and what it is called: of several numbers that
    which the unit follows. NaN at masked timesteps. None where there is none for each timestep."""
    target = layer_states.target
    if target is None or len(target) != layer_states.timesteps:
        return "", None
    found = direction.follows[unit]
    place = found.place if found.kind == "target" else 1
    outputs = target.shape[-1]
    called = target_column(place, outputs, classes)
    name = called if called == "target" else f"target, {called}"
    return name, np.where(layer_states.counts, target[:, place - 1], np.nan)


def reach(name: str, numbers: np.ndarray) -> str:
    """A line's name with its scale, as it stands in the legend.

    >>> reach("unit 4", np.array([0.5, -0.561, np.nan]))
    'unit 4, −0.56 to 0.56'
    """
    finite = numbers[np.isfinite(numbers)]
    largest = f"{float(np.abs(finite).max(initial=0.0)) or 1.0:.2g}"
    return f"{name}, −{largest} to {largest}"


def of_scales(lines: int) -> str:
    """What is said beside several lines."""
    return "Each line has its own scale." if lines > 1 else ""


def of_pin(unit: int, pin: int) -> str:
    """What pinning does, or what is pinned; both units from 1, pin 0 for none."""
    if not pin:
        return f"Pin unit {unit}: its line stays when you choose another unit, so that you can compare the two."
    here = "Choose another unit to compare the two." if pin == unit else "Its line is dashed."
    return f"Unit {pin} is pinned: its line stays when you choose another unit. {here}"


def gates_title(direction: Direction, unit: int) -> str:
    """What stands above the gates of a unit (from 1); "" without gates."""
    names = {"GRU": "gates and candidate", "LSTM": "gates, candidate and cell state"}
    return f"{names[direction.cell_kind]} of unit {unit}" if direction.gates and direction.cell_kind in names else ""


def of_sampled(layer_states: LayerStates, direction: Direction, rows: int, columns: int, sorted_rows: bool) -> list[str]:
    """What is not drawn. rows, columns: how many units and timesteps are."""
    found = []
    if rows < direction.units:
        which = "those that follow something most clearly" if sorted_rows else "evenly picked"
        found.append(f"{rows} of {count(direction.units, 'units')} are drawn, {which}. Type the number of any other one.")
    if columns < layer_states.timesteps:
        steps = count(layer_states.timesteps, "timesteps")
        found.append(f"{columns} of {steps} are drawn, evenly picked. Type the number of any other one.")
    return found


def of_time(layer_states: LayerStates, direction: Direction) -> list[str]:
    """What must be known of the timesteps and of the cell."""
    found = []
    masked = int((~layer_states.counts).sum())
    if masked:
        verb, there = ("is", "it") if masked == 1 else ("are", "them")
        striped = f"{count(masked, 'timesteps')} {verb} masked and drawn with stripes."
        found.append(f"{striped} The layer skips {there} and keeps its state.")
    if layer_states.windows > 1:
        found.append(f"{layer_states.windows} windows lie end to end, and the state starts anew in each.")
    if direction.backwards:
        found.append(
            "This direction reads from the last timestep to the first: its old state is that of the timestep after."
        )
    if not direction.gates:
        found.append("A SimpleRNN has no gates.")
    return found
