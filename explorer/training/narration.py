"""What happened in a run, in two to four sentences worked out from its frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.catalog import Resolved, resolve
from explorer.experiment import Experiment

# A floor counts as passed when the held-out loss is clearly below it, not by the noise of 256 sequences.
CLEARLY_BELOW = 0.95
# A timestep counts as learned once its error stays under this part of the mean error of the first epoch.
LEARNED = 0.5
RISING = 1.1
VISIBLE = 0.02
EPOCHS_OF_A_TREND = 5


@dataclass(frozen=True)
class Course:
    """The course of a run up to now.

    losses, val_losses: (epochs,). errors: (epochs, timesteps), the mean absolute error of the probe's answers.
    val_accuracies: (epochs,), or None where the task asks for numbers.
    """

    losses: np.ndarray
    val_losses: np.ndarray
    errors: np.ndarray
    val_accuracies: np.ndarray | None = None


def tell(experiment: Experiment, course: Course) -> list[str]:
    """The sentences, the most telling first; none before the first epoch."""
    if not len(course.val_losses) or not np.isfinite(course.val_losses).all():
        return []
    found = resolve(experiment)
    sentences = [_floors(found, course), _rise(course), _accuracy(course), _steps(found, course)]
    return [sentence for sentence in sentences if sentence]


def _floors(found: Resolved, course: Course) -> str:
    task, values = found.task, found.floors
    words = {**found.experiment.to_dict(), **found.experiment.knobs}
    passed, standing = None, None
    for floor in sorted(task.floors, key=lambda floor: -values[floor.name]):
        below = np.flatnonzero(course.val_losses < values[floor.name] * CLEARLY_BELOW)
        if values[floor.name] <= 0:
            continue
        if len(below) and course.val_losses[-1] < values[floor.name]:
            passed = (floor, int(below[0]) + 1)
        else:
            standing = standing or floor
    if passed is not None:
        floor, epoch = passed
        meaning = floor.passed.format(**words)
        return f"Passed the floor “{floor.name}” ({values[floor.name]:.3f}) at epoch {epoch}: {meaning}."
    if standing is not None:
        value, now = values[standing.name], float(course.val_losses[-1])
        if now > value * RISING:
            return f"The held-out loss ({now:.3f}) is above the floor “{standing.name}” ({value:.3f})."
        return (
            f"The held-out loss ({now:.3f}) stands on the floor “{standing.name}” ({value:.3f}): "
            "so far it does no better than that."
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
    text = f"The held-out loss rises since epoch {best + 1}, from {least:.3g} to {now:.3g}"
    if course.losses[-1] < course.losses[best]:
        return f"{text}, while the training loss falls: it learns its sequences by heart."
    return f"{text}."


def _accuracy(course: Course) -> str:
    if course.val_accuracies is None:
        return ""
    return f"It answers {course.val_accuracies[-1]:.0%} of the held-out sequences right."


def _steps(found: Resolved, course: Course) -> str:
    """Which timesteps came first and which last."""
    steps = course.errors.shape[1]
    if found.task.answers == "once" or steps < 2:
        return ""
    bound = LEARNED * float(course.errors[0].mean())
    learned = [_stays_under(course.errors[:, step], bound) for step in range(steps)]
    done = [epoch for epoch in learned if epoch is not None]
    if not done:
        return "No timestep is learned yet: every error is above half of what it was at first."
    first, last = min(done), max(done)
    firsts = _named([step for step, epoch in enumerate(learned) if epoch == first])
    if len(done) < steps:
        missing = _named([step for step, epoch in enumerate(learned) if epoch is None])
        return f"{firsts} came first, at epoch {first}; not learned yet: {missing[0].lower() + missing[1:]}."
    if first == last:
        return f"All {steps} timesteps were learned together, at epoch {first}."
    lasts = _named([step for step, epoch in enumerate(learned) if epoch == last])
    return f"{firsts} came first, at epoch {first}, and {lasts[0].lower() + lasts[1:]} last, at epoch {last}."


def _stays_under(errors: np.ndarray, bound: float) -> int | None:
    """The first epoch (from 1) from which the error never leaves the bound again; None where it has not got there."""
    above = np.flatnonzero(errors >= bound)
    first = int(above[-1]) + 2 if len(above) else 1
    return first if first <= len(errors) else None


def _named(steps: Sequence[int]) -> str:
    """Timesteps for a sentence, counted from 1, runs of them joined.

    >>> _named([0, 1, 2, 6]), _named([4])
    ('Timesteps 1 to 3 and 7', 'Timestep 5')
    """
    runs: list[list[int]] = []
    for step in steps:
        if runs and step == runs[-1][-1] + 1:
            runs[-1].append(step)
        else:
            runs.append([step])
    names = [
        f"{run[0] + 1}" if len(run) == 1 else f"{run[0] + 1}{' to ' if len(run) > 2 else ' and '}{run[-1] + 1}"
        for run in runs
    ]
    if len(names) > 3:
        names = [*names[:2], f"{len(steps) - sum(len(run) for run in runs[:2])} more"]
    text = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    return f"{'Timestep' if len(steps) == 1 else 'Timesteps'} {text}"
