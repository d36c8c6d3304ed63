"""Every task against its own words: shapes, answers by a slow oracle, baselines by simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from explorer.catalog import ARCHITECTURES, TASKS
from explorer.catalog.tasks.longest_window import fair_chance, no_run
from explorer.catalog.tasks.majority import one_vote_right
from explorer.experiment import Experiment
from explorer.experiment.bounds import knob_choices
from explorer.tensors.text import count
from explorer.training.narration import goal
from tests.for_all import for_all

MANY = 20_000
STANDARD_ERRORS = 4.5


def setting(task, timesteps, features, turned):
    """Sizes that the task allows and its knobs: at their defaults, or turned as far as they go."""
    sizes = {"timesteps": timesteps, "features": features}
    sizes = {name: size if size in task.ranges.get(name, (size,)) else task.ranges[name][0] for name, size in sizes.items()}
    knobs = {name: knob_choices(knob, sizes)[-1] if turned else knob.default for name, knob in task.knobs.items()}
    return sizes["timesteps"], sizes["features"], knobs


def each_setting(which=lambda task: True):
    cases = {
        f"{name}-{sizes[0]}": (task, *setting(task, *sizes))
        for name, task in TASKS.items()
        for sizes in ((5, 2, False), (8, 3, True))
        if which(task)
    }
    return for_all(("task", "timesteps", "features", "knobs"), cases.values(), ids=cases)


def made(task, samples, timesteps, features, knobs, seed=0):
    return task.make(np.random.default_rng(seed), samples, timesteps, features, knobs)


def losses(task, inputs, answers, targets):
    """The loss of each sample, (samples,): squared error, or cross-entropy in nats.

    Padding counts nothing, and the rest so much more that the mean over the samples is the mean over all timesteps that
    count, as in Keras.
    """
    answers, targets = answers.astype(float), targets.astype(float)
    if task.answer == "class":
        right = np.take_along_axis(answers, targets.astype(int)[..., None], axis=-1)[..., 0]
        counts = inputs[-1] != 0
        return -np.log(np.where(counts, right, 1)).sum(axis=1) / counts.sum(axis=1).mean()
    each = (answers - targets) ** 2
    if task.answer == "yes/no":
        each = -np.log(np.where(targets == 1, answers, 1 - answers))
    return each.reshape(len(each), -1).mean(axis=1)


@each_setting()
def test_shapes_and_dtypes_are_those_promised(task, timesteps, features, knobs):
    inputs, targets = made(task, 7, timesteps, features, knobs)
    shapes = {
        "sequence": [(7, timesteps, features)],
        "padded": [(7, timesteps, features)],
        "windows": [(7, knobs.get("windows"), timesteps, features)],
        "symbols": [(7, timesteps)],
        "source and target": [(7, timesteps), (7, timesteps)],
        "frames": [(7, timesteps, knobs.get("rows"), knobs.get("columns"), features)],
        "two streams": [(7, timesteps, features), (7, timesteps, knobs.get("second_features"))],
    }
    assert [array.shape for array in inputs] == shapes[task.inputs]
    assert targets.shape == (7, *task.target_shape(timesteps))
    assert {array.dtype for array in (*inputs, targets)} == {np.dtype(np.float32)}


@each_setting()
def test_the_generator_alone_decides_the_data(task, timesteps, features, knobs):
    def flat(seed):
        inputs, targets = made(task, 6, timesteps, features, knobs, seed)
        return np.concatenate([array.ravel() for array in (*inputs, targets)])

    assert np.array_equal(flat(1), flat(1))
    assert not np.array_equal(flat(1), flat(2))


@each_setting()
def test_every_baseline_is_the_loss_that_its_predictor_has(task, timesteps, features, knobs):
    inputs, targets = made(task, MANY, timesteps, features, knobs)
    own = inputs if len(inputs) > 1 else inputs[0]
    assert task.baselines
    for baseline in task.baselines:
        answers = baseline.predict(own, **knobs)
        assert answers.shape == (*targets.shape, *([task.outputs] if task.answer == "class" else []))
        each = losses(task, inputs, answers, targets)
        error = STANDARD_ERRORS * each.std() / math.sqrt(MANY)
        assert baseline.value(timesteps, features, **knobs) == pytest.approx(each.mean(), abs=error + 1e-6), baseline.name


@each_setting()
def test_baselines_have_names_of_their_own_and_say_what_it_means_to_pass_them(task, timesteps, features, knobs):
    values = task.baseline_values(timesteps, features, knobs)
    assert len(values) == len(task.baselines)
    for baseline in task.baselines:
        said = baseline.passed.format(**knobs)
        assert said[0].isupper() and said.endswith(".") and "{" not in said


@each_setting()
def test_the_goal_has_the_numbers_of_the_experiment(task, timesteps, features, knobs):
    architecture = next(name for name, each in ARCHITECTURES.items() if each.fits(task))
    said = goal(Experiment(architecture, task.name, timesteps, features, knobs=knobs))
    assert said[0].isupper() and said.endswith(".") and "{" not in said
    assert all(count(knobs[name], "timesteps") in said for name in task.knobs if f"{{{name}}}" in task.goal)
    assert not any(name in said.split() for name in task.knobs)


@each_setting(lambda task: any(baseline.name == "without memory" for baseline in task.baselines))
def test_no_answer_from_one_step_alone_is_better_than_the_baseline_without_memory(task, timesteps, features, knobs):
    (heard,), targets = made(task, MANY, timesteps, features, knobs)
    heard, targets = heard[..., 0].ravel(), targets.ravel()
    place = np.digitize(heard, np.quantile(heard, np.linspace(0, 1, 41)[1:-1]))
    means = np.bincount(place, targets) / np.maximum(1, np.bincount(place))
    best = np.mean((targets - means[place]) ** 2)
    assert best == pytest.approx(task.baseline_values(timesteps, features, knobs)["without memory"], rel=0.02)


def echo(heard, delay):
    return [[x[t - delay] if t >= delay else 0 for t in range(len(x))] for x in heard[..., 0]]


def ahead_of(heard, ahead):
    return [[x[t + ahead] if t + ahead < len(x) else 0 for t in range(len(x))] for x in heard[..., 0]]


def written(streams, symbols, answer):
    """Targets whose text is what `answer` makes of the source's, and which the second stream has shifted."""
    rows = []
    for source, shifted in zip(*(stream.astype(int) for stream in streams), strict=True):
        text, before = ("".join(symbols[each] for each in row).rstrip() for row in (source, shifted))
        assert before == f">{answer(text)}"
        row = [symbols.index(each) for each in f"{answer(text)}."]
        rows.append(row + [0] * (len(source) - len(row)))
    return rows


