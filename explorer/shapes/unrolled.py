"""A model unrolled over time: a row for each source and layer, a cell for each timestep that is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.description import Layer, Row, Source, TimeFlow, Unrolled
from explorer.shapes.time_flow import TIME_FLOWS, handed, standing, time_sentence
from explorer.tensors.tensor import ORDERED, is_named
from explorer.tensors.text import count, counted, one_of

SHOWN_AT_EACH_END = 3


def unrolled(sources: Sequence[Source], layers: Sequence[Layer]) -> Unrolled:
    """The chain, one cell for each layer and timestep: which steps are drawn, and a row for each source and layer."""
    found = [(axis, size) for each in sources for axis, size in zip(each.axes, each.shape, strict=True) if axis in ORDERED]
    axis, steps = found[0] if found else ("timesteps", 1)
    ends = SHOWN_AT_EACH_END
    # Of millions of steps no list is made.
    every = range(1, (steps or 2 * ends) + 1)
    shown = list(every) if len(every) <= 2 * ends + 1 else [*every[:ends], *every[-ends:]]
    read = {name for layer in layers for name in layer.reads}
    rows = [_source_row(each, axis) for each in sources]
    rows += [_row(each, axis, steps, answers=each.name not in read) for each in layers]
    words = " ".join(f"{row.name}: {row.says}." for row in rows)
    over = f"The model over {count(steps, axis)}" if found else _without_time(sources)
    return Unrolled(steps, tuple(shown), axis, tuple(rows), f"{over}. {words}")


def _without_time(sources: Sequence[Source]) -> str:
    if all(is_named(axis) for each in sources for axis in each.axes):
        return "No input has a time axis"
    return "It is not known which axis of the input is the time axis"


def _source_row(source: Source, axis: str) -> Row:
    says = f"{counted(source.shape[source.axes.index(axis)], axis, 'come')} in" if axis in source.axes else "comes in"
    return Row(source.name, "", "input", says, False, hands=says, hands_more="", same="", inner_steps=None, backwards=False)


def _row(layer: Layer, axis: str, steps: int | None, *, answers: bool) -> Row:
    flow = _flow_along(layer, axis)
    came, went = (axes[0] if axes else () for axes in (layer.axes_in, layer.axes_out))
    # What has no such axis goes up once.
    returned = layer.output[0][went.index(axis)] if axis in went else 1
    anew = flow == "each" and any(inner.flow in ("along", "last") for inner in layer.inside)
    reads_within = anew and axis == "windows" and "timesteps" in came and "timesteps" not in went
    seen, what = (None if layer.window is None else layer.window.size), standing(went, axis)
    hands, more = handed(
        flow,
        axis,
        returned,
        seen,
        last_states=reads_within,
        answers=answers,
        what=what,
        tensors=_all_of(layer),
        skips_masked=layer.skips_masked,
    )
    if layer.backwards and flow == "along":
        more = f"the last {one_of(axis)} first"
    shared = TIME_FLOWS[flow].shared and _has_same_weights(layer, axis)
    # Strides below it may have left fewer steps than the model was given.
    read = layer.input[0][came.index(axis)] if axis in came else steps
    cells = read if flow.endswith("last") else returned
    same = f"×{cells} the same weights" if shared and cells and cells > 1 else ""
    if same and flow in ("both", "both last"):
        same += " in each direction"
    elif same and reads_within:
        same += ", each from zero"
    says = time_sentence(
        flow,
        axis,
        layer.window,
        begins_anew=anew,
        backwards=layer.backwards,
        shares_weights=shared,
        cells=_cells(layer),
        what=what,
        skips_masked=layer.skips_masked and flow not in ("each", "none", "unknown"),
    )
    return Row(
        name=layer.name,
        type=layer.type,
        flow=flow,
        says=says,
        shared=shared,
        hands=hands,
        hands_more=more,
        same=same,
        inner_steps=layer.input[0][came.index("timesteps")] if reads_within else None,
        backwards=layer.backwards,
    )


def _all_of(layer: Layer) -> str:
    """All that it returns: "one vector", "one tensor", "9 tensors"."""
    if len(layer.output) > 1:
        return count(len(layer.output), "tensors")
    return "one vector" if len(layer.output[0]) == 2 else "one tensor"


def _flow_along(layer: Layer, axis: str) -> TimeFlow:
    """How a layer moves along this axis: not known where what its rules say is of another one that is counted along."""
    own = next((name for axes in (*layer.axes_in, *layer.axes_out) for name in axes if name in ORDERED), axis)
    # What treats every position alone does so along each of them.
    alone = layer.flow in ("each", "merge") and not layer.inside and any(axis in axes for axes in layer.axes_out)
    return layer.flow if own == axis or alone else "unknown"


def _has_same_weights(layer: Layer, axis: str) -> bool:
    """Whether it has weights, and the same at every position: those that differ from one to the next have its axis."""
    timed = [pair for pair in zip(layer.axes_in, layer.input, strict=True) if axis in pair[0]]
    length = timed[0][1][timed[0][0].index(axis)] if timed else 1
    places = [pair for weight in layer.weights for pair in zip(weight.axes, weight.shape, strict=True) if pair[1] > 1]
    # Of an axis without a name that is as long nobody knows.
    return bool(layer.params) and not any(name == axis or (not is_named(name) and size == length) for name, size in places)


def _cells(layer: Layer) -> int:
    """How many cells a recurrent layer has, one above the other; of two directions, in each of them."""
    held = layer.inside[:1] if layer.flow in ("both", "both last") else layer.inside
    return sum(map(_cells, held)) or 1
