"""What a pasted code does not say: a field for each number that it asks for, and the lines that were not followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.notebook import place
from explorer.report import Asked
from explorer.tensors.text import count
from explorer.ui.front_end.markdown import marked
from explorer.ui.state.paste_fields import LARGEST_SIZE, MOST_AXES, read_size

# More fields than this are no help; what they leave out is asked for once the first are filled in.
MOST_ASKED = 6
_ELSEWHERE = {"source": "It comes from the data.", "shape": False, "text": None}


def asks(report: Mapping[str, Any], code: str) -> list[dict[str, Any]]:
    """The fields that the editor draws: for each number that the report asks for, and for those that were given, which can
    be changed. line: where it stands, None where that is not known any more. wrong: a sentence on what was given.
    """
    kept = st.session_state["_paste"]
    lines = code.split("\n")
    for each in report["asked"]:
        source = Asked(**each).source
        kept["asked"][each["name"]] = {"source": source, "shape": each["shape"], "text": lines[each["line"] - 1]}
    missing = {each["name"]: each["line"] for each in report["asked"]}
    # What a layer returns is asked for by "the output of" its class, which alone stands in the code.
    given = {name: text for name, text in kept["sizes"].items() if name in code or name.rpartition(" ")[2] in code}
    names = [*given, *(name for name in missing if name not in given)][:MOST_ASKED]
    found = []
    for name in names:
        about, text = kept["asked"].get(name, _ELSEWHERE), given.get(name, "")
        line = missing.get(name) or (lines.index(about["text"]) + 1 if about["text"] in lines else None)
        found.append(
            {
                "name": name,
                "line": line,
                "words": f"{name}: which shape?" if about["shape"] else f"{name}: how many?",
                "why": about["source"],
                "value": text,
                "placeholder": "20,5" if about["shape"] else "5",
                "wrong": _wrong(name, text, about["shape"]),
            }
        )
    return found


def _wrong(name: str, text: str, shape: bool) -> str:
    if not text.strip() or read_size(text) is not None:
        return ""
    if shape:
        return (
            f"A shape is up to {MOST_AXES} whole numbers from 1 to {LARGEST_SIZE:,}, without the batch, such as 20,5; "
            f"received “{text[:40]}”."
        )
    return (
        f"{name} must be a whole number from 1 to {LARGEST_SIZE:,}, or up to {MOST_AXES} of them for a shape; "
        f"received “{text[:40]}”."
    )


def where(code: str, line: int) -> str:
    """A line of the code; of a notebook also where it stands there.

    >>> where("a = 1", 1), where("# %% cell 1\\na = 1", 2)
    ('Line 1', 'Line 2 (cell 1, line 1)')
    """
    cell = place(code, line)
    return f"Line {line} ({cell})" if cell else f"Line {line}"


def followed(report: Mapping[str, Any], code: str) -> None:
    """Draw, folded away, the lines that were left out and what was taken for granted."""
    for title, lines in (("Not followed", report["not_followed"]), ("Taken for granted", report["assumed"])):
        if lines:
            with st.expander(f"{title} ({count(len(lines), 'lines')})"):
                for each in lines:
                    st.markdown(f":gray[{where(code, each['line'])}.] {marked(each['why'])}")
