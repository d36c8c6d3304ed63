"""What can be taken home from the view "Code", one click each: the experiment in several forms, and what came of a run."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from explorer.description import Description
from explorer.experiment import Experiment
from explorer.export import script
from explorer.export.experiment_file import experiment_json
from explorer.export.figure import figure
from explorer.export.history import losses_csv, outputs_csv
from explorer.export.model_zip import NOT_TRAINED, model_zip, zip_without_model
from explorer.export.notebook import notebook
from explorer.runtime.engine.engine import Refused
from explorer.training.checkpoint import epoch_of
from explorer.ui.front_end.assets import ASSETS
from explorer.ui.server import engine_instance

NO_RUN = "Train first: this is made of a run."
OPEN_HELP = (
    "Opens settings that were taken home (.json). You can also drop the file anywhere on the page. It is read, never run."
)


def take_home(experiment: Experiment, found: Mapping[str, Any]) -> None:
    """Draw the buttons. experiment: of the settings on the page; the run is in `st.session_state["run"]`. found: what
    `Engine.describe` says of the experiment.
    """
    run = st.session_state.get("run")
    name = f"{experiment.architecture}-{experiment.task}"
    st.html(ASSETS / "take_home.css")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="take_home"):
        st.markdown("Take home")
        _button("script", "Script", f"{name}.py", "text/x-python", partial(script, experiment), SCRIPT_HELP)
        made = partial(notebook, experiment, found)
        _button("notebook", "Notebook", f"{name}.ipynb", "application/x-ipynb+json", made, NOTEBOOK_HELP)
        _button("settings", "Settings", f"{name}.json", "application/json", partial(experiment_json, experiment), JSON_HELP)
        _button("losses", "Losses", "losses.csv", "text/csv", run and partial(_losses, run), LOSSES_HELP)
        _button("outputs", "Outputs", "outputs.csv", "text/csv", run and partial(_outputs, run), OUTPUTS_HELP)
        _button("model", "Model", f"{name}.zip", "application/zip", run and partial(_model, run), MODEL_HELP)
        drawn = partial(_figure, experiment, found, run)
        _button("figure", "Figure", f"{name}.svg", "image/svg+xml", drawn, FIGURE_HELP)
        _picture(f"{name}.png", drawn)
        st.button("Open", key="open_experiment", icon=":material/upload:", help=OPEN_HELP)


SCRIPT_HELP = "The code below (.py). It stands alone: it needs NumPy, Keras and TensorFlow."
NOTEBOOK_HELP = "The code below in cells (.ipynb), with each layer explained and its shapes as assertions."
JSON_HELP = "All settings of this experiment (.json). Open the file here, or drop it on the page, and it shows them again."
LOSSES_HELP = "A table (.csv): a row for each epoch of the run: its losses, in the unit of the task's loss."
OUTPUTS_HELP = "A table (.csv): a row for each epoch, validation sequence and timestep of the run: outputs and targets."
MODEL_HELP = (
    "The trained model (.keras), its settings (.json) and its losses (.csv) in one archive (.zip), with how to go on."
)
FIGURE_HELP = "The chain as a drawing (.svg), and below it the losses and the last outputs of a run with these settings."
PNG_HELP = "The same as pixels (.png), twice as large, for slides and documents that take no drawing."


def _button(key: str, label: str, file: str, mime: str, made: Callable[[], str | bytes] | None, help: str) -> None:
    """made: what makes the file when the button is pressed, in another thread; None where there is no run to make it of."""
    st.download_button(
        label,
        made or str,
        file_name=file,
        mime=mime,
        key=f"take_{key}",
        icon=":material/download:",
        on_click="ignore",
        disabled=made is None,
        help=help if made else f"{help} {NO_RUN}",
    )


def _picture(file: str, drawn: Callable[[], str]) -> None:
    """The browser makes the picture, which has fonts and draws SVG; `page_component.listen` hands it the figure."""
    pressed = st.button("PNG", key="take_png", icon=":material/download:", help=PNG_HELP)
    st.session_state["_figure"] = {"id": secrets.token_hex(4), "name": file, "svg": drawn()} if pressed else None


def _losses(run_id: str) -> str:
    return losses_csv(engine_instance.engine().store.frames(run_id))


def _outputs(run_id: str) -> str:
    store = engine_instance.engine().store
    run = store.run(run_id)
    return outputs_csv(run.experiment, store.frames(run_id)) if run else ""


def _model(run_id: str) -> bytes:
    """The archive of a run. Where its model cannot be had now, the archive says so: a button has no other way to."""
    engine = engine_instance.engine()
    run, state, frames = engine.store.run(run_id), engine.store.state(run_id), engine.store.frames(run_id)
    if run is None:
        raise ValueError(f"There is no run called {run_id[:40]}.")
    if not state:
        return zip_without_model(run.experiment, frames, NOT_TRAINED)
    try:
        return model_zip(run.experiment, frames, engine.model_file(run.experiment, state), epoch_of(state))
    except (Refused, TimeoutError) as error:
        return zip_without_model(run.experiment, frames, f"{error} Take it home again in a moment.")


def _figure(experiment: Experiment, found: Mapping[str, Any], run_id: str | None) -> str:
    """A run with other settings than the page's is left out: the chain would not be its own."""
    store = engine_instance.engine().store
    run = store.run(run_id) if run_id else None
    frames = store.frames(run.id) if run and run.experiment == experiment else []
    return figure(experiment, Description.read(found["description"]), frames)
