"""Settings that no longer fitted after another one was changed: which ones moved with it, and why, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer.catalog import TASKS, resolve
from explorer.experiment import SIZES, Experiment, spell
from explorer.experiment.bounds import knob_choices, knobs_of, size_limit, size_reason
from explorer.tensors.text import count


@dataclass(frozen=True)
class Followed:
    """names: the settings that moved. cause: the one that a hand moved. sentence: what moved and why, or nothing."""

    names: frozenset[str] = frozenset()
    cause: str = ""
    sentence: str = ""


def by_hand(before: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """The settings and knobs that the page was asked to change from what it has shown before."""
    return [name for name, value in before.items() if name in asked and asked[name] != value]


def followed(
    before: Mapping[str, Any], asked: Mapping[str, Any], after: Experiment, begun: Mapping[str, Any] | None = None
) -> Followed:
    """What moved beside what was moved by hand. before: the settings and knobs that the page has shown. asked: those that it
    was asked for; what is left out was to fit by itself. after: what it shows now. begun: what it showed before the first of
    the moves that make up this one, as a key that is held makes many.
    """
    shown = {**after.to_dict(), **after.knobs}
    hands, begun = by_hand(before, asked), before if begun is None else begun
    moved = [name for name, value in begun.items() if name not in hands and shown.get(name, value) != value]
    if not hands or not moved:
        return Followed()
    parts = [f"{_label(name)} from {_spelled(name, begun[name])} to {_spelled(name, shown[name])}" for name in moved]
    # What moved on the way there may fit again now.
    on_the_way = f"an earlier value of {_label(hands[0])} required it"
    reasons = [_why(name, after) if shown[name] != before[name] else on_the_way for name in moved]
    changes = "; ".join(f"{part} ({reason})" for part, reason in zip(parts, reasons, strict=True))
    undone = "both" if len(moved) == 1 else "all of it"
    return Followed(frozenset(moved), hands[0], f"Also changed: {changes}. Undo takes {undone} back.")


def _label(name: str) -> str:
    return name.replace("_", " ")


def _spelled(name: str, value: Any) -> str:
    return f"“{TASKS[value].title}”" if name == "task" else spell(value)


def _why(name: str, after: Experiment) -> str:
    found = resolve(after)
    architecture, task = found.architecture, found.task
    if name == "task":
        return f"the one before does not fit “{architecture.title}”"
    if name == "learning_rate":
        return "this model and task start with it"
    if architecture.carries and name in ("samples", "batch"):
        return "every batch has the next piece of as many long sequences"
    if name == "batch":
        return f"there are {count(after.samples, 'samples')}"
    knob = knobs_of(architecture, task).get(name)
    if knob is not None:
        choices = knob_choices(knob, {"timesteps": after.timesteps, "features": after.features})
        with_what = f"with {count(after.timesteps, 'timesteps')} " if knob.at_most is not None else ""
        return f"{with_what}it can be {_listed(choices)}"
    reason = size_reason(name, architecture, task) if name in SIZES else None
    limit = size_limit(name, architecture, task)
    return reason.rstrip(".") if reason else f"it can be {int(limit.low)} to {int(limit.high)} here"


def _listed(choices: tuple[Any, ...]) -> str:
    """Values in words.

    >>> _listed((1,)), _listed((0, 1, 2)), _listed((2, 4, 8, 16)), _listed(("sum", "ave"))
    ('only 1', '0 to 2', '2, 4, 8 or 16', 'sum or ave')
    """
    if len(choices) == 1:
        return f"only {spell(choices[0])}"
    if len(choices) > 2 and list(choices) == list(range(choices[0], choices[0] + len(choices))):
        return f"{choices[0]} to {choices[-1]}"
    *most, last = map(spell, choices)
    return f"{', '.join(most)} or {last}"
