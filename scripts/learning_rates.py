"""Measure how many epochs the loss takes to fall, at several learning rates: `make rates` writes docs/learning_rates.md.

It trains every pair of an architecture and a task that fit each other, and every preset; that takes half an hour.
`python -m scripts.learning_rates lstm_every_step reverse` prints the row of one pair.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from explorer.catalog import ARCHITECTURES, TASKS, program_key, read_experiment, resolve
from explorer.catalog.presets import PRESETS
from explorer.experiment import Experiment, spell

PLACE = Path(__file__).resolve().parent.parent / "docs" / "learning_rates.md"
TRIED = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02)
FALLEN = 0.9
# A loss that never gets below this part of the highest baseline has learned nothing.
CLEARLY_BELOW = 0.95
HEAD = f"""# Learning rates

With which learning rate an experiment starts: such that its validation loss takes 10 to 20 epochs for {FALLEN:.0%} of its
fall, from the highest baseline (what a model outputs that has learned nothing but the mean) to its lowest point. Measured by
`make rates` for every architecture with every task that fits it, and for presets with settings of their own. Each cell: the
epoch at which the loss has fallen so far, and the last validation loss. A dash: it never gets clearly below the highest
baseline, because the model cannot learn this, or not at this rate. In bold: the default, which stands in
`explorer/experiment/learning_rates.py`. Where no rate makes the fall so long and lets the model learn, it is one that
comes near, such as for the encoder-decoder, which goes on learning to the end. It is {{default}} where no rate makes the
loss fall, and for what is not measured, such as an entry of your own.
`python -m scripts.learning_rates lstm_every_step reverse` measures one pair.

"""


def opened() -> dict[str, Experiment]:
    """Whatever the page opens with when a preset, or an architecture and a task, are chosen: by the words for it."""
    fitting = [(one, other) for one in ARCHITECTURES.values() for other in TASKS.values() if one.fits(other)]
    found = {f"{one.name} on {other.name}": _experiment(one.name, other.name) for one, other in fitting}
    known = {each.key for each in found.values()}
    own = {f"preset {each.name}": each.experiment for each in PRESETS.values() if each.experiment.key not in known}
    return found | own


def _experiment(architecture: str, task: str) -> Experiment:
    return read_experiment({"architecture": architecture, "task": task}).experiment


def epochs_of_fall(val_losses: list[float], baselines: dict[str, float]) -> int | None:
    """At which epoch the loss has fallen by `FALLEN` of its fall; None where it never gets clearly below the baselines."""
    known = [value for value in baselines.values() if value > 0]
    top, lowest = max(known, default=val_losses[0]), min(val_losses)
    if lowest > CLEARLY_BELOW * top:
        return None
    return next(epoch for epoch, loss in enumerate(val_losses, 1) if loss <= top - FALLEN * (top - lowest))


def rows(experiments: dict[str, Experiment]) -> Iterator[str]:
    """The table, line by line, as it is measured."""
    from explorer.training.program import Program
    from explorer.training.trainer import Trainer

    rates = sorted({*TRIED, *(each.learning_rate for each in experiments.values())})
    yield f"| | baselines | {' | '.join(map(spell, rates))} |"
    yield f"|---|---|{'---|' * len(rates)}"
    programs: dict[str, Any] = {}
    for name, experiment in experiments.items():
        key = program_key(experiment)
        program = programs[key] = programs.get(key) or Program(experiment)
        baselines, cells = resolve(experiment).baselines, []
        for rate in rates:
            frames = Trainer(replace(experiment, learning_rate=rate), program).run(None, experiment.epochs, float("inf"))[1]
            losses = [frame.val_loss for frame in frames]
            epoch = epochs_of_fall(losses, baselines)
            cell = f"{epoch or '-'}: {losses[-1]:.4f}"
            cells.append(f"**{cell}**" if rate == experiment.learning_rate else cell)
        yield f"| {name} | {', '.join(f'{value:.4f}' for value in baselines.values())} | {' | '.join(cells)} |"


def main(pair: list[str]) -> None:
    from explorer.experiment.learning_rates import DEFAULT
    from explorer.runtime.jobs.worker_environment import warm

    warm()
    if pair:
        print(*rows({" on ".join(pair): _experiment(*pair)}), sep="\n")
        return
    lines = []
    for line in rows(opened()):
        print(line, flush=True)
        lines.append(line)
    PLACE.write_text(HEAD.format(default=spell(DEFAULT)) + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