def depth_of_brackets(symbols):
    rows = []
    for row in symbols.astype(int):
        text = "".join(" ()x"[symbol] for symbol in row)
        depths = [text[: t + 1].count("(") - text[:t].count(")") for t in range(len(text.rstrip()))]
        assert text.count("(") == text.count(")") and min(depths) >= 0 and " " not in text.rstrip()
        rows.append(depths + [0] * (len(text) - len(depths)))
    return rows


def has_a_run(heard, windows, run_length):
    runs = [
        [
            max([len(list(run)) for positive, run in itertools.groupby(window > 0) if positive], default=0)
            for window in sample
        ]
        for sample in heard[..., 0]
    ]
    assert all(len(sample) == windows for sample in runs)
    return [[max(sample) >= run_length] for sample in runs]


def goes_right(heard, rows, columns):
    """By the columns of the brightest pixels: all moves of a dot go one way, and at least one is made."""
    found = []
    for film in heard[..., 0]:
        places = [frame.argmax() % columns for frame in film]
        moves = {(after - before) % columns for before, after in itertools.pairwise(places)} - {0}
        assert moves in ({1}, {columns - 1}) and len({frame.argmax() // columns for frame in film}) == 1
        found.append([moves == {1}])
    return found


ORACLES = {
    "delayed_echo": echo,
    "pointwise": lambda heard: [[math.sin(math.pi * number) for number in x] for x in heard[..., 0]],
    "running_mean": lambda heard: [[sum(x[: t + 1]) / (t + 1) for t in range(len(x))] for x in heard[..., 0].astype(float)],
    "look_ahead": ahead_of,
    "reverse": lambda heard: [list(reversed(x)) for x in heard[..., 0]],
    "parity": lambda heard: [[(-1) ** sum(x[: t + 1] < 0) for t in range(len(x))] for x in heard[..., 0]],
    "temporal_order": lambda heard: [[1 if list(x).index(1) < list(x).index(-1) else -1] for x in heard[..., 0]],
    "adding_problem": lambda heard: [[sum(number for number, mark in x.astype(float) if mark == 1)] for x in heard],
    "two_streams_sum": lambda heard, second_features, apart: np.add(echo(heard[0], apart), ahead_of(heard[1], apart)),
    "longest_window": has_a_run,
    "bracket_depth": depth_of_brackets,
    "symbol_reverse": lambda streams: written(streams, " >.abcde", lambda text: text[::-1]),
    "symbol_addition": lambda streams: written(streams, " >.+0123456789", lambda text: str(sum(map(int, text.split("+"))))),
    "longest_document": lambda heard, windows: [
        [max(sum(any(word) for word in document) for document in each) / len(each[0])] for each in heard
    ],
    "moving_dot": goes_right,
    "majority": lambda heard: [[sum(x > 0) > sum(x < 0)] for x in heard[..., 0]],
}


@each_setting(lambda task: task.name in ORACLES)
def test_the_answers_are_those_that_the_docstring_names(task, timesteps, features, knobs):
    inputs, targets = made(task, 200, timesteps, features, knobs)
    expected = ORACLES[task.name](inputs if len(inputs) > 1 else inputs[0], **knobs)
    np.testing.assert_allclose(targets, np.reshape(expected, targets.shape), atol=1e-5)


@each_setting(lambda task: task.answer == "yes/no")
def test_yes_and_no_are_equally_frequent(task, timesteps, features, knobs):
    _, targets = made(task, MANY, timesteps, features, knobs)
    assert set(np.unique(targets)) == {0, 1}
    assert targets.mean() == pytest.approx(1 / 2, abs=STANDARD_ERRORS / 2 / math.sqrt(MANY))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("delayed_echo", {"delay": 5}),
        ("delayed_echo", {"delay": -1}),
        ("look_ahead", {"ahead": 5}),
        ("look_ahead", {"ahead": 0}),
        ("adding_problem", {"features": 3}),
        ("adding_problem", {"timesteps": 1}),
        ("temporal_order", {"timesteps": 1}),
        ("two_streams_sum", {"apart": 5}),
        ("sine_forecast", {"horizon": 0}),
        ("sine_forecast", {"noise": -0.1}),
        ("longest_window", {"run_length": 6}),
        ("longest_window", {"run_length": 0}),
        ("majority", {"timesteps": 2}),
        ("moving_dot", {"features": 2}),
        ("moving_dot", {"timesteps": 1, "features": 1}),
        ("moving_dot", {"columns": 2, "features": 1}),
        ("bracket_depth", {"timesteps": 3}),
        ("symbol_reverse", {"timesteps": 3}),
        ("symbol_addition", {"timesteps": 2}),
    ],
)
def test_sizes_that_cannot_be_raise_an_error_that_ends_with_what_came(name, arguments):
    values = {"samples": 4, "timesteps": 5, "features": 2} | arguments
    with pytest.raises(ValueError) as raised:
        TASKS[name].function(np.random.default_rng(0), **values)
    received = next(iter(arguments))
    assert f"{received}={arguments[received]}" in str(raised.value).split("Received: ")[1]


