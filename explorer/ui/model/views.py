"""The views of a model, on both pages: its layers, unrolled, compared with another setting, and the quiz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from explorer.experiment import Experiment
from explorer.export import script
from explorer.export.layer_lines import layer_lines
from explorer.ui.front_end.assets import ASSETS
from explorer.ui.model.chain import chain
from explorer.ui.model.compare_panel import compare_panel
from explorer.ui.model.listing import listing
from explorer.ui.model.quiz_panel import HIDDEN, hidden, quiz_panel
from explorer.ui.model.take_home import take_home
from explorer.ui.state import walk_place

VIEWS = {"chain": "Chain", "unrolled": "Unrolled", "twins": "Compare", "code": "Code", "quiz": "Quiz"}
VIEWS_HELP = (
    "**Chain** shows the tensors between the layers. **Unrolled** shows the model over time. **Compare** shows it beside "
    "the same model with one setting changed. **Code** is a script that trains the same model without this page. **Quiz** "
    "asks up to ten questions."
)


def choose_view(place: Any, names: Sequence[str] = tuple(VIEWS), disabled: bool = False) -> None:
    """Draw the choice; what is chosen is in `st.session_state["view"]`."""
    if st.session_state.get("view") not in names:
        st.session_state["view"] = names[0]
    place.segmented_control(
        "View",
        list(names),
        format_func=VIEWS.get,
        key="view",
        required=True,
        help=VIEWS_HELP,
        disabled=disabled,
    )


def show_view(
    experiment: Experiment | None,
    found: Mapping[str, Any],
    query: Mapping[str, str] | None = None,
    follows: Sequence[str] = (),
    opened: str | None = None,
    concealed: bool = False,
    timestep: int | None = None,
) -> None:
    """Draw what is chosen. found: what `Engine.describe` says, or only a description; experiment: None without "Compare".

    query, follows: as `chain` takes them, where sliders on the page decide the shapes. opened: the layer that is open at
    first. timestep: where a walk through time begins. concealed: a lesson asks about the model, so that its chain is drawn
    without what would tell the answer.
    """
    view, description = st.session_state["view"], found["description"]
    values, drawings, masks = found.get("values"), found.get("drawings"), found.get("masks")
    if concealed:
        chain(description, values, query=query, drawings=drawings, hidden=HIDDEN)
        return
    if view == "twins" and experiment is not None:
        if query is not None:
            st.html(ASSETS / "compare.css")
        compare_panel(experiment, found, in_address=query is not None)
        return
    if view == "code" and experiment is not None:
        take_home(experiment, found)
        code = script(experiment)
        names = [each["name"] for each in (*description["sources"], *description["layers"])]
        with st.container(key="code_of_model"):
            left, right = st.columns([6, 5], gap="small")
            with left:
                listing(code, layer_lines(code, names))
            with right, st.container(key="code_chain"):
                chain(description, values, query=query, drawings=drawings, masks=masks, follows=follows, low=True)
        return
    if view == "quiz":
        # Nothing follows the sliders here: what a question hides must stay hidden.
        chain(description, values, query=query, drawings=drawings, hidden=hidden(description, experiment))
        quiz_panel(description, experiment)
        return
    walked = walk_place.take if query is not None else None
    chain(
        description,
        values,
        query=query,
        follows=follows,
        drawings=drawings,
        masks=masks,
        view=view,
        open=opened,
        timestep=timestep,
        links_opened=walk_place.opened(),
        on_walked=walked,
    )
