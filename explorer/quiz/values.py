"""A question, its choices, and the score of a sitting."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict, dataclass
from typing import Any

LARGEST_SEED = 9999


@dataclass(frozen=True)
class Choice:
    """One of the answers to choose from.

    reason: why it is right or wrong. mistake: the name of the misconception behind a wrong one, "" for the right one.
    """

    text: str
    right: bool
    reason: str
    mistake: str = ""


@dataclass(frozen=True)
class Question:
    """What is asked about a layer; exactly one of the choices is right. layer: "" where the question is about a task."""

    kind: str
    layer: str
    text: str
    choices: tuple[Choice, ...]

    @property
    def right(self) -> int:
        """The place of the right choice."""
        return next(place for place, choice in enumerate(self.choices) if choice.right)

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "choices": [asdict(choice) for choice in self.choices]}


@dataclass(frozen=True)
class Wrong:
    """A wrong answer before it is a choice: `value` is what it claims, so that it can be told from the truth."""

    mistake: str
    value: Hashable
    text: str
    reason: str


@dataclass(frozen=True)
class Sitting:
    """How many of the questions asked were answered right.

    >>> str(Sitting().counting(True).counting(False))
    '1 of 2 right'
    """

    right: int = 0
    asked: int = 0

    def counting(self, right: bool) -> Sitting:
        """The score with one more answer."""
        return Sitting(self.right + right, self.asked + 1)

    def __str__(self) -> str:
        return f"{self.right} of {self.asked} right"
