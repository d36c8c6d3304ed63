"""How a layer moves along time (`FLOWS`): which steps see each other, what is handed on, and the chain unrolled by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from explorer.description import Layer, Row, Source, Unrolled, Window
from explorer.shapes.sentences import MERGED, PLAIN, POOLS, RECURRENT, WINDOW_POOLS
from explorer.shapes.time_flow import TIME_FLOWS, handed, told
from explorer.tensors.tensor import ORDERED, Seen, kind, rule
from explorer.tensors.text import count, counted

SHOWN_AT_EACH_END = 3


def flow(seen: Seen) -> str:
    """How a layer moves along time, as `explorer.shapes.time_flow` names it."""
    return rule(FLOWS, seen.layer, _by_rank)(seen)


def window(seen: Seen) -> Window | None:
    """The window that a convolution or a pooling slides along, None for other layers."""
    return slid_by(seen) if kind(seen.layer, (*CONVOLUTIONS, *WINDOW_POOLS)) else None


def slid_by(seen: Seen) -> Window:
    """The window of a layer that has one."""
    layer = seen.layer
    if kind(layer, CONVOLUTIONS):
        (size,), (stride,), (dilation,) = layer.kernel_size, layer.strides, layer.dilation_rate
    else:
        (size,), (stride,), dilation = layer.pool_size, layer.strides, 1
    spans = (size - 1) * dilation
    if layer.padding != "same":
        return Window(size, stride, dilation, spans if layer.padding == "causal" else 0)
    # TensorFlow pads no more than is needed, and where that is odd one more behind than before.
    steps = seen.first.shape[1]
    last = stride if steps is None else (steps - 1) % stride + 1
    return Window(size, stride, dilation, max(0, spans + 1 - last) // 2)


def _timed(axes: Sequence[str]) -> bool:
    return any(axis in ORDERED for axis in axes)


def _by_rank(seen: Seen) -> str:
    before, after = _timed(seen.first.axes), _timed(seen.out.axes)
    if before and after:
        return "merge" if len(seen.received) > 1 else "each"
    return "pool" if before else "repeat" if after else "none"


def _recurrent(seen: Seen) -> str:
    return "along" if len(seen.out.shape) == len(seen.first.shape) else "last"


def _bidirectional(seen: Seen) -> str:
    return "both" if len(seen.out.shape) == len(seen.first.shape) else "both last"


CONVOLUTIONS = ("Conv1D", "SeparableConv1D", "DepthwiseConv1D")
FLOWS: dict[str, Callable[[Seen], str]] = {
    **dict.fromkeys(RECURRENT, _recurrent),
    "Bidirectional": _bidirectional,
    **dict.fromkeys((*CONVOLUTIONS, *WINDOW_POOLS), lambda seen: "window"),
    **dict.fromkeys(POOLS, lambda seen: "pool"),
    **dict.fromkeys(("Attention", "AdditiveAttention", "MultiHeadAttention"), lambda seen: "all"),
    **dict.fromkeys((*MERGED, "Concatenate", *PLAIN), _by_rank),
    "RepeatVector": lambda seen: "repeat",
    "Masking": lambda seen: "mark",
}


def unrolled(sources: Sequence[Source], layers: Sequence[Layer]) -> Unrolled:
    """The chain, one cell for each layer and timestep: which steps are drawn, and a row for each source and layer."""
    axes, shape = sources[0].axes, sources[0].shape
    place = next((place for place, axis in enumerate(axes) if axis in ORDERED), None)
    axis, steps = ("timesteps", 1) if place is None else (axes[place], shape[place])
    ends = SHOWN_AT_EACH_END
    # Of millions of steps no list is made.
    every = range(1, (steps or 2 * ends) + 1)
    shown = list(every) if len(every) <= 2 * ends + 1 else [*every[:ends], *every[-ends:]]
    read = {name for layer in layers for name in layer.reads}
    rows = [_source_row(each, axis) for each in sources]
    rows += [_row(each, axis, steps, answers=each.name not in read) for each in layers]
    words = "; ".join(f"{row.name}: {row.says}" for row in rows)
    return Unrolled(steps, tuple(shown), axis, tuple(rows), f"The chain over {count(steps, axis)}: {words}.")


def _source_row(source: Source, axis: str) -> Row:
    says = f"{counted(source.shape[source.axes.index(axis)], axis, 'come')} in" if axis in source.axes else "comes in"
    return Row(source.name, "", "input", says, shared=False, hands=says, hands_more="", same="", inner_steps=None)


def _row(layer: Layer, axis: str, steps: int | None, *, answers: bool) -> Row:
    flow = layer.flow
    came, went = (axes[0] if axes else () for axes in (layer.axes_in, layer.axes_out))
    # What has no such axis goes up once.
    returned = layer.output[0][went.index(axis)] if axis in went else 1
    anew = flow == "each" and any(inner.flow in ("along", "last") for inner in layer.inside)
    reads_within = anew and axis == "windows" and "timesteps" in came and "timesteps" not in went
    seen = None if layer.window is None else layer.window.size
    hands, more = handed(flow, axis, returned, seen, last_memories=reads_within, answers=answers)
    shared = TIME_FLOWS[flow].shared
    cells = steps if flow.endswith("last") else returned
    same = f"×{cells} the same weights" if shared and cells and cells > 1 else ""
    if same and flow in ("both", "both last"):
        same = f"each way {same}"
    elif same and reads_within:
        same += ", each from zero"
    return Row(
        name=layer.name,
        type=layer.type,
        flow=flow,
        says=told(flow, axis, layer.reach, anew),
        shared=shared,
        hands=hands,
        hands_more=more,
        same=same,
        inner_steps=layer.input[0][came.index("timesteps")] if reads_within else None,
    )
