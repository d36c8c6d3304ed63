"""The sidebar: architecture, task, sizes, knobs and training settings; every widget's key is its name in the address."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer.catalog import ARCHITECTURES, TASKS, resolve
from explorer.catalog.entries import Knob
from explorer.experiment import SETTINGS, SIZES, Experiment, spell
from explorer.experiment.bounds import Limit, knob_choices, knobs_of, size_limit, size_reason
from explorer.experiment.learning_rates import RATES
from explorer.experiment.restrictions import Restrictions
from explorer.glossary import GLOSSARY
from explorer.tensors.text import count
from explorer.training.narration import goal
from explorer.ui.front_end.markdown import plain
from explorer.ui.state.address import end_restrictions, keep_when_bounds_move, restrictions
from explorer.ui.state.followed import Followed

# The word of the glossary that explains a setting.
WORDS = {
    **{"timesteps": "timestep", "features": "feature", "units": "unit", "samples": "sample"},
    **{"batch": "batch", "epochs": "epoch"},
}

# What is folded away, and how its line says each.
FOLDED = {"samples": "{} samples", "batch": "batch {}", "seed": "seed {}"}
SHOW_ALL_HELP = "This page was opened by a link that fixes or hides some of it. Show every setting and every part."


def controls(experiment: Experiment, also: Followed) -> None:
    """Draw every control at the experiment's values that the link does not hide. also: what moved because another setting
    did; it is said below that one, where the eyes are.
    """
    kept = restrictions()
    knobs = knobs_of(ARCHITECTURES[experiment.architecture], TASKS[experiment.task])

    def draw(name: str) -> None:
        if kept.hides(name):
            return
        if name in kept.fixed:
            _fixed(name, experiment)
        elif name == "architecture":
            _architecture(experiment, kept)
        elif name == "task":
            _task(experiment)
        elif name in knobs:
            draw_knob(knobs[name], experiment)
        else:
            draw_setting(name, experiment)
        if also.cause == name:
            st.caption(plain(also.sentence))

    for name in ("architecture", "task", *SIZES, *knobs):
        draw(name)
    if not all(map(kept.hides, SETTINGS)):
        with st.container(key="training"):
            st.markdown("**Training**")
    for name in ("epochs", "learning_rate"):
        draw(name)
    if shown := [name for name in FOLDED if not kept.hides(name)]:
        with st.expander(", ".join(FOLDED[name].format(getattr(experiment, name)) for name in shown)):
            for name in shown:
                draw(name)
    show_all_button()


def show_all_button() -> None:
    """Draw the way out of what a link keeps from its visitor; nothing where it keeps nothing."""
    if restrictions():
        st.button("Show everything", key="show_all", type="tertiary", help=SHOW_ALL_HELP, on_click=end_restrictions)


def _fixed(name: str, experiment: Experiment) -> None:
    """Draw a setting that the link fixes: in words."""
    if name in ("architecture", "task"):
        chosen = resolve(experiment)
        entry = chosen.architecture if name == "architecture" else chosen.task
        _only(name, entry.title, _about(name, experiment), "")
    elif name in experiment.knobs:
        knob = knobs_of(ARCHITECTURES[experiment.architecture], TASKS[experiment.task])[name]
        _only(name, experiment.knobs[name], knob.help, "")
    else:
        _only(name, getattr(experiment, name), _limit(name, experiment).help, "")


def _about(name: str, experiment: Experiment) -> str:
    if name == "task":
        return "What the model should learn; only tasks that fit the architecture are listed. " + goal(experiment)
    return "Which layers the model has, and how they are connected.\n\n" + ARCHITECTURES[experiment.architecture].doc


def _architecture(experiment: Experiment, kept: Restrictions) -> None:
    names = list(ARCHITECTURES)
    if kept.holds("task"):
        # Another one would change the task, which is to stay.
        names = [name for name in names if ARCHITECTURES[name].fits(TASKS[experiment.task])]
    keep_when_bounds_move("architecture", tuple(names))
    st.selectbox(
        "Architecture",
        names,
        format_func=lambda name: ARCHITECTURES[name].title,
        key="architecture",
        help=_about("architecture", experiment),
    )


def _task(experiment: Experiment) -> None:
    fitting = [name for name, entry in TASKS.items() if ARCHITECTURES[experiment.architecture].fits(entry)]
    keep_when_bounds_move("task", tuple(fitting))
    st.selectbox("Task", fitting, format_func=lambda name: TASKS[name].title, key="task", help=_about("task", experiment))


def draw_setting(name: str, experiment: Experiment) -> None:
    """Draw one of `SIZES` or `SETTINGS` as a widget, its key the name, at the experiment's value."""
    if name == "learning_rate":
        rates = sorted({*RATES, experiment.learning_rate})
        st.select_slider("learning rate", rates, format_func=spell, key=name, help=_limit(name, experiment).help)
    elif name == "seed":
        limit = _limit(name, experiment)
        st.number_input("seed", int(limit.low), int(limit.high), step=1, key=name, help=limit.help)
    else:
        _slider(name, experiment)


