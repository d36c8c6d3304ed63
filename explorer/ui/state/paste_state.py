"""What the page "Paste" stands at, and its address.

The fields and settings are in `st.session_state` under their widgets' keys. Streamlit forgets those while another page is
shown, so that a copy is kept in `_paste`. The address names an example, or a run, and nothing of what was pasted.
"""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from explorer.catalog.examples import EXAMPLES, Example
from explorer.experiment import SETTINGS, Experiment
from explorer.experiment.bounds import LIMITS
from explorer.report import could_ask_for
from explorer.ui.front_end.streamlit_internals import uninterrupted, went_through_history
from explorer.ui.state import lesson_place, room
from explorer.ui.state.address import entered
from explorer.ui.state.code_link import fragment_of
from explorer.ui.state.paste_fields import (
    fields_of,
    is_typed,
    read_size,
    with_origin,
    without_origin,
    write_shapes,
    write_size,
)
from explorer.ui.state.paste_own import FIELDS, is_changed_code, is_own, keeping_own

FIRST = "memory_thrown_away"
_OTHERS = (*SETTINGS, "task", "view")
# put: another text each time that the page, and not a hand, puts a code into the editor; untouched: for want of any other.
# before, brought: as in `paste_own`.
# put_before: the one before it. put_code: the code itself.
# model: of several in one code the one to show, None for the one that is fitted, `fitted`. told: on a file.
# chain: the description that was drawn last of this code.
_NOTHING: dict[str, Any] = {
    **{"before": None, "brought": "", "batch_size": None, "sizes": {}, "put": "", "untouched": False},
    **{"model": None, "fitted": None, "told": "", "chain": None, "put_before": "", "put_code": ""},
}


@uninterrupted()
def take(experiment_of_run: Callable[[str], Experiment | None]) -> tuple[str, ...]:
    """Bring fields, settings and address together; returns a sentence for whatever in the address could not be taken.

    The address counts where somebody arrives, or goes back or forward; else the fields do.
    """
    state, address = st.session_state, st.query_params.to_dict()
    kept = state.setdefault("_paste", {"written": None, "drawn": False, "knobs": {}, "asked": {}, **_NOTHING})
    arrives = entered("paste")
    for name in (*FIELDS, *_OTHERS):
        # What is not drawn is forgotten, and what has the same name on the other page is not meant here.
        # Where a view or a setting is not drawn any more, Streamlit goes back to what stood there first: nothing.
        if arrives or name not in state or (name in _OTHERS and state[name] == ""):
            state[name] = kept.get(name, _default(name))
    if arrives:
        state["run"], kept["drawn"] = kept.get("run"), False
    changed, opened = _changed(kept), state.pop("_paste_opened", False)
    # The browser sends its address along with every move, and the address that was written last may not have reached it
    # yet: it is only asked for where somebody went to it.
    if not arrives and (not went_through_history() or address == kept["written"]):
        if changed & set(FIELDS) and not opened:
            _forget_what_is_of_other_code(changed, kept)
        return ()
    if arrives and not address.keys() - room.to_query().keys() and "code" in kept:
        return ()
    told = _open_address(address, kept, experiment_of_run)
    # Before anything is drawn: whoever types while it is ends this run of the page, and what was typed counts as changed.
    _remember(kept)
    return told


def _default(name: str) -> Any:
    if name not in LIMITS:
        return ""
    return int(LIMITS[name].default) if LIMITS[name].whole else LIMITS[name].default


def _changed(kept: dict[str, Any]) -> set[str]:
    """The fields and settings that stand at another value than the page last showed."""
    state = st.session_state
    return {name for name in (*FIELDS, *_OTHERS) if name in state and name in kept and state[name] != kept[name]}


