"""Marks of a figure as SVG that stands alone: no style sheet, no script, no font of its own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

INK, QUIET, LINE, GROUND = "#1d2733", "#5b6570", "#c9d0d8", "#ffffff"
# The page's colours of the axes, dark enough for words. What is no such axis is ink.
AXES = {"batch": "#5b6570", "timesteps": "#0067a3", "features": "#8f5a00", "units": "#00704f", "outputs": "#8e2f6b"}
FONT = "'Source Sans 3', 'Source Sans Pro', 'Segoe UI', Helvetica, Arial, sans-serif"
# The widest that letters of the font are taken to be, in parts of its size: code, which has wide letters, fits too.
WIDEST = 0.6
Point = tuple[float, float]


def width_of(text: str, size: float = 12) -> float:
    """About how wide a text is, in pixels; not less."""
    return len(text) * size * WIDEST


def element(tag: str, content: str = "", **attributes: object) -> str:
    """An element; an underscore in an attribute's name stands for a hyphen, and one at its end for nothing."""
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_spelled(value))}"' for name, value in attributes.items()
    )
    return f"<{tag}{named}>{content}</{tag}>" if content else f"<{tag}{named}/>"


def text(
    x: float, y: float, words: str, size: float = 12, fill: str = INK, bold: bool = False, anchor: str = "start"
) -> str:
    """Words with an edge of the ground's colour, so that they are read where a line crosses them."""
    edge = {"stroke": GROUND, "stroke_width": 3, "stroke_linejoin": "round", "paint_order": "stroke"}
    weight = {"font_weight": 600} if bold else {}
    return element("text", escape(words), x=x, y=y, font_size=size, fill=fill, text_anchor=anchor, **weight, **edge)


def line(start: Point, end: Point, stroke: str = LINE, width: float = 1, dash: str = "") -> str:
    dashed = {"stroke_dasharray": dash} if dash else {}
    return element("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], stroke=stroke, stroke_width=width, **dashed)


def curve(points: Sequence[Point | None], stroke: str, width: float, dash: str = "") -> str:
    """A line through points; None lifts the pen."""
    parts, lifted = [], True
    for point in points:
        if point is not None:
            parts.append(f"{'M' if lifted else 'L'}{_spelled(point[0])} {_spelled(point[1])}")
        lifted = point is None
    dashed = {"stroke_dasharray": dash} if dash else {}
    return element(
        "path", d="".join(parts), fill="none", stroke=stroke, stroke_width=width, stroke_linejoin="round", **dashed
    )


def picture(width: float, height: float, title: str, marks: Sequence[str]) -> str:
    """The whole file, on a white ground, so that it can be read on any other. title: what it shows, in words."""
    ground = element("rect", width=width, height=height, fill=GROUND)
    content = element("title", escape(title)) + ground + "\n" + "\n".join(marks) + "\n"
    size = f"0 0 {_spelled(width)} {_spelled(height)}"
    svg = element(
        "svg", content, xmlns="http://www.w3.org/2000/svg", viewBox=size, width=width, height=height, font_family=FONT
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg}\n'


def _spelled(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
