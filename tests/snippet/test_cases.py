"""The learners' cases: what is wrong is named, the right layer is blamed and fixed, what is right is left in peace."""

from __future__ import annotations

import ast
import math
import os
import re
from collections import Counter
from typing import Any

import keras
import numpy as np
import pytest

from explorer.snippet.reader.edits import diff
from tests.for_all import for_all
from tests.learners import SETS as WHOLE
from tests.learners import executed, model_in, reported, trained

# Of the shared cases three of each kind, of the others one, and eight that are right. `make soak-code` looks at all of the
# shared ones and at a third of the others (CASES=many) and runs every fix of all, and `make bench` counts them all.
MANY = os.environ.get("CASES") == "many"


def some(name: str, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cases of a set that are looked at, in their order."""
    shared = name == "learner_cases"
    if MANY:
        return cases if shared else cases[::3]
    found, seen = [], Counter()
    for case in cases:
        seen[case["kind"]] += 1
        if seen[case["kind"]] <= (8 if case["kind"] == "none" else 3 if shared else 1):
            found.append(case)
    return found


SETS = {name: some(name, cases) for name, cases in WHOLE.items()}
CASES = [case for cases in SETS.values() for case in cases]
WRONG = [case for case in CASES if case["kind"] != "none"]
RIGHT = [case for case in CASES if case["kind"] == "none"]
# The least share of cases, of each set and each kind, that are named right, blamed right and fixed: what is reached.
LEAST = {(name, case["kind"]): 1.0 for name, cases in SETS.items() for case in cases if case["kind"] != "none"}


@pytest.fixture(scope="session")
def reports():
    return {case["id"]: reported(case["id"]) for case in CASES}


def first(report):
    return report["problems"][0] if report["problems"] else None


def met(reports):
    """Every case in which a problem was found, with its report and that problem."""
    for case in WRONG:
        if (problem := first(reports[case["id"]])) is not None:
            yield case, reports[case["id"]], problem


def named(case, report):
    return first(report) is not None and first(report)["kind"] == case["kind"]


def blamed(case, report):
    return first(report) is not None and first(report)["layer"] in (case["layer"], case["fix_layer"])


def mended(case, report):
    return first(report) is not None and bool(first(report)["fixes"])


@for_all(("chosen", "kind"), sorted(LEAST))
@for_all("judge", [named, blamed, mended])
def test_a_kind_is_met_as_often_as_before(reports, chosen, kind, judge):
    cases = [case for case in SETS[chosen] if case["kind"] == kind]
    missed = [case["id"] for case in cases if not judge(case, reports[case["id"]])]
    assert 1 - len(missed) / len(cases) >= LEAST[chosen, kind], f"{judge.__name__}: not {', '.join(missed)}"


@for_all("case", RIGHT, ids=lambda case: case["id"])
def test_what_is_right_is_left_in_peace(reports, case):
    report = reports[case["id"]]
    assert report["problems"] == [] and report["holds"]
    assert report["output"] and report["layers"] and report["params"] is not None


def test_a_silent_problem_is_one_of_which_keras_says_nothing(reports):
    for case, _, problem in met(reports):
        loud = case["today"]["stage"] in ("build", "fit", "numpy")
        assert problem["silent"] is not loud, case["id"]
        assert bool(problem["keras_says"]) is loud, case["id"]


def test_what_keras_says_is_what_it_said_when_the_case_was_run(reports):
    """Word for word where its error was kept, but for what Keras counts on: sizes of the batch and names of tensors."""
    said = {
        case["id"]: case["today"]["error_contains"] in (problem["keras_says"] or "")
        for case, _, problem in met(reports)
        if case["today"]["error_contains"] and case["today"]["stage"] == "build"
    }
    assert sum(said.values()) >= 0.9 * len(said), [name for name, same in said.items() if not same]


def test_the_blamed_layer_is_among_the_layers(reports):
    """By its place, so that it can be marked in the chain; what breaks stands last and says so."""
    for case, report, problem in met(reports):
        layers = report["layers"]
        if problem["layer"] is not None:
            assert problem["layer"] < len(layers), case["id"]
            assert layers[problem["layer"]]["name"] == problem["name"], case["id"]
        assert not any(each.get("broken") for each in layers[:-1]), case["id"]
    assert any(report["layers"][-1:] and report["layers"][-1].get("broken") for report in reports.values())


def test_the_line_to_blame_stands_in_the_code(reports):
    """Every layer that is blamed has one; data that were given beside the code have none."""
    for case, _, problem in met(reports):
        line, lines = problem["line"], case["code"].splitlines()
        assert lines[line - 1].strip() if line is not None else problem["layer"] is None, case["id"]


# ------------------------------------------------------------------------------------------------ fixes


def fixes(reports):
    """Every fix with its case and the report of that."""
    for case in WRONG:
        for problem in reports[case["id"]]["problems"]:
            for fix in problem["fixes"]:
                yield case, reports[case["id"]], fix


def test_fixes_are_small_and_parse(reports):
    for case, _, fix in fixes(reports):
        ast.parse(fix["code"])
        changed = [line for line in diff(case["code"], fix["code"]).splitlines() if line[0] in "+-"]
        assert len(changed) <= 8, (case["id"], fix["title"])
        assert changed or fix["data"] or fix["loss"] != case["loss"], (case["id"], fix["title"])


def test_a_fix_is_two_changes_at_most_and_gives_up_no_data_beside_another(reports):
    """More than two, or one that the next takes back, mean something that nobody meant."""
    for case, report, fix in fixes(reports):
        kinds = fix["title"].split("; ")
        assert len(kinds) == len(set(kinds)) <= 2, (case["id"], fix["title"])
        assert fix["code"] != case["code"] or fix["data"] or fix["loss"] != report["loss"], (case["id"], fix["title"])
        if len(kinds) > 1 and fix["x"] and report["x"]:
            sizes = [[math.prod(shape) for shape in each["x"]] for each in (report, fix)]
            assert sizes[0] <= sizes[1], (case["id"], fix["title"])
            # Nobody takes the timesteps away and puts others in their place.
            assert not ("RepeatVector" in fix["code"] and "RepeatVector" not in case["code"]), (case["id"], fix["title"])


def test_fixes_of_a_problem_differ_and_are_named(reports):
    for case, _, problem in met(reports):
        offered = problem["fixes"]
        assert len({(fix["code"], fix["data"], fix["loss"]) for fix in offered}) == len(offered), case["id"]
        assert len({fix["title"] for fix in offered}) == len(offered), case["id"]
        # A title is a phrase with a capital, or begins with the setting that it changes: "return_sequences=True in gru".
        assert not [fix["title"] for fix in offered if not re.match(r"[A-Z0-9`]|\w+=", fix["title"])], case["id"]
        assert not any(fix["title"].endswith(".") for fix in offered), case["id"]
        assert not any(fix["title"].startswith("1 outputs") for fix in offered), case["id"]


def test_a_fix_has_as_many_samples_as_targets(reports):
    for case, _, fix in fixes(reports):
        if fix["x"] and fix["y"] and isinstance(fix["y"][0], int):
            assert {shape[0] for shape in fix["x"]} == {fix["y"][0]}, (case["id"], fix["title"])


def test_a_line_of_numpy_makes_the_new_shapes_of_the_old_ones(reports):
    tried = 0
    for case, report, fix in fixes(reports):
        if not fix["data"] or fix["data"].startswith("model.") or report["x"] is None:
            continue
        tried += 1
        # Labels as the case says that they are: a line may look at them.
        y = None if report["y"] is None else np.random.default_rng(0).integers(0, 2, report["y"])
        names = {"np": np, "keras": keras, "x": np.zeros(report["x"][0]), "y": y}
        exec(fix["data"], names)
        if "model." not in fix["data"]:
            assert names["x"].shape == tuple(fix["x"][0]), (case["id"], fix["data"])
            assert y is None or names["y"].shape == tuple(fix["y"]), (case["id"], fix["data"])
    assert tried >= 20


def test_no_line_makes_windows_of_one(reports):
    assert not [case["id"] for case, _, fix in fixes(reports) if "i:i + 1]" in (fix["data"] or "")]


@pytest.mark.parametrize("case", WRONG[::30], ids=lambda case: case["id"])
def test_a_proved_fix_really_runs(reports, case):
    fix = first(reports[case["id"]])["fixes"][0]
    model = model_in(executed(fix["code"]))
    if fix["x"] is not None:
        trained(model, fix["x"], fix["y"], fix["loss"], fix["batch_size"] or case.get("batch_size"))
