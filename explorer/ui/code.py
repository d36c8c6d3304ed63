"""Code on the page as text that cannot act: with lines numbered and marked, or as a change."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.ui.chain import read

# Lines of the code around a change that are shown with it.
AROUND = 2
_CODE = st.components.v2.component(
    "explorer_code", css=read(("axes.css", "code.css")), js=read(("axes.js", "code.js")), isolate_styles=False
)


def numbered(code: str, notes: Mapping[int, str], key: str) -> None:
    """Show the code with its lines numbered. notes: a sentence for every line to mark, by its number from 1."""
    lines: list[dict[str, Any]] = [
        {"number": number, "text": text, "kind": "marked" if number in notes else None, "note": notes.get(number)}
        for number, text in enumerate(code.splitlines(), 1)
    ]
    _CODE(data={"shape": "numbered", "label": "The code, its lines numbered", "lines": lines}, key=key)


def change(before: str, after: str, key: str) -> None:
    """Show what is taken out of the code and what is put in, with the lines around."""
    _CODE(data={"shape": "change", "label": "The change in the code", "lines": changed_lines(before, after)}, key=key)


def changed_lines(before: str, after: str) -> list[dict[str, Any]]:
    """The lines of a change in order: sign, text, and kind, "removed", "added", "gap" or None for what stays.

    >>> [(line["sign"], line["text"]) for line in changed_lines("a\\nb\\nc", "a\\nB\\nc")]
    [(' ', 'a'), ('−', 'b'), ('+', 'B'), (' ', 'c')]
    """
    old, new = before.splitlines(), after.splitlines()
    lines: list[dict[str, Any]] = []
    reached = 0

    def add(kind: str | None, sign: str, texts: list[str]) -> None:
        lines.extend({"kind": kind, "sign": sign, "text": text} for text in texts)

    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
        if group[0][1] > reached:
            add("gap", "", ["⋯"])
        for what, start, stop, new_start, new_stop in group:
            if what == "equal":
                add(None, " ", old[start:stop])
            else:
                add("removed", "−", old[start:stop])
                add("added", "+", new[new_start:new_stop])
            reached = stop
    if lines and reached < len(old):
        add("gap", "", ["⋯"])
    return lines
