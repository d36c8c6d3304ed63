"""A change of code on the page, as text that cannot act."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import streamlit as st

from explorer.ui.front_end.differences import differences, lines_of
from explorer.ui.front_end.modules import component, styles

# Lines of the code around a change that are shown with it.
AROUND = 2
# Lines that are sent to the browser: of one stretch that is taken out or put in, and in all.
MOST_AT_ONCE = 100
MOST_CHANGED = 400
_GAP = {"kind": "gap", "text": "⋯", "sign": ""}
_CODE = st.components.v2.component(
    "explorer_code", css=styles(("axes.css", "code.css")), js=component("code.js"), isolate_styles=False
)


def change(before: str, after: str, key: str) -> None:
    """Show what is taken out of the code and what is put in, with the lines around."""
    _CODE(data={"label": "The change in the code", "lines": changed_lines(before, after)}, key=key)


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
            lines.append(_GAP)
        kind, sign = kinds[what]
        lines.append({"kind": kind, "sign": sign, "text": text})
        reached = place
        if len(lines) >= MOST_CHANGED:
            break
    if lines and reached < len(script) - 1:
        lines.append(_GAP)
    return tuple(lines)
