"""How a layer moves along time (`FLOWS`): which steps see each other, what is handed on, and the chain unrolled by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from explorer.description import Layer, Row, Source, Unrolled
from explorer.sentences import MERGED, PLAIN, POOLS, RECURRENT, WINDOW_POOLS, count
from explorer.tensors import ORDERED, Seen, rule

# each: the same weights at every step, and no step sees another. along, last: a memory runs from step to step, and all or
# only the last is handed on; both, both last: one memory each way. pool: all steps become one. window: some neighbours are
# seen. all: every step sees every step. repeat: one vector to every step. merge: several tensors become one, step by step.
# mark: steps are marked, no number changes. none: there is no time here.
SAYS = {
    "each": "the same weights at every step, and no step sees another",
    "along": "one cell with one set of weights; its memory flows along, and every step's is handed on",
    "last": "one cell with one set of weights; its memory flows along, and only the last is handed on",
    "both": "one cell forwards and one backwards; at every step both memories are handed on",
    "both last": "one cell forwards and one backwards; only the last memory of each is handed on",
    "pool": "all steps become one",
    "window": "each step is made from {reach} steps, with the same weights everywhere",
    "all": "every step looks at every step",
    "repeat": "the same vector is handed to every step",
    "merge": "what stands at the same step is put together",
    "mark": "no number changes; some steps are marked to be skipped",
    "none": "one vector, without time",
}
SHOWN_AT_EACH_END = 3


def flow(seen: Seen) -> tuple[str, int | None]:
    """How a layer moves along time, and for "window" how many steps it sees."""
    found = rule(FLOWS, seen.layer, _by_rank)(seen)
    return found if isinstance(found, tuple) else (found, None)


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


def _convolution(seen: Seen) -> tuple[str, int]:
    return "window", (seen.layer.kernel_size[0] - 1) * seen.layer.dilation_rate[0] + 1


FLOWS: dict[str, Callable[[Seen], str | tuple[str, int]]] = {
    **dict.fromkeys(RECURRENT, _recurrent),
    "Bidirectional": _bidirectional,
    **dict.fromkeys(("Conv1D", "SeparableConv1D", "DepthwiseConv1D"), _convolution),
    **dict.fromkeys(WINDOW_POOLS, lambda seen: ("window", seen.layer.pool_size[0])),
    **dict.fromkeys(POOLS, lambda seen: "pool"),
    **dict.fromkeys(("Attention", "AdditiveAttention", "MultiHeadAttention"), lambda seen: "all"),
    **dict.fromkeys((*MERGED, "Concatenate", *PLAIN), _by_rank),
    "RepeatVector": lambda seen: "repeat",
    "Masking": lambda seen: "mark",
}


def _says(layer: Layer, axis: str) -> str:
    words = SAYS[layer.flow].format(reach=layer.reach)
    # Over windows it is windows that do not see each other, and a memory inside each begins anew.
    words = words.replace("step", "window") if axis == "windows" else words
    anew = layer.flow == "each" and any(inner.flow in ("along", "last") for inner in layer.inside)
    return f"{words}: the memory begins at zero in each" if anew else words


def unrolled(sources: Sequence[Source], layers: Sequence[Layer]) -> Unrolled:
    """The chain, one cell for each layer and timestep: which steps are drawn, and a row for each source and layer."""
    axes, shape = sources[0].axes, sources[0].shape
    place = next((place for place, axis in enumerate(axes) if axis in ORDERED), None)
    axis, steps = ("timesteps", 1) if place is None else (axes[place], shape[place])
    ends = SHOWN_AT_EACH_END
    # Of millions of steps no list is made.
    every = range(1, (steps or 2 * ends) + 1)
    shown = list(every) if len(every) <= 2 * ends + 1 else [*every[:ends], *every[-ends:]]
    rows = [Row(each.name, "", "input", f"{count(steps, axis)} come in", False) for each in sources]
    for layer in layers:
        says = _says(layer, axis)
        shared = layer.flow in ("each", "along", "last", "both", "both last", "window", "all")
        rows.append(Row(layer.name, layer.type, layer.flow, says, shared))
    words = "; ".join(f"{row.name}: {row.says}" for row in rows)
    return Unrolled(steps, tuple(shown), axis, tuple(rows), f"The chain over {count(steps, axis)}: {words}.")
