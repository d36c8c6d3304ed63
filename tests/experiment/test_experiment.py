"""`read` takes anything and gives an experiment that can run, with a sentence for each value that it could not take."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.catalog import ARCHITECTURES, TASKS, read_experiment
from explorer.experiment import SETTINGS, SIZES, Experiment, spell
from explorer.experiment.bounds import (
    LIMITS,
    carried_batches,
    carried_samples,
    knob_choices,
    knobs_of,
    size_limit,
    size_reason,
)
from explorer.experiment.learning_rates import DEFAULT, MEASURED, RATES
from tests.for_all import for_all

KNOBS = {name for entry in (*ARCHITECTURES.values(), *TASKS.values()) for name in entry.knobs}
NAMES = st.sampled_from(sorted({"architecture", "task", *SIZES, *SETTINGS, *KNOBS})) | st.text(max_size=12)
ANYTHING = (
    st.text(max_size=20)
    | st.integers()
    | st.floats()
    | st.integers(-3, 300).map(str)
    | st.booleans()
    | st.none()
    | st.sampled_from([*ARCHITECTURES, *TASKS, "nan", "-inf", "1e999", "1_000", " 7 ", "7.0", 10**5000, [], {}])
)


@st.composite
def experiments(draw) -> Experiment:
    """Any experiment that the page's own widgets can set."""
    architecture = draw(st.sampled_from(list(ARCHITECTURES.values())))
    task = draw(st.sampled_from([task for task in TASKS.values() if architecture.fits(task)]))
    values = {"architecture": architecture.name, "task": task.name}
    for name in (*SIZES, *SETTINGS):
        limit = size_limit(name, architecture, task)
        high = min(limit.high, values["samples"]) if name == "batch" else limit.high
        number = st.integers(int(limit.low), int(high)) if limit.whole else st.floats(limit.low, high)
        values[name] = draw(number)
    knobs = {}
    for name, knob in knobs_of(architecture, task).items():
        knobs[name] = draw(st.sampled_from(knob_choices(knob, values)))
    if architecture.carries:
        pieces = task.pieces(knobs)
        values["samples"] = carried_samples(values["samples"], pieces)
        values["batch"] = draw(st.sampled_from(carried_batches(values["samples"], pieces)))
    return Experiment(**values, knobs=knobs)


@given(st.dictionaries(NAMES, ANYTHING, max_size=8))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_read_takes_anything_and_gives_an_experiment_that_makes_its_data(values):
    reading = read_experiment(values)
    experiment, task = reading.experiment, TASKS[reading.experiment.task]
    inputs, targets = task.make(np.random.default_rng(0), 2, experiment.timesteps, experiment.features, experiment.knobs)
    assert ARCHITECTURES[experiment.architecture].fits(task)
    assert all(np.isfinite(array).all() for array in (*inputs, targets))
    assert set(task.baseline_values(experiment.timesteps, experiment.features, experiment.knobs)) == {
        baseline.name for baseline in task.baselines
    }
    for problem in reading.problems:
        assert problem.name in values
        assert problem.sentence.endswith((".", "?")) and "\n" not in problem.sentence
    assert read_experiment(experiment.to_query()).problems == ()


@given(experiments())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_an_experiment_survives_the_address_and_json(experiment):
    reading = read_experiment(experiment.to_query())
    assert reading.problems == ()
    assert reading.experiment == experiment
    assert reading.experiment.key == experiment.key
    copy = Experiment.from_dict(json.loads(json.dumps(experiment.to_dict())))
    assert copy == experiment and copy.key == experiment.key and hash(copy) == hash(experiment)


def test_nothing_said_gives_the_defaults_without_problems():
    assert read_experiment({}).problems == ()
    assert read_experiment({}).experiment == Experiment("gru_every_step", "delayed_echo", knobs={"delay": 3})


