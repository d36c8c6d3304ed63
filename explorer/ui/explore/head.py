"""The head of the page "Explore": the model and the task in words, the task as a picture, named experiments, views."""

from __future__ import annotations

from html import escape

import streamlit as st

from explorer.catalog import ARCHITECTURES
from explorer.catalog.presets import PRESETS
from explorer.experiment import Experiment
from explorer.training.narration import goal
from explorer.ui.explore.controls import show_all_button
from explorer.ui.explore.task_strip import strip
from explorer.ui.explore.task_strip_markup import markup
from explorer.ui.front_end.streamlit_internals import uninterrupted
from explorer.ui.front_end.terms import with_terms
from explorer.ui.model.views import choose_view
from explorer.ui.state import address, renewed
from explorer.ui.state.lesson_place import Place

PRESETS_HELP = "Ready-made experiments. Each is also a link: ?preset= and its name.\n" + "".join(
    f"\n- **{preset.title}** ({preset.name}): {preset.says}" for preset in PRESETS.values()
)


def head(experiment: Experiment, at: Place | None = None) -> None:
    """Draw the head, and the choice of the view; what is chosen is in `st.session_state`.

    at: the step of a lesson, whose panel stands in the place of the words.
    """
    kept = address.restrictions()
    if at is None:
        # Its place is there before its words are (assets/layout.css).
        with st.container(key="head"):
            st.html(words(experiment))
    with st.container(horizontal=True, vertical_alignment="center", key="choices"):
        if not (kept.hides("chain") or (at and at.conceals_model)):
            choose_view(st, disabled=at is not None and at.conceals)
        # A named experiment would move what the link keeps.
        if not (at or kept.keeps_settings or kept.hides("presets")):
            _presets(experiment)
        if kept.hides("sidebar") and at is None:
            show_all_button()


def words(experiment: Experiment) -> str:
    """The head as HTML."""
    architecture = ARCHITECTURES[experiment.architecture]
    told: set[str] = set()
    lines = "".join(
        f"<p><b>{name}:</b> <span>{with_terms(text, told)}</span></p>"
        for name, text in (("Model", architecture.summary), ("Task", goal(experiment)))
    )
    said = f"<div><h1>{escape(architecture.heading)}</h1>{lines}</div>"
    return f'<div class="explorer-head">{said}{markup(strip(experiment))}</div>'


def _presets(experiment: Experiment) -> None:
    current = next((name for name, preset in PRESETS.items() if preset.experiment == experiment), None)
    key = renewed.key_of("preset", current)
    with st.container(key="presets"):
        st.pills(
            "Named experiments",
            list(PRESETS),
            format_func=lambda name: PRESETS[name].title,
            key=key,
            wrap=True,
            on_change=_choose_preset,
            args=(key,),
            help=PRESETS_HELP,
        )


@uninterrupted()
def _choose_preset(key: str) -> None:
    name = renewed.take("preset", key)
    if name in PRESETS:
        address.choose(PRESETS[name].experiment)
