"""The task as a picture: one sequence, its target below it, and an arrow for what is asked. The numbers are the experiment's
own: those of a probe sequence, which is never trained on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np

from explorer.catalog import resolve
from explorer.catalog.arrows import DRAWN_TIMESTEPS, Arrow, Cell, arrow_is_drawn, laid
from explorer.catalog.entries import STREAM_NAMES, Task
from explorer.experiment import Experiment
from explorer.training import data

# Between two windows, in parts of a window.
GAP = 0.15


@dataclass(frozen=True)
class Row:
    """Numbers from left to right, of one feature of one input or of the target. None is padding.

    axis: whose colour they have. sum_up: the one number in words, where there is one for the whole sequence. characters: one
    for each number that stands for a symbol or a class, instead of a shade.
    """

    name: str
    axis: str
    numbers: tuple[float | None, ...]
    sum_up: str = ""
    characters: str = ""


@dataclass(frozen=True)
class Group:
    """Inputs beside each other that the arrow begins at: from one place to another, in cells from the left, in some rows."""

    begin: float
    end: float
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Strip:
    """What is drawn. sequence: which of the probe, from 1. places: where each cell of an input begins, in cells.

    width: of all, in cells. arrow: its words, and the cell of the target from the left; groups: what it begins at.
    left_out: which timesteps are drawn, such as "1 to 32 of 200", where that is not all.
    """

    sequence: int
    inputs: tuple[Row, ...]
    target: Row
    places: tuple[float, ...]
    width: float
    groups: tuple[Group, ...] = ()
    words: str = ""
    at: int = 0
    left_out: str = ""


@lru_cache(maxsize=256)
def strip(experiment: Experiment) -> Strip:
    """The strip of an experiment of the catalog, with the first sequence of the probe that has something to point at."""
    found = resolve(experiment)
    task, part = found.task, data.make(experiment, "probe")
    sequences = [[stream[index] for stream in part.inputs] for index in range(len(part.targets))]
    arrows = [task.arrow_in(inputs, experiment.knobs) for inputs in sequences]
    once = task.answers == "once"
    sequences = [[laid(stream) for stream in each] for each in sequences]
    # Of a frame, which is drawn as a window, all columns.
    shown = sequences[0][0].shape[-2] if once else min(found.timesteps, DRAWN_TIMESTEPS)
    shapes = [inputs.shape for inputs in sequences[0]]
    fitting = [
        index for index, arrow in enumerate(arrows) if arrow and arrow_is_drawn(arrow, shapes, found.timesteps, task.answers)
    ]
    index = fitting[0] if fitting else 0
    arrow, inputs = arrows[index] if fitting else None, sequences[index]

    lines = {(stream, 0) for stream in range(len(inputs))}
    if arrow:
        lines |= {(cell.stream, cell.feature) for cell in arrow.cells}
    ordered = sorted(lines)
    streams = range(len(inputs))
    lengths = [min(shown, data.valid_steps(part, stream)[index]) if task.is_padded else shown for stream in streams]
    names = STREAM_NAMES.get(task.inputs) or tuple(f"input {stream + 1}" for stream in streams if len(streams) > 1)
    windows = inputs[0].shape[0] if inputs[0].ndim == 3 else 1
    places = tuple(window * shown * (1 + GAP) + step for window in range(windows) for step in range(shown))
    target = part.targets[index]
    return Strip(
        sequence=index + 1,
        inputs=tuple(
            _row(inputs[stream], names[stream] if names else "input", feature, shown, lengths[stream], task)
            for stream, feature in ordered
        ),
        target=_classes(target, shown, lengths[-1], task.classes)
        if task.classes
        else _target(target, shown, once, task.answer),
        places=places,
        width=places[-1] + 1,
        groups=_groups(arrow, ordered, shown) if arrow else (),
        words=arrow.words if arrow else "",
        at=arrow.target if arrow else 0,
        left_out=f"1 to {shown} of {found.timesteps}" if not once and shown < found.timesteps else "",
    )


def _row(inputs: np.ndarray, name: str, feature: int, shown: int, steps: int, task: Task) -> Row:
    symbols = task.symbols
    if inputs.shape[-1] > 1:
        name += f", {'row' if task.inputs == 'frames' else 'feature'} {feature + 1}"
    numbers = inputs[..., :shown, feature].ravel().tolist()
    if inputs.ndim == 2:
        numbers[steps:] = [None] * (shown - steps)
    characters = "".join(symbols[int(number)] for number in numbers[:steps]) if symbols else ""
    return Row(name, "features", tuple(numbers), characters=characters)


def _classes(target: np.ndarray, shown: int, steps: int, classes: str) -> Row:
    """A target that is the number of a class, at each timestep."""
    numbers = target[:steps].tolist()
    characters = "".join(classes[int(number)] for number in numbers)
    return Row("target", "outputs", (*numbers, *[None] * (shown - steps)), characters=characters)


def _target(target: np.ndarray, shown: int, once: bool, answer: str) -> Row:
    name = "target" if target.shape[-1] == 1 else "target, output 1"
    if not once:
        return Row(name, "outputs", tuple(target[:shown, 0].tolist()))
    number = float(target[0])
    words = ("yes" if number > 0.5 else "no") if answer == "yes/no" else f"{number:.2f}".replace("-", "−")
    return Row(name, "outputs", (number,), words)


def _groups(arrow: Arrow, lines: list[tuple[int, int]], shown: int) -> tuple[Group, ...]:
    def line(cell: Cell) -> tuple[int, int, int]:
        return cell.stream, cell.feature, cell.window

    spans: dict[tuple[float, float], list[int]] = {}
    for (stream, feature, window), cells in groupby(
        sorted(arrow.cells, key=lambda cell: (*line(cell), cell.timestep)), line
    ):
        left = window * shown * (1 + GAP)
        for first, last in _runs([cell.timestep for cell in cells]):
            spans.setdefault((left + first, left + last + 1), []).append(lines.index((stream, feature)))
    return tuple(Group(begin, end, tuple(rows)) for (begin, end), rows in sorted(spans.items()))


def _runs(steps: list[int]) -> list[tuple[int, int]]:
    """The first and the last of numbers that follow each other.

    >>> _runs([1, 2, 3, 7])
    [(1, 3), (7, 7)]
    """
    runs: list[tuple[int, int]] = []
    for step in steps:
        if runs and step <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], step)
        else:
            runs.append((step, step))
    return runs
