"""What happened in a run, in two to four sentences worked out from its frames."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.catalog import Resolved, resolve
from explorer.experiment import Experiment
from explorer.tensors.text import count

# A baseline is beaten when the validation loss is clearly below it, not by the noise of 256 sequences.
CLEARLY_BELOW = 0.95
# A timestep is learned once its error stays under this part of the mean error of the first epoch, for some epochs: one
# that dips below it may be noise.
LEARNED = 0.5
RISING = 1.1
VISIBLE = 0.02
EPOCHS_OF_A_TREND = 5
# Of the layers that a batch has changed.
NAMED_LAYERS = 2
# Of timesteps, where a row of them is one name.
MOST_NAMES = 4


@dataclass(frozen=True)
class Course:
    """The course of a run up to now.

    losses, val_losses: (epochs,). errors: (epochs, timesteps), the mean absolute error of the outputs for the probe where it
    is not padding; without the timesteps that are padding in all of its sequences.
    val_accuracies: (epochs,), or None where the task asks for numbers. own_accuracies: (epochs,), of a decoder that is
    fed its own outputs, or None for every other model.
    """

    losses: np.ndarray
    val_losses: np.ndarray
    errors: np.ndarray
    val_accuracies: np.ndarray | None = None
    own_accuracies: np.ndarray | None = None


def goal(experiment: Experiment) -> str:
    """What the model should learn, with the numbers of this experiment.

    >>> goal(Experiment("gru_every_step", "delayed_echo", knobs={"delay": 1}))
    'Output the first feature from 1 timestep ago, and 0 before that.'
    """
    task = resolve(experiment).task
    return task.goal.format(**_in_timesteps(experiment)) if task.goal else task.summary


def _in_timesteps(experiment: Experiment) -> dict[str, str]:
    """What stands in a sentence for each knob that is a whole number, if it counts timesteps."""
    return {name: count(value, "timesteps") for name, value in experiment.knobs.items() if isinstance(value, int)}


def narrate(experiment: Experiment, course: Course) -> list[str]:
    """The sentences, the most telling first; none before the first epoch."""
    if not len(course.val_losses) or not np.isfinite(course.val_losses).all():
        return []
    found = resolve(experiment)
    rise = _rise(course)
    # What a model that overfits has learned at some timestep, it has memorized.
    steps = "" if rise else _steps(found, course)
    sentences = [_baselines(found, course), rise, _accuracy(found, course), steps]
    return [sentence for sentence in sentences if sentence]


def narrate_batch(loss: float, changes: Mapping[str, float | None]) -> str:
    """What one batch did: its loss before the step, and in which layers the step changed the weights most, by parts of them.

    >>> narrate_batch(0.2143, {"memory": 0.00834, "answer": 0.0031})
    'Loss 0.214 before the step; weights changed most in memory (0.83%), then answer (0.31%).'
    >>> narrate_batch(math.nan, {}), narrate_batch(0.2, {"answer": None})
    ('The loss is no finite number.', 'Loss 0.2 before the step; weights changed in answer (from 0).')
    """
    if not math.isfinite(loss):
        return "The loss is no finite number."
    sizes = {name: math.inf if share is None else share for name, share in changes.items()}
    moved = sorted((name for name, size in sizes.items() if size > 0), key=lambda name: -sizes[name])
    if not moved:
        return f"Loss {short(loss)} before the step; no weight changed."
    most = [f"{name} ({part(changes[name])})" for name in moved[:NAMED_LAYERS]]
    only = "most " if len(sizes) > 1 else ""
    return f"Loss {short(loss)} before the step; weights changed {only}in {', then '.join(most)}."


def short(value: float) -> str:
    """A loss as the charts write it (`short` in assets/live/ticks.js).

    >>> short(0.08333), short(0.25), short(1.0), short(4.53e-5)
    ('0.0833', '0.25', '1', '4.5e-5')
    """
    if value and not 0.001 <= abs(value) < 10000:
        digits, power = f"{value:.1e}".split("e")
        return f"{digits}e{int(power):+d}"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def part(share: float | None) -> str:
    if share is None:
        return "from 0"
    return f"{100 * share:.2g}%" if share < 0.995 else f"{100 * share:.0f}%"


def _baselines(found: Resolved, course: Course) -> str:
    task, values = found.task, found.baselines
    words = _in_timesteps(found.experiment)
    passed, standing = None, None
    for baseline in sorted(task.baselines, key=lambda baseline: -values[baseline.name]):
        below = np.flatnonzero(course.val_losses < values[baseline.name] * CLEARLY_BELOW)
        if values[baseline.name] <= 0:
            continue
        if len(below) and course.val_losses[-1] < values[baseline.name]:
            passed = (baseline, int(below[0]) + 1)
        else:
            standing = standing or baseline
    if passed is not None:
        baseline, epoch = passed
        meaning = baseline.passed.format(**words)
        return f"Beat the baseline “{baseline.name}” ({short(values[baseline.name])}) at epoch {epoch}. {meaning}"
    if standing is not None:
        value, now = values[standing.name], float(course.val_losses[-1])
        if now > value * RISING:
            return f"The validation loss ({short(now)}) is above the baseline “{standing.name}” ({short(value)})."
        return (
            f"The validation loss ({short(now)}) is close to the baseline “{standing.name}” ({short(value)}): "
            "the model is not clearly better."
        )
    return ""


def _rise(course: Course) -> str:
    best = int(np.argmin(course.val_losses))
    epochs = len(course.val_losses)
    now, least = float(course.val_losses[-1]), float(course.val_losses[best])
    # Near the end of a run that has learned all there is, a loss trembles by any factor and means nothing.
    visible = now - least > VISIBLE * float(course.val_losses[0])
    if epochs - 1 - best < EPOCHS_OF_A_TREND or now < least * RISING or not visible:
        return ""
    text = f"The validation loss has been rising since epoch {best + 1}, from {short(least)} to {short(now)}"
    if course.losses[-1] < course.losses[best]:
        return f"{text}, while the training loss falls: the model is overfitting."
    return f"{text}."


def _accuracy(found: Resolved, course: Course) -> str:
    if course.val_accuracies is None:
        return ""
    if course.own_accuracies is not None:
        forced, own = (f"{each[-1]:.0%}" for each in (course.val_accuracies, course.own_accuracies))
        return (
            f"With teacher forcing the decoder has {forced} of the validation timesteps right; "
            f"fed its own outputs, one timestep at a time, it has {own}."
        )
    what = "timesteps of the validation sequences" if found.task.answers == "every step" else "validation sequences"
    return f"The model classifies {course.val_accuracies[-1]:.0%} of the {what} correctly."


def _steps(found: Resolved, course: Course) -> str:
    """Which timesteps were learned first and which last. What is said to be learned stays true of later epochs."""
    steps = course.errors.shape[1]
    if found.task.answers == "once" or steps < 2:
        return ""
    bound = LEARNED * float(course.errors[0].mean())
    learned = [_learned_at(course.errors[:, step], bound) for step in range(steps)]
    below = course.errors[-1] < bound
    open_steps = [step for step, epoch in enumerate(learned) if epoch is None]
    seem, missing = [step for step in open_steps if below[step]], [step for step in open_steps if not below[step]]
    done = [epoch for epoch in learned if epoch is not None]
    if not done:
        half = "half of the mean error of the first epoch"
        if not seem:
            return f"No timestep is learned yet: every error is above {half}."
        its, count_as = ("its", "it counts") if len(seem) == 1 else ("their", "they count")
        return (
            f"{_begun(seem)} {_verb(seem, 'seems', 'seem')} learned, as {its} error is below {half}; "
            f"{count_as} as learned after {EPOCHS_OF_A_TREND} such epochs."
        )
    first, last = min(done), max(done)
    firsts, lasts = ([step for step, epoch in enumerate(learned) if epoch == when] for when in (first, last))
    parts = [f"{_begun(firsts)} {_verb(firsts, 'was', 'were')} learned first (epoch {first})"]
    if not open_steps:
        all_at_once = f"All {steps} timesteps were learned at epoch {first}"
        parts = [all_at_once] if first == last else [*parts, f"{_named(lasts)} last (epoch {last})"]
    if seem:
        parts.append(f"{_named(seem)} {_verb(seem, 'seems', 'seem')} learned, for fewer than {EPOCHS_OF_A_TREND} epochs")
    if missing:
        parts.append(f"not learned yet: {_named(missing)}")
    if lost := [step for step, epoch in enumerate(learned) if epoch is not None and not below[step]]:
        parts.append(f"the error has risen again at {_named(lost)}")
    return "; ".join(parts) + "."


def _learned_at(errors: np.ndarray, bound: float) -> int | None:
    """The first epoch (from 1) from which the error stays below the bound for long enough to be no noise, or None."""
    below = 0
    for epoch, error in enumerate(errors, 1):
        below = below + 1 if error < bound else 0
        if below == EPOCHS_OF_A_TREND:
            return epoch - below + 1
    return None


def _verb(steps: Sequence[int], one: str, many: str) -> str:
    return one if len(steps) == 1 else many


def _begun(steps: Sequence[int]) -> str:
    named = _named(steps)
    return named[0].upper() + named[1:]


def _named(steps: Sequence[int]) -> str:
    """Timesteps for a sentence, counted from 1, three or more in a row joined; of many that are scattered only how many.

    >>> _named([0, 1, 2, 6]), _named([4]), _named([12, 18, 19])
    ('timesteps 1 to 3 and 7', 'timestep 5', 'timesteps 13, 19 and 20')
    >>> _named([3, 8, 10, 12, 14, 19])
    '6 of the timesteps 4 to 20'
    """
    runs: list[list[int]] = []
    for step in steps:
        if runs and step == runs[-1][-1] + 1:
            runs[-1].append(step)
        else:
            runs.append([step])
    names: list[str] = []
    for run in runs:
        names += [f"{run[0] + 1} to {run[-1] + 1}"] if len(run) > 2 else [str(step + 1) for step in run]
    if len(names) > MOST_NAMES:
        return f"{len(steps)} of the timesteps {steps[0] + 1} to {steps[-1] + 1}"
    text = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    return f"{'timestep' if len(steps) == 1 else 'timesteps'} {text}"
