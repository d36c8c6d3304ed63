"""What layers share that work along one, two or three axes, and leave the batch and the channels apart.

Such a layer has a version for each number of axes, and Keras's names say how many: Conv1D, Conv2D, Conv3D. With
data_format="channels_first" the channels stand before these axes, else behind them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from explorer.description import TimeFlow, Window
from explorer.layers.base import LayerCall, LayerRules, class_name
from explorer.layers.held import AxisSize, Number
from explorer.layers.reasons import along, title
from explorer.layers.words import letter_of
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import ORDERED, Axes, Shape, Sizes, Tensor, is_named
from explorer.tensors.text import agreed, an, count, counted, joined, one_of

ALONG: dict[int, Axes] = {1: ("timesteps",), 2: ("rows", "columns"), 3: ("depth", "rows", "columns")}
# The letters of a place in an equation, and of a step within a window.
PLACES = {1: ("t",), 2: ("r", "c"), 3: ("d", "r", "c")}
TAPS = {1: ("k",), 2: ("i", "j"), 3: ("h", "i", "j")}


@dataclass(frozen=True)
class Space:
    """The axes that a layer works along, and that of the channels, counted from 0."""

    along: tuple[int, ...]
    channels: int

    @property
    def rank(self) -> int:
        """How many axes a tensor has that the layer takes."""
        return len(self.along) + 2


def space_of(layer: Any) -> Space:
    """Which axes a layer works along, by its class and its `data_format`."""
    number = next(int(letter) for letter in class_name(layer) if letter.isdigit())
    if is_channels_last(layer):
        return Space(tuple(range(1, number + 1)), number + 1)
    return Space(tuple(range(2, number + 2)), 1)


def is_channels_last(layer: Any) -> bool:
    """Whether the channels are the last axis, as they are where a layer has no `data_format`."""
    return bool(getattr(layer, "data_format", "channels_last") != "channels_first")


class Spatial(LayerRules):
    """(batch, rows, columns, channels) -> the same axes, as long as `length` says; likewise with one axis or three.

    channels_after: the name of the channels that come out, None where they stay.
    """

    trusted = reads_time = True
    verb: ClassVar[str] = ""
    channels_after: ClassVar[str | None] = None

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        space = space_of(layer)
        if rank != space.rank:
            return None
        names = ["batch"] * rank
        for place, name in zip(space.along, ALONG[len(space.along)], strict=True):
            names[place] = name
        names[space.channels] = "features" if len(space.along) == 1 else "channels"
        return tuple(names)

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        space = space_of(call.layer)
        if len(call.first.axes) != space.rank:
            return None
        names = list(call.first.axes)
        names[space.channels] = self.channels_after or names[space.channels]
        return [tuple(names)]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        space = space_of(call.layer)
        if len(call.first.sizes) != space.rank:
            return None
        sizes: list[AxisSize] = list(call.first.sizes)
        for index, place in enumerate(space.along):
            sizes[place] = self.length(call.layer, index, call.first.sizes[place])
        sizes[space.channels] = self.channels(call.layer, call.first.sizes[space.channels])
        return [sizes]

    def length(self, layer: Any, index: int, size: Size | None) -> AxisSize:
        """How long the axis becomes that is `size` long, the first, second or third of those that it works along."""
        raise NotImplementedError

    def channels(self, layer: Any, size: Size | None) -> AxisSize:
        """How many channels come out."""
        return size

    def time_flow(self, call: LayerCall) -> TimeFlow:
        """How it moves along time where its one axis is that of time."""
        return flow_of(call, "unknown")

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        space, first = space_of(layer), received[0]
        if len(space.along) == 1:
            return along(self.verb, layer, received)
        if len(first.shape) == space.rank:
            return None
        read = f"({', '.join(self.input_axes(layer, space.rank) or ())})"
        given = f"({', '.join(first.axes)})"
        return f"{an(title(layer))} takes {space.rank} axes, {read}, and its input has {len(first.shape)}, {given}"


def names_along(layer: Any, tensor: Tensor) -> Axes:
    """The names of the axes of a tensor that a layer works along."""
    return tuple(tensor.axes[place] for place in space_of(layer).along)


def channels_of(layer: Any, tensor: Tensor) -> tuple[str, Number | None]:
    """The name and the number of the channels of a tensor."""
    place = space_of(layer).channels
    size = tensor.sizes[place] if tensor.sizes[place] is not None else tensor.shape[place]
    return tensor.axes[place], size


def sizes_along(layer: Any, tensor: Tensor) -> Sizes:
    return tuple(tensor.sizes[place] for place in space_of(layer).along)


def flow_of(call: LayerCall, timed: TimeFlow) -> TimeFlow:
    """`timed` where the one axis that the layer works along is the one of time, "none" where there is no time."""
    places = tuple(place for place, axis in enumerate(call.first.axes) if axis in ORDERED)
    if not places and len(call.first.axes) == space_of(call.layer).rank:
        return "none" if all(map(is_named, call.first.axes)) else "unknown"
    return timed if places == space_of(call.layer).along else "unknown"


# ------------------------------------------------------------------------------------------------------------ windows


def window_of(size: int, stride: int, dilation: int, padding: str, length: int | None) -> Window | None:
    """The window that a layer slides along an axis; None where its place depends on a length that is not known.

    TensorFlow pads no more than is needed, and where that is odd one more behind than before:
    https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2.
    """
    spans = (size - 1) * dilation
    if padding != "same":
        return Window(size, stride, dilation, spans if padding == "causal" else 0)
    if length is None and stride > 1:
        return None
    last = 1 if length is None else (length - 1) % stride + 1
    return Window(size, stride, dilation, max(0, spans + 1 - last) // 2)


def known_windows(windows: Sequence[Window | None]) -> list[Window] | None:
    """All of them, or None where one is not known."""
    found = [window for window in windows if window is not None]
    return found if len(found) == len(windows) else None


def over_image(call: LayerCall, windows: Sequence[Window] | None) -> tuple[Window, ...]:
    """The windows where the axes are rows and columns, and all is known of them; else none."""
    return tuple(windows or ()) if names_along(call.layer, call.first) == ALONG[2] else ()


# -------------------------------------------------------------------------------------------------------------- words


def stretch(names: Sequence[str], sizes: Sequence[int]) -> str:
    """A window of these sizes in words.

    >>> stretch(["timesteps"], [3]), stretch(["rows", "columns"], [3, 1]), stretch(["depth", "rows", "columns"], [2, 3, 3])
    ('3 timesteps', '3 rows and 1 column', '2 × 3 × 3 positions')
    """
    if len(sizes) < 3 and all(map(is_named, names)):
        return " and ".join(count(size, name) for size, name in zip(sizes, names, strict=True))
    return f"{times(sizes)} {'position' if max(sizes) == 1 else 'positions'}"


def times(sizes: Sequence[int]) -> str:
    """Sizes as they are multiplied: "3 × 3"."""
    return " × ".join(f"{size:,}" for size in sizes)


def one_channel(layer: Any, tensor: Tensor) -> str:
    """One of what the channels of a tensor are called: "channel", "feature"."""
    name = channels_of(layer, tensor)[0]
    # A filter of its own for each filter of the layer below would be hard to read.
    return one_of(name) if is_named(name) and name != "filters" else "channel"


def moving(strides: Sequence[int], dilations: Sequence[int] = (1,)) -> str:
    """How far the steps of a window are apart, and how it moves on, as clauses that follow its size; "" where both are 1.

    >>> moving([2, 2], [1, 3]), moving([1])
    (', 1 × 3 apart, in strides of 2', '')
    """
    apart, strided = (f"{each[0]:,}" if len(set(each)) == 1 else times(each) for each in (dilations, strides))
    return (f", {apart} apart" if apart != "1" else "") + (f", in strides of {strided}" if strided != "1" else "")


def change_of(call: LayerCall) -> str | None:
    """What becomes of the axes where the channels are not the last one; else the words that all layers share."""
    if is_channels_last(call.layer):
        return None
    stay, parts = [], []
    for place in range(1, len(call.first.axes)):
        name, before, after = call.first.axes[place], call.first.shape[place], call.out.shape[place]
        own = call.out.axes[place]
        if (name, before) == (own, after):
            stay.append(name)
        else:
            parts.append(f"{counted(before, name, 'become')} {count(after, own) if own != name else after or 'unknown'}")
    return ", ".join([f"{joined(stay)} {agreed('stay', stay)}"] * bool(stay) + parts)


# ---------------------------------------------------------------------------------------------------------- equations


def at(letters: Sequence[str]) -> str:
    return f"[{', '.join(letters)}]"


def places_of(call: LayerCall) -> Axes:
    """The letters of a place along the axes that a layer works along."""
    places = space_of(call.layer).along
    return PLACES[len(places)] if len(places) > 1 else (letter_of(call.first, places[0]),)


def seen_at(windows: Sequence[Window], places: Sequence[str] | None = None) -> list[str]:
    """Where the numbers stand that a window reads, counted from 1 as everywhere, its own steps from 0.

    >>> seen_at([Window(3, 1, 1, 1)]), seen_at([Window(2, 2, 1, 0), Window(3, 1, 2, 0)])
    (['t + k − 1'], ['2r + i − 1', 'c + 2j'])
    """
    found = []
    for place, tap, window in zip(places or PLACES[len(windows)], TAPS[len(windows)], windows, strict=True):
        words = f"{window.stride if window.stride > 1 else ''}{place}"
        if window.size > 1:
            words += f" + {window.dilation if window.dilation > 1 else ''}{tap}"
        found.append(words + shifted(1 - window.stride - window.offset))
    return found


def shifted(by: int) -> str:
    """A number that is added, with its sign: " + 1", " − 1", and "" for 0."""
    return f" + {by}" if by > 0 else f" − {-by}" if by < 0 else ""


def taps_of(windows: Sequence[Window]) -> list[str]:
    """The letters of a step within a window, 0 along an axis where there is only one."""
    return [tap if window.size > 1 else "0" for tap, window in zip(TAPS[len(windows)], windows, strict=True)]


def over_taps(windows: Sequence[Window]) -> str:
    """Which steps are gone through.

    >>> over_taps([Window(3, 1, 1, 0), Window(3, 1, 1, 0)]), over_taps([Window(2, 1, 1, 0), Window(4, 1, 1, 0)])
    ('i, j = 0 … 2', 'i = 0 … 1, j = 0 … 3')
    """
    pairs = [(tap, window.size - 1) for tap, window in zip(TAPS[len(windows)], windows, strict=True) if window.size > 1]
    if len({last for _, last in pairs}) == 1:
        return f"{', '.join(tap for tap, _ in pairs)} = 0 … {pairs[0][1]}"
    return ", ".join(f"{tap} = 0 … {last}" for tap, last in pairs)


def summed(windows: Sequence[Window], term: str) -> str:
    """A term summed over all steps of a window; the term alone where there is one step."""
    taps = over_taps(windows)
    return f"Σ({taps}) {term}" if taps else term
