"""What a lesson is: steps, each with a state of the page, a text, and at most one question to predict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from explorer.catalog import read_experiment
from explorer.experiment import Experiment

Page = Literal["explore", "paste"]
# What a step's address can have on Explore beside the settings.
NO_SETTINGS = ("view", "layer", "fix", "hide", "twin", "compare", "compare_value")


@dataclass(frozen=True)
class Answer:
    """One answer to choose. why: why it is right or wrong, in one or two sentences."""

    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Prediction:
    """A question that is answered before the page shows it; one of the answers is right."""

    question: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class QuizKind:
    """Which question of `explorer.quiz` ends a lesson: its kind, and the layer that it is about ("" for a baseline)."""

    kind: str
    layer: str = ""


@dataclass(frozen=True)
class Condition:
    """What must have happened to go on.

    kind, with what it names:
    moved    the setting `name` stands at another value than the step's
    setting  the setting `name` is `value`
    view     the view `value` is shown
    opened   the layer `name` is open
    epoch    a run of the step's experiment has reached epoch `value`
    below    its validation loss has been below the baseline called `value`
    code     the code on Paste has no problem
    example  the example `value` is in the editor
    """

    kind: Literal["moved", "setting", "view", "opened", "epoch", "below", "code", "example"]
    name: str = ""
    value: str = ""


@dataclass(frozen=True)
class Fact:
    """A number or shape that a lesson's text says, where the page has it from, and its line in the file.

    said: as it stands in the text, such as "3,744". source: such as "memory.params"; what can stand there is said in
    `explorer.catalog.lessons`. step: from 1.
    """

    said: str
    source: str
    step: int
    line: int


@dataclass(frozen=True)
class Step:
    """One step.

    text: Markdown. page, address: the state that the page shows, as parameters of its address; empty keeps what the
    learner has on the page. do: what to do, one or two sentences, told once the question is answered; condition: how that
    is noticed, or None. quiz: a question of the quiz in place of a prediction, made from the model on the page.
    conceals, conceals_model: what is hidden until the question is answered, shapes and parameter counts, or all of the
    model. notes: the presenter's, in Markdown. lines: by the name of a field, where it stands in the file; "title" for the
    step's first line.
    """

    title: str
    text: str
    page: Page = "explore"
    address: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    prediction: Prediction | None = None
    do: str = ""
    condition: Condition | None = None
    quiz: QuizKind | None = None
    conceals: bool = True
    conceals_model: bool = False
    notes: str = ""
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Lesson:
    """goal: what the learner can do afterwards, as one sentence. minutes: how long it takes. steps: counted from 1."""

    name: str
    title: str
    minutes: int
    goal: str
    steps: tuple[Step, ...]
    facts: tuple[Fact, ...] = ()

    def state(self, number: int) -> tuple[Page, dict[str, str]]:
        """The page and the parameters of its address at step `number`, from 1: of the last step that says any."""
        place = next((step for step in self.steps[number - 1 :: -1] if step.address), self.steps[0])
        return place.page, dict(place.address)

    def experiment(self, number: int) -> Experiment | None:
        """The experiment of step `number`, from 1; None on Paste."""
        page, state = self.state(number)
        if page == "paste":
            return None
        return read_experiment({name: value for name, value in state.items() if name not in NO_SETTINGS}).experiment
