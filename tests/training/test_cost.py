"""Estimates grow with the work, and a refusal says what it would have cost."""

from __future__ import annotations

from dataclasses import replace

from explorer.catalog import read_experiment
from explorer.description import Description
from explorer.runtime.jobs import jobs
from explorer.training import cost

DEFAULT = read_experiment({}).experiment
SHAPES = Description.read(jobs.describe(DEFAULT.to_dict())["description"])
PLENTY = 8 * 2**30


def test_an_estimate_grows_with_epochs_and_samples():
    one = cost.estimate(DEFAULT, SHAPES)
    assert cost.estimate(replace(DEFAULT, epochs=120), SHAPES).seconds == 2 * one.seconds
    more = cost.estimate(replace(DEFAULT, samples=1024), SHAPES)
    assert one.seconds < more.seconds < 2 * one.seconds
    assert one.bytes < more.bytes


def test_an_ordinary_run_is_not_refused():
    assert cost.refusal(DEFAULT, SHAPES, PLENTY) == ""


def test_a_run_too_long_or_too_large_is_refused_with_its_estimate():
    large = replace(DEFAULT, architecture="stacked_gru", timesteps=200, units=256, samples=4096, epochs=500)
    shapes = Description.read(jobs.describe(large.to_dict())["description"])
    assert "hours, and the limit is 1 hour." in cost.refusal(large, shapes, PLENTY)
    sentence = cost.refusal(replace(large, batch=256), shapes, cost.WORKER_BASE_BYTES + 2**28)
    assert "GiB of memory, and a worker has 0.2 GiB free" in sentence
