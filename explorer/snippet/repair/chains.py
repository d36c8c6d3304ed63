"""Several changes one after the other: whether they mean one thing together, and how they are told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.snippet.diagnose.problems import Candidate, Data
from explorer.snippet.reader.edits import Edit, made_of
from explorer.tensors.text import joined

_POOLING = ("GlobalAveragePooling", "GlobalMaxPooling")
_KEEPS = "return_sequences=True"
# What one change does to the timesteps, and what another one may not do beside it.
_AGAINST = {
    "repeats": ("pools", "ends"),
    "pools": ("repeats",),
    "ends": ("repeats",),
}


@dataclass(frozen=True)
class Step:
    """One change that was made. texts: where what it put into the code stands now. effect: what it does to timesteps."""

    made: Candidate
    texts: tuple[tuple[int, int], ...]
    effect: frozenset[str]


@dataclass(frozen=True)
class Chain:
    """Changes in their order. code, data: what they have made of the code and of what it is trained on; first: the data
    before them. past: every code before.
    """

    code: str
    data: Data
    first: Data
    steps: tuple[Step, ...] = ()
    past: tuple[str, ...] = ()

    @property
    def kinds(self) -> list[str]:
        """What is done, each once: the same change at several layers is one."""
        return list(dict.fromkeys(step.made.title for step in self.steps))

    @property
    def title(self) -> str:
        """All changes in words."""
        told = []
        for kind in self.kinds:
            names = dict.fromkeys(name for step in self.steps if step.made.title == kind for name in step.made.layers)
            told.append(f"{kind} {joined(list(names))}" if names else kind)
        return "; ".join([*told[:1], *(f"{each[0].lower()}{each[1:]}" for each in told[1:])])

    @property
    def line(self) -> str | None:
        """The lines of NumPy that the changes take."""
        return "; ".join(step.made.line for step in self.steps if step.made.line) or None

    def then(self, made: Candidate, code: str, data: Data) -> Chain | None:
        """The chain with one change more, which gave `code` and `data`; None where they do not mean one thing together.

        A change whose whole text the next one writes anew is none: it is left out.
        """
        edits = made_of(self.code, made.edits)
        before = _kept(self.steps, self.code, edits)
        if before is None or (code != self.code and code in self.past):
            return None
        step = Step(made, _put_in(edits), _effect(self.code, edits))
        longer = Chain(code, data, self.first, (*before, step), (*self.past, self.code))
        if not before:
            return longer
        undone = any(other in _AGAINST.get(each, ()) for each in step.effect for old in before for other in old.effect)
        changes_data = [each for each in (*(old.made for old in before), made) if each.line or each.data]
        renames = any(old.made.rename for old in before) or made.rename
        if undone or len(changes_data) > 1 or (renames and changes_data) or _less(self.first, data):
            return None
        return longer


def _kept(steps: Sequence[Step], code: str, edits: Sequence[Edit]) -> list[Step] | None:
    """The steps whose text stands after more edits, moved to where it stands then; None where one is torn apart."""
    found = []
    for step in steps:
        over = [_overwritten(code, text, edits) for text in step.texts]
        if over and all(over) and not step.made.line:
            continue
        if any(over):
            return None
        moved = tuple((_moved(start, edits), _moved(end, edits)) for start, end in step.texts)
        found.append(Step(step.made, moved, step.effect))
    return found


def _overwritten(code: str, text: tuple[int, int], edits: Sequence[Edit]) -> bool:
    """Whether edits take away what stands at a place, and do not put it there again with something around it."""
    start, end = text
    return any(each.start < end and each.end > start and code[start:end].strip(", \n") not in each.text for each in edits)


def _moved(place: int, edits: Sequence[Edit]) -> int:
    return place + sum(len(each.text) - (each.end - each.start) for each in edits if each.end <= place)


def _put_in(edits: Sequence[Edit]) -> tuple[tuple[int, int], ...]:
    """Where the texts of edits stand after them."""
    found, more = [], 0
    for each in edits:
        start = each.start + more
        found.append((start, start + len(each.text)))
        more += len(each.text) - (each.end - each.start)
    return tuple(place for place in found if place[0] < place[1])


def _effect(code: str, edits: Sequence[Edit]) -> frozenset[str]:
    """What a change does to timesteps."""
    found = set()
    for each in edits:
        old, new = code[each.start : each.end], each.text
        if "RepeatVector" in new and "RepeatVector" not in old:
            found.add("repeats")
        if any(name in new and name not in old for name in _POOLING):
            found.add("pools")
        if "Flatten" in new and "Flatten" not in old:
            found.add("flattens")
        if _KEEPS in new and _KEEPS not in old:
            found.add("keeps")
        if _KEEPS in old and _KEEPS not in new:
            found.add("ends")
    return frozenset(found)


def _less(before: Data, after: Data) -> bool:
    """Whether samples, timesteps or features of the data are given up."""
    pairs = zip(before.x or (), after.x or (), strict=False)
    return any(math.prod(now) < math.prod(then) for then, now in pairs)
