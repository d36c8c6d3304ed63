"""Lessons, one Markdown file each; walked when they are first asked for. A file that is wrong raises with its line.

A file has a head (`title`, `minutes`, `goal`) and steps. A step begins with `## ` and its title; below it stand, until an
empty line, what the page shows as parameters of its address, and:

    page       explore (unless given) or paste
    done       what must have happened to go on, a kind of `values.Condition` with its words: `moved timesteps`
    quiz       a question of the quiz about a layer, which ends the lesson: `output memory`
    conceals   what is hidden while the step's question is open: shapes (unless given), model or nothing

A step without an address keeps what the learner has. Then comes the text, and the parts `### Predict` (a question, and
answers as a list of tasks, each with its reason below), `### Do` and `### Notes`.

Every number in a text says where it comes from: `{3,744: memory.params}` is shown as 3,744, and a test compares it with
Keras. A source is one of these, or arithmetic with them; it may end with `@` and settings that differ from the step's, as in
`memory.output @ architecture=gru_once`:

    timesteps, units, delay ...    a setting of the step's experiment
    LAYER.output, LAYER.input      its shape; LAYER.params, LAYER.arithmetic, LAYER.code likewise; `inputs` of the model
    shape AXES                     these axes in this order with the experiment's sizes: `shape batch 2*timesteps units`
    baseline NAME                  the baseline's value, rounded as it is written
    mean target                    the mean of the task's targets, rounded as it is written
    code, x, error                 on Paste: the example's code, the shape of its input, what Keras says of it
    error EXAMPLE                  what Keras says of that example
    keras CODE                     what this expression of Python gives, with keras, layers and np
"""

from __future__ import annotations

from pathlib import Path

from explorer.catalog.lessons.on_page import VIEWS
from explorer.catalog.lessons.reading import WrongLesson, read_lesson
from explorer.catalog.lessons.values import Answer, Condition, Fact, Lesson, Prediction, QuizKind, Step

# The order in which they are offered; a file that is not named here comes after, by name.
ORDER = (
    "axes",
    "units",
    "return_sequences",
    "time_distributed",
    "memory",
    "both_directions",
    "masks",
    "several_inputs",
    "encoder_decoder",
    "reading_errors",
)


def read_lessons(folder: Path = Path(__file__).parent) -> dict[str, Lesson]:
    """The lessons of a folder in their order, by name. Raises WrongLesson."""
    place = {name: number for number, name in enumerate(ORDER)}
    files = sorted(folder.glob("*.md"), key=lambda path: (place.get(path.stem, len(place)), path.stem))
    return {path.stem: read_lesson(path) for path in files}


LESSONS: dict[str, Lesson] = read_lessons()


def lesson_of(example: str) -> Lesson | None:
    """The first lesson that shows this example on Paste, as written or fixed; None where none does.

    >>> lesson_of("mask_too_late").name, lesson_of("labels")
    ('masks', None)
    """
    stem = example.removesuffix("_mended")
    shown = ((lesson, step.address.get("example", "")) for lesson in LESSONS.values() for step in lesson.steps)
    return next((lesson for lesson, name in shown if name.removesuffix("_mended") == stem), None)


__all__ = [
    "LESSONS",
    "VIEWS",
    "Answer",
    "Condition",
    "Fact",
    "Lesson",
    "Prediction",
    "QuizKind",
    "Step",
    "WrongLesson",
    "lesson_of",
    "read_lesson",
    "read_lessons",
]
