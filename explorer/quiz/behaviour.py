"""Which of some models can pass a baseline, as far as that is certain before any of them is trained.

A model whose layers treat each timestep on its own cannot know an earlier input, and a model that only reads forwards
cannot know a later one. Whether a model that can know it also learns it is not known beforehand, and is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from explorer.catalog import resolve
from explorer.catalog.entries import Baseline
from explorer.experiment import Experiment
from explorer.quiz.values import Wrong

ANSWER = "TimeDistributed(Dense)"
ALONE = (f"TimeDistributed(Dense), then {ANSWER}", f"Conv1D with kernel_size=1, then {ANSWER}", f"one {ANSWER}")
FORWARDS = tuple(
    f"{layer}, then {ANSWER}"
    for layer in ("GRU with return_sequences=True", "LSTM with return_sequences=True", 'Conv1D with padding="causal"')
)
BOTH = f"Bidirectional(GRU) with return_sequences=True, then {ANSWER}"


def certain(experiment: Experiment) -> dict[str, Baseline]:
    """The baselines of the experiment's task of which it is known what passing them needs, by name."""
    task = resolve(experiment).task
    known = {baseline.name: baseline for baseline in task.baselines if baseline.needs}
    values = task.baseline_values(experiment.timesteps, experiment.features, experiment.knobs) if known else {}
    # Nothing is below a loss of 0.
    return {name: baseline for name, baseline in known.items() if values[name] > 0}


def can_pass(experiment: Experiment, baseline: Baseline) -> tuple[str, Wrong, Iterator[Wrong]]:
    """The question which model can pass a baseline: its text, the right choice and the wrong ones."""
    task = resolve(experiment).task
    needs = f"{baseline.needs} timesteps"
    value = task.baseline_values(experiment.timesteps, experiment.features, experiment.knobs)[baseline.name]
    text = (
        f"These models train on the task “{task.title}”. Only one of them can get clearly below the baseline "
        f"“{baseline.name}”, a loss of {value:.3f}. Which?"
    )
    if baseline.needs == "earlier":
        right, how = FORWARDS[0], "Its hidden state carries earlier inputs on."
    else:
        right, how = BOTH, "One of its two GRU layers reads backwards, so the outputs know later inputs too."
    reason = f"Passing this baseline needs {needs}. {how} That it can does not mean that it will: that is up to training."
    return text, Wrong("", right, right, reason), _wrong(baseline, needs)


def _wrong(baseline: Baseline, needs: str) -> Iterator[Wrong]:
    for number, model in enumerate(ALONE):
        reason = f"It treats each timestep on its own: no output depends on {needs}, so it cannot pass this baseline."
        yield Wrong(f"each timestep on its own {number}", model, model, reason)
    if baseline.needs == "later":
        for number, model in enumerate(FORWARDS):
            reason = f"It only reads forwards: no output depends on {needs}, so it cannot pass this baseline."
            yield Wrong(f"only forwards {number}", model, model, reason)
