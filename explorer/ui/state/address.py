"""The page's address and its widgets say the same: one experiment, and one run.

`st.session_state` holds every setting under its own name, which is also its widget's key and its parameter in the address.
The address is written by hand and not by binding each widget: a bound widget forgets a value that it cannot take before the
page can say so, and leaves out what equals its default, so that a shared link would change with the defaults.
"""

from __future__ import annotations

import difflib
import math
import time
from collections.abc import Sequence
from typing import Any

import streamlit as st

from explorer.catalog import ARCHITECTURES, TASKS, read_experiment
from explorer.catalog.presets import PRESETS
from explorer.experiment import SETTINGS, SIZES, Experiment
from explorer.experiment.learning_rates import default_rate
from explorer.experiment.parse import LONGEST_VALUE, Problem
from explorer.experiment.restrictions import Restrictions, read_restrictions
from explorer.quiz import LARGEST_SEED
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.ui.front_end.streamlit_internals import uninterrupted, went_through_history
from explorer.ui.state import inside_place, lesson_place, presenting, room, walk_place
from explorer.ui.state.deck import MODES
from explorer.ui.state.followed import Followed, by_hand, followed
from explorer.ui.state.history import SECONDS_OF_ONE_MOVE

_KNOBS = {name for entry in (*ARCHITECTURES.values(), *TASKS.values()) for name in entry.knobs}
NAMES = ("architecture", "task", *SIZES, *SETTINGS, *sorted(_KNOBS))
VIEWS = ("chain", "unrolled", "twins", "code", "quiz")
# What a view is called on the page, where links have another name for it.
CALLED = {"compare": "twins"}
COMPARED = ("compare", "compare_value")
_TITLED = {entry.title: name for entries in (ARCHITECTURES, TASKS) for name, entry in entries.items()}
OTHERS = (
    *("run", "preset", "view", "quiz_seed", "fix", "hide", "layer", "twin", "states"),
    *(*COMPARED, *lesson_place.PARAMETERS, *inside_place.PARAMETERS, room.PARAMETER, room.QUIZ_QUESTION),
)


@uninterrupted()
def take(experiment_of_run: Any) -> tuple[Experiment, tuple[Problem, ...]]:
    """The experiment that the page shows now, and what was wrong with the values that came.

    From the address where that is new (a first visit, back and forward), else from the widgets. Afterwards every name
    of the experiment is in `st.session_state`, and in "_followed" what moved because something else did.
    experiment_of_run: a function that gives a run's experiment by its id, or None.
    """
    address, arrives = st.query_params.to_dict(), entered("explore")
    if arrives:
        # Links between the pages carry no parameters: who comes back finds what was left.
        address = address or st.session_state.get("_written", {})
    # The browser sends its address with every move, also before the one that was written last has reached it: it is only
    # asked for where somebody went to it.
    if arrives or (went_through_history() and address != st.session_state.get("_written")):
        return open_address(address, experiment_of_run)

    before: Experiment = st.session_state["_experiment"]
    # A browser may leave out what it likes: then it stays as it was.
    values = {name: value for name, value in _flat(before).items() if name in NAMES}
    values |= {name: st.session_state[name] for name in NAMES if name in st.session_state}
    # A choice that its list has no longer comes as it was written there.
    values |= {name: _TITLED.get(values[name], values[name]) for name in ("architecture", "task")}
    if values["architecture"] != before.architecture:
        # Choosing another architecture means a task that fits it; the list shows which.
        chosen, task = ARCHITECTURES.get(values["architecture"]), TASKS.get(values["task"])
        if chosen and task and not chosen.fits(task):
            del values["task"]
    kept = restrictions().holds("learning_rate")
    if not kept and values["learning_rate"] == default_rate(before.architecture, before.task):
        # Nobody chose it: it follows architecture and task.
        del values["learning_rate"]
    reading = read_experiment(values)
    changed = reading.experiment != before
    _put(reading.experiment)
    if changed or reading.problems:
        begun = _begun(_flat(before), values)
        also = st.session_state["_followed"] = followed(_flat(before), values, reading.experiment, begun)
        st.session_state["_problems"] = tuple(each for each in reading.problems if each.name not in also.names)
    return reading.experiment, st.session_state["_problems"]


