"""A trained model as Keras's own file. See `jobs` for rules."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from explorer.experiment import Experiment
from explorer.runtime.jobs.jobs import with_plain_errors
from explorer.runtime.jobs.worker_environment import warm
from explorer.training import checkpoint


@with_plain_errors
def model_file(experiment: dict[str, Any], state: bytes) -> bytes:
    """The model of an experiment with the weights of a state, as the bytes of a .keras file; nothing is compiled for it.

    Raises ValueError for a state of another model.
    """
    warm()
    from explorer.models.build import build_experiment

    model = build_experiment(Experiment.from_dict(experiment))
    values, _ = checkpoint.unpack(state, [variable.numpy() for variable in model.variables], whole=False)
    for variable, value in zip(model.variables, values, strict=True):
        variable.assign(value)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()
