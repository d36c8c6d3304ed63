"""An experiment as a file of JSON, and back: what a file says is judged like any outside value, and never run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from explorer.catalog import checked_experiment
from explorer.experiment import SETTINGS, SIZES, Experiment, WrongExperiment

# The longest that is written here has about 600 characters.
MOST_CHARACTERS = 20_000
DEEPEST = 3
_WAY_OUT = "Open a file that “Settings” in the view Code has written (.json)"
# How what is no text begins, where it is read as UTF-8.
_BINARY = {
    "PK\x03\x04": "an archive (a zip, or a .keras file)",
    "\ufffdHDF": "a file of HDF5",
    **{f"\ufffd{chr(protocol)}": "a pickle" for protocol in range(2, 6)},
}


def experiment_json(experiment: Experiment) -> str:
    """Every setting of an experiment as JSON, knobs among the others' names; `read_experiment_file` reads it back.

    >>> read_experiment_file(experiment_json(Experiment("gru_once", "adding_problem", features=2, units=8))).units
    8
    """
    return (
        json.dumps({name: value for name, value in _flat(experiment.to_dict()).items() if value is not None}, indent=2)
        + "\n"
    )


def read_experiment_file(text: str, size: int = 0) -> Experiment:
    """The experiment that a file says. What it leaves out has its default. size: of the file, where `text` is its beginning.

    Raises WrongExperiment with a sentence for each thing that is wrong: a file too long, no JSON, NaN, deep nesting, names
    that nobody knows, values that are not allowed.
    """
    values = _flat(_parsed(text.removeprefix("\ufeff"), size))
    if "pasted" in values:
        raise WrongExperiment(
            ["This experiment trains pasted code, which has a page of its own. Paste its code on the page Paste instead."]
        )
    if "architecture" not in values:
        names = ", ".join(("architecture", "task", *SIZES, *SETTINGS))
        raise WrongExperiment(
            [f"The file names no architecture; received {_names(values)}. It needs “architecture”, and may have {names}."]
        )
    return checked_experiment(values)


def _parsed(text: str, size: int) -> dict[str, Any]:
    kind = next((kind for start, kind in _BINARY.items() if text.startswith(start)), "")
    if kind or "\ufffd" in text or "\0" in text:
        raise WrongExperiment([f"The file is {kind or 'no text in UTF-8'}, which is never opened here. {_WAY_OUT}."])
    if max(len(text), size) > MOST_CHARACTERS:
        long = f"it has {max(len(text), size):,} characters, and at most {MOST_CHARACTERS:,} are read"
        raise WrongExperiment([f"The file is too long: {long}. {_WAY_OUT}."])
    if not text.strip():
        raise WrongExperiment([f"The file is empty. {_WAY_OUT}."])
    try:
        found = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except WrongExperiment:
        raise
    except RecursionError:
        raise WrongExperiment([_too_deep()]) from None
    except ValueError as error:
        # Python reads no whole number of so many digits, and says so in words of its own.
        wrong = (
            "it has a number of too many digits" if "integer string" in str(error) else f"it is no JSON: {str(error)[:80]}"
        )
        raise WrongExperiment([f"The file cannot be read: {wrong}; it begins with {_quoted(text)}. {_WAY_OUT}."]) from None
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        half = "The file holds half of a letter: an escape as \\ud83d without the one that belongs to it"
        raise WrongExperiment([f"{half}. {_WAY_OUT}."]) from None
    if not isinstance(found, dict):
        kind = {list: "a list", str: "a text", type(None): "null"}.get(type(found), "a single value")
        raise WrongExperiment([f"The file must hold settings by their names, in braces; received {kind}. {_WAY_OUT}."])
    if _depth(found) > DEEPEST:
        raise WrongExperiment([_too_deep()])
    return found


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with those of "knobs" beside the others. Raises WrongExperiment for a name that stands in both places."""
    knobs = values.get("knobs", {})
    if not isinstance(knobs, Mapping):
        raise WrongExperiment([f"“knobs” must hold settings by their names, in braces; received {_quoted(str(knobs))}."])
    if twice := next((name for name in knobs if name in values), None):
        raise WrongExperiment([f"{_quoted(twice)} stands in the file twice, once under “knobs”. Leave one of them out."])
    found = {name: value for name, value in values.items() if name != "knobs"} | dict(knobs)
    if found.get("pasted", 0) is None:
        del found["pasted"]
    return found


def _no_constant(name: str) -> Any:
    raise WrongExperiment(
        [f"The file has {name} in the place of a number, which no setting can be. Write a number instead."]
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise WrongExperiment([f"{_quoted(name)} stands in the file twice. Leave one of them out."])
        found[name] = value
    return found


def _depth(value: Any) -> int:
    """How many braces or brackets lie within each other, counted no further than matters."""
    level, depth = [value], 0
    while depth <= DEEPEST and (level := [each for each in level if isinstance(each, (dict, list))]):
        depth += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return depth


def _too_deep() -> str:
    return f"The file has braces or brackets more than {DEEPEST} deep, and an experiment has 2 at most. {_WAY_OUT}."


def _names(values: Mapping[str, Any]) -> str:
    names = [_quoted(name) for name in values][:5]
    return ", ".join(names) + (f" and {len(values) - 5:,} more" if len(values) > 5 else "") if names else "no names at all"


def _quoted(text: str) -> str:
    short = " ".join(text[:200].split())
    return f"“{short[:40]}…”" if len(short) > 40 else f"“{short}”"
