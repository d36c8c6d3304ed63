"""The names of the axes of what a layer returns: one small rule for each class of layer (`AXES`).

Names start at the inputs and are handed on from call to call. A layer without a rule keeps a name where size and place
agree, and is honest about the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from explorer.shapes.graph import Call, calls
from explorer.shapes.sentences import MERGED, PLAIN, POOLS, RECURRENT, WINDOW_POOLS
from explorer.tensors.tensor import Axes, Seen, Shape, Tensor, rule

BY_RANK: dict[int, Axes] = {
    1: ("batch",),
    2: ("batch", "features"),
    3: ("batch", "timesteps", "features"),
    4: ("batch", "windows", "timesteps", "features"),
}


def source_axes(tensor: Any, steps: list[Call]) -> Axes:
    """The names of an input's axes, by how many there are; numbers to look up in an Embedding have no features yet."""
    rank = len(tensor.shape)
    looked_up = any(
        type(step.layer).__name__ == "Embedding" and any(each is tensor for each in step.inputs) for step in steps
    )
    if looked_up:
        return BY_RANK.get(rank + 1, ("batch", *(f"axis {place}" for place in range(1, rank + 1))))[:rank]
    return BY_RANK.get(rank, ("batch", *(f"axis {place}" for place in range(1, rank))))


def named(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    """A name for each axis of the tensors that a layer returns; where its rule does not fit a shape, they go by place."""
    found = rule(AXES, seen.layer, _kept)(seen, shapes)
    return [
        axes if len(axes) == len(shape) == len(set(axes)) else _by_place(seen.received, shape)
        for axes, shape in zip(found, shapes, strict=True)
    ]


def _by_place(received: Sequence[Tensor], shape: Shape) -> Axes:
    """Keep a name where size and place agree, and number the rest: (batch, timesteps, axis 2).

    Where axes came or went a place says little: then a name is kept for a size that occurs only once.
    """
    axes = ["batch"][: len(shape)]
    first = max(received, key=lambda tensor: len(tensor.shape), default=Tensor((), ()))
    for place in range(1, len(shape)):
        size, name = shape[place], f"axis {place}"
        if len(first.shape) == len(shape):
            if first.shape[place] == size:
                name = first.axes[place]
        elif size is not None and first.shape[1:].count(size) == 1 and shape[1:].count(size) == 1:
            name = first.axes[1:][first.shape[1:].index(size)]
        axes.append(name if name not in axes else f"axis {place}")
    return tuple(axes)


def _kept(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [_by_place(seen.received, shape) for shape in shapes]


def _same(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [seen.first.axes for _ in shapes]


def _to_units(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [(*seen.first.axes[:-1], "units") for _ in shapes]


def _recurrent_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    """The sequence of memories keeps the timesteps; a single memory or state does not."""
    axes = seen.first.axes
    return [(*axes[:-1], "units") if len(shape) == len(axes) else ("batch", "units") for shape in shapes]


def _time_distributed_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [(axes[0], seen.first.axes[1], *axes[1:]) for axes in seen.inside[0]]


def _model_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    if not seen.inside:
        return _kept(seen, shapes)
    found: dict[int, Axes] = {}
    for step, returned in zip(calls(seen.layer), seen.inside, strict=True):
        found.update((id(tensor), axes) for tensor, axes in zip(step.outputs, returned, strict=True))
    return [found.get(id(tensor), seen.first.axes) for tensor in seen.layer.outputs]


def _pooled_over_all_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    axes = seen.first.axes
    if getattr(seen.layer, "data_format", "channels_last") != "channels_last":
        return _kept(seen, shapes)
    return [axes if len(shape) == len(axes) else (axes[0], axes[-1]) for shape in shapes]


def _concatenated_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    axes, last = seen.first.axes, {tensor.axes[-1] for tensor in seen.received}
    return [(*axes[:-1], last.pop() if len(last) == 1 else "units")]


def _merged_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    """The names of the input that has the shape of the result; where none has, of the one with the most axes."""
    (shape,) = shapes
    tensors = [tensor for tensor in seen.received if tensor.shape == shape]
    widest = max(tensors or seen.received, key=lambda tensor: len(tensor.shape))
    widths = {tensor.axes[-1] for tensor in seen.received if len(tensor.axes) == len(widest.axes)}
    return [widest.axes if len(widths) == 1 else (*widest.axes[:-1], "units")]


def _repeated_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [("batch", "timesteps", seen.first.axes[-1])]


def _flat_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [("batch", "features")]


def _embedded_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [(*seen.first.axes, "features")]


def _permuted_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [("batch", *(seen.first.axes[place] for place in seen.layer.dims))]


def _reshaped_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [("batch", "features") if len(shape) == 2 else _by_place(seen.received, shape) for shape in shapes]


def _attended_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    """As many places as the query has; what stands at each is mixed from the value."""
    query = seen.first.axes
    value = seen.received[min(1, len(seen.received) - 1)].axes
    scores = ("batch", query[1], f"looked-at {value[1]}")
    return [(*query[:-1], value[-1]) if not place else scores for place in range(len(shapes))]


def _multi_head_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    query, value = seen.first.axes, seen.received[min(1, len(seen.received) - 1)].axes
    scores = ("batch", "heads", query[1], f"looked-at {value[1]}")
    return [(*query[:-1], "units") if not place else scores for place in range(len(shapes))]


def _picked_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    """`x[:, -1]`: a number takes its axis away, a slice keeps it."""
    key = seen.node.arguments.args[1] if seen.node and len(seen.node.arguments.args) > 1 else ...
    key = key if isinstance(key, tuple) else (key,)
    if not all(isinstance(each, (int, slice)) for each in key):
        return _kept(seen, shapes)
    kept = [axis for place, axis in enumerate(seen.first.axes) if place >= len(key) or isinstance(key[place], slice)]
    return [tuple(kept)]


def _reduced_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    axis, rank = seen.layer.axis, len(seen.first.axes)
    if axis is None or seen.layer.keepdims:
        return _kept(seen, shapes)
    gone = {each % rank for each in ([axis] if isinstance(axis, int) else axis)}
    return [tuple(name for place, name in enumerate(seen.first.axes) if place not in gone)]


AXES: dict[str, Callable[[Seen, list[Shape]], list[Axes]]] = {
    **dict.fromkeys(RECURRENT, _recurrent_axes),
    "Bidirectional": _recurrent_axes,
    "TimeDistributed": _time_distributed_axes,
    **dict.fromkeys(("Dense", "Conv1D", "SeparableConv1D", "DepthwiseConv1D", "Conv1DTranspose"), _to_units),
    **dict.fromkeys(POOLS, _pooled_over_all_axes),
    **dict.fromkeys(WINDOW_POOLS, _same),
    **dict.fromkeys(("UpSampling1D", "ZeroPadding1D", "Cropping1D", "Masking"), _same),
    **dict.fromkeys(MERGED, _merged_axes),
    "Concatenate": _concatenated_axes,
    "RepeatVector": _repeated_axes,
    "Flatten": _flat_axes,
    "Reshape": _reshaped_axes,
    "Permute": _permuted_axes,
    "Embedding": _embedded_axes,
    **dict.fromkeys(("Attention", "AdditiveAttention"), _attended_axes),
    "MultiHeadAttention": _multi_head_axes,
    "Model": _model_axes,
    "GetItem": _picked_axes,
    **dict.fromkeys(("Mean", "Sum", "Max", "Min"), _reduced_axes),
    **dict.fromkeys(PLAIN, _same),
}
