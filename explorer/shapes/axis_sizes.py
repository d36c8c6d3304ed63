"""How long the axes are that a layer returns, in symbols: one small rule for each class of layer (`EXTENTS`).

A rule says what follows from what comes in (T − 2 after a convolution, 2 · U after both directions); a number that the
layer sets itself becomes a symbol of its own. Keras has the last word: what does not come to its number is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.shapes.graph import calls
from explorer.shapes.sentences import MERGED, PLAIN, POOLS, RECURRENT, WINDOW_POOLS
from explorer.tensors.symbols import Size, Symbols
from explorer.tensors.tensor import Axes, Seen, Shape, Sizes, rule

# What a rule gives for one axis: a size, a number that the layer sets itself, or None where it knows nothing.
Extent = Size | int | None


def extents(seen: Seen, shapes: list[Shape], axes: list[Axes], symbols: Symbols) -> list[Sizes]:
    """The sizes of every axis of the tensors that a layer returns, in symbols; None where nothing is known."""
    found = rule(EXTENTS, seen.layer, _kept)(seen, shapes)
    written = []
    for shape, names, given in zip(shapes, axes, found, strict=True):
        given = given if len(given) == len(shape) else _by_name(seen, names, shape)
        sizes = [_own(extent, name, symbols) for extent, name in zip(given, names, strict=True)]
        written.append(tuple(_checked(size, number, symbols) for size, number in zip(sizes, shape, strict=True)))
    return written


def _own(extent: Extent, axis: str, symbols: Symbols) -> Size | None:
    return symbols.name(axis, extent) if isinstance(extent, int) else extent


def _checked(size: Size | None, number: int | None, values: Symbols) -> Size | None:
    """The size, unless Keras has another number there."""
    return None if size is None or size.at(values) not in (number, None) else size


def _kept(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    """Nothing is known of the layer; `extents` finds by name what is handed on as it was."""
    return [[] for _ in shapes]


def _by_name(seen: Seen, names: Axes, shape: Shape) -> list[Extent]:
    """The sizes of axes that go on under their name and with their number."""
    known = {
        (axis, number): size
        for tensor in reversed(seen.received)
        for axis, number, size in zip(tensor.axes, tensor.shape, tensor.sizes, strict=False)
    }
    return [known.get(place) for place in zip(names, shape, strict=True)]


def _same(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    return [list(seen.first.sizes) for _ in shapes]


def _to_units(name: str) -> Callable[[Seen, list[Shape]], list[list[Extent]]]:
    return lambda seen, shapes: [[*seen.first.sizes[:-1], getattr(seen.layer, name)] for _ in shapes]


def _recurrent(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    sizes = seen.first.sizes
    units = [shape[-1] for shape in shapes]
    return [
        [*sizes[:-1], wide] if len(shape) == len(sizes) else [sizes[0], wide]
        for shape, wide in zip(shapes, units, strict=True)
    ]


def _bidirectional(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    forwards, backwards = seen.inside_sizes
    answers = [forwards[0]] if seen.layer.merge_mode is not None else [forwards[0], backwards[0]]
    if seen.layer.merge_mode == "concat" and forwards[0][-1] is not None and backwards[0][-1] is not None:
        answers = [(*forwards[0][:-1], forwards[0][-1] + backwards[0][-1])]
    return [list(sizes) for sizes in (*answers, *forwards[1:], *backwards[1:])]


def _time_distributed(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    (inside,) = seen.inside_sizes
    return [[sizes[0], seen.first.sizes[1], *sizes[1:]] for sizes in inside]


def _model(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    found: dict[int, Sizes] = {}
    for step, returned in zip(calls(seen.layer), seen.inside_sizes, strict=True):
        found.update((id(tensor), sizes) for tensor, sizes in zip(step.outputs, returned, strict=True))
    return [list(found.get(id(tensor), ())) for tensor in seen.layer.outputs] if found else _kept(seen, shapes)


def _first_and_last(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    sizes = seen.first.sizes
    if getattr(seen.layer, "data_format", "channels_last") != "channels_last":
        return _kept(seen, shapes)
    return [[sizes[0], 1, sizes[2]] if len(shape) == 3 else [sizes[0], sizes[-1]] for shape in shapes]


def _slid(length: Size | None, window: int, stride: int, padding: str, apart: int = 1) -> Size | None:
    """How many places a window takes along an axis (https://keras.io/api/layers/convolution_layers/)."""
    if length is None:
        return None
    if padding == "valid":
        return (length - (window - 1) * apart - 1) // stride + 1
    return (length - 1) // stride + 1


def _convolved(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    layer, (batch, length, *_) = seen.layer, seen.first.sizes
    if layer.data_format != "channels_last":
        return _kept(seen, shapes)
    (window,), (stride,), (apart,) = layer.kernel_size, layer.strides, layer.dilation_rate
    wide: Extent = getattr(layer, "filters", None)
    if wide is None:
        wide = seen.first.sizes[-1] and seen.first.sizes[-1] * layer.depth_multiplier
    return [[batch, _slid(length, window, stride, layer.padding, apart), wide]]


def _window_pooled(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    layer, (batch, length, wide) = seen.layer, seen.first.sizes
    if layer.data_format != "channels_last":
        return _kept(seen, shapes)
    (window,), (stride,) = layer.pool_size, layer.strides
    return [[batch, _slid(length, window, stride, layer.padding), wide]]


def _resized(change: Callable[[Any, Size], Size]) -> Callable[[Seen, list[Shape]], list[list[Extent]]]:
    def extents(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
        batch, length, *rest = seen.first.sizes
        return [[batch, None if length is None else change(seen.layer, length), *rest]]

    return extents


def _merged(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    (shape,) = shapes
    tensors = [tensor for tensor in seen.received if tensor.shape == shape]
    return [list(max(tensors or seen.received, key=lambda tensor: len(tensor.shape)).sizes)]


def _concatenated(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    sizes: list[Extent] = list(seen.first.sizes)
    parts = [tensor.sizes[seen.layer.axis] for tensor in seen.received]
    known = [part for part in parts if part is not None]
    sizes[seen.layer.axis] = None if len(known) < len(parts) else sum(known, Size.of(0))
    return [sizes]


def _repeated(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    batch, wide = seen.first.sizes
    return [[batch, seen.layer.n, wide]]


def _flat(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    batch, *rest = seen.first.sizes
    product = Size.of(1)
    for size in rest:
        if size is None:
            return [[batch, None]]
        product = product * size
    return [[batch, product]]


def _reshaped(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    """A size that stood in the shape before stays; one that is two neighbours multiplied says so."""
    (shape,), before, sizes = shapes, seen.first.shape, seen.first.sizes
    known = {number: size for number, size in zip(before[1:], sizes[1:], strict=True) if before[1:].count(number) == 1}
    for place in range(1, len(before) - 1):
        (one, other), (first, second) = sizes[place : place + 2], before[place : place + 2]
        if one is not None and other is not None and first is not None and second is not None:
            known.setdefault(first * second, one * other)
    return [[sizes[0], *(known.get(number) for number in shape[1:])]]


def _permuted(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    return [[seen.first.sizes[0], *(seen.first.sizes[place] for place in seen.layer.dims)]]


def _embedded(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    return [[*seen.first.sizes, seen.layer.output_dim]]


def _attended(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    query, value = seen.first.sizes, seen.received[min(1, len(seen.received) - 1)].sizes
    return [[*query[:-1], value[-1]] if not place else [query[0], query[1], value[1]] for place in range(len(shapes))]


def _multi_head(seen: Seen, shapes: list[Shape]) -> list[list[Extent]]:
    query, value = seen.first.sizes, seen.received[min(1, len(seen.received) - 1)].sizes
    heads = seen.layer.num_heads
    return [list(query) if not place else [query[0], heads, query[1], value[1]] for place in range(len(shapes))]


EXTENTS: dict[str, Callable[[Seen, list[Shape]], list[list[Extent]]]] = {
    **dict.fromkeys(RECURRENT, _recurrent),
    "Bidirectional": _bidirectional,
    "TimeDistributed": _time_distributed,
    "Dense": _to_units("units"),
    **dict.fromkeys(("Conv1D", "SeparableConv1D", "DepthwiseConv1D"), _convolved),
    **dict.fromkeys(POOLS, _first_and_last),
    **dict.fromkeys(WINDOW_POOLS, _window_pooled),
    **dict.fromkeys(MERGED, _merged),
    "UpSampling1D": _resized(lambda layer, length: length * layer.size),
    "ZeroPadding1D": _resized(lambda layer, length: length + sum(layer.padding)),
    "Cropping1D": _resized(lambda layer, length: length - sum(layer.cropping)),
    "Masking": _same,
    "Concatenate": _concatenated,
    "RepeatVector": _repeated,
    "Flatten": _flat,
    "Reshape": _reshaped,
    "Permute": _permuted,
    "Embedding": _embedded,
    **dict.fromkeys(("Attention", "AdditiveAttention"), _attended),
    "MultiHeadAttention": _multi_head,
    "Model": _model,
    **dict.fromkeys(PLAIN, _same),
}
