"""Compare: the model on the page and the same with one setting at another value, and their first difference.

What is chosen is in `st.session_state`: `compare_setting`, a key of `offered`, and `compare_value`, the other value as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from explorer.catalog import ARCHITECTURES, read_experiment, resolve
from explorer.description import Description
from explorer.experiment import Experiment
from explorer.experiment.bounds import knob_choices
from explorer.runtime.engine.engine import Refused
from explorer.shapes.compare import Broken, Changed, Comparison, compare
from explorer.ui.front_end.markdown import marked, plain
from explorer.ui.model.chain import chain
from explorer.ui.server import engine_instance
from explorer.ui.state import address

SECONDS_TO_DESCRIBE = 20.0
# More values than this are a size, which a slider moves, and not a choice.
MOST_VALUES = 6
# Each is a question to a worker.
MOST_TRIED = 4
HELP = (
    "The settings of this model that have a few possible values: those of its layers, those of the architecture, and the "
    "architecture itself."
)


@dataclass(frozen=True)
class Offer:
    """One setting that can be compared. layer: whose setting it is; None for a knob and for the architecture itself."""

    layer: str | None
    setting: str
    label: str
    value: Any
    others: tuple[Any, ...]

    @property
    def key(self) -> str:
        return f"{self.layer or ''}.{self.setting}"

    @property
    def title(self) -> str:
        others = " / ".join(map(str, self.others)) if len(self.others) <= MOST_VALUES else "another"
        return f"{self.label}: {self.value} → {others}"


def offered(experiment: Experiment, found: Mapping[str, Any]) -> dict[str, Offer]:
    """What can be compared, by its key: the settings of the layers, then the architecture's, then other architectures."""
    offers = [
        Offer(each["layer"], each["setting"], each["label"], each["value"], tuple(each["others"]))
        for each in found["comparable"]
    ]
    here = resolve(experiment)
    architecture, task = here.architecture, here.task
    of_layers = {offer.setting for offer in offers}
    for knob in architecture.knobs.values():
        choices = knob_choices(knob, {"timesteps": experiment.timesteps, "features": experiment.features})
        value = experiment.knobs[knob.name]
        if knob.name not in of_layers and 1 < len(choices) <= MOST_VALUES and value in choices:
            others = tuple(choice for choice in choices if choice != value)
            offers.append(Offer(None, knob.name, knob.name.replace("_", " "), value, others))
    fitting = tuple(name for name, each in ARCHITECTURES.items() if each.fits(task) and name != experiment.architecture)
    # Another architecture is not a setting of pasted code.
    if fitting and experiment.pasted is None:
        offers.append(Offer(None, "architecture", "architecture", experiment.architecture, fitting))
    return {offer.key: offer for offer in offers}


@st.fragment
def compare_panel(experiment: Experiment, found: Mapping[str, Any], in_address: bool) -> None:
    """Choose a setting, and see both models. found: what `Engine.describe` says of the experiment.

    in_address: whether what is chosen stands in the page's address.
    """
    offers = offered(experiment, found)
    with st.container(key="compare_panel"):
        if not offers:
            st.info("This model has no settings to compare.")
            return
        wrong = _take_wanted(offers)
        if st.session_state.get("compare_setting") not in offers:
            st.session_state["compare_setting"] = _first_that_holds(experiment, offers)
        offer, value = _choose(offers)
        if wrong:
            st.warning(plain(wrong), icon=":material/info:")
        if in_address:
            st.session_state["_compared"] = (offer.key, str(value))
            address.write(st.session_state["_experiment"])
        changed: Changed = {
            "layer": offer.layer,
            "setting": offer.setting,
            "label": offer.label,
            "here": offer.value,
            "there": value,
        }
        try:
            other = _compared(experiment, offer, value)
        except Refused as refusal:
            st.info(plain(str(refusal)))
        except TimeoutError:
            st.info("The workers are busy; the other model follows as soon as one is free.")
        else:
            _show(found, other, changed)


def wanted(offers: Mapping[str, Offer], setting: str, value: str) -> tuple[str, str, str]:
    """What an address asks to compare: a key of `offers` and a value, "" where it has none, and what is wrong with it."""
    if not setting:
        return "", "", ""
    offer = offers.get(setting)
    if offer is None:
        known = ", ".join(offers)
        return "", "", f"This model has no setting “{setting[:40]}” to compare. It has: {known}."
    others = [str(other) for other in offer.others]
    if value and value not in others:
        known = ", ".join(others)
        return setting, "", f"{offer.label} has no other value “{value[:40]}”. It can be compared with: {known}."
    return setting, value, ""


def _take_wanted(offers: Mapping[str, Offer]) -> str:
    """Put on the page what the address asks for; returns what is wrong with it, or ""."""
    setting, value, wrong = wanted(offers, *st.session_state.pop("_compare_wanted", ("", "")))
    if setting:
        st.session_state["compare_setting"] = setting
    if value:
        st.session_state["compare_value"] = value
    return wrong