def test_the_chance_of_no_run_is_that_of_all_sequences_written_out():
    chance = 0.0
    for sequence in itertools.product([0, 1], repeat=7):
        text = "".join(map(str, sequence))
        chance += 0.3 ** text.count("1") * 0.7 ** text.count("0") * ("111" not in text)
    assert no_run(timesteps=7, run_length=3, positive=0.3) == pytest.approx(chance)
    assert no_run(7, 3, fair_chance(7, windows=4, run_length=3)) ** 4 == pytest.approx(1 / 2)


def test_one_vote_agrees_with_the_majority_as_often_as_in_all_votes_written_out():
    rights = []
    for length in (1, 3, 5, 7):
        votes = list(itertools.product([-1, 1], repeat=length))
        rights.append(sum((sum(vote) > 0) == (vote[0] > 0) for vote in votes) / len(votes))
    assert one_vote_right(7) == pytest.approx(sum(rights) / 4) == one_vote_right(8)


def test_padding_stands_at_the_end_alone_and_hides_no_step():
    (heard,), _ = made(TASKS["majority"], 300, 9, 2, {})
    valid = (heard != 0).any(axis=-1)
    assert (np.diff(valid.astype(int), axis=1) <= 0).all()
    assert set(valid.sum(axis=1)) == {1, 3, 5, 7, 9}
    assert (np.abs(heard[..., 0]) == valid).all()


