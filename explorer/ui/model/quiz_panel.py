"""Predict, then reveal: a question about the model on the page, and the reasons once it is answered.

The sitting is in `st.session_state`, as plain numbers under keys that begin with "quiz_". While a question is open the
chain must not tell the answer: `hidden` says what is to be hidden, before the chain is drawn. The seed is in the address.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.description import Description
from explorer.experiment import Experiment
from explorer.quiz import LARGEST_SEED, Question, Sitting, question, sitting_length
from explorer.tensors.text import count
from explorer.ui.frame.room_panel import tally
from explorer.ui.front_end.markdown import plain
from explorer.ui.front_end.streamlit_internals import uninterrupted
from explorer.ui.state import room

HIDDEN = ["shapes", "parameters"]
HELP = (
    "Questions about the model on this page. Until you answer, the drawing hides its shapes and parameters. "
    "The arrow keys move between the choices, Tab moves to the buttons. A question that you skip does not count."
)
SEED_HELP = "The same seed and the same model give the same questions in the same order."


def hidden(description: Mapping[str, Any], experiment: Experiment | None = None) -> list[str]:
    """What the chain must not show now; call it before the chain is drawn."""
    questions = _meet(description, experiment)
    state = st.session_state
    open_ = state["quiz_answered"] is None and state["quiz_number"] < questions
    return [*HIDDEN] if open_ and not state["quiz_refused"] else []


def quiz_panel(description: Mapping[str, Any], experiment: Experiment | None = None) -> None:
    """Draw the question that stands now, with its choices; call it after `hidden`."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="quiz_head"):
        st.markdown("**Predict, then reveal**", help=HELP, width="content")
        _seed()
    with st.container(key="quiz_panel", border=True, gap="small"):
        _ask(description, experiment)


def _seed() -> None:
    st.markdown(":gray[Seed]", help=SEED_HELP, width="content")
    st.number_input(
        "Seed of the questions",
        0,
        LARGEST_SEED,
        step=1,
        key="quiz_seed_wanted",
        width=120,
        on_change=_begin,
        label_visibility="collapsed",
        persist_state="session",
    )


@st.fragment
def _ask(description: Mapping[str, Any], experiment: Experiment | None) -> None:
    """The question on the page. Only this fragment runs again while choices are gone through."""
    state = st.session_state
    if state["quiz_refused"]:
        st.info(plain(state["quiz_refused"]))
        return
    read = Description.read(description)
    number, questions = state["quiz_number"], sitting_length(read, experiment)
    if number >= questions:
        _result(questions)
        return
    asked, answered = question(read, state["quiz_seed"], number, experiment), state["quiz_answered"]
    name, rest = asked.layer, asked.text.removeprefix(asked.layer)
    layer = f"**{plain(name)}**" if name else ""
    st.markdown(f":gray[{number + 1} of {questions}] {layer}{plain(rest)}")
    # The reasons stand beside the choices, so that the buttons stay where they are, and with them the keyboard.
    choices, reasons = st.columns([5, 6], gap="medium")
    with choices:
        if answered is None:
            _choices("quiz_choice", asked, None)
        else:
            # Another widget: the choices of the first one may not change their words.
            state["quiz_shown"] = answered
            _choices("quiz_shown", asked, answered)
        _buttons(asked, last=number + 1 == questions)
    with reasons:
        # What a class has answered is what a host waits for; everybody else wants the reason.
        host = room.is_host()
        if host:
            _tally(asked, answered)
        if answered is not None:
            _reveal(asked, answered)
        if not host:
            _tally(asked, answered)


def _tally(asked: Question, answered: int | None) -> None:
    right = None if answered is None else asked.right
    tally(_name(), [choice.text for choice in asked.choices], right, revealed=answered is not None)


def _choices(key: str, asked: Question, answered: int | None) -> None:
    st.radio(
        "Your answer",
        range(len(asked.choices)),
        index=None,
        key=key,
        format_func=lambda place: plain(_marked(asked, place, answered)),
        disabled=answered is not None,
        persist_state="session",
    )


def _marked(asked: Question, place: int, answered: int | None) -> str:
    """A choice, with a mark and words once the question is answered."""
    text = asked.choices[place].text
    if answered is None:
        return text
    if place == asked.right:
        return f"✓ {text} – right"
    return f"✗ {text} – your answer" if place == answered else text


def _reveal(asked: Question, place: int) -> None:
    chosen, right = asked.choices[place], asked.choices[asked.right]
    if chosen.right:
        st.success(f"**Right: {plain(right.text)}.** {plain(right.reason)}", icon=":material/check:")
        return
    st.error(f"**Wrong: {plain(chosen.text)}.** {plain(chosen.reason)}", icon=":material/close:")
    st.success(f"**The right answer: {plain(right.text)}.** {plain(right.reason)}", icon=":material/check:")


