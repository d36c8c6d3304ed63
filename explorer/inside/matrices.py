"""The weights of a direction as small matrices, in which the columns of one unit are outlined."""

from __future__ import annotations

import numpy as np

from explorer.inside.answer import Matrix
from explorer.inside.states import Direction
from explorer.inside.words import letter
from explorer.tensors.text import count

MOST_ROWS = 32
MOST_COLUMNS = 16
PARTS = 127


def matrices(direction: Direction, unit: int) -> tuple[Matrix, ...]:
    """The kernel, the recurrent kernel and the biases. unit: from 0."""
    found = [
        _matrix(direction, unit, "kernel", "kernel W", "features", ("kernel",)),
        _matrix(direction, unit, "recurrent_kernel", "recurrent kernel R", "units", ("recurrent_kernel",)),
    ]
    if "bias" in direction.weights:
        two = direction.weights["bias"].ndim == 2
        title, parts = ("biases b and b′", ("bias", "recurrent_bias")) if two else ("bias b", ("bias",))
        found.append(_matrix(direction, unit, "bias", title, "units", parts))
    return tuple(found)


def _matrix(direction: Direction, unit: int, name: str, title: str, axis: str, parts: tuple[str, ...]) -> Matrix:
    weights = np.atleast_2d(direction.weights[name]).astype(np.float64)
    rows, columns = _picked(len(weights), MOST_ROWS), _picked(direction.units, MOST_COLUMNS, unit)
    gates = direction.gate_names
    places = np.concatenate([block * direction.units + columns for block in range(len(gates))])
    largest = float(np.abs(weights[np.isfinite(weights)]).max(initial=0.0)) or 1.0
    drawn = np.nan_to_num(weights[np.ix_(rows, places)] / largest * PARTS, nan=0.0, posinf=PARTS, neginf=-PARTS)
    said = (
        f"Outlined: the columns of unit {unit + 1}, one for each gate."
        if len(gates) > 1
        else f"Outlined: the column of unit {unit + 1}."
    )
    sampled = []
    if len(columns) < direction.units:
        sampled.append(f"{len(columns)} of {count(direction.units, 'units')}")
    if len(rows) < len(weights):
        sampled.append(f"{len(rows)} of {count(len(weights), 'rows')}")
    drawn_of = f"Drawn: {' and '.join(sampled)}." if sampled else ""
    return Matrix(
        title=f"{title}, {len(weights)} × {weights.shape[1]}",
        axis=axis,
        parts=parts,
        gates=gates,
        letters=tuple(letter(direction, gate) for gate in gates) if len(gates) > 1 else ("",),
        columns=len(columns),
        outlined=int(np.flatnonzero(columns == unit)[0]),
        numbers=tuple(tuple(int(each) for each in row) for row in drawn.round()),
        largest=float(f"{largest:.5g}"),
        drawn=drawn_of,
        says=" ".join(filter(None, [said, drawn_of])),
    )


def _picked(size: int, most: int, also: int | None = None) -> np.ndarray:
    """Places that stand for `size` places, evenly picked, one of which is `also`."""
    found = np.linspace(0, size - 1, min(size, most)).round().astype(int)
    if also is not None and also not in found:
        found[np.abs(found - also).argmin()] = also
    return found
