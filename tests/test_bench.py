"""The pure parts of the bench: what is counted, what is made of repeated measures, and the report. Nothing is timed."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from bench import contest, figures, reach, snippets
from bench.numbers import exponent, geometric_mean, percentile
from bench.products import Product, multiplications, needed, ready
from bench.report import report
from explorer.catalog import read_experiment
from explorer.runtime.jobs.worker_environment import ENVIRONMENT

GROWTH = {
    "sizes": [32, 64, 128],
    "ours": [0.01, 0.02, 0.05],
    "floor": [0.01, 0.01, 0.02],
    "memory": [800 * 2**20] * 3,
    "ours_exponent": 0.91,
    "floor_exponent": 0.8,
}
OURS = {
    "controls": [0.5, 0.6, 0.7],
    "shapes": [0.8, 0.9, 1.0],
    "moves": [0.1] * 20,
    "unforeseen": [0.2] * 10,
    "moves_at_opening": [0.08] * 10,
    "first": [0.2, 0.25, 0.3],
    "first_at_once": [1.5, 2.5, 2.6],
    "fifty": [1.0],
    "redraws": [9.9],
    "replaced": [0],
    "stop": [0.1],
}
BASELINE = {**OURS, "first": [4.0], "first_at_once": [4.0], "redraws": [5.0], "replaced": [49]}
del BASELINE["stop"], BASELINE["unforeseen"], BASELINE["moves_at_opening"]
PEOPLE = {
    **{"opens": [0.2, 0.3], "firsts": [1.0, 4.0], "gaps": [2.0, 4.0], "shapes": [0.1], "total": 30.0, "epochs": 600},
    "errors": [],
}
RACE = {
    "gru_every_step": {
        **{"task": "delayed_echo", "ours": 10.0, "other": 20.0, "fit": 80.0, "jax": 10.0, "torch": 200.0, "xla": True},
        **{"difference": 2e-7, "first": 1.5, "first_compiled": 0.02},
    },
    "windows_gru": {
        **{"task": "longest_window", "ours": 10.0, "other": 5.0, "fit": 20.0, "jax": 40.0, "xla": False},
        **{"difference": 2e-2, "keras_itself": 3e-2, "first": 1.5, "first_compiled": 0.02},
    },
}
FIGURES = {
    "race": RACE,
    "growth": {axis: GROWTH for axis in ("timesteps", "units", "samples")},
    "crowd": {"1": 20.0, "2": 37.0, "4": 38.0, "8": 36.0},
    "people": {"60": PEOPLE, "200": {**PEOPLE, "opens": [1.0, 2.5], "errors": ["one"]}},
    "status": {"training": [1e-5, 2e-5], "locked": [1e-5, 3e-3]},
    "page": {"ours": OURS, "baseline": BASELINE},
    "start": {"empty": [5.0, 5.5, 9.0], "seen": [2.0, 2.5, 3.5]},
    "watched": {"gru_every_step": {"without": 10.0, "watched": 10.4, "ratio": 1.04, "bytes": 1320}},
    "inside": {"closed": 10.0, "open": 12.5, "gradient": 14.0, "open ratio": 1.25, "gradient ratio": 1.4},
    "estimates": [["the default", 0.02, 0.01]],
}
MACHINE = {
    "date": "1 January 2027",
    "processor": "A processor",
    "cores": 2,
    "memory": 8 * 2**30,
    "system": "Linux (x86_64)",
    "python": "3.11.7",
    "versions": {"keras": "3.15.1", "jax": "0.10.2", "torch": None},
}


def without_competitors() -> dict:
    found = copy.deepcopy(FIGURES)
    for one in found["race"].values():
        one["jax"] = None
    found["race"]["windows_gru"]["other"] = None
    found["race"]["gru_every_step"]["torch"] = None
    return found


def met(figures: dict) -> dict[str, bool | None]:
    return {row.target: row.met for row in reach.rows(figures)}


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_law_is_its_power(power):
    sizes = [10, 20, 50, 100, 200]
    assert exponent(sizes, [0.3 * size**power for size in sizes]) == pytest.approx(power)


def test_a_percentile_is_that_of_numpy():
    values = np.random.default_rng(0).uniform(size=31)
    assert percentile(list(values), 0.95) == pytest.approx(np.percentile(values, 95))
    assert percentile([7.0], 0.95) == 7.0


def test_the_geometric_mean_treats_a_ratio_and_its_inverse_alike():
    assert geometric_mean([2.0, 8.0]) == pytest.approx(4.0)
    assert geometric_mean([3.0, 1 / 3]) == pytest.approx(1.0)


def test_the_products_of_a_small_epoch_are_those_counted_by_hand():
    experiment = read_experiment(
        {"timesteps": 4, "features": 2, "units": 3, "samples": 32, "batch": 32, "task": "delayed_echo"}
    ).experiment
    # One batch of 32: at each of 4 steps (32, 2) x (2, 9) and (32, 3) x (3, 9), and the answer (128, 3) x (3, 1).
    inputs, recurrent, answer = 4 * 32 * 2 * 9, 4 * 32 * 3 * 9, 128 * 3
    training = 2 * inputs + 3 * recurrent + 3 * answer  # the model's own input has no gradient
    look = (4 * 2 * 9 + 4 * 3 * 9 + 4 * 3) * 264
    assert multiplications(experiment) == training + look


def test_a_smaller_last_batch_is_counted_too():
    whole = read_experiment({"samples": 64, "batch": 32}).experiment
    cut = read_experiment({"samples": 64, "batch": 48}).experiment
    assert multiplications(cut) == multiplications(whole)
    assert {48, 16, 264} <= {product.rows for product in needed(cut)}


def test_products_that_stand_ready_can_be_run():
    ready([Product(2, 3, 4, times=5)])()


def test_the_report_has_every_part_and_every_picture():
    text = report(FIGURES, MACHINE)
    for name in figures.pictures(FIGURES):
        assert f"(../assets/bench-{name}.svg)" in text
    for words in ("## Reach", "gru_every_step", "1 January 2027", "torch not installed", "times the floor", "3.0e-02"):
        assert words in text
    assert "it was faster for windows_gru." in text


def test_a_table_has_as_many_cells_in_every_line():
    for block in report(FIGURES, MACHINE).split("\n\n"):
        lines = block.splitlines()
        if lines[0].startswith("|"):
            assert len({line.replace("\\|", "").count("|") for line in lines}) == 1, block


def test_what_is_not_installed_is_said_and_not_judged():
    found = without_competitors()
    text = report(found, MACHINE)
    assert "| gru_every_step | 10.0 | 80.0 | 8.0 | not installed |  | not installed | 20.0 without XLA |" in text
    assert "does not compile by XLA" in text
    assert figures.pictures(found)
    (against_jax,) = [row for row in reach.rows(found) if "JAX" in row.target]
    assert (against_jax.reached, against_jax.met) == ("not installed", None)


def test_targets_are_judged_by_the_figures():
    found = met(FIGURES)
    assert found["epochs a second of `model.fit`, geometric mean of 2 architectures: at least 6 times"] is False
    assert found["no architecture under 2 times `model.fit`"] is True
    assert found["losses of plain Keras on the same batches, within 1e-4 after 5 epochs"] is False
    assert found["click to first painted point, compiled ahead: 0.3 s"] is True
    assert found["click to first painted point, not compiled: 2 s"] is False
    assert found["compiled ahead, at least 10 times sooner than the baseline"] is True
    assert found["redraws while training: 10 a second"] is False
    assert found["no DOM node replaced"] is True
    assert found["`make run` (installed) to painted shapes: under 6 s"] is True
    assert found["two runs on two workers: at least 1.8 times the epochs of one"] is True
    assert found["within 3 times of the matrix-product floor from 64 units on"] is True
    assert found["time an epoch grows no faster than linearly in timesteps"] is True


def test_a_contestant_finds_the_defaults_around_it(monkeypatch):
    for name in (*ENVIRONMENT, *contest.WORKAROUNDS):
        monkeypatch.setenv(name, "1")
    plain = contest.environment("fit")
    assert not set(ENVIRONMENT) & set(plain)
    assert contest.environment("jax")["KERAS_BACKEND"] == "jax"
    alone = contest.environment("products")
    assert alone["OPENBLAS_NUM_THREADS"] == "1"
    assert not set(contest.WORKAROUNDS) & set(alone)


def test_the_baseline_knows_nothing_of_this_project():
    source = (contest.ROOT / "bench" / "baseline.py").read_text(encoding="utf-8")
    assert "explorer" not in source.split('"""', 2)[2].replace("Sequence explorer", "")


