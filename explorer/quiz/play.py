"""The quiz in a terminal."""

from __future__ import annotations

from collections.abc import Callable

from explorer.description import Description
from explorer.experiment import Experiment
from explorer.quiz.questions import question
from explorer.quiz.values import Question, Sitting

LETTERS = "abcd"


def play(
    description: Description,
    seed: int,
    questions: int,
    read: Callable[[str], str] = input,
    write: Callable[[str], None] = print,
    experiment: Experiment | None = None,
) -> Sitting:
    """Ask so many questions, read a letter or a number for each, and tell why; "q" or the end of the input ends it.

    Raises ValueError for a model about which nothing can be asked.
    """
    score = Sitting()
    for number in range(questions):
        asked = question(description, seed, number, experiment)
        write(f"\n{number + 1}. {asked.text}")
        for letter, choice in zip(LETTERS, asked.choices, strict=False):
            write(f"   {letter}) {choice.text}")
        place = _answer(asked, read, write)
        if place is None:
            break
        chosen, right = asked.choices[place], asked.choices[asked.right]
        score = score.counting(chosen.right)
        if chosen.right:
            write(f"Right. {right.reason}")
        else:
            write(f"No. {chosen.reason}")
            write(f"The right answer: {LETTERS[asked.right]}) {right.text}. {right.reason}")
    write(f"\n{score}.")
    return score


def _answer(asked: Question, read: Callable[[str], str], write: Callable[[str], None]) -> int | None:
    """The place of the choice that is read, or None at the end."""
    letters = LETTERS[: len(asked.choices)]
    while True:
        try:
            given = read(f"Your answer, {letters[0]} to {letters[-1]} (q quits): ").strip().lower().removesuffix(")")
        except EOFError:
            return None
        if given in ("q", "quit"):
            return None
        if len(given) == 1 and given in letters:
            return letters.index(given)
        if given.isascii() and given.isdigit() and 1 <= int(given) <= len(letters):
            return int(given) - 1
        known = f"{', '.join(letters)} or a number from 1 to {len(letters)}"
        write(f"Answer with {known}; q quits. Received: “{given[:20]}”. Please try again.")
