"""The chain of layers on the page: tensors to scale, boxes with words, wires between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).parents[2] / "assets"
# The files share one scope and are read in this order: what a file uses stands before it.
SCRIPTS = (
    "axes.js",
    "chain/words.js",
    "chain/graph.js",
    "chain/tensor.js",
    "chain/layout.js",
    "chain/strips.js",
    "chain/memories.js",
    "chain/moves.js",
    "chain/inside.js",
    "chain/cells.js",
    "chain/unrolled.js",
    "chain/changes.js",
    "chain/blocks.js",
    "chain/why.js",
    "chain/layer.js",
    "chain/follow.js",
    "chain.js",
)
STYLES = ("axes.css", "chain.css", "changes.css", "why.css", "inside.css")


def read(names: tuple[str, ...]) -> str:
    return "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in names)


_CHAIN = st.components.v2.component("explorer_chain", css=read(STYLES), js=read(SCRIPTS), isolate_styles=False)


def chain(
    description: Mapping[str, Any] | None,
    values: Mapping[str, Any] | None = None,
    waiting: str | None = None,
    query: Mapping[str, str] | None = None,
    follows: Sequence[str] = (),
    key: str = "chain",
    *,
    looks: Mapping[str, Any] | None = None,
    view: str = "chain",
    hidden: Sequence[str] = (),
    marks: Mapping[str, str] | None = None,
    open: str | None = None,
) -> None:
    """Draw the chain that `description` tells of, as plain data: sources, layers, named shapes, parameters.

    `values` shades the cells: by the name of a source or layer, rows (features, units) of columns (timesteps) of
    numbers from 0 to 255, at most 32 by 32. `waiting` is a sentence that holds the place while the description is
    made; a description given with it is shown faintly behind. While one of the sliders named in `follows` moves, the
    chain asks for the shapes of `query`, the experiment as in the address, at the slider's value.

    A click on a layer opens a panel that says why its shapes and counts are what they are, with the drawing that its
    entry in `looks` gives (`explorer.looks`); `open` names a layer that is open at the start. `view` is "chain" or
    "unrolled", over time. `hidden` may hold "shapes" and "parameters": a question is asked about them, so they are drawn
    as "?", and no layer opens. `marks` frames layers, each with a sentence.
    """
    data = {"description": description, "values": values, "waiting": waiting, "query": query, "follows": list(follows)}
    shown = {"looks": looks, "view": view, "hidden": list(hidden), "marks": dict(marks or {}), "open": open}
    _CHAIN(data={**data, **shown, "url": "/shapes"}, key=key)
