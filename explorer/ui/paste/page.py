"""The script of the page "Paste": the code on the left; on the right its layers, and how to fix or train them."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from explorer.runtime.engine.engine import Refused
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.tensors.text import count, joined
from explorer.ui.frame.page_component import keys_button, listen
from explorer.ui.frame.room_panel import room_bar, room_button
from explorer.ui.frame.share import share_code_button
from explorer.ui.front_end.assets import ASSETS, SIDEBAR
from explorer.ui.front_end.markdown import marked, plain
from explorer.ui.lessons import steps as lesson_steps
from explorer.ui.lessons.panel import lesson_panel
from explorer.ui.model.chain import chain
from explorer.ui.model.loading import wait_for_workers
from explorer.ui.model.views import choose_view, show_view
from explorer.ui.paste import received as paste_received
from explorer.ui.paste import training as paste_training
from explorer.ui.paste.asked import followed
from explorer.ui.paste.chain import drawn, marks
from explorer.ui.paste.editor import editor
from explorer.ui.paste.error_box import Callbacks, error_box
from explorer.ui.paste.error_page import pasted_here
from explorer.ui.paste.head import about, head
from explorer.ui.paste.models import choose_model, is_another
from explorer.ui.paste.problems import problems, title_of
from explorer.ui.server import engine_instance
from explorer.ui.server.owner import visitor
from explorer.ui.state import lesson_place, paste_state
from explorer.ui.state.paste_fields import MOST_IN_A_FIELD, Fields, read_fields
from explorer.ui.state.paste_own import FIELDS

SECONDS_TO_CHECK = 20.0
EMPTY = (
    "Paste your script, or drop a file or a notebook. Lines that make data, `compile` and `fit` can stay: shapes and "
    "loss are read from them. Nothing is executed."
)
DRAWN = "This model has a layer that is not known here: it is drawn, but not trained, as pasted code is never run."
ASKED_FIRST = "Answer the question of the lesson first. Then the code is checked."
X_HELP = (
    "The shape of your input data, batch first, such as 8,20,5. Several inputs: 8,20,5; 8,3. "
    "Leave it empty to take it from the code."
)
Y_HELP = "The shape of your target, batch first, such as 8,1. Leave it empty to take it from the code."
LOSS_HELP = "The name of the loss, such as mse. Leave it empty to take it from the code."


def main() -> None:
    st.set_page_config(
        page_title="Paste your Keras code", page_icon=str(ASSETS / "icon.svg"), layout="wide", initial_sidebar_state=SIDEBAR
    )
    lesson_steps.switch()
    try:
        told = paste_state.take(engine_instance.experiment_of)
    except DatabaseUnavailable as error:
        st.warning(f"{error} Reload the page in a moment.", icon=":material/info:")
        return
    if text := pasted_here():
        paste_received.open_text(text)
    lesson_steps.switch()
    at = lesson_place.place("paste")
    st.html(ASSETS / "page.css")
    st.html(ASSETS / "paste.css")
    room_bar(paste_state.fragment_of_own)
    if at:
        st.html(ASSETS / "lesson.css")
    share = st.container(key="share_place")
    # Drawn when the code was checked: a step may ask for code that holds.
    lesson = st.container(key="lesson_place")
    asks = at is not None and at.asks
    head(asks)
    # Whoever is in a lesson is not led to another.
    begin = None if at else partial(lesson_steps.begin, page="paste", experiment_of_run=engine_instance.experiment_of)
    error_box(Callbacks(paste_state.show_instead, paste_received.open_text, begin))
    told_of_it = st.container()
    for sentence in (*told, st.session_state["_paste"]["told"]):
        if sentence:
            told_of_it.warning(plain(sentence), icon=":material/info:")
    with st.container(key="paste_parts"):
        left, right = st.columns(2, gap="medium")
    with left, st.container(key="code_side"):
        # Drawn when the code was checked: what is marked in it is known by then.
        code_place = st.container(key="code_place")
        fields, checking = _fields()
    with right:
        above = st.container(key="chain_place")
        result = st.container(key="result")
    # While a lesson asks what is wrong, the page does not tell.
    report, refusal = (None, "") if asks else _check(fields, checking)
    if at:
        holds = report is not None and report["holds"] and not report["asked"]
        with lesson:
            lesson_panel(lesson_steps.note_what_is_seen(at, holds=holds))
    with code_place:
        editor(fields.code, report)
    trainable = False
    with result:
        if report:
            choose_model(report)
        if fields.problems or refusal:
            st.warning("\n\n".join(map(plain, fields.problems or (refusal,))), icon=":material/info:")
        elif not fields.code.strip():
            st.info(EMPTY, icon=":material/content_paste:")
        elif asks:
            st.info(ASKED_FIRST, icon=":material/help:")
        elif report is None:
            with above:
                wait_for_workers()
        elif report["holds"] and not report["asked"]:
            # A lesson on this page is about the code.
            trainable = _without_problems(fields, report, above, trains=at is None)
        else:
            _broken(fields, report, above)
    told_of_it.caption(about(asks))
    with share, st.container(horizontal=True, gap="small", horizontal_alignment="right", key="share_buttons"):
        keys_button()
        room_button()
        share_code_button(paste_state.fragment)
    listen()
    paste_state.keep(trainable)


def _fields() -> tuple[Fields, Any]:
    """Draw the fields; returns them as they are read, and the place where to say that they are being checked."""
    x, y, loss = st.columns([5, 3, 4])
    x.text_input("Shape of x", key="x", max_chars=MOST_IN_A_FIELD["x"], help=X_HELP, placeholder="from the code")
    y.text_input("Shape of y", key="y", max_chars=MOST_IN_A_FIELD["y"], help=Y_HELP, placeholder="from the code")
    loss.text_input("Loss", key="loss", max_chars=MOST_IN_A_FIELD["loss"], help=LOSS_HELP, placeholder="from the code")
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="check_buttons"):
        st.button("Check", key="check", type="primary")
        before = st.session_state["_paste"]["before"]
        st.button("Back to what I pasted", key="undo", disabled=before is None, on_click=paste_state.undo)
        checking = st.empty()
    state = st.session_state
    return read_fields(*(state[name] or "" for name in FIELDS)), checking


def _check(fields: Fields, place: Any) -> tuple[dict[str, Any] | None, str]:
    """The report, or None and the sentence why there is none; an empty sentence where there is nothing to check yet."""
    engine = engine_instance.engine()
    if fields.problems or not fields.code.strip() or not engine.ready:
        return None, ""
    kept = st.session_state["_paste"]

    def checked() -> dict[str, Any]:
        given = paste_state.given_sizes(fields.code)
        # They are meant for the model that is fitted.
        shapes = (fields.x, fields.y, fields.loss) if kept["model"] is None else (None, None, None)
        return engine.check(fields.code, *shapes, kept["batch_size"], SECONDS_TO_CHECK, visitor(), given, kept["model"])

    try:
        with place, st.spinner("Checking …", width="content"):
            report = checked()
            if kept["model"] is not None and not any(each["shown"] for each in report["models"]):
                # The model that was chosen is gone from the code.
                kept["model"] = None
                report = checked()
            return report, ""
    except Refused as refusal:
        return None, str(refusal)
    except TimeoutError as error:
        return None, f"{error} The code was not checked. Press Check to try again."


def _broken(fields: Fields, report: dict[str, Any], above: Any) -> None:
    found = report["problems"]
    title = title_of(found[0]) if found else "The model is incomplete"
    if report["asked"]:
        kind = "shape" if all(each["shape"] for each in report["asked"]) else "number"
        title = f"A {kind} is missing" if len(report["asked"]) == 1 else f"{kind.capitalize()}s are missing"
    more = f" {count(len(found) - 1, 'more problems')} below." if len(found) > 1 else ""
    missing = joined([each["name"] for each in report["asked"]])
    description = drawn(report)
    kept = st.session_state["_paste"]
    with above, st.container(key="chain_broken"):
        if description and description["layers"]:
            fails = bool(report["layers"]) and report["layers"][-1].get("broken")
            without = plain(f"The chain, without what depends on {missing}") if missing else "The chain"
            st.caption("The chain, up to the layer that fails" if fails else without)
            chain(description, marks=marks(report, title_of))
            kept["chain"] = description
        elif report["asked"]:
            st.caption("The chain")
            known = "is" if len(report["asked"]) == 1 else "are"
            chain(None, waiting=f"The layers are drawn as soon as {missing} {known} given.")
        else:
            # While somebody types, a line is often half a line.
            st.caption("The chain, as it was" if kept["chain"] else "The chain")
            chain(kept["chain"], waiting="The layers are drawn as soon as the code can be read.")
    # What is asked for is no mistake, and has the colour of its field.
    mark = ":orange[:material/help:" if report["asked"] else ":red[:material/error:"
    st.markdown(f"{mark} **{plain(title)}.**]{more}")
    problems(report, fields.code)
    if missing:
        st.caption(plain(f"Training, Compare and the numbers within the tensors wait for {missing}."))
    _hints(report)
    followed(report, fields.code)


def _without_problems(fields: Fields, report: dict[str, Any], above: Any, trains: bool) -> bool:
    """Draw code without problems; returns whether the settings of training were drawn. trains: whether they should be."""
    trainable = False
    st.session_state["_paste"]["chain"] = report["description"]
    total = f"{report['params']:,} parameters in total." if report["params"] is not None else ""
    batch_size = st.session_state["_paste"]["batch_size"]
    batches = f" With batches of {batch_size}." if batch_size else ""
    st.markdown(f":green[:material/check_circle: **No problems found.**] {total}{batches}")
    try:
        if is_another():
            raise ValueError("The page trains the model that the code fits: choose that one to train it.")
        if report["params"] is None:
            raise ValueError(DRAWN)
        experiment = paste_training.experiment_of(fields.code, report)
        found = paste_training.describe(experiment)
    except (ValueError, Refused, TimeoutError) as error:
        with above:
            choose_view(st, ("chain", "unrolled", "quiz"))
            show_view(None, {"description": report["description"]})
        st.info(plain(str(error)), icon=":material/info:")
    else:
        with above:
            # The code stands beside it.
            choose_view(st, ("chain", "unrolled", "twins", "quiz"))
            show_view(experiment, found)
        # A quiz is about the model before it is trained, as on the page Explore; a run goes on meanwhile.
        if trains and st.session_state["view"] != "quiz":
            trainable = paste_training.train(experiment, found["hindrance"])
    _hints(report)
    followed(report, fields.code)
    return trainable


def _hints(report: dict[str, Any]) -> None:
    for hint in report["hints"]:
        st.caption(f":material/lightbulb: {marked(hint)}")


# Streamlit runs this file under that name; a worker that is started meanwhile imports it under another.
if __name__ == "__main__":
    main()