def sliders(experiment: Experiment) -> list[str]:
    """The settings that decide the shapes and are drawn as plain sliders, whose position is their value."""
    architecture, task = ARCHITECTURES[experiment.architecture], TASKS[experiment.task]
    sizes = [name for name in SIZES if size_reason(name, architecture, task) is None]
    return sizes + [knob.name for knob in architecture.knobs.values() if _is_range(_choices(knob, experiment))]


def _choices(knob: Knob, experiment: Experiment) -> tuple[Any, ...]:
    return knob_choices(knob, {"timesteps": experiment.timesteps, "features": experiment.features})


def _is_range(choices: tuple[Any, ...]) -> bool:
    """Whether these are whole numbers, more than one, without a gap."""
    numbers = len(choices) > 1 and all(isinstance(each, int) and not isinstance(each, bool) for each in choices)
    return numbers and list(choices) == list(range(choices[0], choices[-1] + 1))


def _limit(name: str, experiment: Experiment) -> Limit:
    found = resolve(experiment)
    return size_limit(name, found.architecture, found.task)


def _help(name: str, text: str) -> str:
    """What a setting does, and what its word means."""
    return f"{text}\n\n**{WORDS[name]}**: {GLOSSARY[WORDS[name]]}" if name in WORDS else text


def _slider(name: str, experiment: Experiment) -> None:
    found = resolve(experiment)
    architecture, task = found.architecture, found.task
    limit = size_limit(name, architecture, task)
    low, high = int(limit.low), int(limit.high)
    if name == "batch":
        high = min(high, experiment.samples)
    reason = size_reason(name, architecture, task) if name in SIZES else None
    keep_when_bounds_move(name, (low, high))
    if reason is not None:
        _only(name, getattr(experiment, name), limit.help, reason)
    else:
        st.slider(name, low, high, step=1, key=name, help=_help(name, limit.help))


def _only(name: str, value: Any, help: str, reason: str) -> None:
    """Draw a setting that can be nothing else: in words, which nobody tries to move."""
    with st.container(key=f"only_{name}"):
        st.markdown(f"**{name.replace('_', ' ')}** {spell(value)}", help=_help(name, help))
        if reason:
            st.caption(reason)


def draw_knob(knob: Knob, experiment: Experiment) -> None:
    """Draw a knob as the widget that suits its choices, its key the knob's name."""
    choices = _choices(knob, experiment)
    label = knob.name.replace("_", " ")
    options: Any = list(choices)
    keep_when_bounds_move(knob.name, choices)
    if len(choices) == 1:
        with_what = f"Nothing else is possible with {count(experiment.timesteps, 'timesteps')}." if knob.at_most else ""
        _only(knob.name, choices[0], knob.help, with_what)
    # 0 and 1 are equal to False and True.
    elif {type(choice) for choice in choices} == {bool}:
        st.toggle(label, key=knob.name, help=knob.help)
    elif not knob.is_number:
        st.segmented_control(label, options, key=knob.name, help=knob.help, required=True)
    elif _is_range(choices):
        st.slider(label, choices[0], choices[-1], step=1, key=knob.name, help=knob.help)
    else:
        st.select_slider(label, options, format_func=spell, key=knob.name, help=knob.help)
