"""The task's strip as HTML: the cells stretch with the page, words and lines keep their size (`assets/head.css`)."""

from __future__ import annotations

import math
from html import escape

from explorer.ui.explore.task_strip import Group, Row, Strip

# As in the style sheet, in pixels: from the top of a row to the top of the next, and half the cell of a single target.
ROW = 20
HALF_CELL = 8
# A row of more cells has no room for words in them.
MOST_WITH_WORDS = 24


def markup(strip: Strip) -> str:
    rows = "".join(
        _name(row) + _cells(row, strip.places, strip.width, [group for group in strip.groups if place in group.rows])
        for place, row in enumerate(strip.inputs)
    )
    spoken = f"Validation sequence {strip.sequence}: {', '.join(row.name for row in strip.inputs)}, and its target"
    read = [f"{row.name} {row.characters}" for row in (*strip.inputs, strip.target) if row.characters]
    if read:
        spoken = f"Validation sequence {strip.sequence}: {', '.join(read)}"
    if strip.target.sum_up:
        spoken += f", {strip.target.sum_up}"
    spoken += f". From the input to the target: {strip.words}." if strip.words else "."
    note = escape(f"Validation sequence {strip.sequence}: the model never trains on it")
    body = f'{rows}<i></i><div class="between">{_arrow(strip)}</div>{_name(strip.target)}{_target(strip)}'
    return f'<div class="strip" role="img" aria-label="{escape(spoken)}" title="{note}">{body}</div>'


def _name(row: Row) -> str:
    return f'<b class="{row.axis}">{escape(row.name)}</b>'


def _target(strip: Strip) -> str:
    row = strip.target
    if not row.sum_up:
        places = tuple(float(place) for place in range(len(row.numbers)))
        outlined = [Group(strip.at, strip.at + 1, ())] if strip.words else []
        return _cells(row, places, strip.width, outlined)
    cell = _cells(row, (0.0,), 1.0, [Group(0, 1, ())] if strip.words else [])
    return f'<div class="single"><span>{escape(row.sum_up)}</span>{cell}</div>'


def _cells(row: Row, places: tuple[float, ...], width: float, outlined: list[Group]) -> str:
    words = ""
    if row.characters:
        drawn = zip(places, row.characters, strict=False)
        words = "".join(
            f'<span style="left:{_percent(place + 0.5, width)}">{escape(character)}</span>' for place, character in drawn
        )
    elif 1 < len(row.numbers) <= MOST_WITH_WORDS:
        zeros = (place for place, number in zip(places, row.numbers, strict=True) if number == 0)
        words = "".join(f'<span style="left:{_percent(place + 0.5, width)}">0</span>' for place in zeros)
    marks = "".join(
        f'<u style="left:{_percent(group.begin, width)};width:{_percent(group.end - group.begin, width)}"></u>'
        for group in outlined
    )
    kind = " padded" if None in row.numbers else ""
    if row.characters:
        kind += " symbols"
    return f'<div class="cells {row.axis}{kind}"><i style="{_colours(row, places, width)}"></i>{words}{marks}</div>'


def _colours(row: Row, places: tuple[float, ...], width: float) -> str:
    """All cells as one gradient with hard stops: a row of windows has hundreds."""
    largest = max((abs(number) for number in row.numbers if number), default=1.0)
    # Cells that are wide enough stand apart, by a pixel, however wide they are.
    gap = width <= 2 * MOST_WITH_WORDS
    stops, end = [], "0%"
    for place, number in zip(places, row.numbers, strict=True):
        if number is None:
            break
        colour = "var(--colour)" if number > 0 else "var(--batch)"
        # What is read is not shaded: a large symbol is no more than a small one.
        strength = "16%" if row.characters else f"{100 * abs(number) / largest:.0f}%"
        colour = "var(--colour)" if row.characters else colour
        begin, stop = _percent(place, width), _percent(place + 1, width)
        if gap:
            stop = f"calc({stop} - 1px)"
        stops += [f"transparent {end} {begin}", f"color-mix(in srgb,{colour} {strength},var(--ground)) {begin} {stop}"]
        end = stop
    return f"background:linear-gradient(to right,{','.join(stops)},transparent {end})"


def _arrow(strip: Strip) -> str:
    """From each group down to one line, and from there down to the target."""
    note = f'<em class="left-out"><small>timesteps </small>{escape(strip.left_out)}</em>' if strip.left_out else ""
    if not strip.words:
        return note
    middles = [100 * _middle(group, strip) / strip.width for group in strip.groups]
    downs = []
    for group, middle in zip(strip.groups, middles, strict=True):
        above = ROW * (len(strip.inputs) - 1 - max(group.rows))
        downs.append(f'<i class="down" style="left:{middle:.3f}%;top:-{above}px"></i>')
    if strip.target.sum_up:
        to, ends = f"calc(100% - {HALF_CELL}px)", f"left:{min(middles):.3f}%;right:{HALF_CELL - 1}px"
        side = "before"
    else:
        at = 100 * (strip.at + 0.5) / strip.width
        to, side = f"{at:.3f}%", "after" if at < 60 else "before"
        ends = f"left:{min(*middles, at):.3f}%;right:calc({100 - max(*middles, at):.3f}% - 1px)"
    across = f'<i class="across" style="{ends}"></i>'
    words = f'<span class="{side}" style="--to:{to}">{escape(strip.words)}</span>'
    return f'{note}{"".join(downs)}{across}<i class="to" style="left:{to}"></i>{words}'


def _middle(group: Group, strip: Strip) -> float:
    """Where a line begins, in cells from the left: one that passes characters of another row passes beside them."""
    passes = any(row.characters for row in strip.inputs[max(group.rows) + 1 :])
    middle = (group.begin + group.end) / 2
    return math.floor(middle) + 0.12 if passes else middle


def _percent(part: float, width: float) -> str:
    return f"{100 * part / width:.3f}%"