def test_cases_are_counted_by_kind_and_a_false_alarm_is_no_success():
    problem = {"kind": "input_rank", "layer": 1, "fixes": [{}]}
    case = {"kind": "input_rank", "layer": 0, "fix_layer": 1}
    right = {"kind": "none", "layer": None, "fix_layer": None}
    other = {**problem, "kind": "axes_swapped", "layer": 2, "fixes": []}
    found = [snippets.judged(case, {"problems": each}) for each in ([problem], [other], [])]
    found += [snippets.judged(right, {"problems": each}) for each in ([problem], [])]
    counted = snippets.by_kind(found)
    assert counted == {"input_rank": [3, 1, 1, 1], "none": [2, 1, 1, 1]}
    figures = {"cases": {"held_out": counted}, "seconds": {"holds": [0.1, 0.3], "breaks": [0.2]}}
    text = snippets.report(figures, MACHINE)
    assert "| **all that are wrong** | 3 | 1 (33%) | 1 (33%) | 1 (33%) |" in text
    assert "| none | 2 | 1 |" in text and "0.200 s" in text


def test_a_class_is_judged_by_its_slowest_and_its_errors():
    judged = met(FIGURES)
    assert judged["60 people at once, first frame, 95th percentile: 5 s"]
    assert not judged["60 people at once, longest gap between frames, 95th percentile: 3.5 s"]
    assert not judged["200 people, opening, 95th percentile: 2 s, and no error"]
    assert "| and another program locks the database | 1.505 | 2.850 | 3.000 |" in report(FIGURES, MACHINE)
    assert "| 60 | 0.29 s | 2.50 s | 3.85 s | 3.90 s | 0.10 s | 20 | 0 |" in report(FIGURES, MACHINE)
