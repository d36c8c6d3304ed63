"""The problems of pasted code: the cause, Keras's error, and the fixes, each a change to apply with one click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.report import NOT_WHOLE, TITLES, Trial
from explorer.ui.front_end.markdown import marked, plain
from explorer.ui.model.code import change
from explorer.ui.paste.asked import where
from explorer.ui.paste.trials import line, trials
from explorer.ui.state import paste_state
from explorer.ui.state.paste_fields import fields_of

SILENT = "No error: the model trains, but it is wrong."


def title_of(problem: Mapping[str, Any]) -> str:
    """A problem's kind for people; a kind without a title of its own is told by its name."""
    kind = problem["kind"]
    return TITLES.get(kind) or kind.replace("_", " ").capitalize()


def problems(report: Mapping[str, Any], code: str) -> None:
    """Draw all problems in order, the first one open."""
    several, told = len(report["problems"]) > 1, trials(report, code)
    for place, problem in enumerate(report["problems"]):
        title = title_of(problem)
        if several:
            with st.expander(f"**{place + 1}. {plain(title)}**", expanded=place == 0, key=f"problem_{place}"):
                _problem(problem, report, code, place, told)
        else:
            with st.container(key=f"problem_{place}"):
                _problem(problem, report, code, place, told)


def _problem(
    problem: Mapping[str, Any], report: Mapping[str, Any], code: str, place: int, told: Mapping[tuple[int, int], Trial]
) -> None:
    at = f":gray[{where(code, problem['line'])}.] " if problem["line"] else ""
    st.markdown(at + marked(problem["message"]))
    if problem["kind"] not in NOT_WHOLE:
        with st.container(key=f"keras_{place}", gap="xsmall"):
            st.caption("Keras's error")
            if problem["silent"] or not problem["keras_says"]:
                st.markdown(SILENT)
            else:
                st.code(problem["keras_says"], language=None, wrap_lines=True)
    for number, fix in enumerate(problem["fixes"]):
        _fix(fix, report, code, f"{place}_{number}", told[place, number])


def _fix(fix: Mapping[str, Any], report: Mapping[str, Any], code: str, name: str, trial: Trial) -> None:
    with st.container(key=f"fix_{name}", gap="xsmall"):
        if fix["intention"]:
            st.markdown(f"**{marked(fix['intention'])}**")
        words, button = st.columns([9, 3], vertical_alignment="center")
        words.markdown(f":material/build: {marked(fix['title'])}")
        button.button(
            "Apply",
            key=f"apply_{name}",
            type="primary" if name == "0_0" else "secondary",
            on_click=paste_state.apply,
            args=(dict(fix), code),
            # What Keras does not take is no fix.
            disabled=trial.ran is False,
            width="stretch",
        )
        line(trial, name)
        if fix["code"].strip() != code.strip():
            change(code, fix["code"], key=f"change_{name}")
        if fix["shapes"]:
            st.caption(marked(fix["shapes"]))
        for told in _other_changes(fix, report):
            st.markdown(told)
        if fix["data"]:
            st.caption("Change your data, before fit")
            st.code(fix["data"], language="python", wrap_lines=True)


def _other_changes(fix: Mapping[str, Any], report: Mapping[str, Any]) -> list[str]:
    """What a fix changes beside the code, one line each: the fields of the page, and the batch size."""
    pairs = zip(("Shape of x", "Shape of y", "Loss"), fields_of(report), fields_of(fix), strict=True)
    changes = [(name, f"{plain(old)} → " if old else "", new) for name, old, new in pairs if new and new != old]
    told = [f"*Apply* changes the field *{name}*: {before}**{plain(new)}**" for name, before, new in changes]
    if fix.get("batch_size"):
        told.append(f"The model takes batches of **{int(fix['batch_size'])}**: give `fit` the same `batch_size`.")
    return told
