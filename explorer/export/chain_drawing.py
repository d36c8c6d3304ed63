"""The chain of a model as a drawing that stands alone: a box for each input and layer, with the axes of what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from explorer.description import Axes, Description, Layer, Shape, Source, Symbols
from explorer.export import svg
from explorer.tensors.text import parameters

GAP, BETWEEN, EDGE, ROW = 44.0, 18.0, 16.0, 17.0
# So far above the boxes a line runs that passes others by.
OVER = 14.0


class Drawing(NamedTuple):
    width: float
    height: float
    marks: list[str]


class _Box(NamedTuple):
    """lines: what stands in it, each with its colour and whether it is bold. column: how many boxes come before, at most."""

    name: str
    column: int
    lines: list[tuple[str, str, bool]]
    reads: tuple[str, ...]

    @property
    def size(self) -> tuple[float, float]:
        width = max(svg.width_of(words, 13 if bold else 12) for words, _, bold in self.lines)
        return width + 2 * 12, len(self.lines) * ROW + 14


def chain_drawing(description: Description, left: float, top: float) -> Drawing:
    """The chain, its upper left corner at `left`, `top`."""
    boxes = _boxes(description)
    columns = [[box for box in boxes if box.column == place] for place in range(max(box.column for box in boxes) + 1)]
    passes_by = any(box.column - _named(boxes, name).column > 1 for box in boxes for name in box.reads)
    top += 2 * OVER if passes_by else 0
    heights = [sum(box.size[1] for box in column) + BETWEEN * (len(column) - 1) for column in columns]
    x, marks, places = left, list[str](), dict[str, tuple[float, float, float, float]]()
    for column, height in zip(columns, heights, strict=True):
        wide, y = max(box.size[0] for box in column), top + (max(heights) - height) / 2
        for box in column:
            places[box.name] = (x, y, wide, box.size[1])
            marks += _drawn(box, x, y, wide)
            y += box.size[1] + BETWEEN
        x += wide + GAP
    arrows = [
        _arrow(places[name], places[box.name], box.column - _named(boxes, name).column > 1, top)
        for box in boxes
        for name in box.reads
    ]
    return Drawing(x - GAP - left, top + max(heights), arrows + marks)


def _boxes(description: Description) -> list[_Box]:
    boxes = [_source_box(source) for source in description.sources]
    for layer in description.layers:
        reads = tuple(name for name in layer.reads if any(box.name == name for box in boxes))
        column = 1 + max((_named(boxes, name).column for name in reads), default=0)
        boxes.append(_Box(layer.name, column, _layer_lines(layer), reads))
    return boxes


def _named(boxes: Sequence[_Box], name: str) -> _Box:
    return next(box for box in boxes if box.name == name)


def _source_box(source: Source) -> _Box:
    lines = [("Input", svg.INK, True), (source.name, svg.QUIET, False), *_axes(source.axes, source.symbols, source.shape)]
    return _Box(source.name, 0, lines, ())


def _layer_lines(layer: Layer) -> list[tuple[str, str, bool]]:
    lines = [(layer.as_code or layer.type, svg.INK, True), (layer.name, svg.QUIET, False)]
    for each in zip(layer.axes_out, layer.symbols_out, layer.output, strict=True):
        lines += _axes(*each)
    return [*lines, (parameters(layer.params), svg.QUIET, False)]


def _axes(axes: Axes, symbols: Symbols, shape: Shape) -> list[tuple[str, str, bool]]:
    """A line for each axis: its name, its symbol and its size, in its colour."""
    lines = []
    for axis, symbol, size in zip(axes, symbols, shape, strict=True):
        number = None if size is None else f"{size:,}"
        value = " = ".join(filter(None, [None if symbol == str(size) else symbol, number]))
        lines.append((f"{axis} {value}".strip(), svg.AXES.get(axis, svg.INK), False))
    return lines


def _drawn(box: _Box, x: float, y: float, width: float) -> list[str]:
    frame = svg.element(
        "rect", x=x, y=y, width=width, height=box.size[1], rx=8, fill=svg.GROUND, stroke=svg.LINE, stroke_width=1.5
    )
    return [
        frame,
        *(
            svg.text(x + 12, y + 5 + ROW * number, words, 13 if bold else 12, colour, bold)
            for number, (words, colour, bold) in enumerate(box.lines, 1)
        ),
    ]


def _arrow(start: tuple[float, ...], end: tuple[float, ...], passes_by: bool, top: float) -> str:
    """From the right edge of a box to the left edge of another; over those between them where there are any."""
    (x, y, width, height), (to_x, to_y, _, to_height) = start, end
    out, into = (x + width, y + height / 2), (to_x - 6, to_y + to_height / 2)
    if passes_by:
        # It leaves and arrives above the middle, so that it is told from the line that goes straight on.
        out, into, over = (x + width, y + 16), (to_x - 6, to_y + 16), top - OVER
        bend = [
            f"M{out[0]:.1f} {out[1]:.1f}",
            f"C{out[0] + GAP / 2:.1f} {out[1]:.1f} {out[0]:.1f} {over:.1f} {out[0] + GAP / 2 + 8:.1f} {over:.1f}",
        ]
        bend += [
            f"L{into[0] - GAP / 2 - 2:.1f} {over:.1f}",
            f"C{into[0]:.1f} {over:.1f} {into[0] - GAP / 2:.1f} {into[1]:.1f} {into[0]:.1f} {into[1]:.1f}",
        ]
    else:
        half = (out[0] + into[0]) / 2
        bend = [
            f"M{out[0]:.1f} {out[1]:.1f}",
            f"C{half:.1f} {out[1]:.1f} {half:.1f} {into[1]:.1f} {into[0]:.1f} {into[1]:.1f}",
        ]
    path = svg.element("path", d="".join(bend), fill="none", stroke=svg.QUIET, stroke_width=1.5)
    tip = f"M{into[0] + 6:.1f} {into[1]:.1f}l-8 -4v8z"
    return path + svg.element("path", d=tip, fill=svg.QUIET)