def _forget_what_is_of_other_code(changed: set[str], kept: dict[str, Any]) -> None:
    """Where a code was pasted over, shapes and loss that nobody has typed are not meant for what stands there now, nor is
    what stood there before the first fix.
    """
    state = st.session_state
    for name in changed & set(FIELDS[1:]):
        state[name] = without_origin(state[name] or "")
    if not is_changed_code(kept.get("code"), state["code"]):
        state.update({name: "" for name in FIELDS[1:] if not is_typed(state[name] or "")})
        kept.update(before=None, batch_size=None, sizes={}, chain=None)


def _open_address(
    address: dict[str, str], kept: dict[str, Any], experiment_of_run: Callable[[str], Experiment | None]
) -> tuple[str, ...]:
    state, problems = st.session_state, []
    of_lesson, wrong = lesson_place.open_place(address, "paste")
    address = of_lesson | address
    problems += [problem.sentence for problem in wrong]
    known = ("example", "run")
    if refused := room.take(address):
        problems.append(refused)
    for name in address:
        if name not in (*known, *lesson_place.PARAMETERS, room.PARAMETER):
            problems.append(f"The address of this page can have {' and '.join(known)}; “{name[:40]}” was ignored.")
    state["run"], run, example = None, address.get("run"), address.get("example")
    if run:
        found = experiment_of_run(run)
        if found is None or found.pasted is None:
            problems.append(f"There is no run of pasted code called “{run[:40]}” here. The page shows an example.")
        else:
            pasted = found.pasted
            texts = (write_shapes(pasted.x), write_shapes([pasted.y]), pasted.loss)
            with keeping_own(kept):
                put(pasted.code, [with_origin(each, "run") for each in texts], kept)
            state.update({setting: getattr(found, setting) for setting in SETTINGS} | dict(found.knobs))
            state["task"], state["run"] = found.task, run
            kept["sizes"] = {name: write_size(size) for name, size in pasted.sizes}
            del state["_paste_opened"]
            return tuple(problems)
    if example and example not in EXAMPLES:
        near = difflib.get_close_matches(example[:40], EXAMPLES, n=1)
        hint = f"Did you mean {near[0]}?" if near else "Choose one from the list of examples."
        problems.append(f"There is no example called “{example[:40]}”. {hint}")
    # An address names no code of the visitor's own: whoever goes back to one that names nothing goes back to that.
    names_nothing = not example and not run
    if names_nothing and not is_own(kept) and kept["before"]:
        undo()
    elif not names_nothing or not is_own(kept):
        show(EXAMPLES.get(example or FIRST, EXAMPLES[FIRST]))
        kept["untouched"] = not address.keys() - {room.PARAMETER}
    state.pop("_paste_opened", None)
    return tuple(problems)


@uninterrupted()
def keep(drawn: bool) -> None:
    """After every run of the page: remember what it stands at, and make the address say it.

    drawn: whether the settings of training were drawn.
    """
    state = st.session_state
    kept = state["_paste"]
    kept["drawn"] = drawn
    _remember(kept)
    write()


def _remember(kept: dict[str, Any]) -> None:
    state = st.session_state
    kept.update({name: state[name] for name in (*FIELDS, *_OTHERS, "run") if name in state})


def write() -> None:
    """Make the address name the run, or the example that the fields hold."""
    state = st.session_state
    kept, shown = state["_paste"], shown_example()
    kept["run"] = state.get("run")
    # On a first visit nobody has chosen the example: an address without one may still have the code of a link behind its #.
    named = {"example": shown.name} if shown and not kept["untouched"] else {}
    wanted = {"run": state["run"]} if state.get("run") else named
    wanted |= lesson_place.query("paste") | room.to_query()
    # What the browser has sent may be the same, and another one on its way to it.
    if st.query_params.to_dict() != wanted or kept["written"] not in (None, wanted):
        st.query_params.from_dict(wanted)
    kept["written"] = wanted


def shown_example() -> Example | None:
    """The example that stands in the fields, unchanged."""
    code, *shapes = (st.session_state.get(name) or "" for name in FIELDS)
    now = (code, *map(without_origin, shapes))
    return next((each for each in EXAMPLES.values() if _texts(each) == now), None)


