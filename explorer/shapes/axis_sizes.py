"""How long the axes are that a layer returns, in symbols, by the rules of every layer (`explorer.layers`).

A rule says what follows from what comes in (T − 2 after a convolution, 2 · U after both directions); a number that the layer
sets itself becomes a symbol of its own. Keras has the last word: what does not come to its number is dropped.
"""

from __future__ import annotations

from explorer.layers.base import LayerCall
from explorer.layers.held import AxisSize
from explorer.tensors.symbols import Size, Symbols
from explorer.tensors.tensor import Axes, Shape, Sizes

# Several strided windows, one after the other, are quotients of quotients.
LONGEST_SYMBOL = 24


def axis_sizes(call: LayerCall, shapes: list[Shape], axes: list[Axes], symbols: Symbols) -> list[Sizes]:
    """The sizes of every axis of the tensors that a layer returns, in symbols; None where nothing is known."""
    found = call.rules.sizes(call, shapes)
    found = [[] for _ in shapes] if found is None or len(found) != len(shapes) else found
    written = []
    for shape, names, given in zip(shapes, axes, found, strict=True):
        given = given if len(given) == len(shape) else _by_name(call, names, shape)
        sizes = [_own(size, name, symbols) for size, name in zip(given, names, strict=True)]
        written.append(tuple(_checked(size, number, symbols) for size, number in zip(sizes, shape, strict=True)))
    return written


def _own(size: AxisSize, axis: str, symbols: Symbols) -> Size | None:
    return symbols.name(axis, size) if isinstance(size, int) else size


def _checked(size: Size | None, number: int | None, values: Symbols) -> Size | None:
    """The size, unless Keras has another number there, or nobody would read it to its end: then the number says more."""
    if size is None or size.at(values) not in (number, None):
        return None
    return size if len(str(size)) <= LONGEST_SYMBOL else None


def _by_name(call: LayerCall, names: Axes, shape: Shape) -> list[AxisSize]:
    """The sizes of axes that go on under their name and with their number; an axis without a name is not known again."""
    known = {
        (axis, number): size
        for tensor in reversed(call.received)
        for axis, number, size in zip(tensor.axes, tensor.shape, tensor.sizes, strict=False)
        if not axis.startswith("axis ")
    }
    return [known.get(place) for place in zip(names, shape, strict=True)]
