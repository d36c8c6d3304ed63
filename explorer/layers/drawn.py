"""Arrays made small enough to draw: a row for each of at most 6 units, a column for each of at most 48 timesteps."""

from __future__ import annotations

import numpy as np

from explorer.drawings import Grid

MOST_ROWS = 6
MOST_STEPS = 48
MOST_ATTENDED = 24


def grid(tensor: np.ndarray) -> Grid:
    """(timesteps, units) as rows of units."""
    return rows(np.asarray(tensor, np.float64)[:MOST_STEPS, :MOST_ROWS].T)


def column(vector: np.ndarray) -> Grid:
    """(units,) as one column."""
    return rows(np.asarray(vector, np.float64)[:MOST_ROWS, None])


def rows(numbers: np.ndarray) -> Grid:
    return tuple(map(tuple, np.round(numbers, 4).tolist()))


def kept_steps(mask: np.ndarray | None) -> tuple[int, ...] | None:
    """A mask (1, timesteps) as 1 for a timestep that counts and 0 for one that is masked."""
    return None if mask is None else tuple(np.asarray(mask)[0].astype(int)[:MOST_STEPS].tolist())
