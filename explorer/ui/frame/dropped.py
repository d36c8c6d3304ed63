"""A file that is dropped on the page, or chosen: an experiment's settings, which the page then shows."""

from __future__ import annotations

import streamlit as st

from explorer.experiment import WrongExperiment
from explorer.experiment.parse import LONGEST_VALUE, Problem
from explorer.export.experiment_file import MOST_CHARACTERS, read_experiment_file
from explorer.ui.front_end.streamlit_internals import uninterrupted
from explorer.ui.state import address


@uninterrupted()
def open_dropped() -> None:
    """Show the experiment of the file that the browser has sent, or say what is wrong with it; for a callback."""
    sent = st.session_state.get("page", {}).get("dropped")
    if not isinstance(sent, dict) or not isinstance(sent.get("name"), str) or not isinstance(sent.get("text"), str):
        return  # It comes from the browser, whatever that sends.
    size = sent.get("size")
    name = "".join(letter for letter in sent["name"][:LONGEST_VALUE] if letter.isprintable())[:60]
    try:
        experiment = read_experiment_file(sent["text"][: MOST_CHARACTERS + 1], size if type(size) is int else 0)
    except WrongExperiment as wrong:
        first, *others = wrong.sentences
        _keep_problems(name, [f"“{name}” was not opened. {first}", *others])
    else:
        address.choose(experiment)
        _keep_problems(name, [f"“{name}” is open: the settings are those of the file."])


def _keep_problems(name: str, sentences: list[str]) -> None:
    st.session_state["_problems"] = tuple(Problem("file", name, sentence) for sentence in sentences)
