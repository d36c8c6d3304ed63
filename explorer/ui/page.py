"""The page script: settings on the left, the shapes above, the run below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from explorer.catalog import ARCHITECTURES, TASKS
from explorer.engine import Refused
from explorer.presets import PRESETS
from explorer.spec import Experiment
from explorer.ui import address, life
from explorer.ui.chain import chain
from explorer.ui.controls import controls, sliders
from explorer.ui.plain import plain
from explorer.ui.quiz_panel import hidden, quiz_panel
from explorer.ui.run_panel import run_panel
from explorer.ui.twin_panel import twin_panel
from explorer.ui.visitor import visitor

SECONDS_TO_DESCRIBE = 20.0
VIEWS = {"chain": "Chain", "unrolled": "Over time", "twins": "Twins", "quiz": "Quiz"}
ASSETS = Path(__file__).parents[2] / "assets"


def main() -> None:
    st.set_page_config(page_title="Sequence explorer", page_icon=str(ASSETS / "icon.svg"), layout="wide")
    engine = life.engine()
    experiment, problems = address.take(lambda run_id: (run := engine.store.run(run_id)) and run.experiment)
    st.html(ASSETS / "page.css")
    with st.sidebar:
        st.markdown("**Sequence explorer**")
        controls(experiment)
    _head(experiment)
    if problems:
        st.warning("\n\n".join(plain(problem.sentence) for problem in problems), icon=":material/info:")
    with st.container(key="chain_place"):
        _shapes(experiment)
    run_panel(experiment)
    address.write(experiment)
    engine.wish(visitor(), experiment)


def _head(experiment: Experiment) -> None:
    architecture, task = ARCHITECTURES[experiment.architecture], TASKS[experiment.task]
    words, presets = st.columns([4, 8], vertical_alignment="center")
    with words:
        st.markdown(f"#### {architecture.title}", help=architecture.doc)
    current = next((name for name, preset in PRESETS.items() if preset.experiment == experiment), None)
    with presets:
        st.session_state["presets"] = current
        st.pills(
            "Named experiments",
            list(PRESETS),
            format_func=lambda name: PRESETS[name].title,
            key="presets",
            label_visibility="collapsed",
            wrap=True,
            on_change=_choose_preset,
            help="Experiments with a point to see; each is also a link, ?preset= and its name.",
        )
    caption, views = st.columns([8, 5], vertical_alignment="center")
    caption.caption(PRESETS[current].says if current else f"{architecture.summary} {task.summary}")
    views.segmented_control(
        "View",
        list(VIEWS),
        format_func=VIEWS.get,
        key="view",
        label_visibility="collapsed",
        required=True,
        help="The chain of layers; the same over time; a setting beside its other value; questions to answer first.",
    )


def _choose_preset() -> None:
    name = st.session_state["presets"]
    if name in PRESETS:
        address.choose(PRESETS[name].experiment)


def _shapes(experiment: Experiment) -> None:
    engine = life.engine()
    if not engine.ready:
        _wait_for_workers()
        return
    try:
        found = engine.describe(experiment, SECONDS_TO_DESCRIBE)
    except Refused as refusal:
        chain(None, waiting=str(refusal))
    except TimeoutError:
        chain(None, waiting="The workers are busy; the shapes follow as soon as one is free.")
    else:
        _view(experiment, found)


def _view(experiment: Experiment, found: dict[str, Any]) -> None:
    view, description = st.session_state["view"], found["description"]
    if view == "twins":
        twin_panel(experiment, found)
        return
    drawn = {"values": found["values"], "looks": found["looks"], "query": experiment.to_query()}
    if view == "quiz":
        # Nothing follows the sliders here: what a question hides must stay hidden.
        chain(description, **drawn, hidden=hidden(description))
        quiz_panel(description)
        return
    chain(description, **drawn, view=view, follows=sliders(experiment))


@st.fragment(run_every=0.25)
def _wait_for_workers() -> None:
    engine = life.engine()
    if engine.ready:
        st.rerun()
    chain(None, waiting=engine.failure or "The workers are importing TensorFlow: the shapes follow in a few seconds.")


# A worker that is started while pages are open is told that this is the main script, and imports it under another name.
if __name__ == "__main__":
    main()
