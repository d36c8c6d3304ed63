"""What the live panel must know of an experiment before the first frame: its baselines, its targets, its words."""

from __future__ import annotations

from typing import Any

from explorer.catalog import resolve
from explorer.catalog.entries import STREAM_NAMES
from explorer.experiment import Experiment
from explorer.training import data


def info(experiment: Experiment) -> dict[str, Any]:
    """Plain data for the component. targets: [sequences][timesteps][outputs], one timestep where the task asks once.

    classes: the character of each class, and symbols: those of every sequence that comes in; empty where there are none.
    reads: what that is called.
    """
    found = resolve(experiment)
    task = found.task
    probe = data.make(experiment, "probe")
    targets, baselines = data.probe_targets(experiment), found.baselines
    return {
        "key": experiment.key,
        "title": found.architecture.title,
        "task": task.title,
        "answers": task.answers,
        "answer": task.answer,
        "loss": task.loss,
        "settings": experiment.to_query(),
        "epochs": experiment.epochs,
        "batches": data.batches(experiment),
        "baselines": [{"name": name, "value": value} for name, value in baselines.items() if value > 0],
        "targets": targets.round(4).tolist(),
        "lengths": data.probe_lengths(experiment),
        "classes": list(task.classes),
        "reads": STREAM_NAMES.get(task.inputs, ("input",))[0],
        "symbols": ["".join(task.symbols[int(each)] for each in row) for row in probe.inputs[0]] if task.symbols else [],
    }
