"""The live panel: what a visitor does with a run, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from explorer.experiment import Experiment
from explorer.experiment.bounds import LIMITS
from explorer.runtime.engine.engine import Engine, Refused
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.records import Run
from explorer.ui.run.live import live
from explorer.ui.server import engine_instance
from explorer.ui.server.owner import visitor
from explorer.ui.state.run_info import info


@st.fragment
def run_panel(experiment: Experiment, write: Callable[[], None]) -> None:
    """Transport bar, status and charts. Only this fragment runs again when a button is pressed.

    The run is in `st.session_state["run"]`; `write` makes the address say so after a button has changed it.
    """
    if st.session_state.pop("_whole_page", False):
        # The slider of the epochs, and what can be taken home of a run, stand outside of this fragment.
        st.rerun()
    engine = engine_instance.engine()
    try:
        run, trouble = _run(engine), ""
    except DatabaseUnavailable as error:
        run, trouble = None, f"{error} The run is shown again when you reload the page."
    shown = run.experiment if run else experiment
    refusal = engine.refusal(experiment)
    live(
        {
            "run": run.id if run else None,
            "state": run.state if run else "idle",
            "url": f"/live/{run.id}" if run else None,
            "info": info(shown),
            "note": trouble or _note(engine, experiment, run, refusal),
            "may": {
                "mine": run is None or run.belongs_to(visitor()),
                "same": run is not None and run.experiment == experiment,
                "ready": engine.ready and not trouble,
                "kept": run is not None and run.kept,
                "most": int(LIMITS["epochs"].high),
                "refusal": refusal,
                "more_refusal": _refusal_of_more(engine, run) if run else "",
            },
        },
        on_action=lambda action, kept, sequence: _act(action, kept, sequence, experiment, write),
    )


def _run(engine: Engine) -> Run | None:
    run_id = st.session_state.get("run")
    return engine.open(run_id, visitor()) if run_id else None


def _epochs_more(run: Run) -> int:
    """To which epoch a run that has ended goes on: to its end where it was stopped, else as many again; 0: it cannot."""
    if run.state not in ("done", "stopped"):
        return 0
    epochs = run.experiment.epochs
    wanted = epochs if run.epoch < epochs else min(int(LIMITS["epochs"].high), 2 * epochs)
    return wanted if wanted > run.epoch else 0


def _refusal_of_more(engine: Engine, run: Run) -> str:
    epochs = _epochs_more(run)
    refusal = engine.refusal(replace(run.experiment, epochs=epochs)) if epochs else ""
    return f"Train more would go on to epoch {epochs}. {refusal}" if refusal else ""


def _act(action: str, kept: bool, sequence: int | None, experiment: Experiment, write: Callable[[], None]) -> None:
    engine = engine_instance.engine()
    st.session_state["_refusal"] = ""
    before = st.session_state.get("run")
    try:
        # Reading a run opens it: one that the server holds goes on.
        run = _run(engine)
        same = run is not None and run.experiment == experiment
        mine = run if run is not None and run.belongs_to(visitor()) else None
        if action == "train" or (action == "step" and not (mine and same and mine.state == "paused")):
            # One run a page: the one that it leaves can be found again by its own address.
            if mine and not mine.ended:
                engine.pause(mine.id, visitor())
            steps = 1 if action == "step" else None
            st.session_state["run"] = engine.submit(experiment, visitor(), steps, sequence=sequence)
        elif mine is None or action == "open":
            return
        elif action == "reset":
            st.session_state["run"] = engine.reset(mine.id, visitor(), experiment)
        elif action == "keep":
            engine.set_kept(mine.id, visitor(), kept)
        elif action == "more":
            if epochs := _epochs_more(mine):
                engine.train_more(mine.id, visitor(), epochs, sequence)
                st.session_state["epochs"] = epochs
                st.session_state["_whole_page"] = epochs != experiment.epochs
        else:
            getattr(engine, action)(mine.id, visitor())
    except (Refused, TimeoutError, DatabaseUnavailable) as refusal:
        st.session_state["_refusal"] = str(refusal)
    if st.session_state.get("view") == "code" and st.session_state.get("run") != before:
        st.session_state["_whole_page"] = True
    write()


def _note(engine: Engine, experiment: Experiment, run: Run | None, refusal: str) -> str:
    """What is said beside the state. refusal: why the settings on the page cannot be trained, which the buttons say."""
    if st.session_state.get("_refusal"):
        return str(st.session_state["_refusal"])
    if not engine.ready:
        return engine.failure or "The workers are getting ready; training can start in a few seconds."
    if run is None:
        said, train = "", "Press Train, and watch the model learn."
    elif not run.belongs_to(visitor()):
        said, train = "This run belongs to somebody else.", "Train starts one of your own."
    elif run.experiment != experiment:
        said = "The charts show a run with the settings before the change."
        train = "Train starts a run with the new settings."
    else:
        return ""
    return said if refusal else f"{said} {train}".strip()
