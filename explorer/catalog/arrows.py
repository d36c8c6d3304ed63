"""What a target is made of, drawn as an arrow from inputs to the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

# So many timesteps are drawn of a task that has a target at each: an arrow beyond them would not be seen.
DRAWN_TIMESTEPS = 32
LONGEST_WORDS = 24


class Cell(NamedTuple):
    """One number of one sequence as it is drawn (`laid`); all are counted from 0. stream: which input. window: where the
    input has windows. Of a frame, which is drawn as a window, the timestep is the column and the feature the row."""

    timestep: int
    feature: int = 0
    stream: int = 0
    window: int = 0


@dataclass(frozen=True)
class Arrow:
    """What one target is made of, drawn in one sequence as an arrow from these inputs to that target.

    words: what stands at the arrow, in at most LONGEST_WORDS characters, such as "delay 3".
    target: the timestep of the target, from 0; 0 where there is one target for the sequence.
    """

    words: str
    cells: tuple[Cell, ...]
    target: int = 0


def laid(stream: np.ndarray) -> np.ndarray:
    """One sequence of an input as it is drawn: (timesteps, features), or (windows, timesteps, features).

    A symbol is one number at each timestep. Of frames, (timesteps, rows, columns, features), each is drawn as a window, with
    its columns in the place of timesteps and its rows in that of features.
    """
    if stream.ndim == 4:
        return stream[..., 0].transpose(0, 2, 1)
    return stream[:, None] if stream.ndim == 1 else stream


def arrow_is_drawn(arrow: Arrow, shapes: Sequence[tuple[int, ...]], timesteps: int, answers: str) -> bool:
    """Whether all that an arrow names is there, and among what is drawn. shapes: of one sequence of each stream, `laid`."""
    once = answers == "once"
    shown = timesteps if once else min(timesteps, DRAWN_TIMESTEPS)
    if not arrow.cells or not 0 <= arrow.target < (1 if once else shown):
        return False
    return all(
        0 <= cell.stream < len(shapes)
        and 0 <= cell.feature < shapes[cell.stream][-1]
        and 0 <= cell.timestep < (shapes[cell.stream][-2] if once else shown)
        and 0 <= cell.window < (shapes[cell.stream][0] if len(shapes[cell.stream]) == 3 else 1)
        for cell in arrow.cells
    )


def drawn_middle(timesteps: int) -> int:
    """A timestep in the middle of those that are drawn: a good one for an arrow to point at."""
    return min(timesteps, DRAWN_TIMESTEPS) // 2
