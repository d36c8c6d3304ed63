"""A model unrolled over time: a row for each source and layer, a cell for each timestep that is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.description import Layer, Row, Source, Unrolled
from explorer.shapes.time_flow import TIME_FLOWS, handed, told
from explorer.tensors.tensor import ORDERED
from explorer.tensors.text import count, counted, one_of

SHOWN_AT_EACH_END = 3


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
    over = "The model has no time axis" if place is None else f"The model over {count(steps, axis)}"
    return Unrolled(steps, tuple(shown), axis, tuple(rows), f"{over}: {words}.")


def _source_row(source: Source, axis: str) -> Row:
    says = f"{counted(source.shape[source.axes.index(axis)], axis, 'come')} in" if axis in source.axes else "comes in"
    return Row(source.name, "", "input", says, False, hands=says, hands_more="", same="", inner_steps=None, backwards=False)


def _row(layer: Layer, axis: str, steps: int | None, *, answers: bool) -> Row:
    flow = layer.flow
    came, went = (axes[0] if axes else () for axes in (layer.axes_in, layer.axes_out))
    # What has no such axis goes up once.
    returned = layer.output[0][went.index(axis)] if axis in went else 1
    anew = flow == "each" and any(inner.flow in ("along", "last") for inner in layer.inside)
    reads_within = anew and axis == "windows" and "timesteps" in came and "timesteps" not in went
    seen = None if layer.window is None else layer.window.size
    one = "one vector" if len(went) == 2 else "one tensor"
    hands, more = handed(flow, axis, returned, seen, last_states=reads_within, answers=answers, one=one)
    if layer.backwards and flow == "along":
        more = f"the last {one_of(axis)} first"
    # Weights that differ from timestep to timestep have its axis.
    each = {size for weight in layer.weights for name, size in zip(weight.axes, weight.shape, strict=True) if name == axis}
    own = bool(layer.params) and each <= {1}
    shared = TIME_FLOWS[flow].shared and own
    cells = steps if flow.endswith("last") else returned
    same = f"×{cells} the same weights" if shared and cells and cells > 1 else ""
    if same and flow in ("both", "both last"):
        same += " in each direction"
    elif same and reads_within:
        same += ", each from zero"
    return Row(
        name=layer.name,
        type=layer.type,
        flow=flow,
        says=told(flow, axis, layer.window, begins_anew=anew, backwards=layer.backwards, shares_weights=shared),
        shared=shared,
        hands=hands,
        hands_more=more,
        same=same,
        inner_steps=layer.input[0][came.index("timesteps")] if reads_within else None,
        backwards=layer.backwards,
    )
