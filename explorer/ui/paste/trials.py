"""Fixes that workers try while they are read: each line stands from the start, and says later what became of its fix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.report import Trial
from explorer.ui.front_end.markdown import marked
from explorer.ui.server import engine_instance
from explorer.ui.state import paste_state

SECONDS_BETWEEN_LOOKS = 0.5
WAITING = Trial(None, "Trying one step of training …")


def trials(report: Mapping[str, Any], code: str) -> dict[tuple[int, int], Trial]:
    """What became of each fix, by the places of its problem and of itself; at once.

    The page runs again as soon as more is known.
    """
    places = [(one, two) for one, problem in enumerate(report["problems"]) for two in range(len(problem["fixes"]))]
    fixes = {place: report["problems"][place[0]]["fixes"][place[1]] for place in places}
    waiting = {place: fix for place, fix in fixes.items() if not fix["tried"]}
    told = {place: Trial(None, fix["tried"]) for place, fix in fixes.items() if fix["tried"]}
    if not waiting:
        return told
    asked = (list(waiting.values()), paste_state.given_sizes(code), st.session_state["_paste"]["model"])
    found = engine_instance.engine().try_fixes(*asked)
    if found is None:
        _look_again(*asked)
    return told | dict(zip(waiting, found or [WAITING] * len(waiting), strict=True))


@st.fragment(run_every=SECONDS_BETWEEN_LOOKS)
def _look_again(fixes: list[dict[str, Any]], sizes: dict[str, Any], model: str | None) -> None:
    if engine_instance.engine().try_fixes(fixes, sizes, model) is not None:
        st.rerun()


def line(trial: Trial, name: str) -> None:
    """One line on a fix, as high whatever it says."""
    with st.container(key=f"trial_{name}"):
        colour = "green" if trial.ran else "red" if trial.ran is False else "gray"
        st.caption(f":{colour}[{marked(trial.sentence)}]", help=marked(trial.sentence) if trial.ran is False else None)