def _buttons(asked: Question, last: bool) -> None:
    state = st.session_state
    score = Sitting(state["quiz_right"], state["quiz_asked"])
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="quiz_buttons"):
        # One button answers and goes on: it keeps the keyboard, as its key stays the same.
        if state["quiz_answered"] is None:
            unready = state.get("quiz_choice") is None
            st.button("Answer", key="quiz_answer", type="primary", disabled=unready, on_click=_answer, args=(asked.right,))
        else:
            st.button("See the result" if last else "Next question", key="quiz_answer", type="primary", on_click=_next)
        skips = state["quiz_answered"] is None
        st.button("Skip", key="quiz_skip", disabled=not skips, on_click=_next)
        st.markdown(f"{score}" if score.asked else ":gray[No answer yet]", width="content")


def _result(questions: int) -> None:
    state = st.session_state
    score, skipped = Sitting(state["quiz_right"], state["quiz_asked"]), questions - state["quiz_asked"]
    passed = f" {count(skipped, 'questions')} skipped." if skipped else ""
    said = f"{score} at the first try." if score.asked else "No question was answered."
    st.markdown(f"**{said}**{passed}")
    with st.container(horizontal=True, gap="small", key="quiz_buttons"):
        st.button("Start again", key="quiz_again", type="primary", help="The same questions.", on_click=_begin)
        st.button("Other questions", key="quiz_others", help="With the next seed.", on_click=_go_on)


@uninterrupted()
def _answer(right: int) -> None:
    state = st.session_state
    place = state.get("quiz_choice")
    if place is None or state["quiz_answered"] is not None:
        return
    score = Sitting(state["quiz_right"], state["quiz_asked"]).counting(place == right)
    state["quiz_right"], state["quiz_asked"] = score.right, score.asked
    state["quiz_answered"] = place
    room.answer(_name(), place)
    _redraw()


def _name() -> str:
    """The name of the open question in a room: whoever has the same model, seed and number has the same question."""
    state = st.session_state
    return f"quiz/{state['quiz_seed']}/{state['quiz_number']}/{state['quiz_model'][:12]}"


@uninterrupted()
def _next() -> None:
    _turn_to(st.session_state["quiz_number"] + 1)
    _redraw()


@uninterrupted()
def _go_on() -> None:
    state = st.session_state
    state["quiz_seed_wanted"] = (state["quiz_seed_wanted"] + 1) % (LARGEST_SEED + 1)
    _begin()


@uninterrupted()
def _begin() -> None:
    """A sitting with another seed: from its first question, and with a score of its own."""
    state = st.session_state
    state["quiz_seed"] = state["quiz_seed_wanted"]
    state["quiz_right"] = state["quiz_asked"] = 0
    _turn_to(0)
    _redraw()


def _redraw() -> None:
    """From a callback: run the whole page in the place of the fragment, as the chain shows or hides its numbers now."""
    st.rerun()


def _turn_to(number: int) -> None:
    st.session_state["quiz_number"] = number
    st.session_state["quiz_answered"] = st.session_state["quiz_choice"] = None


@uninterrupted()
def _meet(description: Mapping[str, Any], experiment: Experiment | None) -> int:
    """Begin a sitting, or turn to a question about the model on the page where that is another one now.

    Returns how many questions a sitting about this model has.
    """
    state = st.session_state
    wanted = state.setdefault("quiz_seed_wanted", random.randrange(LARGEST_SEED + 1))
    if state.get("quiz_seed") != wanted:
        # A new sitting, or one whose seed came with another address.
        state["quiz_seed"], state["quiz_model"] = wanted, None
        state["quiz_right"] = state["quiz_asked"] = state["quiz_number"] = 0
        state["quiz_answered"] = None
    turned_to = state.pop("quiz_number_wanted", None)
    if turned_to is not None and turned_to != state["quiz_number"]:
        state["quiz_number"], state["quiz_answered"], state["quiz_model"] = turned_to, None, None
    of_task = [] if experiment is None else [experiment.task, experiment.knobs]
    model = hashlib.sha256(json.dumps([description, of_task], sort_keys=True).encode()).hexdigest()
    read = Description.read(description)
    questions = sitting_length(read, experiment)
    if state["quiz_model"] == model:
        return questions
    # A question that was answered about the model before is done with; an open one is asked about this one.
    done = state["quiz_answered"] is not None
    state["quiz_model"] = model
    _turn_to(state["quiz_number"] + done)
    try:
        question(read, state["quiz_seed"], state["quiz_number"], experiment)
        state["quiz_refused"] = ""
    except ValueError as error:
        state["quiz_refused"] = str(error)
    return questions