def test_the_waves_of_the_forecast_go_on_as_the_recurrence_of_a_sine_says():
    (heard,), said = made(TASKS["sine_forecast"], 50, 12, 3, {"horizon": 1, "noise": 0.0})
    whole = np.concatenate([heard[..., 0], said[:, -1]], axis=1).astype(float)
    twice_cosine = ((whole[:, 2:] + whole[:, :-2]) * whole[:, 1:-1]).sum(axis=1) / (whole[:, 1:-1] ** 2).sum(axis=1)
    np.testing.assert_allclose(whole[:, 2:] + whole[:, :-2], twice_cosine[:, None] * whole[:, 1:-1], atol=1e-5)
    assert (np.arccos(twice_cosine / 2) > 0.199).all() and (np.arccos(twice_cosine / 2) < 1.001).all()


def first_digit_of_sum(text):
    return " >.+0123456789".index(str(sum(map(int, text.split("+"))))[0])


# What a target is worked out from, where an arrow points; the rest of a sequence may be anything.
FROM_POINTED = {
    "delayed_echo": lambda values: values[0],
    "look_ahead": lambda values: values[0],
    "reverse": lambda values: values[0],
    "sine_forecast": lambda values: values[0],
    "pointwise": lambda values: np.sin(np.pi * values[0]),
    "running_mean": np.mean,
    "parity": np.prod,
    # The first mark says which one it is.
    "temporal_order": lambda values: values[0],
    "two_streams_sum": np.sum,
    "two_streams_product": np.prod,
    "adding_problem": lambda values: values[0] * values[1] + values[2] * values[3],
    "longest_window": lambda values: all(value > 0 for value in values),
    "majority": lambda values: np.sum(values) > 0,
    "bracket_depth": lambda values: np.sum(values == 1),
    "symbol_reverse": lambda values: values[0],
    "symbol_addition": lambda values: first_digit_of_sum("".join(" >.+0123456789"[int(value)] for value in values)),
}


@for_all("timesteps", [4, 20, 60])
@for_all("name", FROM_POINTED)
def test_the_target_at_an_arrow_follows_from_the_inputs_that_it_begins_at(name, timesteps):
    task = TASKS[name]
    timesteps, features, knobs = setting(task, timesteps, 3, False)
    for key, knob in task.knobs.items():
        allowed = knob_choices(knob, {"timesteps": timesteps, "features": features})
        knobs[key] = 0.0 if key == "noise" else min(knob.default, allowed[-1])
    inputs, targets = made(task, 20, timesteps, features, knobs)
    pointed = 0
    for sample, target in enumerate(targets):
        streams = [stream[sample] for stream in inputs]
        arrow = task.arrow_in(streams, knobs)
        if arrow is None:
            continue
        pointed += 1
        cells = [((cell.window, cell.timestep) if task.inputs == "windows" else cell.timestep, cell) for cell in arrow.cells]
        values = [np.ravel(streams[cell.stream][place])[cell.feature] for place, cell in cells]
        wanted = np.ravel(target[arrow.target])[0] if task.answers == "every step" else target[0]
        assert FROM_POINTED[name](np.array(values)) == pytest.approx(wanted, abs=1e-6)
    assert pointed or (name, timesteps) == ("sine_forecast", 3)


def test_a_task_without_anything_to_point_at_has_no_arrow():
    assert [name for name, task in TASKS.items() if task.arrow is None] == ["noise"]
