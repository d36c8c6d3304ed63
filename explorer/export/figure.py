"""The figure of an experiment as SVG: its chain, and of a run its losses and its last outputs below."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from explorer.catalog import resolve
from explorer.description import Description
from explorer.experiment import Experiment
from explorer.export import svg
from explorer.export.chain_drawing import EDGE, chain_drawing
from explorer.runtime.storage.records import StoredFrame
from explorer.training import data

HIGH, GAP, TICKS = 230.0, 28.0, 5
LEAST_WIDTH, MOST_OF_A_CHART = 760.0, 560.0
OUTPUTS = ("#8e2f6b", "#4a3fb0", "#e0559a", "#5c1233", "#9a7fe0", "#5b6673")


class _Plot(NamedTuple):
    """A chart's plot, and what turns its numbers into pixels."""

    marks: list[str]
    x: Callable[[float], float]
    y: Callable[[float], float]
    left: float
    right: float


def figure(experiment: Experiment, description: Description, frames: Sequence[StoredFrame] = ()) -> str:
    """The figure as the text of an SVG file. frames: of a run of this experiment; without them there are no charts."""
    found = resolve(experiment)
    title = f"{found.architecture.title}: {found.task.title}"
    chain = chain_drawing(description, EDGE, EDGE + 36)
    width = max(chain.width + 2 * EDGE, LEAST_WIDTH if frames else svg.width_of(title, 18) + 2 * EDGE)
    marks = [svg.text(EDGE, EDGE + 14, title, 18, bold=True), *chain.marks]
    height = chain.height + EDGE
    if frames:
        each = min(MOST_OF_A_CHART, (width - 2 * EDGE - GAP) / 2)
        top = height + 16
        marks += _losses(experiment, frames, EDGE, top, each)
        marks += _outputs(experiment, frames[-1], EDGE + each + GAP, top, each)
        height = top + HIGH + 40 + EDGE
    words = f"{title}. {description.spoken or description.unrolled.says}"
    return svg.picture(width, height, words, marks)


def _losses(experiment: Experiment, frames: Sequence[StoredFrame], left: float, top: float, width: float) -> list[str]:
    baselines = {name: value for name, value in resolve(experiment).baselines.items() if value > 0}
    known = [value for frame in frames for value in (frame.loss, frame.val_loss) if value is not None]
    high = max([*known, *baselines.values()], default=1.0)
    plot = _plot("Loss", "epoch", (0, max(frame.epoch for frame in frames)), (0, high * 1.05), left, top, width)
    marks = plot.marks
    for value in baselines.values():
        marks.append(svg.line((plot.left, plot.y(value)), (plot.right, plot.y(value)), svg.INK, 1.5, "2 3"))
    for kind, dash in (("val_loss", "6 4"), ("loss", "")):
        values = [(frame.epoch, getattr(frame, kind)) for frame in frames]
        points = [None if value is None else (plot.x(epoch), plot.y(value)) for epoch, value in values]
        marks.append(svg.curve(points, svg.INK, 1.8, dash))
    for name, value in baselines.items():
        marks.append(svg.text(plot.right, plot.y(value) - 5, f"baseline {name} {value:.3g}", 11, svg.QUIET, anchor="end"))
    return marks + _legend(plot.left, top, (("training", svg.INK, 1.8, ""), ("validation", svg.INK, 1.8, "6 4")))


def _outputs(experiment: Experiment, frame: StoredFrame, left: float, top: float, width: float) -> list[str]:
    """The outputs of an epoch beside their targets: a target is wide and pale below its output, so that both are seen."""
    targets, outputs = data.probe_targets(experiment), frame.array
    over_time = targets.shape[1] > 1
    if over_time:
        title, across, targets, outputs = "Output, validation sequence 1", "timestep", targets[0], outputs[0]
    else:
        title, across, targets, outputs = "Output of each sequence", "sequence", targets[:, 0], outputs[:, 0]
    low, high = min(targets.min(), outputs.min()), max(targets.max(), outputs.max())
    margin = 0.05 * (high - low) or 0.5
    ends = (float(low - margin), float(high + margin))
    plot = _plot(f"{title}, epoch {frame.epoch}", across, (0.5, len(targets) + 0.5), ends, left, top, width)
    marks = plot.marks
    for place in range(min(targets.shape[1], len(OUTPUTS))):
        for values, wide, opacity in ((targets, 8.0, "55"), (outputs, 1.8, "")):
            points = [(plot.x(at), plot.y(float(value))) for at, value in enumerate(values[:, place], 1)]
            if over_time:
                marks.append(svg.curve(points, OUTPUTS[place] + opacity, wide))
            else:
                radius = 7 if opacity else 3
                marks += [svg.element("circle", cx=x, cy=y, r=radius, fill=OUTPUTS[place] + opacity) for x, y in points]
    return marks + _legend(plot.left, top, (("output", OUTPUTS[0], 1.8, ""), ("target", OUTPUTS[0] + "55", 8.0, "")))


def _plot(
    title: str, across: str, ends: tuple[float, float], levels: tuple[float, float], left: float, top: float, width: float
) -> _Plot:
    """Title, axes and grid of a chart. ends, levels: of the axis across, and of the one upwards."""
    inner, right, upper, lower = left + 48, left + width - 4, top + 28, top + HIGH
    x = _scale(ends, (inner, right))
    y = _scale(levels, (lower, upper))
    marks = [
        svg.text(left, top + 12, title, 14, bold=True),
        svg.text(right, lower + 38, across, 12, bold=True, anchor="end"),
    ]
    for tick in ticks(*levels):
        marks.append(svg.line((inner, y(tick)), (right, y(tick))))
        marks.append(svg.text(inner - 8, y(tick) + 4, f"{tick:.6g}".replace("-", "\u2212"), 12, svg.QUIET, anchor="end"))
    for tick in (each for each in ticks(*ends) if each == int(each)):
        marks.append(svg.text(x(tick), lower + 18, f"{tick:.6g}", 12, svg.QUIET, anchor="middle"))
    return _Plot(marks, x, y, inner, right)


def _scale(ends: tuple[float, float], pixels: tuple[float, float]) -> Callable[[float], float]:
    factor = (pixels[1] - pixels[0]) / ((ends[1] - ends[0]) or 1)
    return lambda value: round(pixels[0] + (value - ends[0]) * factor, 1)


def ticks(low: float, high: float) -> list[float]:
    """Round numbers from `low` to `high`, about five of them.

    >>> ticks(0, 1.05), ticks(1, 20)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [5, 10, 15, 20])
    """
    step = (high - low) / TICKS or 1
    power = 10 ** math.floor(math.log10(step))
    step = min((each * power for each in (1, 2, 5, 10)), key=lambda each: abs(each - step))
    return [round(step * number, 12) for number in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _legend(left: float, top: float, entries: Sequence[tuple[str, str, float, str]]) -> list[str]:
    """Below the plot, at its left edge."""
    marks, y = list[str](), top + HIGH + 38
    for name, stroke, wide, dash in entries:
        marks.append(svg.line((left, y - 4), (left + 26, y - 4), stroke, wide, dash))
        marks.append(svg.text(left + 32, y, name, 12))
        left += 32 + svg.width_of(name) + 16
    return marks
