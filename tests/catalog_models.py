"""What the default experiments of the catalog answer, made once in a process: for tests that only look at it."""

from __future__ import annotations

from functools import cache
from typing import Any

from explorer.catalog import read_experiment
from explorer.description import Description
from explorer.experiment import Experiment
from explorer.models.build import build_experiment
from explorer.models.setting_symbols import with_settings
from explorer.runtime import jobs
from explorer.shapes.describe_model import describe


def experiment_of(architecture: str, **values: Any) -> Experiment:
    return read_experiment({"architecture": architecture, **values}).experiment


@cache
def answer(architecture: str) -> dict[str, Any]:
    """What a page is given about an architecture (`explorer.runtime.jobs.describe`)."""
    return jobs.describe(experiment_of(architecture).to_dict())


@cache
def description(architecture: str) -> Description:
    return Description.read(answer(architecture)["description"])


def described(experiment: Experiment) -> Description:
    """The description alone of an experiment's model, without the numbers that flow through it, which take longest."""
    return with_settings(describe(build_experiment(experiment)), experiment).written()
