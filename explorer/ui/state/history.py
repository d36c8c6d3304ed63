"""What was set on the page before: moves of settings to take back, and to do again."""

from __future__ import annotations

from dataclasses import dataclass, field

from explorer.experiment import Experiment

MOST_STEPS = 100
# A key that is held moves a slider by many places: moves of one setting that follow each other faster are one step.
SECONDS_OF_ONE_MOVE = 1.0


@dataclass
class History:
    """The experiments that the page has shown, the present one between those before and those that were taken back."""

    present: Experiment
    before: list[Experiment] = field(default_factory=list)
    after: list[Experiment] = field(default_factory=list)
    _moved: tuple[frozenset[str], float] = (frozenset(), 0.0)

    def note(self, shown: Experiment, now: float, followed: frozenset[str] = frozenset()) -> None:
        """Take note of what the page shows. now: seconds of a clock that only goes forward. followed: the settings that
        changed because another one did: they are taken back with it.
        """
        if shown == self.present:
            return
        names, (last_names, last) = changed(self.present, shown) - followed, self._moved
        goes_on = len(names) == 1 and names == last_names and now - last < SECONDS_OF_ONE_MOVE
        if not (goes_on and self.before):
            self.before = [*self.before, self.present][-MOST_STEPS:]
        self.present, self.after, self._moved = shown, [], (names, now)
        if self.before[-1] == shown:
            # The move went back to where it began.
            self.before.pop()
            self._moved = (frozenset(), 0.0)

    def undo(self) -> Experiment | None:
        """The experiment before the last step, which is the present one now; None where there is none."""
        return self._step(self.before, self.after)

    def redo(self) -> Experiment | None:
        """The experiment of the step that was taken back last, which is the present one now; None where there is none."""
        return self._step(self.after, self.before)

    def _step(self, source: list[Experiment], target: list[Experiment]) -> Experiment | None:
        if not source:
            return None
        target.append(self.present)
        self.present, self._moved = source.pop(), (frozenset(), 0.0)
        return self.present


def changed(one: Experiment, other: Experiment) -> frozenset[str]:
    """The names of the settings in which two experiments differ."""
    first, second = one.to_query(), other.to_query()
    return frozenset(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
