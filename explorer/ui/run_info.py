"""What the live panel must know of an experiment before the first frame: its baselines, its targets, its words."""

from __future__ import annotations

from typing import Any

from explorer.catalog import resolve
from explorer.experiment import Experiment
from explorer.training import data


def info(experiment: Experiment) -> dict[str, Any]:
    """Plain data for the component. targets: [sequences][timesteps][outputs], one timestep where the task asks once."""
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
        "lengths": data.valid_steps(probe) if task.inputs == "padded" else [targets.shape[1]] * len(targets),
    }