def _first_that_holds(experiment: Experiment, offers: Mapping[str, Offer]) -> str:
    """The first setting whose other model can be built: one that cannot is a lesson for later."""
    for key, offer in list(offers.items())[:MOST_TRIED]:
        try:
            if not _compared(experiment, offer, offer.others[0])["broken"]:
                return key
        except Refused:
            continue
        except TimeoutError:
            break
    return next(iter(offers))


def _choose(offers: Mapping[str, Offer]) -> tuple[Offer, Any]:
    setting, value = st.columns([7, 5], vertical_alignment="top")
    titles = {key: offer.title for key, offer in offers.items()}
    _keep("compare_setting", tuple(offers), tuple(titles.values()))
    with setting:
        options = list(offers)
        st.selectbox(
            "Setting", options, format_func=titles.__getitem__, key="compare_setting", help=HELP, persist_state="session"
        )
    offer = offers[st.session_state["compare_setting"]]
    others = {str(other): other for other in offer.others}
    if len(others) == 1:
        return offer, offer.others[0]
    _keep("compare_value", tuple(others), tuple(others))
    label, about = f"{offer.setting} of the other model", "The value in the other model."
    with value:
        if len(others) <= MOST_VALUES:
            st.segmented_control(
                label, list(others), key="compare_value", help=about, required=True, persist_state="session"
            )
        else:
            st.selectbox(label, list(others), key="compare_value", help=about, persist_state="session")
    return offer, others[st.session_state["compare_value"]]


def _keep(name: str, options: tuple[str, ...], drawn: tuple[str, ...]) -> None:
    """Before a widget is drawn: its value stays where it is still offered, else it is the first."""
    if st.session_state.get(name) not in options:
        st.session_state[name] = options[0]
    address.keep_when_bounds_move(name, drawn)


def _compared(experiment: Experiment, offer: Offer, value: Any) -> dict[str, Any]:
    """The other model, with the keys of `Engine.describe`, and `broken`. Raises Refused or TimeoutError."""
    engine = engine_instance.engine()
    if offer.layer is not None:
        return engine.compare(experiment, offer.layer, offer.setting, value, timeout=SECONDS_TO_DESCRIBE)
    if offer.setting == "architecture":
        # What the other architecture does not have, or has more of, is at its own default.
        other = read_experiment({**experiment.to_query(), "architecture": value}).experiment
    else:
        other = replace(experiment, knobs={**experiment.knobs, offer.setting: value})
    return {**engine.describe(other, SECONDS_TO_DESCRIBE), "broken": None}


def _show(found: Mapping[str, Any], other: Mapping[str, Any], changed: Changed) -> None:
    broken, description = other["broken"], other["description"]
    described = Description.read(description) if description else None
    parts = compare(Description.read(found["description"]), described, broken, changed)
    with st.container(key="compare_why"):
        if broken:
            st.warning(marked(broken["says"]), icon=":material/block:")
        else:
            st.markdown(marked(parts["why"]))
    here, there = _marks(parts, broken, description, changed)
    st.markdown("**Your model**")
    chain(found["description"], found["values"], key="chain_itself", drawings=found.get("drawings"), marks=here, low=True)
    other_heading = f"With {changed['setting']}={changed['there']}"
    st.markdown(f"**{plain(other_heading)}**")
    if description:
        chain(description, other["values"], key="chain_compared", drawings=other.get("drawings"), marks=there, low=True)
    else:
        st.markdown("The first layer cannot be built.")
    if broken and broken["keras_says"]:
        with st.container(key="compare_keras"):
            st.caption(f"Keras's error in {plain(broken['layer'])}:")
            st.code(broken["keras_says"], language=None, wrap_lines=True)
    if parts["differences"]:
        with st.container(key="compare_differences"):
            st.markdown("**What differs**\n" + "".join(f"\n- {marked(each['says'])}" for each in parts["differences"]))


def _marks(
    parts: Comparison, broken: Broken | None, there: Mapping[str, Any] | None, changed: Changed
) -> tuple[dict[str, str], dict[str, str]]:
    """The layers to mark in both models, each with a short sentence: the whole reason stands above them."""
    here_marks, there_marks = {}, {}
    if parts["layer"] is not None:
        here_marks[parts["layer"]] = f"first difference: {changed['setting']} = {changed['here']}"
        there_marks[parts["layer"]] = f"first difference: {changed['setting']} = {changed['there']}"
    if broken:
        here_marks[broken["layer"]] = "this layer fails in the other model"
        held = [layer["name"] for layer in there["layers"]] if there else []
        if held:
            before = f"{there_marks[held[-1]]}; " if held[-1] in there_marks else ""
            there_marks[held[-1]] = f"{before}{broken['layer']} fails after it"
    return here_marks, there_marks
