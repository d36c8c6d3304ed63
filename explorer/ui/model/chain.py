"""The chain of layers on the page: tensors to scale, boxes with words, wires between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from explorer.shapes.captions import hidden_words
from explorer.ui.front_end.modules import component, styles
from explorer.ui.front_end.streamlit_internals import uninterrupted

STYLES = ("axes.css", "chain.css", "zoom.css", "changes.css", "why.css", "inside.css", "walk.css", "terms.css")

_CHAIN = st.components.v2.component("explorer_chain", css=styles(STYLES), js=component("chain.js"), isolate_styles=False)


def chain(
    description: Mapping[str, Any] | None,
    values: Mapping[str, Any] | None = None,
    waiting: str | None = None,
    query: Mapping[str, str] | None = None,
    follows: Sequence[str] = (),
    key: str = "chain",
    *,
    drawings: Mapping[str, Any] | None = None,
    masks: Mapping[str, Any] | None = None,
    view: str = "chain",
    hidden: Sequence[str] = (),
    marks: Mapping[str, str] | None = None,
    open: str | None = None,
    low: bool = False,
    timestep: int | None = None,
    links_opened: int = 0,
    on_walked: Callable[[Any], None] | None = None,
) -> None:
    """Draw the chain that `description` tells of, as plain data: sources, layers, named shapes, parameters.

    `values` shades the cells: by the name of a source or layer, its numbers (`explorer.answers.Numbers`), positive ones in
    the colour of their axis, negative ones grey. `waiting` is a sentence that holds the place while the description is
    made; a description given with it is shown faintly behind. While one of the sliders named in `follows` moves, the
    chain asks for the shapes of `query`, the experiment as in the address, at the slider's value.

    A click on a layer opens a panel that says why its shapes and counts are what they are, with the drawing that its
    entry in `drawings` gives (`explorer.models.layer_views`). `masks`, by the names of tensors, hatches the timesteps of the
    shown sequence that are masked (`explorer.answers.Answer`). `open` names a layer that is open at the start. `view` is
    "chain" or "unrolled", over time. `hidden` may hold "shapes" and "parameters": a question is asked about them, so they
    are drawn as "?", and no layer opens. `marks` frames layers, each with a sentence. `low` is for a chain that shares
    the window with another one. `timestep` is where a walk through the unrolled chain begins; another one is gone to only
    where `links_opened`, how many links were opened so far, is another as well. `on_walked` is called with where the walk
    rests, `{"timestep": 9, "opened": 1}`, the timestep None where it has ended, and then the page runs again.
    """
    if description and hidden:
        description = hidden_words(description, hidden)
    data = {"description": description, "values": values, "waiting": waiting, "query": query, "follows": list(follows)}
    shown = {
        "drawings": drawings,
        "masks": masks,
        "view": view,
        "hidden": list(hidden),
        "marks": dict(marks or {}),
        "open": open,
        "low": low,
        "timestep": timestep,
        "opened": links_opened,
    }
    # The page's own model follows the run that is played; those that are compared do not.

    @uninterrupted()
    def walked() -> None:
        if on_walked is not None:
            on_walked(st.session_state.get(key, {}).get("walked"))

    _CHAIN(data={**data, **shown, "live": key == "chain", "url": "/shapes"}, key=key, on_walked_change=walked)
