"""The types of what the page is given of the inside of a recurrent layer, as they are written out.

A number that is not finite is null. Units, timesteps, features and sequences count from 1.
"""

from __future__ import annotations

from explorer.description import Plain

Row = tuple[float | None, ...]


class UnitRow(Plain, frozen=True):
    """One unit that is drawn. follows: what it follows, short ("target +0.93"), or ""; says: the same as a sentence."""

    unit: int
    follows: str
    says: str


class Strip(Plain, frozen=True, kw_only=True):
    """Numbers over the timesteps: a row for each name, a column for each timestep that is drawn.

    axis: whose colour they have. largest: what they are drawn against. scale: the same in words, "−1 to +1".
    """

    title: str
    axis: str
    names: tuple[str, ...]
    grid: tuple[Row, ...]
    largest: float
    scale: str


class Piece(Plain, frozen=True, kw_only=True):
    """A part of an equation. slot: the column that it stands in. part: which weights it comes from ("kernel", "bias",
    "recurrent_kernel", "recurrent_bias"), or what else it is ("gate", "old", "sum", "value"), "" for a sign. gate: of which
    gate. parts: the products that it is the sum of. says: all of it in words.
    """

    slot: str
    text: str
    part: str = ""
    gate: str = ""
    parts: Row = ()
    axis: str = ""
    says: str = ""


class EquationLine(Plain, frozen=True):
    """One gate: value = activation(sum)."""

    name: str
    gate: str
    pieces: tuple[Piece, ...]


class Equation(Plain, frozen=True, kw_only=True):
    """One unit at one timestep. heads: what stands above the columns. result: the new state. says: it in sentences."""

    title: str
    heads: tuple[Piece, ...]
    lines: tuple[EquationLine, ...]
    results: tuple[tuple[Piece, ...], ...]
    says: tuple[str, ...]


class Matrix(Plain, frozen=True, kw_only=True):
    """Weights, drawn small: one block for each gate, side by side, each of so many columns. parts: as `Piece` has it; two
    for a bias of two rows. outlined: the place of the chosen unit's column within a block. letters: what stands above each.
    drawn: how much of it is drawn, "" for all of it.
    numbers: whole numbers from -127 to 127: a weight is one of them / 127 * largest.
    """

    title: str
    axis: str
    parts: tuple[str, ...]
    gates: tuple[str, ...]
    letters: tuple[str, ...]
    columns: int
    outlined: int
    numbers: tuple[tuple[int, ...], ...]
    largest: float
    drawn: str
    says: str


class InsideAnswer(Plain, frozen=True, kw_only=True):
    """What the panel "Look inside" shows. columns: the timesteps that are drawn; masked: 1 for each of them that is masked.
    line: the hidden state of the chosen unit at them; pinned: of a pinned one; target: the target's, null where
    masked, empty without one. legend: what these three are called, with their scales, "" for one that is not drawn; scales:
    what is said of these. symbols: one for each column of the input, empty where it reads none. pin_says: what pinning does.
    directions: "forward" and "backward", or none. notes: what must be known of the numbers. text: all of it, to be copied.
    """

    layer: str
    title: str
    task: str
    parameters: str
    epoch: int
    sequence: int
    sequences: int
    directions: tuple[str, ...]
    direction: str
    units: int
    timesteps: int
    windows: int
    unit: int
    timestep: int
    pin: int
    order: str
    columns: tuple[int, ...]
    masked: tuple[int, ...]
    rows: tuple[UnitRow, ...]
    input: Strip
    hidden: Strip
    cell: Strip | None
    gates: tuple[Strip, ...]
    line: Row
    pinned: Row
    target: Row
    legend: tuple[str, str, str]
    scales: str
    symbols: tuple[str, ...]
    pin_says: str
    gates_title: str
    follows: str
    equation: Equation
    matrices: tuple[Matrix, ...]
    notes: tuple[str, ...]
    text: str
