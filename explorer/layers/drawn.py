"""What a drawing of a layer is made from, and arrays made small enough to draw.

A grid has a row for each of at most 6 units, and a column for each of at most 48 timesteps. Attention weights are drawn of
at most 8 heads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from explorer.drawings import Grid

MOST_ROWS = 6
MOST_STEPS = 48
MOST_HEADS = 8


class Remembered(NamedTuple):
    """What a recurrent layer holds after every timestep, in the order in which it reads, whatever of it the layer returns:
    the hidden state, of an LSTM the cell state, and the gates in Keras's order, each (samples, timesteps, units)."""

    hidden: np.ndarray
    cell: np.ndarray | None
    gates: Sequence[np.ndarray]


class Attending(NamedTuple):
    """How a call of an attention layer divides attention. weights: (samples, heads, queries, keys); one head where the layer
    has none. barred: by its reason, (samples, queries, keys), true where a query may not attend to a key."""

    weights: np.ndarray
    barred: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class LayerView:
    """What a drawing of a layer is made from: one call with one sequence.

    received, returned: arrays, (1, ...). mask: of the first one received, (1, timesteps), or None.
    remembered: of a plain recurrent layer, its input (samples, timesteps, features) and a mask; None for a layer that is not
    stepped through. attending: of an attention layer; None where its weights would not give what it returned.
    consecutive: what the layer received in every piece of the long sequence of which this is one; here: the number of this
    piece, from 0.
    """

    layer: Any
    received: Sequence[np.ndarray]
    returned: np.ndarray
    mask: np.ndarray | None
    remembered: Callable[[Any, np.ndarray, np.ndarray | None], Remembered | None]
    attending: Callable[[], Attending | None]
    consecutive: Sequence[np.ndarray] = ()
    here: int = 0


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
