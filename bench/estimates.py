"""How close `explorer.training.cost` comes: the estimated against the measured seconds of an epoch, in a worker's settings.

`python -m bench.estimates` prints it as JSON: the bench asks for it so, because a worker's settings hold for a process.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

from explorer.catalog import read_experiment
from explorer.description import Description
from explorer.runtime.jobs import jobs
from explorer.training import cost

CASES: tuple[dict[str, Any], ...] = (
    {},
    {"units": 256, "samples": 256, "timesteps": 50},
    {"architecture": "stacked_gru", "units": 128, "timesteps": 100, "samples": 128},
    {"architecture": "lstm_every_step", "units": 8, "timesteps": 200, "samples": 256},
    {"architecture": "windows_gru"},
    {"architecture": "dense_every_step", "units": 256, "samples": 4096, "timesteps": 200, "batch": 256},
)
EPOCHS = 5


def measure() -> list[tuple[str, float, float]]:
    """For each case: its settings in words, the estimated and the measured (median) seconds of an epoch."""
    found = []
    for case in CASES:
        experiment = read_experiment(case).experiment
        values = experiment.to_dict()
        description = jobs.describe(values)["description"]
        estimated = cost.estimate(experiment, Description.read(description)).seconds / experiment.epochs
        state, seconds = None, []
        for epoch in range(1, EPOCHS + 2):
            start = time.perf_counter()
            state, *_ = jobs.chunk(values, state, epoch, 1e9)
            seconds.append(time.perf_counter() - start)
        words = ", ".join(f"{name} {value}" for name, value in case.items()) or "the default"
        found.append((words, estimated, statistics.median(seconds[1:])))
    return found


if __name__ == "__main__":
    print(json.dumps(measure()))
