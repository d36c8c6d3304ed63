"""The script of the page "Explore": settings on the left, the shapes above, the run below."""

from __future__ import annotations

import streamlit as st

from explorer.catalog import ARCHITECTURES
from explorer.catalog.presets import PRESETS
from explorer.experiment import Experiment
from explorer.runtime.engine import Refused
from explorer.training.narration import goal
from explorer.ui import address, engine_instance
from explorer.ui.assets import ASSETS
from explorer.ui.chain import chain
from explorer.ui.controls import controls, sliders
from explorer.ui.loading import rerun_when_ready, wait_for_workers
from explorer.ui.markdown import plain
from explorer.ui.owner import visitor
from explorer.ui.page_component import listen
from explorer.ui.run_panel import run_panel
from explorer.ui.undo import undo_buttons
from explorer.ui.views import VIEWS_HELP, choose_view, show_view

SECONDS_TO_DESCRIBE = 20.0
ABOUT = "Choose a recurrent Keras model. See what every layer does to the shape of the data, and train the model."
PRESETS_HELP = "**Named experiments** are ready-made. Each is also a link: ?preset= and its name."


def main() -> None:
    st.set_page_config(page_title="Sequence explorer", page_icon=str(ASSETS / "icon.svg"), layout="wide")
    engine = engine_instance.engine()
    experiment, problems = address.take(engine_instance.experiment_of)
    st.html(ASSETS / "page.css")
    with st.sidebar:
        with st.container(horizontal=True, gap=None, vertical_alignment="center", key="top"):
            st.markdown("**Sequence explorer**", help=ABOUT)
            undo_buttons(experiment)
        controls(experiment)
    _head(experiment)
    if problems:
        st.warning("\n\n".join(plain(problem.sentence) for problem in problems), icon=":material/info:")
    with st.container(key="chain_place"):
        _shapes(experiment)
    run_panel(experiment, lambda: address.write(st.session_state["_experiment"]))
    listen()
    address.write(experiment)
    engine.compile_ahead(visitor(), experiment)


def _head(experiment: Experiment) -> None:
    architecture = ARCHITECTURES[experiment.architecture]
    words, presets = st.columns([7, 17], vertical_alignment="center")
    with words:
        # A widget whose label is hidden shows no help: the row's is told here.
        st.markdown(f"#### {architecture.title}", help="\n\n".join((architecture.doc, PRESETS_HELP, VIEWS_HELP)))
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
        )
    caption, views = st.columns([8, 5], vertical_alignment="center")
    model = PRESETS[current].says if current else architecture.summary
    caption.caption(f"**Model:** {plain(model)} **Task:** {plain(goal(experiment))}")
    choose_view(views)


def _choose_preset() -> None:
    name = st.session_state["presets"]
    if name in PRESETS:
        address.choose(PRESETS[name].experiment)


def _shapes(experiment: Experiment) -> None:
    engine = engine_instance.engine()
    ready = engine.ready
    try:
        # Shapes that were ever seen are there before a worker is.
        found = engine.describe(experiment, SECONDS_TO_DESCRIBE if ready else 0.0)
    except Refused as refusal:
        chain(None, waiting=str(refusal))
    except TimeoutError:
        if not ready:
            wait_for_workers()
            return
        chain(None, waiting="The workers are busy; the shapes follow as soon as one is free.")
    else:
        show_view(experiment, found, experiment.to_query(), sliders(experiment))
        if not ready:
            rerun_when_ready()


# A worker that is started while pages are open is told that this is the main script, and imports it under another name.
if __name__ == "__main__":
    main()
