"""Every recurrent layer of every architecture of the catalog can be looked into, with a task that fits it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from explorer.catalog import ARCHITECTURES, TASKS, read_experiment
from explorer.inside.panel import About, Choice, panel_answer
from explorer.inside.terms import lines
from explorer.models.build import build_experiment
from explorer.models.inside import can_be_looked_into
from explorer.runtime.jobs.inside_job import look


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_recurrent_layer_is_told(name):
    task = next(each for each in TASKS if ARCHITECTURES[name].fits(TASKS[each]))
    sizes = {"timesteps": 8, "features": 3, "units": 5, "samples": 16, "batch": 8}
    experiment = read_experiment({"architecture": name, "task": task, **sizes}).experiment
    for layer in can_be_looked_into(build_experiment(experiment)):
        found = look(experiment, None, 1, layer)
        for direction, timestep in itertools.product(found.directions, (0, found.timesteps - 1)):
            shown = panel_answer(found, About("Inside", "", "", "", 0, 1, 8), Choice(direction.role, 2, timestep + 1))
            assert len(shown.hidden.grid) == len(shown.rows) == direction.units
            assert shown.line[timestep] == pytest.approx(float(direction.hidden[timestep, 1]), rel=1e-5)
            for line in lines(found, direction, 1, timestep):
                if line.value is not None and line.gate in ("candidate", "h") and direction.activation == "tanh":
                    assert line.value == pytest.approx(np.tanh(line.sum), abs=1e-5)
            assert shown.equation.says and all(row.says for row in shown.rows)