def test_the_key_depends_on_every_value_and_not_on_the_order_of_the_knobs():
    base = Experiment("bidirectional_gru", "look_ahead", knobs={"ahead": 3, "merge_mode": "sum"})
    turned = Experiment("bidirectional_gru", "look_ahead", knobs={"merge_mode": "sum", "ahead": 3})
    assert base == turned and base.key == turned.key and hash(base) == hash(turned)
    others = [
        {"architecture": "gru_every_step"},
        {"task": "reverse"},
        *({name: 7} for name in ("timesteps", "features", "units", "samples", "batch", "epochs", "seed")),
        {"learning_rate": 0.02},
        {"knobs": {"ahead": 2, "merge_mode": "sum"}},
    ]
    keys = {Experiment.from_dict(base.to_dict() | other).key for other in others}
    assert len(keys | {base.key}) == len(others) + 1


def test_the_learning_rate_is_the_pairs_own_unless_one_is_given():
    for pair, rate in [*MEASURED.items(), (("gru_every_step", "delayed_echo"), DEFAULT)]:
        named = dict(zip(("architecture", "task"), pair, strict=True))
        # A pair that does not fit would be read as another one.
        assert read_experiment(named).problems == ()
        assert read_experiment(named).experiment.learning_rate == Experiment(*pair).learning_rate == rate
        assert Experiment(*pair, learning_rate=0.05).learning_rate == 0.05
    assert Experiment("one of your own", "delayed_echo").learning_rate == DEFAULT
    assert {DEFAULT, *MEASURED.values()} <= set(RATES)


def test_whole_and_fractional_writing_of_one_learning_rate_have_one_key():
    assert Experiment("a", "b", learning_rate=1).key == Experiment("a", "b", learning_rate=1.0).key


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"timesteps": "0"},
            "timesteps must be a whole number from 2 to 200; received “0”. Using 2 instead.",
        ),
        (
            {"timesteps": 201},
            "timesteps must be a whole number from 2 to 200; received “201”. Using 200 instead.",
        ),
        (
            {"units": "many"},
            "units must be a whole number from 1 to 256; received “many”. Using 32 instead.",
        ),
        (
            {"units": "7.5"},
            "units must be a whole number from 1 to 256; received “7.5”. Using 8 instead.",
        ),
        (
            {"units": True},
            "units must be a whole number from 1 to 256; received “True”. Using 32 instead.",
        ),
        (
            {"seed": 10**5000},
            "seed must be a whole number from 0 to 999999; received “a number of thousands of digits”. Using 0 instead.",
        ),
        (
            {"learning_rate": "nan"},
            "learning_rate must be a number from 0.0001 to 1; received “nan”. Using 0.002 instead.",
        ),
        (
            {"samples": 40, "batch": 50},
            "batch must be a whole number from 1 to 40; received “50”. Using 40 instead.",
        ),
        (
            {"delay": "9"},
            "delay can be 0, 1, 2, 3, 4, 5, 6, 7; received “9”. Using 7 instead.",
        ),
        (
            {"timesteps": 3, "delay": 5},
            "delay can be 0, 1, 2; received “5”. Using 2 instead.",
        ),
        (
            {"architecture": "bidirectional_gru", "merge_mode": "add"},
            "merge_mode can be concat, sum, mul, ave; received “add”. Using concat instead.",
        ),
        (
            {"architecture": "windows_gru", "windows": "x"},
            "windows can be a whole number from 2 to 16; received “x”. Using 8 instead.",
        ),
        (
            {"architecture": "gru_once", "features": 3},
            "features cannot be “3” here. The adding problem always has 2 features: the number and its mark. "
            "Using 2 instead.",
        ),
        (
            {"architecture": "gru_once", "task": "reverse"},
            "Reverse does not fit GRU, last timestep: the task has a target at every timestep, and the "
            "architecture an output per sequence. Tasks that fit: adding_problem, temporal_order. Using adding_problem "
            "instead.",
        ),
        (
            {"unit": 7},
            "There is no setting called “unit”; it was left out. Did you mean units?",
        ),
        (
            {"\n  🦆" * 20: 7},
            "There is no setting called “🦆 🦆 🦆 🦆 🦆 🦆 🦆 🦆 🦆 🦆 🦆 🦆 🦆 🦆 🦆 🦆 🦆 🦆 🦆 🦆”; it was left out.",
        ),
    ],
    ids=lambda value: "-".join(f"{key.strip()[:12]}" for key in value) if isinstance(value, dict) else "",
)
def test_a_value_that_cannot_be_taken_gives_one_sentence(values, sentence):
    problems = read_experiment(values).problems
    assert [problem.sentence for problem in problems] == [sentence]
    assert problems[0].received == values[problems[0].name]


