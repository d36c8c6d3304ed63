"""The script of the page "Explore": settings on the left, the shapes above, the run below."""

from __future__ import annotations

import streamlit as st

from explorer.experiment import Experiment
from explorer.runtime.engine.engine import Refused
from explorer.ui.explore.controls import controls, sliders
from explorer.ui.explore.head import head
from explorer.ui.frame.notice import notice
from explorer.ui.frame.page_component import keys_button, listen
from explorer.ui.frame.projector import present_button, projector
from explorer.ui.frame.room_panel import room_bar, room_button
from explorer.ui.frame.share import share_button
from explorer.ui.frame.undo import undo_buttons
from explorer.ui.front_end.assets import ASSETS, SIDEBAR
from explorer.ui.front_end.markdown import plain
from explorer.ui.lessons import steps as lesson_steps
from explorer.ui.lessons.panel import lesson_panel
from explorer.ui.model.chain import chain
from explorer.ui.model.loading import rerun_when_ready, wait_for_workers
from explorer.ui.model.views import show_view
from explorer.ui.run.inside_panel import inside_panel
from explorer.ui.run.run_panel import run_panel
from explorer.ui.server import engine_instance
from explorer.ui.server.owner import visitor
from explorer.ui.state import address, lesson_place, presenting, walk_place

SECONDS_TO_DESCRIBE = 20.0
ABOUT = "Choose a recurrent Keras model. See what every layer does to the shape of the data, and train the model."


def main() -> None:
    st.set_page_config(
        page_title="Sequence explorer", page_icon=str(ASSETS / "icon.svg"), layout="wide", initial_sidebar_state=SIDEBAR
    )
    engine = engine_instance.engine()
    lesson_steps.switch()
    experiment, problems = address.take(engine_instance.experiment_of)
    if presenting.now():
        projector(experiment, [problem.sentence for problem in problems])
        return
    lesson_steps.switch()
    at = lesson_place.place("explore")
    st.html(ASSETS / "page.css")
    st.html(ASSETS / "head.css")
    room_bar()
    if at:
        st.html(ASSETS / "lesson.css")
    kept = address.restrictions()
    if kept.hides("sidebar"):
        st.html(ASSETS / "layout_no_sidebar.css")
    else:
        with st.sidebar:
            with st.container(horizontal=True, gap=None, vertical_alignment="center", key="top"):
                st.markdown("**Sequence explorer**", help=ABOUT)
                undo_buttons(experiment)
            controls(experiment, st.session_state["_followed"])
    notice([problem.sentence for problem in problems])
    share = st.container(key="share_place")
    if at:
        at = lesson_steps.note_what_is_seen(at, experiment)
        lesson_panel(at, lambda: engine.describe(experiment, SECONDS_TO_DESCRIBE)["description"], experiment)
    head(experiment, at)
    layers: list[str] = []
    if not kept.hides("chain") and not (at and at.conceals_model):
        with st.container(key="chain_place"):
            layers = _shapes(experiment, concealed=at is not None and at.conceals)
    with share, st.container(horizontal=True, gap="small", horizontal_alignment="right", key="share_buttons"):
        keys_button()
        room_button()
        present_button()
        share_button(experiment, layers)
    # A quiz is about the model before it is trained; a run goes on meanwhile.
    if st.session_state["view"] != "quiz" and not kept.hides("charts") and not (at and at.asks):
        with st.container(key="run_place"):
            run_panel(experiment, lambda: address.write(st.session_state["_experiment"]))
        inside_panel(lambda: address.write(st.session_state["_experiment"]), experiment.to_query())
    listen(experiment, newcomers=at is None)
    address.write(experiment)
    engine.compile_ahead(visitor(), experiment)


def _shapes(experiment: Experiment, concealed: bool) -> list[str]:
    """Draw the chosen view; returns the names of the layers, none until they are known. concealed: without shapes."""
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
            return []
        chain(None, waiting="The workers are busy; the shapes follow as soon as one is free.")
    else:
        layers = [layer["name"] for layer in found["description"]["layers"]]
        opened, wrong = address.open_layer(layers)
        timestep, wrong_timestep = walk_place.timestep(found["description"])
        for each in filter(None, (wrong, wrong_timestep)):
            st.warning(plain(each), icon=":material/info:")
        show_view(experiment, found, experiment.to_query(), sliders(experiment), opened, concealed, timestep)
        if not ready:
            rerun_when_ready()
        return layers
    return []


# A worker that is started while pages are open is told that this is the main script, and imports it under another name.
if __name__ == "__main__":
    main()
