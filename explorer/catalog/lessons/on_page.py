"""Whether what a step asks for can be done on the page as the step shows it, as far as that is known without a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from explorer.catalog import ARCHITECTURES, TASKS, read_experiment, resolve
from explorer.catalog.examples import EXAMPLES
from explorer.catalog.lessons.values import Condition, Page, QuizKind
from explorer.experiment import SETTINGS, SIZES, Experiment
from explorer.experiment.bounds import knob_choices, knobs_of, size_reason
from explorer.experiment.restrictions import Restrictions, read_restrictions

# What a step's address can have beside the settings; the views as links name them.
VIEWS = ("chain", "unrolled", "compare", "code", "quiz")
# The kinds of questions of `explorer.quiz`, which stands above the catalog and knows them too.
BASELINE = "baseline"
QUIZ_KINDS = ("gone", "output", "input", BASELINE, "slider", "parameters", "weights")
_WHERE = {"moved": "explore", "setting": "explore", "view": "explore", "opened": "explore", "epoch": "explore"}
_WHERE |= {"below": "explore", "code": "paste", "example": "paste"}
_NEEDS = {"view": "chain", "opened": "chain", "epoch": "charts", "below": "charts"}


def names_of(experiment: Experiment) -> tuple[str, ...]:
    """The settings that an experiment has."""
    return ("architecture", "task", *SIZES, *experiment.knobs, *SETTINGS)


def unknown(kind: str, received: str, known: Iterable[str]) -> str:
    """What is said of a name that nobody knows."""
    return f"there is no {kind} called {received[:40]!r}. There are: {', '.join(known)}."


def hindrance(condition: Condition, page: Page, state: Mapping[str, str], experiment: Experiment | None) -> str:
    """Why a step's condition can never be met, as a sentence, or "" where it can.

    page, state: what the page shows at the step, as `Lesson.state` gives it. experiment: None on Paste. Whether the model
    has a layer is not known here.
    """
    kind, name, value = condition.kind, condition.name, condition.value
    if _WHERE[kind] != page:
        known = ", ".join(each for each, where in _WHERE.items() if where == page)
        return f"“done: {kind}” is not noticed on the page {page}, which the step shows. What is noticed there: {known}."
    if kind == "example":
        return "" if value in EXAMPLES else unknown("example", value, EXAMPLES)
    if experiment is None:
        return ""
    kept, _ = read_restrictions(state, names_of(experiment))
    if kind in _NEEDS and kept.hides(_NEEDS[kind]):
        return (
            f"“done: {kind}” cannot be met: the step hides the {_NEEDS[kind]}. Received: hide: {','.join(kept.hidden)[:80]}."
        )
    if kind == "view" and value not in VIEWS:
        return unknown("view", value, VIEWS)
    if kind == "epoch" and not (
        value.isascii() and value.isdecimal() and len(value) < 6 and int(value) in _epochs(experiment)
    ):
        return (
            f"epoch must be a whole number from 1 to {experiment.epochs}, the epochs of the step. Received: {value[:40]!r}."
        )
    if kind == "below" and value not in (known_losses := resolve(experiment).baselines):
        return unknown("baseline of this task", value, known_losses)
    if kind in ("moved", "setting"):
        return _unmovable(name, kept, experiment) or (_not_a_value(name, value, experiment) if kind == "setting" else "")
    return ""


def wrong_quiz(quiz: QuizKind, experiment: Experiment | None) -> str:
    """Why a question of the quiz cannot be asked at all, as a sentence, or "". experiment: None on Paste."""
    if quiz.kind not in QUIZ_KINDS:
        return unknown("question of the quiz", quiz.kind, QUIZ_KINDS)
    if experiment is None:
        return "a question of the quiz is about the model on the page explore, and the step shows the page paste."
    if quiz.kind != BASELINE:
        hint = f"such as “quiz: {quiz.kind} memory”"
        return "" if quiz.layer else f"a question of the quiz names a layer, {hint}. Received: {quiz.kind!r}."
    known = resolve(experiment).baselines
    return "" if not quiz.layer or quiz.layer in known else unknown("baseline of this task", quiz.layer, known)


def _epochs(experiment: Experiment) -> range:
    return range(1, experiment.epochs + 1)


def _unmovable(name: str, kept: Restrictions, experiment: Experiment) -> str:
    """Why nobody can move a setting, or ""."""
    if name not in names_of(experiment):
        here = f"setting of {experiment.architecture} on {experiment.task}"
        return unknown(here, name, names_of(experiment))
    if kept.holds(name):
        how = (
            f"fixes {name}" if name in kept.fixed else f"hides {name if name in kept.hidden else 'the sidebar, where it is'}"
        )
        received = "; ".join(f"{parameter}: {names}" for parameter, names in kept.to_query().items())
        return f"{name} cannot be moved: the step {how}. Received: {received[:80]}."
    architecture, task = ARCHITECTURES[experiment.architecture], TASKS[experiment.task]
    if name == "architecture":
        return ""
    if name == "task":
        fits = [each for each in TASKS.values() if architecture.fits(each)]
        return "" if len(fits) > 1 else f"task cannot be moved: only {task.name} fits {architecture.name}."
    if knob := knobs_of(architecture, task).get(name):
        choices = knob_choices(knob, {"timesteps": experiment.timesteps, "features": experiment.features})
        return "" if len(choices) > 1 else f"{name} cannot be moved: it is always {choices[0]} here."
    reason = size_reason(name, architecture, task)
    return f"{name} cannot be moved. {reason}" if reason else ""


def _not_a_value(name: str, value: str, experiment: Experiment) -> str:
    """Why a setting never has a value, or ""."""
    if name == "architecture":
        return "" if value in ARCHITECTURES else unknown("architecture", value, ARCHITECTURES)
    reading = read_experiment({**experiment.to_query(), name: value})
    wrong = next((problem.refusal for problem in reading.problems if problem.name == name), "")
    written = reading.experiment.to_query()[name]
    if not wrong and written != value:
        wrong = f"the page writes this value as {written!r}. Received: {value[:40]!r}."
    return wrong
