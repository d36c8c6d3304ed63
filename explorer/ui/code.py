"""Code on the page as text that cannot act: with lines numbered and marked, or as a change."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import streamlit as st

from explorer.ui.differences import differences, lines_of
from explorer.ui.modules import component, styles

# Lines of the code around a change that are shown with it.
AROUND = 2
# Lines that are sent to the browser: of a code with marks, of one stretch that is taken out or put in, and in all.
MOST_NUMBERED = 600
MOST_AT_ONCE = 100
MOST_CHANGED = 400
_GAP = "⋯"
_CODE = st.components.v2.component(
    "explorer_code", css=styles(("axes.css", "code.css")), js=component("code.js"), isolate_styles=False
)


def numbered(code: str, notes: Mapping[int, str], key: str) -> None:
    """Show the code with its lines numbered. notes: a sentence for every line to mark, by its number from 1."""
    lines = numbered_lines(code, notes)
    _CODE(data={"shape": "numbered", "label": "The code, its lines numbered", "lines": lines}, key=key)


def numbered_lines(code: str, notes: Mapping[int, str]) -> list[dict[str, Any]]:
    """The lines of a code in order: number, text, kind ("marked", "gap" or None) and note; of a long one those around marks.

    >>> [(line["number"], line["kind"]) for line in numbered_lines("a\\nb", {2: "It breaks."})]
    [(1, None), (2, 'marked')]
    """
    texts = lines_of(code)
    shown: list[int] = list(range(1, len(texts) + 1))
    if len(texts) > MOST_NUMBERED:
        marks = sorted(number for number in notes if number <= len(texts))[:10] or [1]
        around = MOST_NUMBERED // (2 * len(marks))
        near = {each for mark in marks for each in range(mark - around, mark + around)}
        shown = sorted(each for each in near if 1 <= each <= len(texts))
    lines: list[dict[str, Any]] = []
    reached = 0
    for number in shown:
        if number > reached + 1:
            lines.append(_gap(number=None))
        kind = "marked" if number in notes else None
        lines.append({"number": number, "text": texts[number - 1], "kind": kind, "note": notes.get(number)})
        reached = number
    if reached < len(texts):
        lines.append(_gap(number=None))
    return lines


def change(before: str, after: str, key: str) -> None:
    """Show what is taken out of the code and what is put in, with the lines around."""
    _CODE(data={"shape": "change", "label": "The change in the code", "lines": changed_lines(before, after)}, key=key)


def changed_lines(before: str, after: str) -> list[dict[str, Any]]:
    """The lines of a change in order: sign, text, and kind, "removed", "added", "gap" or None for what stays.

    >>> [(line["sign"], line["text"]) for line in changed_lines("a\\nb\\nc", "a\\nB\\nc")]
    [(' ', 'a'), ('−', 'b'), ('+', 'B'), (' ', 'c')]
    """
    return list(_changed_lines(before, after))


@lru_cache(maxsize=64)
def _changed_lines(before: str, after: str) -> tuple[dict[str, Any], ...]:
    kinds = {" ": (None, " "), "-": ("removed", "−"), "+": ("added", "+")}
    script = list(differences(lines_of(before), lines_of(after)))
    places = [place for place, (what, _) in enumerate(script) if what != " "]
    near = {each for place in places for each in range(place - AROUND, place + AROUND + 1)}
    lines: list[dict[str, Any]] = []
    reached, alike = -1, 0
    for place in sorted(each for each in near if 0 <= each < len(script)):
        what, text = script[place]
        alike = alike + 1 if place and script[place - 1][0] == what != " " else 0
        if alike >= MOST_AT_ONCE:
            continue
        if place > reached + 1:
            lines.append(_gap(sign=""))
        kind, sign = kinds[what]
        lines.append({"kind": kind, "sign": sign, "text": text})
        reached = place
        if len(lines) >= MOST_CHANGED:
            break
    if lines and reached < len(script) - 1:
        lines.append(_gap(sign=""))
    return tuple(lines)


def _gap(**edge: Any) -> dict[str, Any]:
    return {"kind": "gap", "text": _GAP, **edge}