@for_all("name", [*SIZES, *SETTINGS])
@for_all("side", ["below", "above"])
def test_every_number_out_of_its_range_is_named_with_what_is_allowed_and_what_was_taken(name, side):
    limit = size_limit(name, ARCHITECTURES["gru_every_step"], TASKS["pointwise"])
    received = spell(limit.low - 1 if side == "below" else limit.high + 1)
    reading = read_experiment({"task": "pointwise", "samples": "4096", name: received})
    (problem,) = reading.problems
    taken = getattr(reading.experiment, name)
    assert taken == (limit.low if side == "below" else limit.high)
    for part in (name, f"“{received}”", f"from {spell(limit.low)} to {spell(limit.high)}", f"Using {spell(taken)}"):
        assert part in problem.sentence


@for_all("kind", ["architecture", "task"])
@for_all("wanted", ["gru_evry_step", "", "constructor", 7, None, ["reverse"]])
def test_an_unknown_name_gives_a_sentence_with_all_that_there_are(kind, wanted):
    reading = read_experiment({kind: wanted})
    if kind == "task" and wanted is None:
        assert reading.problems == ()
        return
    (problem,) = reading.problems
    assert problem.sentence.startswith(f"There is no {kind} called “{wanted}”. There are: ")
    assert problem.sentence.endswith(f"Using {getattr(reading.experiment, kind)} instead.")
    assert f" {getattr(reading.experiment, kind)}," in problem.sentence.split("Using")[0]


def test_a_near_name_is_taken_for_the_one_that_was_meant():
    assert read_experiment({"architecture": "gru_onc"}).experiment.architecture == "gru_once"


@for_all("architecture", ARCHITECTURES)
@for_all("task", TASKS)
def test_a_pair_that_does_not_fit_gives_one_sentence_and_a_task_that_fits(architecture, task):
    reading = read_experiment({"architecture": architecture, "task": task})
    assert reading.experiment.architecture == architecture
    assert ARCHITECTURES[architecture].fits(TASKS[reading.experiment.task])
    if ARCHITECTURES[architecture].fits(TASKS[task]):
        assert reading.problems == () and reading.experiment.task == task
    else:
        (problem,) = reading.problems
        for part in (TASKS[task].title, ARCHITECTURES[architecture].title, f"Using {reading.experiment.task} instead."):
            assert part in problem.sentence


def test_a_knob_left_over_from_another_architecture_is_no_mistake_and_an_ignored_name_is_nobody_elses():
    assert read_experiment({"merge_mode": "sum", "embed": "true"}, ignore=("embed",)).problems == ()


@pytest.mark.parametrize("written", [7, "7", " 7 ", "7.0", 7.0])
def test_a_number_may_be_written_in_any_way(written):
    reading = read_experiment({"units": written, "delay": written})
    assert reading.problems == ()
    assert (reading.experiment.units, reading.experiment.knobs["delay"]) == (7, 7)
    assert type(reading.experiment.units) is int and type(reading.experiment.knobs["delay"]) is int


def test_only_a_size_that_cannot_be_turned_has_a_reason():
    gru, once, adding = ARCHITECTURES["gru_every_step"], ARCHITECTURES["gru_once"], TASKS["adding_problem"]
    assert size_reason("features", gru, TASKS["delayed_echo"]) is None
    assert size_reason("features", once, adding) == adding.why["features"]
    assert size_limit("features", once, adding).default == 2


def test_every_limit_holds_its_default_and_says_what_it_is():
    for limit in LIMITS.values():
        assert limit.low <= limit.default <= limit.high and limit.help.endswith(".")
