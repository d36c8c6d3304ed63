"""What a link leaves to whoever opens it: settings that it fixes, settings and parts of the page that it hides.

A teacher's link shows what a lesson is about and nothing else. In the address both are lists with commas:
`?fix=timesteps,task&hide=presets,seed`. Like `parse.read`, nothing here raises for what comes from outside.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from explorer.experiment.parse import LONGEST_VALUE, Problem

# What of the page can be hidden, beside single settings.
PARTS = {
    "sidebar": "the settings",
    "presets": "the named experiments",
    "chain": "the model and its views",
    "charts": "the training and its charts",
}
# More names than these in one list are nobody's wish.
MOST_NAMES = 40
# Together the names of all settings are longer than any other value of an address.
LONGEST_LIST = 2 * LONGEST_VALUE


@dataclass(frozen=True)
class Restrictions:
    """fixed: the settings that are shown and cannot be moved. hidden: the settings and the parts that are not shown.

    A name is in one of them at most. Nothing is restricted unless named.
    """

    fixed: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fixed or self.hidden)

    @property
    def keeps_settings(self) -> bool:
        """Whether any setting keeps its value."""
        return bool(self.fixed) or "sidebar" in self.hidden or any(name not in PARTS for name in self.hidden)

    def hides(self, name: str) -> bool:
        return name in self.hidden

    def holds(self, name: str) -> bool:
        """Whether a setting keeps its value: it is fixed, or nobody can see it to move it."""
        return name in self.fixed or name in self.hidden or "sidebar" in self.hidden

    def to_query(self) -> dict[str, str]:
        """As parameters of an address; none for what is empty."""
        lists = (("fix", self.fixed), ("hide", self.hidden))
        return {name: ",".join(names) for name, names in lists if names}


def read_restrictions(address: Mapping[str, str], settings: Collection[str]) -> tuple[Restrictions, tuple[Problem, ...]]:
    """The restrictions of an address, and a sentence for each name that it cannot restrict.

    address: its `fix` and `hide` are read. settings: the names of all settings that there are.
    """
    problems: list[Problem] = []
    hidden = tuple(_names("hide", address.get("hide", ""), (*PARTS, *settings), problems))
    fixed = list(_names("fix", address.get("fix", ""), settings, problems))
    if both := [name for name in fixed if name in hidden]:
        sentence = f"The link fixes {_and(both)} and hides the same. What is hidden cannot be moved either: it is hidden."
        problems.append(Problem("fix", address.get("fix"), sentence))
    return Restrictions(tuple(name for name in fixed if name not in hidden), hidden), tuple(problems)


def _names(parameter: str, text: str, known: Collection[str], problems: list[Problem]) -> Iterator[str]:
    """The known names of a list, each once; of all others together one sentence."""
    if len(text) > LONGEST_LIST:
        wrong = f"{parameter}= has {len(text):,} characters, and {LONGEST_LIST} are read at most; it was left out."
        problems.append(Problem(parameter, text[:LONGEST_VALUE], wrong))
        return
    received = list(dict.fromkeys(filter(None, (name.strip() for name in text.split(",")))))[:MOST_NAMES]
    unknown = [name for name in received if name not in known]
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"It can name: {', '.join(known)}."
        quoted = _and([f"“{name[:40]}”" for name in unknown[:3]])
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        verb = "was" if len(unknown) == 1 else "were"
        wrong = f"{parameter}= in the address cannot name {quoted}{more}, which {verb} left out. {hint}"
        problems.append(Problem(parameter, text[:LONGEST_VALUE], wrong))
    yield from (name for name in received if name in known)


def _and(names: list[str]) -> str:
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
