"""The buttons and the live panel: what a visitor does with a run, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import plotly
import streamlit as st

from explorer.experiment import Experiment
from explorer.runtime.database_errors import DatabaseUnavailable
from explorer.runtime.engine import Engine, Refused
from explorer.runtime.records import Run
from explorer.ui import engine_instance
from explorer.ui.live import live
from explorer.ui.owner import visitor
from explorer.ui.run_info import info

HELP = """
**Train** starts a run with the settings on the page. **Pause** holds it, and **Resume** continues it without any difference.
**Step** trains exactly one epoch. **Stop** ends the run; its results stay.
**Reset** starts again with the same settings and seed; if the run was paused, the new one waits at epoch 0.
**Keep** keeps the run for good. Other runs are deleted when nobody has opened them for a long time.
"""
PLOTLY_URL = f"/plotly.min.js?v={plotly.__version__}"


@st.fragment
def run_panel(experiment: Experiment, write: Callable[[], None]) -> None:
    """Buttons, status and charts. Only this fragment runs again when a button is pressed or a run's state changes.

    The run is in `st.session_state["run"]`; `write` makes the address say so after a button has changed it.
    """
    engine = engine_instance.engine()
    try:
        run, trouble = _run(engine), ""
    except DatabaseUnavailable as error:
        run, trouble = None, f"{error} The run is shown again when you reload the page."
    _buttons(engine, experiment, run, write, trouble)
    shown = run.experiment if run else experiment
    live(
        {
            "run": run.id if run else None,
            "state": run.state if run else "idle",
            "url": f"/live/{run.id}" if run else None,
            "plotly_url": PLOTLY_URL,
            "info": info(shown),
            "note": trouble or _note(engine, experiment, run),
        },
        key="live",
        on_state_change=lambda: None,
    )


def _run(engine: Engine) -> Run | None:
    run_id = st.session_state.get("run")
    return engine.open(run_id, visitor()) if run_id else None


def _buttons(engine: Engine, experiment: Experiment, run: Run | None, write: Callable[[], None], trouble: str) -> None:
    state = run.state if run else "idle"
    mine = run is None or run.belongs_to(visitor())
    going = state in ("queued", "running")
    same = run is not None and run.experiment == experiment
    ready = engine.ready and not trouble
    may_step = run is None or not same or state == "paused" or not mine
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="run_buttons"):
        act = (experiment, write)
        # Every button keeps its place; what cannot be done now is greyed out.
        _button("train", act, not ready or (mine and same and (going or state == "paused")))
        if state == "paused":
            _button("resume", act, not (mine and ready))
        else:
            _button("pause", act, not (mine and going))
        _button("step", act, not (ready and may_step))
        _button("stop", act, not (mine and (going or state == "paused")))
        _button("reset", act, not (mine and run is not None and ready))
        kept = run is not None and run.kept
        st.session_state["keep"] = kept
        st.toggle("Keep", key="keep", disabled=not (mine and run is not None), on_change=_keep)
        # One help for the row: a button with a help of its own is drawn twice, once for touch screens.
        st.markdown(":gray[What the buttons do]", help=HELP, width="content")


def _button(key: str, act: tuple[Experiment, Callable[[], None]], disabled: bool) -> None:
    kind: Literal["primary", "secondary"] = "primary" if key == "train" else "secondary"
    st.button(key.capitalize(), key=key, disabled=disabled, type=kind, on_click=_act, args=(key, *act))


def _act(action: str, experiment: Experiment, write: Callable[[], None]) -> None:
    engine = engine_instance.engine()
    st.session_state["_refusal"] = ""
    try:
        run = _run(engine)
        same = run is not None and run.experiment == experiment
        mine = run if run is not None and run.belongs_to(visitor()) else None
        if action == "train" or (action == "step" and not (mine and same and mine.state == "paused")):
            # One run a page: the one that it leaves can be found again by its own address.
            if mine and not mine.ended:
                engine.pause(mine.id, visitor())
            st.session_state["run"] = engine.submit(experiment, visitor(), steps=1 if action == "step" else None)
        elif mine is None:
            return
        elif action == "reset":
            st.session_state["run"] = engine.reset(mine.id, visitor())
        else:
            getattr(engine, action)(mine.id, visitor())
    except (Refused, TimeoutError, DatabaseUnavailable) as refusal:
        st.session_state["_refusal"] = str(refusal)
    write()


def _keep() -> None:
    st.session_state["_refusal"] = ""
    try:
        engine_instance.engine().set_kept(st.session_state["run"], visitor(), st.session_state["keep"])
    except (Refused, DatabaseUnavailable) as refusal:
        st.session_state["_refusal"] = str(refusal)


def _note(engine: Engine, experiment: Experiment, run: Run | None) -> str:
    refusal = st.session_state.get("_refusal")
    if refusal:
        return str(refusal)
    if not engine.ready:
        return engine.failure or "The workers are getting ready; training can start in a few seconds."
    if run is None:
        return "Press Train: the charts move while the model learns."
    if not run.belongs_to(visitor()):
        return "This run belongs to somebody else. Train starts one of your own."
    if run.experiment != experiment:
        return "The charts show a run with the settings before the change. Train starts a run with the new settings."
    return ""
