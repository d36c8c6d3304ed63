"""The types of what the house says of a model, written out: what `--json`, the page and the front end are given.

Their JSON schema is in `explorer.schema`. To add something to a layer, add a field to `Layer` here, and fill it in
`explorer.shapes.model_shapes.LayerShapes.written`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

Shape = tuple[int | None, ...]
Axes = tuple[str, ...]
Symbols = tuple[str | None, ...]
# How large the numbers of a tensor may be: from −1 to 1, as large as those that go in, or of any size.
Range = Literal["one", "inputs", "open"]
# What a layer does with masks. unknown: one comes in, and whether it is used is not known.
MaskDeed = Literal["makes", "uses", "passes", "drops", "unknown"]

# How a layer moves along time (`explorer.shapes.time_flow` has the words):
# each     the same at every timestep, and no timestep sees another
# along    a state runs from timestep to timestep, and that of every one is returned; last: only the last one
# both     one state forwards and one backwards; both last: only the last one of each
# pool     all timesteps become one
# window   every output sees a window of timesteps
# spread   every timestep reaches a window of timesteps of the output
# all      every timestep sees every timestep; all before: itself and those before it
# over all every output depends on all timesteps, without attention
# repeat   one vector is given to every timestep
# merge    what stands at the same timestep is put together
# mark     no number changes, some timesteps are masked
# none     there is no time in what comes in or goes out
# unknown  no rule knows it
# input    of what is no layer, but where data comes in
TimeFlow = Literal[
    "each",
    "along",
    "last",
    "both",
    "both last",
    "pool",
    "window",
    "spread",
    "all",
    "all before",
    "over all",
    "repeat",
    "merge",
    "mark",
    "none",
    "unknown",
    "input",
]


class Plain(msgspec.Struct, frozen=True):
    """A value that is written as a JSON object, a field a key."""

    def to_dict(self) -> dict[str, Any]:
        """The same as dictionaries, lists, strings and numbers."""
        found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return found


class Source(Plain, frozen=True):
    """Where data comes in; the batch of its shape is None. symbols: its sizes, None where an axis has no symbol.

    spoken: what a screen reader says of it; likewise below.
    """

    name: str
    shape: Shape
    axes: Axes
    symbols: Symbols
    spoken: str = ""


class Weight(Plain, frozen=True):
    """One array of weights. parts: the equal parts that its last axis has, such as the gates of a GRU. letters: of each.
    says: all of it.
    """

    name: str
    shape: tuple[int, ...]
    axes: Axes
    symbols: Symbols
    parts: tuple[str, ...]
    letters: tuple[str, ...] = ()
    says: str = ""


class Parameters(Plain, frozen=True):
    """How parameters come about: in symbols, in numbers to be evaluated, and in all; None where no rule is known.

    total: None where it depends on a size that a pasted code does not say.
    """

    formula: str | None
    numbers: str | None
    total: int | None


class Window(Plain, frozen=True):
    """The stretch that a layer slides along a sequence.

    Counted from 1, step t of what it returns sees the steps stride · (t − 1) + 1 − offset + dilation · k, for k from 0 to
    size − 1; those outside of the sequence are padding. Of a layer whose flow is "spread", it is the other way round: step t
    of what it receives reaches those steps of what it returns, and those outside of that are cut off.
    """

    size: int
    stride: int
    dilation: int
    offset: int

    @property
    def reach(self) -> int:
        """How many steps it spans."""
        return (self.size - 1) * self.dilation + 1


class Origin(Plain, frozen=True):
    """Where a tensor comes from: the source or layer of that name, and which of its outputs it is, from 0."""

    name: str
    output: int = 0


class Outline(Plain, frozen=True):
    """What is known of every layer, also of one that cannot be described: then its `params` are None.

    broken: true of a layer that cannot go on, whose `output` is None; absent from all others. line: of a pasted code, from
    1, where the layer is made; absent where there is no code.
    """

    name: str
    type: str
    input: tuple[Shape, ...]
    output: tuple[Shape, ...] | None
    params: int | None
    broken: bool | msgspec.UnsetType = msgspec.UNSET
    line: int | msgspec.UnsetType = msgspec.UNSET


class Broken(Outline, frozen=True, kw_only=True):
    """The layer that cannot go on. axes_in: the names of the axes of what it is given, as far as they are known."""

    axes_in: tuple[Axes, ...]


class Layer(Outline, frozen=True, kw_only=True):
    """One call of one layer; what the fields mean stands at `explorer.shapes.model_shapes.LayerShapes`.

    arithmetic: the parameters as one line, "3 · 32 · (5 + 32 + 2) = 3,744", or None.
    as_code: the class with the arguments that it is known by, "GRU(32)"; the class alone where no rule names any.
    title: what it is called where it stands inside another layer. counted: what stands between the signs of equality where
    its parameters are counted, or one sentence. note: what the letters of the equation mean, or that there is no
    explanation. text: all of it, to be copied; empty, as `spoken` is, inside of another layer. image_window: along the rows,
    and along the columns; empty for a layer that slides none over them. origins: of each tensor of `input`; `reads` has the
    same names, each once. names_in, names_out: what those of `input` and `output` are called; empty where no rule says.
    skips_masked: whether masked timesteps come in that it leaves out.
    ranges: how large the numbers of each of `output` may be. mask: what it does with the masks that come to it, as a
    sentence; empty where there is none. mask_deeds: the same for a mark.
    """

    output: tuple[Shape, ...]
    params: int | None
    arithmetic: str | None
    says: str
    does: str
    change: str
    short: str
    wraps: str | None
    shares: str | None
    explained: bool
    flow: TimeFlow
    reach: int | None
    window: Window | None
    merge_mode: str | None
    backwards: bool
    title: str
    counted: tuple[str, ...]
    note: str | None
    parameters: Parameters
    axes_in: tuple[Axes, ...]
    axes_out: tuple[Axes, ...]
    symbols_in: tuple[Symbols, ...]
    symbols_out: tuple[Symbols, ...]
    equation: tuple[str, ...]
    weights: tuple[Weight, ...]
    reads: tuple[str, ...]
    inside: tuple[Layer, ...]
    spoken: str = ""
    text: str = ""
    image_window: tuple[Window, ...] = ()
    origins: tuple[Origin, ...] = ()
    names_in: tuple[str, ...] = ()
    names_out: tuple[str, ...] = ()
    skips_masked: bool = False
    as_code: str = ""
    ranges: tuple[Range, ...] = ()
    mask: str = ""
    mask_deeds: tuple[MaskDeed, ...] = ()


class Symbol(Plain, frozen=True):
    """What a symbol stands for."""

    axis: str
    size: int | None


class Setting(Plain, frozen=True):
    """What a setting of an experiment moves: the axes and the parameters of the layers named there, and why."""

    symbol: str
    axes: tuple[str, ...]
    parameters: tuple[str, ...]
    says: str


class Row(Plain, frozen=True):
    """A source or layer in the chain over time. shared: whether the same weights stand at every step, and `same` says so.

    hands, hands_more: what goes up from it, and how that came about. inner_steps: how many steps each of its cells reads by
    itself, where it holds a recurrent layer.
    """

    name: str
    type: str
    flow: str
    says: str
    shared: bool
    hands: str
    hands_more: str
    same: str
    inner_steps: int | None
    backwards: bool


class Unrolled(Plain, frozen=True):
    """The chain over time. steps: how many, None where that is open. shown: those that are drawn, from 1."""

    steps: int | None
    shown: tuple[int, ...]
    axis: str
    rows: tuple[Row, ...]
    says: str


class Description(Plain, frozen=True):
    """A model: where data comes in, what each layer makes of it, and what comes out; the batch is None.

    symbols: by their letters. settings: by their names; empty for a model of no experiment. returns: which tensors the
    model returns.
    """

    inputs: tuple[Shape, ...]
    output: tuple[Shape, ...]
    sources: tuple[Source, ...]
    layers: tuple[Layer, ...]
    params: int | None
    symbols: dict[str, Symbol]
    settings: dict[str, Setting]
    unrolled: Unrolled
    spoken: str = ""
    returns: tuple[Origin, ...] = ()

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Description:
        """The description that was written out so. Raises ValueError for what is none."""
        return msgspec.convert(values, cls)


def every(layers: Iterable[Layer]) -> Iterator[Layer]:
    """All layers, with those that they hold."""
    for layer in layers:
        yield layer
        yield from every(layer.inside)
