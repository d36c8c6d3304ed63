"""The code of the model beside its layers: whoever points at a line sees its layer, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import streamlit as st
from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, String

from explorer.ui.front_end.modules import component, styles

_LISTING = st.components.v2.component(
    "explorer_listing", css=styles(("axes.css", "listing.css")), js=component("listing.js"), isolate_styles=False
)
# A colour means an axis, so words of code differ in weight and in shades of grey.
_KINDS = ((Keyword, "keyword"), (Comment, "comment"), (String.Doc, "comment"), (String, "string"))


def listing(code: str, layers: Mapping[str, tuple[int, int]]) -> None:
    """Draw Python code with numbered lines and a button that copies it.

    layers: the first and the last line of each layer, counted from 1, by the name that the chain has for it.
    """
    linked = [{"name": name, "first": first, "last": last} for name, (first, last) in layers.items()]
    _LISTING(data={"label": "The code of the model", "lines": lines_of(code), "layers": linked, "code": code}, key="listing")


@lru_cache(maxsize=32)
def lines_of(code: str) -> list[list[list[str]]]:
    """The lines of code, each as its pieces: their kind, "" for most, and their text.

    >>> lines_of("x = None  # nothing\\n")
    [[['', 'x = '], ['keyword', 'None'], ['', '  '], ['comment', '# nothing']]]
    """
    lines: list[list[list[str]]] = [[]]
    for token, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(code.rstrip("\n")):
        kind = next((kind for group, kind in _KINDS if token in group), "")
        for place, part in enumerate(text.split("\n")):
            if place:
                lines.append([])
            if part and lines[-1] and lines[-1][-1][0] == kind:
                lines[-1][-1][1] += part
            elif part:
                lines[-1].append([kind, part])
    return lines
