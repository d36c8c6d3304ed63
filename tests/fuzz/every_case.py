"""What the suite only samples: every fix of every case is really run, every code that holds compared with Keras.

`make soak` runs it; its name keeps it out of the suite.
"""

from __future__ import annotations

import pytest

from explorer.snippet import check
from tests.learners import CASES, WRONG, executed, model_in, reported, trained
from tests.snippet.test_shapes import agrees


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case["id"])
def test_every_proved_fix_really_runs(case):
    for problem in reported(case["id"])["problems"]:
        for fix in problem["fixes"]:
            model = model_in(executed(fix["code"]))
            if fix["x"] is not None:
                trained(model, fix["x"], fix["y"], fix["loss"], fix["batch_size"] or case.get("batch_size"))


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case["id"])
def test_a_trial_takes_every_fix_that_runs(case):
    """No fix is given up by a step of `fit`, as all of them really run."""
    data = {key: case.get(key) for key in ("x", "y", "loss", "batch_size")}
    tried = check(case["code"], **data, trials=True).to_dict()["problems"]
    fixes = [[fix["title"] for fix in problem["fixes"]] for problem in reported(case["id"])["problems"]]
    assert [[fix["title"] for fix in problem["fixes"]] for problem in tried] == fixes


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_code_that_holds_is_read_as_keras_builds_it(case):
    agrees(case)