def show(example: Example) -> None:
    """Put an example into the fields, such that one click brings back a code of the visitor's own; for a callback, or before
    they are drawn."""
    code, *shapes = _texts(example)
    kept = st.session_state["_paste"]
    with keeping_own(kept):
        put(code, [with_origin(each, "example") for each in shapes], kept)
    kept["sizes"] = {}


def show_instead(name: str) -> None:
    """Put the example of a name into the fields; for a callback."""
    show(EXAMPLES[name])


def fragment() -> str:
    """What the fields hold as the fragment of a link."""
    state = st.session_state
    code, *texts = (state[name] or "" for name in FIELDS)
    fields = dict(zip(FIELDS, (code, *map(without_origin, texts)), strict=True))
    return fragment_of(fields, {name: text for name, text in _sizes_of(code).items() if text})


def fragment_of_own() -> str:
    """The same where the address does not name it: neither a run nor an example, as it is written; else empty."""
    return "" if st.session_state.get("run") or shown_example() else fragment()


def give_size(name: str, text: str) -> None:
    """Take what was typed for a number that was asked for."""
    st.session_state["_paste"]["sizes"][name] = text


def _sizes_of(code: str) -> dict[str, str]:
    """What was typed for numbers that this code can ask for; those of a code that stood here before are kept."""
    return {name: text for name, text in st.session_state["_paste"]["sizes"].items() if could_ask_for(name, code)}


def given_sizes(code: str) -> dict[str, int | tuple[int, ...]]:
    """The numbers that were asked for and given, as far as they can be read and are named in this code."""
    found = {name: read_size(text) for name, text in _sizes_of(code).items()}
    return {name: size for name, size in found.items() if size is not None}


@uninterrupted()
def apply(fix: dict[str, Any], code: str) -> None:
    """Put a fix into the fields, and remember what stood there; for a callback. code: what it fixes."""
    state = st.session_state
    kept = state["_paste"]
    if state["code"] != code:
        # Somebody has typed on meanwhile: what they see then is fixed.
        return
    before = kept["before"] or [*(state[name] for name in FIELDS), kept["batch_size"]]
    now = [state[name] or "" for name in FIELDS[1:]]
    put(fix["code"], [_fixed(*each) for each in zip(now, fields_of(fix), strict=True)], kept)
    kept.update(before=before, batch_size=fix.get("batch_size") or kept["batch_size"])


@uninterrupted()
def undo() -> None:
    """Bring back what stood in the fields before the first fix; for a callback. Another click brings back what was typed
    since then.
    """
    state = st.session_state
    kept = state["_paste"]
    if kept["before"]:
        typed_on = state["code"] != kept["put_code"]
        now = [*(state[name] for name in FIELDS), kept["batch_size"]] if typed_on else None
        code, *shapes, batch_size = kept["before"]
        put(code, shapes, kept)
        kept.update(batch_size=batch_size, before=now)


def _fixed(now: str, fixed: str) -> str:
    """What stands in a field after a fix: what was typed there counts as typed also where the fix changes it."""
    if not fixed or without_origin(now) == fixed:
        return now
    return fixed if is_typed(now) else with_origin(fixed, "fix")


def _texts(example: Example) -> tuple[str, str, str, str]:
    target = write_shapes([example.y]) if example.y else ""
    return example.code, write_shapes(example.x), target, example.loss or ""


def put(code: str, shapes: Sequence[str], kept: dict[str, Any]) -> None:
    """Put a code into its field, and the texts of x, y and loss into theirs. kept: `st.session_state["_paste"]`."""
    state = st.session_state
    state.update(zip(FIELDS, (code, *shapes), strict=True))
    state["run"] = None
    state["_paste_opened"] = True
    kept.update(before=None, batch_size=None, untouched=False, model=None, told="", chain=None)
    kept.update(put_before=kept["put"], put=secrets.token_hex(4), put_code=code)
