"""The types of what the drawing of a layer shows of one sequence, as it is written out: a grid has a row for each unit and a
column for each step. What fills them is `explorer.models.layer_views`.
"""

from __future__ import annotations

from explorer.description import Plain

Row = tuple[float, ...]
Grid = tuple[Row, ...]


class BaseDrawing(Plain, frozen=True, tag_field="kind", kw_only=True):
    """What all drawings have: a sentence. `kind` says which one it is."""

    says: str


class Gate(Plain, frozen=True):
    """One gate of a recurrent layer at every step, after its activation: "update z", "candidate h̃"."""

    name: str
    grid: Grid


class MemoryDrawing(BaseDrawing, frozen=True, tag="memory"):
    """A memory that runs along the steps. last: whether only the last one is handed on. counts: 1 where a step counts.

    cell: the cell state of an LSTM. gates: none of a SimpleRNN.
    """

    grid: Grid
    last: bool
    counts: tuple[int, ...] | None
    cell: Grid | None = None
    gates: tuple[Gate, ...] = ()


class WindowsDrawing(BaseDrawing, frozen=True, tag="windows"):
    """A memory that starts anew in each window, beside one that runs through all of them."""

    windows: int
    steps: int
    anew: Grid
    through: Grid


class CarriedDrawing(BaseDrawing, frozen=True, tag="carried"):
    """A state that is carried over the consecutive pieces of one long sequence, and reset before the first.

    here: the number, from 0, of the piece that the other drawings show. steps: how many timesteps of each are drawn.
    through: the state as it is carried. line, anew: the mean over all units, as it is carried, and as it would be if it
    started at zero in every piece.
    """

    pieces: int
    here: int
    steps: int
    through: Grid
    line: Row
    anew: Row


class CopiesDrawing(BaseDrawing, frozen=True, tag="copies"):
    """Copies of one layer with the same weights, one at each step. counts: 1 where a step counts."""

    steps: int
    received: Grid
    returned: Grid
    counts: tuple[int, ...] | None = None


class BothDrawing(BaseDrawing, frozen=True, tag="both"):
    """Both directions before they are merged, and after. counts: 1 where a step counts."""

    merge_mode: str
    forward: Grid
    backward: Grid
    merged: Grid
    last: bool
    counts: tuple[int, ...] | None = None


class MaskDrawing(BaseDrawing, frozen=True, tag="mask"):
    """Which steps count; the others hold nothing but `value`."""

    counts: tuple[int, ...]
    value: float


class PoolDrawing(BaseDrawing, frozen=True, tag="pool"):
    """All steps of each unit become one. verb: how, "averages". pooled: how many of them, whether they are drawn or not."""

    verb: str
    pooled: int
    received: Grid
    returned: Grid
    counts: tuple[int, ...] | None


class SoftmaxDrawing(BaseDrawing, frozen=True, tag="softmax"):
    """Numbers that become weights, which sum to 1 along the columns. all_of: how many; the first ones are drawn."""

    all_of: int
    scores: Grid
    weights: Grid


class RepeatDrawing(BaseDrawing, frozen=True, tag="repeat"):
    """One vector, handed to every step."""

    received: Grid
    returned: Grid


class Part(Plain, frozen=True):
    """What a tensor adds to those beside it."""

    name: str
    size: int


class ConcatDrawing(BaseDrawing, frozen=True, tag="concat"):
    """Tensors side by side along the last axis."""

    parts: tuple[Part, ...]


class WindowDrawing(BaseDrawing, frozen=True, tag="window"):
    """How far a convolution sees: `window` steps, `dilation` from each other, over `reach` of all `steps`."""

    reach: int
    window: int
    dilation: int
    steps: int
    padding: str


class AttentionDrawing(BaseDrawing, frozen=True, tag="attention"):
    """How each query timestep divides its attention among the key timesteps.

    heads: for each head a row for each query timestep, with a column for each key timestep: weights in ten-thousandths.
    queries, keys: which timesteps are drawn, from 1. of_heads, of_queries, of_keys: how many there are. barred: by query and
    key, the place in `reasons`, from 1, of why the one may not attend to the other; 0 where it may.
    """

    heads: tuple[tuple[tuple[int, ...], ...], ...]
    queries: tuple[int, ...]
    keys: tuple[int, ...]
    of_heads: int
    of_queries: int
    of_keys: int
    barred: tuple[tuple[int, ...], ...]
    reasons: tuple[str, ...]


class FailedDrawing(BaseDrawing, frozen=True, tag="failed"):
    """What could not be drawn: the sentence alone, in the place of numbers."""


Drawing = (
    MemoryDrawing
    | WindowsDrawing
    | CarriedDrawing
    | CopiesDrawing
    | BothDrawing
    | MaskDrawing
    | PoolDrawing
    | SoftmaxDrawing
    | RepeatDrawing
    | ConcatDrawing
    | WindowDrawing
    | AttentionDrawing
    | FailedDrawing
)