def _begun(before: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """What the page showed before the first of the quick moves of one setting that this one goes on with."""
    hands, now = by_hand(before, asked), time.monotonic()
    last_hands, last, begun = st.session_state.get("_move", ([], -math.inf, before))
    goes_on = len(hands) == 1 and hands == last_hands and now - last < SECONDS_OF_ONE_MOVE
    st.session_state["_move"] = (hands, now, begun if goes_on else before)
    return begun if goes_on else before


def open_address(address: dict[str, str], experiment_of_run: Any) -> tuple[Experiment, tuple[Problem, ...]]:
    """Put on the page what an address says, and return it as `take` does; for `take`, or a callback."""
    mode = address.get("view", "")[:LONGEST_VALUE]
    refused, asked_room = room.take(address), address.get(room.PARAMETER, "")[:LONGEST_VALUE]
    wrong_slides: list[Problem] = []
    presenting.end()
    if mode in MODES:
        address, wrong_slides = presenting.begin(mode, address, OTHERS, VIEWS[0])
    of_lesson, wrong_place = lesson_place.open_place(address, "explore")
    address = of_lesson | address
    kept, wrong_names = read_restrictions(address, NAMES)
    problems: tuple[Problem, ...] = (*wrong_slides, *wrong_place, *wrong_names)
    st.session_state["_restrictions"] = kept
    if refused:
        problems = (Problem(room.PARAMETER, asked_room, refused), *problems)
    values: dict[str, Any] = {name: value for name, value in address.items() if name not in OTHERS}
    preset = address.get("preset", "")[:LONGEST_VALUE]
    if preset in PRESETS:
        values = PRESETS[preset].experiment.to_query() | values
    elif preset:
        known = ", ".join(PRESETS)
        wrong = Problem("preset", preset, f"There is no preset called “{preset[:40]}”. There are: {known}.")
        problems = (*problems, wrong)
    problems = (*problems, *_open_view(address, kept), *inside_place.open_place(address), *walk_place.open_place(address))
    of_run, wrong_run = _open_run(address, values, experiment_of_run)
    reading = read_experiment(of_run | values, OTHERS)
    _put(reading.experiment, force=True)
    st.session_state["_problems"] = (*problems, *wrong_run, *reading.problems)
    st.session_state["_followed"] = Followed()
    return reading.experiment, st.session_state["_problems"]


def _open_view(address: dict[str, str], kept: Restrictions) -> list[Problem]:
    """Put the view on the page, and what is chosen in it; returns what is wrong with that."""
    problems = []
    # Which layers and settings there are is known once the model is described.
    st.session_state["_layer_wanted"] = address.get("layer", "")[:LONGEST_VALUE]
    twin, _, value = address.get("twin", "")[:LONGEST_VALUE].partition(":")
    compared = tuple(address.get(name, "")[:LONGEST_VALUE] for name in COMPARED)
    st.session_state["_compare_wanted"] = compared if compared[0] else (twin, value)
    view = address.get("view", "")[:LONGEST_VALUE]
    view = CALLED.get(view, view)
    if not view and any(st.session_state["_compare_wanted"]):
        view = "twins"
    st.session_state["view"] = view if view in VIEWS and not kept.hides("chain") else VIEWS[0]
    if view and view not in VIEWS:
        known = ", ".join(next((called for called, of in CALLED.items() if of == name), name) for name in VIEWS)
        problems.append(Problem("view", view, f"There is no view called “{view[:40]}”. There are: {known}."))
    elif view and kept.hides("chain"):
        problems.append(Problem("view", view, f"The link asks for the view “{view}” and hides the chain: it is hidden."))
    seed = address.get("quiz_seed", "")
    if seed.isdecimal() and len(seed) < 10 and int(seed) <= LARGEST_SEED:
        st.session_state["quiz_seed_wanted"] = int(seed)
    elif seed:
        wrong = f"quiz_seed must be a whole number from 0 to {LARGEST_SEED}; received “{seed[:40]}”."
        problems.append(Problem("quiz_seed", seed, f"{wrong} Using another instead."))
    # Of a host's call alone: the first of a sitting has the number 1.
    number = address.get(room.QUIZ_QUESTION, "")
    if number.isdecimal() and 0 < len(number) < 3:
        st.session_state["quiz_number_wanted"] = max(1, int(number)) - 1
    return problems


def _open_run(
    address: dict[str, str], values: dict[str, Any], experiment_of_run: Any
) -> tuple[dict[str, str], list[Problem]]:
    """Put the run of an address on the page; returns the settings that it was made with, and what is wrong."""
    run, problems = address.get("run", "")[:LONGEST_VALUE], []
    st.session_state["run"] = None
    if not run:
        return {}, []
    try:
        found = experiment_of_run(run)
    except DatabaseUnavailable as error:
        # The address holds every setting too; the run stays in it, for when it can be read again.
        st.session_state["run"] = run
        problems.append(Problem("run", run, f"{error} The run is shown again when you reload the page."))
        found = read_experiment(values, OTHERS).experiment
    if found is not None and not found.pasted:
        st.session_state["run"] = run
        return found.to_query(), problems
    sentence = f"There is no run called “{run[:40]}” here. The page shows the settings without a run."
    if found is not None:
        sentence = "This run trains pasted code: it is on the page Paste, under the same name."
    problems.append(Problem("run", run, sentence))
    return {}, problems


def names_of(experiment: Experiment) -> list[str]:
    """The settings that the experiment has, in the order of the page."""
    return ["architecture", "task", *SIZES, *experiment.knobs, *SETTINGS]


@uninterrupted()
def present(mode: str = "present") -> None:
    """Show the page on the projector; for a callback."""
    presenting.begin(mode, st.session_state.get("_written", {}), OTHERS, st.session_state.get("view", VIEWS[0]))


@uninterrupted()
def leave(experiment_of_run: Any) -> None:
    """From the projector to the page in the state of the slide; for a callback."""
    found = presenting.now()
    if found is None:
        return
    presenting.end()
    slide = found.deck.slides[found.at]
    if found.at or found.listed:
        open_address(dict(slide.address), experiment_of_run)
    else:
        st.session_state["view"] = found.view


def restrictions() -> Restrictions:
    """What the link that the page was opened by fixes and hides."""
    found: Restrictions = st.session_state.get("_restrictions", Restrictions())
    return found


@uninterrupted()
def end_restrictions() -> None:
    """Show everything again; for a callback."""
    st.session_state["_restrictions"] = Restrictions()


def open_layer(names: Sequence[str]) -> tuple[str | None, str]:
    """The layer that the address opens, None for none, and what is wrong with it, or "". names: the layers of the model."""
    wanted = st.session_state.get("_layer_wanted", "")
    st.session_state["_layer"] = wanted if wanted in names else ""
    if not wanted or wanted in names:
        return wanted or None, ""
    near = difflib.get_close_matches(wanted, names, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"It has: {', '.join(names)}."
    return None, f"This model has no layer called “{wanted[:40]}” to open. {hint}"


def entered(page: str) -> bool:
    """Whether this is the first run of the page since another was shown, or since the visit began."""
    before = st.session_state.get("_page")
    st.session_state["_page"] = page
    return before != page


@uninterrupted()
def choose(experiment: Experiment) -> None:
    """Put an experiment on the page; for a callback, before the widgets are drawn."""
    _put(experiment, force=True)
    st.session_state["_problems"] = ()
    st.session_state["_followed"] = Followed()


def query_of(experiment: Experiment) -> dict[str, str]:
    """The parameters of the address of what the page shows."""
    found = presenting.now()
    if found and found.listed:
        return presenting.query_of(found, {})
    wanted = experiment.to_query()
    if st.session_state.get("run"):
        wanted["run"] = st.session_state["run"]
    # Both have one name for the timestep: where a walk is on, the link has the walk's.
    wanted |= restrictions().to_query() | lesson_place.query("explore") | inside_place.query() | walk_place.query()
    if st.session_state.get("_layer"):
        wanted["layer"] = st.session_state["_layer"]
    # A step of a lesson may open with another view than the first.
    if st.session_state.get("view", VIEWS[0]) != VIEWS[0] or lesson_place.place("explore"):
        wanted["view"] = st.session_state["view"]
    if st.session_state.get("view") == "quiz" and "quiz_seed" in st.session_state:
        wanted["quiz_seed"] = str(st.session_state["quiz_seed"])
    if st.session_state.get("view") == "twins":
        wanted |= dict(zip(COMPARED, st.session_state.get("_compared", ()), strict=False))
    return presenting.query_of(found, wanted) if found else wanted


def write(experiment: Experiment) -> None:
    """Make the address say what the page shows."""
    wanted = query_of(experiment) | room.to_query()
    # What the browser has sent may be the same, and another one on its way to it.
    if st.query_params.to_dict() != wanted or st.session_state.get("_written") not in (None, wanted):
        # Noted first: a run that somebody's click ends once it is sent would leave nobody who knows of it.
        st.session_state["_written"] = wanted
        st.query_params.from_dict(wanted)
    st.session_state["_written"] = wanted


def _flat(experiment: Experiment) -> dict[str, Any]:
    values = {**experiment.to_dict(), **experiment.knobs}
    del values["knobs"]
    return values


def _put(experiment: Experiment, force: bool = False) -> None:
    for name, value in _flat(experiment).items():
        # Writing a value that the widget already has would push it to the browser, against a hand that still moves it.
        if force or st.session_state.get(name) != value:
            st.session_state[name] = value
    st.session_state["_experiment"] = experiment


def keep_when_bounds_move(name: str, bounds: tuple[Any, ...]) -> None:
    """Call before drawing a widget: one whose bounds change becomes a new widget, and would forget its value."""
    known = st.session_state.setdefault("_bounds", {})
    if known.get(name) != bounds:
        with uninterrupted():
            known[name] = bounds
            st.session_state[name] = st.session_state[name]
