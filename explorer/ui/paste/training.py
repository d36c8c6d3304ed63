"""Code without problems: its views, and training it on a task of its shape."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from explorer.catalog import pasted_experiment, pasted_tasks, resolve
from explorer.experiment import SETTINGS, Experiment
from explorer.experiment.bounds import LIMITS, knob_choices
from explorer.report import Report
from explorer.training.narration import goal
from explorer.ui.explore.controls import draw_knob, draw_setting
from explorer.ui.front_end.markdown import plain
from explorer.ui.run.inside_panel import inside_panel
from explorer.ui.run.run_panel import run_panel
from explorer.ui.server import engine_instance
from explorer.ui.server.owner import visitor
from explorer.ui.state import paste_state
from explorer.ui.state.address import keep_when_bounds_move

SECONDS_TO_DESCRIBE = 20.0
TASK_HELP = "What the model should learn: tasks with its shapes, or random targets, which only show that it trains."


def experiment_of(code: str, report: Mapping[str, Any]) -> Experiment:
    """The experiment that the widgets stand at. Raises ValueError with a sentence where the shapes are not known."""
    state = st.session_state
    found = Report.read(report)
    x, target = found.known_x, found.first_target
    tasks = pasted_tasks(x, target, found.first_loss) if x and target else []
    if tasks and (state.get("task") not in tasks or not state["_paste"]["drawn"]):
        state["task"] = state["task"] if state.get("task") in tasks else tasks[0]
    settings = {name: _within(name, state[name]) for name in SETTINGS}
    settings["batch"] = min(settings["batch"], settings["samples"])
    if state["_paste"]["batch_size"]:
        settings["batch"] = state["_paste"]["batch_size"]
    experiment = pasted_experiment(
        code, found, state["task"] if tasks else None, sizes=paste_state.given_sizes(code), **settings
    )
    knobs = {}
    for name, knob in resolve(experiment).task.knobs.items():
        choices = knob_choices(knob, {"timesteps": experiment.timesteps, "features": experiment.features})
        # Streamlit forgets a widget that is not drawn, as none is during a quiz.
        stands = state.get(name, state["_paste"]["knobs"].get(name))
        knobs[name] = stands if stands in choices else experiment.knobs[name]
    experiment = replace(experiment, knobs=knobs)
    state["_paste"]["knobs"] = knobs
    for name, value in {**{each: getattr(experiment, each) for each in SETTINGS}, **knobs}.items():
        # Writing a value that the widget already has would push it to the browser, against a hand that still moves it; but
        # one that was not drawn until now has none.
        # In a quiz none is, and what only the widget holds is forgotten at the end of this run of the page.
        if state.get(name) != value or not state["_paste"]["drawn"] or state.get("view") == "quiz":
            state[name] = value
    return experiment


def describe(experiment: Experiment) -> dict[str, Any]:
    """What `Engine.describe` says. Raises Refused or TimeoutError, with a sentence."""
    try:
        return engine_instance.engine().describe(experiment, SECONDS_TO_DESCRIBE)
    except TimeoutError:
        raise TimeoutError("The workers are busy; the rest follows as soon as one is free.") from None


def train(experiment: Experiment, hindrance: str) -> bool:
    """Draw the settings and the live panel. hindrance: why this model cannot be trained here, or an empty string.

    Returns whether they were drawn.
    """
    if hindrance:
        st.info(plain(hindrance), icon=":material/info:")
        return False
    _settings(experiment)
    run_panel(experiment, paste_state.write)
    inside_panel()
    engine_instance.engine().compile_ahead(visitor(), experiment)
    return True


def _settings(experiment: Experiment) -> None:
    pasted, own = experiment.pasted, resolve(experiment).task
    tasks = pasted_tasks(pasted.x, pasted.y, pasted.loss) if pasted else []
    task, epochs, rate = st.columns([5, 4, 4])
    with task:
        keep_when_bounds_move("task", tuple(tasks))
        st.selectbox(
            "Task",
            tasks,
            format_func=lambda name: resolve(replace(experiment, task=name)).task.title,
            key="task",
            help=f"{TASK_HELP} {goal(experiment)}",
        )
    with epochs:
        draw_setting("epochs", experiment)
    with rate:
        draw_setting("learning_rate", experiment)
    with st.expander(f"{experiment.samples} samples, batch {experiment.batch}, seed {experiment.seed}"):
        for name in ("samples", "batch", "seed"):
            draw_setting(name, experiment)
        for knob in own.knobs.values():
            draw_knob(knob, experiment)


def _within(name: str, value: Any) -> Any:
    limit = LIMITS[name]
    # A widget's value comes from the browser, whatever that sends.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        value = limit.default
    taken = min(max(value, limit.low), limit.high)
    return int(taken) if limit.whole else float(taken)
